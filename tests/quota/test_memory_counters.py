"""Counters in the process: what they keep is of what is under way, and not of all that was."""

from __future__ import annotations

import tracemalloc

import pytest

from gateway.core.counting import LimitReached, Line, Reserved
from gateway.quota import memory
from gateway.quota.memory import MemoryCounters
from tests.support.clocks import HandClock

pytestmark = pytest.mark.asyncio

LINES = (Line("rate", "requests", 1, 10**9), Line("slots", "calls", 1, 1000))


async def ended(counters: MemoryCounters, first: int, number: int) -> None:
    for each in range(first, first + number):
        name = f"request {each}"
        assert isinstance(await counters.reserve(name, LINES, 900.0), Reserved)
        assert counters.settle_now(name, (1, 0))


async def test_memory_does_not_grow_with_the_requests_that_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 100)
    counters = MemoryCounters(HandClock())
    tracemalloc.start()
    try:
        await ended(counters, 0, 1000)
        before = tracemalloc.get_traced_memory()[0]
        await ended(counters, 1000, 3000)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 100_000, "a hundred ends are remembered, and each takes half a kilobyte"


async def test_what_is_under_way_ends_by_its_time_however_many_ended_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 100)
    clock = HandClock()
    counters = MemoryCounters(clock)
    await counters.reserve("early", (Line("slots", "held", 1, 2),), 10.0)
    await counters.reserve("late", (Line("slots", "held", 1, 2),), 10.0)
    await counters.extend(["late"], 30.0)
    await ended(counters, 0, 1000)
    assert await counters.read("held") == (0, 2)
    clock.advance(11.0)
    assert await counters.read("held") == (0, 1)
    clock.advance(20.0)
    assert await counters.read("held") == (0, 0)


async def test_a_free_call_that_outlives_its_window_is_settled_all_the_same() -> None:
    """Its counter holds nothing of it, and is forgotten with the window."""
    clock = HandClock()
    counters = MemoryCounters(clock)
    line = Line("spend", "day", 0, 1000, clock.now() + 10.0)
    await counters.load("day", 0, line.until, "")
    assert isinstance(await counters.reserve("free", (line,), 7200.0), Reserved)
    clock.advance(memory.REMEMBERED + 1)
    await counters.reserve("another", LINES, 10.0)
    assert counters.settle_now("free", (0,))
    assert await counters.read("day") == (0, 0)


async def test_nothing_is_let_in_for_nothing_however_large_the_rate() -> None:
    """A token of 10^9 a minute stands for less than the microsecond in which a rate is counted."""
    counters = MemoryCounters(HandClock())
    one = (Line("rate", "tokens", 1, 10**9),)
    first, second = [await counters.reserve(name, one, 60) for name in ("1", "2")]
    assert isinstance(first, Reserved)
    assert isinstance(second, Reserved)
    assert second.left[0] < first.left[0]


@pytest.mark.parametrize("hours", [-1, 1, -24 * 366])
async def test_a_clock_that_is_put_right_neither_refuses_rates_nor_ends_what_is_under_way(hours: int) -> None:
    clock = HandClock()
    counters = MemoryCounters(clock)
    lines = (Line("rate", "requests", 1, 2), Line("slots", "calls", 1, 5))
    assert isinstance(await counters.reserve("before", lines, 900.0), Reserved)
    clock.set(3600.0 * hours)
    assert isinstance(await counters.reserve("after", lines, 900.0), Reserved)
    assert await counters.read("calls") == (0, 2)
    assert isinstance(await counters.reserve("too many", lines, 900.0), LimitReached)
    clock.advance(30.0)
    assert isinstance(await counters.reserve("later", lines, 900.0), Reserved)
