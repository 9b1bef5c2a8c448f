"""A batch whose prices have not changed costs at repricing what it was charged, however many calls it was."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.billing.prices import SeededPriceBook
from gateway.billing.repricing import Repricing, reprice
from gateway.core.charging import charge
from gateway.core.jobs import ROW_OF_A_JOB, portions
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import UsageRow
from gateway.core.usage import Usage
from gateway.policy.load import policy_of_text
from tests.support.spending import FINANCE, write

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.asyncio

POLICY = msgspec.structs.replace(policy_of_text("p.yaml", FINANCE, {}), agreements=(), price_overrides=())
PRICES = SeededPriceBook()
AT = 1_795_000_000.0
USED = Usage(input_tokens=3_000_001, output_tokens=70_001, service_tier="batch")


def batch(answers: int) -> UsageRow:
    """Charged as when it ended: by the price of single calls."""
    row = UsageRow(
        request_id=f"req_1{ROW_OF_A_JOB}",
        at=AT,
        key_id="k",
        team="t",
        operation="batches",
        provider="openai",
        model="gpt-5.5",
        attempts=1,
        status="ok",
        usage=USED,
    )
    charge(row, POLICY, PRICES)
    costs = [PRICES.cost(POLICY, "openai", "gpt-5.5", part, AT) for part in portions(USED, answers)]
    row.cost = Money(sum(cost[0].nano for cost in costs if cost is not None), "USD")
    return row


async def repriced(engine: AsyncEngine, policy: Policy, url: str, *rows: UsageRow) -> Repricing:
    await write(url, POLICY, rows)
    month = POLICY.reporting.day_of(AT)[:7]
    async with engine.connect() as connection:
        return await reprice(connection, month, policy, PRICES, lambda *_: None)


@pytest.mark.parametrize("answers", [1000, 7])
async def test_unchanged_prices_change_no_batch(engine: AsyncEngine, database_url: str, answers: int) -> None:
    """Of some three thousand tokens each, and of more than a long context begins at."""
    row = batch(answers)
    found = await repriced(engine, POLICY, database_url, row)
    assert [each.now for each in found.places.values()] == [row.cost.nano if row.cost else None]
    assert found.corrections("", AT) == []


async def test_the_two_ways_differ() -> None:
    short, long = batch(1000).cost, batch(7).cost
    assert short is not None
    assert long is not None
    assert long.nano > short.nano * 3 // 2


@pytest.mark.parametrize("answers", [1000, 7])
async def test_a_new_price_is_of_the_calls_as_they_were(engine: AsyncEngine, database_url: str, answers: int) -> None:
    """A tenth more, at another address."""
    row = batch(answers)
    moved = msgspec.structs.replace(POLICY.providers["openai"], base_url="https://eu.api.openai.com/v1")
    policy = msgspec.structs.replace(POLICY, version="w", providers={**POLICY.providers, "openai": moved})
    [place] = (await repriced(engine, policy, database_url, row)).places.values()
    assert row.cost is not None
    assert abs(place.now * 10 - row.cost.nano * 11) <= 10 * answers
    assert place.now > row.cost.nano
