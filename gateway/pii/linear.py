"""Regular expressions in linear time over folded texts: RE2, one byte a character.

Invariants
- Every repetition in a pattern is bounded, or its search ends the text: so finding all matches is linear, too.
- A Set tells which of its patterns occur anywhere, in one pass. If it could not tell (its memory ran out), it raises:
  a detector that cannot look must not say that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from gateway.background_work import yield_interpreter
from gateway.core.linear_search import ANYWHERE, automaton, automaton_of_all
from gateway.pii.reversal import reverse

_MEMORY = 8 << 20
"""Bytes that an expression's automaton may take, after which RE2 forgets its states and goes on. Texts never cease to
make new ones: with eight times as much, 30,000 pages of all kinds led from 84 MB to 217, and it would not have ended
there."""
_MEMORY_PER_SIGN = 320
"""The same for each byte of an expression, where that is more. RE2 leaves a sixth of its memory to the automaton that
goes from the end of a match back to its beginning. Where that cannot even begin, as for one that names all labels, RE2
reads each match again by other means, which takes five times as long, and says nothing."""
_STRETCH = 2048
_LONG = 4096
"""Bytes of a text from which other threads are given their turns between two searches."""
_SHARED = 1024


class Unsearchable(Exception):
    """The engine gave up. Says nothing of the text."""


def memory_for(source: bytes) -> int:
    return max(_MEMORY, _MEMORY_PER_SIGN * len(source))


@lru_cache(maxsize=_SHARED)
def _automaton(source: bytes) -> Any:
    """What RE2 makes of it, with the states that it made while it read: one for all who look for the same."""
    return automaton(source, memory=memory_for(source))


class Pattern:
    """One expression, searched for all its matches."""

    __slots__ = ("_regexp", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._regexp = _automaton(source)

    def occurs(self, data: bytes, at: int = 0, until: int | None = None) -> bool:
        """Whether a match starts at `at` or later, and ends by `until`."""
        if len(data) > _LONG:
            yield_interpreter()
        return bool(self._regexp.Match(ANYWHERE, data, at, len(data) if until is None else until)[0][0] >= 0)

    def first(self, data: bytes, at: int, until: int | None = None) -> tuple[int, int]:
        """The first match that starts at `at` or later, and ends by `until`; (-1, -1) if there is none."""
        if len(data) > _LONG:
            yield_interpreter()
        span: tuple[int, int] = self._regexp.Match(ANYWHERE, data, at, len(data) if until is None else until)[0]
        return span

    def first_within(self, data: bytes, at: int, longest: int) -> tuple[int, int]:
        """As `first`, for matches of `longest` bytes at most; of a longer one that many may be told.

        Where each match is searched for from behind the beginning of the one before, and the expression repeats without
        bound, `first` would read the rest of the text for each.
        """
        while at < len(data):
            if len(data) > _LONG:
                yield_interpreter()
            span: tuple[int, int] = self._regexp.Match(ANYWHERE, data, at, min(len(data), at + _STRETCH + longest))[0]
            if span[0] >= 0:
                return span
            at += _STRETCH
        return -1, -1

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Matches from left to right, not overlapping, none of them empty."""
        search = self._regexp.Match
        at, end = 0, len(data)
        while at < end:
            if end > _LONG:
                yield_interpreter()
            start, stop = search(ANYWHERE, data, at, end)[0]
            if start < 0:
                return
            yield start, stop
            at = stop if stop > start else stop + 1


def compiled(source: bytes) -> Pattern:
    return Pattern(source)


def backward(source: bytes) -> Pattern:
    """For reversed texts: quicker on new ones where what ends the expression is rare (`gateway.pii.reversal`)."""
    return Pattern(reverse(source))


class PatternSet:
    """Which of many expressions occur."""

    __slots__ = ("_set",)

    def __init__(self, sources: Iterable[bytes]) -> None:
        # The first occurs at the end of every text: its absence means that the search failed.
        self._set = automaton_of_all([rb"\z", *sources], memory=_MEMORY)

    def occurring(self, data: bytes) -> list[int]:
        """Indices of the sources that occur in `data`, in order."""
        found = self._set.Match(data)
        if not found:
            raise Unsearchable
        return sorted([index - 1 for index in found if index]) if len(found) > 1 else []


class Mention(Pattern):
    """Words of which rules ask whether a text says any, in small letters (`View.mentions`): all lists at once.

    `ends`: some of them count only at the end of what stands before a place.
    """

    __slots__ = ("ends",)

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self.ends = b"$" in source


MENTIONS: Final[dict[Mention, None]] = {}
"""All lists that there are, in order."""


def mention(source: bytes) -> Mention:
    """To be made before the first text is read."""
    made = Mention(source)
    MENTIONS[made] = None
    return made


@cache
def _all_mentions() -> tuple[tuple[Mention, ...], PatternSet]:
    return tuple(MENTIONS), PatternSet(words.source for words in MENTIONS)


def mentioned(lowered: bytes) -> set[Pattern]:
    """Which of all lists have a word in a text in small letters."""
    mentions, together = _all_mentions()
    return {mentions[number] for number in together.occurring(lowered)}


@lru_cache(maxsize=_SHARED)
def pattern_set(sources: tuple[bytes, ...]) -> PatternSet:
    """One for all who look for the same, with the states that it made while it read."""
    return PatternSet(sources)
