"""Work beside an event loop without being felt there.

Promise: while threads read or free a large policy, or search a long text, the loop gets the interpreter within half a
millisecond or so whenever it wants it; and no collection of garbage stops both while a policy is read.

The interpreter changes hands where a thread that wants it has waited for one length of a turn. Code that lets go of it
more often than that, and takes it back before the other has woken (every call of RE2 does), starts that wait anew each
time: the loop stood still for half a second. So such code gives turns away by itself (`give_turn`).

What was read is frozen at the end: it stays until it is replaced, and a collection that went through it would be felt
like the reading. With it goes what the loop holds at that moment; reference counts free all of that but its circles.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Final, TypeVar

_T = TypeVar("_T")

TURN_SECONDS: Final = 0.0005
"""How long the thread may keep the interpreter from the event loop."""
_PAUSE_SECONDS: Final = 0.00001
"""Long enough for who waits to wake up: to let go for nothing would be to win the race for it again."""


class _Turns:
    """The interpreter has one length of a turn for all threads: the last to end its work gives the usual one back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working = 0
        self._usual = 0.0

    def shorten(self) -> None:
        with self._lock:
            if not self._working:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(TURN_SECONDS)
            self._working += 1

    def restore(self) -> None:
        with self._lock:
            self._working -= 1
            if not self._working:
                sys.setswitchinterval(self._usual)


_TURNS: Final = _Turns()


class _Here(threading.local):
    """`due`: when the thread has to give its next turn away; never, where it is at no such work."""

    due = float("inf")


_HERE: Final = _Here()


def give_turn() -> None:
    """To be called in long work at least once a turn; does nothing in a thread that is not `giving_way`."""
    if perf_counter() > _HERE.due:
        sleep(_PAUSE_SECONDS)
        _HERE.due = perf_counter() + TURN_SECONDS


@contextmanager
def giving_way() -> Iterator[None]:
    """For one piece of work of a thread; several may be at work."""
    _TURNS.shorten()
    before, _HERE.due = _HERE.due, perf_counter()
    try:
        yield
    finally:
        _HERE.due = before
        _TURNS.restore()


def by_turns(work: Callable[[], _T]) -> _T:
    """The same as a function for threads."""
    with giving_way():
        return work()


@contextmanager
def reading_beside() -> Iterator[None]:
    """Giving way, for what makes many values that stay."""
    collecting = gc.isenabled()
    with giving_way():
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            if collecting:
                gc.enable()
