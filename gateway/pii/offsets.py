"""Where a character of a decoded text stood in the text it was decoded from.

Invariants
- `raw(start, end)` is the smallest span of the source that holds what was decoded to `start:end`: never half an escape.
- A map of n pieces answers in O(log n); a text that needed no decoding has no map at all.
- Maps compose: what was decoded twice is found in the first source.
- No object for a piece: to let go of a megabyte's would let no other thread run for twenty milliseconds.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right


class OffsetMap:
    """Pieces in order. A piece that is as long decoded as raw maps one to one, any other one as a whole."""

    __slots__ = ("_decoded", "_of_decoded", "_of_raw", "_raw", "decoded_length", "raw_length")

    def __init__(self) -> None:
        self._decoded = array("Q")
        self._raw = array("Q")
        self._of_decoded = array("Q")
        self._of_raw = array("Q")
        self.decoded_length = 0
        self.raw_length = 0

    def add(self, decoded: int, raw: int) -> None:
        """The next `raw` characters of the source became `decoded` ones; 0 of them if they were dropped."""
        if decoded:
            self._decoded.append(self.decoded_length)
            self._raw.append(self.raw_length)
            self._of_decoded.append(decoded)
            self._of_raw.append(raw)
        self.decoded_length += decoded
        self.raw_length += raw

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source behind the decoded span `start:end`, which is not empty."""
        first = bisect_right(self._decoded, start) - 1
        decoded, raw = self._of_decoded[first], self._of_raw[first]
        raw_start = self._raw[first] + (start - self._decoded[first] if decoded == raw else 0)
        last = bisect_right(self._decoded, end - 1, first) - 1
        decoded, raw = self._of_decoded[last], self._of_raw[last]
        raw_end = self._raw[last] + (end - self._decoded[last] if decoded == raw else raw)
        return raw_start, raw_end
