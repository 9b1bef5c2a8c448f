"""How many places to keep free for whom one would not like to keep waiting: as few as their bursts need.

Places come free all the time. Who finds none has one soon where many do, and needs none to be kept; where answers take
long, it is the place that was kept that lets him in. So what is kept is the largest burst seen lately, or a small part
of all places, since nobody has seen the next burst; less what surely comes free while one may wait.

    kept  = max(largest burst, LEAST_BURST * places) - freed, rounded up from ROUNDED_UP on, 0 at least
    freed = n * mean - sqrt(n) * mean deviation, of the places that come free in a window; n windows one may wait

The deviation counts, since places that come free all at once leave gaps in which nobody gets one.

A fixed part of the places (30 % for what is more urgent than a batch) would be kept in vain wherever urgent work needs
less: what a replica does would end at 70 %.
"""

from __future__ import annotations

import math
from typing import Final

WINDOW_SECONDS: Final = 0.1
"""Whoever comes within this time is of one burst."""

HALVED_AFTER: Final = 15.0
"""Seconds after which a burst counts half."""

LEAST_BURST: Final = 0.05
"""Of all places: the burst to be expected where none was seen."""

ROUNDED_UP: Final = 0.25
"""Of a place: what is missing of a mean that comes near its value, and never reaches it, keeps no place."""

SMOOTHING: Final = 0.2
"""Of a window, in the mean and its deviation."""

_FADING: Final = 0.5 ** (WINDOW_SECONDS / HALVED_AFTER)


class EventRate:
    """Counts of events in windows: how many lately, how evenly, and how many at most.

    `now` in monotonic seconds, never falling.
    """

    __slots__ = ("_count", "_deviation", "_ends", "_mean", "_peak")

    def __init__(self) -> None:
        self._count = 0
        self._deviation = 0.0
        self._ends = 0.0
        self._mean = 0.0
        self._peak = 0.0

    def count(self, now: float) -> None:
        """Count one event."""
        if now >= self._ends:
            self.catch_up(now)
        self._count += 1

    @property
    def peak(self) -> float:
        """The most in one window, the present one included; it fades."""
        return max(self._peak, self._count)

    def expected_at_least(self, seconds: float) -> float:
        """So many at least are to be expected."""
        windows = seconds / WINDOW_SECONDS
        return max(0.0, windows * self._mean - math.sqrt(windows) * self._deviation)

    def catch_up(self, now: float) -> None:
        """Take in the windows that are over."""
        if now < self._ends:
            return
        empty = int((now - self._ends) / WINDOW_SECONDS)
        self._deviation += SMOOTHING * (abs(self._count - self._mean) - self._deviation)
        self._mean += SMOOTHING * (self._count - self._mean)
        self._mean *= (1 - SMOOTHING) ** empty
        self._peak = max(float(self._count), self._peak * _FADING) * _FADING**empty
        self._count = 0
        self._ends = now + WINDOW_SECONDS


def kept(burst: EventRate, freed: EventRate, places: int, most: int, now: float, wait: float) -> int:
    """How many of `places` to keep free, at most `most`, for those who may `wait` so many seconds."""
    burst.catch_up(now)
    freed.catch_up(now)
    needed = max(burst.peak, LEAST_BURST * places) - freed.expected_at_least(wait)
    return min(most, max(0, math.ceil(needed - ROUNDED_UP)))
