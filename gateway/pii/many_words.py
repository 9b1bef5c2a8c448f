"""Where any of many words stands in a text, in one pass, whatever their number (Aho-Corasick).

Invariants
- Linear in the text and in what is found.
- Other threads may run while a text is searched, and what is told at once is no more than a stretch can hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from gateway.background_work import yield_interpreter

STRETCH: Final = 4096
_FEW: Final = 24
_MORE: Final = 128
_LONGEST_OF_MORE: Final = 96
"""Of so many words up to so long: one stretch is searched for each of them in a third of what their automaton takes to
make. What is known of one text is mostly looked for in that one alone."""


class _Search(Protocol):
    def __call__(self, data: bytes, /, *, overlapping: bool) -> list[tuple[int, int, int]]: ...


class ManyWords:
    """Words of one byte or more, none of them twice.

    States are kept small, some 15 bytes for each letter of the words: written out they take thirteen times as much, and
    the processor's caches would hold none of them until the next text.
    """

    __slots__ = ("_automaton", "_left", "_longest", "_words")

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = words
        self._longest = max(map(len, words), default=1)
        self._automaton: _Search | None = None
        self._left: float = 0
        """How much may still be searched for one word after the other, before an automaton is worth making."""
        if len(words) <= _FEW:
            self._left = math.inf
        elif len(words) <= _MORE and self._longest <= _LONGEST_OF_MORE:
            self._left = STRETCH
        else:
            self._automaton = _automaton(words)

    def _search(self, data: bytes) -> list[tuple[int, int, int]]:
        if self._automaton is None:
            self._left -= len(data)
            if self._left >= 0:
                return self._one_by_one(data)
            self._automaton = _automaton(self._words)
        return self._automaton(data, overlapping=True)

    def _one_by_one(self, data: bytes) -> list[tuple[int, int, int]]:
        found = []
        for number, word in enumerate(self._words):
            at = data.find(word)
            while at >= 0:
                found.append((at + len(word), at, number))
                at = data.find(word, at + 1)
        found.sort()
        return [(number, start, end) for end, start, number in found]

    def places(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """(number of the word, start, end), those that overlap too, in the order of their ends."""
        for since, at, found in self.stretches(data):
            if not at:
                yield from found
            else:
                yield from [(number, since + start, since + end) for number, start, end in found if since + end > at]

    def stretches(self, data: bytes) -> Iterator[tuple[int, int, list[tuple[int, int, int]]]]:
        """The same as lists: (where they count from, up to where words may end that were told before, those found)."""
        if len(data) <= STRETCH:
            yield_interpreter()
            yield 0, 0, self._search(data)
            return
        for at in range(0, len(data), STRETCH):
            yield_interpreter()
            since = max(0, at - self._longest + 1)
            yield since, at, self._search(data[since : at + STRETCH])


def _automaton(words: Sequence[bytes]) -> _Search:
    search: _Search = BytesAhoCorasick(
        words, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
    ).find_matches_as_indexes
    return search
