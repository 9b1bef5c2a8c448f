"""A clock that tests move by hand. Implements `core.ports.Clock`."""

from __future__ import annotations


class HandClock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._monotonic += seconds

    def set(self, seconds: float) -> None:
        """As somebody does to the time of day; what is told by no calendar goes on as it did."""
        self._now += seconds
