"""Room in mappings that remember a bounded number of things: what was remembered first goes, a portion at a time.

A full mapping that is emptied in one step frees all of its values at once: of 65,536 plans of quotas that takes 18 ms
of processor time, in which the event loop stands still.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

PORTION: Final = 256
"""Entries that go at once. Finding the first one passes over the places of all that went before it, so that to remove
them one by one would cost each new entry some tens of microseconds."""


def make_room(memory: dict[Any, Any], most: int) -> None:
    """To be called before an entry is added: `memory` never has more than `most` entries then."""
    if len(memory) >= most:
        for name in list(islice(memory, PORTION)):
            del memory[name]
