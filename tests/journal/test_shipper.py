"""From the journal to the database: in order, at least once, and the files deleted behind it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.ports import FreshRecord, Record
from gateway.journal import batch_delay, local, recent_records, refused_records, shipper
from gateway.journal.local import LocalJournal
from gateway.journal.segment import Segment, SegmentReader
from gateway.journal.shipper import Shipper
from tests.support.journals import SMALL_RESERVE, Disk
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio


class Setting:
    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.seen: list[str] = []
        self.fails: Exception | None = None
        self.hates: str | None = None

    async def start(self) -> tuple[LocalJournal, Shipper]:
        journal = LocalJournal(self.folder, Segment, SMALL_RESERVE)
        await journal.open()
        carrier = Shipper(journal, self.engine, {"a": self.project, "b": self.project})
        carrier.start()
        return journal, carrier

    async def project(self, connection: AsyncConnection, records: Sequence[Record]) -> None:
        await connection.execute(text("SELECT 1"))
        if self.fails is not None:
            raise self.fails
        if self.hates in {record.key for record in records}:
            raise ValueError
        self.seen += [record.key for record in records]


async def stop(journal: LocalJournal, carrier: Shipper, grace: float = 10) -> None:
    await carrier.close(grace)
    await journal.close()
    await asyncio.to_thread(carrier.clear)
    journal.release()


async def kill(at: Setting, journal: LocalJournal, carrier: Shipper) -> None:
    """Its files stay as they are now."""
    left = at.folder.with_name("left by a kill")
    await asyncio.to_thread(shutil.copytree, at.folder, left)
    await stop(journal, carrier)
    await asyncio.to_thread(shutil.rmtree, at.folder)
    await asyncio.to_thread(left.rename, at.folder)


def all_set_aside(folder: Path) -> tuple[list[Record], bool]:
    """And whether that was all of it."""
    with contextlib.closing(refused_records.SetAside(folder)) as found:
        return [record for batch in iter(found.next, []) for record in batch], found.whole


def set_aside(folder: Path) -> list[tuple[str, bytes]]:
    segment = Segment(folder / "refused.journal")
    try:
        return [(record.key, record.payload) for record in segment.read(0, 10)]
    finally:
        segment.close()


@pytest_asyncio.fixture
async def at(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Setting]:
    yield Setting(engine, tmp_path / "journal")


async def test_records_arrive_in_order_and_their_files_go(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SEGMENT_RECORDS", 100)
    journal, carrier = await at.start()
    for number in range(450):
        journal.append("a", str(number), b"")
        if number % 50 == 0:
            await journal.durable(journal.last)
    await carrier.drain()
    assert at.seen == [str(number) for number in range(450)]
    assert carrier.waiting == 0
    assert journal.bytes_waiting == 0
    journal.append("a", "last", b"")
    await carrier.drain()
    assert len(journal.segments) == 1
    await stop(journal, carrier)
    assert not list(at.folder.rglob("*.journal"))


async def test_records_that_somebody_waits_for_wait_for_no_company(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_delay, "SHORT", 60)
    journal, carrier = await at.start()
    for number in range(3):
        journal.append("a", str(number), b"")
        await journal.durable(journal.last)
        await asyncio.sleep(0)  # the shipper begins to wait for more
        async with asyncio.timeout(10):
            await carrier.drain()
    assert at.seen == ["0", "1", "2"]
    await stop(journal, carrier)


async def test_what_is_no_longer_at_hand_is_read_from_the_files(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SEGMENT_RECORDS", 100)
    monkeypatch.setattr(recent_records, "MOST", 70)
    monkeypatch.setattr(shipper, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(shipper.logs, "warning", lambda *_, **__: None)
    reads: list[int] = []
    read = SegmentReader.read
    monkeypatch.setattr(SegmentReader, "read", lambda *given: [reads.append(given[1]), read(*given)][1])
    at.fails = OSError()
    journal, carrier = await at.start()
    for number in range(450):
        journal.append("a", str(number), b"")
        if number % 40 == 0:
            await journal.durable(journal.last)
    at.fails = None
    await carrier.drain()
    assert at.seen == [str(number) for number in range(450)]
    assert reads
    reads.clear()
    for number in range(450, 500):
        journal.append("a", str(number), b"")
    await carrier.drain()
    assert at.seen == [str(number) for number in range(500)]
    assert not reads
    assert len(journal.segments) == 1
    await stop(journal, carrier)
    assert not list(at.folder.rglob("*.journal"))


async def test_what_a_payload_was_made_of_goes_along_in_memory_and_never_to_the_disk(at: Setting) -> None:
    given: list[Record] = []

    async def project(_: AsyncConnection, records: Sequence[Record]) -> None:
        if at.fails is not None:
            raise at.fails
        given.extend(records)

    at.project = project  # type: ignore[method-assign]
    journal, carrier = await at.start()
    made = object()  # which nothing could write
    await journal.durable(journal.append("a", "fresh", b"1", made))
    journal.append("b", "plain", b"2")
    await carrier.drain()
    assert given == [FreshRecord(journal.last - 1, "a", "fresh", b"1", made), Record(journal.last, "b", "plain", b"2")]
    given.clear()
    with contextlib.closing(SegmentReader(journal.segments[0])) as file:
        assert [type(record) for record in file.read(0, 10)] == [Record, Record]
    at.fails = ValueError()
    journal.append("a", "refused", b"3", made)
    await carrier.drain()
    folder = journal.folder
    await stop(journal, carrier)
    assert set_aside(folder) == [("refused", b"3")]


async def test_files_of_the_dead_stay_until_what_stands_for_them_is_on_the_disk(at: Setting) -> None:
    dead = LocalJournal(at.folder, Segment, SMALL_RESERVE)
    await dead.open()
    dead.append("a", "sent", b"")
    await dead.durable(dead.last)
    [left] = dead.segments
    await dead.close()
    dead.release()
    disk = Disk()
    disk.broken = True
    journal = LocalJournal(at.folder, disk, SMALL_RESERVE)
    await journal.open()
    journal.append("a", "presumed", b"")
    await until(lambda: len(journal.segments) > 1 and journal.disk_fails)
    carrier = Shipper(journal, at.engine, {"a": at.project})
    carrier.start()
    await until(lambda: at.seen == ["sent"])
    await until(lambda: not carrier._more.is_set())
    assert left.exists()
    disk.broken = False
    await until(lambda: not left.exists())
    await stop(journal, carrier)
    assert at.seen == ["sent", "presumed"]


async def test_a_database_that_is_down_too_long_lets_nobody_in(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipper, "LONGEST_PAUSE", 0.05)
    retries: list[Any] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda _, **fields: retries.append(fields))
    now = 1000.0
    monkeypatch.setattr(shipper, "monotonic", lambda: now)
    journal, carrier = await at.start()
    at.fails = OSError()
    journal.append("a", "1", b"")
    await until(lambda: len(retries) > 1)
    assert not journal.failing
    now += shipper.GRACE - 1
    assert not journal.failing
    now += 2
    assert journal.failing
    at.fails = None
    await carrier.drain()
    assert not journal.failing
    await stop(journal, carrier)


async def test_a_record_that_nobody_can_take_is_set_aside_alone(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[Any] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda name, **fields: logged.append((name, fields["key"])))
    journal, carrier = await at.start()
    at.hates = "5"
    for number in range(9):
        journal.append("a", str(number), b"kept")
    journal.append("unheard-of", "9", b"")
    await carrier.drain()
    assert list(dict.fromkeys(at.seen)) == [str(number) for number in range(9) if number != 5]
    assert logged == [("journal_record_refused", "5"), ("journal_record_refused", "9")]
    await stop(journal, carrier)
    assert await asyncio.to_thread(set_aside, at.folder / "1") == [("5", b"kept"), ("9", b"")]


async def test_what_was_set_aside_is_tried_again_by_the_next_start(at: Setting) -> None:
    first, second = at.folder / "1", at.folder / "2"
    unknown = Record(7, "of a later release", "seven", b"kept")
    for folder, records in (
        (first, [Record(9, "a", "nine", b""), unknown, Record(3, "b", "three", b""), Record(3, "b", "three", b"")]),
        (second, [Record(9, "a", "of another process", b"")]),
    ):
        folder.mkdir(parents=True)
        for record in records:
            await asyncio.to_thread(refused_records.set_records_aside, folder, [record])
    at.hates = "three"
    await stop(*await at.start())
    assert sorted(set(at.seen)) == ["nine", "of another process"]
    remain = [unknown, Record(3, "b", "three", b"")]
    assert await asyncio.to_thread(all_set_aside, first) == (remain, True)
    assert not (second / "refused.journal").exists()
    at.hates, at.seen = None, []
    journal, carrier = await at.start()
    journal.append("a", "new", b"")
    await carrier.drain()
    await stop(journal, carrier)
    assert at.seen == ["three", "new"], "before anybody is told what the ledger says"
    assert await asyncio.to_thread(all_set_aside, first) == ([unknown], True)


async def test_what_a_killed_process_set_aside_is_set_aside_once(at: Setting) -> None:
    """Its files are still there, and are read anew, however often a process is killed over them."""
    at.hates = "5"
    journal, carrier = await at.start()
    for number in range(9):
        journal.append("a", str(number), b"")
    await carrier.drain()
    await kill(at, journal, carrier)
    at.seen = []
    journal, carrier = await at.start()
    journal.append("a", "new", b"")
    await carrier.drain()
    assert at.seen == [*"01234678", "new"], "its files were read"
    assert carrier.set_aside == 1
    await stop(journal, carrier)
    assert [record.key for record in (await asyncio.to_thread(all_set_aside, at.folder / "1"))[0]] == ["5"]
    at.hates = None
    await stop(*await at.start())
    assert at.seen.count("5") == 1


async def test_what_a_killed_process_left_is_shipped_by_one_that_is_asked_for_nothing(at: Setting) -> None:
    """Whoever waits for it, as its end does, would otherwise wait for a first record of its own."""
    journal, carrier = await at.start()
    journal.append("a", "left", b"")
    await carrier.drain()
    await kill(at, journal, carrier)
    journal, carrier = await at.start()
    async with asyncio.timeout(30):
        await carrier.drain()
    assert at.seen == ["left", "left"]
    assert not journal.segments
    await stop(journal, carrier)


async def test_what_was_set_aside_is_tried_again_while_the_process_runs(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself, though nothing else comes to be carried on; and what the dead left is tried as well."""
    monkeypatch.setattr(refused_records, "FIRST_TRY", 0.02)
    monkeypatch.setattr(refused_records, "LONGEST_WAIT", 0.05)
    (at.folder / "2").mkdir(parents=True)
    await asyncio.to_thread(refused_records.set_records_aside, at.folder / "2", [Record(1, "a", "late", b"")])
    journal, carrier = await at.start()
    await until(lambda: at.seen == ["late"])
    at.hates = "5"
    for number in range(9):
        journal.append("b", str(number), b"")
    await carrier.drain()
    assert (at.folder / "1" / "refused.journal").exists()
    assert "5" not in at.seen
    at.hates = None
    await until(lambda: not (at.folder / "1" / "refused.journal").exists())
    assert at.seen.count("5") == 1
    await stop(journal, carrier)


async def test_where_many_together_are_refused_again_the_rest_waits_and_is_next(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_records, "TOGETHER", 2)
    folder = at.folder / "1"
    folder.mkdir(parents=True)
    records = [Record(number, "unknown" if number < 2 else "a", str(number), b"") for number in range(5)]
    for record in records:
        await asyncio.to_thread(refused_records.set_records_aside, folder, [record])
    await stop(*await at.start())
    assert at.seen == []
    assert await asyncio.to_thread(all_set_aside, folder) == ([*records[2:], *records[:2]], True)
    await stop(*await at.start())
    assert sorted(set(at.seen)) == ["2", "3", "4"]
    assert await asyncio.to_thread(all_set_aside, folder) == (records[:2], True)


async def test_what_nobody_can_take_holds_up_what_comes_for_little_work(at: Setting) -> None:
    """A thousand that are refused one by one took two thousand transactions, and all that came meanwhile waited."""
    folder = at.folder / "1"
    folder.mkdir(parents=True)
    with contextlib.closing(Segment(folder / "refused.journal")) as segment:
        segment.write([Record(number, "a", f"hopeless {number}", b"") for number in range(1000)])
    batches: list[int] = []

    async def project(_: AsyncConnection, records: Sequence[Record]) -> None:
        batches.append(len(records))
        if any(record.key != "new" for record in records):
            raise ValueError

    at.project = project  # type: ignore[method-assign]
    journal, carrier = await at.start()
    journal.append("a", "new", b"")
    await carrier.drain()
    assert len(batches) < 250
    await stop(journal, carrier)
    records, whole = await asyncio.to_thread(all_set_aside, folder)
    assert (len(records), whole) == (1000, True)


async def test_however_much_is_set_aside_little_of_it_is_in_memory(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """64 MB, of which every tenth record is refused again."""
    folder = at.folder / "1"
    folder.mkdir(parents=True)
    for number in range(100):
        record = Record(number, "a" if number % 10 else "unknown", str(number), bytes(640 * 1024))
        await asyncio.to_thread(refused_records.set_records_aside, folder, [record])
    monkeypatch.setattr("gateway.journal.shipper.logs.warning", lambda *_, **__: None)
    tracemalloc.start()
    try:
        await stop(*await at.start(), grace=100)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sorted(map(int, set(at.seen))) == [number for number in range(100) if number % 10]
    remain, whole = await asyncio.to_thread(all_set_aside, folder)
    assert ([record.number for record in remain], whole) == ([*range(0, 100, 10)], True)
    assert most < 40 * 1024 * 1024, most


async def test_what_an_earlier_release_set_aside_is_tried_again(at: Setting) -> None:
    (at.folder / "1").mkdir(parents=True)
    path = at.folder / "1" / "refused.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE record (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, payload BLOB)")
        database.execute("INSERT INTO record VALUES (8, 'a', 'row', x''), (9, 'unknown', 'other', x'00')")
    await stop(*await at.start())
    assert at.seen == ["row"]
    assert not path.exists()
    assert await asyncio.to_thread(all_set_aside, at.folder / "1") == (
        [Record(9, "unknown", "other", b"\0")],
        True,
    )


async def test_nothing_that_was_set_aside_is_lost_to_damage_or_a_failing_disk(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda name, **fields: told.append((name, fields["error"])))
    folder = at.folder / "1"
    folder.mkdir(parents=True)
    for number in 1, 2, 3:
        record = Record(number, "a", str(number), b"these bytes")
        await asyncio.to_thread(refused_records.set_records_aside, folder, [record])
    path = folder / "refused.journal"
    whole = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: Path("/proc/self/stat").unlink())  # refused, whoever asks
    at.hates = "2"
    await stop(*await at.start())
    assert told[0] == ("journal_record_refused", "ValueError")
    assert told[1][0] == "journal_damaged"
    assert path.read_bytes() == whole
    monkeypatch.undo()
    second = whole.index(b"these bytes", whole.index(b"these bytes") + 1)
    path.write_bytes(damaged := whole[:second] + b"other" + whole[second + 5 :])
    at.seen, at.hates = [], None
    await stop(*await at.start())
    assert at.seen == ["1", "3"]
    assert path.read_bytes() == damaged
    path.write_bytes(unknown := b"no file of a journal")
    await stop(*await at.start())
    assert path.read_bytes() == unknown


async def test_a_disk_that_fails_while_something_is_set_aside_or_removed_ends_nothing(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_records, "PAUSE", 0.01)
    monkeypatch.setattr(local, "SEGMENT_RECORDS", 1)
    failures = [OSError(5, "Input/output error"), OSError(5, "Input/output error")]

    class Failing(Segment):
        def __init__(self, path: Path) -> None:
            if path.name == "refused.journal" and failures:
                raise failures.pop()
            super().__init__(path)

    monkeypatch.setattr("gateway.journal.refused_records.Segment", Failing)
    at.hates = "refused"
    journal, carrier = await at.start()
    await journal.durable(journal.append("a", "refused", b"x"))
    await carrier.drain()
    assert not failures
    assert await asyncio.to_thread(set_aside, journal.folder) == [("refused", b"x")]
    monkeypatch.setattr(local, "remove", lambda _: Path("/proc/self/stat").unlink())  # refused, whoever asks
    for key in "1", "2", "3":
        await journal.durable(journal.append("a", key, b""))
        await carrier.drain()
    assert (at.seen, journal.failing, carrier.waiting) == (["1", "2", "3"], False, 0)
    monkeypatch.undo()
    await stop(journal, carrier)


async def test_what_another_process_left_is_shipped_by_whoever_starts(at: Setting) -> None:
    dead = LocalJournal(at.folder, Segment, SMALL_RESERVE)
    holder = LocalJournal(at.folder, Segment, SMALL_RESERVE)
    await holder.open()
    await dead.open()
    await dead.durable(dead.append("a", "left", b""))
    await dead.close()
    dead.release()
    await holder.close()
    holder.release()
    journal, carrier = await at.start()
    journal.append("b", "new", b"")
    await carrier.drain()
    assert at.seen == ["left", "new"]
    await stop(journal, carrier)
    assert not list(at.folder.rglob("*.journal"))


async def test_a_file_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipper.logs, "warning", lambda *_, **__: None)
    (at.folder / "1").mkdir(parents=True)
    (at.folder / "1" / "00000001.journal").write_bytes(b"no database at all" * 100)
    journal, carrier = await at.start()
    journal.append("a", "new", b"")
    await carrier.drain()
    assert at.seen == ["new"]
    assert (at.folder / "1" / "00000001.damaged").exists()
    await stop(journal, carrier)


async def test_what_lies_behind_damage_is_shipped_and_the_file_set_aside(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda _, **fields: told.append(fields))
    path = at.folder / "1" / "00000001.journal"
    path.parent.mkdir(parents=True)
    segment = Segment(path)
    for number in range(1, 4):
        segment.write([Record(number, "a", f"old{number}", b"these bytes")])
    segment.close()
    data = path.read_bytes()
    second = data.index(b"these bytes", data.index(b"these bytes") + 1)
    path.write_bytes(data[:second] + b"other" + data[second + 5 :])
    journal, carrier = await at.start()
    journal.append("a", "new", b"")
    await carrier.drain()
    assert at.seen == ["old1", "old3", "new"]
    assert told == [{"file": "00000001.journal", "error": "SegmentDamaged"}]
    assert path.with_suffix(".damaged").exists()
    await stop(journal, carrier)


async def test_what_a_process_of_an_earlier_release_left_is_shipped(at: Setting) -> None:
    folder = at.folder / "1"
    folder.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(folder / "00000007.db", isolation_level=None)) as database:
        database.execute("CREATE TABLE record (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, payload BLOB)")
        database.execute("INSERT INTO record VALUES (8, 'a', 'alone', x'00')")
        group = msgspec.msgpack.encode([Record(number, "a", f"together{number}", b"") for number in (9, 10)])
        database.execute("INSERT INTO record VALUES (10, 'group', '2', ?)", (group,))
    journal, carrier = await at.start()
    await journal.durable(journal.append("b", "new", b""))
    await carrier.drain()
    assert at.seen == ["alone", "together9", "together10", "new"]
    assert [path.name for path in journal.segments] == ["00000008.journal"]
    assert not list(at.folder.rglob("*.db*"))
    await stop(journal, carrier)


async def test_a_projector_with_a_defect_lets_nobody_in(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []
    monkeypatch.setattr(shipper.logs, "fault", lambda _, error: faults.append(type(error).__name__))
    journal, carrier = await at.start()
    at.fails = RuntimeError()
    journal.append("a", "1", b"")
    await until(lambda: journal.failing)
    assert faults == ["RuntimeError"]
    await stop(journal, carrier, 0)
