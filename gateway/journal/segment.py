r"""One file of the journal: groups of records, one behind the other. It is only ever appended to, and deleted whole.

    file  = "gwjrnl1\n" ‖ mark (8 random bytes) ‖ frame … ‖ noughts
    frame = mark ‖ length (4) ‖ check (4) ‖ the records of a group, as MessagePack of that length
    check = CRC-32 of the frame's place in the file (8), its length (4) and its records

Promise: a record whose `write` returned is on the disk, and is read back whole or not at all, however the process, the
machine or the write ended.

Invariants
- A frame is on the disk before the next is begun. So one that does not check, with none behind it, is the torn end of a
  write that nobody was told of; one with others behind it is damage: those are read all the same, and then it is told.
- The mark is drawn for each file: what clients bring into a record passes for no frame.
- What was written twice, since it was not certain that the first time had succeeded, is read once.
- After an error of input or output a file is never written again (`local` gives it up): what an operating system says
  after a failed fsync is not to be believed. What was acknowledged before stays readable.

Why noughts: room that was written before is written again without a word to the file system's own journal. A sync takes
half as long, and a third less of the processor.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from struct import Struct
from typing import Final
from zlib import crc32

import msgspec

from gateway.core.ports import Record

SUFFIX: Final = ".journal"

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the payloads of a frame, beyond its first record."""
ROOM_BYTES: Final = 1024 * 1024
"""What is written ahead in noughts, at most: as much again as a file holds, while that is little."""

_BEGINNING: Final = b"gwjrnl1\n"
_MARK_BYTES: Final = 8
_FIRST: Final = len(_BEGINNING) + _MARK_BYTES
"""Where the first frame lies."""
_HEAD: Final = Struct(f">{_MARK_BYTES}sII")
_PLACED: Final = Struct(">QI")
_FULL: Final = frozenset({28, 122})
"""ENOSPC, EDQUOT."""

_NOUGHTS: Final = memoryview(bytes(ROOM_BYTES))
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Record]).decode
_on_disk: Final = attrgetter(*Record.__struct_fields__)
"""A record without what is in memory only."""


class SegmentDamaged(OSError):
    """What was on the disk has changed there."""


class SegmentReader:
    """Reads a file, also while it is being written; used by one thread at a time. Raises OSError."""

    def __init__(self, path: Path, mode: int = os.O_RDONLY) -> None:
        """Raises SegmentDamaged, too, where it is no file of a journal."""
        self.path = path
        self._file = os.open(path, mode, 0o600)
        self._mark = b""
        """Empty until there is one in the file."""
        self._left_off = self._left_after = 0
        """Where reading goes on, and behind which record."""
        self._damaged = False
        try:
            self._read_mark()
        except OSError:
            self.close()
            raise

    def read(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records with greater numbers than `after`, in their order; all of them where it is -1.

        Raises SegmentDamaged where there are no more, and some on the way did not read.
        """
        place = self._left_off if after >= self._left_after else 0
        found: list[Record] = []
        for at, records in self._frames(place):
            place = at
            for record in records:
                if record.number > after:
                    after = record.number
                    found.append(record)
            if 0 <= limit <= len(found):
                found = found[:limit]
                break
        if not found and self._damaged:
            raise SegmentDamaged(0, "damaged", str(self.path))
        self._left_off, self._left_after = place, found[-1].number if found else after
        return found

    def everything(self) -> Iterator[Record]:
        """All records of a file whose numbers may be of several processes, a frame in memory at a time; then `damaged`
        tells whether that was all of it.
        """
        self._damaged = False
        for _, records in self._frames(0):
            yield from records

    @property
    def damaged(self) -> bool:
        """Whether some of what was read until now did not check."""
        return self._damaged

    def count(self) -> int:
        """The records of the file, what is there twice counted twice."""
        return sum([len(records) for _, records in self._frames(0)])

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read_mark(self) -> None:
        beginning = os.pread(self._file, _FIRST, 0)
        if beginning.startswith(_BEGINNING) and len(beginning) == _FIRST:
            self._mark = beginning[len(_BEGINNING) :]
        elif not _BEGINNING.startswith(beginning.rstrip(b"\0")):  # which it may be when its first write was cut short
            raise SegmentDamaged(0, "no file of a journal", str(self.path))

    def _frames(self, place: int) -> Iterator[tuple[int, list[Record]]]:
        """(its place, its records) of each frame from that place on."""
        if not self._mark:
            self._read_mark()
        place = max(place, _FIRST)
        while self._mark:
            frame = self._frame(place)
            if frame is None:
                further = self._further(place)
                if further is None:
                    return
                frame = self._frame(place)  # it may have been written only while we looked for the next
                if frame is None:
                    self._damaged = True
                    place = further
                    continue
            end, records = frame
            yield place, records
            place = end

    def _frame(self, place: int) -> tuple[int, list[Record]] | None:
        """(where it ends, its records); None where there is none that checks."""
        head = os.pread(self._file, _HEAD.size, place)
        if len(head) < _HEAD.size:
            return None
        mark, length, check = _HEAD.unpack(head)
        if mark != self._mark or length > os.fstat(self._file).st_size - place:
            return None
        body = os.pread(self._file, length, place + _HEAD.size)
        if len(body) < length or _check(place, body) != check:
            return None
        try:
            return place + _HEAD.size + length, _decode(body)
        except msgspec.DecodeError:  # of a later release
            return None

    def _further(self, place: int) -> int | None:
        """The place of the next frame that checks, behind this one."""
        start = place + 1
        while block := os.pread(self._file, ROOM_BYTES, start):
            at = block.find(self._mark)
            while at >= 0:
                if self._frame(start + at) is not None:
                    return start + at
                at = block.find(self._mark, at + 1)
            start += max(len(block) - _MARK_BYTES + 1, 1)  # the next may lie across the edge of two
        return None


class Segment(SegmentReader):
    """Made where there is none, for its owner only; else appended to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, os.O_RDWR | os.O_CREAT)
        self._end = 0
        """Where the next frame goes; 0: nobody has looked yet."""
        self._room = 0
        """As far as the file was written, with records or noughts."""

    def write(self, records: Sequence[Record]) -> None:
        """Return when all of `records` are on the disk; where it raises, nobody may rely on any. Their numbers ascend.

        After an error of a full disk it may be called again.
        """
        for some in _parts(records):
            self._append(_encode(list(map(_on_disk, some))))

    def _append(self, body: bytes) -> None:
        first = not self._mark and not self._end
        mark = os.urandom(_MARK_BYTES) if first else self._mark
        if not self._end:
            self._end = _FIRST if first else self._find_end()
        place = self._end
        frame = _HEAD.pack(mark, len(body), _check(place, body)) + body
        if first:
            place, frame = 0, _BEGINNING + mark + frame
        end = place + len(frame)
        try:
            self._put(place, frame)
            if end > self._room:
                self._make_room(end)
            os.fdatasync(self._file)
            if first:
                _sync_folder(self.path.parent)
        except OSError:
            if first:
                self._end = 0
            raise
        self._mark, self._end = mark, end

    def _find_end(self) -> int:
        place: int | None = _FIRST
        end = _FIRST
        while place is not None:
            if (frame := self._frame(place)) is None:
                place = self._further(place)
            else:
                place = end = frame[0]
        return end

    def _make_room(self, end: int) -> None:
        """Behind the records that end there. Where there is none, theirs was the last: the next write tells."""
        with contextlib.suppress(OSError):
            self._put(end, _NOUGHTS[: min(end, ROOM_BYTES)])
        self._room = os.fstat(self._file).st_size

    def _put(self, place: int, data: bytes | memoryview) -> None:
        left = memoryview(data)
        while left:
            done = os.pwrite(self._file, left, place)
            place += done
            left = left[done:]


def _check(place: int, body: bytes) -> int:
    return crc32(body, crc32(_PLACED.pack(place, len(body))))


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    if sum([len(record.payload) for record in records]) <= MOST_BYTES and records:  # nearly always
        yield records
        return
    start = size = 0
    for end, record in enumerate(records):
        size += len(record.payload)
        if size > MOST_BYTES and end > start:
            yield records[start:end]
            start, size = end, len(record.payload)
    if records:
        yield records[start:]


def _sync_folder(folder: Path) -> None:
    """A file's name is on the disk when its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_full_disk(error: OSError) -> bool:
    """Whether the disk had no room: then the file is as good as before, and may be written again."""
    return error.errno in _FULL
