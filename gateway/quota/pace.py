"""Money that is spent much faster than usual: who should know is told, once a window of the budget.

Promise: no request waits for it, and the ledger is asked only where an hour may have been fast. Looked at are budgets
that have alerts and were spent from since the last look. How much the last hour spent at most is told by the counters:
it is what was posted since a look of an hour ago. Where there was none, all such budgets share one question for what
the hour cost; asked at every look, it would read each row sixty times. What is no trifle, and more than was found usual
lately, is looked up for itself. Every replica may look; an alert's key names budget and window, so that one tells.

What is fast: in the last hour more than `FACTOR` times the median of the same hour, by the clock of the reporting time
zone, of the last `DAYS` days. Two kinds of hour are never fast: one that spends less than a hundredth of the budget,
and any of somebody who spent nothing in the fortnight before those days: who is new has no usual.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import Final

import msgspec

from gateway.core.alerting import Alarms, Alert
from gateway.core.bounded_memory import make_room
from gateway.core.counting import Counters, CountersDown
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.spending import LedgerDown, Spending, Spent
from gateway.quota.allowances import Allowance, in_words
from gateway.tasks import cancel, spawn_for_good

EVERY: Final = 60.0
FACTOR: Final = 5
DAYS: Final = 14
TRIFLE: Final = 100
"""An hour that spends less than one in so many of the budget wakes nobody."""
DAY_SECONDS: Final = 86_400.0
AGAIN: Final = 3600.0
"""Seconds after which somebody new is looked at again: to find nothing in two weeks is dear."""
USUAL_SECONDS: Final = 600.0
"""For which what was found usual stands: the hour that it is about has moved by a sixth then."""
MOST_LEFT_ALONE: Final = 10_000
MOST_SEEN: Final = 65_536
"""Budgets. Where there are more, what was seen is forgotten, and asked for again."""
HOUR: Final = 3600.0
AT_ONCE: Final = 100
"""Budgets that are looked at before requests have their turn again."""


class _Seen(msgspec.Struct, gc=False):
    """What was posted of a budget at two looks, in its counter's units: one a whole hour ago, as soon as there is one,
    and one later.
    """

    before: int
    at: float
    posted: int
    usual: int = 0
    """An hour that spends no more than this is not fast, `until` then."""
    until: float = 0.0

    def at_most(self, now: float, posted: int) -> int:
        """What the last hour has spent is no more than this."""
        if now - self.at >= HOUR:
            self.before, self.at, self.posted = self.posted, now, posted
        return posted - self.before


_Changed = tuple[Allowance, Policy]


class PaceWatcher:
    """`start` on the loop; `close` before the database and the counters are."""

    def __init__(self, spending: Spending, counters: Counters, alarms: Alarms, clock: Clock) -> None:
        self._spending = spending
        self._counters = counters
        self._alarms = alarms
        self._clock = clock
        self._changed: dict[str, _Changed] = {}
        self._seen: dict[str, _Seen] = {}
        self._left_alone: dict[str, float] = {}
        """Counter -> until when: what was told of, and who is new."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._watch(), "watch the pace of spending")

    async def close(self) -> None:
        await cancel(self._task)

    def mark_changed(self, allowances: Sequence[Allowance], policy: Policy) -> None:
        """Something was spent of these: look at them next time."""
        now = self._clock.now()
        for allowance in allowances:
            if self._left_alone.get(allowance.counter, now) <= now:
                self._changed[allowance.counter] = allowance, policy

    async def look(self) -> None:
        """Look at what changed. Where counters or ledger cannot be asked, it is looked at the next time."""
        changed, self._changed = self._changed, {}
        try:
            doubtful = await self._doubtful(list(changed.values()))
        except (CountersDown, LedgerDown):
            self._changed = changed | self._changed
            return
        for allowance, policy in doubtful:
            try:
                await self._judge(allowance, policy)
            except LedgerDown:
                self._changed.setdefault(allowance.counter, (allowance, policy))

    async def _doubtful(self, changed: Sequence[_Changed]) -> list[_Changed]:
        """Those of which the last hour may have spent much."""
        now, doubtful, unseen = self._clock.now(), [], []
        for first in range(0, len(changed), AT_ONCE):
            some = changed[first : first + AT_ONCE]
            read = await self._counters.read_all([allowance.counter for allowance, _ in some])
            await asyncio.sleep(0)
            for each, (posted, _) in zip(some, read, strict=True):
                seen = self._seen_of(each[0], now, posted)
                if seen is None:
                    unseen.append((each, posted))
                elif _may_be_fast(each[0], seen, now, posted):
                    doubtful.append(each)
        if unseen:
            lately = await self._spending.hour(now)
            for place, ((allowance, policy), posted) in enumerate(unseen):
                if place % AT_ONCE == AT_ONCE - 1:
                    await asyncio.sleep(0)
                before = posted - _units(allowance, policy, lately.get(allowance.scope, ()))
                if _may_be_fast(allowance, self._see(allowance, before, now, posted), now, posted):
                    doubtful.append((allowance, policy))
        return doubtful

    def _seen_of(self, allowance: Allowance, now: float, posted: int) -> _Seen | None:
        """None where only the ledger can tell what the last hour spent at most."""
        seen = self._seen.get(allowance.counter)
        if seen is None and (allowance.window.start > now - HOUR or posted * TRIFLE < allowance.limit):
            return self._see(allowance, 0, now, posted)  # no more than all of the window
        return seen

    def _see(self, allowance: Allowance, before: int, now: float, posted: int) -> _Seen:
        make_room(self._seen, MOST_SEEN)
        seen = self._seen[allowance.counter] = _Seen(before, now, posted)
        return seen

    async def _judge(self, allowance: Allowance, policy: Policy) -> None:
        now = self._clock.now()
        ends = [now, *policy.reporting.by_the_clock(now, range(1, DAYS + 1))]
        hours = await self._spending.hours(allowance.scope, ends)
        last, *before = (_units(allowance, policy, spent) for spent in hours)
        usual = median(before)
        if (seen := self._seen.get(allowance.counter)) is not None:
            seen.usual, seen.until = int(FACTOR * usual), now + USUAL_SECONDS
        if last <= FACTOR * usual or last * TRIFLE < allowance.limit:
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


def _may_be_fast(allowance: Allowance, seen: _Seen, now: float, posted: int) -> bool:
    most = seen.at_most(now, posted)
    return most * TRIFLE >= allowance.limit and not (now < seen.until and most <= seen.usual)


def _units(allowance: Allowance, policy: Policy, spent: Sequence[Spent]) -> int:
    """What has no rate into the budget's currency was never paid from it."""
    return sum(allowance.units(each.money, policy, each.at) or 0 for each in spent)


async def _nothing() -> list[str]:
    return []
