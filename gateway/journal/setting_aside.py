"""What is put out of the journal's way, and kept: a record that no database takes, a file that nobody can read."""

from __future__ import annotations

from pathlib import Path

from gateway.core.ports import Record
from gateway.journal.segment import Segment


def set_record_aside(folder: Path, record: Record) -> None:
    """Into the folder's `refused.db`. Blocks; raises sqlite3.Error, OSError."""
    segment = Segment(folder / "refused.db")
    try:
        segment.write([record])
    finally:
        segment.close()


def set_file_aside(path: Path) -> None:
    """Under a name that ends in `.damaged`, with what SQLite keeps beside it. Blocks; raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.exists():
            damaged.rename(path.with_name(f"{path.stem}.damaged{suffix}"))
