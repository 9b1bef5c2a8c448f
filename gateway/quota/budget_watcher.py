"""Budgets that run low: who should know is told at each threshold, once a window, with the day it will be spent.

Invariants
- What counts is what was posted, and not what is only reserved.
- An alert's key names budget, window and threshold, so that however many replicas notice, one tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from gateway.core.alerting import Alarms, Alert
from gateway.core.counting import Counters, CountersDown
from gateway.core.ports import Clock
from gateway.quota.allowances import Allowance, in_words

SPENT: Final = 100
NEARLY: Final = 20
"""A budget of which less than one in so many is left, and that refused a request, is spent."""

AT_ONCE: Final = 100
"""Budgets that are looked at by one question."""


class BudgetWatcher:
    def __init__(self, counters: Counters, alarms: Alarms, clock: Clock) -> None:
        self._counters = counters
        self._alarms = alarms
        self._clock = clock
        self._changed: dict[str, Allowance] = {}

    def mark_changed(self, allowances: Iterable[Allowance]) -> None:
        """Something was spent of these: they are looked at next time."""
        for allowance in allowances:
            self._changed[allowance.counter] = allowance

    def check_changed(self) -> Awaitable[None]:
        """Those that changed by now: what changes later may not be posted yet. Raises CountersDown; what was not seen
        then is looked at the next time.
        """
        changed, self._changed = self._changed, {}
        return self._check(changed)

    async def _check(self, changed: dict[str, Allowance]) -> None:
        waiting = list(changed.values())
        try:
            while waiting:
                await self.look(waiting[:AT_ONCE])
                del waiting[:AT_ONCE]
        except Exception as error:
            if not isinstance(error, CountersDown):
                del waiting[:AT_ONCE]  # a defect in one must not keep the others from being looked at
            self._changed = {allowance.counter: allowance for allowance in waiting} | self._changed
            raise

    async def look(self, allowances: Sequence[Allowance]) -> None:
        """See how far each budget is used, and tell of every threshold that it has passed. Raises CountersDown."""
        read = await self._counters.read_all([allowance.counter for allowance in allowances])
        for allowance, (posted, _) in zip(allowances, read, strict=True):
            for percent in allowance.budget.alerts:
                if posted * 100 >= percent * allowance.limit:
                    self._tell(allowance, percent, posted)

    def refused(self, allowance: Allowance, left: int) -> None:
        """A request was refused for want of money."""
        if SPENT in allowance.budget.alerts and left * NEARLY <= allowance.limit:
            self._tell(allowance, SPENT, allowance.limit - left)

    def _tell(self, allowance: Allowance, percent: int, posted: int) -> None:
        budget, window, now = allowance.budget, allowance.window, self._clock.now()
        title = f"{percent} % of the budget {budget.name!r} of {allowance.scope.title} is spent"
        text = (
            f"{in_words(allowance.money(posted))} of {in_words(allowance.money(allowance.limit))} is spent in the "
            f"{budget.period} that began on {window.day}. It is renewed at {_moment(window.end)}."
        )
        if posted < allowance.limit and posted and now > window.start:
            spent_at = now + (allowance.limit - posted) * (now - window.start) / posted
            if spent_at < window.end:
                text += f" At this pace it is spent at {_moment(spent_at)}."
        self._alarms.raise_alarm(Alert(key=f"budget/{allowance.counter}/{percent}", at=now, title=title, text=text))


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
