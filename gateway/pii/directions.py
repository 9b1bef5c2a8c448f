"""Which expressions are looked for in one pass: those that have few states together.

RE2 makes a state for each combination of what is under way at a place, and keeps them while its memory lasts. Where a
pass has more than that, it makes them anew for every text, at a hundred times the price of a text whose states are
there. So what is found from one end, from the other, in ordinary words, and by counting are passes of their own, and
what stays under way over any number of words. Of a prefilter's, by far the largest, so are names, of which a part is
under way behind each capital, and what counts the letters of ordinary words: each number of them is a state.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from gateway.pii.reversal import begins_rarely, ends_rarely, lasts

_LONG_RUN: Final = re.compile(rb"(?:\(\?i\))?\[[^\]]+\]\{(?:1[5-9]|[2-9][0-9])\}")
_COUNTING: Final = re.compile(rb"\]\{[0-9]+,([2-9][0-9])\}")
_FAR: Final = b"40"
_MANY_WORDS: Final = 2_000
"""Bytes of an expression that names so many words that nothing else should be under way beside them."""
_NAMES: Final = ("person",)


class Direction(NamedTuple):
    """`from_end`: of the reversed text. `busy`: what is under way in ordinary words, or behind each capital; of what is
    read by itself, itself. `lasts`: what has begun stays under way over any number of words.
    """

    from_end: bool
    busy: bytes = b""
    lasts: bool = False


@cache
def direction_of(source: bytes) -> Direction:
    if begins_rarely(source):
        return Direction(from_end=False)
    if ends_rarely(source):
        return Direction(from_end=True, lasts=lasts(source))
    return Direction(from_end=False, busy=b"runs" if counts(source) else b"words")


def direction_among(source: bytes, types: tuple[str, ...]) -> Direction:
    """The same among the probes of all rules. `types`: of its own rule."""
    direction = direction_of(source)
    if direction == Direction(from_end=False) and types == _NAMES:
        return direction._replace(busy=source if len(source) > _MANY_WORDS else b"names")
    if direction.busy == b"words" and (counting := _COUNTING.search(source)):
        return direction._replace(busy=source if counting[1] >= _FAR else b"letters")
    return direction


def counts(source: bytes) -> bool:
    """Whether it is a run of one kind of signs, longer than most words: told together such have few states."""
    return _LONG_RUN.fullmatch(source) is not None
