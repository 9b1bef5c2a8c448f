"""The records that this process has just made, for whoever puts them into the log: read and hashed once, not twice.

Invariants
- What is given out belongs to the very payload that is asked about, not to one that says the same: a record that came
  from the disk is read from there.
- Beyond MOST or MOST_BYTES all are let go of, and are read again.
"""

from __future__ import annotations

from typing import Final

from gateway.audit.writer import Made
from gateway.core.ports import Record

MOST: Final = 10_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of payloads, of which the records are a second copy."""


_NOTHING: Final[tuple[bytes, None]] = b"", None


class JustMade:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[bytes, Made]] = {}
        self._bytes = 0

    def add(self, number: int, payload: bytes, made: Made) -> None:
        """`number`: in the journal, where `payload` stands for the record."""
        self._bytes += len(payload)
        if self._bytes > MOST_BYTES or len(self._made) >= MOST:
            self._made.clear()
            self._bytes = len(payload)
        self._made[number] = payload, made

    def take(self, record: Record) -> Made | None:
        """What became this record of the journal; once."""
        payload, made = self._made.pop(record.number, _NOTHING)
        self._bytes -= len(payload)
        return made if payload is record.payload else None
