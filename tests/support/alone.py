"""Tests that run alone, and which are begun first.

What is marked `alone` (it measures time, or takes all that the machine has) runs while no other worker runs anything;
its whole protocol, fixtures included. Whoever wants to run goes through a turnstile into a room: most share the room,
one who is alone has it to himself. He waits for it within the turnstile, so nobody can slip past him for ever.

Without workers, `pytest tests/x/test_y.py`, there is nothing to wait for.

Whoever runs alone is begun first, when nobody has to be waited for who has just begun something that takes long; then
whoever is given a time of its own (`timeout`): at the end, the others would wait for it.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


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


_turnstile = pytest.StashKey[Turnstile | None]()


def _the_turnstile(config: pytest.Config) -> Turnstile | None:
    """Opened by whoever goes through: a worker that came by it from another process would hold the other's locks."""
    if _turnstile not in config.stash:
        folder = run_folder(config)
        config.stash[_turnstile] = None if folder is None else Turnstile(folder)
    return config.stash[_turnstile]


@pytest.hookimpl(trylast=True)  # the order is drawn by then
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def begun_early(items: Sequence[pytest.Item]) -> list[list[int]]:
    """The numbers of those that are begun first: who is alone by himself, the others by module."""
    early = itertools.takewhile(lambda number: _turn(items[number]) < _LATER, range(len(items)))
    return [list(group) for _, group in itertools.groupby(early, lambda number: _group(items[number]))]


def _group(item: pytest.Item) -> str:
    return item.nodeid if item.get_closest_marker("alone") else item.nodeid.partition("::")[0]


_LATER = (True, True)


def _turn(item: pytest.Item) -> tuple[bool, bool]:
    return item.get_closest_marker("alone") is None, item.get_closest_marker("timeout") is None


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the timeout, which is not for those who wait
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    turnstile = _the_turnstile(item.config)
    if turnstile is None:
        return (yield)
    with turnstile.passed(alone=item.get_closest_marker("alone") is not None):
        return (yield)
