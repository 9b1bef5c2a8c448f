"""A file of the journal: what was written is read back whole or not at all, whatever became of the file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.core.ports import Record
from gateway.journal import segment as segments
from gateway.journal.segment import Segment, SegmentDamaged, SegmentReader
from gateway.journal.sqlite_segments import opened, remove

RECORDS = [Record(number, "usage", f"r{number}", b"x" * 10 * number) for number in range(1, 40)]


@pytest.fixture
def segment(tmp_path: Path) -> Iterator[Segment]:
    segment = Segment(tmp_path / "1.journal")
    yield segment
    segment.close()


def read(path: Path) -> list[Record]:
    reader = SegmentReader(path)
    try:
        return reader.read(0, -1)
    finally:
        reader.close()


def written(segment: Segment) -> bytes:
    """Each record for itself; the file."""
    for record in RECORDS:
        segment.write([record])
    return segment.path.read_bytes()


def test_what_was_written_is_read_in_its_order_and_what_was_written_twice_once(segment: Segment) -> None:
    assert (segment.read(0, -1), segment.count()) == ([], 0)
    segment.write(RECORDS[:1])
    segment.write(RECORDS[1:10])
    segment.write(RECORDS[1:20])  # nobody knew whether the first time had succeeded, and more had come
    segment.write([])
    segment.write(RECORDS[20:])
    assert segment.count() == 1 + 9 + 19 + 19
    assert segment.read(0, -1) == [*RECORDS[:20], *RECORDS[20:]]
    assert segment.read(5, 3) == RECORDS[5:8]
    assert segment.read(8, 1000) == RECORDS[8:]
    assert segment.read(39, -1) == []
    assert segment.read(0, -1) == RECORDS


def test_a_reader_sees_what_is_written_meanwhile(segment: Segment) -> None:
    reader = SegmentReader(segment.path)
    assert reader.read(0, 10) == []
    last = 0
    for start in range(0, 36, 3):
        segment.write(RECORDS[start : start + 3])
        assert reader.read(last, 2) == RECORDS[start : start + 2]
        assert reader.read(start + 2, 10) == RECORDS[start + 2 : start + 3]
        last = start + 3
    reader.close()


def test_a_file_goes_on_where_it_ended(segment: Segment) -> None:
    segment.write(RECORDS[:2])
    end = segment._end
    segment.write(RECORDS[2:30])
    segment.path.write_bytes(segment.path.read_bytes()[: end + 1000] + b"torn")
    again = Segment(segment.path)
    again.write(RECORDS[30:])
    again.close()
    assert read(segment.path) == [*RECORDS[:2], *RECORDS[30:]]


@pytest.mark.parametrize("behind", [b"", b"torn" * 100, bytes(100)])
def test_a_torn_file_gives_back_all_that_was_written_before_the_tear(segment: Segment, behind: bytes) -> None:
    ends = [0]
    for record in RECORDS:
        segment.write([record])
        ends.append(segment._end)
    whole = segment.path.read_bytes()
    torn = segment.path.with_name("2.journal")
    for cut in range(0, ends[-1], 37):
        torn.write_bytes(whole[:cut] + behind)
        if cut < 8 and behind.strip(b"\0"):  # not even the file's own beginning was written
            with pytest.raises(SegmentDamaged):
                read(torn)
        else:
            assert read(torn) == RECORDS[: sum(end <= cut for end in ends[1:])]


@pytest.mark.parametrize("block", [9, 100, segments.ROOM_BYTES])
def test_what_lies_behind_damage_is_read_and_then_the_damage_is_told(
    segment: Segment, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "ROOM_BYTES", block)
    whole = bytearray(written(segment))
    places = [place for place, _ in segment._frames(0)]
    for number in (5, 6, 20):
        whole[places[number] + 30] ^= 1
    whole[places[30] : places[31]] = bytes(places[31] - places[30])
    segment.path.write_bytes(whole)
    reader = SegmentReader(segment.path)
    intact = [record for record in RECORDS if record.number - 1 not in (5, 6, 20, 30)]
    assert reader.read(0, 10) == intact[:10]
    assert reader.read(intact[9].number, -1) == intact[10:]
    with pytest.raises(SegmentDamaged):
        reader.read(39, -1)
    reader.close()


def test_what_is_no_file_of_a_journal_is_not_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(b"no journal at all")
    with pytest.raises(SegmentDamaged):
        SegmentReader(path)
    with pytest.raises(SegmentDamaged):
        Segment(path)
    assert path.read_bytes() == b"no journal at all"


def test_a_record_that_holds_a_frame_of_another_file_stays_a_record(tmp_path: Path, segment: Segment) -> None:
    other = Segment(tmp_path / "2.journal")
    other.write(RECORDS[:1])
    other.close()
    frame = other.path.read_bytes()[16:]
    segment.write([Record(1, "usage", "r", frame)])
    whole = bytearray(segment.path.read_bytes())
    whole[20] ^= 1  # nothing of the frame itself reads any more
    segment.path.write_bytes(whole)
    assert read(segment.path) == []


def test_a_write_that_the_disk_refused_may_be_made_again(segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    put = os.pwrite

    def no_room(file: int, data: bytes, place: int) -> int:
        put(file, memoryview(data)[: len(data) // 2], place)
        raise OSError(28, "no space")

    for end in (1, 5, 39):
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", no_room)
            with pytest.raises(OSError, match="no space"):
                segment.write(RECORDS[end - 1 : end])
        segment.write(RECORDS[:end])
    assert read(segment.path) == RECORDS


def test_a_small_file_stays_small_and_large_records_do_not_become_one_frame(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "MOST_BYTES", 100)
    sizes = (60, 30, 20, 500, 10, 10)
    records = [Record(number, "usage", "r", b"x" * size) for number, size in enumerate(sizes, 1)]
    segment.write(records)
    assert [len(some) for _, some in segment._frames(0)] == [2, 1, 1, 2]
    assert segment.read(0, -1) == records
    assert segment.path.stat().st_size < 4096
    assert segment.path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_an_earlier_release_is_read_and_removed(tmp_path: Path) -> None:
    """It is a database, in which a row is a record, or a group of them."""
    path = tmp_path / "1.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(
        "CREATE TABLE record (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL)"
    )
    insert = "INSERT INTO record VALUES (?, ?, ?, ?)"
    for record in RECORDS[:3]:
        database.execute(insert, msgspec.structs.astuple(record))
    database.execute(insert, (10, "group", "8", msgspec.msgpack.encode(RECORDS[2:10])))
    reader = opened(path)
    assert reader.read(0, -1) == RECORDS[:10]
    assert reader.read(2, 2) == RECORDS[2:4]
    assert reader.read(10, -1) == []
    assert reader.count() == 3 + 8
    reader.close()
    remove(path)
    database.close()
    assert list(tmp_path.iterdir()) == []
