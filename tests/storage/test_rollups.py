"""Days are summed up in the background, and a database that fails is tried again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.policy.load import policy_of_text
from gateway.storage import rollups
from gateway.storage.rollups import Rollups
from gateway.storage.tables import usage_rollup, usage_unrolled
from tests.support.clocks import HandClock
from tests.support.spending import FINANCE, calls, write
from tests.support.waiting import until

pytest_plugins = ["tests.support.databases"]


@pytest.mark.asyncio
async def test_days_that_are_over_are_summed_up(
    engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "EVERY", 0.01)
    policy = policy_of_text("p.yaml", FINANCE, {})
    rows = calls(policy, 50)
    await write(database_url, policy, rows)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE usage_rollup RENAME TO away"))
    failures: list[str] = []
    monkeypatch.setattr(rollups.logs, "warning", lambda *_, error: failures.append(error))
    clock = HandClock(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
    task = Rollups(engine, lambda: policy.reporting, clock)
    task.start()
    try:
        await until(lambda: failures)
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO usage_rollup"))
        old = select(func.count()).where(usage_unrolled.c.local_day < "2026-11-20")
        async with asyncio.timeout(10):
            while True:
                async with engine.connect() as connection:
                    if not await connection.scalar(old):
                        break
                await asyncio.sleep(0.01)
    finally:
        await task.close()
    async with engine.connect() as connection:
        rolled = await connection.scalar(select(func.sum(usage_rollup.c.requests)))
        left = list(await connection.scalars(select(usage_unrolled.c.local_day)))
    assert rolled == sum(policy.reporting.day_of(row.at) < "2026-11-20" for row in rows)
    assert left
    assert all(day >= "2026-11-20" for day in left)
