"""How many calls one target gets at once, by what it says and how soon it answers."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.overload import OverloadPolicy
from gateway.errors import TargetBusy
from gateway.routing.health import Health

pytestmark = pytest.mark.asyncio

SLOW, OTHER = ("openai", "a"), ("claude", "b")
RULES = OverloadPolicy(in_flight=20, waiting=2, patience=0.02)


async def begun(health: Health, target: tuple[str, str], calls: int) -> None:
    for _ in range(calls):
        await health.pace.turn(target, RULES, 0.0)
        assert health.begin(target, 0.0)


async def test_no_target_takes_the_places_of_others_that_are_in_use() -> None:
    health = Health()
    await begun(health, SLOW, 16)  # nobody else is asked: all places are its own
    health.abandoned(SLOW)
    health.pace.began(OTHER, 0.5, 0.0)
    with pytest.raises(TargetBusy):
        await health.pace.turn(SLOW, RULES, 0.0)
    await begun(health, OTHER, 5)


async def test_who_waits_gets_the_place_that_comes_free_and_the_queue_is_bounded() -> None:
    health, rules = Health(), OverloadPolicy(in_flight=1, waiting=2, patience=20)
    health.pace.began(OTHER, 0.5, 0.0)
    await begun(health, SLOW, 1)
    waiting = [asyncio.create_task(health.pace.turn(SLOW, rules, 0.0)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TargetBusy):
        await health.pace.turn(SLOW, rules, 0.0)
    health.succeeded(SLOW, 0.0)
    await waiting[0]
    assert not waiting[1].done()
    waiting[1].cancel()
    await asyncio.gather(waiting[1], return_exceptions=True)
    await health.pace.turn(SLOW, rules, 0.0)


async def test_a_target_that_has_too_much_gets_less_and_then_more_again_until_nothing_binds() -> None:
    health = Health()
    await begun(health, SLOW, 10)
    health.pace.pushed_back(SLOW, 1.0)
    health.pace.pushed_back(SLOW, 1.5)  # of the same moment: told once
    assert health.pace.limited[SLOW].most == 7.0
    health.pace.pushed_back(SLOW, 2.5)
    assert health.pace.limited[SLOW].most == pytest.approx(4.9)
    for _ in range(400):
        health.pace.began(SLOW, 0.1, 3.0)
    assert not health.pace.limited


async def test_answers_that_begin_much_later_than_usual_limit_it() -> None:
    health = Health()
    for _ in range(50):
        health.pace.began(SLOW, 0.5, 0.0)
    assert not health.pace.limited
    for _ in range(10):
        health.pace.began(SLOW, 9.0, 1.0)
    assert SLOW in health.pace.limited


async def test_answers_that_come_whole_say_nothing_about_how_soon_it_answers() -> None:
    health = Health()
    for _ in range(50):
        health.pace.began(SLOW, None, 0.0)
    for _ in range(50):
        health.pace.began(SLOW, 5.0, 0.0)
        health.pace.began(SLOW, None, 0.0)
    assert not health.pace.limited


async def test_a_target_that_was_always_slow_is_not_limited_for_it() -> None:
    health = Health()
    for _ in range(100):
        health.pace.began(SLOW, 30.0, 0.0)
    assert not health.pace.limited


@given(st.lists(st.sampled_from(["turn", "cancel", "end", "push", "began"]), max_size=60))
async def test_whatever_happens_places_neither_leak_nor_multiply(steps: list[str]) -> None:
    health, rules, now = Health(), OverloadPolicy(in_flight=4, waiting=8, patience=20), 0.0
    health.pace.began(OTHER, 0.5, 0.0)
    waiting: list[asyncio.Task[None]] = []

    async def one() -> None:
        await health.pace.turn(SLOW, rules, 0.0)
        assert health.begin(SLOW, 0.0)

    for step in steps:
        now += 0.7
        if step == "turn" and len(waiting) < 6:
            waiting.append(asyncio.create_task(one()))
        elif step == "cancel" and waiting:
            waiting.pop().cancel()
        elif step == "end" and health.under_way.get(SLOW):
            health.abandoned(SLOW)
        elif step == "push":
            health.pace.pushed_back(SLOW, now)
        elif step == "began":
            health.pace.began(SLOW, 0.1, now)
        for _ in range(3):
            await asyncio.sleep(0)
        assert health.under_way.get(SLOW, 0) <= 3
    for _ in range(40):  # everybody who waits is served in the end
        health.pace.began(SLOW, 0.1, now)
        if health.under_way.get(SLOW):
            health.abandoned(SLOW)
        for _ in range(3):
            await asyncio.sleep(0)
    assert all(task.done() for task in waiting)
    for _ in range(3):
        if health.under_way.get(SLOW):
            health.abandoned(SLOW)
    assert not health.pace._waiting
