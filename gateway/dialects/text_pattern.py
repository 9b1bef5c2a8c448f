"""How a stream says "more text", learned from one piece of it, so that the next need not be decoded.

Between two chunks of a stream the processor has done something else, and finds none of a decoder's code and tables in
its caches: what costs two microseconds in a loop costs twenty there. Comparing a beginning and an end touches nothing.

Promise: what `text_of` tells is what decoding the chunk would tell. The chunk is, byte for byte, one that was decoded,
but for what stands inside of one JSON string; that this string is the text was tried out with another in its place; and
what stands there now holds nothing that would end the string or mean something else in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_PROBE: Final = "A probe, which no provider sends."


class TextPattern:
    """`before` and `behind` the text, of a chunk that is one whole event; `block`: the block that it goes on."""

    __slots__ = ("_before", "_behind", "_end", "_start", "block")

    def __init__(self, before: bytes, behind: bytes, block: int) -> None:
        self._before = before
        self._behind = behind
        self._start = len(before)
        self._end = -len(behind)
        self.block = block

    def text_of(self, chunk: bytes) -> str | None:
        """None where the chunk has to be decoded."""
        if not (chunk.startswith(self._before) and chunk.endswith(self._behind)):
            return None
        inside = chunk[self._start : self._end]
        if b'"' in inside or b"\\" in inside:
            return None
        try:
            text = inside.decode()
        except UnicodeDecodeError:
            return None
        # Control characters may not stand in a string; those that may and are not printable are rare enough.
        return text if text and text.isprintable() else None


def learned(data: bytes, text: str, block: int, read: Callable[[bytes], str | None]) -> TextPattern | None:
    """The pattern of an event of one line, `data: …`, that says `text`; None where it cannot be told for certain.

    `read`: what such an event says, decoded.
    """
    if not text.isprintable() or '"' in text or "\\" in text:
        return None
    quoted = b'"' + text.encode() + b'"'
    start = data.find(quoted) + 1
    if not start:
        return None
    before, behind = data[:start], data[start + len(quoted) - 2 :]
    if read(before + _PROBE.encode() + behind) != _PROBE:
        return None
    return TextPattern(b"data: " + before, behind + b"\n\n", block)
