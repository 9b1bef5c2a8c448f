"""Money that is spent much faster than usual: told once a window, from what the ledger says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.alerting import Alert
from gateway.core.counting import CountersDown
from gateway.core.limits import Budget
from gateway.core.money import NANO, ExchangeRates, Money
from gateway.core.policy import Policy
from gateway.core.ports import UsageRow
from gateway.core.reporting import Reporting
from gateway.core.spending import Books, LedgerDown, Scope, Spent
from gateway.quota.allowances import Allowance
from gateway.quota.pace import AT_ONCE, DAYS, PaceWatcher
from gateway.quota.windows import window
from gateway.storage.spending import StoredSpending
from tests.support.clocks import HandClock
from tests.support.fakes import FakeAlarms, FakeSpending
from tests.support.running import policy_for
from tests.support.spending import write

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.asyncio

ZURICH = "Europe/Zurich"
NOW = datetime(2026, 11, 4, 15, 30, tzinfo=ZoneInfo(ZURICH)).timestamp()
"""Ten days after the clocks went back."""
DAY = 86_400.0
TEAM = Scope(kind="team", team="demo")
POLICY: Policy = msgspec.structs.replace(
    policy_for("http://127.0.0.1:9"), reporting=Reporting(timezone=ZURICH, currency="CHF"), exchange=ExchangeRates(())
)


class Posted:
    """What the counter of every budget says: at first, that all was spent long ago."""

    def __init__(self, francs: float = 1000) -> None:
        self.francs = francs

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        return [(int(self.francs * NANO), 0) for _ in counters]


def row(at: float, francs: float, team: str = "demo", currency: str = "CHF") -> UsageRow:
    return UsageRow(
        request_id=f"{team}-{at:.3f}-{currency}",
        at=at,
        key_id="k",
        team=team,
        provider="openai",
        model="m",
        attempts=1,
        cost=Money(int(francs * NANO), currency),
    )


def usual(francs: float, days: int = 14) -> list[UsageRow]:
    """As much in this hour of each of the days before, by the clock; and something three weeks ago."""
    return [row(end - 60, francs) for end in Reporting(timezone=ZURICH).by_the_clock(NOW, range(1, days + 1))] + [
        row(NOW - 21 * DAY, 0.01)
    ]


def allowance(limit: int = 100) -> Allowance:
    budget = Budget(name="month", period="month", limit=Money(limit * NANO, "CHF"), alerts=(80,))
    within = window("month", NOW, ZURICH)
    return Allowance(scope=TEAM, budget=budget, window=within, limit=limit * NANO, unit=1)


async def told(engine: AsyncEngine, url: str, rows: list[UsageRow], limit: int = 100) -> list[Alert]:
    await write(url, POLICY, rows)
    heard = FakeAlarms()
    watcher = PaceWatcher(StoredSpending(engine), Posted(), heard, HandClock(NOW))
    for _ in range(2):
        watcher.mark_changed([allowance(limit)], POLICY)
        await watcher.look()
    return heard.alerts


async def test_five_times_the_usual_is_told_once_with_its_numbers(engine: AsyncEngine, database_url: str) -> None:
    rows = [*usual(1), row(NOW - 10, 3), row(NOW - 3000, 2.5), row(NOW - 3700, 50), row(NOW - 20, 90, team="other")]
    [alert] = await told(engine, database_url, rows)
    assert alert.key == f"pace/{allowance().counter}"
    assert alert.title == "Money of team 'demo' is spent unusually fast"
    assert alert.text.startswith(
        "5.50 CHF was spent in the last hour; the median of this hour in the last 14 days is 1.0 CHF. "
        "The budget 'month' is 100.0 CHF a month."
    )


async def test_the_budget_of_a_model_is_watched_by_the_name_that_was_asked_for(
    engine: AsyncEngine, database_url: str
) -> None:
    rows = [*usual(1), row(NOW - 10, 6), row(NOW - 20, 1, team="other")]
    for each in rows:
        each.model_asked = "shared"
    await write(database_url, POLICY, rows)
    heard = FakeAlarms()
    watcher = PaceWatcher(StoredSpending(engine), Posted(), heard, HandClock(NOW))
    of_a_model = msgspec.structs.replace(allowance(), scope=Scope(kind="model", name="shared"), counter="")
    watcher.mark_changed([of_a_model], POLICY)
    await watcher.look()
    [alert] = heard.alerts
    assert alert.text.startswith("7.0 CHF was spent in the last hour; the median of this hour in the last 14 days is")


async def test_up_to_five_times_is_usual(engine: AsyncEngine, database_url: str) -> None:
    assert await told(engine, database_url, [*usual(1), row(NOW - 10, 5)]) == []


async def test_an_hour_in_which_nothing_is_usual_counts_where_it_is_no_trifle(
    engine: AsyncEngine, database_url: str
) -> None:
    await told(engine, database_url, usual(1, days=6))
    assert await told(engine, database_url, [row(NOW - 10, 0.9)]) == [], "less than a hundredth of the budget"
    [alert] = await told(engine, database_url, [row(NOW - 9, 0.2)])
    assert "the median of this hour in the last 14 days is 0" in alert.text


async def test_who_is_new_has_no_usual(engine: AsyncEngine, database_url: str) -> None:
    assert await told(engine, database_url, [row(NOW - 10, 50)]) == []


async def test_what_is_not_of_this_budget_s_currency_and_has_no_rate_was_not_paid_from_it(
    engine: AsyncEngine, database_url: str
) -> None:
    assert await told(engine, database_url, [*usual(1), row(NOW - 10, 50, currency="USD")]) == []


async def test_the_same_hour_is_by_the_clock() -> None:
    hours = [NOW, *Reporting(timezone=ZURICH).by_the_clock(NOW, range(1, DAYS + 1))]
    assert len(hours) == 15
    assert {datetime.fromtimestamp(end, ZoneInfo(ZURICH)).strftime("%H:%M") for end in hours} == {"15:30"}
    assert NOW - hours[-1] == 14 * DAY + 3600


async def test_a_ledger_that_is_down_is_asked_again() -> None:
    class Down(FakeSpending):
        down = True

        async def hours(self, scope: Scope, ends: object) -> list[list[Spent]]:
            if self.down:
                raise LedgerDown
            return [[Spent(NOW, Money(20 * NANO, "CHF"))], *([] for _ in range(14))]

        async def hour(self, end: float) -> dict[Scope, list[Spent]]:
            if self.down:
                raise LedgerDown
            return {TEAM: [Spent(end, Money(20 * NANO, "CHF"))]}

        async def spent(self, *_: object) -> Books:
            return Books([Spent(NOW - 21 * DAY, Money(1, "CHF"))])

    spending, heard = Down(), FakeAlarms()
    watcher = PaceWatcher(spending, Posted(), heard, HandClock(NOW))
    watcher.mark_changed([allowance()], POLICY)
    await watcher.look()
    assert heard.alerts == []
    spending.down = False
    await watcher.look()
    assert len(heard.alerts) == 1


async def test_who_is_new_is_looked_at_again_after_an_hour(engine: AsyncEngine, database_url: str) -> None:
    await write(database_url, POLICY, [row(NOW - 10, 50)])
    clock, heard, counters = HandClock(NOW), FakeAlarms(), Posted()
    watcher = PaceWatcher(StoredSpending(engine), counters, heard, clock)

    async def look() -> int:
        watcher.mark_changed([allowance()], POLICY)
        await watcher.look()
        return len(heard.alerts)

    assert await look() == 0
    await write(database_url, POLICY, [row(NOW - 21 * DAY, 1)])
    clock.advance(1800)
    assert await look() == 0
    clock.advance(1801)
    await write(database_url, POLICY, [row(NOW + 3600, 50)])
    counters.francs += 50
    assert await look() == 1


async def test_a_thousand_budgets_are_one_question_but_for_those_of_which_much_was_spent() -> None:
    class Counted(FakeSpending):
        asked: list[Scope] = []

        async def hour(self, end: float) -> dict[Scope, list[Spent]]:
            return {team(number): [Spent(end, Money(NANO * (5 if number == 7 else 1) // 2, "CHF"))] for number in many}

        async def hours(self, scope: Scope, ends: object) -> list[list[Spent]]:
            self.asked.append(scope)
            return [[] for _ in range(15)]

    def team(number: int) -> Scope:
        return Scope(kind="team", team=f"team-{number}")

    many, spending = range(1000), Counted()
    watcher = PaceWatcher(spending, Posted(), FakeAlarms(), HandClock(NOW))
    watcher.mark_changed([msgspec.structs.replace(allowance(), scope=team(number)) for number in many], POLICY)
    looking, turns = asyncio.ensure_future(watcher.look()), 0
    while not looking.done():
        await asyncio.sleep(0)
        turns += 1
    assert spending.asked == [team(7)]
    assert turns > 1000 // AT_ONCE, "requests have their turn between"


class Asked(FakeSpending):
    """Spends `last` in the hour that is asked for, and `usual` in each before."""

    def __init__(self, last: float, usual: float) -> None:
        self.last, self.usual, self.asked = last, usual, [0, 0]

    async def hour(self, end: float) -> dict[Scope, list[Spent]]:
        self.asked[0] += 1
        return {TEAM: [francs(self.last, end)]}

    async def hours(self, scope: Scope, ends: Sequence[float]) -> list[list[Spent]]:
        self.asked[1] += 1
        return [[francs(self.last, ends[0])], *([francs(self.usual, end)] for end in ends[1:])]

    async def spent(self, *_: object) -> Books:
        return Books([francs(1, NOW - 21 * DAY)])


def francs(amount: float, at: float) -> Spent:
    return Spent(at, Money(int(amount * NANO), "CHF"))


async def looked(watcher: PaceWatcher, clock: HandClock, minutes: int, counters: Posted, each: float) -> None:
    """So many looks, a minute apart, each after so much was spent."""
    for _ in range(minutes):
        clock.advance(60)
        counters.francs += each
        watcher.mark_changed([allowance()], POLICY)
        await watcher.look()


async def test_the_ledger_is_asked_nothing_while_the_counter_tells_that_little_was_spent() -> None:
    spending, counters, heard, clock = Asked(2, 0.1), Posted(), FakeAlarms(), HandClock(NOW)
    watcher = PaceWatcher(spending, counters, heard, clock)
    spending.last = 0
    await looked(watcher, clock, 1, counters, 0.001)
    assert spending.asked == [1, 0], "nobody else knows what the hour before the first look cost"
    await looked(watcher, clock, 180, counters, 0.001)
    assert spending.asked == [1, 0]
    spending.last = 2
    await looked(watcher, clock, 1, counters, 2)
    assert (spending.asked, len(heard.alerts)) == ([1, 1], 1)


async def test_what_is_usual_is_looked_up_again_after_a_while_only_or_where_more_is_spent() -> None:
    spending, counters, heard, clock = Asked(2, 2), Posted(), FakeAlarms(), HandClock(NOW)
    watcher = PaceWatcher(spending, counters, heard, clock)
    await looked(watcher, clock, 10, counters, 2 / 60)
    assert spending.asked == [1, 1]
    await looked(watcher, clock, 1, counters, 2 / 60)
    assert spending.asked == [1, 2], "ten minutes later another hour is meant"
    spending.last = 11
    await looked(watcher, clock, 1, counters, 9)
    assert (spending.asked, len(heard.alerts)) == ([1, 3], 1)


async def test_a_budget_that_has_just_begun_tells_by_itself_what_was_spent_of_it() -> None:
    spending, counters, heard, clock = Asked(0, 0), Posted(0), FakeAlarms(), HandClock(NOW)
    watcher = PaceWatcher(spending, counters, heard, clock)
    await looked(watcher, clock, 5, counters, 0.1)
    assert spending.asked == [0, 0]
    spending.last = 0.5 + 5 * 0.2
    await looked(watcher, clock, 5, counters, 0.2)
    assert (spending.asked[0], len(heard.alerts)) == (0, 1)


async def test_counters_that_are_down_are_asked_again() -> None:
    class Down(Posted):
        down = True

        async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
            if self.down:
                raise CountersDown
            return await super().read_all(counters)

    counters, heard = Down(), FakeAlarms()
    watcher = PaceWatcher(Asked(20, 1), counters, heard, HandClock(NOW))
    watcher.mark_changed([allowance()], POLICY)
    await watcher.look()
    assert heard.alerts == []
    counters.down = False
    await watcher.look()
    assert len(heard.alerts) == 1
