"""A team's own words: clients, projects, employees. Thousands of them in one pass, by Aho-Corasick.

A word counts where no letter or digit touches it; letter cases and invisible characters do not matter, a run of blanks
counts as one. Words shorter than three characters are refused: they would be found in everything.

Invariants
- Time is linear in the text, whatever the number of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateway.pii.folding import fold, lower
from gateway.pii.many_words import ManyWords
from gateway.pii.view import Found, View

SHORTEST = 3
_CONFIDENCE = 0.95


class Dictionaries:
    """Named lists of words; the name of a list is the type of what it finds."""

    __slots__ = ("_lists", "_words")

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        listed: dict[bytes, str] = {}
        for name, words in lists.items():
            for word in words:
                small = _small(word)
                if len(small) < SHORTEST:
                    raise ValueError(f"the dictionary {name} has a word of less than {SHORTEST} characters")
                listed[small] = name
        self._lists = list(listed.values())
        self._words = ManyWords(list(listed))

    def find(self, view: View) -> Iterator[Found]:
        for number, start, end in self._words.places(view.lower):
            if view.apart(start, end):
                name = self._lists[number]
                small = view.lower[start:end].decode("latin-1")
                yield Found(start, end, name, small, _CONFIDENCE, f"dictionary-{name}")


def _small(word: str) -> bytes:
    data = lower(fold(word)).translate(None, b"\x00\x02\x03")
    return " ".join(data.decode("latin-1").split()).encode("latin-1")
