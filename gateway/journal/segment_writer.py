"""The file that the journal writes, and the next one once that is full or given up.

Invariants
- Used by the writer's thread alone, but for `segments` and `ends`, which the shipper reads and shortens.
- What is carried (a call that was begun and has not ended) stands in each file before all else, so that files before it
  can be deleted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from gateway.core.ports import Record
from gateway.journal.segment import SUFFIX, Segment


class SegmentWriter:
    """`carry`: as `LocalJournal` has it."""

    def __init__(self, make_segment: Callable[[Path], Segment], carry: tuple[str, str]) -> None:
        self._make_segment = make_segment
        self._opening, self._ending = carry
        self._carried: dict[str, Record] = {}
        self._to_carry: list[Record] = []
        """What the file that is written needs yet of `_carried`."""
        self._segment: Segment | None = None
        self._folder = Path()
        self._sequence = 0
        self._last = 0
        self.count = 0
        """Records in the file."""
        self.segments: deque[Path] = deque()
        """Files with records, oldest first, the last one being written; read and shortened by the shipper."""
        self.ends: dict[Path, int] = {}
        """Of this process's files that are full or given up: the last record in them."""

    def begin(self, folder: Path, sequence: int, last: int) -> None:
        """Before anything is written: files go into `folder`, numbered behind `sequence`; `last`: the last record's."""
        self._folder, self._sequence, self._last = folder, sequence, last

    def write(self, group: list[Record]) -> list[Record]:
        """The group, or what else has to stand in the file with it, on the disk; raises OSError."""
        if self._segment is None:
            self._sequence += 1
            path = self._folder / f"{self._sequence:08}{SUFFIX}"
            self._segment = self._make_segment(path)
            self.segments.append(path)
            self.count, self._to_carry = 0, list(self._carried.values())
        if self._to_carry:
            by_number = {record.number: record for record in (*self._to_carry, *group)}
            group = [by_number[number] for number in sorted(by_number)]
        self._segment.write(group)
        return group

    def wrote(self, group: list[Record]) -> int:
        """What `write` gave is to stay; the number of the last record on the disk."""
        self._to_carry = []
        self.count += len(group)
        for record in group:
            if record.kind == self._opening:
                self._carried[record.key] = record
            elif record.kind == self._ending:
                self._carried.pop(record.key, None)
        if group:
            self._last = group[-1].number
        return self._last

    def end_file(self) -> None:
        """The next record goes into another file."""
        if self._segment is not None:
            self.ends[self._segment.path] = self._last
            self.close()

    def close(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None
