"""Records that the database refused, and files that cannot be read: set aside, kept, and tried again at the next start.

A later start may be of a release, or meet a database, that takes them. Only those of kinds that may come at any later
time, and twice, are put in. Records of the audit may not: their order is signed, so a late one would pass for
tampering.

Invariants
- What is set aside stays until the database has it: the file is replaced at one stroke, and only by one that lacks
  nothing but what was put in. A file with damage in it is read, and never replaced.
- Numbers of the records are those of the processes that wrote them, in no order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.core.ports import Record
from gateway.journal import segment, sqlite_segments
from gateway.journal.segment import Segment, SegmentReader
from gateway.journal.sqlite_segments import READ_ERRORS, SqliteSegment, opened
from gateway.telemetry import logs

OnDisk = Callable[..., Awaitable[Any]]
"""Calls what blocks, in the thread that has the files."""

TOGETHER: Final = 1000
PAUSE: Final = 2.0
"""Seconds after which a disk that failed is asked again."""


async def set_aside(folder: Path, records: Sequence[Record], on_disk: OnDisk) -> None:
    """Return when all of them are on the disk."""
    for record in records:
        while True:
            try:
                await on_disk(set_record_aside, folder, record)
                break
            except READ_ERRORS as error:
                logs.warning(logs.JOURNAL_RETRY, waiting=len(records), error=type(error).__name__)
                await asyncio.sleep(PAUSE)


async def try_again(
    folder: Path,
    kinds: Collection[str],
    put_in: Callable[[Sequence[Record]], Awaitable[list[Record]]],
    on_disk: OnDisk,
) -> None:
    """Of what is set aside in `folder`, those of `kinds`. `put_in` returns those that are refused again, which stay.

    A disk that fails keeps nobody from serving: the next start tries again.
    """
    try:
        kept, whole = await on_disk(set_aside_in, folder)
    except READ_ERRORS as error:
        logs.warning(logs.JOURNAL_DAMAGED, file=REFUSED, error=type(error).__name__)
        return
    due = [record for record in kept if record.kind in kinds]
    if not due:
        return
    still: set[Record] = set()
    for start in range(0, len(due), TOGETHER):
        still.update(await put_in(due[start : start + TOGETHER]))
    if len(still) < len(due) and whole:
        try:
            await on_disk(keep_aside, folder, [each for each in kept if each.kind not in kinds or each in still])
        except READ_ERRORS as error:
            logs.warning(logs.JOURNAL_DAMAGED, file=REFUSED, error=type(error).__name__)
    logs.event(logs.JOURNAL_TRIED_AGAIN, accepted=len(due) - len(still), refused=len(still))


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
