"""Both homes of kept answers keep one contract: the process, and a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.caching.memory import MemoryAnswers
from gateway.core.caching import AnswerStore
from gateway.storage import redis as module
from gateway.storage.answers import TAG, RedisAnswers
from gateway.storage.redis import Redis
from gateway.wiring import SystemClock
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

CAPACITY = 1000

pytestmark = [pytest.mark.valkey, pytest.mark.asyncio]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALL_SECONDS", 2.0)


@pytest_asyncio.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:  # noqa: F811
    connection = Redis(valkey_url)
    connection.start()
    assert await connection.ready(5)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(params=["process", "valkey"])
async def store(request: pytest.FixtureRequest, redis: Redis) -> AnswerStore:
    return MemoryAnswers(SystemClock(), CAPACITY) if request.param == "process" else RedisAnswers(redis, CAPACITY)


async def test_what_was_put_is_found_and_the_last_word_counts(store: AnswerStore) -> None:
    assert await store.get(b"k") is None
    await store.put(b"k", b"one", 60)
    await store.put(b"k", b"\x00two", 60)
    await store.put(b"other", b"three", 60)
    assert (await store.get(b"k"), await store.get(b"other")) == (b"\x00two", b"three")


async def test_an_aged_value_is_gone(store: AnswerStore) -> None:
    await store.put(b"k", b"one", 0.01)
    async with asyncio.timeout(10):
        while await store.get(b"k") is not None:
            await asyncio.sleep(0.005)


async def test_it_never_holds_more_than_its_capacity(store: AnswerStore) -> None:
    keys = [bytes([number]) for number in range(100)]
    for key in keys:
        await store.put(key, b"v" * 100, 60)
    found = [key for key in keys if await store.get(key) is not None]
    assert 0 < len(found) <= 10
    assert keys[-1] in found
    await store.put(b"huge", b"v" * (CAPACITY + 1), 60)
    assert await store.get(b"huge") is None


async def test_replacing_and_ageing_give_their_room_back(store: AnswerStore) -> None:
    for _ in range(50):
        await store.put(b"k", b"v" * 900, 60)
    await store.put(b"k", b"v" * 10, 60)
    await store.put(b"l", b"v" * 900, 60)
    assert await store.get(b"k") is not None
    assert await store.get(b"l") is not None


async def test_valkey_forgets_the_sizes_of_what_has_aged(redis: Redis) -> None:
    store = RedisAnswers(redis, CAPACITY)
    await store.put(b"old", b"v" * 900, 0.001)
    async with asyncio.timeout(10):
        while await store.get(b"old") is not None:
            await asyncio.sleep(0.005)
    await store.put(b"new", b"v" * 900, 60)
    assert await store.get(b"new") is not None
    assert await redis.execute("GET", f"{TAG}:total") == b"900"
    assert await redis.execute("HLEN", f"{TAG}:sizes") == 1


@pytest.mark.parametrize("key", ["ends", "sizes", "total"])
async def test_what_others_wrote_into_the_keys_of_the_group_ends_with_the_next_answer(redis: Redis, key: str) -> None:
    store = RedisAnswers(redis, CAPACITY)
    await store.put(b"before", b"v", 60)
    await redis.execute("SET", f"{TAG}:{key}", "not a number")
    await store.put(b"k", b"one", 60)
    assert (await store.get(b"k"), await store.get(b"before")) == (b"one", b"v")
    assert await redis.execute("GET", f"{TAG}:total") == b"3"
    for number in range(100):
        await store.put(bytes([number]), b"v" * 100, 60)
    assert int(await redis.execute("GET", f"{TAG}:total")) <= CAPACITY


async def test_a_redis_that_is_down_is_a_cache_without_answers() -> None:
    with valkey_server() as server:
        connection = Redis(server.connection_url)
        connection.start()
        assert await connection.ready(5)
        store = RedisAnswers(connection)
        await store.put(b"k", b"v", 60)
    await store.put(b"k", b"v", 60)
    assert await store.get(b"k") is None
    await connection.close()
