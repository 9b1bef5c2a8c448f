"""Whether this machine's clock and the database server's tell the same time, for `/health/ready`.

A replica whose clock is wrong opens tomorrow's budgets today, takes login tokens that have ended, and books usage on
another day. Which of the two is wrong cannot be told here; that they differ is told to people.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Final

from gateway.core.ports import Clock
from gateway.storage.engine import DATABASE_ERRORS, Engine, server_time
from gateway.tasks import cancel, spawn_for_good

EVERY: Final = 30.0
"""Seconds between two looks."""
MOST: Final = 2.0
"""Seconds that the clocks may differ by."""


class ClockWatch:
    """`close` before the database is."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._watching: asyncio.Task[None] | None = None
        self.ahead = 0.0
        """Seconds that this machine's clock was ahead of the database server's, when that was last told; negative where
        it was behind, and 0 where the time that the question took explains it.
        """

    def start(self) -> None:
        self._watching = spawn_for_good(self._watch(), "compare clocks")

    async def close(self) -> None:
        await cancel(self._watching, seconds=1.0)

    @property
    def trouble(self) -> str | None:
        """In words; None where the clocks agree."""
        if abs(self.ahead) <= MOST:
            return None
        side = "ahead of" if self.ahead > 0 else "behind"
        return (
            f"this machine's clock is {abs(self.ahead):.0f} s {side} the database server's: days of budgets and of"
            " reports begin at the wrong time. Set both clocks by NTP"
        )

    async def look(self) -> None:
        """Database errors pass through."""
        before = self._clock.now()
        there = await server_time(self._engine)
        if math.isfinite(there):
            self.ahead = max(before - there, 0.0) or min(self._clock.now() - there, 0.0)

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(*DATABASE_ERRORS):
                await self.look()
            await asyncio.sleep(EVERY)
