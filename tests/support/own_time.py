"""Seconds in which nobody kept this process from its core: what measures time by them bears a machine that is busy.

The scheduler tells how long a thread that could have run waited for a core (`/proc/…/schedstat`); that long the clock
stands. Within `own_time`, the event loop's timers, the gateway's clock and `time.monotonic` go by it, so that a
provider's delay, a request's patience and what a test measures grow by the same seconds. Waiting for a busy disk, or
for another thread that waits for a core, still counts.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator

import pytest

from gateway.system_clock import SystemClock

_real = time.monotonic


class OwnTime:
    """Of the thread that makes it. Goes on from where `time.monotonic` stands."""

    def __init__(self) -> None:
        self._file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        self._before = self._waited()

    def now(self) -> float:
        """Seconds. Never less than before."""
        waited = self._waited()
        while True:
            now = _real()
            if (again := self._waited()) == waited:
                return now - (waited - self._before) / 1e9
            waited = again  # the thread was kept waiting between the two

    def _waited(self) -> int:
        """Nanoseconds in all."""
        return int(os.pread(self._file, 100, 0).split()[1])

    def close(self) -> None:
        os.close(self._file)


@contextlib.contextmanager
def own_time() -> Iterator[None]:
    """Whoever enters runs the event loop, and opens in here what shall go by this clock."""
    with contextlib.closing(OwnTime()) as clock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", clock.now)
        patch.setattr(SystemClock, "monotonic", staticmethod(clock.now))
        yield
