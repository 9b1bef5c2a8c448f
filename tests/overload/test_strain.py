"""Strain: the loop's lag, and the bytes that are held."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.overload.strain import LEVELS, TICK_SECONDS, HeldBytes, LoopLag
from tests.support.waiting import until


class Loop:
    """A loop whose time is the test's."""

    def __init__(self) -> None:
        self.now = 0.0
        self.call: tuple[Any, ...] = ()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Any, *arguments: Any) -> None:
        self.call = (self.now + delay, callback, arguments)

    def tick(self, late: float) -> None:
        due, callback, arguments = self.call
        self.now = due + late
        callback(*arguments)


def lagging(lateness: list[float]) -> LoopLag:
    loop, lag = Loop(), LoopLag()
    lag._tick(loop, loop.now)  # type: ignore[arg-type]
    for late in lateness:
        loop.tick(late)
    return lag


def test_a_loop_in_time_and_a_single_long_step_are_no_strain():
    assert lagging([0.0] * 100).strain == 0.0
    assert lagging([0.0] * 50 + [0.5]).strain == 0.0


@pytest.mark.parametrize(("seconds", "strain"), LEVELS)
def test_a_lag_that_lasts_is_strain_and_passes_with_it(seconds: float, strain: float):
    assert lagging([seconds * 1.05] * 60).strain == strain
    assert lagging([seconds * 1.05] * 60 + [0.0] * int(10 / TICK_SECONDS)).strain == 0.0


@pytest.mark.asyncio
async def test_the_real_loop_is_watched_and_let_go():
    lag = LoopLag()
    lag.start()
    time.sleep(5 * TICK_SECONDS)  # noqa: ASYNC251  the loop is late
    await until(lambda: lag.seconds)
    seen = lag.seconds
    await until(lambda: lag.seconds < seen)
    lag.close()
    timer = lag._timer
    assert timer is not None
    assert timer.cancelled()


def test_bytes_beyond_the_bound_are_refused_and_not_counted():
    bodies = HeldBytes(100)
    assert bodies.take(60)
    assert not bodies.take(41)
    assert (bodies.held, bodies.strain) == (60, 0.6)
    bodies.give_back(60)
    assert bodies.take(100)
