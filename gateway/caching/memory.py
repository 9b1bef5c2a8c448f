"""Kept answers in the process, bounded by the memory that they take. Implements `core.caching.AnswerStore`."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from gateway.core.ports import Clock

CAPACITY: Final = 64 * 1024 * 1024
"""Bytes of memory."""
ENTRY_BYTES: Final = 400
"""What an answer takes beside its bytes: 250 to 372 by tracemalloc with Python 3.11 (a key of 32 bytes, a time, a pair,
the mapping's own tables, which are up to four times as long as what is in them), and what the allocator rounds up.
"""


class MemoryAnswers:
    """The least recently used go first."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._kept: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self.size = 0
        """Bytes of memory that they take."""

    async def get(self, key: bytes) -> bytes | None:
        found = self._kept.get(key)
        if found is None:
            return None
        until, value = found
        if until <= self._clock.monotonic():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return value

    async def put(self, key: bytes, value: bytes, ttl: float) -> None:
        size = ENTRY_BYTES + len(value)
        if size > self._capacity:
            return
        self._drop(key)
        self._kept[key] = (self._clock.monotonic() + ttl, value)
        self.size += size
        while self.size > self._capacity:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.size -= ENTRY_BYTES + len(found[1])
