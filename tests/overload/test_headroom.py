"""How many places are kept free: what bursts need, and no more."""

from __future__ import annotations

from gateway.overload.headroom import HALVED_AFTER, WINDOW_SECONDS, EventRate
from gateway.overload.headroom import kept as kept_for

STEP = 1.01 * WINDOW_SECONDS
"""From one window into the next."""


def kept(burst: EventRate, freed: EventRate, places: int, most: int, now: float, wait: float = WINDOW_SECONDS) -> int:
    return kept_for(burst, freed, places, most, now, wait)


def beaten(times: int, windows: int = 1) -> EventRate:
    rate = EventRate()
    for window in range(windows):
        for _ in range(times):
            rate.count(window * STEP)
    return rate


def test_where_nobody_came_a_small_part_is_kept() -> None:
    assert kept(EventRate(), EventRate(), places=100, most=30, now=50.0) == 5
    assert kept(EventRate(), EventRate(), places=8, most=2, now=50.0) == 1


def test_a_burst_is_kept_free_for_and_forgotten_by_and_by() -> None:
    burst = beaten(20)
    assert kept(burst, EventRate(), places=100, most=30, now=WINDOW_SECONDS) == 20
    assert kept(burst, EventRate(), places=100, most=30, now=WINDOW_SECONDS + HALVED_AFTER) == 10
    assert kept(burst, EventRate(), places=100, most=30, now=WINDOW_SECONDS + 10 * HALVED_AFTER) == 5


def test_no_more_is_kept_than_at_most() -> None:
    assert kept(beaten(80), EventRate(), places=100, most=30, now=WINDOW_SECONDS) == 30


def test_what_comes_free_in_time_need_not_be_kept() -> None:
    windows = 60
    burst, freed = beaten(20, windows), beaten(15, windows)
    assert kept(burst, freed, places=100, most=30, now=windows * STEP) == 5
    assert kept(burst, freed, places=100, most=30, now=windows * STEP, wait=2 * WINDOW_SECONDS) == 0


def test_what_came_free_long_ago_does_not_count() -> None:
    freed = beaten(30, 40)
    assert kept(EventRate(), freed, places=100, most=30, now=40 * STEP + 5.0) == 5


def test_what_comes_free_all_at_once_leaves_gaps() -> None:
    freed = EventRate()
    for window in range(0, 60, 4):
        for _ in range(60):  # as many as 15 in every window
            freed.count(window * STEP)
    assert kept(beaten(20, 60), freed, places=100, most=30, now=60 * STEP) > 15
