"""One contract, three homes: every promise of `core.counting` is asked of the process's counters, of a real Valkey,
and, where it is about money, of the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.core.counting import (
    BIGGEST,
    Counters,
    CountersAway,
    CountersDown,
    LimitReached,
    Line,
    NotLoaded,
    Reserved,
    Verdict,
)
from gateway.core.spending import Scope
from gateway.quota import throttle as throttle_module
from gateway.quota.memory import MemoryCounters
from gateway.quota.settling import Settling
from gateway.quota.throttle import Quota, Throttle
from gateway.storage import counters as module
from gateway.storage import redis as redis_module
from gateway.storage.counters import RedisCounters
from gateway.storage.engine import open_engine
from gateway.storage.redis import Redis
from gateway.system_clock import SystemClock
from tests.support.counting import counted_by_the_database
from tests.support.databases import sqlite_url
from tests.support.valkey import empty, kill, save, valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

FAR = time.time() + 86400


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here depends on no machine's speed."""
    monkeypatch.setattr(redis_module, "CALL_SECONDS", 2.0)


@pytest_asyncio.fixture(params=["process", pytest.param("valkey", marks=pytest.mark.valkey)])
async def counters(request: pytest.FixtureRequest) -> AsyncIterator[Counters]:
    if request.param == "process":
        yield MemoryCounters(SystemClock())
        return
    redis = Redis(request.getfixturevalue("valkey_url"))
    redis.start()
    assert await redis.ready(5)
    yield RedisCounters(redis)
    await redis.close()


@pytest_asyncio.fixture
async def in_valkey(valkey_url: str) -> AsyncIterator[RedisCounters]:  # noqa: F811
    redis = Redis(valkey_url)
    redis.start()
    assert await redis.ready(5)
    yield RedisCounters(redis, "gateway:{counters}:")
    await redis.close()


@pytest_asyncio.fixture(params=["process", pytest.param("valkey", marks=pytest.mark.valkey), "database"])
async def money(request: pytest.FixtureRequest, migrated_sqlite_file: Path, tmp_path: Path) -> AsyncIterator[Counters]:
    match request.param:
        case "process":
            yield MemoryCounters(SystemClock())
        case "valkey":
            redis = Redis(request.getfixturevalue("valkey_url"))
            redis.start()
            assert await redis.ready(5)
            yield RedisCounters(redis)
            await redis.close()
        case _:
            path = tmp_path / "counters.db"
            shutil.copyfile(migrated_sqlite_file, path)
            engine = open_engine(sqlite_url(path))
            yield await counted_by_the_database(engine)
            await engine.dispose()


def spend(counter: str, amount: int, limit: int) -> Line:
    return Line("spend", counter, amount, limit, FAR)


async def loaded(counters: Counters, *lines: Line, id: str = "x", seconds: float = 60) -> Any:
    verdict = await counters.reserve(id, lines, seconds)
    if isinstance(verdict, NotLoaded):
        for name in verdict.counters:
            await counters.load(name, 0, FAR, verdict.life)
        verdict = await counters.reserve(id, lines, seconds)
    return verdict


async def test_a_counter_of_money_admits_nothing_before_it_knows_the_ledger(counters: Counters) -> None:
    line = spend("a", 10, 100)
    cold = await counters.reserve("1", (line, Line("slots", "s", 1, 5)), 60)
    assert isinstance(cold, NotLoaded)
    assert cold.counters == ("a",)
    assert await counters.read("s") == (0, 0)
    await counters.load("a", 91, FAR, cold.life)
    assert await counters.reserve("1", (line,), 60) == LimitReached(0, 9)
    await counters.load("a", 0, FAR, cold.life)
    assert await counters.read("a") == (91, 0)
    assert await counters.reserve("2", (spend("a", 9, 100),), 60) == Reserved((0,))


async def test_all_lines_or_none(money: Counters) -> None:
    assert await loaded(money, spend("a", 5, 10), spend("b", 5, 10)) == Reserved((5, 5))
    assert await money.reserve("2", (spend("a", 5, 10), spend("b", 6, 10)), 60) == LimitReached(1, 5)
    assert await money.read("a") == (0, 5)
    assert await money.read("b") == (0, 5)


async def test_many_are_read_as_each_would_be(money: Counters) -> None:
    await loaded(money, spend("a", 5, 10), spend("b", 4, 10))
    await money.settle("x", (2, 4))
    assert await money.reserve("y", (spend("a", 3, 10),), 60) == Reserved((5,))
    assert await money.read_all(["b", "unheard-of", "a"]) == [(4, 0), (0, 0), (2, 3)]


async def test_settling_posts_what_it_came_to_and_once(counters: Counters) -> None:
    await loaded(counters, spend("a", 50, 100), Line("slots", "s", 1, 2))
    assert await counters.read("s") == (0, 1)
    assert await counters.settle("x", (30, 0))
    assert not await counters.settle("x", (30, 0))
    assert not await counters.settle("unheard-of", (30, 0))
    assert await counters.read("a") == (30, 0)
    assert await counters.read("s") == (0, 0)
    assert await loaded(counters, spend("a", 70, 100), id="y") == Reserved((0,))
    await counters.settle("y", (75, 0)[:1])
    assert await counters.read("a") == (105, 0), "an overrun is posted"
    assert await counters.reserve("z", (spend("a", 1, 100),), 60) == LimitReached(0, 0)


@pytest.mark.valkey
async def test_a_redis_whose_clock_is_put_back_does_not_refuse_rates_for_as_long(
    request: pytest.FixtureRequest,
) -> None:
    """As it then finds what it wrote: in a future that its keys' time to live tells."""
    redis = Redis(request.getfixturevalue("valkey_url"))
    redis.start()
    assert await redis.ready(5)
    counters, rate, hour = RedisCounters(redis), Line("rate", "calls", 50, 100), 3_600_000
    assert await counters.reserve("before", (Line("rate", "calls", 10, 100),), 60) == Reserved((90,))
    with request.getfixturevalue("valkey").client() as client:
        [key] = client.keys("*c:calls*")
        for hours in 1, 30:
            full = int(client.get(key)) + hours * hour * 1000
            client.set(key, full, px=client.pttl(key) + hours * hour)
            told = await counters.reserve(f"after {hours} hours", (rate,), 60)
            assert isinstance(told, Reserved) if hours == 1 else isinstance(told, LimitReached) and told.wait <= 60
            assert int(client.get(key)) - full < -(hours * hour - 120_000) * 1000
            assert client.pttl(key) <= hour, "from here on it fills up again"
    await redis.close()


async def test_an_outage_leaves_nothing_to_settle_of_what_was_never_asked_for() -> None:
    away, own = RedisCounters(Redis("redis://127.0.0.1:1")), MemoryCounters(SystemClock())
    settling, at_home = Settling(away, away.settle_now), Settling(own, own.settle_now)
    throttle = Throttle((away, settling), (own, at_home))
    quota = Quota("slots", "now/a", 1, 100, scope=Scope(kind="team", team="a"), of="concurrent")
    for number in range(100):
        permit, _ = await throttle.take(f"r{number}", (quota,))
        assert permit is not None
    assert settling.waiting == 0
    await throttle.close()


class _Late(MemoryCounters):
    """Takes what it is asked for, and does not say so in time the first few times."""

    late = 1
    away = False

    async def extend(self, ids: list[str], seconds: float) -> None:
        if self.away:
            raise CountersDown
        await super().extend(ids, seconds)

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        told = await super().reserve(id, lines, seconds)
        if self.late:
            self.late -= 1
            raise CountersDown
        return told


async def test_one_late_reply_lets_nobody_in_beyond_what_all_replicas_share() -> None:
    shared, own = _Late(SystemClock()), MemoryCounters(SystemClock())
    settling, at_home = Settling(shared, shared.settle_now), Settling(own, own.settle_now)
    throttle = Throttle((shared, settling), (own, at_home))
    quota = Quota("slots", "now/a", 1, 1, scope=Scope(kind="team", team="a"), of="concurrent")
    first, _ = await throttle.take("r1", (quota,))
    assert first is not None
    assert first.settling is settling, "asked again, it was taken once"
    assert isinstance((await throttle.take("r2", (quota,)))[1], LimitReached)
    await throttle.close()


async def test_what_a_process_let_in_by_itself_counts_for_all_once_the_shared_counters_are_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle_module, "PATIENCE", 0.0)
    shared, own = _Late(SystemClock()), MemoryCounters(SystemClock())
    settling, at_home = Settling(shared), Settling(own, own.settle_now)
    throttle = Throttle((shared, settling), (own, at_home))
    quota = Quota("slots", "now/a", 1, 2, scope=Scope(kind="team", team="a"), of="concurrent")
    shared.late = 0
    before, _ = await throttle.take("before", (quota,))
    shared.late, shared.away = 1, True
    alone, _ = await throttle.take("alone", (quota,))
    assert before is not None
    assert alone is not None
    assert alone.settling is at_home
    assert settling.waiting == 1, "what may have been taken there is given back"
    assert isinstance((await throttle.take("third", (quota,)))[1], LimitReached), "of two, one was let in before"
    await settling._carry_out(shared.settle_all(settling._waiting))
    assert await shared.read("now/a") == (0, 1)

    shared.away = False
    async with asyncio.timeout(10):
        while await shared.read("now/a") != (0, 2):
            await asyncio.sleep(0.01)
    assert isinstance((await throttle.take("fourth", (quota,)))[1], LimitReached)
    throttle.settle(alone, None)
    throttle.settle(before, None)
    await settling._carry_out(shared.settle_all(settling._waiting))
    assert await shared.read("now/a") == (0, 0)
    assert await own.read("now/a") == (0, 0)
    await throttle.close()


async def test_a_defect_in_what_is_put_in_keeps_no_process_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(_Late):
        async def restore(self, id: str, line: Line, seconds: float) -> None:
            raise LookupError

    monkeypatch.setattr(throttle_module, "PATIENCE", 0.0)
    shared, own = Broken(SystemClock()), MemoryCounters(SystemClock())
    settling, at_home = Settling(shared, shared.settle_now), Settling(own, own.settle_now)
    throttle = Throttle((shared, settling), (own, at_home))
    quota = Quota("slots", "now/a", 1, 5, scope=Scope(kind="team", team="a"), of="concurrent")
    alone, _ = await throttle.take("alone", (quota,))
    assert alone is not None
    assert alone.settling is at_home
    async with asyncio.timeout(10):
        while throttle._apart.away:
            await asyncio.sleep(0.01)
    shared.late = 0
    permit, _ = await throttle.take("next", (quota,))
    assert permit is not None
    assert permit.settling is settling
    await throttle.close()


async def test_a_defect_in_one_settlement_loses_no_other_of_its_batch(money: Counters) -> None:
    for name in "x", "y", "z":
        await loaded(money, spend("a", 10, 100), id=name)
    settling = Settling(money)
    for name, actual in ("x", (3,)), ("y", ()), ("z", (4,)):
        settling.settle(name, actual)
    settling.start()
    async with asyncio.timeout(10):
        await settling.drain()
    await settling.close()
    posted, _ = await money.read("a")
    assert posted == 7


async def test_what_is_being_spent_is_put_in_cold_or_full_and_once(money: Counters) -> None:
    cold = await money.reserve("1", (spend("a", 1, 100),), 60)
    assert isinstance(cold, NotLoaded)
    for _ in range(2):
        await money.restore("job", spend("a", 70, 100), 60)
    await money.restore("ended", spend("a", 20, 100), 60)
    assert await money.settle("ended", (5,))
    assert await money.counted("a") == ["ended"]
    assert isinstance(await money.reserve("1", (spend("a", 1, 100),), 60), NotLoaded), "it was told nothing yet"
    await money.load("a", 10, FAR, cold.life)
    assert await money.read("a") == (15, 70)
    await money.restore("more", spend("a", 40, 100), 60)
    await money.restore("job", spend("a", 80, 100), 60)
    assert await money.read("a") == (15, 110), "a reservation stays as it is"
    assert await money.reserve("1", (spend("a", 1, 100),), 60) == LimitReached(0, 0)
    assert await money.settle("job", (30,))
    await money.restore("job", spend("a", 70, 100), 60)
    assert await money.read("a") == (45, 40), "what has ended does not begin again"


async def test_the_same_reservation_twice_is_taken_once(money: Counters) -> None:
    first = await loaded(money, spend("a", 60, 100))
    assert await money.reserve("x", (spend("a", 60, 100),), 60) == first
    assert await money.read("a") == (0, 60)
    with pytest.raises(ValueError):
        await money.reserve("x", (spend("a", 61, 100),), 60)
    assert await money.settle("x", (7,))
    assert isinstance(await money.reserve("x", (spend("a", 60, 100),), 60), Reserved)
    assert await money.read("a") == (7, 0), "nor once more after its end"


@pytest.mark.valkey
async def test_of_what_has_ended_little_is_kept(in_valkey: RedisCounters, valkey: Any) -> None:  # noqa: F811
    """And for ten minutes: a busy gateway has a million an hour."""
    names = [f"{kind}/team/research-and-development" for kind in ("now", "requests", "tokens")]
    lines = (
        Line("slots", names[0], 1, BIGGEST),
        Line("rate", names[1], 1, 1_000_000),
        Line("rate", names[2], 800, 10**12),
    )
    asked = f"req_{24 * '0'}/admit"
    first = await in_valkey.reserve(asked, lines, 60)
    await in_valkey.settle(asked, (0, 1, 500))
    with valkey.client() as client:
        hold = f"gateway:{{counters}}:h:{asked}"
        taken, left = await asyncio.to_thread(lambda: (client.memory_usage(hold), client.ttl(hold)))
    assert 0 < taken <= 400
    assert 500 < left <= 600
    assert await in_valkey.reserve(asked, lines, 60) == first
    with pytest.raises(ValueError):
        await in_valkey.reserve(asked, lines[:1], 60)


@pytest.mark.valkey
async def test_a_server_that_is_full_has_done_nothing_and_is_told_again() -> None:
    """It refuses before a script has changed anything: a settlement is no defect, and is not given up."""
    with valkey_server() as server, contextlib.closing(server.client()) as by_hand:
        redis = Redis(server.connection_url)
        redis.start()
        assert await redis.ready(5)
        counters = RedisCounters(redis)
        assert await loaded(counters, spend("a", 30, 100)) == Reserved((70,))
        by_hand.config_set("maxmemory", 1)
        for ask in (counters.settle("x", (20,)), counters.reserve("y", (spend("a", 1, 100),), 60)):
            with pytest.raises(CountersAway):
                await ask
        by_hand.config_set("maxmemory", 0)
        assert await counters.settle("x", (20,))
        assert await counters.read("a") == (20, 0)
        await redis.close()


@pytest.mark.valkey
async def test_no_key_stays_for_good(in_valkey: RedisCounters, valkey: Any) -> None:  # noqa: F811
    """Of what was only asked for, was refused, or ended in a counter that is never told what the ledger says."""
    await in_valkey.read("never/taken/of")
    assert isinstance(await in_valkey.reserve("1", (Line("slots", "now/a", 2, 1), spend("b", 1, 10)), 60), NotLoaded)
    assert isinstance(await in_valkey.reserve("2", (Line("slots", "now/a", 2, 1),), 60), LimitReached)
    await in_valkey.restore("3", spend("of/a/day/that/is/over", 5, 10), 60)
    await in_valkey.settle("3", (5,))
    assert await in_valkey.counted("of/a/day/that/is/over") == ["3"]
    await loaded(in_valkey, spend("c", 1, 10), Line("slots", "now/c", 1, 5), Line("rate", "tokens/c", 1, 5))
    await in_valkey.settle("x", (1, 0, 1))
    with valkey.client() as client:
        keys = await asyncio.to_thread(lambda: {key.decode(): client.ttl(key) for key in client.keys("*")})
    assert {name.rpartition(":")[2] for name, left in keys.items() if left == -1} <= {"meta", "due", "owners"}
    assert len(keys) >= 10


@pytest.mark.valkey
async def test_what_ends_after_its_counter_was_forgotten_leaves_no_room_that_is_not_there(
    in_valkey: RedisCounters,
    valkey: Any,  # noqa: F811
) -> None:
    slots = Line("slots", "now/a", 1, 1)
    assert isinstance(await in_valkey.reserve("long", (slots,), 60), Reserved)
    with valkey.client() as client:
        name = "gateway:{counters}:c:now/a"
        assert await asyncio.to_thread(client.ttl, name) > 80_000, "longer than any call"
        await asyncio.to_thread(client.delete, name)
    assert await in_valkey.settle("long", (0,))
    assert await in_valkey.read("now/a") == (0, 0)
    assert isinstance(await in_valkey.reserve("1", (slots,), 60), Reserved)
    assert isinstance(await in_valkey.reserve("2", (slots,), 60), LimitReached)


async def test_a_limit_holds_as_it_is_at_each_request(money: Counters) -> None:
    await loaded(money, spend("a", 60, 100))
    assert await money.reserve("2", (spend("a", 1, 50),), 60) == LimitReached(0, 0)
    assert await money.reserve("3", (spend("a", 60, 120),), 60) == Reserved((0,))


async def test_what_nobody_ends_ends_by_itself(counters: Counters) -> None:
    began = time.monotonic()
    await loaded(counters, spend("a", 60, 100), Line("slots", "s", 1, 1), seconds=0.5)
    verdict = await counters.reserve("2", (Line("slots", "s", 1, 1),), 60)
    assert isinstance(verdict, LimitReached) or time.monotonic() - began > 0.5, "or the machine paused for as long"
    async with asyncio.timeout(20):
        while isinstance(verdict, LimitReached):
            await asyncio.sleep(0.01)
            verdict = await counters.reserve("2", (Line("slots", "s", 1, 1),), 60)
    assert verdict == Reserved((0,))
    assert await counters.read("a") == (60, 0), "presumed spent, never free"
    assert not await counters.settle("x", (10, 0))


async def test_what_has_lapsed_is_held_again_once_it_is_extended(counters: Counters) -> None:
    slots, rate = Line("slots", "now/a", 1, 1), Line("rate", "tokens/a", 60, 100)
    await counters.reserve("late", (slots, rate), 0.01)
    await counters.reserve("ended", (Line("slots", "now/b", 1, 1),), 0.01)
    async with asyncio.timeout(20):
        while [await counters.read(name) for name in ("now/a", "now/b")] != [(0, 0), (0, 0)]:
            await asyncio.sleep(0.005)
    assert not await counters.settle("ended", (0,))
    assert isinstance(await counters.reserve("other", (slots,), 60), Reserved)
    await counters.extend(["late", "ended"], 60)
    await counters.extend(["late", "ended"], 60)
    assert await counters.read("now/a") == (0, 2), "fitting or not: both are under way"
    assert await counters.read("now/b") == (0, 0), "it was settled"
    assert await counters.settle("late", (0, 0))
    assert await counters.read("now/a") == (0, 1)
    told = await counters.reserve("more", (Line("rate", "tokens/a", 100, 100),), 60)
    assert isinstance(told, Reserved), "it used nothing"


async def test_money_that_has_lapsed_stays_spent(money: Counters) -> None:
    await loaded(money, spend("a", 60, 100), seconds=0.01)
    async with asyncio.timeout(20):
        while await money.read("a") != (60, 0):
            await asyncio.sleep(0.005)
    await money.extend(["x"], 60)
    assert await money.read("a") == (60, 0)


async def test_what_is_extended_lives_on(counters: Counters) -> None:
    await loaded(counters, Line("slots", "s", 1, 1), seconds=0.5)
    await counters.extend(["x", "unheard-of"], 60)
    await asyncio.sleep(0.51)
    assert await counters.reserve("2", (Line("slots", "s", 1, 1),), 60) == LimitReached(0, 0)
    await counters.settle("x", (0,))
    assert await counters.reserve("2", (Line("slots", "s", 1, 1),), 60) == Reserved((0,))


async def test_a_rate_fills_up_again_and_gives_back_what_was_not_used(counters: Counters) -> None:
    def line(amount: int) -> Line:
        return Line("rate", "r", amount, 600)

    assert await counters.reserve("1", (line(600),), 60) == Reserved((0,))
    over = await counters.reserve("2", (line(300),), 60)
    assert isinstance(over, LimitReached)
    assert over.left < 20
    assert 25 < over.wait <= 30
    await counters.settle("1", (100,))
    taken = await counters.reserve("3", (line(480),), 60)
    assert isinstance(taken, Reserved)
    assert taken.left[0] <= 40
    assert isinstance(await counters.reserve("4", (line(600),), 60), LimitReached)
    await counters.settle("3", (2000,))
    over = await counters.reserve("5", (line(1),), 60)
    assert isinstance(over, LimitReached)
    assert over.wait > 60, "an overrun is paid for later"


async def test_what_is_free_always_fits_and_nothing_fits_into_nothing(counters: Counters) -> None:
    assert await loaded(counters, spend("a", 0, 0), Line("rate", "r", 0, 1)) == Reserved((0, 1))
    assert await counters.settle("x", (0, 0)), "what was free ends, too"
    assert await counters.read("a") == (0, 0)
    assert await counters.reserve("2", (spend("a", 1, 0),), 60) == LimitReached(0, 0)
    assert await loaded(counters, spend("b", BIGGEST, BIGGEST), id="3") == Reserved((0,))


@pytest.mark.parametrize("amount", [-1, BIGGEST + 1])
async def test_amounts_out_of_range_are_a_defect(counters: Counters, amount: int) -> None:
    for kind in ("spend", "slots", "rate"):
        with pytest.raises(ValueError):
            await loaded(counters, Line(kind, "a", amount, 10, FAR))  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [0, 1, 7, 100])
async def test_of_500_at_once_as_many_are_let_in_as_fit(money: Counters, room: int) -> None:
    limit = room * 13 + 5
    await loaded(money, spend("a", 0, limit), id="load")
    verdicts = await asyncio.gather(
        *(money.reserve(str(number), (spend("a", 13, limit),), 60) for number in range(500))
    )
    assert sum(isinstance(verdict, Reserved) for verdict in verdicts) == room
    assert await money.read("a") == (0, room * 13)


# ------------------------------------------------------------------------------------------- what only Redis can do


class Replica:
    """A process's counters on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.redis = Redis(url)
        self.counters = RedisCounters(self.redis)

    async def __aenter__(self) -> RedisCounters:
        self.redis.start()
        assert await self.redis.ready(5)
        self.counters.start()
        return self.counters

    async def __aexit__(self, *_: object) -> None:
        await self.counters.close()
        await self.redis.close()


async def until(holds: Any) -> None:
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.sleep(0.01)


@pytest.mark.valkey
async def test_an_emptied_redis_admits_nothing_until_it_knows_again(valkey: Any, valkey_url: str) -> None:  # noqa: F811
    async with Replica(valkey_url) as one, Replica(valkey_url) as other:
        await loaded(one, spend("a", 30, 100), id="one")
        assert isinstance(await other.reserve("other", (spend("a", 20, 100),), 60), Reserved)
        await one.settle("one", (25,))
        assert await one.read("a") == (25, 20)
        await asyncio.to_thread(empty, valkey)
        cold = await one.reserve("two", (spend("a", 30, 100),), 60)
        assert isinstance(cold, NotLoaded)

        async def restored() -> bool:
            return await one.read("a") == (0, 20)

        await until(restored)
        await other.settle("other", (15,))
        assert await one.counted("a") == ["other"], "the ledger's sum must leave it out"
        await one.load("a", 25, FAR, cold.life)
        assert await one.read("a") == (40, 0)
        assert await one.reserve("two", (spend("a", 60, 100),), 60) == Reserved((0,))
        assert await one.counted("a") == []


@pytest.mark.valkey
async def test_a_redis_that_lost_writes_is_noticed_before_it_admits(valkey: Any, valkey_url: str) -> None:  # noqa: F811
    async with Replica(valkey_url) as one:
        await loaded(one, spend("a", 60, 100), id="one")
        kept = await asyncio.to_thread(dump, valkey)
        await one.settle("one", (60,))
        assert isinstance(await one.reserve("two", (spend("a", 40, 100),), 60), Reserved)
        await asyncio.to_thread(restore, valkey, kept)
        assert isinstance(await one.reserve("three", (spend("a", 40, 100),), 60), NotLoaded)


@pytest.mark.valkey
async def test_a_server_that_took_over_is_noticed_by_who_has_seen_least() -> None:
    """It lost another replica's writes, and none of its own."""
    with valkey_server() as server:
        async with Replica(server.connection_url) as one, Replica(server.connection_url) as other:
            assert isinstance(await loaded(other, spend("a", 0, 100), id="early"), Reserved)
            await asyncio.to_thread(save, server)
            assert isinstance(await one.reserve("late", (spend("a", 100, 100),), 60), Reserved)
            await asyncio.to_thread(kill, server)
            await asyncio.to_thread(server.start)

            async def answered() -> bool:
                with contextlib.suppress(CountersDown):
                    verdicts.append(await other.reserve("double", (spend("a", 100, 100),), 60))
                return bool(verdicts)

            verdicts: list[Any] = []
            await until(answered)
            assert isinstance(verdicts[0], NotLoaded)


@pytest.mark.valkey
async def test_a_ledger_read_for_another_life_is_thrown_away(valkey: Any, valkey_url: str) -> None:  # noqa: F811
    async with Replica(valkey_url) as one:
        first = await one.reserve("x", (spend("a", 1, 100),), 60)
        assert isinstance(first, NotLoaded)
        await asyncio.to_thread(empty, valkey)
        await one.load("a", 0, FAR, first.life)
        assert isinstance(await one.reserve("x", (spend("a", 1, 100),), 60), NotLoaded)


@pytest.mark.valkey
async def test_a_redis_that_is_away_is_told() -> None:
    with valkey_server() as server:
        async with Replica(server.connection_url) as one:
            await loaded(one, spend("a", 1, 100))
            await asyncio.to_thread(server.terminate)
            with pytest.raises(CountersDown):
                while True:
                    await one.reserve("y", (spend("a", 1, 100),), 60)
            await asyncio.to_thread(server.start)


@pytest.mark.valkey
async def test_three_replicas_let_in_what_fits_while_redis_is_emptied(
    valkey: Any,  # noqa: F811
    valkey_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ledger stands for the database: whoever is let in spends, and it is told what was spent."""
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.6)
    limit, price = 1000, 10
    ledger: dict[str, int] = {}

    async def one_request(counters: RedisCounters, number: int) -> bool:
        name = f"r{number}"
        while True:
            verdict = await counters.reserve(name, (spend("a", price, limit),), 60)
            if not isinstance(verdict, NotLoaded):
                break
            await counters.quiet()
            sums = dict(ledger)
            known = await counters.counted("a")
            await counters.load("a", sum(cost for key, cost in sums.items() if key not in known), FAR, verdict.life)
        if isinstance(verdict, LimitReached):
            return False
        await asyncio.sleep(0)
        assert sum(ledger.values()) + price <= limit
        ledger[name] = price
        await counters.settle(name, (price,))
        return True

    async with Replica(valkey_url) as one, Replica(valkey_url) as two, Replica(valkey_url) as three:
        requests = [one_request((one, two, three)[number % 3], number) for number in range(60)]
        admitted = sum(await asyncio.gather(*requests))
        await asyncio.to_thread(empty, valkey)
        requests = [one_request((one, two, three)[number % 3], number) for number in range(60, 160)]
        admitted += sum(await asyncio.gather(*requests))
    assert admitted == 100
    assert sum(ledger.values()) == limit


def dump(server: Any) -> dict[bytes, bytes]:
    with server.client() as client:
        return {key: client.dump(key) for key in client.keys("*")}


def restore(server: Any, kept: dict[bytes, bytes]) -> None:
    with server.client() as client:
        client.flushall()
        for key, value in kept.items():
            client.restore(key, 0, value)
