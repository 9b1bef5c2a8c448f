"""Initials before a surname: `A. Weber`, `W. Thornbury`; before one that a particle leads: `L. von Arx`, `S. O'Connor`.

A surname that a particle leads need not be on a list: what stands between it and the initial tells it. Nor need one
that stands as a name does, between words in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_reading import (
    COMPANY,
    INITIAL,
    LOWER,
    UPPER,
    WORD,
    as_found,
    is_surname,
    lowered,
    read,
)
from gateway.pii.detectors.name_rows import word_before
from gateway.pii.detectors.public_figures import FAMOUS_NAMES, asks_of_no_work, is_famous, is_of_learning
from gateway.pii.detectors.surnames import COMMON_SURNAMES
from gateway.pii.detectors.words import word_set
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_ONE_INITIAL = rb"[" + UPPER + rb"]\.[ ]?"
_INITIAL = rb"\b" + _ONE_INITIAL + rb"(?:-?" + _ONE_INITIAL + rb")?[" + UPPER + rb"][" + LOWER + rb"]{2,24}"
_LED = (
    rb"\b" + _ONE_INITIAL + rb"(?:-?" + _ONE_INITIAL + rb")?"
    rb"(?:(?:v[oa]n|de|di|da|del|della|du|dos|zu)[ ](?:de[rn][ ]|la[ ]|las[ ])?|d'"
    rb"|(?:Della|Di|De|Da|Del|El|Al|Ben|Abu|Abdi|Van|St\.)[ ]|[OD]'|Mc|Mac)[" + UPPER + rb"][" + LOWER + rb"]{2,24}"
)
_LED_PATTERN, _INITIAL_PATTERN = compiled(_LED), compiled(_INITIAL)
# `Her manager W. Thornbury agrees`: behind a small word, or before one; neither `in Kapitel A. Danach` nor `Vitamin C.`
_BEFORE_INITIAL = re.compile(rb"(?:^|[^" + UPPER + LOWER + rb"])[" + LOWER + rb"]{2,18}(?:,|[ ]\()?[ ]$")
_ENDED = re.compile(rb"[0-9" + LOWER + rb"]{2}[ ]?[.;:?!][ ]$")
_GOES_ON = re.compile(rb"(?:[ ][" + LOWER + rb"]{2}|,[ ][" + LOWER + rb"]|[.):\n]|$)")
_SAYS = re.compile(rb"[ ](?:[" + LOWER + rb"]{2}|\xe8 )")
# `the S. Korea team`
_COMPASS = frozenset((b"N", b"S", b"E", b"W"))
_REGIONS = word_set("korea carolina dakota virginia africa america asia europe sudan ireland wales sussex")
_TWO, _SHORTEST, _WORD_LONGEST = 2, 4, 20
# Known by their surnames with the particle, which alone are towns or somebody's. `De André` and `O'Grady` are not:
# others bear these names.
_FAMOUS = word_set(
    """
    vinci gaulle beauvoir balzac medici milo gogh rotterdam assisi troyes niro caprio vega capo condorcet alembert
    tocqueville maupassant montaigne musset vigny nerval sévigné staël lamartine montesquieu artagnan estaing annunzio
    chirico gasperi cervantes loyola aquino clausewitz karajan humboldt bismarck goethe beethoven hindenburg metternich
    """
)
# `z.B. Van Houten`; `Variante B. Da Lieferanten …`, where a letter ends the sentence.
_NO_INITIAL = re.compile(
    rb"(?:\bz\.[ ]?|\b(?i:plan|variante?|option|opzione|lager|typ[eo]?|klasse|class[ei]?|gruppe|groupe?|gruppo|teil"
    rb"|part|anlage|annexe|allegato|vitamin[ea]?|block|trakt|zone|serie|fall|punkt|point|punto|stufe|level|hepatitis|team"
    rb"|[ck]ategor(?:y|ie|ia)|version|kurs|spalte|zeile|produkt|haus|halle|tor)[ ])$"
)
_REACH = 16
# `F. De André`, `J. Giono`, in questions about the world; whoever bears a name that many bear, without a particle, is
# somebody there as well.
_FIGURES = frozenset(
    f"{words[0][0]} {words[-1]}"
    for words in map(str.split, FAMOUS_NAMES)
    if len(words) > 1 and words[-1] not in COMMON_SURNAMES
)
_LED_FIGURES = frozenset(f"{words[0][0]} {words[-1]}" for words in map(str.split, FAMOUS_NAMES) if len(words) > 1)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if is_of_learning(view):
        return
    found = [*_listed(data), *_led(data)]
    asks = bool(found) and asks_of_no_work(data)
    for one in found:
        words = one.canonical.replace("'", " ").split()
        figures = _LED_FIGURES if len(words) > _TWO else _FIGURES
        if not (asks and f"{words[0][0]} {words[-1]}" in figures):
            yield one


def _led(data: bytes) -> Iterator[Found]:
    for start, end in _LED_PATTERN.spans(data):
        if _NO_INITIAL.search(data, max(0, start - _REACH), start):
            continue
        last = max(data.rfind(b" ", start, end), data.rfind(b"'", start, end)) + 1
        word = WORD.search(data, last, end)
        small = lowered(word[0]) if word else ""
        if small and small not in _FAMOUS and not is_word(small) and not is_famous([small]):
            yield Found(start, end, "person", lowered(data[start:end]), 0.75, "name-initial")


def _listed(data: bytes) -> Iterator[Found]:
    for start, end in _INITIAL_PATTERN.spans(data):
        words = _to_surname(read(data, start, 4)) or _behind_initial(data, start, end)
        if (
            len(words) > 1
            and (is_surname(words[-1][2]) or _stands_as_name(data, start, words))
            and not is_famous([word_before(data, start), words[-1][2]])
            and not (start and data[start - 1] in ALNUM)
        ):
            yield as_found(words, 0.75, "name-initial")


def _stands_as_name(data: bytes, start: int, words: list[tuple[int, int, str]]) -> bool:
    """Of a surname on no list: what stands around it, and that it is no word."""
    word, end = words[-1][2], words[-1][1]
    if len(words) != _TWO or len(word) < _SHORTEST or not data[end - 1 : end].islower() or is_word(word):
        return False
    if data[start : start + 1] in _COMPASS and word in _REGIONS:
        return False
    before = data[max(0, start - _WORD_LONGEST) : start]
    if _BEFORE_INITIAL.search(before):
        return _GOES_ON.match(data, end) is not None
    return _ENDED.search(before) is not None and _SAYS.match(data, end) is not None


def _to_surname(words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`U. Hunziker Militär`: what follows a surname of the lists, and is none, is no name."""
    if len(words) == _TWO + 1 and is_surname(words[1][2]) and not is_surname(words[2][2]):
        return words[:_TWO]
    return words


def _behind_initial(data: bytes, start: int, end: int) -> list[tuple[int, int, str]]:
    """`A. Weber`: an initial that is a word, too, ends what is read as a name."""
    initial = data.rindex(b".", start, end) + 1
    surname = read(data, initial + (data[initial : initial + 1] == b" "), 1)
    if not surname or COMPANY.match(data, surname[-1][1] + 1):
        return []
    return [(start, initial, lowered(data[start:initial])), *surname]


RULES = (Rule("name-initial", ("person",), (INITIAL,), _find),)
