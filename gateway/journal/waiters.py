"""Who waits for records of the journal to be on the disk.

Invariants
- Each is told once: when its record and all earlier ones are there, or that the disk does not take them.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import Final

from gateway.errors import JournalUnavailable

UNAVAILABLE: Final = (
    "The gateway cannot write its journal at the moment, and makes no request it cannot account for. Try again shortly."
)

_NUMBER: Final = itemgetter(0)

Refusal = Callable[[], Exception]
"""Makes what a waiter is told where the disk does not take its record."""


def unavailable() -> JournalUnavailable:
    return JournalUnavailable(UNAVAILABLE, retry_after=1)


class Waiters:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, asyncio.Future[None], Refusal]] = deque()
        """In the order of their records: what is not written yet need not be looked at."""

    def add(self, number: int, written: asyncio.Future[None], refusal: Refusal) -> None:
        """`written` is done when the record of that number is on the disk."""
        waiting = self._waiting
        if waiting and waiting[-1][0] > number:
            waiting.insert(bisect_right(waiting, number, key=_NUMBER), (number, written, refusal))
        else:  # nearly always
            waiting.append((number, written, refusal))

    def written(self, to: int) -> None:
        """All records up to that number are on the disk."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= to:
            written = waiting.popleft()[1]
            if not written.done():  # or nobody waits any more
                written.set_result(None)

    def refuse(self) -> None:
        """The disk takes none of their records."""
        waiting, self._waiting = self._waiting, deque()
        for _, written, refusal in waiting:
            if not written.done():
                written.set_exception(refusal())
