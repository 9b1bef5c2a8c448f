"""How the journal on a disk stands, for whoever looks from outside; nothing is changed, and no process is disturbed."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from gateway.journal.refused_records import SetAside
from gateway.journal.slots import is_segment
from gateway.journal.sqlite_segments import READ_ERRORS, looked_at

UNREADABLE: Final = "unreadable"
"""In place of a kind: nobody can tell what is in the file."""


class JournalState(msgspec.Struct, frozen=True):
    """`records`: in files that are not shipped whole yet. `refused`: those that the database would not have, by kind;
    `damaged`: files that could not be read.
    """

    files: int
    records: int
    refused: dict[str, int]
    damaged: int


def journal_state(folder: Path) -> JournalState:
    """Of all processes whose journals are below `folder`. Blocks; raises OSError where that may not be looked at."""
    found = [path for process in _in(folder) if process.is_dir() for path in _in(process)]
    files = list(filter(is_segment, found))
    return JournalState(
        files=len(files),
        records=sum(map(_records, files)),
        refused=dict(sum(map(_refused, _in(folder)), Counter())),
        damaged=sum(path.suffix == ".damaged" for path in found),
    )


def _in(folder: Path) -> list[Path]:
    """Not by `glob`, which from Python 3.13 on takes a folder that may not be read for an empty one."""
    try:
        folder.stat()
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _refused(process: Path) -> Counter[str]:
    try:
        with contextlib.closing(SetAside(process, looked_at)) as set_aside:
            return Counter(record.kind for batch in iter(set_aside.next, []) for record in batch)
    except READ_ERRORS:
        return Counter({UNREADABLE: 1})


def _records(path: Path) -> int:
    try:
        with contextlib.closing(looked_at(path)) as segment:
            return segment.count()
    except READ_ERRORS:
        return 0
