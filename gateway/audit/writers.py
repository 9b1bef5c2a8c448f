"""Each writer's own sequence inside the log: numbers without a gap, every record naming the one before.

A record may come late, behind later ones of its writer: the database would not have it, and took it at another try. It
belongs into the gap that it left, and has to fit there at both ends.
"""

from __future__ import annotations

import msgspec

from gateway.audit.record import FIRST_LINK, Header, Record
from gateway.audit.verdict import Finding

Departure = tuple[int, Finding, str]
"""Place, kind, detail."""


class _Gap(msgspec.Struct):
    """Numbers from `first` to before `end` are missing. `before`: the leaf of the record in front of them; `named`: the
    one that the record behind them names. `index`: the place of the record that left them out.
    """

    first: int
    end: int
    before: bytes
    named: bytes
    index: int

    @property
    def departure(self) -> Departure:
        return self.index, "delete", f"numbers {self.first} to {self.end - 1} of a writer are missing"


class _Writer(msgspec.Struct):
    number: int
    leaf: bytes
    index: int


class Writers:
    """Follows all writers through a log read in order.

    A departure from a sequence is a crime or not, depending on whether the log was signed so: `suspect` is the first
    behind what was proved; `disorder` the first that is left in the end.
    """

    def __init__(self) -> None:
        self._open: dict[bytes, _Writer] = {}
        self._closed: set[bytes] = set()
        self._recovered: set[str] = set()
        self._gaps: dict[bytes, list[_Gap]] = {}
        self._misfit: Departure | None = None
        self.suspect: Departure | None = None
        self.in_use: dict[tuple[str, str], int] = {}

    @property
    def open(self) -> int:
        """Writers that have not closed, nor died and left records that another process found."""
        return sum(writer.hex() not in self._recovered for writer in self._open)

    @property
    def disorder(self) -> Departure | None:
        """A record that fits nowhere, or a gap that none has filled: the first of them."""
        misfits = [] if self._misfit is None else [self._misfit]
        return min([*misfits, *(gap.departure for gaps in self._gaps.values() for gap in gaps)], default=None)

    def proved(self) -> None:
        """All that was taken so far is as it was signed."""
        self.suspect = None

    def take(self, record: Record, header: Header, leaf: bytes, index: int) -> None:
        writer = self._open.get(record.writer)
        expected = 0 if writer is None else writer.number + 1
        if record.writer in self._closed or record.number < expected:
            self._take_late(record, leaf, index)
            return
        before, place = (FIRST_LINK, index) if writer is None else (writer.leaf, writer.index)
        if record.number > expected:
            gap = _Gap(expected, record.number, before, record.previous, index)
            self._gaps.setdefault(record.writer, []).append(gap)
            self._suspect(gap.departure)
        elif record.previous != before:
            self._misfits(place, "edit", "the record is not the one that its writer's next one names")
        self._open[record.writer] = _Writer(record.number, leaf, index)
        if header.kind == "writer_recovered":
            self._recovered.add(header.about.get("writer", ""))
        if header.kind == "writer_close":
            del self._open[record.writer]
            self._closed.add(record.writer)

    def _take_late(self, record: Record, leaf: bytes, index: int) -> None:
        gaps = self._gaps.get(record.writer, [])
        gap = next((gap for gap in gaps if gap.first <= record.number < gap.end), None)
        if gap is None:
            self._misfits(index, "duplicate", f"number {record.number} of a writer a second time")
            return
        before = _Gap(gap.first, record.number, gap.before, record.previous, gap.index)
        behind = _Gap(record.number + 1, gap.end, leaf, gap.named, gap.index)
        position = gaps.index(gap)
        gaps[position : position + 1] = [part for part in (before, behind) if part.first < part.end]
        if any(part.first == part.end and part.before != part.named for part in (before, behind)):
            self._misfits(index, "edit", "the record does not fit between those of its writer beside it")
        if not gaps:
            del self._gaps[record.writer]

    def _misfits(self, index: int, kind: Finding, detail: str) -> None:
        self._misfit = self._misfit or (index, kind, detail)
        self._suspect((index, kind, detail))

    def _suspect(self, departure: Departure) -> None:
        self.suspect = self.suspect or departure
