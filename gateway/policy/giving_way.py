"""Work beside an event loop without being felt there.

Promise: while a thread reads or frees a large policy, the loop gets the interpreter within half a millisecond or so
whenever it wants it, and no collection of garbage stops both.

What was read is frozen at the end: it stays until it is replaced, and a collection that went through it would be felt
like the reading. With it goes what the loop holds at that moment; reference counts free all of that but its circles.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

TURN_SECONDS: Final = 0.0005
"""How long the thread may keep the interpreter from the event loop."""


@contextmanager
def giving_way() -> Iterator[None]:
    """For one piece of work, by one thread at a time."""
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)


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
