"""Both homes of kept answers keep one contract: the process, and a real Valkey."""

from __future__ import annotations

import asyncio
import os
import sys
import tracemalloc
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.caching.memory import MemoryAnswers
from gateway.core.caching import AnswerStore
from gateway.storage import redis as module
from gateway.storage.answers import ENTRY_BYTES, TAG, RedisAnswers
from gateway.storage.redis import Redis
from gateway.system_clock import SystemClock
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

CAPACITY = 10_000

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
        await store.put(key, b"v" * 1000, 60)
    found = [key for key in keys if await store.get(key) is not None]
    assert 0 < len(found) <= 10
    assert keys[-1] in found
    await store.put(b"huge", b"v" * (CAPACITY + 1), 60)
    assert await store.get(b"huge") is None


async def test_replacing_and_ageing_give_their_room_back(store: AnswerStore) -> None:
    for _ in range(50):
        await store.put(b"k", b"v" * 9000, 60)
    await store.put(b"k", b"v" * 10, 60)
    await store.put(b"l", b"v" * 9000, 60)
    assert await store.get(b"k") is not None
    assert await store.get(b"l") is not None


@pytest.mark.parametrize("length", [0, 600])
async def test_what_the_process_keeps_takes_no_more_memory_than_its_capacity(length: int) -> None:
    capacity = 1_000_000
    ours = [tracemalloc.Filter(True, name) for name in (__file__, sys.modules[MemoryAnswers.__module__].__file__ or "")]

    def taken() -> int:  # by the store and what is put into it: other threads of the process allocate, too
        return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(ours).traces)

    tracemalloc.start()
    try:
        store, most = MemoryAnswers(SystemClock(), capacity), 0
        for number in range(7_000):  # several times what fits: the mapping's tables have grown as far as they do
            await store.put(os.urandom(32), bytes(length), 60)
            if not number % 700:
                most = max(most, taken())
        assert store.size > capacity * 0.99, "it is full"
        assert capacity / 2 < most <= capacity
    finally:
        tracemalloc.stop()


async def test_what_valkey_keeps_takes_no_more_memory_than_its_capacity() -> None:
    capacity = 6_000_000
    with valkey_server() as server, server.client() as client:
        connection = Redis(server.connection_url)
        connection.start()
        assert await connection.ready(5)
        store = RedisAnswers(connection, capacity)
        await store.put(b"first", b"v", 60)  # what scripts and connections take is no answer's

        def used() -> int:
            return int(client.info("memory")["used_memory"])

        before = await asyncio.to_thread(used)
        for _ in range(12_000):
            await store.put(os.urandom(32), os.urandom(300), 60)
        total = int(await connection.execute("GET", f"{TAG}:total"))
        assert total > capacity * 0.99, "it is full"
        assert capacity / 2 < await asyncio.to_thread(used) - before <= capacity
        await connection.close()


async def test_valkey_forgets_the_sizes_of_what_has_aged(redis: Redis) -> None:
    store = RedisAnswers(redis, CAPACITY)
    await store.put(b"old", b"v" * 9000, 0.001)
    async with asyncio.timeout(10):
        while await store.get(b"old") is not None:
            await asyncio.sleep(0.005)
    await store.put(b"new", b"v" * 9000, 60)
    assert await store.get(b"new") is not None
    assert await redis.execute("GET", f"{TAG}:total") == b"%d" % (9000 + ENTRY_BYTES)
    assert await redis.execute("HLEN", f"{TAG}:sizes") == 1


@pytest.mark.parametrize("key", ["ends", "sizes", "total"])
async def test_what_others_wrote_into_the_keys_of_the_group_ends_with_the_next_answer(redis: Redis, key: str) -> None:
    store = RedisAnswers(redis, CAPACITY)
    await store.put(b"before", b"v", 60)
    await redis.execute("SET", f"{TAG}:{key}", "not a number")
    await store.put(b"k", b"one", 60)
    assert (await store.get(b"k"), await store.get(b"before")) == (b"one", b"v")
    assert await redis.execute("GET", f"{TAG}:total") == b"%d" % (3 + ENTRY_BYTES)
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
