"""Records that the database refused, and files that cannot be read: set aside, kept, and tried again.

What refused them may pass: a constraint that somebody added, a table that a migration was at, a release that does not
know them. So they are tried at every start, and while the process runs a minute later, and then ever more rarely, down
to once an hour. What comes late, or twice, is every projector's to take: a record of the audit finds its writer's gap.

Invariants
- What is set aside stays until the database has it: the file is replaced at one stroke, and only by one that lacks
  nothing but what was put in. A file with damage in it is read, and never replaced.
- What is set aside keeps nobody waiting for long: where of many together each is refused again, the cause still stands,
  and the rest is left to the next try, which begins with it.
- Numbers of the records are those of the processes that wrote them, in no order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
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

    async def set_aside(self, records: Sequence[Record]) -> None:
        """Return when all of them are on the disk."""
        for record in records:
            while True:
                try:
                    await self._on_disk(set_record_aside, self._own, record)
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
        try:
            kept, whole = await self._on_disk(set_aside_in, folder)
        except READ_ERRORS as error:
            logs.warning(logs.JOURNAL_DAMAGED, file=REFUSED, error=type(error).__name__)
            return 0
        if not kept:
            return 0
        untried, still = kept, list[Record]()
        while untried:
            batch, untried = untried[:TOGETHER], untried[TOGETHER:]
            refused = await self._put_in(batch)
            still += refused
            if len(refused) == TOGETHER:
                break
        remain = [*untried, *still]
        if remain != kept and whole:
            try:
                await self._on_disk(keep_aside, folder, remain)
            except READ_ERRORS as error:
                logs.warning(logs.JOURNAL_DAMAGED, file=REFUSED, error=type(error).__name__)
        logs.event(logs.JOURNAL_TRIED_AGAIN, accepted=len(kept) - len(remain), refused=len(remain))
        return len(remain)


REFUSED: Final = f"refused{segment.SUFFIX}"
REFUSED_EARLIER: Final = f"refused{sqlite_segments.SUFFIX}"
_REPLACEMENT: Final = "refused.replacement"


def set_record_aside(folder: Path, record: Record) -> None:
    """Into the folder's `refused.journal`. Blocks; raises OSError."""
    with contextlib.closing(Segment(folder / REFUSED)) as refused:
        refused.write([record])


def set_aside_in(
    folder: Path, open_file: Callable[[Path], SegmentReader | SqliteSegment] = opened
) -> tuple[list[Record], bool]:
    """Records that were set aside there, each once, and whether all could be read. Blocks; raises READ_ERRORS."""
    found: list[Record] = []
    whole = True
    for name in (REFUSED_EARLIER, REFUSED):
        if (folder / name).exists():
            with contextlib.closing(open_file(folder / name)) as file:
                records, is_whole = file.everything()
            found += records
            whole = whole and is_whole
    return list(dict.fromkeys(found)), whole


def keep_aside(folder: Path, records: Sequence[Record]) -> None:
    """These alone, of what is set aside there. Blocks; raises OSError.

    A machine that fails meanwhile may bring the old file back: its records are tried once more then.
    """
    if records:
        replacement = folder / _REPLACEMENT
        replacement.unlink(missing_ok=True)
        with contextlib.closing(Segment(replacement)) as file:
            file.write(records)
        replacement.replace(folder / REFUSED)
    else:
        (folder / REFUSED).unlink(missing_ok=True)
    sqlite_segments.remove(folder / REFUSED_EARLIER)


def set_file_aside(path: Path) -> None:
    """Under a name that ends in `.damaged`, with what SQLite keeps beside one of its own. Blocks; raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.rename(path.with_name(f"{path.stem}.damaged{suffix}"))
