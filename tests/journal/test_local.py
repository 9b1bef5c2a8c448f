"""The journal on its disk: durable when it says so, through full disks, failing disks and kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.core.ports import Record
from gateway.errors import JournalUnavailable
from gateway.journal import local
from gateway.journal.disk_reserve import DiskReserve
from gateway.journal.local import LocalJournal
from gateway.journal.segment import Segment, is_full_disk
from gateway.journal.slots import claim
from gateway.tasks import broken
from gateway.telemetry import logs
from tests.support.failing_disk import FailingDisk
from tests.support.journals import SMALL_RESERVE, Disk
from tests.support.waiting import until


@pytest_asyncio.fixture
async def disk() -> AsyncIterator[Disk]:
    yield Disk()


@pytest_asyncio.fixture
async def journal(disk: Disk, tmp_path: Path) -> AsyncIterator[LocalJournal]:
    journal = LocalJournal(tmp_path / "journal", disk, SMALL_RESERVE)
    await journal.open()
    yield journal
    disk.full = disk.broken = False
    await journal.close()
    journal.release()


async def on_disk(folder: Path) -> list[str]:
    return await asyncio.to_thread(keys_on_disk, folder)


def keys_on_disk(folder: Path) -> list[str]:
    """Keys of all records of a folder, in their order, each once."""
    keys: dict[int, str] = {}
    for path in sorted(folder.glob("[0-9]*.journal")):
        segment = Segment(path)
        for record in segment.read(0, 100_000):
            keys[record.number] = record.key
        segment.close()
    return [keys[number] for number in sorted(keys)]


@pytest.mark.asyncio
async def test_what_is_durable_is_on_the_disk_in_its_order(journal: LocalJournal) -> None:
    numbers = [journal.append("usage", f"r{number}", b"x" * number) for number in range(50)]
    assert numbers == sorted(set(numbers))
    await journal.durable(numbers[-1])
    assert await on_disk(journal.folder) == [f"r{number}" for number in range(50)]
    await journal.durable(numbers[0])
    assert not journal.failing


@pytest.mark.asyncio
async def test_records_that_come_together_share_a_commit(journal: LocalJournal, disk: Disk) -> None:
    groups: list[int] = []
    original = Segment.write

    def counted(segment: Segment, records: list[Record]) -> None:
        groups.append(len(records))
        original(segment, records)

    Segment.write = counted  # type: ignore[method-assign,assignment]
    try:
        await asyncio.gather(*(journal.durable(journal.append("usage", str(number), b"")) for number in range(200)))
    finally:
        Segment.write = original  # type: ignore[method-assign]
    assert sum(groups) == 200
    assert len(groups) < 20


@pytest.mark.asyncio
async def test_a_file_is_for_its_owner_alone(journal: LocalJournal) -> None:
    await journal.durable(journal.append("usage", "r", b""))
    assert {path.stat().st_mode & 0o777 for path in journal.folder.iterdir()} == {0o600}
    assert journal.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.asyncio
async def test_a_full_disk_lets_nobody_in_and_what_is_under_way_end_in_writing(
    journal: LocalJournal, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = journal.folder / "reserve"
    assert reserve.stat().st_size == SMALL_RESERVE
    original = DiskReserve.give_up

    def give_up(self: DiskReserve) -> None:
        original(self)
        disk.full = False  # the reserve was what was missing

    def nothing_left(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(DiskReserve, "give_up", give_up)
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", nothing_left)
        disk.full = True
        number = journal.append("usage", "terminal", b"")
        await until(lambda: journal.durable_to >= number)
        assert journal.failing
        assert not reserve.exists()
        assert await on_disk(journal.folder) == ["terminal"]
    await until(lambda: not journal.failing)
    assert reserve.exists()
    assert disk.opened == [journal.folder / "00000001.journal"], "a full disk spoils no file"


@pytest.mark.asyncio
async def test_without_a_reserve_nobody_is_let_in_and_nothing_is_lost(journal: LocalJournal, disk: Disk) -> None:
    disk.full = True
    with pytest.raises(JournalUnavailable):
        await journal.durable(journal.append("usage", "a", b""))
    assert journal.failing
    with pytest.raises(JournalUnavailable):
        await journal.durable(journal.append("usage", "b", b""))
    disk.full = False
    await until(lambda: not journal.failing)
    await journal.durable(journal.append("usage", "c", b""))
    assert await on_disk(journal.folder) == ["a", "b", "c"]


@pytest.mark.asyncio
async def test_a_disk_without_room_for_the_reserve_is_told_and_does_not_keep_the_process_from_its_end(
    tmp_path: Path,
) -> None:
    before = logs.warnings[logs.JOURNAL_FAILED]
    journal = LocalJournal(tmp_path / "journal", reserve_bytes=1 << 60)
    await journal.open()
    journal.append("usage", "r", b"x")
    await until(lambda: journal.durable_to == journal.last)
    assert journal.failing
    assert logs.warnings[logs.JOURNAL_FAILED] == before + 1, "once, not at each group of records"
    async with asyncio.timeout(10):
        assert await journal.close() == 0
    assert await on_disk(journal.folder) == ["r"]
    journal.release()


class _Defect(Segment):
    def write(self, records: Sequence[Record]) -> None:
        raise ZeroDivisionError


@pytest.mark.asyncio
async def test_a_defect_that_ends_the_writer_leaves_nobody_waiting(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    journal = LocalJournal(tmp_path / "journal", _Defect, SMALL_RESERVE)
    await journal.open()
    async with asyncio.timeout(10):
        with pytest.raises(JournalUnavailable):
            await journal.durable(journal.append("usage", "a", b""))
    assert journal.failing
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError]
    assert broken(vital=True) == ["write the journal"], "no replica is ready that writes nothing down"
    with pytest.raises(JournalUnavailable):
        await journal.durable(journal.append("usage", "b", b""))
    await journal.close()
    journal.release()


@pytest.mark.asyncio
async def test_after_a_failed_fsync_the_file_is_never_written_again(journal: LocalJournal, disk: Disk) -> None:
    await journal.durable(journal.append("usage", "a", b""))
    disk.broken = True
    with pytest.raises(JournalUnavailable):
        await journal.durable(journal.append("usage", "b", b""))
    assert journal.failing
    disk.broken = False
    await until(lambda: not journal.failing)
    await journal.durable(journal.append("usage", "c", b""))
    assert disk.written_after_failure == []
    assert len(disk.opened) == 2
    assert await on_disk(journal.folder) == ["a", "b", "c"]


@pytest.mark.asyncio
async def test_one_failed_fsync_is_enough_and_closing_the_file_writes_nothing_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel refuses one fsync and is well again: what it then says of the file is not to be believed."""
    failing = FailingDisk().take_journal(monkeypatch)
    journal = LocalJournal(tmp_path / "journal", Segment, SMALL_RESERVE)
    await journal.open()
    await journal.durable(journal.append("usage", "before", b"x"))
    failing.broken_once = True
    with pytest.raises(JournalUnavailable):
        await journal.durable(journal.append("usage", "meanwhile", b"x"))
    await until(lambda: not journal.disk_fails)
    await journal.durable(journal.append("usage", "after", b"x"))
    assert await on_disk(journal.folder) == ["before", "meanwhile", "after"]
    await journal.close()
    assert failing.written_after_failure == set()
    assert len(journal.segments) == 2
    await asyncio.to_thread(journal.remove_oldest)
    assert [path.name for path in journal.segments] == ["00000002.journal"]
    assert await on_disk(journal.folder) == ["meanwhile", "after"]
    journal.release()


@pytest.mark.asyncio
async def test_files_end_and_new_ones_begin(journal: LocalJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SEGMENT_RECORDS", 10)
    for number in range(4):
        await journal.durable(max(journal.append("usage", f"{number}.{each}", b"") for each in range(10)))
    assert [path.name for path in journal.segments] == [f"0000000{number}.journal" for number in (1, 2, 3, 4)]
    assert len(await on_disk(journal.folder)) == 40


@pytest.mark.asyncio
async def test_two_processes_never_share_a_folder_and_the_dead_are_inherited(tmp_path: Path) -> None:
    first, second = LocalJournal(tmp_path, Segment, SMALL_RESERVE), LocalJournal(tmp_path, Segment, SMALL_RESERVE)
    await first.open()
    await second.open()
    assert (first.folder.name, second.folder.name) == ("1", "2")
    await second.durable(second.append("usage", "left", b""))
    await second.close()
    second.release()
    third = LocalJournal(tmp_path, Segment, SMALL_RESERVE)
    await first.close()
    first.release()
    await third.open()
    assert third.folder.name == "1"
    assert [path.parent.name for path in third.segments] == ["2"]
    assert not third.wrote(third.segments[0])
    await third.close()
    third.release()


def test_a_folder_is_free_again_once_it_is_released(tmp_path: Path) -> None:
    slot, left = claim(tmp_path)
    assert left == []
    slot.release()
    again, _ = claim(tmp_path)
    assert again.folder == slot.folder
    again.release()


def test_a_folder_that_may_not_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whom nothing is locked, root, cannot lock it: the system's answer is made up."""
    slot, _ = claim(tmp_path)
    Segment(slot.folder / "00000001.journal").close()
    slot.release()

    def refused(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", refused)
    monkeypatch.setattr("os.listdir", refused)
    with pytest.raises(PermissionError):
        slot.segments()


def test_a_full_disk_is_told_from_a_broken_one() -> None:
    assert is_full_disk(OSError(28, ""))
    assert not is_full_disk(OSError(5, ""))


WRITER = """
import asyncio, sys
from pathlib import Path
from gateway.journal.local import LocalJournal
from gateway.journal.disk_reserve import DiskReserve

async def main():
    journal = LocalJournal(Path(sys.argv[1]), reserve_bytes=65536)
    await journal.open()
    number = 0
    while True:
        await journal.durable(max(journal.append("usage", f"{number}.{each}", b"payload") for each in range(3)))
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


def test_what_was_confirmed_survives_kill_9(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            confirmed = int(line)
            if confirmed == 30:
                break
        process.send_signal(signal.SIGKILL)
        confirmed = max([confirmed, *map(int, process.stdout.read().split())])
    keys = keys_on_disk(tmp_path / "1")
    assert keys[: 3 * (confirmed + 1)] == [f"{number}.{each}" for number in range(confirmed + 1) for each in range(3)]


@pytest.mark.asyncio
async def test_what_is_open_is_carried_from_file_to_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "SEGMENT_RECORDS", 5)
    journal = LocalJournal(tmp_path, Segment, SMALL_RESERVE, carry=("opened", "ended"))
    await journal.open()
    for key in ("a", "b"):
        await journal.durable(journal.append("opened", key, b""))
    await journal.durable(journal.append("ended", "a", b""))
    for number in range(20):
        await journal.durable(journal.append("other", str(number), b""))
    await journal.close()
    last = journal.segments[-1]
    journal.release()
    assert len(journal.segments) > 3
    segment = await asyncio.to_thread(Segment, last)
    found = await asyncio.to_thread(segment.read, 0, 100)
    await asyncio.to_thread(segment.close)
    assert [record.key for record in found if record.kind == "opened"] == ["b"]
