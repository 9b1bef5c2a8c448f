"""The records that were taken last, in memory, for whoever carries them on: what was just written is not read back.

Invariants
- All of the newest records without a gap, or none: beyond MOST or MOST_BYTES they are forgotten, and must be read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from gateway.core.ports import Record

MOST: Final = 10_000
MOST_BYTES: Final = 24 * 1024 * 1024
"""Of payloads; what a record was made of may hold as much again."""


class RecentRecords:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()

    def add(self, records: Iterable[Record], bytes_waiting: int) -> None:
        """Of a group that was written. `bytes_waiting`: what all records hold that are not in the database yet."""
        self._records.extend(records)
        if len(self._records) > MOST or bytes_waiting > MOST_BYTES:
            self._records.clear()

    def take(self, after: int, limit: int) -> list[Record]:
        """At most `limit` of the records that follow number `after`, each handed out once.

        [] where there are none, or where they must be read.
        """
        records = self._records
        while records and records[0].number <= after:
            records.popleft()
        if not records or records[0].number != after + 1:
            return []
        if len(records) > limit:
            return [records.popleft() for _ in range(limit)]
        taken = list(records)
        records.clear()
        return taken
