"""The task that looks at the last hour, every minute, and knows which keys are restricted.

Promise: no request waits for it. A replica that cannot read the database keeps what it knows; a restriction that any
replica found holds in all of them within a minute, is told once, and ends by itself or by `gateway keys release`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.anomaly.rules import are_few, findings, grade
from gateway.core.anomaly import AnomalyPolicy, Restriction
from gateway.core.ports import Clock, PolicySource
from gateway.storage.anomalies import AnomalyBooks
from gateway.storage.engine import DATABASE_ERRORS
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

EVERY: Final = 60.0
"""Seconds between two looks."""
HOUR: Final = 3600.0
AT_ONCE: Final = 500
"""Keys that are judged in one turn of the loop."""


class Watch:
    """Implements `core.anomaly.Restrictions`. `start` it on a running loop; `close` gives the task back."""

    def __init__(
        self,
        books: AnomalyBooks,
        policies: PolicySource,
        clock: Clock,
        alarm: Callable[[Restriction], None],
    ) -> None:
        self._books = books
        self._policies = policies
        self._clock = clock
        self._alarm = alarm
        self._held: dict[str, Restriction] = {}
        self._task: asyncio.Task[None] | None = None

    def of(self, key_id: str) -> Restriction | None:
        held = self._held.get(key_id)
        return held if held is not None and held.until > self._clock.now() else None

    def start(self) -> None:
        self._task = spawn_for_good(self._watch(), "watch keys")

    async def close(self) -> None:
        await cancel(self._task)
        self._task = None

    async def look(self) -> None:
        """Look once. Database errors pass through."""
        policy, now = self._policies.current.anomaly, self._clock.now()
        if policy is not None:
            await self._judge(policy, now)
        self._held = {held.key_id: held for held in await self._books.restrictions(now)} if policy is not None else {}

    async def _judge(self, policy: AnomalyPolicy, now: float) -> None:
        reporting = self._policies.current.reporting
        hour = await self._books.last_hour(now)
        many = {key_id: team for key_id, (team, calls) in hour.items() if not are_few(calls, policy)}
        habits = await self._books.habits(many, now, policy.weeks, reporting)
        for number, (key_id, team) in enumerate(many.items(), 1):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # requests have their turn, however many keys there are
            found = findings(hour[key_id][1], habits.of(key_id, team), policy)
            if not found:
                continue
            restriction = Restriction(
                key_id=key_id,
                team=team,
                since=now - now % HOUR,
                until=now + policy.hold,
                grade=grade(found, policy),
                evidence=found,
            )
            if await self._books.restrict(restriction, now):
                self._alarm(restriction)

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except DATABASE_ERRORS as error:
                logs.warning(logs.WATCH_FAILED, error=type(error).__name__)
            await asyncio.sleep(EVERY)
