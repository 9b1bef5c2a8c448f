"""Long work in threads, and freeing of large values, that an event loop beside them does not feel.

Promise: while threads read or free a large policy, or search a long text, the loop gets the interpreter within half a
millisecond or so whenever it wants it; and no garbage collection stops both while a policy is read.

The interpreter (GIL) changes hands where a thread that wants it has waited for one switch interval. Code that releases
it more often than that, and takes it back before the other thread has woken (every call of RE2 does), starts that wait
anew each time: the loop stood still for half a second. So such code calls `yield_interpreter` itself. Other code must
not: it is made to hand over after an interval, and a pause of its own just before that lets the loop's wait begin anew
(a reload of a thousand teams was felt for 7 ms at the median in place of 1.5).

What was loaded is frozen at the end (`gc.freeze`): it stays until it is replaced, and a collection that went through it
would be felt like the reading. With it goes what the loop holds at that moment; reference counts free all of that but
its cycles.

Freeing a hundred thousand values in one go takes tens of milliseconds in which no other thread runs. So large lists and
mappings are emptied in portions.
"""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

TURN_SECONDS: Final = 0.0005
"""How long a thread may keep the interpreter from the event loop."""
_PAUSE_SECONDS: Final = 0.00001
"""Long enough for a waiting thread to wake up: without a pause, this one would win the race for the interpreter."""

PORTION: Final = 4096
"""Values that are freed at once."""

Mappings = Iterable[dict[Any, Any]]


class _SwitchInterval:
    """The interpreter has one switch interval for all threads: the last to end its work restores the usual one."""

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


_SWITCH_INTERVAL: Final = _SwitchInterval()


class _ThisThread(threading.local):
    """`due`: when the thread has to yield next (`perf_counter`); never, where it does no such work."""

    due = float("inf")


_THIS_THREAD: Final = _ThisThread()


def yield_interpreter() -> None:
    """To be called in long work at least once a `TURN_SECONDS`; does nothing outside of `yielding`."""
    if perf_counter() > _THIS_THREAD.due:
        sleep(_PAUSE_SECONDS)
        _THIS_THREAD.due = perf_counter() + TURN_SECONDS


@contextmanager
def yielding() -> Iterator[None]:
    """For one piece of work of a thread; several threads may be at work."""
    _SWITCH_INTERVAL.shorten()
    before, _THIS_THREAD.due = _THIS_THREAD.due, perf_counter()
    try:
        yield
    finally:
        _THIS_THREAD.due = before
        _SWITCH_INTERVAL.restore()


def run_yielding(work: Callable[[], _T]) -> _T:
    """`yielding` as a function, for `asyncio.to_thread`."""
    with yielding():
        return work()


@contextmanager
def loading() -> Iterator[None]:
    """As `yielding`, for work that makes many values that stay: they are kept from the garbage collector."""
    collecting = gc.isenabled()
    with yielding():
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            if collecting:
                gc.enable()


def free_list(values: list[Any]) -> None:
    """Empty a list in portions, so that other threads get their turns."""
    while values:
        del values[-PORTION:]


def free_mappings(mappings: Mappings) -> None:
    """Empty mappings entry by entry."""
    for mapping in mappings:
        while mapping:
            mapping.popitem()


class DeferredFree:
    """`follow` what is in use; `free`, in a thread, what no longer is.

    Whoever drops the last reference to a mapping frees all that hangs on it, in one step of the interpreter; and that
    may be the event loop, where a request was the last to hold an old policy. So a mapping that is followed outlives
    its holder, and a thread frees it.
    """

    def __init__(self) -> None:
        self._dropped: deque[dict[Any, Any]] = deque()

    def follow(self, holder: object, mappings: Mappings) -> None:
        """Nobody but `holder` may use these: they are emptied once it is gone."""
        for mapping in mappings:
            weakref.finalize(holder, self._dropped.append, mapping).atexit = False

    def drop(self, mappings: Mappings) -> None:
        """Whoever had these has no use for them any more."""
        self._dropped.extend(mappings)

    def free(self) -> None:
        """Free what was dropped until now, yielding to the event loop in between."""
        if self._dropped:
            with yielding():
                while self._dropped:
                    free_mappings([self._dropped.popleft()])


FREED_LATER: Final = DeferredFree()
"""Of the process. Whoever looks for changes of the policies, in a thread, frees what it has."""
