"""Budgets counted by a real database, SQLite and PostgreSQL: exact over processes, and in one turn only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.counting import CountersDown, CountersMoved, LimitReached, Line, NotLoaded, Reserved, Verdict
from gateway.storage import budget_books, budget_home, stored_counters
from gateway.storage.budget_home import BudgetHome
from gateway.storage.engine import open_engine
from gateway.storage.stored_counters import StoredCounters
from tests.support.counting import counted_by_the_database

pytestmark = pytest.mark.asyncio

FAR = time.time() + 86_400


def spend(amount: int, limit: int, counter: str = "a") -> tuple[Line, ...]:
    return (Line("spend", counter, amount, limit, FAR),)


async def loaded(counters: StoredCounters, id: str, lines: tuple[Line, ...], seconds: float = 60) -> Verdict:
    verdict = await counters.reserve(id, lines, seconds)
    if isinstance(verdict, NotLoaded):
        for name in verdict.counters:
            await counters.load(name, 0, FAR, verdict.life)
        verdict = await counters.reserve(id, lines, seconds)
    return verdict


@pytest_asyncio.fixture
async def counters(engine: AsyncEngine) -> StoredCounters:
    return await counted_by_the_database(engine)


@pytest_asyncio.fixture
async def other(database_url: str, counters: StoredCounters) -> AsyncIterator[StoredCounters]:
    """Another process's, on connections of its own."""
    engine = open_engine(database_url)
    yield await counted_by_the_database(engine)
    await engine.dispose()


async def test_of_two_crowds_in_two_processes_as_many_are_let_in_as_fit(
    counters: StoredCounters, other: StoredCounters
) -> None:
    await loaded(counters, "load", spend(0, 1300))
    verdicts = await asyncio.gather(
        *((counters, other)[number % 2].reserve(f"r{number}", spend(13, 1300), 60) for number in range(250))
    )
    assert sum(isinstance(verdict, Reserved) for verdict in verdicts) == 100
    assert await counters.read("a") == await other.read("a") == (0, 1300)


async def test_what_ends_while_a_counter_is_cold_is_named_until_it_knows(
    engine: AsyncEngine, counters: StoredCounters
) -> None:
    assert await loaded(counters, "one", spend(30, 100)) == Reserved((70,))
    row, turn = BudgetHome(engine), counters.turn
    await row.move(turn, "redis")
    await row.move(turn + 1, "database")
    await counters.adopt(turn + 2)
    assert await counters.read("a") == (0, 30), "what is held came along"
    assert await counters.settle("one", (25,))
    assert await counters.counted("a") == ["one"]
    await engine_opens(engine)
    cold = await counters.reserve("two", spend(1, 100), 60)
    assert isinstance(cold, NotLoaded)
    await counters.load("a", 50, FAR, "database/1")
    assert await counters.read("a") == (25, 0), "what was read for another turn is thrown away"
    await counters.load("a", 50, FAR, cold.life)
    assert await counters.counted("a") == []
    assert await counters.reserve("two", spend(26, 100), 60) == LimitReached(0, 25)


async def engine_opens(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM budget_process"))


async def test_what_nobody_ends_is_presumed_spent(counters: StoredCounters) -> None:
    await loaded(counters, "x", spend(60, 100), seconds=0)
    assert await counters.read("a") == (60, 0)
    assert not await counters.settle("x", (10,))
    late, tries = True, 0
    while late:  # a machine that pauses for as long may let it lapse before it is extended
        tries += 1
        posted, reserved = await counters.read("a")
        began = time.monotonic()
        await counters.reserve(f"y{tries}", spend(10, 100), 0.5)
        await counters.extend([f"y{tries}", "unheard-of"], 60)
        late = time.monotonic() - began > 0.5
    await asyncio.sleep(0.55)
    assert await counters.read("a") == (posted, reserved + 10)


async def test_nothing_is_admitted_before_every_process_has_taken_note(
    engine: AsyncEngine, counters: StoredCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, row = BudgetHome(engine), BudgetHome(engine)
    await slow.acknowledge(counters.turn, sees_redis=True)
    await row.move(counters.turn, "redis")
    await row.move(counters.turn + 1, "database")
    with pytest.raises(CountersMoved):
        await counters.reserve("x", spend(1, 100), 60)
    await engine_opens(engine)
    await slow.acknowledge(counters.turn, sees_redis=True)
    await counters.adopt(counters.turn + 2)
    with pytest.raises(CountersMoved):
        await counters.reserve("x", spend(1, 100), 60)
    monkeypatch.setattr(budget_home, "LOST", 0.0)
    assert isinstance(await counters.reserve("x", spend(1, 100), 60), NotLoaded), "the silent are waited for no more"


async def test_who_is_of_an_earlier_turn_counts_nothing(engine: AsyncEngine, counters: StoredCounters) -> None:
    await loaded(counters, "x", spend(1, 100))
    await BudgetHome(engine).move(counters.turn, "redis")
    for ask in (counters.reserve("y", spend(1, 100), 60), counters.settle("x", (1,)), counters.read("a")):
        with pytest.raises(CountersMoved):
            await ask


async def test_a_turn_is_ended_once(engine: AsyncEngine) -> None:
    row = BudgetHome(engine)
    first = await row.look()
    await asyncio.gather(*(BudgetHome(engine).move(first.turn, "database") for _ in range(5)))
    after = await row.look()
    assert (after.place, after.turn) == ("database", first.turn + 1)
    assert 0 <= after.age < 30


async def test_a_turn_has_one_life_and_another_is_another_turn(engine: AsyncEngine) -> None:
    row, other = BudgetHome(engine), BudgetHome(engine)
    home = await row.look()
    await row.acknowledge(home.turn, sees_redis=True)
    assert await row.opened(home.turn, "first")
    assert await other.opened(home.turn, "first")
    assert not await other.opened(home.turn, "second")
    after = await row.look()
    assert (after.place, after.turn) == (home.place, home.turn + 1)
    assert not await other.opened(after.turn, "second"), "the first process has not noticed yet"
    assert not await other.opened(home.turn, "first"), "and what was is over"
    await row.acknowledge(after.turn, sees_redis=True)
    await row.acknowledge(home.turn, sees_redis=True)  # a sign of life that was slow to be written
    assert await other.opened(after.turn, "second")


async def test_a_database_that_is_away_is_told(engine: AsyncEngine, counters: StoredCounters) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE budget_home"))
    for ask in (counters.reserve("x", spend(1, 10), 60), BudgetHome(engine).look(), BudgetHome(engine).opened(1, "")):
        with pytest.raises(CountersDown):
            await ask


async def test_what_is_no_money_is_a_defect(counters: StoredCounters) -> None:
    for line in (Line("rate", "r", 1, 10), Line("spend", "a", -1, 10), Line("spend", "a", 1, 2**53)):
        with pytest.raises(ValueError):
            await counters.reserve("x", (line,), 60)


OVER = time.time() - 2 * 86_400


async def names(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set((await connection.execute(text("SELECT name FROM budget_counter"))).scalars())


async def test_counters_are_forgotten_a_day_after_their_window_and_once_nothing_names_them(
    engine: AsyncEngine, counters: StoredCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget_books, "REMEMBERED", 0)
    windows = {"held": OVER, "spent": OVER, "asked": OVER, "yesterday": time.time() - 3600, "binding": FAR}
    for name, until in windows.items():
        line = (Line("spend", name, 30, 100, until),)
        cold = await counters.reserve(name, line, 60)
        assert isinstance(cold, NotLoaded)
        if name != "asked":
            await counters.load(name, 0, until, cold.life)
            assert await counters.reserve(name, line, 60) == Reserved((70,))
        if name != "held":
            await counters.settle(name, (20,))
    await looked_through(counters, monkeypatch)
    assert await names(engine) == {"held", "binding", "yesterday"}
    assert await counters.read("held") == (0, 30), "a reservation that is open keeps its counter"
    assert await counters.read("binding") == (20, 0)

    late = (Line("spend", "spent", 6, 100, OVER),)
    cold = await counters.reserve("late", late, 60)
    assert isinstance(cold, NotLoaded), "it is not taken for one of which nothing was spent"
    await counters.load("spent", 95, OVER, cold.life)
    assert await counters.reserve("late", late, 60) == LimitReached(0, 5)

    await counters.settle("held", (25,))
    await looked_through(counters, monkeypatch)
    assert await names(engine) == {"binding", "yesterday"}


async def test_a_counter_of_the_release_before_is_forgotten_in_the_end(
    engine: AsyncEngine, counters: StoredCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not say when its window ends; no window is longer than a year."""
    async with engine.begin() as connection:
        earlier = "INSERT INTO budget_counter (name, posted, reserved, known) VALUES ('earlier', 90, 0, true)"
        await connection.execute(text(earlier))
    await looked_through(counters, monkeypatch)
    assert await counters.read("earlier") == (90, 0), "its window may last"
    assert await counters.reserve("x", spend(11, 100, "earlier"), 60) == LimitReached(0, 10)
    async with engine.begin() as connection:
        years = {"year": budget_books.LONGEST_WINDOW + budget_books.KEPT}
        await connection.execute(text("UPDATE budget_counter SET until = until - :year"), years)
    await looked_through(counters, monkeypatch)
    assert await names(engine) == set()


async def looked_through(counters: StoredCounters, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as sooner:
        sooner.setattr(stored_counters, "FORGET_EVERY", -1)
        await counters.read("a")


async def test_who_died_long_ago_is_forgotten(
    engine: AsyncEngine, counters: StoredCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.begin() as connection:
        sign = "INSERT INTO budget_process (name, turn, seen_at, sees_redis) VALUES (:name, 1, :seen, :sees)"
        now = time.time() * 1_000_000
        for name, age in (("dead", 2 * 86_400), ("slow", 60)):
            seen = int(now - age * 1_000_000)
            await connection.execute(text(sign), {"name": name, "seen": seen, "sees": True})
    await looked_through(counters, monkeypatch)
    async with engine.connect() as connection:
        known = set((await connection.execute(text("SELECT name FROM budget_process"))).scalars())
    assert "dead" not in known
    assert "slow" in known
