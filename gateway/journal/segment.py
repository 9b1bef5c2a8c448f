"""One file of the journal: an SQLite database that is only ever appended to, and deleted whole.

Promise: a record whose `write` returned is on the disk (write-ahead log, synchronous FULL: an fsync a commit), and is
read back whole or not at all, however the process, the machine or the write ended: SQLite checks every page it replays.

Invariants
- A group is written as one transaction: all of it, or nothing.
- After an error of input or output a file is never written again (`local` gives it up): what an operating system says
  after a failed fsync is not to be believed. What was acknowledged before stays readable.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gateway.core.ports import Record
from gateway.storage.private_files import make_private

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL
)
"""
_LOCK_SECONDS: Final = 5.0


class Segment:
    """Opened at once; used by one thread at a time. Raises sqlite3.Error and OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_private(path)
        self._connection = sqlite3.connect(
            path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=8
        )
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(_SCHEMA)
        except sqlite3.Error:
            self._connection.close()
            raise

    def write(self, records: Iterable[Record]) -> None:
        """Return when all of `records` are on the disk; where it raises, none is."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?)",
                [(record.number, record.kind, record.key, record.payload) for record in records],
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def read(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with greater numbers than `after`, in their order."""
        rows = self._connection.execute(
            "SELECT number, kind, key, payload FROM record WHERE number > ? ORDER BY number LIMIT ?", (after, limit)
        ).fetchall()
        return [Record(*row) for row in rows]

    def count(self) -> int:
        (found,) = self._connection.execute("SELECT count(*) FROM record").fetchone()
        return int(found)

    def close(self) -> None:
        self._connection.close()


def remove(path: Path) -> None:
    """Take the file away, with what SQLite keeps beside it; one that is gone already is no error."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_full_disk(error: BaseException) -> bool:
    """Whether the disk had no room: then the file is as good as before, and may be written again."""
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in {28, 122}  # ENOSPC, EDQUOT
