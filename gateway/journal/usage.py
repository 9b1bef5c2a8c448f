"""Usage rows on their way into the journal: counted where the provider told nothing, then taken.

Promise: a row that was taken is written exactly once, in the end.

Invariants
- `record` never waits and never raises; requests do not feel the disk or the database.
- Rows that need counting wait apart, in memory: a long text holds up nobody else, and no prompt reaches the disk.
- A row whose tokens could not be counted, for a defect or the end of the process, is marked as unpriced.
- A row that cannot be written down at all, a defect of ours, is set aside alone, and logged by request id.
- When `TEXT_CAPACITY` bytes of uncounted text wait, when the counting task died of a defect, or while the journal is
  failing, `full` is True and the edge lets no request in. Those under way are still taken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.core.charging import is_unpriced
from gateway.core.ports import Estimate, Journal, PolicySource, UsageRow
from gateway.journal.estimates import Estimator
from gateway.storage.usage import encoded
from gateway.tasks import cancel, spawn
from gateway.telemetry import logs

USAGE: Final = "usage"
"""The kind of record."""

TEXT_CAPACITY: Final = 256 * 1024 * 1024

_ROW_ERRORS: Final = (ArithmeticError, AttributeError, TypeError, ValueError)


class JournalledUsage:
    """Implements `core.ports.UsageLedger`. `final` is told of each row once its tokens and cost are known.

    The first estimate starts its task; `close` it before the journal.
    """

    def __init__(
        self,
        journal: Journal,
        estimator: Estimator,
        policies: PolicySource,
        alarm: Callable[[UsageRow], None] = logs.unpriced,
        final: Callable[[UsageRow], None] = lambda _: None,
    ) -> None:
        self._journal = journal
        self._estimator = estimator
        self._policies = policies
        self._alarm = alarm
        self._final = final
        self._uncounted: deque[tuple[UsageRow, Estimate]] = deque()
        self._uncounted_bytes = 0
        self._to_count = asyncio.Event()
        self._counted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._broken = False
        self.refused = 0
        """Rows that could not be written down."""

    @property
    def full(self) -> bool:
        return self._journal.failing or self._uncounted_bytes >= TEXT_CAPACITY or self._broken

    def record(self, row: UsageRow, estimate: Estimate | None) -> None:
        if estimate is None:
            self._append(row)
            return
        if self._task is None:
            self._task = spawn(self._count(), "count usage")
            self._task.add_done_callback(self._ended)
        self._uncounted.append((row, estimate))
        self._uncounted_bytes += _size(estimate)
        self._to_count.set()

    async def counted(self) -> None:
        """Return when no row waits to be counted any more."""
        while self._uncounted and not self._broken:
            self._counted.clear()
            await self._counted.wait()

    async def close(self, grace: float = 30.0) -> int:
        """Count what waits, for at most `grace` seconds, and stop; how many rows were taken uncounted."""
        if self._task is None:
            return 0
        try:
            async with asyncio.timeout(grace):
                await self.counted()
        except TimeoutError:
            pass
        await cancel(self._task)
        self._task = None
        left = len(self._uncounted)
        while self._uncounted:
            row, estimate = self._uncounted.popleft()
            row.unpriced = is_unpriced(row, estimate.policy)
            self._append(row)
        return left

    async def _count(self) -> None:
        while True:
            await self._to_count.wait()
            self._to_count.clear()
            while self._uncounted:
                await self._count_one()
            self._counted.set()

    async def _count_one(self) -> None:
        """The oldest. On its own, so that its text is let go of as soon as it is counted."""
        row, estimate = self._uncounted[0]
        # A defect of a tokeniser or a price must not cost the row: it is written with what is known.
        [fault] = await asyncio.gather(self._estimator.fill_in(row, estimate), return_exceptions=True)
        if fault is not None:
            logs.fault(row.request_id, fault)
            row.unpriced = is_unpriced(row, estimate.policy)
        self._uncounted.popleft()
        self._uncounted_bytes -= _size(estimate)
        self._append(row)

    def _append(self, row: UsageRow) -> None:
        try:  # first: what a defect does to whoever is told of the row must not cost the row
            self._journal.append(USAGE, row.request_id, *encoded(row, self._policies.current.reporting))
        except _ROW_ERRORS as error:
            self.refused += 1
            logs.warning(logs.LEDGER_ROW_REFUSED, request_id=row.request_id, error=type(error).__name__)
        self._final(row)
        if row.unpriced:
            self._alarm(row)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = True
            self._counted.set()
            logs.fault(None, error)


def _size(estimate: Estimate) -> int:
    return len(estimate.prompt) + sum(map(len, estimate.answer))
