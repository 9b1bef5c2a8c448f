"""Numbers that draw a picture: paths, points and matrices of SVG.

Short and long groups of digits with every sign between them pass for telephones and numbers of states; of what draws an
icon none is anybody's.

Invariants
- Only the whole of a quoted text, or of a member, is a path: `M 079 223 17 11, T 044 223 17 11` below a letter is none.
- Linear in the length of the text, and asked only of those in which a number was found.
"""

from __future__ import annotations

from bisect import bisect_right

from gateway.pii.linear import compiled

_NUMBERS = rb"[0-9.,\-\s]"
_COMMANDS = rb"(?:[LlHhVvCcSsQqAa]" + _NUMBERS + rb"+(?:[MmTtZz]" + _NUMBERS + rb"*)*)"
_DRAWINGS = compiled(
    rb"(?:^|[\"'`])\s*[Mm]\s?-?\.?[0-9]"
    + _NUMBERS
    + rb"*(?:[Zz]\s*[Mm]"
    + _NUMBERS
    + rb"+)?"
    + _COMMANDS
    + rb"{2,}(?:$|\\*[\"'`])|points=\\?[\"']"
    + _NUMBERS
    + rb"+\\?[\"']"
    rb"|(?:matrix|translate|scale|rotate)\([0-9., \-e]+\)"
)


def drawings(data: bytes) -> list[tuple[int, int]]:
    """Where something is drawn, from left to right."""
    return list(_DRAWINGS.spans(data))


def is_drawn(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a place lies within one of `drawings`."""
    number = bisect_right(spans, (start, end)) - 1
    return number >= 0 and end <= spans[number][1]
