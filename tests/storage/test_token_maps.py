"""What tokens in a provider's state stand for: kept sealed, per team and object, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.token_maps import TokenMaps
from gateway.errors import Overloaded
from gateway.storage.engine import open_engine
from gateway.storage.token_maps import StoredTokenMaps
from tests.support.databases import PostgresServer
from tests.support.fakes import FakeTokenMaps

KEY = bytes(range(32))
ANNA = {"1yeh5p": {"EMAIL": "anna.meier@example.ch"}}


class Moment:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


async def check_contract(maps: TokenMaps, now: float) -> None:
    """What every implementation does."""
    assert await maps.find("a", ["resp_1"]) == {}
    await maps.keep("a", ["resp_1", "conv_1"], ANNA, now + 60)
    await maps.keep("a", ["conv_1"], {"1yeh5p": {"EMAILB": "Anna@x.ch"}, "9jf5rs": {"PERSON": "Anna"}}, now + 60)
    assert await maps.find("a", ["resp_1"]) == ANNA
    both = {"1yeh5p": {"EMAIL": "anna.meier@example.ch", "EMAILB": "Anna@x.ch"}, "9jf5rs": {"PERSON": "Anna"}}
    assert await maps.find("a", ["resp_1", "conv_1"]) == both
    assert await maps.find("b", ["resp_1", "conv_1"]) == {}
    await maps.forget("b", "resp_1")
    assert await maps.find("a", ["resp_1"]) == ANNA
    await maps.forget("a", "resp_1")
    assert await maps.find("a", ["resp_1"]) == {}


@pytest.mark.asyncio
async def test_the_database_keeps_the_contract(engine: AsyncEngine) -> None:
    clock = Moment()
    await check_contract(StoredTokenMaps(engine, KEY, clock), clock.time)


@pytest.mark.asyncio
async def test_what_requests_of_one_conversation_write_at_once_is_kept_of_all(engine: AsyncEngine) -> None:
    clock = Moment()
    maps = StoredTokenMaps(engine, KEY, clock)
    written = {f"{number}yeh5p": {"EMAIL": f"anna{number}@example.ch"} for number in range(4)}
    for conversation in ("conv_1", "conv_2", "conv_3"):
        each = (maps.keep("a", [conversation], {tag: forms}, clock.time + 60) for tag, forms in written.items())
        await asyncio.gather(*each)
        assert await maps.find("a", [conversation]) == written


@pytest.mark.asyncio
async def test_the_fake_keeps_it_too() -> None:
    await check_contract(FakeTokenMaps(), 0)


@pytest.mark.asyncio
async def test_nothing_is_readable_and_nothing_opens_elsewhere(engine: AsyncEngine) -> None:
    clock = Moment()
    maps = StoredTokenMaps(engine, KEY, clock)
    await maps.keep("a", ["resp_1"], ANNA, clock.time + 60)
    async with engine.begin() as connection:
        [row] = (await connection.execute(text("SELECT * FROM token_map"))).mappings().all()
        assert b"anna" not in bytes(row["sealed"])
        await connection.execute(text("UPDATE token_map SET team = 'b'"))
    assert await maps.find("b", ["resp_1"]) == {}
    assert await StoredTokenMaps(engine, bytes(32), clock).find("b", ["resp_1"]) == {}


@pytest.mark.asyncio
async def test_what_has_run_out_is_gone(engine: AsyncEngine) -> None:
    clock = Moment()
    maps = StoredTokenMaps(engine, KEY, clock)
    await maps.keep("a", ["resp_1"], ANNA, clock.time + 60)
    clock.time += 61
    assert await maps.find("a", ["resp_1"]) == {}
    await maps.keep("a", ["resp_2"], ANNA, clock.time + 60)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT object_id FROM token_map"))).scalars().all() == ["resp_2"]


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_what_ran_out_and_another_is_at_keeps_nobody_waiting(postgres: PostgresServer) -> None:
    """Two that let go of what ran out, each with a row that the other wants, would be ended by PostgreSQL."""
    name = postgres.create_migrated_database()
    engine = open_engine(postgres.url(name))
    clock = Moment()
    maps = StoredTokenMaps(engine, KEY, clock)
    await maps.keep("a", ["old_1", "old_2"], ANNA, clock.time + 60)
    clock.time += 61
    async with engine.connect() as another:
        await another.execute(text("SELECT * FROM token_map WHERE object_id = 'old_2' FOR UPDATE"))
        async with asyncio.timeout(20):  # it waited for as long as the other is at it
            await maps.keep("a", ["resp_1"], ANNA, clock.time + 60)
        left = await another.execute(text("SELECT object_id FROM token_map ORDER BY object_id"))
        assert left.scalars().all() == ["old_2", "resp_1"]
        await another.rollback()
    await maps.keep("a", ["resp_2"], ANNA, clock.time + 60)
    async with engine.connect() as connection:
        left = await connection.execute(text("SELECT object_id FROM token_map ORDER BY object_id"))
        assert left.scalars().all() == ["resp_1", "resp_2"]
    await engine.dispose()
    postgres.drop_database(name)


@pytest.mark.asyncio
async def test_a_database_that_is_down_is_an_overload() -> None:
    # Not a SQLite file that is not there: the thread that failed to open one may outlive the test's loop.
    down = open_engine("postgresql+asyncpg://u:p@127.0.0.1:1/x")
    maps = StoredTokenMaps(down, KEY, Moment())
    for call in (maps.keep("a", ["x"], ANNA, 9e9), maps.find("a", ["x"]), maps.forget("a", "x")):
        with pytest.raises(Overloaded):
            await call
    await down.dispose()
