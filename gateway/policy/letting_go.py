"""Large values that nobody needs any more, freed beside an event loop without being felt there.

Promise: no value of a thousand teams is freed in one go. Whoever lets go of a mapping last frees all that hangs on it,
in one step of the interpreter of some twenty milliseconds; and that may be the event loop, where a request was the last
to hold an old version. So a mapping that is followed outlives its holder, and a thread frees it entry by entry.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable
from typing import Any

from gateway.policy.giving_way import giving_way

Mappings = Iterable[dict[Any, Any]]


class LettingGo:
    """`follow` what is in use; `free`, in a thread, what no longer is."""

    def __init__(self) -> None:
        self._left: deque[dict[Any, Any]] = deque()

    def follow(self, holder: object, mappings: Mappings) -> None:
        """Nobody but the holder's own holders may use these: they are emptied when there are none left."""
        for mapping in mappings:
            weakref.finalize(holder, self._left.append, mapping).atexit = False

    def free(self) -> None:
        """Free what was let go of until now, in steps between which the event loop has its turn."""
        if self._left:
            with giving_way():
                while self._left:
                    take_apart([self._left.popleft()])


def take_apart(mappings: Mappings) -> None:
    """Empty them entry by entry."""
    for mapping in mappings:
        while mapping:
            mapping.popitem()
