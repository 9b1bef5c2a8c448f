"""Sensitive subjects by their words: health, faith, politics, crime, whoever it is about.

Invariants
- Linear in the length of the texts, whatever the number of words (Aho-Corasick).
- A word counts where no letter or digit touches it, in any case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
from ahocorasick_rs import AhoCorasick, MatchKind

from gateway.core.privacy_rules import Sensitive


class Subjects(msgspec.Struct, frozen=True):
    """Category -> how many words of it, by what is to be done."""

    local: Counter[str]
    blocked: Counter[str]


class Keywords:
    """The categories of one rule set."""

    def __init__(self, categories: tuple[Sensitive, ...]) -> None:
        self._categories = categories
        words = {keyword.casefold(): category for category in categories for keyword in category.keywords}
        self._category_of = list(words.values())
        self._words = AhoCorasick(list(words), matchkind=MatchKind.Standard) if words else None

    def found(self, texts: Iterable[str]) -> Subjects:
        subjects = Subjects(Counter(), Counter())
        for category in self._categories:
            if category.always:
                self._count(subjects, category)
        if self._words is not None:
            for text in texts:
                folded = text.casefold()
                for number, start, end in self._words.find_matches_as_indexes(folded, overlapping=True):
                    if _stands_alone(folded, start, end):
                        self._count(subjects, self._category_of[number])
        return subjects

    def _count(self, subjects: Subjects, category: Sensitive) -> None:
        (subjects.local if category.action == "route_local" else subjects.blocked)[category.name] += 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())
