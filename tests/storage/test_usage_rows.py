"""Usage rows from records of the journal into the database, a batch at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.api.edge import RequestIds
from gateway.core.money import Money
from gateway.core.ports import FreshRecord, Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.storage import usage as projecting
from gateway.storage.copying import copy_in
from gateway.storage.engine import open_engine
from gateway.storage.tables import usage, usage_unrolled
from gateway.storage.usage import columns_of, encoded, insert_usage
from tests.support.databases import PostgresServer

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.asyncio

NOW = 1_800_000_000.0
FIRST_RELEASE = (
    "request_id at key_id team user operation dialect model_asked provider model region stream status http_status"
    " error_code finish_reason input_tokens output_tokens cached_tokens cache_write_tokens cache_write_1h_tokens"
    " reasoning_tokens input_audio_tokens output_audio_tokens tool_prompt_tokens service_tier estimated cost_nano"
    " currency price_source cost_input_nano cost_cache_read_nano cost_cache_write_nano cost_output_nano list_nano"
    " list_currency list_input_nano list_cache_read_nano list_cache_write_nano list_output_nano cache_saved_nano"
    " hosted_nano hosted_currency unpriced cost_center project tags local_day policy_version prompt"
    " upstream_request_id attempts first_byte_ms duration_ms overhead_ms dropped cache saved_nano personal_data"
)
"""What journals have held, in this order, as long as they have held rows."""


def record(row: UsageRow) -> Record:
    return Record(1, "usage", row.request_id, encoded(row, Reporting(timezone="Europe/Zurich"))[0])


def row(request_id: str, **fields: object) -> UsageRow:
    return UsageRow(request_id=request_id, at=NOW, key_id="k", team="t", cost=Money(7, "USD"), **fields)  # type: ignore[arg-type]


async def write(engine: AsyncEngine, records: Sequence[Record]) -> None:
    async with engine.begin() as connection:
        await insert_usage(connection, records)


async def test_journals_of_earlier_releases_mean_the_same() -> None:
    assert " ".join(usage.c.keys()).startswith(FIRST_RELEASE), "columns of usage are only ever added, at the end"


async def test_columns_that_a_record_lacks_are_empty_and_those_that_we_do_not_know_are_left_out(
    engine: AsyncEngine,
) -> None:
    told = msgspec.msgpack.decode(record(row("a", attempts=3, saved=Money(5, "USD"))).payload)
    older = msgspec.msgpack.encode(told[: list(usage.c.keys()).index("saved_nano")])
    newer = msgspec.msgpack.encode(["b", *told[1:], "of a later release"])
    await write(engine, [Record(1, "usage", "a", older), Record(2, "usage", "b", newer)])
    async with engine.connect() as connection:
        found = {each.request_id: each for each in await connection.execute(select(usage))}
    assert [found[name].attempts for name in "ab"] == [3, 3]
    assert [found[name].saved_nano for name in "ab"] == [None, 5]


@pytest.mark.parametrize(
    "fields",
    [
        {"stream": True, "usage": Usage(1, 2), "attempts": 3, "saved": Money(5, "USD")},
        {"user": "a\0b\ud800", "tags": "x" * 1000, "usage": Usage(2**70, -1)},
    ],
    ids=["plain", "made safe"],
)
async def test_what_goes_on_from_memory_is_what_a_restart_reads(fields: dict[str, object]) -> None:
    payload, columns = encoded(row("a", **fields), Reporting())
    read = columns_of(Record(1, "usage", "a", payload))
    assert columns_of(FreshRecord(1, "usage", "a", payload, columns)) == read
    assert list(map(type, columns)) == list(map(type, read))


async def test_rows_that_an_earlier_release_told_by_name_are_the_same(engine: AsyncEngine) -> None:
    """As a journal of the release before COPY held them; an upgrade with the database down left them to us."""
    names = FIRST_RELEASE.split()
    told = msgspec.msgpack.decode(record(row("a", attempts=3, saved=Money(5, "USD"), usage=Usage(1, 2))).payload)
    by_name = dict(reversed(list(zip(names, told, strict=False))))
    by_name["request_id"] = "b"
    del by_name["overhead_ms"], by_name["cache"]
    await write(engine, [record(row("a", attempts=3, saved=Money(5, "USD"), usage=Usage(1, 2)))])
    await write(engine, [Record(1, "usage", "b", msgspec.msgpack.encode(by_name))])
    async with engine.connect() as connection:
        now, earlier = [each._asdict() for each in await connection.execute(select(usage).order_by(usage.c.request_id))]
    assert earlier == now | {"request_id": "b", "overhead_ms": None, "cache": None}


async def test_replicas_that_write_overlapping_batches_at_once_write_each_row_once(engine: AsyncEngine) -> None:
    """As after a restart: what one replica has taken over, another may have shipped meanwhile, in part.

    Ten at once, as many as an engine has connections: who waits for one gives up after a second.
    """
    drawn = RequestIds()
    records = [record(row(drawn.draw(NOW + number))) for number in range(400)]
    parts = [records[start : start + 150][::direction] for start in range(0, 300, 60) for direction in (1, -1)]
    await asyncio.gather(*(write(engine, part) for part in parts))
    await write(engine, records)
    async with engine.connect() as connection:
        ids = list(await connection.scalars(select(usage.c.request_id)))
        marked = list(await connection.scalars(select(usage_unrolled.c.local_day)))
    assert sorted(ids) == sorted(each.key for each in records)
    assert marked == ["2027-01-15"]


@pytest.mark.parametrize("few", [1, 1000])
async def test_one_row_that_is_there_already_keeps_no_other_out(
    engine: AsyncEngine, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "FEW", few)
    await write(engine, [record(row("b", usage=Usage(input_tokens=1)))])
    await write(engine, [record(row(name, usage=Usage(input_tokens=2))) for name in "abca"])
    async with engine.connect() as connection:
        found = {each.request_id: each.input_tokens for each in await connection.execute(select(usage))}
    assert found == {"a": 2, "b": 1, "c": 2}


@pytest.mark.postgres
async def test_postgresql_is_given_a_batch_by_copy(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting._INSERT_ONCE, "run_all", None)
    engine = open_engine(postgres.url(postgres.create_migrated_database()))
    try:
        await write(engine, [record(row(f"{number:03}")) for number in range(projecting.FEW)])
        async with engine.connect() as connection:
            with pytest.raises(RuntimeError):
                await copy_in(connection, usage, [])  # outside of a transaction
            assert len((await connection.execute(select(usage))).all()) == projecting.FEW
    finally:
        await engine.dispose()
