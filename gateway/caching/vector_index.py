"""Vectors of texts that were answered, and the nearest to another: in the process, bounded by bytes and time.

Invariants
- Only vectors of one bucket are compared: its name says all that must be equal (`caching.key`, `caching.wording`).
- No text is held, and no answer: an entry names the key under which the answer lies in its store.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from operator import mul
from typing import Final

import msgspec

from gateway.core.ports import Clock

CAPACITY: Final = 32 * 1024 * 1024
"""Bytes of memory."""
ENTRY_BYTES: Final = 250
"""What an entry takes beside its numbers, by tracemalloc with Python 3.11."""
BUCKET_BYTES: Final = 500
"""And a bucket beside its entries: 260 to 480, as full as the mappings' tables are."""
MOST_IN_A_BUCKET: Final = 32
"""Vectors that are compared for one request, one after the other on the loop: 1536 numbers each take a millisecond."""
MOST_DIMENSIONS: Final = 4096


class Entry(msgspec.Struct, frozen=True):
    """A text that was answered; `until` in monotonic seconds."""

    vector: array[float]
    key: bytes
    until: float


def unit(numbers: Sequence[float]) -> array[float] | None:
    """The vector of length one in the same direction; None where there is none, or it is longer than is compared."""
    if not 0 < len(numbers) <= MOST_DIMENSIONS:
        return None
    length = math.sqrt(sum(map(mul, numbers, numbers)))
    if not 0 < length < math.inf:
        return None
    return array("f", [number / length for number in numbers])


class VectorIndex:
    """Of one process."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._buckets: OrderedDict[bytes, list[Entry]] = OrderedDict()
        self._read: dict[bytes, bytes] = {}
        """Of buckets that hold something: up to where another place was read."""
        self.size = 0
        """Bytes of memory that they take."""

    def nearest(self, bucket: bytes, vector: array[float]) -> tuple[Entry, float] | None:
        """(the entry, its cosine) of the text most like it."""
        entries = self._buckets.get(bucket)
        if entries is None:
            return None
        now = self._clock.monotonic()
        self._keep(bucket, [entry for entry in entries if entry.until > now])
        best: tuple[Entry, float] | None = None
        for entry in self._buckets.get(bucket, ()):
            if len(entry.vector) == len(vector):
                cosine = sum(map(mul, entry.vector, vector))
                if best is None or cosine > best[1]:
                    best = entry, cosine
        return best

    def add(self, bucket: bytes, vector: array[float], key: bytes, ttl: float) -> None:
        """Remember that a text was answered, and where; in place of what was said of the same key."""
        entry = Entry(vector, key, self._clock.monotonic() + ttl)
        others = [one for one in self._buckets.get(bucket, ()) if one.key != key]
        self._keep(bucket, [*others, entry][-MOST_IN_A_BUCKET:])
        while self.size > self._capacity:
            self._keep(next(iter(self._buckets)), [])

    def read(self, bucket: bytes, identifier: bytes) -> None:
        """Another place was read up to there. Forgotten with the last entry of the bucket."""
        if bucket in self._buckets:
            self._read[bucket] = identifier

    def read_until(self, bucket: bytes) -> bytes | None:
        return self._read.get(bucket)

    def _keep(self, bucket: bytes, entries: list[Entry]) -> None:
        self.size += _size(entries) - _size(self._buckets.get(bucket, ()))
        if entries:
            self._buckets[bucket] = entries
            self._buckets.move_to_end(bucket)
        else:
            self._buckets.pop(bucket, None)
            self._read.pop(bucket, None)


def _size(bucket: Sequence[Entry]) -> int:
    """Bytes of memory that a bucket takes with these entries; without any there is none."""
    if not bucket:
        return 0
    return BUCKET_BYTES + sum(ENTRY_BYTES + entry.vector.itemsize * len(entry.vector) for entry in bucket)
