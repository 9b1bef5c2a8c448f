"""Who waits for records of the journal to be on the disk.

Invariants
- Each is told once: when its record and all earlier ones are there, or that the disk does not take them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.errors import JournalUnavailable

UNAVAILABLE: Final = "The gateway cannot write its journal at the moment, and makes no request it cannot account for."

Refusal = Callable[[], Exception]
"""Makes what a waiter is told where the disk does not take its record."""


def unavailable() -> JournalUnavailable:
    return JournalUnavailable(UNAVAILABLE, retry_after=1)


class Waiters:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, asyncio.Future[None], Refusal]] = []

    def add(self, number: int, written: asyncio.Future[None], refusal: Refusal) -> None:
        """`written` is done when the record of that number is on the disk."""
        self._waiting.append((number, written, refusal))

    def written(self, to: int) -> None:
        """All records up to that number are on the disk."""
        waiting, self._waiting = self._waiting, []
        for number, written, refusal in waiting:
            if number > to:
                self._waiting.append((number, written, refusal))
            elif not written.done():  # or nobody waits any more
                written.set_result(None)

    def refuse(self) -> None:
        """The disk takes none of their records."""
        waiting, self._waiting = self._waiting, []
        for _, written, refusal in waiting:
            if not written.done():
                written.set_exception(refusal())
