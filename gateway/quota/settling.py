"""Reservations on their way to their end: handed over without waiting, carried out by a task.

Promise: what was reserved is settled in the end, through an outage of the counters, and nobody waits for it.

Invariants
- `settle` never waits and never raises. A settlement that could not be made is made again until it is answered;
  counters are idempotent by id, so that twice is once.
- One that is a defect is lost and logged; those that were settled together with it are settled alone.
- Slots that are held are extended every `BEAT` seconds, so that those of a process that died are free again after
  `LEASE`; so are those of one that could not be heard for as long, until it is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.core.counting import Counters, CountersDown, Due
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

Then = Callable[[], Awaitable[None]]

LEASE: Final = 15.0
BEAT: Final = 5.0
PAUSE: Final = 0.2
SOON: Final = 0.05
"""Seconds for which what follows a settlement waits for others, where nothing else is to be done."""
AT_ONCE: Final = 200


class Settling:
    """`start` on the loop; `close` before the counters are closed."""

    def __init__(self, counters: Counters, at_once: Callable[[str, tuple[int, ...]], bool] | None = None) -> None:
        """`at_once`: settles without waiting what this process counts by itself, and says whether it did."""
        self._counters = counters
        self._at_once = at_once
        self._waiting: deque[Due] = deque()
        self._then: set[Then] = set()
        self._following: Then | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._more = asyncio.Event()
        self._settled = asyncio.Event()
        self._leases: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        self._tasks = [
            spawn_for_good(self._settle(), "settle reservations", vital=True),
            spawn_for_good(self._beat(), "extend leases", vital=True),
        ]

    def lease(self, id: str) -> None:
        """Extend this reservation until it is settled."""
        self._leases.add(id)

    def settle(self, id: str, actual: tuple[int, ...], then: Then | None = None) -> None:
        """`then` is called once the counters know, once for all that were settled together."""
        self._leases.discard(id)
        if self._at_once is None or not self._at_once(id, actual):
            self._waiting.append((id, actual))
        elif then is None:
            return
        if then is not None:
            self._then.add(then)
        if self._waiting:
            self._more.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._more.set)

    async def drain(self) -> None:
        """Return when nothing waits."""
        while self._waiting or self._then or self._following is not None:
            self._more.set()
            self._settled.clear()
            await self._settled.wait()

    async def close(self, grace: float = 5.0) -> None:
        try:
            async with asyncio.timeout(grace):
                await self.drain()
        except TimeoutError:
            pass  # what is reserved ends by its time
        await cancel(*self._tasks)

    async def _settle(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            try:
                while self._waiting:
                    await self._settle_some()
                for then in list(self._then):
                    if not self._waiting:  # else once they are settled
                        await self._follow_up(then)
            except CountersDown:
                self._more.set()
                await asyncio.sleep(PAUSE)
            self._settled.set()

    async def _settle_some(self) -> None:
        some = [self._waiting[place] for place in range(min(AT_ONCE, len(self._waiting)))]
        if not await self._carry_out(self._counters.settle_all(some)) and len(some) > 1:
            for one in some:
                await self._carry_out(self._counters.settle_all([one]))
        for _ in some:
            self._waiting.popleft()

    async def _follow_up(self, then: Then) -> None:
        """What is settled from here on asks for it anew."""
        self._then.discard(then)
        self._following = then
        try:
            await self._carry_out(then())
        except CountersDown:
            self._then.add(then)
            raise
        finally:
            self._following = None

    async def _carry_out(self, work: Awaitable[None]) -> bool:
        """A defect ends neither this task nor what others wait for. Whether there was none."""
        (outcome,) = await asyncio.gather(work, return_exceptions=True)
        if isinstance(outcome, CountersDown):
            raise outcome
        if isinstance(outcome, Exception):
            logs.fault(None, outcome)
        return not isinstance(outcome, Exception)

    async def extend(self) -> None:
        """All that is leased, now. Raises CountersDown."""
        leases = list(self._leases)
        for first in range(0, len(leases), AT_ONCE):
            await self._counters.extend(leases[first : first + AT_ONCE], LEASE)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            with contextlib.suppress(CountersDown):
                await self.extend()
