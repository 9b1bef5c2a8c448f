"""From the journal to the database: every record, in order, at least once; the files deleted behind it.

Promise: a record that is on the disk reaches the database, in the end: through restarts of either, deadlocks, a
database that is down for hours, and records that the database will not have.

Invariants
- What a kind of record becomes is told by its projector, which must take the same record twice for once. What is
  carried on together is one transaction over all kinds, in one order of kinds: whoever locks rows locks them alike.
- A failure of the database is retried for as long as it takes. A failure that lies in a record is narrowed down by
  halves until that record alone is set aside, into `refused.journal`, and logged by kind, key and type of error. What
  was set aside is tried again at a start, before anything else, and from time to time (`refused_records`).
- A file is deleted only when all of it is in the database or set aside, and what was presumed of calls in it when this
  process started is on the disk. One that cannot be read is set aside whole.
- What this process has just written is carried on from memory; files are read for what is no longer at hand there.
- One connection is held from batch to batch. When it breaks, the batch is tried again at once on a new one.
- While the database is down for more than `GRACE` seconds, or `CAPACITY` records or `CAPACITY_BYTES` on the disk wait
  for it, `holds_back` says so, and no request is let in. So it is when the task died of a defect.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from gateway.core.ports import Record
from gateway.errors import JournalUnavailable
from gateway.journal.batch_delay import BatchDelay
from gateway.journal.local import LocalJournal
from gateway.journal.refused_records import RefusedRecords, set_file_aside
from gateway.journal.segment import SegmentReader
from gateway.journal.sqlite_segments import READ_ERRORS, SqliteSegment, opened
from gateway.storage.database_errors import RECORD_ERRORS, lies_in_a_record
from gateway.storage.engine import DATABASE_ERRORS, Connection, Engine
from gateway.storage.held_connection import HeldConnection
from gateway.tasks import cancel, spawn
from gateway.telemetry import logs

Projector = Callable[[Connection, Sequence[Record]], Awaitable[None]]
"""Makes of records of one kind, in their order, what they are in the database; the caller commits."""

T = TypeVar("T")

GRACE: Final = 900.0
CAPACITY: Final = 5_000_000
CAPACITY_BYTES: Final = 2 * 1024**3
TOGETHER: Final = 4000
"""Records of one transaction, of which BATCH at a time are worked on: the event loop has its turn between."""
BATCH: Final = 1000
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0
"""Seconds between two tries, doubling from the first to the longest."""


class Shipper:
    """One a journal. `start` after the journal is open; `close` before it is closed."""

    def __init__(self, journal: LocalJournal, engine: Engine, projectors: Mapping[str, Projector]) -> None:
        self._journal = journal
        self._database = HeldConnection(engine)
        self._projectors = projectors
        self._more = asyncio.Event()
        self._batch_delay = BatchDelay()
        self._closing = asyncio.Event()
        self._inherited = asyncio.Event()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="shipper")
        """All that touches the files, one thing after the other."""
        self._reader: SegmentReader | SqliteSegment | None = None
        self._own = False
        """Whether what is being read was written by this process: earlier ones' numbers mean nothing here."""
        self._after = 0
        self._presumed_to = 0
        """Of this process's records, the last that stands for what the dead left."""
        self._down_since: float | None = None
        self._broken = False
        self._refused: RefusedRecords | None = None
        self.shipped_to = 0
        journal.on_durable = self._wake
        journal.held_back = self.holds_back

    @property
    def waiting(self) -> int:
        """Records of this process that are not in the database yet."""
        return self._journal.last - self.shipped_to

    @property
    def set_aside(self) -> int:
        """Records, of this process and of those that it inherited from, that the database refused."""
        return 0 if self._refused is None else self._refused.count

    @property
    def stalled(self) -> bool:
        """Whether the database takes no records, whatever else it still does."""
        return self._down_since is not None

    def holds_back(self) -> bool:
        journal, down = self._journal, self._down_since
        return (
            journal.bytes_waiting > CAPACITY_BYTES
            or journal.last - self.shipped_to > CAPACITY
            or (down is not None and monotonic() - down > GRACE)
            or self._broken
        )

    def start(self) -> None:
        """Carry on what earlier processes left, and then what comes."""
        self.shipped_to, self._presumed_to = self._journal.began, self._journal.last
        self._task = spawn(self._ship(), "ship the journal")
        self._task.add_done_callback(self._ended)
        self._more.set()

    async def drain(self) -> None:
        """Return when every record appended until now, or left by an earlier process, is in the database or refused."""
        await self._inherited.wait()
        number = self._journal.last
        if self.shipped_to >= number:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((number, done))
        self._batch_delay.enough()
        await done

    async def close(self, grace: float = 30.0) -> int:
        """Ship what waits, for at most `grace` seconds, and stop; the number of records left for the next start."""
        self._closing.set()
        self._batch_delay.enough()
        if self._task is None:
            return 0
        try:
            async with asyncio.timeout(grace):
                await self.drain()
        except TimeoutError:
            logs.warning(logs.JOURNAL_RETRY, waiting=self.waiting, closing=True)
        await cancel(self._task)
        self._task = None
        await self._database.close()
        await self._on_disk(self._close_reader)
        self._disk.shutdown(wait=False)  # idle: what was asked of it is done
        return self.waiting

    def clear(self) -> None:
        """After the journal was closed, too: delete the files in which nothing waits. Blocks."""
        segments = self._journal.segments
        if self.waiting == 0 and segments and self._journal.wrote(segments[0]):
            while segments:
                self._journal.remove_oldest()

    def _wake(self) -> None:
        self._more.set()
        if self._journal.durable_to - self.shipped_to >= TOGETHER:
            self._batch_delay.enough()

    async def _ship(self) -> None:
        left = [slot.folder for slot in self._journal.left]
        self._refused = refused = RefusedRecords(self._journal.folder, left, self._put_in, self._on_disk)
        await refused.try_again()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(refused.seconds_left):
                    await self._more.wait()
            if refused.seconds_left == 0:
                await refused.try_again()
            self._more.clear()
            if not self._closing.is_set():
                await self._batch_delay.wait(lambda: bool(self._waiters))  # for company
            while batch := await self._next():
                await refused.set_aside(await self._put_in(batch), inherited=not self._own)
                self._batch_delay.came(len(batch))
                self._after = batch[-1].number
                if self._own:
                    self._settle(batch)
                    if 0 < self._journal.durable_to - self.shipped_to < len(batch):
                        self._more.set()  # these few wait for company
                        break

    async def _next(self) -> list[Record]:
        """The next records: at hand, or of the oldest file; files that nothing waits in are deleted on the way."""
        segments = self._journal.segments
        while segments:
            path = segments[0]
            self._own = self._journal.wrote(path)
            sealed = not self._own or len(segments) > 1
            if self._own:
                self._inherited.set()
                if sealed and self._journal.ends[path] <= self.shipped_to:
                    await self._drop_oldest()
                    continue
                if batch := self._journal.at_hand.take(self.shipped_to, TOGETHER):
                    return batch
                if self.shipped_to >= self._journal.durable_to:
                    return []
            try:
                batch = await self._on_disk(self._read, path, self.shipped_to if self._own else self._after)
            except READ_ERRORS as error:
                await self._on_disk(self._close_reader)
                if sealed:
                    await self._set_aside_file(path, error)
                    continue
                return []
            if batch or not sealed:
                return batch
            try:
                await self._journal.durable(self._presumed_to)
            except JournalUnavailable:
                return []  # woken again when the disk takes records
            await self._drop_oldest()
        self._inherited.set()
        return []

    async def _drop_oldest(self) -> None:
        await self._on_disk(self._close_reader)
        self._after = 0
        try:
            await self._on_disk(self._journal.remove_oldest)
        except OSError as error:  # all of it is in the database: the next start finds that, and tries again
            logs.warning(logs.JOURNAL_DAMAGED, file=self._journal.segments[0].name, error=type(error).__name__)
            self._journal.forget_oldest()

    async def _on_disk(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work, *arguments)

    def _read(self, path: Path, after: int) -> list[Record]:
        if self._reader is None:
            self._reader = opened(path)
        return self._reader.read(after, TOGETHER)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def _set_aside_file(self, path: Path, error: Exception) -> None:
        logs.warning(logs.JOURNAL_DAMAGED, file=path.name, error=type(error).__name__)
        self._after = 0
        self._journal.forget_oldest()
        with contextlib.suppress(OSError):  # then the next start tries again
            await self._on_disk(set_file_aside, path)

    async def _put_in(self, batch: Sequence[Record]) -> list[Record]:
        """Return when each record of the batch is in the database, but for those that it would not have: these."""
        pause = FIRST_PAUSE
        may_have_died = self._database.is_old  # while it was idle; then a new one serves
        while True:
            try:
                await self._project(batch)
            except (*DATABASE_ERRORS, *RECORD_ERRORS) as error:
                if lies_in_a_record(error):
                    return await self._narrowed_down(batch, error)
                self._down_since = self._down_since or monotonic()
                if may_have_died:
                    may_have_died = False
                    continue
                logs.warning(logs.JOURNAL_RETRY, waiting=self.waiting, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._down_since = None
                return []

    async def _project(self, batch: Sequence[Record]) -> None:
        async with self._database.transaction() as connection:
            for first in range(0, len(batch), BATCH):
                kinds: dict[str, list[Record]] = {}
                for record in batch[first : first + BATCH]:
                    kinds.setdefault(record.kind, []).append(record)
                for kind in sorted(kinds, key=[*self._projectors].index):
                    await self._projectors[kind](connection, kinds[kind])

    async def _narrowed_down(self, batch: Sequence[Record], error: BaseException) -> list[Record]:
        if len(batch) > 1:
            middle = len(batch) // 2
            return [*await self._put_in(batch[:middle]), *await self._put_in(batch[middle:])]
        logs.warning(logs.JOURNAL_RECORD_REFUSED, kind=batch[0].kind, key=batch[0].key, error=type(error).__name__)
        return list(batch)

    def _settle(self, batch: Sequence[Record]) -> None:
        self.shipped_to = max(self.shipped_to, batch[-1].number)  # copies of older records may stand first
        self._journal.shipped(batch)
        still: list[tuple[int, asyncio.Future[None]]] = []
        for awaited, done in self._waiters:
            if awaited > self.shipped_to:
                still.append((awaited, done))
            elif not done.done():
                done.set_result(None)
        self._waiters = still

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = True
            logs.fault(None, error)
