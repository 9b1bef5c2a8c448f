"""How a reservation ends, by each way in which a request can: what is posted, what is free again, what is learned.

Without servers: the counters of one process, and a ledger of rows in a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.core.calls import Held, consulted_rows
from gateway.core.counting import CountersAway, CountersDown, Line, Verdict
from gateway.core.identity import Principal
from gateway.core.jobs import Job
from gateway.core.limit_errors import LimitsUnavailable, PriceUnknown
from gateway.core.limits import Budget
from gateway.core.money import NANO, ExchangeRate, ExchangeRates, Money
from gateway.core.policy import Grouping, Level, Policy, Rules, TeamPolicy
from gateway.core.ports import UsageRow
from gateway.core.spending import Books, Scope, Spent
from gateway.core.usage import IN_THE_US, Usage
from gateway.limiting import Limits
from gateway.policy.resolve import levels_over
from gateway.quota.allowances import COARSE, EXACT_NANO, Allowance, allowances_at
from gateway.quota.memory import MemoryCounters
from gateway.quota.settling import Settling
from gateway.quota.usual_tokens import ENOUGH
from tests.support.clocks import HandClock
from tests.support.each_case import each_case
from tests.support.fakes import FakeAlarms, FakePolicies, FakeSpending, nothing_to_ship

AT = 1_795_000_000.0
HALF = ExchangeRate(source="USD", target="CHF", pico=500_000_000_000, since="2020-01-01")
POLICY = Policy(version="1", providers={}, models={}, teams={}, exchange=ExchangeRates((HALF,)))
PRINCIPAL = Principal(key_id="k", team="a")
SMALL = Budget(name="small", period="month", limit=Money(NANO, "USD"))
FRANCS = Budget(name="francs", period="year", limit=Money(NANO, "CHF"))
LARGE = Budget(name="large", period="day", limit=Money(EXACT_NANO + COARSE, "USD"))
"""Counted in thousands of nano-units."""
HELD = Money(70_001, "USD")
TOLD = Usage(input_tokens=10, output_tokens=20)


def budgets_of(*budgets: Budget) -> tuple[Allowance, ...]:
    level = Level(kind="team", name="a", rules=Rules(budgets=budgets))
    return allowances_at(POLICY, (level,), PRINCIPAL, AT, None)


OVER = budgets_of(SMALL, FRANCS, LARGE)


class Ledger(FakeSpending):
    """Of rows that are all the team's own, and as of now."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}

    async def spent(self, scope: Scope, start: float, end: float, counted: Callable[[], Awaitable[list[str]]]) -> Books:
        known = set(await counted())
        return Books([Spent(AT, Money(cost, "USD")) for name, cost in self.rows.items() if name not in known])


def limits(ledger: FakeSpending | None = None) -> Limits:
    return Limits(None, HandClock(AT), ledger or FakeSpending(), nothing_to_ship, FakeAlarms(), FakePolicies(POLICY))


async def counted(made: Limits) -> list[tuple[int, int]]:
    """(posted, reserved) of each budget, in its counter's units."""
    return await made.budgets._counters.read_all([allowance.counter for allowance in OVER])


def row(**told: Any) -> UsageRow:
    """Of a call that was sent, and is to be paid for."""
    given = {"request_id": "r", "at": AT, "key_id": "k", "team": "a", "model": "m", "chargeable": True, "usage": TOLD}
    return UsageRow(**(given | told))


def usd(nano: int) -> Money:
    return Money(nano, "USD")


AS_HELD = (70_001, 35_001, 71)
NOTHING = (0, 0, 0)
COUNTED = replace(TOLD, estimated=True)


@each_case(
    "name,ended,posted,teaches",
    [
        # As the provider told it. What is counted in another currency or in thousands is rounded up, never down.
        ("success", row(cost=usd(3001)), (3001, 1501, 4), True),
        ("success that costs next to nothing", row(cost=usd(1)), (1, 1, 1), True),
        ("success that is free", row(cost=usd(0)), NOTHING, True),
        ("success, dearer than was held", row(cost=usd(90_000)), (90_000, 45_000, 90), True),
        ("success, priced in francs, which nothing brings into dollars", row(cost=Money(5, "EUR")), AS_HELD, True),
        ("usage was not told, and counted here", row(usage=COUNTED, cost=usd(3000)), (3000, 1500, 3), False),
        ("usage was not told, nor counted", row(usage=Usage()), AS_HELD, False),
        ("cost unknown", row(), AS_HELD, True),
        ("cost unknown, beside advice that has one", row(beside=(usd(7),)), AS_HELD, True),
        ("advice beside the answer", row(cost=usd(3000), beside=(usd(1000), usd(50))), (4050, 2025, 5), True),
        ("refused by us before any work", row(status="refused", usage=Usage(), chargeable=False), NOTHING, False),
        ("refused by the provider", row(status="upstream_error", usage=Usage(), chargeable=False), NOTHING, False),
        ("failed, and its bill is told", row(status="upstream_error", cost=usd(2000)), (2000, 1000, 2), True),
        ("cut in the middle", row(status="upstream_cut", usage=COUNTED, cost=usd(800)), (800, 400, 1), False),
        ("client gone", row(status="client_closed", usage=COUNTED, cost=usd(800)), (800, 400, 1), False),
        ("timed out, nobody knows more", row(status="upstream_error", usage=Usage()), AS_HELD, False),
        ("a defect of ours, behind the call", row(status="failed", usage=Usage()), AS_HELD, False),
        ("from the cache", row(usage=Usage(), cost=usd(0), cache="hit", chargeable=False), NOTHING, False),
        ("a batch", row(usage=replace(TOLD, service_tier="batch"), cost=usd(3000)), (3000, 1500, 3), False),
        (
            "a batch, computed in one region",
            row(usage=replace(TOLD, service_tier="batch" + IN_THE_US), cost=usd(3000)),
            (3000, 1500, 3),
            False,
        ),
        ("in the background: its job pays", row(usage=Usage(), chargeable=False), NOTHING, False),
    ],
    str,
)
@pytest.mark.asyncio
async def test_what_was_held_ends_as_the_request_did(
    name: str, ended: UsageRow, posted: tuple[int, ...], teaches: bool
) -> None:
    made = limits()
    await made.budgets.hold("r", POLICY, OVER, HELD, AT, 60)
    assert await counted(made) == [(0, held) for held in AS_HELD]
    made.settle(ended)
    assert await counted(made) == [(each, 0) for each in posted]
    made.settle(ended)
    assert await counted(made) == [(each, 0) for each in posted], "once"
    assert made.budgets.cost_held("r") is None
    for _ in range(ENOUGH):
        made.settle(ended)
    assert made.outputs.expected("k", "m") == (20 if teaches else None)


@each_case(
    "name,cost,posted",
    [
        ("presumed", usd(3001), (3001, 1501, 4)),
        ("nothing was sent", usd(0), NOTHING),
        ("not known: left to its time, and posted as it was held then", None, AS_HELD),
        ("in a currency without a rate: the same", Money(5, "EUR"), AS_HELD),
    ],
    str,
)
@pytest.mark.asyncio
async def test_what_a_dead_process_held_ends_as_its_call_is_presumed(
    name: str, cost: Money | None, posted: tuple[int, ...]
) -> None:
    clock = HandClock(AT)
    made = Limits(None, clock, FakeSpending(), nothing_to_ship, FakeAlarms(), FakePolicies(POLICY))
    await made.budgets.hold("r", POLICY, OVER, HELD, AT, 60)
    written = made.budgets.held("r")
    assert written == (Held("USD", 1), Held("CHF", 1), Held("USD", COARSE))
    made.budgets.settle_orphan("r", written, cost, POLICY, AT)
    is_known = cost is not None and cost.currency == "USD"
    assert [reserved for _, reserved in await counted(made)] == ([0, 0, 0] if is_known else list(AS_HELD))
    clock.advance(61)
    assert await counted(made) == [(each, 0) for each in posted]


@each_case(
    "name,budget,cost,units",
    [
        ("nothing", SMALL, usd(0), 0),
        ("nothing, in a currency without a rate", SMALL, Money(0, "EUR"), 0),
        ("exact", SMALL, usd(7), 7),
        ("half a nano-unit is one", FRANCS, usd(1), 1),
        ("exact where it can be", FRANCS, usd(8), 4),
        ("no rate", SMALL, Money(1, "EUR"), None),
        ("a thousandth of the smallest", LARGE, usd(1), 1),
        ("the smallest", LARGE, usd(COARSE), 1),
        ("a little more than the smallest", LARGE, usd(COARSE + 1), 2),
        ("more than counters can hold is as much as they can", SMALL, usd(2**70), 2 * EXACT_NANO),
    ],
    str,
)
def test_amounts_are_rounded_up_in_a_budgets_units(name: str, budget: Budget, cost: Money, units: int | None) -> None:
    [allowance] = budgets_of(budget)
    assert allowance.units(cost, POLICY, AT) == units


@pytest.mark.asyncio
async def test_a_price_in_a_currency_without_a_rate_holds_nothing_of_any_budget() -> None:
    made = limits()
    with pytest.raises(PriceUnknown):
        await made.budgets.hold("r", POLICY, OVER, Money(5, "EUR"), AT, 60)
    assert await counted(made) == [(0, 0)] * 3
    assert made.budgets.held("r") == ()


class DoubtfulCounters(MemoryCounters):
    """Which take what is asked of them, and do not say so."""

    def __init__(self, answer: BaseException) -> None:
        super().__init__(HandClock(AT))
        self.answer: BaseException | None = answer
        self.settled: list[str] = []

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        for line in lines:
            await self.load(line.counter, 0, line.until, "")
        verdict = await super().reserve(id, lines, seconds)
        if self.answer is not None:
            raise self.answer
        return verdict

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        self.settled.append(id)
        return super().settle_now(id, actual)


@each_case(
    "answer,raised,undone",
    [
        (CountersDown(), LimitsUnavailable, True),
        (asyncio.CancelledError(), asyncio.CancelledError, True),
        (CountersAway(), LimitsUnavailable, False),  # nothing was asked for, so there is nothing to undo
    ],
    repr,
)
@pytest.mark.asyncio
async def test_a_reservation_of_which_nobody_knows_is_undone(
    answer: BaseException, raised: type[BaseException], undone: bool
) -> None:
    counters, made = DoubtfulCounters(answer), limits()
    made.budgets._counters, made.budgets._settling = counters, Settling(counters, counters.settle_now)
    with pytest.raises(raised):
        await made.budgets.hold("r", POLICY, OVER, HELD, AT, 60)
    assert counters.settled == (["r"] if undone else [])
    assert [reserved for _, reserved in await counted(made)] == ([0, 0, 0] if undone else list(AS_HELD))
    made.settle(row(cost=usd(3000)))
    assert counters.settled == (["r"] if undone else []), "who was told no holds nothing that its row could end"


@each_case("is_put_in", [False, True])
@pytest.mark.asyncio
async def test_counters_that_are_lost_before_the_end_are_told_what_it_cost_once(is_put_in: bool) -> None:
    """By the ledger; and where it was put in as what is under way, by what is settled, and by the ledger no more."""
    ledger, over = Ledger(), OVER[:1]
    made, advice = limits(ledger), next(consulted_rows("r"))
    await made.budgets.hold("r", POLICY, over, HELD, AT, 60)
    emptied = MemoryCounters(HandClock(AT))
    made.budgets._counters = emptied
    made.budgets._settling = Settling(emptied, emptied.settle_now)
    if is_put_in:
        await emptied.restore("r", over[0].line(HELD.nano), 60)
    ledger.rows = {"before": 100, "r": 3000, advice: 50}
    made.settle(row(cost=usd(3000), beside=(usd(50),)))
    assert await made.budgets.spent_and_held("look", POLICY, over[0], AT) == (usd(3150), usd(0))


JOB = Job(
    id="j",
    at=AT,
    kind="response",
    dialect="openai_responses",
    provider="p",
    model="m",
    key_id="k",
    team="a",
    answers=1,
    input_tokens=1,
    output_tokens=1,
    held=HELD,
)
WITH_TEAM = replace(POLICY, teams={"a": TeamPolicy(name="a", budgets=(SMALL,))})


@each_case(
    "name,cost,held,posted",
    [
        ("as it cost", usd(3001), HELD, 3001),
        ("nothing was answered", usd(0), HELD, 0),
        ("cost unknown", None, HELD, HELD.nano),
        ("in a currency without a rate", Money(5, "EUR"), HELD, HELD.nano),
        ("nor is one known any more of what was held", Money(5, "EUR"), Money(9, "EUR"), None),
    ],
    str,
)
@pytest.mark.asyncio
async def test_what_a_job_held_ends_as_the_job_did(
    name: str, cost: Money | None, held: Money, posted: int | None
) -> None:
    """`posted` None: it is left to end by its time, posted as it was held then."""
    made = limits()
    await made.jobs.hold(JOB, WITH_TEAM, 60)
    made.jobs.end(replace(JOB, held=held), cost, WITH_TEAM)
    told = await made.budgets._counters.read(OVER[0].counter)
    assert told == ((0, HELD.nano) if posted is None else (posted, 0))


BUDGETS = (SMALL, FRANCS)
OF_A_KEY = Rules(budgets=(FRANCS,))
NEWER = {
    "the team's": TeamPolicy(name="a", budgets=BUDGETS),
    "its key's, by name": TeamPolicy(name="a", budgets=(SMALL,), keys={"robot": OF_A_KEY}),
    "its project's, by the key's name": TeamPolicy(
        name="a", budgets=(SMALL,), projects={"p": Grouping(keys=("robot",), budgets=(FRANCS,))}
    ),
}


@each_case(
    "when,whose",
    [
        *((when, "the team's") for when in ("told before the call ended", "told while the row is on its way")),
        *(("told afterwards", whose) for whose in NEWER),
    ],
)
@pytest.mark.asyncio
async def test_a_budget_that_comes_while_a_call_is_under_way_counts_it_once(when: str, whose: str) -> None:
    """Beside one that it holds money of already, which is settled as ever."""
    ledger = Ledger()
    made = limits(ledger)
    principal = Principal(key_id="k", team="a", name="robot")
    await made.budgets.hold("r", POLICY, OVER[:1], HELD, AT, 60, principal)
    newer = replace(WITH_TEAM, version="2", teams={"a": NEWER[whose]})
    over = allowances_at(newer, levels_over(newer, principal), principal, AT, None)
    [francs] = [each for each in over if each.budget is FRANCS]
    made.budgets._policies = FakePolicies(newer)
    if when == "told before the call ended":
        assert await made.budgets.spent_and_held("look", newer, francs, AT) == (Money(0, "CHF"), Money(0, "CHF"))
    made.settle(row(cost=usd(2001), beside=(usd(1000),)))
    if when == "told while the row is on its way":
        ledger.rows = {"r": 3001}
    await asyncio.sleep(0)  # the task that posts it
    ledger.rows = {"r": 3001}
    assert await made.budgets.spent_and_held("again", newer, francs, AT) == (Money(1501, "CHF"), Money(0, "CHF"))
    assert await made.budgets._counters.read(OVER[0].counter) == (3001, 0)
