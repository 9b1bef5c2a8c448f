"""Ten million usage rows in a real PostgreSQL: how fast they come in, are reported, and go.

Half of them are there before the table is cut by months, half come into the month after, by the way of the journal's
shipper, from two replicas at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.billing.report.build import Question
from gateway.billing.report.figures import Report
from gateway.billing.report.gather import gather
from gateway.core.ports import Record
from gateway.journal.shipper import BATCH
from gateway.policy.load import policy_of_text
from gateway.storage.costs import roll_up
from gateway.storage.engine import open_engine
from gateway.storage.held_connection import HeldConnection
from gateway.storage.partitions import following, month_of, partitions, start_of
from gateway.storage.schema import migrate
from gateway.storage.tables import usage
from gateway.storage.usage import columns_of, encoded, insert_usage
from gateway.storage.usage_retention import retain
from tests.support.databases import PostgresServer, migrate_before, postgres_server
from tests.support.spending import FINANCE, calls

EARLIER = 5_000_000
INGESTED = 5_000_000
MILLION = 1_000_000
REPLICAS = 2
SPACING = 0.4
"""Seconds between two calls: five million of them are 23 days."""
STEP = 50_000
TRIES = 3
"""Reports of each month: the first reads from the disk what the others find in memory."""
POLICY = policy_of_text("p.yaml", FINANCE, {})

# Calls of 40 teams, 6 models and 500 keys; the columns as the journal's shipper fills them.
FILL = """
INSERT INTO usage (request_id, at, key_id, team, operation, dialect, provider, model, region, stream, status,
    http_status, input_tokens, output_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens,
    reasoning_tokens, input_audio_tokens, output_audio_tokens, tool_prompt_tokens, estimated, cost_nano, currency,
    cost_input_nano, cost_cache_read_nano, cost_cache_write_nano, cost_output_nano,
    list_nano, list_currency, list_input_nano, list_cache_read_nano, list_cache_write_nano, list_output_nano,
    cache_saved_nano, unpriced, cost_center, local_day, attempts, duration_ms, cache)
SELECT 'req_' || lpad(to_hex({begins} * 1000 + n::bigint * 400), 11, '0') || lpad(to_hex(n), 13, '0'),
    ({begins} * 1000 + n::bigint * 400) * 1000, 'key' || n % 500, 'team' || n % 40, 'chat', 'openai_chat',
    'openai', 'model' || n % 6, 'us', false, 'ok', 200,
    1000 + n % 5000, n % 800, n % 900, 0, 0, 0, 0, 0, 0, false, 1000000 + n % 7000, 'USD',
    600000, 200000, 0, 200000 + n % 7000, 1000000 + n % 7000, 'USD', 600000, 200000, 0, 200000 + n % 7000,
    1000, false, (n % 9)::text,
    to_char(to_timestamp({begins} + n * 0.4) AT TIME ZONE 'Europe/Zurich', 'YYYY-MM-DD'), 1, 900, 'off'
FROM generate_series({first}, {last}) AS n
"""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


async def fill(engine: AsyncEngine, month: str) -> None:
    """As a database has them that was in use for long; indexes are made afterwards, which is faster."""
    begins = f"{start_of(month):.0f}::bigint"
    for index in usage.indexes:
        async with engine.begin() as connection:
            await connection.run_sync(index.drop)
    for first in range(0, EARLIER, STEP):
        async with engine.begin() as connection:
            await connection.execute(text(FILL.format(begins=begins, first=first, last=first + STEP - 1)))
    for index in usage.indexes:
        async with engine.begin() as connection:
            await connection.run_sync(index.create)
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE usage"))
        await connection.execute(text("INSERT INTO usage_unrolled SELECT DISTINCT local_day, 1 FROM usage"))


class Calls:
    """Records of the month as the journal has them, of a thousand different calls."""

    def __init__(self, month: str) -> None:
        self.begins = start_of(month)
        self.number = 0
        rows = calls(POLICY, 1000)
        self.rows = [columns_of(Record(0, "usage", "", encoded(row, POLICY.reporting)[0])) for row in rows]
        names = usage.c.keys()
        self.places = [names.index(name) for name in ("request_id", "at", "key_id", "team", "local_day")]

    def batch(self) -> list[Record]:
        made = []
        for number in range(self.number, self.number + BATCH):
            at = self.begins + number * SPACING
            values: list[Any] = list(self.rows[number % 1000])
            request, day = f"req_{int(at * 1000):011x}{number:013x}", POLICY.reporting.day_of(at)
            told = (request, int(at * 1_000_000), f"key{number % 500}", f"team{number % 40}", day)
            for place, value in zip(self.places, told, strict=True):
                values[place] = value
            made.append(Record(number, "usage", request, msgspec.msgpack.encode(values)))
        self.number += BATCH
        return made


async def ship(engine: AsyncEngine, source: Calls, until: int) -> None:
    database = HeldConnection(engine)
    while source.number < until:
        batch = source.batch()
        async with database.transaction() as connection:
            await insert_usage(connection, batch)
    await database.close()


async def ingest(engine: AsyncEngine, month: str) -> list[float]:
    """Rows a second, of each million; what it takes to make them up is taken off."""
    source, rates = Calls(month), []
    began = time.process_time()
    for _ in range(50):
        source.batch()
    made_up = (time.process_time() - began) / (50 * BATCH)
    source.number = 0
    while source.number < INGESTED:
        started, began = time.perf_counter(), time.process_time()
        until = source.number + MILLION
        await asyncio.gather(*(ship(engine, source, until) for _ in range(REPLICAS)))
        took, used = time.perf_counter() - started, time.process_time() - began
        assert source.number == until
        rates.append(MILLION / (took - made_up * MILLION))
        print(f"{rates[-1]:,.0f} rows/s in, {(used / MILLION - made_up) * 1e6:.1f} µs of a replica each", flush=True)
    return rates


async def report(engine: AsyncEngine, month: str) -> Report:
    question = Question(
        first_month=f"{month[:4]}-{month[4:]}",
        last_month=f"{month[:4]}-{month[4:]}",
        by=("team", "model", "cost_center"),
        currency="CHF",
        today="2100-01-01",
        made_at=1_800_000_000.0,
    )
    async with engine.connect() as connection:
        return await gather(connection, question, POLICY, b"k" * 32)


def cpu_seconds(server: PostgresServer) -> float:
    """Of this process, of the server's, and of those that it has had."""
    ticks = 0
    chief, *others = server.processes()
    for pid, fields in ((chief, 4), *((other, 2) for other in others)):
        with contextlib.suppress(FileNotFoundError):  # it has ended
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11 : 11 + fields]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


async def ask(engine: AsyncEngine, question: str) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(text(question))).one()


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.timeout(3600)
@pytest.mark.asyncio
async def test_ten_million_rows(server: PostgresServer, tmp_path: Path) -> None:
    engine = open_engine(server.url(server.create_database()), 3600)
    present = month_of(time.time())
    timed: dict[str, float] = {}

    def told(what: str, since: float) -> None:
        timed[what] = time.perf_counter() - since
        print(f"{timed[what]:8.2f} s  {what}", flush=True)

    try:
        await migrate_before(engine, "0015", tmp_path)  # one table for all months
        started = time.perf_counter()
        await fill(engine, present)
        told(f"for the database to make up {EARLIER:,} rows", started)

        started = time.perf_counter()
        await migrate(engine)
        told("to cut the table by months", started)

        async with engine.connect() as connection:
            month = (await partitions(connection))[0]
        assert month == following(present)
        rates = await ingest(engine, month)

        started = time.perf_counter()
        days = await roll_up(engine, f"{following(month)[:4]}-{following(month)[4:]}-01")
        told(f"to sum {days} days up", started)
        async with engine.begin() as connection:
            await connection.execute(text("ANALYZE usage_rollup"))
            await connection.execute(text("ANALYZE usage"))
        sizes = await ask(
            engine,
            "SELECT pg_size_pretty(sum(pg_table_size(relid))), pg_size_pretty(sum(pg_indexes_size(relid))), "
            "pg_size_pretty(pg_total_relation_size('usage_rollup')) FROM pg_partition_tree('usage')",
        )
        print("{} of rows, {} of indexes, {} of sums".format(*sizes), flush=True)

        reports = {}
        for asked in (present, month):
            worked, walls = [], []
            for _ in range(TRIES):
                began, started = cpu_seconds(server), time.perf_counter()
                reports[asked] = await report(engine, asked)
                worked.append(cpu_seconds(server) - began)
                walls.append(f"{time.perf_counter() - started:.2f}")
            (expected,) = await ask(
                engine, f"SELECT COUNT(*) FROM usage WHERE local_day LIKE '{asked[:4]}-{asked[4:]}-%'"
            )
            print(
                f"{max(worked):8.2f} s  of work to report {expected:,} rows; it took {', '.join(walls)} s", flush=True
            )
            assert reports[asked].total.requests == expected
            assert expected == EARLIER == INGESTED
            assert max(worked) < 2, "what it takes on a machine that does nothing else"

        started = time.perf_counter()
        after = following(following(month))
        await retain(engine, f"{after[:4]}-{after[4:]}-01")
        told("to let both months' rows go", started)
        (left,) = await ask(engine, "SELECT COUNT(*) FROM usage")
        assert left == 0
        for asked, before in reports.items():
            assert (await report(engine, asked)).total == before.total
        assert min(rates) >= 5_000
        assert timed["to let both months' rows go"] < 60
    finally:
        await engine.dispose()
