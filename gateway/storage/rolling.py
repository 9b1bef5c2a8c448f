"""The task that sums up days which are over, so that reports need not.

Promise: it changes no figure, only how fast one is found; whichever replica does it, and whether at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.costs import roll_up
from gateway.storage.engine import DATABASE_ERRORS
from gateway.tasks import spawn
from gateway.telemetry import logs

SETTLED: Final = 3600.0
"""Seconds after its midnight at which a day is summed up: the last answers of it have ended then, and a row that is
late waits for nobody who sums.
"""
EVERY: Final = 300.0
"""Seconds between two looks for days that are over, or to which a late row came."""


class Rolling:
    """`today` gives the day in the calendar of reports. `start` it on a running loop; `close` gives the task back."""

    def __init__(self, engine: AsyncEngine, today: Callable[[], str]) -> None:
        self._engine = engine
        self._today = today
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn(self._roll(), "sum up days")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _roll(self) -> None:
        while True:
            try:
                await roll_up(self._engine, self._today())
            except DATABASE_ERRORS as error:
                logs.warning(logs.ROLLING_FAILED, error=type(error).__name__)
            await asyncio.sleep(EVERY)
