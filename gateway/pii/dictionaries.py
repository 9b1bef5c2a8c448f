"""A team's own words: clients, projects, employees. Thousands of them in one pass, by Aho-Corasick.

A word counts where no letter or digit touches it; letter cases and invisible characters do not matter, a run of blanks
counts as one. Words shorter than three characters are refused: they would be found in everything.

Invariants
- Time is linear in the text, whatever the number of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import ahocorasick

from gateway.pii.folding import fold, lower
from gateway.pii.view import ALNUM, Found, View

SHORTEST = 3
_CONFIDENCE = 0.95


class Dictionaries:
    """Named lists of words; the name of a list is the type of what it finds."""

    __slots__ = ("_automaton", "types")

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self.types = frozenset(lists)
        automaton = ahocorasick.Automaton()
        for name, words in lists.items():
            for word in words:
                small = _small(word)
                if len(small) < SHORTEST:
                    raise ValueError(f"the dictionary {name} has a word of less than {SHORTEST} characters")
                automaton.add_word(small, (len(small), name))
        self._automaton = automaton if len(automaton) else None
        if self._automaton is not None:
            automaton.make_automaton()

    def find(self, view: View) -> Iterator[Found]:
        if self._automaton is None:
            return
        data = view.data
        for last, (length, name) in self._automaton.iter(view.lower.decode("latin-1")):
            start, end = last + 1 - length, last + 1
            if (start and data[start - 1] in ALNUM) or (end < len(data) and data[end] in ALNUM):
                continue
            small = view.lower[start:end].decode("latin-1")
            yield Found(start, end, name, small, _CONFIDENCE, f"dictionary-{name}")


def _small(word: str) -> str:
    data = lower(fold(word)).translate(None, b"\x00\x02\x03")
    return " ".join(data.decode("latin-1").split())
