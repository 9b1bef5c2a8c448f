"""How the journal on a disk stands, for whoever looks from outside; nothing is changed, and no process is disturbed."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from urllib.parse import quote

import msgspec

from gateway.journal.segment import count


class JournalStanding(msgspec.Struct, frozen=True):
    """`records`: in files that are not shipped whole yet. `refused`: those that the database would not have."""

    files: int
    records: int
    refused: int
    damaged: int


def standing_of(folder: Path) -> JournalStanding:
    """Of all processes whose journals are below `folder`. Blocks."""
    files = [path for path in folder.glob("*/*.db") if path.stem.isdigit()]
    return JournalStanding(
        files=len(files),
        records=sum(map(_records, files)),
        refused=sum(map(_records, folder.glob("*/refused.db"))),
        damaged=len(list(folder.glob("*/*.damaged"))),
    )


def _records(path: Path) -> int:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=1)) as connection:
            return count(connection)
    except sqlite3.Error:
        return 0
