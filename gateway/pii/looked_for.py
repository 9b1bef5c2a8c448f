"""What restorers look for: the tokens that were issued to a request, made ready once for all channels of its answer.

Invariants
- No question takes longer the more tokens there are, and nothing is made of all of them on the event loop.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.core.token_maps import TokenValues
from gateway.pii.tokens import ALPHABET, LONGEST_WORD, TAG_LENGTH, Issued, one_slip
from gateway.pii.translated_words import TRANSLATED

MOST_REMEMBERED: Final = 4096
_SHORTEST_MISSPELT: Final = 3


class Tokens:
    """`heads`: words with the letters that tell spellings apart, in capitals, the longest first."""

    __slots__ = ("_heads", "_issued", "_slips", "heads", "prefixes", "special", "translations", "values")

    def __init__(self, issued: Issued) -> None:
        self._issued = issued
        self.values: TokenValues = issued.values
        self.heads = sorted(issued.heads, key=len, reverse=True)
        self._heads = tuple(self.heads)
        self.prefixes = {head[:end] for head in self.heads for end in range(1, len(head) + 1)}
        self.special = issued.special
        self.translations = [word for head in self.heads for word in TRANSLATED.get(head, ())]
        self._slips: dict[str, bool] = {}

    def head_at_end(self, text: str, begin: int, end: int) -> str | None:
        """The longest issued head that the text has right before `end`."""
        if not text[begin:end].upper().endswith(self._heads):
            return None
        return self.longest_of(self._heads, text, begin, end)

    def longest_of(self, heads: Iterable[str], text: str, begin: int, end: int) -> str | None:
        longest = None
        for head in heads:
            at = end - len(head)
            if at >= begin and text[at:end].upper() == head and (longest is None or len(head) > len(longest)):
                longest = head
        return longest

    def misspelt(self, word: str) -> bool:
        """Whether a word, whole, may be the beginning of an issued one with one slip in it or in another language;
        remembered.
        """
        known = self._slips.get(word)
        if known is None:
            known = self._slips[word] = self._misspelt(word)
            if len(self._slips) > MOST_REMEMBERED:
                self._slips.clear()
        return known

    def _misspelt(self, word: str) -> bool:
        if any(other.startswith(word) for other in self.translations):
            return True
        if not _SHORTEST_MISSPELT <= len(word) <= LONGEST_WORD + 2:
            return False
        return any(one_slip(word, head[: len(word) + change]) for head in self.heads for change in (-1, 0, 1))

    def is_translation(self, word: str) -> bool:
        """Whether it is a whole one of an issued word, which may end like that (`TÉLÉPHONE`)."""
        return word.upper() in self.translations

    def begins(self, written: str) -> bool:
        """Whether an issued tag begins so."""
        return self._issued.begins(written.lower())

    def begins_nearly(self, written: str) -> bool:
        """Whether an issued tag does, with one letter changed, added or left out."""
        written = written.lower()
        for place in range(len(written) + 1):
            before, here, behind = written[:place], written[place:], written[place + 1 :]
            if place and not self.begins(before):
                return False
            if here and self.begins(before + behind):
                return True
            if any(self.begins(before + letter + rest) for letter in ALPHABET for rest in (behind, here)):
                return True
        return False

    def near(self, written: str, head: str) -> set[tuple[int, str]]:
        """(how many letters are the tag's, value) of issued tags that one slip has made into what is written."""
        near: set[tuple[int, str]] = set()
        length, meant = len(written), written[:TAG_LENGTH]
        if length >= TAG_LENGTH:
            near |= self._valued(self._issued.near(meant), head, TAG_LENGTH)
        if length == TAG_LENGTH - 1:
            near |= self._valued(self._issued.near(written), head, length)
        if length == TAG_LENGTH + 1:
            for place in range(length):
                near |= self._valued((written[:place] + written[place + 1 :],), head, length)
        return near

    def _valued(self, tags: Iterable[str], head: str, size: int) -> set[tuple[int, str]]:
        return {(size, forms[head]) for tag in tags if head in (forms := self.values.get(tag, {}))}
