"""Who counts budgets while Redis, the database, or both are away: every case, with homes that are switched by hand."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from gateway.core.counting import CountersAway, CountersDown, CountersMoved, Due, Home, Line, Place, Reserved, Verdict
from gateway.quota import failover
from gateway.quota.failover import FailoverCounters
from gateway.telemetry import logs

pytestmark = pytest.mark.asyncio

LINES = (Line("spend", "a", 1, 100, 4e9),)


class Counters:
    """Admits everything while it is up, and writes down what it is asked."""

    def __init__(self, held: set[str]) -> None:
        self.up = self.sent = True
        self.barred = False
        self.turn = self.fenced = 0
        self.held = held
        self.asked: list[str] = []
        self.adopted: list[tuple[int, frozenset[str]]] = []

    def _answer(self, asked: str) -> None:
        if self.up and self.barred:
            raise CountersMoved
        if not self.up:
            raise (CountersDown if self.sent else CountersAway)("Redis, which counts: OOM")
        self.asked.append(asked)

    def fence(self, turn: int) -> None:
        self.fenced = turn

    async def adopt(self, turn: int) -> None:
        self._answer("adopt")
        self.adopted.append((turn, frozenset(self.held)))

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        self._answer("reserve")
        self.held.add(id)
        return Reserved((0,))

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        self._answer("settle")
        self.held.discard(id)
        return True

    life = "one"

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        return False

    async def settle_all(self, due: Sequence[Due]) -> None:
        for each in due:
            await self.settle(*each)

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        self._answer("restore")

    async def extend(self, ids: list[str], seconds: float) -> None:
        self._answer("extend")

    async def quiet(self) -> None:
        self._answer("quiet")

    async def counted(self, counter: str) -> list[str]:
        self._answer("counted")
        return []

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        self._answer("load")

    async def read(self, counter: str) -> tuple[int, int]:
        self._answer("read")
        return 0, 0

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        self._answer("read_all")
        return [(0, 0) for _ in counters]


class Row:
    """The row in a database that can be away, and whose other processes are made up."""

    def __init__(self) -> None:
        self.up = True
        self.place: Place = "redis"
        self.turn = 1
        self.since = time.monotonic()
        self.all_see_redis = True
        self.acknowledged: list[int] = []
        self.writes = asyncio.Event()
        self.writes.set()

    def _answer(self) -> None:
        if not self.up:
            raise CountersDown

    async def look(self) -> Home:
        self._answer()
        return Home(self.place, self.turn, time.monotonic() - self.since)

    async def acknowledge(self, turn: int, *, sees_redis: bool) -> None:
        self._answer()
        await self.writes.wait()
        self.acknowledged.append(turn)

    async def leave(self) -> None:
        self._answer()

    async def move(self, turn: int, place: Place) -> None:
        self._answer()
        if turn == self.turn:
            self.place, self.turn, self.since = place, turn + 1, time.monotonic()

    async def opened(self, turn: int, life: str) -> bool:
        self._answer()
        return True

    async def seen_by_all(self) -> bool:
        self._answer()
        return self.all_see_redis


class Stand:
    def __init__(self) -> None:
        held: set[str] = set()
        self.redis, self.database, self.row = Counters(held), Counters(held), Row()
        self.without: Any = "exact"
        self.shipped = 0
        self.number = 0
        self.counters = FailoverCounters(
            self.redis,
            self.database,
            self.row,
            redis_is_up=lambda: self.redis.up,
            shipped=self._ship,
            without=lambda: self.without,
        )

    async def _ship(self) -> None:
        self.shipped += 1

    async def reserve(self) -> str:
        self.number += 1
        name = f"r{self.number}"
        await self.counters.reserve(name, LINES, 60)
        return name


@pytest_asyncio.fixture
async def stand(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stand]:
    for name, seconds in (("LOOK_EVERY", 0.01), ("FRESH", 0.1), ("GIVE_UP", 0.03), ("PAUSE", 0.005), ("SIGN", 0.02)):
        monkeypatch.setattr(failover, name, seconds)
    monkeypatch.setattr(failover, "STEADY", 0.1)
    monkeypatch.setattr(failover, "PATIENCE", 1.0)
    made = Stand()
    yield made
    await made.counters.close()


async def until(holds: Any) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_turn_ends_that_was_told_what_the_ledger_says_without_calls_begun_before_it(stand: Stand) -> None:
    await stand.reserve()
    stand.row.since -= 100
    await stand.counters.recount(50)
    assert stand.row.turn == 1, "those calls were held in this turn"
    await stand.counters.recount(150)
    assert (stand.row.turn, stand.row.place) == (2, "redis")
    stand.row.up = False
    with pytest.raises(CountersDown):
        await stand.counters.recount(150)


async def test_redis_is_left_for_the_database_with_all_that_is_held(stand: Stand) -> None:
    first = await stand.reserve()
    stand.redis.up = False
    await stand.reserve()
    assert stand.counters.place == "database"
    assert stand.database.adopted == [(2, frozenset({first}))]
    assert stand.shipped == 2, "what it knows is in the ledger before it says that it has taken note"
    assert stand.row.acknowledged[0] == 1
    assert 2 in stand.row.acknowledged
    assert await stand.counters.settle(first, (1,))
    assert stand.database.asked[-1] == "settle"


async def test_redis_gets_its_turn_back_once_all_see_it(stand: Stand) -> None:
    await stand.reserve()
    stand.redis.up, stand.row.all_see_redis = False, False
    await stand.reserve()
    stand.redis.up = True
    before = len(stand.row.acknowledged)
    await until(lambda: len(stand.row.acknowledged) > before + 10)
    assert stand.counters.place == "database", "somebody does not see it yet"
    stand.row.all_see_redis = True
    await until(lambda: stand.counters.place == "redis")
    await stand.reserve()
    assert stand.redis.adopted[-1][0] == 3
    assert stand.redis.asked[-1] == "reserve"


async def test_the_log_tells_who_counts_and_why(stand: Stand) -> None:
    """A Redis that answers, and takes no writes, is in no other way to be seen."""
    with capture_logs() as lines:
        await stand.reserve()
        stand.redis.up = False
        await stand.reserve()
        stand.redis.up = True
        await until(lambda: stand.counters.place == "redis")
        await stand.reserve()
    told = [(line["to"], line["why"]) for line in lines if line["event"] == logs.BUDGETS_MOVED]
    assert told == [("database", "Redis, which counts: OOM"), ("redis", None)]


async def test_a_doubt_that_has_passed_is_not_told_as_the_reason(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another replica may have moved them later, for reasons of its own."""
    stand.without = "refuse"
    await stand.reserve()
    stand.redis.up = False
    with pytest.raises(CountersDown):
        await stand.reserve()
    stand.redis.up, stand.row.all_see_redis = True, False
    monkeypatch.setattr(failover, "PATIENCE", -1.0)
    with capture_logs() as lines:
        await stand.row.move(1, "database")
        await until(lambda: any(line["event"] == logs.BUDGETS_MOVED for line in lines))
    assert [(line["to"], line["why"]) for line in lines if line["event"] == logs.BUDGETS_MOVED] == [("database", None)]


async def test_while_the_database_is_away_redis_goes_on(stand: Stand) -> None:
    await stand.reserve()
    stand.row.up = False
    until_then = time.monotonic() + 0.5
    while time.monotonic() < until_then:
        await stand.reserve()
        await asyncio.sleep(0.005)
    assert stand.counters.place == "redis"


async def test_a_database_that_is_slow_to_write_a_sign_of_life_holds_nobody_up(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk was busy for some seconds, as replicas began: what was asked for meanwhile was refused."""
    await stand.reserve()
    stand.row.writes.clear()
    until_then = time.monotonic() + 3 * failover.FRESH
    while time.monotonic() < until_then:
        await stand.reserve()
        await asyncio.sleep(0.005)
    stand.row.up = False  # for good: Redis goes on, though others will soon count this process as lost
    await stand.reserve()
    stand.row.up, stand.without = True, "escrow"
    await until(stand.counters.may_go_alone)
    monkeypatch.setattr(failover, "MUTE", 0.05)
    await until(lambda: not stand.counters.may_go_alone())
    stand.row.writes.set()
    await until(stand.counters.may_go_alone)


async def test_while_both_are_away_nothing_is_admitted(stand: Stand) -> None:
    await stand.reserve()
    stand.row.up = stand.redis.up = False
    with pytest.raises(CountersDown):
        await stand.reserve()
    stand.redis.up = True
    asked = len(stand.redis.asked)
    with pytest.raises(CountersDown):
        await stand.reserve()
    assert "reserve" not in stand.redis.asked[asked:], "others may have moved while nothing was seen"
    stand.row.up = True
    await stand.reserve()


async def test_who_doubted_redis_goes_on_once_it_answered_for_long_enough(stand: Stand) -> None:
    """And did not say that others have left it: whoever did bars it for those who have not seen that."""
    await stand.reserve()
    stand.row.up = stand.redis.up = False
    for _ in range(2):
        with pytest.raises(CountersDown) as told:
            await stand.reserve()
    assert "it counts again once it has answered for" in str(told.value)
    stand.redis.up = stand.redis.barred = True
    barred_until = time.monotonic() + 3 * failover.STEADY
    while time.monotonic() < barred_until:
        with pytest.raises(CountersDown):
            await stand.reserve()
        await asyncio.sleep(0.005)
    stand.redis.barred = False
    answers_from = time.monotonic()
    async with asyncio.timeout(20):
        while len([asked for asked in stand.redis.asked if asked == "reserve"]) < 2:
            with contextlib.suppress(CountersDown):
                await stand.reserve()
            await asyncio.sleep(0.005)
    assert time.monotonic() - answers_from >= failover.STEADY
    assert stand.counters.place == "redis"


async def test_who_leaves_redis_bars_it_for_turns_before(stand: Stand) -> None:
    await stand.reserve()
    assert stand.redis.fenced == 0
    stand.redis.up = False
    await stand.reserve()
    assert (stand.counters.place, stand.redis.fenced, stand.row.turn) == ("database", 2, 2)


async def test_once_somebody_waited_in_vain_nobody_else_does(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    await stand.reserve()
    stand.row.up = stand.redis.up = False
    with pytest.raises(CountersDown):
        await stand.reserve()
    monkeypatch.setattr(failover, "PATIENCE", 3600.0)
    for _ in range(3):
        async with asyncio.timeout(20):
            with pytest.raises(CountersDown):
                await stand.reserve()
    stand.row.up = True
    await stand.reserve()  # the row is seen, so there is a move to wait for
    assert stand.counters.place == "database"


async def test_who_has_never_seen_the_row_admits_nothing(stand: Stand) -> None:
    stand.row.up, stand.without = False, "fail_closed"
    with pytest.raises(CountersDown, match="the database, which says who counts") as told:
        await stand.reserve()
    assert "Redis" not in str(told.value), "it was not even asked"
    stand.row.up, stand.without = True, "exact"
    await stand.reserve()


@pytest.mark.parametrize("without", ["fail_closed", "escrow"])
async def test_where_policy_says_so_redis_is_not_left_and_others_are_followed(stand: Stand, without: str) -> None:
    stand.without = without
    await stand.reserve()
    stand.redis.up = False
    with pytest.raises(CountersDown):
        await stand.reserve()
    assert stand.row.place == "redis"
    await stand.row.move(1, "database")
    await until(lambda: stand.counters.place == "database")
    await stand.reserve()


@pytest.mark.parametrize("sent", [False, True])
async def test_who_asked_counters_that_were_sent_nothing_is_told_that_nothing_was_taken(
    stand: Stand, sent: bool
) -> None:
    stand.without = "fail_closed"
    await stand.reserve()
    stand.redis.up, stand.redis.sent = False, sent
    with pytest.raises(CountersDown) as told:
        await stand.reserve()
    assert isinstance(told.value, CountersAway) is not sent


async def test_a_process_that_others_left_behind_asks_again_where_they_are(stand: Stand) -> None:
    """Its Redis answers, but the row has moved on between its look and the answer."""
    await stand.reserve()
    await stand.row.move(1, "database")
    await until(lambda: stand.counters.place == "database")
    await stand.reserve()
    assert stand.database.asked[-1] == "reserve"
