"""What is known from one place is found in every other: values, and the parts of a person's name.

`Anna Müller` in a signature makes every later `Müller` hers; `anna.mueller@…` tells a name as well. A value counts only
where no letter or digit touches it, a name's part only where it is written with a capital, as names are, or where it
can be nothing else: a given name that is no word, or a word in a document's file name.

Invariants
- A pass over each text finds two thousand values (Aho-Corasick). No more than the first sixteen thousand are spread,
  so time stays linear; what comes after them the rules find by itself or not.
- Texts that would have to be read first, as most of a conversation that comes again, are joined and asked together.
  Each is read by itself only where one of them may hold a value: what stands in one stands in the joined text, too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from gateway.background_work import yield_interpreter
from gateway.pii.detectors.name_documents import ENDING
from gateway.pii.detectors.name_mentions import SAFE_GIVEN, stands_alone
from gateway.pii.detectors.name_reading import is_given, is_surname
from gateway.pii.detectors.names_alone import DETERMINERS, MEANT_OTHERWISE
from gateway.pii.detectors.names_of_words import ALSO_GIVEN
from gateway.pii.detectors.words import NO_NAMES, PARTICLES, is_nominal
from gateway.pii.folding import fold, lower
from gateway.pii.look import Look
from gateway.pii.many_words import STRETCH, ManyWords
from gateway.pii.reading import hides
from gateway.pii.stand_ins import StandIns
from gateway.pii.view import ALNUM, Found, View

_SHORTEST_PART = 3
_LONGEST = 512
"""Longer ones (private keys) the rules find wherever they stand; of lines that repeat, one might begin at each."""
_TRANSCRIBED = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))
SPREAD: Final = 0.7
"""How sure it is that a value is meant where it stands once more."""
_PORTION, _MOST = 2_000, 16_000
_FEWEST_JOINED: Final = 2
_TAG: Final = re.compile(rb"[a-z]?_[0-9a-hjkmnp-tv-z]{6}(?:[0-9a-hjkmnp-tv-z]{10})?(?![0-9A-Za-z])")
"""What stands behind the word of a token; a client may send back what it was never given the value of."""

_WORD_BEFORE: Final = re.compile(rb"(?<![A-Za-z\xc0-\xff])([A-Za-z\xc0-\xff]{1,8})[ ]$")
_FILE_JOINTS: Final = frozenset((b"_", b"-"))
_FILE_BEHIND: Final = re.compile(rb"[A-Za-z0-9_\-\xc0-\xff]{0,48}" + ENDING)

Place = tuple[int, int, str]
"""Start, end and type."""

Search = tuple[ManyWords, list[tuple[str, str, bool]]]
"""Words, and for each its type, its canonical form, and whether it is a name."""


class Known:
    """Values found so far, by their small letters."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, str, bool]] = {}
        self._learned: set[tuple[str, str]] = set()

    def learn(self, view: View, found: Sequence[Found]) -> None:
        for finding in found:
            if len(self._values) >= _MOST:
                return
            if finding.end - finding.start > _LONGEST:
                continue
            surface = view.lower[finding.start : finding.end].decode("latin-1")
            if (finding.type, surface) in self._learned:  # a table tells each of its towns a hundred times
                continue
            self._learned.add((finding.type, surface))
            if len(surface) < _SHORTEST_PART or (surface.isalpha() and len(surface) < 4 and finding.type != "person"):
                continue
            if finding.type == "person":
                self._name(surface, finding)
            else:
                self._values.setdefault(surface, (finding.type, finding.canonical, False))
                if finding.type == "email":
                    self._from_mail(surface)

    def _name(self, surface: str, finding: Found) -> None:
        self._values.setdefault(surface, ("person", finding.canonical, True))
        parts = [part.strip(".,") for part in surface.replace(",", " ").replace("_", " ").split()]
        left_out = int(len(parts) > 1 and parts[0] in ALSO_GIVEN)  # `Mark Keller`; of `Anna Hope` it is the surname
        for part in parts[left_out:] if len(parts) > 1 else ():
            if len(part) >= _SHORTEST_PART and part not in NO_NAMES and part not in PARTICLES and not is_nominal(part):
                self._values.setdefault(part, ("person", part, True))

    def _from_mail(self, address: str) -> None:
        local = address.partition("@")[0]
        parts = [part for part in local.replace("_", ".").replace("-", ".").split(".") if part]
        if len(parts) == 2 and len(parts[0]) == 1 and len(parts[1]) > _SHORTEST_PART and parts[1].isalpha():
            for last in _spellings(parts[1]):  # `r.kern@…`: a `Kern` in the text is that one, if it is a name at all
                if is_surname(last):
                    self._values.setdefault(last, ("person", last, True))
        if len(parts) != 2 or not all(part.isalpha() and len(part) >= _SHORTEST_PART for part in parts):
            return
        if not any(is_given(part) or is_surname(part) for part in parts):
            return
        self._values.setdefault(local, ("person", local, False))
        for first in _spellings(parts[0]):
            for last in _spellings(parts[1]):
                self._values.setdefault(f"{first} {last}", ("person", f"{first} {last}", True))
                self._values.setdefault(f"{last} {first}", ("person", f"{last} {first}", True))
                if is_given(first) and not is_nominal(last) and last not in NO_NAMES:
                    self._values.setdefault(last, ("person", last, True))

    def searches(self) -> list[Search]:
        """What finds them: small ones, since making a large one would let no other thread run."""
        made: list[Search] = []
        known = islice(self._values.items(), _MOST)
        while portion := dict(islice(known, _PORTION)):
            made.append((ManyWords([surface.encode("latin-1") for surface in portion]), list(portion.values())))
        return made


def _spellings(part: str) -> set[str]:
    spellings = {part}
    for plain, umlaut in _TRANSCRIBED:
        spellings |= {spelling.replace(plain, umlaut) for spelling in spellings}
    return spellings


def occurrences(view: View, search: Search, told: Container[Place], guesses: Mapping[Place, str]) -> Iterator[Found]:
    """Where the known values stand in a text. `told`: what is known to stand there as surely. `guesses`: what rules
    found there less surely; it is theirs, and surer now.
    """
    data = view.data
    words, values = search
    for number, start, end in words.places(view.lower):
        kind, canonical, is_name = values[number]
        place = start, end, kind
        if place in told:
            continue
        if (start and data[start - 1] in ALNUM) or (
            end < len(data) and data[end] in ALNUM and not _genitive(data, end, is_name)
        ):
            continue
        if is_name and not (_written_as_name(data, start, end) or _in_small_letters(data, start, end)):
            continue
        if _TAG.match(data, end) or (is_name and canonical in MEANT_OTHERWISE and _is_determined(data, start)):
            continue
        yield Found(start, end, kind, canonical, SPREAD, guesses.get(place, "known"))


def guessed(found: Iterable[Found]) -> dict[Place, str]:
    """Which rule found what, of what is less sure than what is known."""
    return {(one.start, one.end, one.type): one.rule for one in found if one.confidence < SPREAD}


def worth_reading(looks: Iterable[Look], stand_ins: StandIns, searches: Sequence[Search]) -> Iterator[Look]:
    """Those in which a known value may stand."""
    joined: list[Look] = []
    size = 0
    for look in looks:
        if not look.is_unread or len(look.text) > STRETCH:
            yield look
            continue
        if size + len(look.text) >= STRETCH:
            yield from _worth_reading(joined, stand_ins, searches)
            joined, size = [], 0
        joined.append(look)
        size += len(look.text) + len("\n")
    yield from _worth_reading(joined, stand_ins, searches)


def _worth_reading(looks: list[Look], stand_ins: StandIns, searches: Sequence[Search]) -> list[Look]:
    """All or none. What one of them hides, the joined text hides, too: then each has to be decoded by itself."""
    if len(looks) < _FEWEST_JOINED:
        return looks
    yield_interpreter()
    text = "\n".join([look.text for look in looks])
    data = fold(text)
    if hides(text, data) or stand_ins.blanked(data) is not data:
        return looks
    lowered = lower(data)
    return looks if any(next(words.places(lowered), None) for words, _ in searches) else []


def _genitive(data: bytes, end: int, is_name: bool) -> bool:
    return is_name and data[end] == 0x73 and (end + 1 == len(data) or data[end + 1] not in ALNUM)


def _written_as_name(data: bytes, start: int, end: int) -> bool:
    elided = data[start : start + 2] == b"d'"  # `d'Arcangues`, of whom only the name is written large
    first = data[start + 2 * elided : start + 2 * elided + 1].decode("latin-1")
    return first.isupper() or b" " in data[start:end]


def _in_small_letters(data: bytes, start: int, end: int) -> bool:
    """`frag mal bertrand`, `lettre-deladoey-2024.docx`"""
    if data[start:end] in SAFE_GIVEN and stands_alone(data, start, end):
        return True
    joined = data[start - 1 : start] in _FILE_JOINTS or data[end : end + 1] in _FILE_JOINTS
    return joined and _FILE_BEHIND.match(data, end - 1) is not None


def _is_determined(data: bytes, start: int) -> bool:
    """`die Rose`, `am Stern`, of a text that knows `Sabine Rose` and `Mark Stern`."""
    before = _WORD_BEFORE.search(data, max(0, start - 12), start)
    return before is not None and before[1].lower().decode("latin-1") in DETERMINERS
