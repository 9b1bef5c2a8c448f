"""How a journal looks from outside."""

from __future__ import annotations

from pathlib import Path

from gateway.core.ports import Record
from gateway.journal.segment import Segment
from gateway.journal.standing import JournalStanding, standing_of


def test_what_waits_and_what_was_set_aside_is_counted(tmp_path: Path) -> None:
    assert standing_of(tmp_path / "none") == JournalStanding(0, 0, 0, 0)
    folder = tmp_path / "1"
    folder.mkdir()
    written = Segment(folder / "00000001.db")
    written.write([Record(number, "usage", str(number), b"") for number in range(1, 8)])
    refused = Segment(folder / "refused.db")
    refused.write([Record(1, "usage", "bad", b"")])
    (folder / "00000002.damaged").write_bytes(b"?")
    (folder / "00000003.db").write_bytes(b"no database")
    assert standing_of(tmp_path) == JournalStanding(files=2, records=7, refused=1, damaged=1)
    written.close()
    refused.close()
