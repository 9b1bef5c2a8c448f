"""Vectors that replicas share through a real Valkey: found elsewhere, sealed, bounded; one's own without it."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.caching.shared_vector_index import SharedVectorIndex
from gateway.caching.vector_index import MOST_IN_A_BUCKET, unit
from gateway.storage.redis import Redis
from gateway.storage.vectors import BUCKET_BYTES, NODE_BYTES, TAG, RedisVectors
from tests.support.clocks import HandClock
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

SECRET = b"s" * 32
BUCKET, OTHER = b"b" * 32, b"o" * 32


def towards(degrees: float) -> array[float]:
    made = unit([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    assert made is not None
    return made


@pytest_asyncio.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:  # noqa: F811
    made = Redis(valkey_url)
    made.start()
    assert await made.ready()
    yield made
    await made.close()


class Counted(RedisVectors):
    """Counts what crosses the wire."""

    read = 0
    written = 0

    async def since(self, bucket: bytes, last: bytes | None) -> list[tuple[bytes, bytes]]:
        found = await super().since(bucket, last)
        self.read += len(found)
        return found

    async def add(self, bucket: bytes, value: bytes, ttl: float, most: int) -> None:
        await super().add(bucket, value, ttl, most)
        self.written += 1

    async def until_written(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.written < count:
                await asyncio.sleep(0.005)


async def found(index: SharedVectorIndex, bucket: bytes = BUCKET, degrees: float = 40) -> bytes | None:
    nearest = await index.nearest(bucket, towards(degrees))
    return None if nearest is None else nearest[0].key


async def test_what_one_replica_answered_another_finds_in_its_own_bucket_and_reads_once(redis: Redis) -> None:
    clock = HandClock()
    here, there = Counted(redis), Counted(redis)
    one, two = SharedVectorIndex(here, SECRET, clock), SharedVectorIndex(there, SECRET, clock)
    assert await found(two) is None
    for degrees in (0, 30, 80):
        one.add(BUCKET, towards(degrees), b"%d" % degrees, 60.0)
    await here.until_written(3)
    assert [await found(two) for _ in range(5)] == [b"30"] * 5
    assert there.read == 3
    assert await found(two, OTHER) is None
    one.add(BUCKET, towards(41), b"41", 60.0)
    await here.until_written(4)
    assert (await found(two), there.read) == (b"41", 4)
    assert await found(SharedVectorIndex(RedisVectors(redis), SECRET, clock)) == b"41", "one that has just started"
    clock.advance(60.0)
    assert await found(two) is None
    assert await found(SharedVectorIndex(RedisVectors(redis), SECRET, clock)) is None


async def test_what_lies_there_is_sealed_and_opens_in_its_own_bucket_with_its_own_key_only(redis: Redis) -> None:
    store, clock = Counted(redis), HandClock()
    SharedVectorIndex(store, SECRET, clock).add(BUCKET, towards(30), b"key-of-the-answer", 60.0)
    await store.until_written(1)
    [(_, sealed)] = await store.since(BUCKET, None)
    assert towards(30).tobytes() not in sealed
    assert b"key-of-the-answer" not in sealed
    await store.add(OTHER, sealed, 60.0, 8)
    await store.add(OTHER, sealed[:-1] + bytes([sealed[-1] ^ 1]), 60.0, 8)
    await store.add(OTHER, b"nonsense", 60.0, 8)
    assert await found(SharedVectorIndex(RedisVectors(redis), SECRET, clock), OTHER) is None
    assert await found(SharedVectorIndex(RedisVectors(redis), b"t" * 32, clock)) is None
    assert await found(SharedVectorIndex(RedisVectors(redis), SECRET, clock)) == b"key-of-the-answer"


async def test_it_is_bounded_by_bucket_by_bytes_and_by_time(redis: Redis) -> None:
    capacity = 10 * (BUCKET_BYTES + NODE_BYTES)
    store = RedisVectors(redis, capacity)
    for number in range(2 * MOST_IN_A_BUCKET):
        await store.add(BUCKET, b"%04d" % number, 60.0, MOST_IN_A_BUCKET)
    assert [value for _, value in await store.since(BUCKET, None)] == [
        b"%04d" % number for number in range(MOST_IN_A_BUCKET, 2 * MOST_IN_A_BUCKET)
    ]
    for number in range(50):
        await store.add(b"%032d" % number, b"x" * 400, 100.0 + number, 8)
        assert int(await redis.execute("GET", f"{TAG}:total")) <= capacity
    left = [number for number in range(50) if await store.since(b"%032d" % number, None)]
    assert left == list(range(40, 50)), "what would age first has gone first"
    await store.add(BUCKET, b"y" * (capacity + 1), 60.0, 8)
    assert await store.since(BUCKET, None) == []
    await store.add(OTHER, b"z", 0.05, 8)
    async with asyncio.timeout(10):
        while await store.since(OTHER, None):
            await asyncio.sleep(0.01)
    await store.add(OTHER, b"z", 60.0, 8)
    sizes = await redis.execute("HVALS", f"{TAG}:sizes")
    assert sum(map(int, sizes)) == int(await redis.execute("GET", f"{TAG}:total")), "the sum is that of what lies there"


async def test_without_a_store_that_answers_it_knows_its_own() -> None:
    clock = HandClock()
    down = RedisVectors(Redis("redis://127.0.0.1:9"))
    for store in (None, down):
        index = SharedVectorIndex(store, SECRET, clock)
        index.add(BUCKET, towards(30), b"own", 60.0)
        assert await found(index) == b"own"
