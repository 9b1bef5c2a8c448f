"""Sensitive subjects by their words: health, faith, politics, crime, whoever it is about.

Invariants
- Linear in the length of the texts, whatever the number of words (Aho-Corasick).
- A word counts where no letter or digit touches it, in any case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import ahocorasick
import msgspec

from gateway.core.privacy_rules import Sensitive


class Subjects(msgspec.Struct, frozen=True):
    """Category -> how many words of it, by what is to be done."""

    local: Counter[str]
    blocked: Counter[str]


class Keywords:
    """The categories of one rule set."""

    def __init__(self, categories: tuple[Sensitive, ...]) -> None:
        self._categories = categories
        self._automaton: Any = None
        words = {keyword.casefold(): category for category in categories for keyword in category.keywords}
        if words:
            self._automaton = ahocorasick.Automaton()
            for word, category in words.items():
                self._automaton.add_word(word, (word, category))
            self._automaton.make_automaton()

    def found(self, texts: Iterable[str]) -> Subjects:
        subjects = Subjects(Counter(), Counter())
        for category in self._categories:
            if category.always:
                self._count(subjects, category)
        if self._automaton is not None:
            for text in texts:
                folded = text.casefold()
                for end, (word, category) in self._automaton.iter(folded):
                    if _stands_alone(folded, end + 1 - len(word), end + 1):
                        self._count(subjects, category)
        return subjects

    def _count(self, subjects: Subjects, category: Sensitive) -> None:
        (subjects.local if category.action == "route_local" else subjects.blocked)[category.name] += 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())
