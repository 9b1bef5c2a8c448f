"""The task that sums up days which are over, so that reports need not, and lets rows go that policy keeps no longer.

Promise: it changes no figure, only how fast one is found; whichever replica does it, and whether at all.

Invariants
- Rows go by the earlier of two clocks, the replica's and the database server's: one that is years ahead would let go of
  all books.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.ports import Clock
from gateway.core.reporting import Reporting
from gateway.storage.costs import roll_up
from gateway.storage.engine import DATABASE_ERRORS, server_time
from gateway.storage.partitions import make_ahead
from gateway.storage.usage_retention import retain
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

SETTLED: Final = 3600.0
"""Seconds after its midnight at which a day is summed up: the last answers of it have ended then, and a row that is
late waits for nobody who sums.
"""
EVERY: Final = 300.0
"""Seconds between two looks for days that are over, or to which a late row came."""


class Rollups:
    """`reporting` as policy has it now. `start` it on a running loop; `close` gives the task back."""

    def __init__(self, engine: AsyncEngine, reporting: Callable[[], Reporting], clock: Clock) -> None:
        self._engine = engine
        self._reporting = reporting
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._roll(), "sum up days")

    async def close(self) -> None:
        await cancel(self._task)
        self._task = None

    async def _roll(self) -> None:
        while True:
            try:
                await self.look()
            except DATABASE_ERRORS as error:
                logs.warning(logs.ROLLING_FAILED, error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Do once what is due. Database errors pass through."""
        reporting, now = self._reporting(), self._clock.now()
        await roll_up(self._engine, reporting.day_of(now - SETTLED))
        surely = min(now, await server_time(self._engine))
        await make_ahead(self._engine, surely)
        gone = await retain(self._engine, reporting.day_of(surely - reporting.retention))
        if gone.months or gone.rows:
            logs.event(logs.USAGE_LET_GO, months=",".join(gone.months), rows=gone.rows)
