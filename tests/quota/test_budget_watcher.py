"""What is told of a budget that runs low."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event

from gateway.core.alerting import Alert
from gateway.core.counting import Counters, CountersDown, NotLoaded
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.spending import Scope
from gateway.quota.allowances import Allowance
from gateway.quota.budget_watcher import BudgetWatcher
from gateway.quota.memory import MemoryCounters
from gateway.quota.settling import Settling
from gateway.quota.windows import window
from gateway.storage.redis import Redis
from gateway.storage.stored_counters import StoredCounters
from tests.quota.test_counters import _patience, money  # noqa: F401  fixtures
from tests.support.clocks import HandClock
from tests.support.fakes import FakeAlarms
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio
JUNE = 1_780_272_000.0
"""2026-06-01, in UTC."""
DAY = 86400.0


async def told(posted: int, day: float) -> list[Alert]:
    """What is told when so many francs of a hundred are spent on that day of June."""
    clock, heard = HandClock(JUNE + day * DAY), FakeAlarms()
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


def budgets(number: int) -> list[Allowance]:
    """A hundred francs a month each, of which somebody is told at half."""
    budget = Budget(name="month", period="month", limit=Money(100 * NANO, "CHF"), alerts=(50,))
    at = window("month", time.time(), "UTC")
    return [
        Allowance(scope=Scope(kind="team", team=f"team {place}"), budget=budget, window=at, limit=100 * NANO, unit=1)
        for place in range(number)
    ]


async def test_a_thousand_budgets_are_read_by_a_few_questions(
    money: Counters,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions = 0
    ask = Redis.run

    def counted(*_: object) -> None:
        nonlocal questions
        questions += 1

    async def run(self: Redis, *asked: Any) -> Any:
        counted()
        return await ask(self, *asked)

    monkeypatch.setattr(Redis, "run", run)
    if isinstance(money, StoredCounters):
        event.listen(money._engine.sync_engine, "before_cursor_execute", counted)
    allowances = budgets(1_000)
    cold = await money.reserve("x", (allowances[0].line(1),), 60)
    assert isinstance(cold, NotLoaded)
    posted = [place * NANO // 10 for place in range(1_000)]
    until = allowances[0].window.end
    await asyncio.gather(
        *(money.load(each.counter, spent, until, cold.life) for each, spent in zip(allowances, posted, strict=True))
    )
    heard = FakeAlarms()
    watcher = BudgetWatcher(money, heard, HandClock(time.time()))

    async def asked(some: list[Allowance]) -> int:
        before = questions
        watcher.mark_changed(some)
        await watcher.check_changed()
        return questions - before

    of_one = await asked(allowances[:1])
    assert of_one or isinstance(money, MemoryCounters)
    assert await asked(allowances) == 10 * of_one
    assert {alert.key for alert in heard.alerts} == {f"budget/{each.counter}/50" for each in allowances[500:]}


async def test_budgets_that_could_not_be_read_are_looked_at_the_next_time() -> None:
    class Failing(MemoryCounters):
        left = 2

        async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
            self.left -= 1
            if not self.left:
                raise CountersDown
            return await super().read_all(counters)

    clock, heard = HandClock(JUNE), FakeAlarms()
    counters, allowances = Failing(clock), budgets(250)
    for each in allowances:
        await counters.load(each.counter, each.limit, each.window.end, "")
    watcher = BudgetWatcher(counters, heard, clock)
    watcher.mark_changed(allowances)
    with pytest.raises(CountersDown):
        await watcher.check_changed()
    assert len(heard.alerts) == 100
    await watcher.check_changed()
    assert {alert.key for alert in heard.alerts} == {f"budget/{each.counter}/50" for each in allowances}
    assert len(heard.alerts) == 250


async def test_a_defect_at_one_portion_keeps_no_other_budget_from_being_looked_at() -> None:
    class Broken(MemoryCounters):
        left = 2

        async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
            self.left -= 1
            if not self.left:
                raise ValueError("a defect")
            return await super().read_all(counters)

    clock, heard = HandClock(JUNE), FakeAlarms()
    counters, allowances = Broken(clock), budgets(250)
    for each in allowances:
        await counters.load(each.counter, each.limit, each.window.end, "")
    watcher = BudgetWatcher(counters, heard, clock)
    watcher.mark_changed(allowances)
    with pytest.raises(ValueError, match="a defect"):
        await watcher.check_changed()
    await watcher.check_changed()
    assert len(heard.alerts) == 150, "only those that it was at are left for when they are spent from again"


async def test_what_is_spent_while_a_budget_is_looked_at_is_looked_at_once_it_is_posted() -> None:
    class Slow(MemoryCounters):
        reading = asyncio.Event()
        go_on = asyncio.Event()

        async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
            self.reading.set()
            await self.go_on.wait()
            return await super().read_all(counters)

    clock, heard, [allowance] = HandClock(JUNE), FakeAlarms(), budgets(1)
    counters = Slow(clock)
    await counters.load(allowance.counter, 0, allowance.window.end, "")
    watcher, settling = BudgetWatcher(counters, heard, clock), Settling(counters)

    async def spend(id: str, francs: int) -> None:
        units = francs * NANO
        await counters.reserve(id, (allowance.line(units),), 60)
        watcher.mark_changed((allowance,))
        settling.settle(id, (units,), watcher.check_changed)

    settling.start()
    async with asyncio.timeout(10):
        await spend("little", 10)
        await counters.reading.wait()
        await spend("much", 60)
        counters.go_on.set()
        await settling.drain()
        await settling.close()
    assert [alert.key for alert in heard.alerts] == [f"budget/{allowance.counter}/50"]
