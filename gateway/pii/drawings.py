"""Numbers that draw a picture: paths, points and matrices of SVG.

Short and long groups of digits with every sign between them pass for telephones and numbers of states; of what draws an
icon none is anybody's.

Invariants
- Only the whole of a quoted text, or of a member, is a path: `M 079 223 17 11, T 044 223 17 11` below a letter is none;
  nor is `M 079 223 17 11, H 044 223 17 11, C 031 …`, which has no small letter, no `Z` and no fraction.
- Points and matrices have six numbers and more: no `points="044 268 11 00"` is one.
- Linear in the length of the text, and asked only of those in which a number was found.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from gateway.pii.linear import compiled

_NUMBERS = rb"[0-9.,\-\s]"
_COMMANDS = rb"(?:[LlHhVvCcSsQqAa]" + _NUMBERS + rb"+(?:[MmTtZz]" + _NUMBERS + rb"*)*)"
_PATHS = compiled(
    rb"(?:^|[\"'`])\s*[Mm]\s?-?\.?[0-9]"
    + _NUMBERS
    + rb"*(?:[Zz]\s*[Mm]"
    + _NUMBERS
    + rb"+)?"
    + _COMMANDS
    + rb"{2,}(?:$|\\*[\"'`])"
)
# `c-3.9 0`, `Z`, `12.75`, and no `079.223.17.11`
_DRAWS = re.compile(rb"[a-zZ]|(?<![0-9.])[0-9]{1,3}\.[0-9]+(?![0-9.])")
_NO_COORDINATE = re.compile(rb"(?<![0-9.])[0-9]{6,}|\b756\.[0-9]{4}\.[0-9]{4}\.")
_NUMBER = rb"\s*-?(?:[0-9]{1,4}(?:\.[0-9]*)?|\.[0-9]+)(?:e-?[0-9]{1,2})?"
_POINTS = compiled(
    rb"(?:\spoints=\\?[\"']|\bmatrix\()" + _NUMBER + rb"(?:(?:[\s,]|-)" + _NUMBER + rb"){5,}\s*(?:\\?[\"']|\))"
    rb"|\sviewBox=\\?[\"']" + _NUMBER + rb"(?:[\s,]" + _NUMBER + rb"){3}\s*\\?[\"']"
)


def drawings(data: bytes) -> list[tuple[int, int]]:
    """Where something is drawn, from left to right."""
    paths = [
        (start, end)
        for start, end in _PATHS.spans(data)
        if _DRAWS.search(data, start, end) and not _NO_COORDINATE.search(data, start, end)
    ]
    return sorted([*paths, *_POINTS.spans(data)])


def is_drawn(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a place lies within one of `drawings`."""
    number = bisect_right(spans, (start, end)) - 1
    return number >= 0 and end <= spans[number][1]
