"""The usage ledger's writer: rows in from requests, batches out to the database.

Promise: a row that was taken is written exactly once, in the end: through restarts of the database, deadlocks and
rows that the database will not have.

Invariants
- `record` never waits and never raises; requests do not feel the database.
- Rows that need counting wait apart: a long text holds up nobody else, and prompts are not kept while the database
  is down.
- A failure of the database is retried for as long as it takes. A failure that lies in a row is narrowed down by halves
  until that row alone is set aside, logged by request id and type of error.
- When `CAPACITY` rows or `TEXT_CAPACITY` bytes of uncounted text wait, or a task of the writer died of a defect, `full`
  is True and the edge lets no request in. Those under way are still taken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.ports import Estimate, PolicySource, PriceBook, TokenCounter, UsageRow
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.estimates import Estimator
from gateway.storage.usage import UsageInsert
from gateway.tasks import spawn
from gateway.telemetry import logs

CAPACITY: Final = 50_000
TEXT_CAPACITY: Final = 256 * 1024 * 1024
BATCH: Final = 500
LINGER: Final = 0.1
"""Seconds that a lone row waits for company."""
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0
"""Seconds between two tries, doubling from the first to the longest."""

_ROW_ERRORS: Final = (IntegrityError, DataError, ArithmeticError, AttributeError, TypeError, ValueError)
_ROW_STATES: Final = ("22", "23")
"""SQLSTATE classes `data exception` and `integrity constraint violation`."""

Numbered = tuple[int, UsageRow]


class UsageWriter:
    """Implements `core.ports.UsageLedger`. The first row starts it; `close` it before its loop ends."""

    def __init__(
        self,
        engine: AsyncEngine,
        counter: TokenCounter,
        prices: PriceBook,
        policies: PolicySource,
        capacity: int = CAPACITY,
        alarm: Callable[[UsageRow], None] = logs.unpriced,
    ) -> None:
        self._engine = engine
        self._insert = UsageInsert(engine.dialect, lambda: policies.current.reporting)
        self._estimator = Estimator(counter, prices, policies)
        self._capacity = capacity
        self._alarm = alarm
        self._number = 0
        self._pending: dict[int, None] = {}  # numbers of rows not yet durable, in the order of recording
        self._uncounted: deque[tuple[Numbered, Estimate]] = deque()
        self._uncounted_bytes = 0
        self._ready: deque[Numbered] = deque()
        self._to_count = asyncio.Event()
        self._to_write = asyncio.Event()
        self._a_batch = asyncio.Event()
        self._closing = asyncio.Event()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._broken = False
        self.refused = 0
        """Rows that the database would not have."""

    @property
    def waiting(self) -> int:
        """Rows that are not in the database yet."""
        return len(self._pending)

    @property
    def full(self) -> bool:
        return len(self._pending) >= self._capacity or self._uncounted_bytes >= TEXT_CAPACITY or self._broken

    def record(self, row: UsageRow, estimate: Estimate | None) -> None:
        if not self._tasks:
            self._start()
        self._number += 1
        self._pending[self._number] = None
        if estimate is None:
            self._offer((self._number, row))
        else:
            self._uncounted.append(((self._number, row), estimate))
            self._uncounted_bytes += _size(estimate)
            self._to_count.set()

    async def drain(self) -> None:
        """Return when every row recorded until now is in the database, or was refused by it."""
        if self._is_durable(self._number):
            return
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((self._number, durable))
        await durable

    async def close(self, grace: float = 30.0) -> int:
        """Write what waits, for at most `grace` seconds, and stop; the number of rows that could not be written."""
        self._closing.set()
        self._a_batch.set()
        try:
            async with asyncio.timeout(grace):
                await self.drain()
        except TimeoutError:
            logs.warning(logs.LEDGER_RETRY, rows=self.waiting, closing=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        return self.waiting

    def _start(self) -> None:
        self._tasks = [spawn(self._count(), "count usage"), spawn(self._write(), "write usage")]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    def _offer(self, row: Numbered) -> None:
        if row[1].unpriced:
            self._alarm(row[1])
        self._ready.append(row)
        self._to_write.set()
        if len(self._ready) >= BATCH:
            self._a_batch.set()

    async def _count(self) -> None:
        while True:
            await self._to_count.wait()
            self._to_count.clear()
            while self._uncounted:
                numbered, estimate = self._uncounted.popleft()
                size = _size(estimate)
                # A defect of a tokeniser or a price must not cost the row: it is written with what is known.
                [fault] = await asyncio.gather(self._estimator.fill_in(numbered[1], estimate), return_exceptions=True)
                if fault is not None:
                    logs.fault(numbered[1].request_id, fault)
                self._uncounted_bytes -= size
                self._offer(numbered)

    async def _write(self) -> None:
        while True:
            await self._to_write.wait()
            await self._linger()
            batch = [self._ready.popleft() for _ in range(min(BATCH, len(self._ready)))]
            if not self._ready:
                self._to_write.clear()
            if len(self._ready) < BATCH and not self._closing.is_set():
                self._a_batch.clear()
            await self._insert_all(batch)

    async def _linger(self) -> None:
        try:
            async with asyncio.timeout(LINGER):
                await self._a_batch.wait()
        except TimeoutError:
            pass

    async def _insert_all(self, batch: Sequence[Numbered]) -> None:
        """Return when each row of the batch is durable or refused."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._engine.begin() as connection:
                    await self._insert.write(connection, [row for _, row in batch])
            except (*DATABASE_ERRORS, *_ROW_ERRORS) as error:
                if _lies_in_a_row(error):
                    await self._narrow_down(batch, error)
                    return
                logs.warning(logs.LEDGER_RETRY, rows=self.waiting, error=type(error).__name__)
                await self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._settle(batch)
                return

    async def _narrow_down(self, batch: Sequence[Numbered], error: BaseException) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._insert_all(batch[:middle])
            await self._insert_all(batch[middle:])
            return
        self.refused += 1
        logs.warning(logs.LEDGER_ROW_REFUSED, request_id=batch[0][1].request_id, error=type(error).__name__)
        self._settle(batch)

    async def _pause(self, seconds: float) -> None:
        if self._closing.is_set():
            seconds = FIRST_PAUSE
        await asyncio.sleep(seconds)

    def _settle(self, batch: Sequence[Numbered]) -> None:
        for number, _ in batch:
            del self._pending[number]
        still: list[tuple[int, asyncio.Future[None]]] = []
        for number, durable in self._waiters:
            if not self._is_durable(number):
                still.append((number, durable))
            elif not durable.done():
                durable.set_result(None)
        self._waiters = still

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = True
            logs.fault(None, error)

    def _is_durable(self, number: int) -> bool:
        oldest = next(iter(self._pending), None)
        return oldest is None or oldest > number


def _size(estimate: Estimate) -> int:
    return len(estimate.prompt) + sum(map(len, estimate.answer))


def _lies_in_a_row(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = None if error.orig is None else error.orig.__cause__
        # asyncpg's own check of a value raises a ValueError, which SQLAlchemy wraps as an InterfaceError
        return (
            isinstance(error, (IntegrityError, DataError))
            or state.startswith(_ROW_STATES)
            or isinstance(cause, ValueError)
        )
    return isinstance(error, _ROW_ERRORS)
