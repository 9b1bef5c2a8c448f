"""Which of many words occur in a text, in one pass that costs the same for a text that was never seen before.

Aho-Corasick: all states are made at the start, where RE2 makes them as texts need them, and a text in another language
or of another kind needs many.

Invariants
- A word that occurs is told. One that does not is told only where letters differ from it in case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from itertools import product
from operator import itemgetter, or_
from typing import Final, NamedTuple

from gateway.pii.folding import LOWER
from gateway.pii.many_words import STRETCH, ManyWords
from gateway.pii.required import Word

_WORD_SIGNS: Final = frozenset(b"0123456789_abcdefghijklmnopqrstuvwxyz")

_NUMBER: Final = itemgetter(0)

_Edges = tuple[bool, bool]
"""Whether a word has to begin, and whether it has to end, where no letter, digit or underline touches it."""

_FEW: Final = 64


class Told(NamedTuple):
    """`bits`: who is told (2**i for i). `places`: (number of a word, start, end) of all words, where they are few, and
    `of_word`: whom each of them may tell.
    """

    bits: int
    places: list[tuple[int, int, int]] | None
    of_word: list[int]

    def around(self, bit: int, reach: int | None, length: int) -> list[tuple[int, int]]:
        """(start, end) of what has to be read of a text of that length for all that holds one of a teller's words and
        has `reach` bytes at most, in order and apart; the whole text, where words are many or nothing says how wide.
        """
        if not self.bits & bit:
            return []
        if self.places is None or reach is None:
            return [(0, length)]
        windows: list[tuple[int, int]] = []
        since, until = 0, -1
        for start, end in sorted([(start, end) for word, start, end in self.places if self.of_word[word] & bit]):
            if start - reach > until:
                if until >= 0:
                    windows.append((since, until))
                since = max(0, start - reach)
            until = max(until, min(length, end + reach))
        windows.append((since, until))
        return windows


class WordSearch:
    """`wanted[i]`: words of which one has to occur for i to be told."""

    __slots__ = ("_any", "_edged", "_told", "_words")

    def __init__(self, wanted: Iterable[Iterable[Word]]) -> None:
        spellings: dict[bytes, dict[_Edges, int]] = {}
        for number, words in enumerate(wanted):
            for spelling, edges in {told for word in words for told in spellings_of(word)}:
                told = spellings.setdefault(spelling, {})
                told[edges] = told.get(edges, 0) | 1 << number
        self._any = [reduce(or_, told.values()) for told in spellings.values()]
        self._told = [told.pop((False, False), 0) for told in spellings.values()]
        self._edged = {number: tuple(told.items()) for number, told in enumerate(spellings.values()) if told}
        self._words = ManyWords(list(spellings))

    def occurring(self, lowered: bytes) -> Told:
        """Of a text in small letters."""
        found, kept = 0, None
        for since, at, places in self._words.stretches(lowered):
            if len(places) > _FEW:
                found |= self._of_many(lowered, since, places)
                continue
            found |= self._of_few(lowered, since, places)
            if not at and len(lowered) <= STRETCH:
                kept = places
        return Told(found, kept, self._any)

    def _of_many(self, lowered: bytes, since: int, places: list[tuple[int, int, int]]) -> int:
        """Each word is looked at but once, where that suffices."""
        found = 0
        numbers = set(map(_NUMBER, places))
        for number in numbers:
            found |= self._told[number]
        edged = numbers.intersection(self._edged)
        for number, start, end in [place for place in places if place[0] in edged] if edged else ():
            for edges, bits in self._edged[number] if number in edged else ():
                if _at_edges(lowered, since + start, since + end, edges):
                    found |= bits
                    if len(self._edged[number]) == 1:
                        edged.discard(number)
        return found

    def _of_few(self, lowered: bytes, since: int, places: list[tuple[int, int, int]]) -> int:
        """The same of a few places: less is made of them than it would take to look at each word but once."""
        found = 0
        anyhow, edged = self._told, self._edged
        for number, start, end in places:
            if bits := anyhow[number]:
                found |= bits
            for edges, bits in edged.get(number, ()):
                if bits & ~found and _at_edges(lowered, since + start, since + end, edges):
                    found |= bits
        return found


def spellings_of(word: Word) -> Iterator[tuple[bytes, _Edges]]:
    """How it may be written, in small letters, and which of its ends have to be a word's."""
    for letters in product(*({LOWER[byte] for byte in sign} for sign in word if sign)):
        yield bytes(letters), (not word[0] and letters[0] in _WORD_SIGNS, not word[-1] and letters[-1] in _WORD_SIGNS)


def _at_edges(lowered: bytes, start: int, end: int, edges: _Edges) -> bool:
    begins, ends = edges
    return not (begins and start and lowered[start - 1] in _WORD_SIGNS) and not (
        ends and end < len(lowered) and lowered[end] in _WORD_SIGNS
    )


@lru_cache(maxsize=64)
def word_search(wanted: tuple[frozenset[Word], ...]) -> WordSearch:
    """One for all who look for the same."""
    return WordSearch(wanted)
