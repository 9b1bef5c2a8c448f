"""Months of usage rows that go, and the figures that stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.api.edge import RequestIds
from gateway.core.money import Money
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.storage import rollups, usage_retention
from gateway.storage.costs import cost_groups
from gateway.storage.engine import open_engine
from gateway.storage.partitions import AHEAD, first_id, following, make_ahead, month_of, partitions, start_of
from gateway.storage.rollups import Rollups
from gateway.storage.schema import migrate
from gateway.storage.tables import usage
from gateway.storage.usage import encoded, insert_usage
from gateway.storage.usage_retention import kept_from, retain
from tests.support.clocks import HandClock
from tests.support.databases import migrate_before

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.asyncio

ZURICH = Reporting(timezone="Europe/Zurich")
DAY = 86_400.0


def at(day: str, hour: int = 12) -> float:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").timestamp()


ROW_BEFORE = (
    "INSERT INTO usage (request_id, at, key_id, team, operation, dialect, stream, status, http_status, "
    "input_tokens, output_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, "
    "input_audio_tokens, output_audio_tokens, tool_prompt_tokens, estimated, cost_nano, currency, attempts, "
    "duration_ms) "
    "VALUES (:id, :at, 'k', 't', '', '', false, 'ok', 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, false, 1000, 'USD', 1, 0)"
)


async def write(engine: AsyncEngine, *moments: float, ids: list[str] | None = None) -> None:
    drawn = RequestIds()
    rows = [
        UsageRow(
            request_id=drawn.draw(moment) if ids is None else ids[place],
            at=moment,
            key_id="k",
            team="t",
            attempts=1,
            usage=Usage(input_tokens=1),
            cost=Money(1000, "USD"),
        )
        for place, moment in enumerate(moments)
    ]
    records = [Record(number, "usage", row.request_id, encoded(row, ZURICH)[0]) for number, row in enumerate(rows)]
    async with engine.begin() as connection:
        await insert_usage(connection, records)


async def number(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(usage)) or 0)


async def sums(engine: AsyncEngine) -> list[tuple[str | None, int]]:
    async with engine.connect() as connection:
        groups = await cost_groups(connection, "2000-01-01", "2099-12-31", ("local_day",), sums=("cost_nano",))
    return [(group.key["local_day"], group.sums["cost_nano"]) for group in groups]


async def places(engine: AsyncEngine) -> dict[str, str]:
    """Which partition each row is in; PostgreSQL only."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT request_id, tableoid::regclass::text FROM usage"))
        return {row[0]: row[1] for row in rows}


def several(now: float) -> list[float]:
    """Days of four months that the database has partitions for, and the last hour of one of them."""
    months = [month_of(now)]
    for _ in range(3):
        months.append(following(months[-1]))
    days = [start_of(month) + 5 * DAY for month in months]
    return [*days, start_of(months[2]) - 1800]


async def test_whole_months_go_and_every_sum_stays(engine: AsyncEngine) -> None:
    now = datetime.now(UTC).timestamp()
    moments = several(now)
    await write(engine, *moments)
    before = await sums(engine)
    assert len(before) == 5
    assert (await retain(engine, ZURICH.day_of(moments[0]))).rows == 0, "this month goes as a whole, when it is over"
    for place in (1, 2, 3):
        gone = await retain(engine, ZURICH.day_of(moments[place]))
        assert await sums(engine) == before
        async with engine.connect() as connection:
            kept = await kept_from(connection)
            left = [row[0] for row in await connection.execute(select(usage.c.local_day))]
        assert kept == f"{ZURICH.day_of(moments[place])[:7]}-01" or engine.dialect.name == "postgresql"
        assert kept > ZURICH.day_of(moments[place - 1]) or engine.dialect.name == "postgresql"
        assert all(day >= kept for day in left) or engine.dialect.name == "postgresql"
        assert gone.rows == 0 or engine.dialect.name == "sqlite"
    assert await number(engine) == (1 if engine.dialect.name == "sqlite" else 2)
    assert await retain(engine, ZURICH.day_of(moments[3])) == usage_retention.RetentionOutcome([], 0)


async def test_a_day_whose_rows_are_gone_is_not_summed_again(engine: AsyncEngine) -> None:
    now = datetime.now(UTC).timestamp()
    moments = several(now)
    await write(engine, *moments)
    before = await sums(engine)
    await retain(engine, ZURICH.day_of(moments[3]))
    await write(engine, moments[0] + 1, ids=["of-old"])  # its journal lay about for years
    assert await sums(engine) == before
    await Rollups(engine, lambda: ZURICH, HandClock(moments[3] + 40 * DAY)).look()
    assert await sums(engine) == before


async def test_some_at_a_time(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_retention, "BATCH", 10)
    now = datetime.now(UTC).timestamp()
    moments = several(now)
    await write(engine, *(moments[0] + second for second in range(95)), moments[3])
    gone = await retain(engine, ZURICH.day_of(moments[3]))
    assert gone == (usage_retention.RetentionOutcome([], 95) if engine.dialect.name == "sqlite" else gone)
    assert await number(engine) == 1


async def test_the_gateway_does_it_by_itself_and_by_no_clock_that_runs_ahead(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC).timestamp()
    moments = several(now)
    await write(engine, *moments)
    clock = HandClock(moments[3])
    await Rollups(engine, lambda: ZURICH, clock).look()
    assert await number(engine) == 5, "eleven years"
    clock.advance(ZURICH.retention)
    await Rollups(engine, lambda: ZURICH, clock).look()
    if engine.dialect.name == "postgresql":
        assert await number(engine) == 5, "the server's clock says that it is not that late"

        async def alike(_: AsyncEngine) -> float:
            return clock.now()

        monkeypatch.setattr(rollups, "server_time", alike)
        await Rollups(engine, lambda: ZURICH, clock).look()
    assert await number(engine) <= 2


@pytest.mark.postgres
async def test_months_are_cut_off_before_they_begin_and_ids_of_other_forms_have_a_place(
    postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(postgres.url(postgres.create_migrated_database()))
    try:
        now = datetime.now(UTC).timestamp()
        async with engine.connect() as connection:
            there = await partitions(connection)
        assert len(there) == AHEAD + 1
        assert there[0] == following(month_of(now))
        far = start_of(there[-1]) + 40 * DAY
        drawn = RequestIds().draw(far)
        odd = ["r000001", "zzz", "3f2a", "req_ffffffffffffffffffffffff"]
        await write(engine, far, *(now for _ in odd), ids=[drawn, *odd])
        assert (await places(engine))[drawn] == "usage_later"
        assert await make_ahead(engine, now) == []
        made = await make_ahead(engine, far)
        assert len(made) == AHEAD + 1
        found = await places(engine)
        assert found[drawn] == f"usage_m{month_of(far)}"
        assert {found[one] for one in odd} == {"usage_until", "usage_later"}
        assert await make_ahead(engine, far) == []
        async with engine.connect() as one, engine.connect() as other:
            await one.execute(text("SELECT pg_advisory_xact_lock(1970495847)"))
            assert await make_ahead(engine, far + 400 * DAY) == [], "another replica is about it"
            assert await other.scalar(select(func.count()).select_from(usage)) == 5
    finally:
        await engine.dispose()


@pytest.mark.postgres
async def test_rows_that_were_there_stay_where_they_are_and_once(postgres: Any, tmp_path: Path) -> None:
    engine = open_engine(postgres.url(postgres.create_database()))
    try:
        await migrate_before(engine, "0015", tmp_path)
        now = datetime.now(UTC).timestamp()
        drawn = RequestIds().draw(now - 40 * DAY)
        ids = [drawn, "r000001", "req_ffffffffffffffffffffffff"]
        async with engine.begin() as connection:  # as the release of that schema wrote them
            for request_id in ids:
                await connection.execute(text(ROW_BEFORE), {"id": request_id, "at": round((now - 40 * DAY) * 1e6)})
            await connection.execute(
                text("INSERT INTO usage_unrolled (local_day, batches) VALUES (:day, 1)"),
                {"day": ZURICH.day_of(now - 40 * DAY)},
            )
            await connection.execute(text("UPDATE usage SET local_day = :day"), {"day": ZURICH.day_of(now - 40 * DAY)})
        assert await migrate(engine) == ("behind", "current")
        before = await sums(engine)
        assert before == [(ZURICH.day_of(now - 40 * DAY), 3000)]
        await write(engine, *(now for _ in ids), ids=ids)
        assert await number(engine) == 3
        assert await sums(engine) == before
        assert await places(engine) == {drawn: "usage_until", "r000001": "usage_until", ids[2]: "usage_later"}
    finally:
        await engine.dispose()


async def test_ids_of_a_month_lie_between_its_bounds() -> None:
    drawn = RequestIds()
    month = "202612"
    for moment in (start_of(month), start_of("202701") - 0.001):
        assert first_id(month) <= drawn.draw(moment) < first_id(following(month))
    assert rollups.EVERY < DAY
