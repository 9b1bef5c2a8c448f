"""Records that the database would not have: set aside, and put in at a later start after all, which may be of a release
or a database that takes them.

Only those of kinds that may come at any later time, and twice, are put in. Records of the audit may not: their order is
signed, so a late one would pass for tampering.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.core.ports import Record
from gateway.journal.earlier import READ_ERRORS
from gateway.journal.setting_aside import REFUSED, keep_aside, set_aside_in, set_record_aside
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
