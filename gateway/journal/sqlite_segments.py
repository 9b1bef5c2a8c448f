"""Files of the journal as releases before wrote them, SQLite databases: read, and never written.

What is in them is shipped like all else. A row is a record, or a group of them: then its payload holds them, and its
key says how many.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from gateway.core.ports import Record
from gateway.journal.segment import SegmentReader

SUFFIX: Final = ".db"
READ_ERRORS: Final = (sqlite3.Error, OSError)
"""Of a file of any release."""

_GROUP: Final = "group"
_LOCK_SECONDS: Final = 1.0

_decode: Final = msgspec.msgpack.Decoder(list[Record]).decode


class SqliteSegment:
    """Used by one thread at a time. Raises sqlite3.Error."""

    damaged: Final = False
    """As `SegmentReader.damaged`: SQLite raises where a file is not whole."""

    def __init__(self, path: Path, mode: str = "rw") -> None:
        """`mode`: "rw" where nobody else has the file, whose log is then put in order; else "ro"."""
        self._connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=_LOCK_SECONDS, check_same_thread=False
        )

    def read(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with greater numbers than `after`, in their order; all of them where it is -1."""
        with contextlib.closing(self._behind(after)) as records:
            return list(islice(records, None if limit < 0 else limit))

    def everything(self) -> Iterator[Record]:
        """As `SegmentReader.everything`."""
        return self._behind(-1)

    def _behind(self, after: int) -> Generator[Record]:
        rows = self._connection.execute(
            "SELECT number, kind, key, payload FROM record WHERE number > ? ORDER BY number", (after,)
        )
        with contextlib.closing(rows):
            for number, kind, key, payload in rows:
                for record in _decode(payload) if kind == _GROUP else (Record(number, kind, key, payload),):
                    if record.number > after:
                        after = record.number
                        yield record

    def count(self) -> int:
        """The records of the file, what is there twice counted twice."""
        (found,) = self._connection.execute(
            "SELECT total(CASE kind WHEN ? THEN CAST(key AS INTEGER) ELSE 1 END) FROM record", (_GROUP,)
        ).fetchone()
        return int(found)

    def close(self) -> None:
        self._connection.close()


def opened(path: Path) -> SegmentReader | SqliteSegment:
    """A file that no living process writes, or this one. Raises READ_ERRORS."""
    return SqliteSegment(path) if path.suffix == SUFFIX else SegmentReader(path)


def looked_at(path: Path) -> SegmentReader | SqliteSegment:
    """Whosever file, disturbing nobody. Raises READ_ERRORS."""
    return SqliteSegment(path, "ro") if path.suffix == SUFFIX else SegmentReader(path)


def remove(path: Path) -> None:
    """Take the file away, with what SQLite keeps beside its own; one that is gone already is no error."""
    for suffix in ("", "-wal", "-shm") if path.suffix == SUFFIX else ("",):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
