"""One file of the journal: an SQLite database that is only ever appended to, and deleted whole.

Promise: a record whose `write` returned is on the disk (write-ahead log, synchronous FULL: an fsync a commit), and is
read back whole or not at all, however the process, the machine or the write ended: SQLite checks every page it replays.

Invariants
- A group is written as one transaction, and usually as one row: all of it, or nothing. A row for each record is dear,
  in pages that are half empty and in turns at the interpreter.
- What was written twice, since it was not certain that the first time had succeeded, is read once.
- After an error of input or output a file is never written again (`local` gives it up): what an operating system says
  after a failed fsync is not to be believed. What was acknowledged before stays readable.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from gateway.core.ports import Record
from gateway.storage.private_files import make_private
from gateway.storage.sqlite_values import take_as_they_are

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL
)
"""
_INSERT: Final = "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?)"
_LOCK_SECONDS: Final = 5.0

GROUP: Final = "group"
"""The kind of a row that is many records: its payload holds them, its key says how many, its number is the last's."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the payloads of such a row, beyond its first record."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Record]).decode


class Segment:
    """Opened at once; used by one thread at a time. Raises sqlite3.Error and OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        take_as_they_are()
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

    def write(self, records: Sequence[Record]) -> None:
        """Return when all of `records` are on the disk; where it raises, none is. Their numbers ascend."""
        rows = _rows(records)
        if len(rows) == 1:
            self._connection.execute(_INSERT, rows[0])
            return
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(_INSERT, rows)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def read(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with greater numbers than `after`, in their order; all of them where it is -1."""
        found: list[Record] = []
        rows = self._connection.execute(
            "SELECT number, kind, key, payload FROM record WHERE number > ? ORDER BY number", (after,)
        )
        for number, kind, key, payload in rows:
            for record in _decode(payload) if kind == GROUP else (Record(number, kind, key, payload),):
                if record.number > after:
                    after = record.number
                    found.append(record)
            if 0 <= limit <= len(found):
                rows.close()
                return found[:limit]
        return found

    def count(self) -> int:
        return count(self._connection)

    def close(self) -> None:
        self._connection.close()


def count(connection: sqlite3.Connection) -> int:
    """The records of a file, what is there twice counted twice."""
    (found,) = connection.execute(
        "SELECT total(CASE kind WHEN ? THEN CAST(key AS INTEGER) ELSE 1 END) FROM record", (GROUP,)
    ).fetchone()
    return int(found)


def _rows(records: Sequence[Record]) -> list[tuple[int, str, str, bytes]]:
    rows: list[tuple[int, str, str, bytes]] = []
    start = size = 0
    for end, record in enumerate(records):
        size += len(record.payload)
        if size > MOST_BYTES and end > start:
            rows.append(_row(records[start:end]))
            start, size = end, len(record.payload)
    if records:
        rows.append(_row(records[start:]))
    return rows


def _row(records: Sequence[Record]) -> tuple[int, str, str, bytes]:
    last = records[-1]
    if len(records) == 1:
        return last.number, last.kind, last.key, last.payload
    return last.number, GROUP, str(len(records)), _encode(records)


def remove(path: Path) -> None:
    """Take the file away, with what SQLite keeps beside it; one that is gone already is no error."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_full_disk(error: BaseException) -> bool:
    """Whether the disk had no room: then the file is as good as before, and may be written again."""
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorcode == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in {28, 122}  # ENOSPC, EDQUOT
