"""How a journal looks from outside."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import msgspec

from gateway.core.ports import Record
from gateway.journal.segment import Segment
from gateway.journal.state import JournalState, journal_state


def test_what_waits_and_what_was_set_aside_is_counted(tmp_path: Path) -> None:
    assert journal_state(tmp_path / "none") == JournalState(0, 0, {}, 0)
    folder = tmp_path / "1"
    folder.mkdir()
    written = Segment(folder / "00000001.journal")
    written.write([Record(number, "usage", str(number), b"") for number in range(1, 8)])
    refused = Segment(folder / "refused.journal")
    refused.write([Record(1, "usage", "bad", b"")])
    refused.write([Record(1, "audit", "bad", b"")])
    (folder / "00000002.damaged").write_bytes(b"?")
    (folder / "00000003.journal").write_bytes(b"no file of a journal")
    assert journal_state(tmp_path) == JournalState(files=2, records=7, refused={"usage": 1, "audit": 1}, damaged=1)
    group = msgspec.msgpack.encode([Record(number, "usage", str(number), b"") for number in range(2, 10)])
    for earlier in "00000004.db", "refused.db":
        with contextlib.closing(sqlite3.connect(folder / earlier, isolation_level=None)) as database:
            database.execute("CREATE TABLE record (number INTEGER PRIMARY KEY, kind TEXT, key TEXT, payload BLOB)")
            database.execute("INSERT INTO record VALUES (1, 'usage', 'r', x'00'), (9, 'group', '8', ?)", (group,))
    state = JournalState(files=3, records=16, refused={"usage": 10, "audit": 1}, damaged=1)
    assert journal_state(tmp_path) == state
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "refused.journal").write_bytes(b"no file of a journal")
    assert journal_state(tmp_path).refused == {"usage": 10, "audit": 1, "unreadable": 1}
    written.close()
    refused.close()
