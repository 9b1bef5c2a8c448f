"""Each writer's own sequence inside the log: numbers without a gap, every record naming the one before."""

from __future__ import annotations

import msgspec

from gateway.audit.record import FIRST_LINK, Header, Record
from gateway.audit.verdict import Finding


class _Writer(msgspec.Struct):
    number: int
    leaf: bytes
    index: int


class Writers:
    """Follows all writers through a log read in order.

    `disorder` is the first departure from a sequence; whether that is a crime depends on whether the log was signed so.
    """

    def __init__(self) -> None:
        self._open: dict[bytes, _Writer] = {}
        self._closed: set[bytes] = set()
        self.disorder: tuple[int, Finding, str] | None = None
        self.in_use: dict[tuple[str, str], int] = {}

    @property
    def open(self) -> int:
        """Writers that have not closed."""
        return len(self._open)

    def take(self, record: Record, header: Header, leaf: bytes, index: int) -> None:
        writer = self._open.get(record.writer)
        if writer is None:
            number, previous, before = 0, FIRST_LINK, index
            self._open[record.writer] = _Writer(record.number, leaf, index)
        else:
            number, previous, before = writer.number + 1, writer.leaf, writer.index
            writer.number, writer.leaf, writer.index = record.number, leaf, index
        if self.disorder is None:
            self._judge(record, number, previous, before, index)
        if header.kind == "writer_close":
            del self._open[record.writer]
            self._closed.add(record.writer)

    def _judge(self, record: Record, number: int, previous: bytes, before: int, index: int) -> None:
        if record.writer in self._closed or record.number < number:
            self.disorder = index, "duplicate", f"number {record.number} of a writer a second time"
        elif record.number > number:
            self.disorder = index, "delete", f"numbers {number} to {record.number - 1} of a writer are missing"
        elif record.previous != previous:
            self.disorder = before, "edit", "the record is not the one that its writer's next one names"
