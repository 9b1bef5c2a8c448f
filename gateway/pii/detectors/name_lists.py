"""Names in lists of persons, one to a line: what stands among names as a name does is one, though no list has it.

Invariants
- Three lines and more of two to four words with capitals and nothing else; most of them have a known given name.
- Linear: each line is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import CAPITAL, COMPANY, LOWER, UPPER, is_given, lowered
from gateway.pii.detectors.public_figures import is_famous
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_BULLET = rb"[ \t]{0,8}(?:[\-*+\xb7]|[0-9]{1,3}[.)])?[ \t]{0,4}"
_NAME = rb"(?:(?:d[eiu]|del|della|v[ao]n|de la|le|la) |d')?" + CAPITAL
_ENTRY = _BULLET + rb"(" + _NAME + rb"(?:,?[ ]" + _NAME + rb"){1,3})[ \t]*\r?"
_ENTRY_PATTERN = re.compile(_ENTRY)
_LETTERS = rb"[" + UPPER + LOWER + rb"', \-]"
_PROBE = rb"(?:\n[ \t0-9.)*+\-\xb7]*[" + UPPER + rb"]" + _LETTERS + rb"* " + _LETTERS + rb"*[ \t\r]*){2}(?:\n|$)"
_PROBE_PATTERN = compiled(_PROBE)
_FEWEST, _MOST, _LONGEST = 3, 0.6, 90


def _find(view: View) -> Iterator[Found]:
    if _PROBE_PATTERN.occurs(view.data):
        for entries in _lists(view.data):
            yield from _judged(view.data, entries)


def _lists(data: bytes) -> Iterator[list[tuple[int, int]]]:
    entries: list[tuple[int, int]] = []
    at = 0
    for line in data.split(b"\n"):
        entry = _ENTRY_PATTERN.fullmatch(line) if len(line) < _LONGEST else None
        if entry:
            entries.append((at + entry.start(1), at + entry.end(1)))
        elif entries:
            yield entries
            entries = []
        at += len(line) + 1
    yield entries


def _judged(data: bytes, entries: list[tuple[int, int]]) -> Iterator[Found]:
    if len(entries) < _FEWEST:
        return
    words = [lowered(data[start:end]).replace(",", "").split() for start, end in entries]
    if any(is_famous(row) for row in words):  # a list of composers
        return
    known = [any(is_given(word) and word not in WORDS for word in row) for row in words]
    if sum(known) < _MOST * len(entries):
        return
    for (start, end), row in zip(entries, words, strict=True):
        if not COMPANY.search(data, start, end) and not any(map(_is_word, row)):
            yield Found(start, end, "person", " ".join(row), 0.7, "name-list")


def _is_word(word: str) -> bool:
    return word in THINGS or word in NO_NAMES or word in COMMON or (is_nominal(word) and not is_given(word))


RULES = (Rule("name-list", ("person",), (_PROBE,), _find),)
