"""Tests that run alone, and how many processes the rest is shared out among.

What is marked `alone` (it measures time, or takes all that the machine has) runs while no other worker runs anything;
its whole protocol, fixtures included. Whoever wants to run goes through a turnstile into a room: most share the room,
one who is alone has it to himself. He waits for it within the turnstile, so nobody can slip past him for ever.

Without workers, `pytest tests/x/test_y.py`, there is nothing to wait for.

Whoever runs alone is begun first, when nobody has to be waited for who has just begun something that takes long; then
whoever is given a time of its own (`timeout`): at the end, the others would wait for it. Each worker begins with its
part of them: xdist hands each an equal piece of the list, and all of them stood in the first.
"""

from __future__ import annotations

import fcntl
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

MOST_WORKERS = 4
"""Each brings its own servers, and who runs alone makes all others wait."""


class Turnstile:
    """`folder` is common to the workers of one run. The system lets go of both locks where a worker dies."""

    def __init__(self, folder: Path) -> None:
        self._gate, self._room = (os.open(folder / name, os.O_CREAT | os.O_RDWR) for name in ("turnstile", "room"))

    @contextmanager
    def passed(self, *, alone: bool) -> Iterator[None]:
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._gate)
        os.close(self._room)


def run_folder(config: pytest.Config) -> Path | None:
    """What all workers of one run share; None where there are none."""
    return Path(config.getoption("basetemp")).parent if hasattr(config, "workerinput") else None


_turnstile = pytest.StashKey[Turnstile]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than this process may use cores, since each waits for others a part of its time; up to MOST_WORKERS."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + 1, MOST_WORKERS)


def pytest_configure(config: pytest.Config) -> None:
    folder = run_folder(config)
    if folder is not None:
        config.stash[_turnstile] = Turnstile(folder)
    else:  # one for all workers to come: a set in the name of a test has to read alike in each of them
        os.environ.setdefault("PYTHONHASHSEED", str(random.SystemRandom().randrange(1, 2**32)))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _turnstile in config.stash:
        config.stash[_turnstile].close()


@pytest.hookimpl(trylast=True)  # the order is drawn by then
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    first = sum(_turn(item) < _LATER for item in items)
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = dealt(items[:first], items[first:], workers)


def dealt(first: list[Any], rest: list[Any], workers: int) -> list[Any]:
    """`first` in turn to pieces as long as xdist makes them, each filled up with what comes next of `rest`."""
    order: list[Any] = []
    left = len(first) + len(rest)
    for worker in range(workers):
        length = (left - len(order)) // (workers - worker)
        begun = first[worker::workers]
        filled = max(length - len(begun), 0)
        order += begun + rest[:filled]
        rest = rest[filled:]
    return order


_LATER = (True, True)


def _turn(item: pytest.Item) -> tuple[bool, bool]:
    return item.get_closest_marker("alone") is None, item.get_closest_marker("timeout") is None


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the timeout, which is not for those who wait
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    turnstile = item.config.stash.get(_turnstile, None)
    if turnstile is None:
        return (yield)
    with turnstile.passed(alone=item.get_closest_marker("alone") is not None):
        return (yield)
