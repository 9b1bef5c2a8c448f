"""Where any of many words stands in a text, in one pass, whatever their number (Aho-Corasick).

Invariants
- Linear in the text and in what is found.
- Other threads may run while a text is searched, and what is told at once is no more than a stretch can hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from gateway.background_work import yield_interpreter

STRETCH: Final = 4096
_FEW: Final = 24


class _Search(Protocol):
    def __call__(self, data: bytes, /, *, overlapping: bool) -> list[tuple[int, int, int]]: ...


class ManyWords:
    """Words of one byte or more, none of them twice.

    States are kept small, some 15 bytes for each letter of the words: written out they take thirteen times as much, and
    the processor's caches would hold none of them until the next text.
    """

    __slots__ = ("_longest", "_search", "_words")

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = words
        self._longest = max(map(len, words), default=1)
        self._search: _Search = self._one_by_one
        if len(words) <= _FEW:
            return
        self._search = BytesAhoCorasick(
            words,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        ).find_matches_as_indexes

    def _one_by_one(self, data: bytes, *, overlapping: bool) -> list[tuple[int, int, int]]:
        """The same for few words, for which an automaton would take longer to make than the text to search."""
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
            yield 0, 0, self._search(data, overlapping=True)
            return
        for at in range(0, len(data), STRETCH):
            yield_interpreter()
            since = max(0, at - self._longest + 1)
            yield since, at, self._search(data[since : at + STRETCH], overlapping=True)
