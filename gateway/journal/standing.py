"""How the journal on a disk stands, for whoever looks from outside; nothing is changed, and no process is disturbed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from gateway.journal.earlier import READ_ERRORS, looked_at
from gateway.journal.setting_aside import REFUSED, REFUSED_EARLIER
from gateway.journal.slots import is_segment


class JournalStanding(msgspec.Struct, frozen=True):
    """`records`: in files that are not shipped whole yet. `refused`: those that the database would not have."""

    files: int
    records: int
    refused: int
    damaged: int


def standing_of(folder: Path) -> JournalStanding:
    """Of all processes whose journals are below `folder`. Blocks; raises OSError where that may not be looked at."""
    found = [path for process in _in(folder) if process.is_dir() for path in _in(process)]
    files = list(filter(is_segment, found))
    return JournalStanding(
        files=len(files),
        records=sum(map(_records, files)),
        refused=sum(_records(path) for path in found if path.name in (REFUSED, REFUSED_EARLIER)),
        damaged=sum(path.suffix == ".damaged" for path in found),
    )


def _in(folder: Path) -> list[Path]:
    """Not by `glob`, which from Python 3.13 on takes a folder that may not be read for an empty one."""
    try:
        folder.stat()
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _records(path: Path) -> int:
    try:
        with contextlib.closing(looked_at(path)) as segment:
            return segment.count()
    except READ_ERRORS:
        return 0
