"""What was settled in a counter that had not yet been told what the ledger says is in it once afterwards."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.calls import consulted_rows
from gateway.core.identity import Principal
from gateway.core.limits import Budget
from gateway.core.money import Money
from gateway.core.policy import Level, Policy, Rules
from gateway.core.ports import UsageRow
from gateway.limiting import Limits
from gateway.quota.allowances import allowances_at
from gateway.storage.spending import StoredSpending
from tests.support.clocks import HandClock
from tests.support.fakes import FakeAlarms, FakePolicies
from tests.support.spending import write

pytestmark = pytest.mark.asyncio

POLICY = Policy(version="1", providers={}, models={}, teams={})
LEVEL = Level(
    kind="team",
    name="a",
    rules=Rules(budgets=(Budget(name="month", period="month", limit=Money(1000, "USD")),)),
)
PRINCIPAL = Principal(key_id="k", team="a")
AT = 1_795_000_000.0


def row(name: str, cost: int) -> UsageRow:
    return UsageRow(request_id=name, at=AT, key_id="k", team="a", status="ok", cost=Money(cost, "USD"))


async def test_what_advice_cost_is_counted_with_its_request_alone(engine: AsyncEngine, database_url: str) -> None:
    advice = next(consulted_rows("asked"))
    await write(database_url, POLICY, [row("before", 100), row("asked", 7), row(advice, 50)])

    async def shipped() -> None:
        return None

    limits = Limits(None, HandClock(), StoredSpending(engine), shipped, FakeAlarms(), FakePolicies(POLICY))
    limits.start()
    [allowance] = over = allowances_at(POLICY, (LEVEL,), PRINCIPAL, AT, None)
    counters, read = limits.budgets._counters, limits.budgets.spent_and_held
    await counters.restore("asked", allowance.line(60), 60)  # it was under way as the counters were lost
    assert await counters.settle("asked", (57,))
    async with asyncio.timeout(10):
        assert await read("r", POLICY, over[0], AT) == (Money(157, "USD"), Money(0, "USD"))
    await limits.close()
