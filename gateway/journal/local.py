"""The journal of one process: records in from its event loop, groups of them out to the disk by one thread.

Promise: a record that was taken is on the disk within a few milliseconds, and what `durable` has confirmed is never
lost: not by kill -9, a power cut, a full disk or a disk that fails.

Invariants
- One thread writes; a group is written and synchronised once. A lone record waits for company at most `LINGER`.
- A full disk: the reserve, a file of `RESERVE_BYTES` kept for that, is given up, so that what is under way can still
  end in writing; `failing` lets nothing new in until the reserve stands again.
- Any other error of the disk: the file is never written again, and its records are tried in a new one; `failing` until
  one could be written.
- Records wait in memory until they are written, however long that takes; nobody waits for them without being told.
- A file ends after `SEGMENT_RECORDS`, so that it can be deleted whole when all of it is in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from errno import errorcode
from operator import attrgetter
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from gateway.core.ports import FreshRecord, Record
from gateway.journal.disk_reserve import RESERVE_BYTES, DiskReserve
from gateway.journal.recent_records import RecentRecords
from gateway.journal.segment import Segment, is_full_disk
from gateway.journal.segment_writer import SegmentWriter
from gateway.journal.slots import Slot, claim
from gateway.journal.sqlite_segments import READ_ERRORS, opened, remove
from gateway.journal.waiters import Refusal, Waiters, unavailable
from gateway.journal.wakeup import Wakeup
from gateway.tasks import thread_for_good
from gateway.telemetry import logs

LINGER: Final = 0.005
BETWEEN_COMMITS: Final = 0.002
"""Seconds from one commit to the next under load: what comes meanwhile shares the next fsync."""
GROUP: Final = 2000
SEGMENT_RECORDS: Final = 20_000
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0

_payload: Final = attrgetter("payload")

_NUMBERS: Final = 1 << 40
"""Records that one process can number."""


class LocalJournal:
    """Implements `core.ports.Journal`. `open` on the loop that appends; `close`, then `release`, end it."""

    def __init__(
        self,
        folder: Path,
        make_segment: Callable[[Path], Segment] = Segment,
        reserve_bytes: int = RESERVE_BYTES,
        carry: tuple[str, str] = ("", ""),
    ) -> None:
        """`carry`: a kind of records that are copied from file to file until one of the other kind has their key."""
        self._folder = folder
        self._writer = SegmentWriter(make_segment, carry)
        self._reserve_bytes = reserve_bytes
        self._slot: Slot | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._taken: deque[Record] = deque()
        self.at_hand = RecentRecords()
        self._bell = Wakeup()
        self._closing = False
        self._waiters = Waiters()
        self._reserve: DiskReserve | None = None
        self.last = self.began = 0
        """Numbers of the record taken last, and of none: where this process began to count."""
        self.durable_to = 0
        self.bytes_waiting = 0
        """Of payloads that are not in the database yet."""
        self.disk_fails = False
        self.held_back: Callable[[], bool] = lambda: False
        """Whether whoever carries records on asks for a stop; set by the shipper."""
        self.on_durable: Callable[[], None] = lambda: None
        """Called on the loop when more records are on the disk; set by the shipper."""
        self.segments, self.ends = self._writer.segments, self._writer.ends
        self.left: list[Slot] = []
        """Folders of processes that died."""

    @property
    def failing(self) -> bool:
        return self.disk_fails or self.held_back()

    async def open(self) -> None:
        """Take a folder and start to write. Raises OSError where there is no place for a folder."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._settle_in)
        self._thread = thread_for_good(self._run, "write the journal", lambda: self._failed("a defect"))

    def _settle_in(self) -> None:
        self._slot, self.left = claim(self._folder)
        for slot in (*self.left, self._slot):
            self.segments.extend(slot.segments())
        newest = max((int(path.stem) for path in self._slot.segments()), default=0)
        self._inherited = newest
        self.last = self.durable_to = self.began = (newest + 1) * _NUMBERS
        self._writer.begin(self._slot.folder, newest, self.began)
        self._reserve = DiskReserve(self._slot.folder, self._reserve_bytes)
        self._reserve.keep()

    @property
    def folder(self) -> Path:
        assert self._slot is not None, "open comes first"
        return self._slot.folder

    def wrote(self, segment: Path) -> bool:
        """Whether the file is of this process, and not of an earlier one."""
        return segment.parent == self.folder and int(segment.stem) > self._inherited

    def remove_oldest(self) -> None:
        """Delete the first of `segments`, in which nothing waits. Blocks."""
        remove(self.segments[0])
        self.forget_oldest()

    def forget_oldest(self) -> None:
        self.ends.pop(self.segments.popleft(), None)

    def inherited(self) -> list[Record]:
        """All that processes which died have left and nobody has shipped. Blocks; before the shipper starts."""
        found: list[Record] = []
        for path in self.segments:
            try:
                with contextlib.closing(opened(path)) as segment:
                    found += segment.read(0, -1)
            except READ_ERRORS:
                continue  # the shipper sets it aside, and says so
        return found

    def append(self, kind: str, key: str, payload: bytes, made: object = None) -> int:
        self.last = number = self.last + 1
        record = Record(number, kind, key, payload) if made is None else FreshRecord(number, kind, key, payload, made)
        self._taken.append(record)
        self.bytes_waiting += len(payload)
        if not self._bell.rung:
            self._bell.ring()
        return number

    def shipped(self, records: Sequence[Record]) -> None:
        """These are in the database, or refused."""
        self.bytes_waiting -= sum(map(len, map(_payload, records)))

    def durable(self, number: int, refusal: Refusal = unavailable) -> asyncio.Future[None]:
        assert self._loop is not None
        written: asyncio.Future[None] = self._loop.create_future()
        if number <= self.durable_to:
            written.set_result(None)
        elif self.disk_fails:
            raise refusal()
        else:
            self._waiters.add(number, written, refusal)
            if not self._bell.hurried:
                self._bell.ring(hurry=True)
        return written

    async def close(self) -> int:
        """Write what was taken, and stop; the number of records that the disk did not take."""
        if self._thread is None:
            return 0
        self._closing = True
        self._bell.ring(hurry=True)
        await asyncio.to_thread(self._leave, self._thread)
        self._thread = None
        return len(self._taken)

    def release(self) -> None:
        """After `close`: let another process have the folder."""
        if self._slot is not None:
            self._slot.release()
            self._slot = None

    def _leave(self, thread: threading.Thread) -> None:
        thread.join()
        if self._reserve is not None:
            self._reserve.give_up()
        for slot in self.left:
            slot.release()

    # ------------------------------------------------------------------------------------------ the writer's thread

    def _run(self) -> None:
        group: list[Record] = []
        pause, last_commit = FIRST_PAUSE, 0.0
        writer, reserve = self._writer, self._reserve
        assert reserve is not None, "open comes first"
        while True:
            if not group and not self._closing:
                self._await_records(last_commit)
            group += [self._taken.popleft() for _ in range(min(len(self._taken), GROUP - len(group)))]
            if self._taken:
                self._bell.ring()
            if not group and self._closing:
                break
            if not group and not self.disk_fails:
                continue
            try:
                written = writer.write(group)
                reserve.keep()
            except OSError as error:
                if not is_full_disk(error):
                    writer.end_file()
                if self._gave_way(error, reserve):
                    continue
                if self._closing:
                    self._taken.extendleft(reversed(group))
                    break
                sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause, last_commit = FIRST_PAUSE, monotonic()
                self._tell(self._committed, written, writer.wrote(written), not reserve.stands)
                group = []
                if writer.count >= SEGMENT_RECORDS:
                    writer.end_file()
        writer.close()

    def _await_records(self, last_commit: float) -> None:
        """Until there is something to write, or a disk that fails is to be tried again."""
        early = last_commit + BETWEEN_COMMITS - monotonic()
        if early > 0:
            sleep(early)  # first: what rings meanwhile wakes nobody
        self._bell.wait(LINGER, None if not self.disk_fails else LONGEST_PAUSE)
        self._bell.heard()

    def _gave_way(self, error: OSError, reserve: DiskReserve) -> bool:
        """Whether there is room now that was not there before; tells the loop that the disk fails."""
        self._tell(self._failed, errorcode.get(error.errno or 0, type(error).__name__))
        if is_full_disk(error) and reserve.stands:
            reserve.give_up()
            return True
        return False

    def _tell(self, what: Callable[..., None], *arguments: object) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:  # the loop has ended before us: nobody is left to be told
            return

    # ------------------------------------------------------------------------------------------------ on the loop

    def _committed(self, group: list[Record], number: int, short: bool) -> None:
        known = self.durable_to
        if group and group[0].number <= known:  # carried over from an earlier file
            group = [record for record in group if record.number > known]
        self.at_hand.add(group, self.bytes_waiting)
        self.durable_to = max(known, number)
        if short and not self.disk_fails:
            logs.warning(logs.JOURNAL_FAILED, error="no room for the reserve")
        if self.disk_fails and not short:
            logs.event(logs.JOURNAL_RECOVERED)
        self.disk_fails = short
        self._waiters.written(number)
        self.on_durable()

    def _failed(self, error: str) -> None:
        if not self.disk_fails:
            logs.warning(logs.JOURNAL_FAILED, error=error)
        self.disk_fails = True
        self._waiters.refuse()
