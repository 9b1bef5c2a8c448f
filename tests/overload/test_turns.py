"""Turns: bounds, classes, fair shares, and no place lost however a request ends."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter

import pytest

from gateway.core.overload import PRIORITIES, OverloadPolicy, Priority
from gateway.errors import Overloaded
from gateway.overload.turns import LONGEST_RETRY, SHARE, SHED_AT, Turns

TEN = OverloadPolicy(in_flight=10, waiting=4, patience=5.0)
pytestmark = pytest.mark.asyncio


def turns(strain: float = 0.0) -> Turns:
    return Turns(lambda: strain, lambda: 0.5, lambda: 0.0)  # where time stands still, nothing counts as coming free


async def take(of: Turns, team: str, priority: Priority, rules: OverloadPolicy) -> None:
    if (place := of.take(team, priority, rules)) is not None:
        await place


async def full(of: Turns, team: str = "a") -> None:
    for _ in range(10):
        await take(of, team, "interactive", TEN)


async def waiting(of: Turns, team: str, priority: Priority = "interactive") -> asyncio.Task[None]:
    task = asyncio.create_task(take(of, team, priority, TEN))
    await asyncio.sleep(0)  # it runs to its first wait
    return task


@pytest.mark.parametrize("priority", PRIORITIES)
async def test_each_class_leaves_what_bursts_of_more_urgent_work_need(priority: Priority) -> None:
    now = [0.0]
    of = Turns(lambda: 0.0, lambda: 0.5, lambda: now[0])
    rules = OverloadPolicy(in_flight=100, waiting=0)

    async def fits() -> int:
        taken = 0
        with pytest.raises(Overloaded) as refusal:
            while True:
                await take(of, "a", priority, rules)
                taken += 1
        assert 1 <= (refusal.value.retry_after or 0) <= LONGEST_RETRY
        for _ in range(taken):
            of.give_back("a")
        return taken

    assert await fits() == (100 if priority == "interactive" else 95)
    for _ in range(100):
        await take(of, "a", "interactive", rules)
    for _ in range(100):
        of.give_back("a")
    now[0] += 10.0  # what came free is long ago, and the burst is not forgotten yet
    assert await fits() == int(100 * SHARE[priority])


async def test_where_places_come_free_all_the_time_none_is_kept() -> None:
    now = [0.0]
    of = Turns(lambda: 0.0, lambda: 0.5, lambda: now[0])
    rules = OverloadPolicy(in_flight=10, waiting=0, patience=1.0)
    for _ in range(10):
        with contextlib.suppress(Overloaded):
            await take(of, "a", "batch", rules)
    assert of.in_use == 9
    for _ in range(100):
        now[0] += 0.05
        of.give_back("a")
        await take(of, "a", "interactive", rules)
    await take(of, "a", "batch", rules)
    assert of.in_use == 10


@pytest.mark.parametrize("priority", PRIORITIES)
async def test_strain_sheds_the_less_urgent_first(priority: Priority) -> None:
    await take(turns(SHED_AT[priority] - 0.01), "a", priority, TEN)
    with pytest.raises(Overloaded):
        await take(turns(SHED_AT[priority]), "a", priority, TEN)


async def test_a_place_that_comes_free_goes_to_the_most_urgent_who_wait() -> None:
    of = turns()
    await full(of)
    batch = await waiting(of, "b", "batch")
    urgent = await waiting(of, "b")
    of.give_back("a")
    await urgent
    assert not batch.done()
    for _ in range(4):
        of.give_back("a")
    await batch
    assert of.in_use == 10 - 5 + 2


async def test_nobody_overtakes_who_waits() -> None:
    of = turns()
    await full(of)
    first = await waiting(of, "b", "interactive")
    of.in_use -= 1  # a place is free, and not handed out yet
    second = await waiting(of, "c", "batch")
    assert not second.done()
    of.in_use += 1
    of.give_back("a")
    await first
    second.cancel()


async def test_a_team_at_ten_times_its_share_takes_nothing_from_the_others() -> None:
    of, rules, drawn = turns(), OverloadPolicy(in_flight=50, waiting=64, patience=60.0), random.Random(1)
    rounds = 100
    served: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    async def ask(team: str) -> None:
        try:
            await take(of, team, "interactive", rules)
        except Overloaded:
            refused[team] += 1
            return
        for _ in range(drawn.randrange(3, 8)):
            await asyncio.sleep(0)
        served[team] += 1
        of.give_back(team)

    asking = []
    for _ in range(rounds):
        asking += [asyncio.create_task(ask("hog")) for _ in range(50)]
        asking += [asyncio.create_task(ask(team)) for team in "abcde"]
        await asyncio.sleep(0)
    await asyncio.gather(*asking)
    assert refused["hog"] > 0
    for team in "abcde":
        assert served[team] >= 0.95 * rounds
    assert (of.in_use, of.waiting, of._by_team) == (0, 0, {})


async def test_who_came_last_goes_first_and_a_full_queue_sends_the_heaviest_away() -> None:
    of = turns()
    await full(of, "z")
    crowd = [await waiting(of, "hog") for _ in range(4)]
    modest = await waiting(of, "b")
    with pytest.raises(Overloaded):
        await crowd[0]
    with pytest.raises(Overloaded):
        await take(of, "hog", "interactive", TEN)
    of.give_back("z")
    await modest
    of.give_back("z")
    await crowd[3]
    for task in crowd[1:3]:
        task.cancel()


async def test_who_waits_too_long_is_sent_away() -> None:
    of, rules = turns(), OverloadPolicy(in_flight=1, waiting=4, patience=0.01)
    await take(of, "a", "interactive", rules)
    with pytest.raises(Overloaded):
        await take(of, "a", "interactive", rules)
    assert of.waiting == 0
    of.give_back("a")
    assert of.in_use == 0


@pytest.mark.parametrize("seed", range(5))
async def test_no_place_is_lost_whenever_who_waits_is_cancelled(seed: int) -> None:
    of, drawn = turns(), random.Random(seed)
    rules = OverloadPolicy(in_flight=5, waiting=20, patience=60.0)

    async def ask(team: str) -> None:
        await take(of, team, drawn.choice(PRIORITIES), rules)
        try:
            for _ in range(drawn.randrange(4)):
                await asyncio.sleep(0)
        finally:
            of.give_back(team)

    asking: list[asyncio.Task[None]] = []
    for _ in range(300):
        asking.append(asyncio.create_task(ask(drawn.choice("abc"))))
        if drawn.random() < 0.5:
            drawn.choice(asking).cancel()
        if drawn.random() < 0.7:
            await asyncio.sleep(0)
    await asyncio.gather(*asking, return_exceptions=True)
    assert (of.in_use, of.waiting, of._by_team) == (0, 0, {})
