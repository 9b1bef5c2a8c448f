"""The optional name model: Rampart, a small token classifier for seven languages (`pip install '.[ner]'`).

Rules cannot know every name; the model finds what only looks like one. It runs in the thread that calls it, and gives
the interpreter back while it computes, so whoever keeps it off the loop keeps the loop free: one copy a process.

Invariants
- What a segment said is kept under a keyed hash, never the segment: a conversation pays for its new lines only.
- It raises if it cannot tell. Nothing is taken for clean because a model failed.
- Segments end at lines or sentences; where there is neither, they overlap, so no name is cut.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Protocol

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_mentions import PLACES, is_word
from gateway.pii.detectors.name_reading import is_given, is_surname
from gateway.pii.detectors.names_alone import OF_A_FIRM
from gateway.pii.detectors.public_figures import TITLED, is_famous, is_learned, leads_to_a_figure
from gateway.pii.detectors.words import (
    ASKED_FOR,
    LEADS,
    LEADS_OF_ONE_WORD,
    NO_NAMES,
    RULERS,
    THINGS,
    THINGS_SO_CALLED,
    word_set,
)
from gateway.pii.lone_names import LONE
from gateway.pii.view import Found

LONGEST_SEGMENT = 400
OVERLAP = 64
KEPT_SEGMENTS = 16_384
_ENDS = re.compile(r"\n+|(?<=[.!?;])\s+")
_LETTERS = re.compile(r"[A-Za-zÀ-ÿ]{2}")
_WORD = re.compile(r"[A-Za-zÀ-ÿªþÞ][A-Za-zÀ-ÿªþÞ'.\-]*")
_JOINS = re.compile(r"[ ]{1,2}|[ ](?:al|el)-|[ ](?:v[oa]n|de[rnl]?|d[iu]|d[ao]s?|della|la|le|zu[rm]?)[ ]")
_LEAST = 0.5
_LONE = 0.85
_LONE_UNKNOWN, _UNKNOWN = 0.98, 0.9
"""Of the held-out texts' own words that no list has, 7 % of the false ones pass, and 97 % of the true ones."""
_FIRMS = word_set(
    """
    migros coop denner aldi lidl rewe edeka kaufland carrefour auchan intermarché monoprix fnac darty decathlon ikea
    conforama esselunga conad tesco waitrose walmart costco starbucks mcdonald ricola rivella nestlé danone unilever
    procter novartis sandoz lonza swisscom sunrise vodafone telekom ubs postfinance raiffeisen mobiliar allianz
    zalando digitec galaxus microspot manor globus hornbach bauhaus siemens holcim sika geberit rieter electrolux
    canon epson xerox lenovo dell samsung huawei xiaomi sony nintendo toyota honda nissan mazda hyundai volkswagen
    michelin pirelli continental lufthansa easyjet ryanair alitalia airbus boeing swatch
    """
)
_DISEASES = word_set("alzheimer parkinson crohn hodgkin tourette asperger hashimoto")
_OTHERWISE_THINGS = WORDS | PLACES | THINGS_SO_CALLED | TITLED | _FIRMS | _DISEASES
"""Flowers, towns, cars, figures, firms and diseases: alone they are those."""

_BEFORE = re.compile(r"([^\W\d_]{2,16}\.?)[ \-]$")
# `Moore's law`, `Jensen's alpha`: an idea is called after whoever had it.
_OF_AN_IDEA = re.compile(
    r"[^ ]*'s (?:laws?|theorem|razor|paradox|alpha|ratio|curve|principle|constant|equation|disease|syndrome"
    r"|hierarchy)\b"
)
_LONGEST_IDEA = 24
_BEHIND = re.compile(r"(?:'s)?[ \-]([A-Z][^\W\d_]{1,20})")


class Classifier(Protocol):
    """Says of pieces of a text how likely they belong to a person's name."""

    def pieces(self, text: str) -> list[tuple[int, int, float]]:
        """(start, end, likelihood) in order, for what is likelier part of a name than anything else."""
        ...


class ModelNames:
    """A `NamesModel` of the engine, over any classifier."""

    def __init__(self, classifier: Classifier, kept: int = KEPT_SEGMENTS) -> None:
        self._classifier = classifier
        self._kept = kept
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[tuple[int, int, float], ...]] = OrderedDict()
        self._lock = threading.Lock()

    def names(self, texts: Sequence[bytes]) -> list[list[Found]]:
        """For each folded text the names in it."""
        return [[] if is_learned(data) else list(self._names(data.decode("latin-1"))) for data in texts]

    def _names(self, text: str) -> Iterator[Found]:
        for begin, end in segments(text):
            segment = text[begin:end]
            if not _LETTERS.search(segment):
                continue
            for start, stop, likelihood in self._segment(segment):
                surface = segment[start:stop].lower()
                rule = LONE if " " not in surface else "name-model"
                yield Found(begin + start, begin + stop, "person", surface, likelihood, rule)

    def _segment(self, segment: str) -> tuple[tuple[int, int, float], ...]:
        digest = hmac.digest(self._key, segment.encode("latin-1"), "sha256")
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                self._known.move_to_end(digest)
                return known
        spans = tuple(persons(segment, self._classifier.pieces(segment)))
        with self._lock:
            self._known[digest] = spans
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        return spans


def segments(text: str) -> Iterator[tuple[int, int]]:
    """Spans that cover the text, each short enough for the model; the same for the same beginning of a text."""
    begin = 0
    while len(text) - begin > LONGEST_SEGMENT:
        window = begin + LONGEST_SEGMENT
        cut = next((match.end() for match in reversed([*_ENDS.finditer(text, begin + 1, window)])), 0)
        if cut:
            yield begin, cut
            begin = cut
        else:
            blank = text.rfind(" ", begin + LONGEST_SEGMENT // 2, window)
            end = blank if blank > 0 else window
            yield begin, end
            begin = max(begin + 1, end - OVERLAP)
            while begin < end and text[begin - 1].isalnum():
                begin += 1
    if begin < len(text):
        yield begin, len(text)


def persons(text: str, pieces: Sequence[tuple[int, int, float]]) -> Iterator[tuple[int, int, float]]:
    """Whole words of which the model takes the greater part for a name, joined to names."""
    words = [
        (word.start(), word.start() + len(word[0].rstrip(".'-")), likelihood)
        for word in _WORD.finditer(text)
        if (likelihood := _likelihood(word.start(), word.end(), pieces)) >= _LEAST and _may_be(word[0])
    ]
    at = 0
    while at < len(words):
        begin, end, likelihood = words[at]
        last = at
        while last + 1 < len(words) and _joins(text, words, at, last):
            last += 1
            end = words[last][1]
            likelihood = max(likelihood, words[last][2])
        if not _leads_to_a_thing(text, begin, end) and _credible(text[begin:end], likelihood, lone=last == at):
            yield begin, end, min(likelihood, 0.9)
        at = last + 1


def _joins(text: str, words: Sequence[tuple[int, int, float]], first: int, last: int) -> bool:
    """Whether the next word belongs to the name. A comma joins `Zellweger, Hans` alone: others part a list."""
    (begin, end, _), (following, behind, _) = words[last : last + 2]
    if last - first < 4 and _JOINS.fullmatch(text, end, following):
        return True
    if last > first or text[end:following] != ", ":
        return False
    surname, given = text[begin:end].lower(), text[following:behind].lower()
    return is_given(given) and given not in WORDS and not is_given(surname)


def _leads_to_a_thing(text: str, begin: int, end: int) -> bool:
    """`Santa Caterina`, `Hurricane Katrina`, `Brunner Holzbau AG`, `Megan's Law`; and whoever begins with `Explain`."""
    before = _BEFORE.search(text, max(0, begin - 18), begin)
    first, *others = text[begin:end].lower().split()
    led = before[1].lower() if before is not None else ""
    if led in LEADS or led in RULERS or (led in LEADS_OF_ONE_WORD and not others):
        return True
    if first in LEADS or first in RULERS or (first in LEADS_OF_ONE_WORD and len(others) < 2):
        return True
    if others and first in ASKED_FOR:
        return True
    if leads_to_a_figure(text.encode("latin-1"), begin, end) or _OF_AN_IDEA.match(text[begin : end + _LONGEST_IDEA]):
        return True
    behind = _BEHIND.match(text, end)
    if behind is not None and behind[1].lower() in THINGS:
        return True
    return OF_A_FIRM.match(text.encode("latin-1"), end) is not None


def _likelihood(start: int, end: int, pieces: Sequence[tuple[int, int, float]]) -> float:
    inside = [
        (min(end, stop) - max(start, begin), likely) for begin, stop, likely in pieces if begin < end and stop > start
    ]
    covered = sum(length for length, _ in inside)
    if covered * 2 < end - start:
        return 0.0
    return sum(length * likely for length, likely in inside) / covered


def _may_be(word: str) -> bool:
    small = word.lower().rstrip(".'-").removesuffix("'s")
    word = word.removeprefix("al-").removeprefix("el-")  # `Omar al-Khatib`
    if not (word[0].isupper() or is_given(small) or is_surname(small)):
        return False
    return len(small) > 1 and small not in NO_NAMES and small not in THINGS


def _credible(name: str, likelihood: float, *, lone: bool) -> bool:
    """What no list has must be surer, and one word alone, too; small and large letters make no name together."""
    small = [word.rstrip(",").removesuffix("'s") for word in name.lower().split()]
    known = any(is_given(word) or is_surname(word) for word in small)
    if is_famous(small) or not (known or name[0].isupper()):
        return False
    if not lone:
        return known or likelihood >= _UNKNOWN
    if likelihood < _LONE or is_word(small[0]) or small[0] in _OTHERWISE_THINGS:
        return False
    return known or (likelihood >= _LONE_UNKNOWN and not name.isupper())
