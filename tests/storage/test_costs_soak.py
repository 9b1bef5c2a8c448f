"""Ten million usage rows in a real PostgreSQL: how fast they come in, and how fast a month's report goes out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.billing.report.build import Question
from gateway.billing.report.gather import gather
from gateway.core.ports import Record
from gateway.policy.load import policy_of_text
from gateway.storage.costs import roll_up
from gateway.storage.engine import open_engine
from gateway.storage.schema import migrate
from gateway.storage.usage import encoded, insert_usage
from gateway.storage.usage_retention import retain
from tests.support.databases import PostgresServer, migrate_before, postgres_server
from tests.support.spending import FINANCE, calls

ROWS = 10_000_000
INGESTED = 50_000
BATCH = 500
POLICY = policy_of_text("p.yaml", FINANCE, {})

# A month of calls: 40 teams, 6 models, 500 keys; the columns as the journal's shipper fills them.
FILL = """
INSERT INTO usage (request_id, at, key_id, team, operation, dialect, provider, model, region, stream, status,
    http_status, input_tokens, output_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens,
    reasoning_tokens, input_audio_tokens, output_audio_tokens, tool_prompt_tokens, estimated, cost_nano, currency,
    cost_input_nano, cost_cache_read_nano, cost_cache_write_nano, cost_output_nano,
    list_nano, list_currency, list_input_nano, list_cache_read_nano, list_cache_write_nano, list_output_nano,
    cache_saved_nano, unpriced, cost_center, local_day, attempts, duration_ms, cache)
SELECT 'req_' || lpad(to_hex(1793487600000 + n::bigint * 250), 11, '0') || lpad(to_hex(n), 13, '0'),
    1793487600000000 + n::bigint * 250000, 'key' || n % 500, 'team' || n % 40, 'chat', 'openai_chat',
    'openai', 'model' || n % 6, 'us', false, 'ok', 200,
    1000 + n % 5000, n % 800, n % 900, 0, 0, 0, 0, 0, 0, false, 1000000 + n % 7000, 'USD',
    600000, 200000, 0, 200000 + n % 7000, 1000000 + n % 7000, 'USD', 600000, 200000, 0, 200000 + n % 7000,
    1000, false, (n % 9)::text,
    to_char(to_timestamp(1793487600 + n / 4) AT TIME ZONE 'Europe/Zurich', 'YYYY-MM-DD'), 1, 900, 'off'
FROM generate_series({first}, {last}) AS n
"""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(3600)
@pytest.mark.asyncio
async def test_ten_million_rows(server: PostgresServer, tmp_path: Path) -> None:
    engine = open_engine(server.url(server.create_database()), 3600)
    try:
        await migrate_before(engine, "0015", tmp_path)  # one table for all months
        step = ROWS // 200
        for first in range(0, ROWS, step):
            async with engine.begin() as connection:
                await connection.execute(text(FILL.format(first=first, last=first + step - 1)))
        async with engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO usage_unrolled SELECT DISTINCT local_day, 1 FROM usage ON CONFLICT DO NOTHING")
            )

        started = time.perf_counter()
        await migrate(engine)
        migrated = time.perf_counter() - started

        records = [
            Record(number, "usage", row.request_id, encoded(row, POLICY.reporting))
            for number, row in enumerate(calls(POLICY, INGESTED))
        ]
        started = time.perf_counter()
        for first in range(0, INGESTED, BATCH):
            async with engine.begin() as connection:
                await insert_usage(connection, records[first : first + BATCH])
        ingested = INGESTED / (time.perf_counter() - started)

        started = time.perf_counter()
        days = await roll_up(engine, "2026-11-30")
        rolled = time.perf_counter() - started

        question = Question(
            first_month="2026-11",
            last_month="2026-11",
            by=("team", "model", "cost_center"),
            currency="CHF",
            today="2026-12-05",
            made_at=1_800_000_000.0,
        )
        async with engine.begin() as connection:  # what autovacuum does within the hour
            await connection.execute(text("ANALYZE usage_rollup"))
            await connection.execute(text("ANALYZE usage"))
        started = time.perf_counter()
        async with engine.connect() as connection:
            report = await gather(connection, question, POLICY, b"k" * 32)
        took = time.perf_counter() - started
        async with engine.connect() as connection:
            expected = await connection.scalar(
                text("SELECT COUNT(*) FROM usage WHERE local_day BETWEEN '2026-11-01' AND '2026-11-30'")
            )

        started = time.perf_counter()
        await retain(engine, "2027-02-01")
        let_go = time.perf_counter() - started
        async with engine.connect() as connection:
            again = await gather(connection, question, POLICY, b"k" * 32)
        async with engine.connect() as connection:
            left = await connection.scalar(text("SELECT COUNT(*) FROM usage WHERE local_day < '2027-01-01'"))
    finally:
        await engine.dispose()
    print(f"{migrated:.2f} s to cut the table by months; {let_go:.2f} s to let the month's rows go")
    print(f"{ingested:,.0f} rows/s in; {days} days summed up in {rolled:.1f} s; {expected:,} rows out in {took:.2f} s")
    assert report.total.requests == expected
    assert ingested >= 5_000
    assert took < 2
    assert left == 0
    assert again.total == report.total
    assert let_go < 60, "summing up the last day is most of it"
