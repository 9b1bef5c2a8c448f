"""Claims in a real Valkey: one holder at a time, who is known by his name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.storage import redis as module
from gateway.storage.claims import TAG, RedisClaims
from gateway.storage.redis import Redis
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = [pytest.mark.valkey, pytest.mark.asyncio]


@pytest_asyncio.fixture
async def redis(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:  # noqa: F811
    monkeypatch.setattr(module, "CALL_SECONDS", 2.0)
    connection = Redis(valkey_url)
    connection.start()
    assert await connection.ready(5)
    yield connection
    await connection.close()


async def test_one_at_a_time_holds_it_until_he_gives_it_back(redis: Redis) -> None:
    claims = RedisClaims(redis)
    assert await claims.take(b"k", b"one", 60)
    assert await claims.take(b"k", b"two", 60) is False
    assert await claims.take(b"other", b"two", 60)
    await claims.give_back(b"k", b"two")
    assert await claims.take(b"k", b"two", 60) is False, "who has it not cannot give it back"
    assert await claims.take(b"k", b"one", 60), "renewed"
    await claims.give_back(b"k", b"one")
    assert await claims.take(b"k", b"two", 60)


async def test_it_lapses_unless_it_is_renewed(redis: Redis) -> None:
    claims = RedisClaims(redis)
    await claims.take(b"k", b"one", 60)
    await claims.take(b"k", b"one", 0.05)
    async with asyncio.timeout(10):
        while not await claims.take(b"k", b"two", 60):
            await asyncio.sleep(0.005)
    assert await claims.take(b"k", b"one", 60) is False
    assert 59_000 < await redis.execute("PTTL", f"{TAG}:{b'k'.hex()}") <= 60_000


async def test_of_a_redis_that_is_down_nobody_knows() -> None:
    with valkey_server() as server:
        connection = Redis(server.connection_url)
        connection.start()
        assert await connection.ready(5)
    claims = RedisClaims(connection)
    assert await claims.take(b"k", b"one", 60) is None
    await claims.give_back(b"k", b"one")
    await connection.close()
