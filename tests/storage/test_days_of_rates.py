"""One rule for exchange rates: a call's is that of its day in the calendar of reports, in budgets, too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.billing.report.build import Question
from gateway.billing.report.gather import gather
from gateway.core.identity import Principal
from gateway.core.money import NANO, Money
from gateway.core.ports import UsageRow
from gateway.core.spending import Scope
from gateway.policy.load import policy_of_text
from gateway.policy.resolve import levels_over
from gateway.quota.allowances import allowances_at
from gateway.storage.spending import StoredSpending
from tests.support.spending import write

pytestmark = pytest.mark.asyncio

POLICY = policy_of_text(
    "p.yaml",
    """
version: 1
reporting: {timezone: America/New_York, currency: CHF}
providers: {openai: {kind: openai, base_url: "http://127.0.0.1:1/v1", api_key: k, region: us}}
teams: {demo: {models: ["*"], budgets: [{period: month, limit: 100 CHF}]}}
prices:
  exchange:
    - {from: USD, to: CHF, rate: 0.50, since: 2026-01-01}
    - {from: USD, to: CHF, rate: 0.75, since: 2026-11-16}
""",
    {},
)
FIFTEENTH, SIXTEENTH = "2026-11-16T04:59:59.5", "2026-11-16T05:00:00"
"""In UTC; both are of one day there, and New York's midnight is between them."""


def row(name: str, at: str) -> UsageRow:
    return UsageRow(
        request_id=name,
        at=datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp(),
        key_id="k",
        team="demo",
        provider="openai",
        model="m",
        model_asked="openai/m",
        attempts=1,
        status="ok",
        cost=Money(NANO, "USD"),
    )


async def _none() -> list[str]:
    return []


async def test_a_budget_counts_in_the_rates_of_the_report(engine: AsyncEngine, database_url: str) -> None:
    rows = [row("a", FIFTEENTH), row("b", SIXTEENTH), row("c", SIXTEENTH)]
    await write(database_url, POLICY, rows)
    principal = Principal(key_id="k", team="demo")
    [allowance] = allowances_at(POLICY, levels_over(POLICY, principal), principal, rows[0].at, None)
    apart = [allowance.units(Money(NANO, "USD"), POLICY, each.at) for each in rows]
    assert [units * allowance.unit for units in apart if units is not None] == [NANO // 2, NANO * 3 // 4, NANO * 3 // 4]
    within = allowance.window
    books = await StoredSpending(engine).spent(Scope(kind="team", team="demo"), within.start, within.end, _none)
    loaded = [allowance.units(each.money, POLICY, each.at) for each in books.spent]
    async with engine.connect() as connection:
        question = Question(
            first_month="2026-11",
            last_month="2026-11",
            by=("team",),
            currency="CHF",
            today="2026-12-01",
            made_at=rows[0].at,
        )
        report = await gather(connection, question, POLICY, b"")
    assert sum(units or 0 for units in loaded) * allowance.unit == report.total.billed == 2 * NANO
