"""Money that is spent much faster than usual: who should know is told, once a window of the budget.

Promise: no request waits for it. Looked at are only budgets that have alerts and were spent from since the last look;
what the last hour cost is asked once for all of them, and the fortnight before of those alone of which it is no trifle.
Every replica may look; an alert's key names budget and window, so that one tells.

What is fast: in the last hour more than `FACTOR` times the median of the same hour, by the clock of the reporting time
zone, of the last `DAYS` days. Two kinds of hour are never fast: one that spends less than a hundredth of the budget,
and any of somebody who spent nothing in the fortnight before those days: who is new has no usual.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import Final

from gateway.core.alerting import Alarms, Alert
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.spending import LedgerDown, Spending, Spent
from gateway.quota.allowances import Allowance, in_words
from gateway.tasks import spawn_for_good

EVERY: Final = 60.0
FACTOR: Final = 5
DAYS: Final = 14
TRIFLE: Final = 100
"""An hour that spends less than one in so many of the budget wakes nobody."""
DAY_SECONDS: Final = 86_400.0
AGAIN: Final = 3600.0
"""Seconds after which somebody new is looked at again: to find nothing in two weeks is dear."""
MOST_LEFT_ALONE: Final = 10_000
AT_ONCE: Final = 100
"""Budgets that are looked at before requests have their turn again."""


class PaceWatcher:
    """`start` on the loop; `close` before the database is."""

    def __init__(self, spending: Spending, alarms: Alarms, clock: Clock) -> None:
        self._spending = spending
        self._alarms = alarms
        self._clock = clock
        self._stirred: dict[str, tuple[Allowance, Policy]] = {}
        self._left_alone: dict[str, float] = {}
        """Counter -> until when: what was told of, and who is new."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._watch(), "watch the pace of spending")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def stirred(self, allowances: Sequence[Allowance], policy: Policy) -> None:
        """Something was spent of these: look at them next time."""
        now = self._clock.now()
        for allowance in allowances:
            if self._left_alone.get(allowance.counter, now) <= now:
                self._stirred[allowance.counter] = allowance, policy

    async def look(self) -> None:
        """Look at what was stirred. Where the ledger cannot be asked, it is looked at the next time."""
        stirred, self._stirred = self._stirred, {}
        if not stirred:
            return
        try:
            lately = await self._spending.hour(self._clock.now())
        except LedgerDown:
            self._stirred = stirred | self._stirred
            return
        for place, (counter, (allowance, policy)) in enumerate(stirred.items()):
            if place % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            if _units(allowance, policy, lately.get(allowance.scope, ())) * TRIFLE < allowance.limit:
                continue
            try:
                await self._judge(allowance, policy)
            except LedgerDown:
                self._stirred.setdefault(counter, (allowance, policy))

    async def _judge(self, allowance: Allowance, policy: Policy) -> None:
        now = self._clock.now()
        ends = [now, *policy.reporting.by_the_clock(now, range(1, DAYS + 1))]
        hours = await self._spending.hours(allowance.scope, ends)
        last, *before = (_units(allowance, policy, spent) for spent in hours)
        usual = median(before)
        if last <= FACTOR * usual:
            return
        known = (await self._spending.spent(allowance.scope, ends[-1] - DAYS * DAY_SECONDS, ends[-1], _nothing)).spent
        if len(self._left_alone) >= MOST_LEFT_ALONE:
            self._left_alone.clear()  # the alarms know which were raised before
        self._left_alone[allowance.counter] = allowance.window.end if known else now + AGAIN
        if not known:
            return
        spent, mostly, limit = (in_words(allowance.money(int(each))) for each in (last, usual, allowance.limit))
        self._alarms.raise_alarm(
            Alert(
                key=f"pace/{allowance.counter}",
                at=now,
                title=f"Money of {allowance.scope.title} is spent unusually fast",
                text=f"{spent} was spent in the last hour; the median of this hour in the last {DAYS} days is "
                f"{mostly}. The budget {allowance.budget.name!r} is {limit} a {allowance.budget.period}. "
                "`gateway report costs` tells who spends it.",
            )
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.look()


def _units(allowance: Allowance, policy: Policy, spent: Sequence[Spent]) -> int:
    """What has no rate into the budget's currency was never paid from it."""
    return sum(allowance.units(each.money, policy, each.at) or 0 for each in spent)


async def _nothing() -> list[str]:
    return []
