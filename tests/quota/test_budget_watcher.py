"""What is told of a budget that runs low."""

from __future__ import annotations

import pytest

from gateway.core.alerting import Alert
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.spending import Scope
from gateway.quota.allowances import Allowance
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.memory import MemoryCounters
from gateway.quota.windows import window
from tests.support.clocks import HandClock

pytestmark = pytest.mark.asyncio
JUNE = 1_780_272_000.0
"""2026-06-01, in UTC."""
DAY = 86400.0


class Heard:
    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def raise_alarm(self, alert: Alert) -> None:
        self.alerts.append(alert)


async def told(posted: int, day: float) -> list[Alert]:
    """What is told when so many francs of a hundred are spent on that day of June."""
    clock, heard = HandClock(JUNE + day * DAY), Heard()
    counters = MemoryCounters(clock)
    budget = Budget(name="month", period="month", limit=Money(100 * NANO, "CHF"), alerts=(50, 80, 100))
    allowance = Allowance(
        scope=Scope(kind="team", team="support"),
        budget=budget,
        window=window("month", clock.now(), "UTC"),
        limit=100 * NANO,
        unit=1,
    )
    await counters.load(allowance.counter, posted * NANO, allowance.window.end, "")
    await BudgetWatcher(counters, heard, clock).look((allowance,))
    return heard.alerts


async def test_every_threshold_that_is_passed_is_told_of() -> None:
    assert await told(49, 10) == []
    assert [alert.title.partition(" ")[0] for alert in await told(85, 10)] == ["50", "80"]
    assert len({alert.key for alert in await told(100, 10)}) == 3


async def test_the_day_on_which_it_is_spent_is_told_where_it_comes_before_the_end() -> None:
    [fast] = await told(50, 10)
    assert "50.0 CHF of 100.0 CHF is spent in the month that began on 2026-06-01" in fast.text
    assert "At this pace it is spent at 2026-06-21T00:00:00Z" in fast.text
    [slow] = await told(50, 20)
    assert "At this pace" not in slow.text
