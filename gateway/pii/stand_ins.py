"""What stands in for values that were replaced before: tokens, words for good, `[EMAIL]`.

A client may send them back: an answer that was kept before its values were put in, a tool's result, the log of another
system. They are made unreadable for rules, since a token behind `Passport No:` is no passport, and tells nothing of the
words before it: a text of nothing but stand-ins and words is sent on byte for byte.

Invariants
- Only the shipped types' words and the team's own: a password such as `HERBST_2024ab` is no stand-in.
- A text keeps its length, and one without `_` and `[` costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.pii.detectors.name_reading import is_given, is_surname
from gateway.pii.tokens import LONGEST_WORD, WORDS, word_of

# In an ending (`…s`) nothing but one letter may follow: what goes on is somebody's own word.
_TAG: Final = re.compile(
    rb"_(?=[0-9]*[a-z])(?=[a-z]*[0-9])[0-9a-hjkmnp-tv-z]{6}(?:[0-9a-hjkmnp-tv-z]{10})?(?=s?(?![0-9A-Za-z]))"
)
_NAMED: Final = re.compile(rb"\[([A-Z]{2,%d})(?: [0-9]{2}[^0-9A-Za-z\]]{1,3})?\]" % LONGEST_WORD)
_COMPOUND: Final = re.compile(rb"-([A-Z\xc0-\xde][a-z\xdf-\xff]{2,})")
_FORMS: Final = b"bcdefghjkmnpqrstvwxyz"
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BLANK: Final = b"*"
"""As in what was masked, which is no value either."""


class StandIns:
    """`types`: the team's own."""

    def __init__(self, types: Iterable[str]) -> None:
        self._words = frozenset(word.encode() for word in (*WORDS.values(), *map(word_of, types)))

    def blanked(self, data: bytes) -> bytes:
        """A folded text with stars for stand-ins; the same object where there are none."""
        spans: list[tuple[int, int]] = []
        if b"_" in data:
            for tag in _TAG.finditer(data):
                start = tag.start()
                before = data[max(0, start - LONGEST_WORD - 2) : start]
                word = before[len(before.rstrip(_LETTERS)) :]
                if word and self._knows(word):
                    spans.append((start - len(word), _end_of_word(data, tag.end())))
        if b"[" in data:
            named = (name for name in _NAMED.finditer(data) if name[1] in self._words)
            spans += ((name.start(), _end_of_word(data, name.end())) for name in named)
        if not spans:
            return data
        blanked = bytearray(data)
        for start, end in spans:
            blanked[start:end] = _BLANK * (end - start)
        return bytes(blanked)

    def _knows(self, word: bytes) -> bool:
        return word in self._words or (word[-1] in _FORMS and word[:-1] in self._words)


def _end_of_word(data: bytes, end: int) -> int:
    """Where the word ends that a stand-in begins: `PERSON_k7f3q2-Dossier`; the second half of a name stays."""
    compound = _COMPOUND.match(data, end)
    if compound is None:
        return end
    second = compound[1].decode("latin-1").lower()
    return end if is_surname(second) or is_given(second) else compound.end()
