"""Counters leased to the processes that take of them often: what needs no round trip, and what becomes of a lease when
its process, its answer, its counter's room or its Redis is lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.core.counting import CountersDown, CountersMoved, LimitReached, Line, NotLoaded, Reserved
from gateway.storage import counters as module
from gateway.storage import leases, one_lease
from gateway.storage.counter_scripts import SETTLE
from gateway.storage.lease_script import LEASE
from gateway.storage.redis import Redis
from gateway.storage.redis_calls import RedisDown
from tests.support.counting import LeasedCounters
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey]

FAR = time.time() + 86400
PRICE = 10


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here depends on no machine's speed; a handful of reservations is often."""
    monkeypatch.setattr(module, "FRESH_SECONDS", 60.0)
    monkeypatch.setattr(one_lease, "OFTEN", 1e-9)
    monkeypatch.setattr(one_lease, "AHEAD", 1000.0)  # or eight reservations in two seconds are too few for a lease
    monkeypatch.setattr(leases, "MEASURED", 1e-9)
    monkeypatch.setattr(leases, "LIVES", 1000.0)


class Replica(LeasedCounters):
    """On a connection of its own. How often Redis was asked is counted."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.redis = redis
        self.asked = 0

    async def _run(self, *arguments: Any) -> Any:
        self.asked += 1
        return await super()._run(*arguments)


@pytest_asyncio.fixture
async def replicas(valkey_url: str) -> AsyncIterator[list[Replica]]:  # noqa: F811
    found: list[Replica] = []
    for _ in range(3):
        redis = Redis(valkey_url)
        redis.start()
        assert await redis.ready(5)
        found.append(Replica(redis))
    yield found
    for replica in found:
        await replica.close()
        await replica.redis.close()


def spend(limit: int, amount: int = PRICE, counter: str = "a") -> tuple[Line, ...]:
    return (Line("spend", counter, amount, limit, FAR),)


async def known(replica: Replica, lines: tuple[Line, ...], posted: int = 0) -> None:
    cold = await replica.reserve("cold", lines, 60)
    assert isinstance(cold, NotLoaded)
    for counter in cold.counters:
        await replica.load(counter, posted, FAR, cold.life)


async def leased(replica: Replica, lines: tuple[Line, ...]) -> None:
    """Take some, so that the counter is leased, and give them back."""
    names = [f"{id(replica)}-{number}" for number in range(8)]
    for name in names:
        assert isinstance(await replica.reserve(name, lines, 60), Reserved)
    await replica.tell()
    await replica.settle_all([(name, (0,) * len(lines)) for name in names])


async def in_redis(replica: Replica, counter: str = "a") -> tuple[int, int, int]:
    """(posted, reserved, leased), as every process sees it."""
    prefix = replica._prefix
    found = await replica.redis.execute("HMGET", f"{prefix}c:{counter}", "posted", "reserved", "leased")
    return tuple(int(each or 0) for each in found)  # type: ignore[return-value]


async def test_most_reservations_need_no_round_trip(replicas: list[Replica]) -> None:
    one = replicas[0]
    lines = (*spend(10**9), Line("slots", "s", 1, 10**6), Line("rate", "r", 5, 10**6))
    await known(one, lines)
    await leased(one, lines)
    before = one.asked
    for number in range(200):
        assert isinstance(await one.reserve(f"r{number}", lines, 60), Reserved)
        assert one.settle_now(f"r{number}", (7, 0, 3))
        if number % 20 == 19:
            await one.tell()
            posted, reserved, out = await in_redis(one)
            assert (posted, reserved) == (7 * (number + 1), out), "all that is reserved is what is leased"
    assert one.asked - before <= 20
    assert await one.read("a") == (1400, 0)
    assert await one.read("s") == (0, 0)
    assert isinstance(await one.reserve("open", lines, 60), Reserved)
    assert await one.read_all(["s", "a"]) == [(0, 1), (1400, PRICE)]
    assert await one.settle("open", (0, 0, 0))
    one.start()
    await one.close()
    assert await in_redis(one) == (1400, 0, 0), "who goes gives back what is leased to him"


async def test_what_is_open_is_named_to_redis_and_ends_there(replicas: list[Replica]) -> None:
    one, other, _ = replicas
    lines = spend(10**6)
    await known(one, lines)
    await leased(one, lines)
    assert isinstance(await one.reserve("open", lines, 60), Reserved)
    assert one.kept == 1
    again = await one.reserve("open", lines, 60)
    assert isinstance(again, Reserved)
    with pytest.raises(ValueError):
        await one.reserve("open", spend(10**6, 11), 60)
    assert not await other.settle("open", (4,)), "nobody has heard of it"
    await one.tell()
    assert isinstance(await one.reserve("open", lines, 60), Reserved)
    assert await other.settle("open", (4,)), "as a journal does that is replayed elsewhere"
    assert not await one.settle("open", (4,))
    assert await one.read("a") == (4, 0)


@pytest.mark.parametrize("room", [0, 1, 7, 100])
async def test_what_is_leased_out_is_there_for_whoever_needs_it(replicas: list[Replica], room: int) -> None:
    """Every process has a lease, and most of the budget goes at one of them: to the last, and no further."""
    limit = PRICE * 20_000
    lines = spend(limit)
    await known(replicas[0], lines)
    for replica in replicas:
        await leased(replica, lines)
        replica.start()
    posted, reserved, out = await in_redis(replicas[0])
    assert out > 20 * PRICE
    assert posted + reserved <= limit
    dear = spend(limit, limit - room * PRICE)
    assert isinstance(await replicas[0].reserve("dear", dear, 60), Reserved)

    async def one_of(number: int) -> bool:
        verdict = await replicas[number % 3].reserve(f"many-{number}", lines, 60)
        posted, reserved, _ = await in_redis(replicas[0])
        assert posted + reserved <= limit
        return isinstance(verdict, Reserved)

    assert sum(await asyncio.gather(*(one_of(number) for number in range(500)))) == room


async def test_a_message_whose_answer_was_lost_is_carried_out_once(
    replicas: list[Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replicas[0]
    lines = spend(10**6)
    await known(one, lines)
    await leased(one, lines)
    await one.tell()
    run = one.redis.run

    async def unheard(script: Any, *arguments: Any) -> Any:
        told = await run(script, *arguments)
        if script is LEASE:
            raise RedisDown("does not answer in time")
        return told

    async def unsaid(script: Any, *arguments: Any) -> Any:
        if script is LEASE:
            raise RedisDown("not connected")
        return await run(script, *arguments)

    total = 0
    for lost in (unheard, unsaid, unheard):
        assert isinstance(await one.reserve(f"open-{total}", lines, 60), Reserved)
        assert isinstance(await one.reserve(f"ended-{total}", lines, 60), Reserved)
        assert one.settle_now(f"ended-{total}", (3,))
        with monkeypatch.context() as patch:
            patch.setattr(one.redis, "run", lost)
            with pytest.raises(CountersDown):
                await one.tell()
            assert not one.settle_now(f"open-{total}", (5,)), "Redis may know of it"
            with pytest.raises(CountersDown):
                await one.settle_all([(f"open-{total}", (5,))])
            assert isinstance(await one.reserve(f"meanwhile-{total}", lines, 60), Reserved)
        await one.settle_all([(f"open-{total}", (5,)), (f"meanwhile-{total}", (1,))])
        total += 9
        assert await one.read("a") == (total, 0)
    await one.tell()
    posted, reserved, out = await in_redis(one)
    assert (posted, reserved) == (total, out)


async def test_what_a_killed_process_had_leased_is_presumed_spent_and_its_slots_are_free(
    replicas: list[Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, _ = replicas
    lines = (*spend(10**6), Line("slots", "s", 1, 1000))
    await known(one, lines)
    monkeypatch.setattr(leases, "LIVES", 0.05)
    await leased(one, lines)
    assert isinstance(await one.reserve("open", lines, 60), Reserved)
    assert one.kept == 1
    _, _, out = await in_redis(one)
    async with asyncio.timeout(20):
        while await other.read("a") != (out, 0):  # presumed spent: never free
            await asyncio.sleep(0.005)
    assert await other.read("s") == (0, 0)
    await one.tell()
    assert not one.settle_now("open", (7, 0)), "it was only asleep, and has no lease any more"
    await one.settle_all([("open", (7, 0))])
    assert await other.read("a") == (out, 0)
    assert isinstance(await one.reserve("next", lines, 60), Reserved)
    assert await other.read("a") == (out, PRICE)


async def test_an_emptied_redis_ends_leases_and_hears_of_what_is_open(replicas: list[Replica]) -> None:
    one, other, _ = replicas
    lines = spend(1000 * PRICE)
    await known(one, lines)
    await leased(one, lines)
    assert isinstance(await one.reserve("open", lines, 60), Reserved)
    assert one.kept == 1
    await other.redis.execute("FLUSHALL")
    cold = await other.reserve("next", lines, 60)
    assert isinstance(cold, NotLoaded)
    await one.tell()
    one.start()
    async with asyncio.timeout(20):
        while await other.read("a") != (0, PRICE):
            await asyncio.sleep(0.01)
    assert isinstance(await one.reserve("more", lines, 60), NotLoaded), "its lease is of a time before"
    await other.load("a", 999 * PRICE, FAR, cold.life)
    assert await one.reserve("more", lines, 60) == LimitReached(0, 0)
    assert await one.settle("open", (0,))
    assert isinstance(await other.reserve("last", lines, 60), Reserved)


async def test_who_hears_nothing_of_redis_takes_nothing_out_of_a_lease(
    replicas: list[Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replicas[0]
    lines = spend(10**6)
    await known(one, lines)
    await leased(one, lines)

    async def away(*_: Any) -> Any:
        raise RedisDown("not connected")

    with monkeypatch.context() as lost:
        lost.setattr(one.redis, "run", away)
        assert isinstance(await one.reserve("soon", lines, 60), Reserved)
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    await one.tell()
    monkeypatch.setattr(one.redis, "run", away)
    with pytest.raises(CountersDown):
        await one.reserve("late", lines, 60)


async def test_who_left_redis_bars_it_for_the_turns_before(replicas: list[Replica]) -> None:
    """Also for what is leased, and for whoever cannot look at the row that says whose turn it is."""
    one, other, _ = replicas
    lines = spend(10**6)
    await known(one, lines)
    await leased(one, lines)
    assert isinstance(await one.reserve("leased", lines, 60), Reserved)
    other.fence(1)
    other.start()
    async with asyncio.timeout(20):
        while (await other.redis.execute("HGET", f"{other._prefix}meta", "gen")).split(b".")[0] != b"1":
            await asyncio.sleep(0.01)
    for _ in range(2):
        with pytest.raises(CountersMoved):
            await one.extend([], 0)
    with pytest.raises(CountersMoved):
        await one.reserve("late", lines, 60)
    await one.adopt(2)
    assert isinstance(await one.reserve("late", lines, 60), NotLoaded), "the next turn begins with what the ledger says"


async def test_a_lease_is_for_one_limit(replicas: list[Replica]) -> None:
    one = replicas[0]
    await known(one, spend(1000 * PRICE))
    await leased(one, spend(1000 * PRICE))
    assert isinstance(await one.reserve("x", spend(1000 * PRICE), 60), Reserved)
    assert one.kept == 1
    assert await one.reserve("y", spend(PRICE), 60) == LimitReached(0, 0), "less is permitted now"
    assert isinstance(await one.reserve("z", spend(2 * PRICE), 60), Reserved)
    assert one.kept == 1


async def test_no_more_is_told_to_be_left_than_the_limit(replicas: list[Replica]) -> None:
    """A rate's bucket is full again while a part of it is leased."""
    one, limit = replicas[0], 10**7
    await leased(one, (Line("rate", "r", 5, limit),))
    looked = (Line("rate", "r", 0, limit),)
    for number in range(100):  # at most a millisecond's worth was taken
        by_redis = await one.reserve(f"by redis {number}", looked, 1)
        assert isinstance(by_redis, Reserved)
        if by_redis.left == (limit,):
            break
    kept = one.kept
    assert await one.reserve("by the lease", looked, 60) == by_redis == Reserved((limit,))
    assert one.kept == kept + 1


async def test_what_costs_more_than_was_leased_is_posted(replicas: list[Replica]) -> None:
    one = replicas[0]
    lines = spend(1000 * PRICE)
    await known(one, lines)
    await leased(one, lines)
    assert isinstance(await one.reserve("x", lines, 60), Reserved)
    assert one.kept == 1
    assert not one.settle_now("x", (999 * PRICE,)), "others must know at once"
    await one.settle_all([("x", (999 * PRICE,))])
    assert (await in_redis(one))[0] == 999 * PRICE


async def dear_beside_a_lease(one: Replica) -> int:
    """The limit of a counter of which `dear` reserved a little before the rest of what is needed was leased."""
    limit = PRICE * 20_000
    lines = spend(limit)
    await known(one, lines)
    assert isinstance(await one.reserve("dear", lines, 60), Reserved)
    await leased(one, lines)
    return limit


async def test_what_costs_more_than_was_reserved_leaves_less_to_give_out(replicas: list[Replica]) -> None:
    """Also of what is leased already, though Redis knew of the reservation and ended it."""
    one = replicas[0]
    limit = await dear_beside_a_lease(one)
    _, _, out = await in_redis(one)
    assert out >= PRICE
    assert await one.settle("dear", (limit - PRICE + 1,))
    assert isinstance(await one.reserve("next", spend(limit), 60), LimitReached)
    assert isinstance(await one.reserve("small", spend(limit, PRICE - 1), 60), Reserved)


async def test_what_costs_more_is_withheld_though_redis_could_not_be_told(
    replicas: list[Replica], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replicas[0]
    limit = await dear_beside_a_lease(one)
    run = one.redis.run

    async def away(script: Any, *arguments: Any) -> Any:
        if script is SETTLE:
            raise RedisDown("not connected")
        return await run(script, *arguments)

    dear = limit - PRICE + 1
    with monkeypatch.context() as patch:
        patch.setattr(one.redis, "run", away)
        with pytest.raises(CountersDown):
            await one.settle("dear", (dear,))
    await one.settle_all([("dear", (dear,))])
    assert isinstance(await one.reserve("next", spend(limit), 60), LimitReached)


async def test_so_many_are_leased_and_no_more(replicas: list[Replica], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MOST", 5)
    one = replicas[0]
    for number in range(12):
        await known(one, spend(10**6, counter=f"c{number}"))
    for turn in range(3):
        for number in range(12):
            assert isinstance(await one.reserve(f"{turn}-{number}", spend(10**6, counter=f"c{number}"), 60), Reserved)
        await one.tell()
    out = [(await in_redis(one, f"c{number}"))[2] for number in range(12)]
    assert sum(each > 0 for each in out) == 5
