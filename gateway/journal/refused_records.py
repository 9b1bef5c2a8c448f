"""Records that the database refused, and files that cannot be read: set aside, kept, and tried again.

What refused them may pass: a constraint that somebody added, a table that a migration was at, a release that does not
know them. So they are tried at every start, and while the process runs a minute later, and then ever more rarely, down
to once an hour. What comes late, or twice, is every projector's to take: a record of the audit finds its writer's gap.

Invariants
- What is set aside stays until the database has it: the file is replaced at one stroke, and only by one that lacks
  nothing but what was put in. A file with damage in it is read, and never replaced.
- What is set aside keeps nobody waiting for long: where of many together each is refused again, the cause still stands,
  and the rest is left to the next try, which begins with it.
- What a process set aside before it was killed is not set aside once more by who reads its files after it.
- Numbers of the records are those of the processes that wrote them, in no order.
- However much is set aside, one batch of it is in memory at a time, and a byte for each record. One task does all that
  is done in a folder, so what was counted in one reading is the same in the next.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final

from gateway.core.ports import Record
from gateway.journal import segment, sqlite_segments
from gateway.journal.segment import Segment, SegmentReader
from gateway.journal.sqlite_segments import READ_ERRORS, SqliteSegment, opened
from gateway.telemetry import logs

OnDisk = Callable[..., Awaitable[Any]]
"""Calls what blocks, in the thread that has the files."""

TOGETHER: Final = 100
"""Each record that is refused again costs two transactions, each on a connection of its own: of a thousand, which may
take a minute, whoever waits for the ledger would give up.
"""
PAUSE: Final = 2.0
"""Seconds after which a disk that failed is asked again."""
FIRST_TRY: Final = 60.0
LONGEST_WAIT: Final = 3600.0
"""Seconds between two tries, doubling from the first to the longest."""


class RefusedRecords:
    """Of the folders that this process holds: its own, and those that the dead have left."""

    def __init__(
        self,
        own: Path,
        left: Sequence[Path],
        put_in: Callable[[Sequence[Record]], Awaitable[list[Record]]],
        on_disk: OnDisk,
    ) -> None:
        """`put_in` returns those that are refused again."""
        self._own = own
        self._left = left
        self._put_in = put_in
        self._on_disk = on_disk
        self._wait = FIRST_TRY
        self._due: float | None = None
        self.count = 0
        """Records that are set aside, as far as was read."""

    @property
    def seconds_left(self) -> float | None:
        """Until the next try; None where nothing is to be tried."""
        return None if self._due is None else max(self._due - monotonic(), 0.0)

    async def set_aside(self, records: Sequence[Record], inherited: bool) -> None:
        """Return when all of them are on the disk. `inherited`: of a process that may have set them aside itself, and
        was killed before their file was done with.
        """
        if inherited and records:
            records = await self._on_disk(those_not_in, (self._own, *self._left), records)
        while records:
            try:
                await self._on_disk(set_records_aside, self._own, records)
                break
            except READ_ERRORS as error:
                logs.warning(logs.JOURNAL_RETRY, waiting=len(records), error=type(error).__name__)
                await asyncio.sleep(PAUSE)
        self.count += len(records)
        if records and self._due is None:
            self._due = monotonic() + self._wait

    async def try_again(self) -> None:
        """All folders. A disk that fails keeps nobody from serving: the next start tries again."""
        self.count = sum([await self._try_folder(folder) for folder in (self._own, *self._left)])
        if self.count:
            self._due = monotonic() + self._wait
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        else:
            self._due, self._wait = None, FIRST_TRY

    async def _try_folder(self, folder: Path) -> int:
        """How many records remain, to be tried later."""
        remain, tried, in_a_row = bytearray(), 0, 0
        set_aside = SetAside(folder)
        try:
            while batch := await self._on_disk(set_aside.next):
                if in_a_row >= TOGETHER:
                    remain += b"\1" * len(batch)
                    continue
                refused = set(await self._put_in(batch))
                remain += bytes(record in refused for record in batch)
                tried = len(remain)
                in_a_row = in_a_row + len(batch) if len(refused) == len(batch) else 0
            if remain and set_aside.whole and (tried < len(remain) or not all(remain)):
                await self._keep(folder, remain, tried)
        except READ_ERRORS as error:
            logs.warning(logs.JOURNAL_DAMAGED, file=REFUSED, error=type(error).__name__)
        finally:
            await self._on_disk(set_aside.close)
        if remain:
            logs.event(logs.JOURNAL_TRIED_AGAIN, accepted=remain.count(0), refused=remain.count(1))
        return remain.count(1)

    async def _keep(self, folder: Path, remain: bytearray, tried: int) -> None:
        """Of what is set aside there those whose byte in `remain` is 1, first what is behind the `tried`.

        A machine that fails meanwhile may bring the old file back: its records are tried once more then.
        """
        if any(remain):
            replacement = await self._on_disk(begin_replacement, folder)
            try:
                for begin, end in ((tried, len(remain)), (0, tried)):
                    await self._copy(folder, remain, range(begin, end), replacement)
            finally:
                await self._on_disk(replacement.close)
        await self._on_disk(put_in_place if any(remain) else forget_set_aside, folder)

    async def _copy(self, folder: Path, remain: bytearray, places: range, to: Segment) -> None:
        """A batch at a time: records of requests go to the same disk in between."""
        set_aside, place = SetAside(folder), 0
        try:
            while place < places.stop and (batch := await self._on_disk(set_aside.next)):
                copied = [record for at, record in enumerate(batch, place) if at in places and remain[at]]
                place += len(batch)
                await self._on_disk(to.write, copied)
        finally:
            await self._on_disk(set_aside.close)


REFUSED: Final = f"refused{segment.SUFFIX}"
REFUSED_EARLIER: Final = f"refused{sqlite_segments.SUFFIX}"
_REPLACEMENT: Final = "refused.replacement"


def set_records_aside(folder: Path, records: Sequence[Record]) -> None:
    """Into the folder's `refused.journal`. Blocks; raises OSError."""
    with contextlib.closing(Segment(folder / REFUSED)) as refused:
        refused.write(records)


def those_not_in(folders: Sequence[Path], records: Sequence[Record]) -> list[Record]:
    """Of these, in their order, those that none of the folders has set aside yet, as far as it can be read. Blocks."""
    missing = dict.fromkeys(records)
    for folder in folders:
        with contextlib.closing(SetAside(folder)) as set_aside, contextlib.suppress(*READ_ERRORS):
            for batch in iter(set_aside.next, []):
                for record in batch:
                    missing.pop(record, None)
    return list(missing)


class SetAside:
    """The records that were set aside in a folder, a batch at a time; used by one thread at a time. Blocks; raises
    READ_ERRORS, both but where it is made. What is there twice in one batch is given once.
    """

    def __init__(self, folder: Path, open_file: Callable[[Path], SegmentReader | SqliteSegment] = opened) -> None:
        self._folder = folder
        self._open_file = open_file
        self._batches = self._read()
        self.whole = True
        """Whether all could be read, as far as it was."""

    def next(self) -> list[Record]:
        """At most TOGETHER records, of about MOST_BYTES at most; empty where there are no more. Of a folder that does
        not change the batches are always the same.
        """
        return next(self._batches, [])

    def close(self) -> None:
        self._batches.close()

    def _read(self) -> Generator[list[Record]]:
        batch, size = list[Record](), 0
        paths = [self._folder / name for name in (REFUSED_EARLIER, REFUSED)]
        for path in filter(Path.exists, paths):
            with contextlib.closing(self._open_file(path)) as file:
                for record in file.everything():
                    batch.append(record)
                    size += len(record.payload)
                    if len(batch) >= TOGETHER or size >= segment.MOST_BYTES:
                        yield list(dict.fromkeys(batch))
                        batch, size = [], 0
                self.whole = self.whole and not file.damaged
        if batch:
            yield list(dict.fromkeys(batch))


def begin_replacement(folder: Path) -> Segment:
    """Of the folder's `refused.journal`, until `put_in_place`; the caller closes it. Blocks; raises OSError."""
    (folder / _REPLACEMENT).unlink(missing_ok=True)
    return Segment(folder / _REPLACEMENT)


def put_in_place(folder: Path) -> None:
    """The replacement, for all that was set aside there. Blocks; raises OSError."""
    (folder / _REPLACEMENT).replace(folder / REFUSED)
    sqlite_segments.remove(folder / REFUSED_EARLIER)


def forget_set_aside(folder: Path) -> None:
    """Blocks; raises OSError."""
    (folder / REFUSED).unlink(missing_ok=True)
    sqlite_segments.remove(folder / REFUSED_EARLIER)


def set_file_aside(path: Path) -> None:
    """Under a name that ends in `.damaged`, with what SQLite keeps beside one of its own. Blocks; raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.rename(path.with_name(f"{path.stem}.damaged{suffix}"))
