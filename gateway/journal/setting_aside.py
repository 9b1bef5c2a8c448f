"""What is put out of the journal's way, and kept: a record that no database takes, a file that nobody can read."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from gateway.core.ports import Record
from gateway.journal import earlier, segment
from gateway.journal.segment import Segment

REFUSED: Final = f"refused{segment.SUFFIX}"
REFUSED_EARLIER: Final = f"refused{earlier.SUFFIX}"


def set_record_aside(folder: Path, record: Record) -> None:
    """Into the folder's `refused.journal`. Blocks; raises OSError."""
    with contextlib.closing(Segment(folder / REFUSED)) as refused:
        refused.write([record])


def set_file_aside(path: Path) -> None:
    """Under a name that ends in `.damaged`, with what SQLite keeps beside one of its own. Blocks; raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.rename(path.with_name(f"{path.stem}.damaged{suffix}"))
