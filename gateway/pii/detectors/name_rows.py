"""Names of persons by themselves: a known given name beside what could be a surname, or one behind a strange word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.name_mentions import PLACES, is_word
from gateway.pii.detectors.name_reading import (
    CAPITAL,
    COMPANY,
    LOWER,
    OF_A_TRADE,
    PARTICLE,
    TWO_CAPITALS,
    UPPER,
    WORD,
    WRITTEN_LARGE,
    as_found,
    is_given,
    is_surname,
    led_from,
    lowered,
    read,
)
from gateway.pii.detectors.names_alone import DETERMINERS, EVERYDAY
from gateway.pii.detectors.public_figures import is_famous, is_of_learning, leads_to_a_figure
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.detectors.words import (
    ARTICLES,
    LEADS,
    LEADS_OF_ONE_WORD,
    NO_NAMES,
    RULERS,
    THINGS,
    THINGS_SO_CALLED,
)
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_NEXT = rb"(?:,[ ]|[ ]{1,2}|\.[ ]?)(?:" + PARTICLE + rb"[ ']|d'|(?:al|el|a[dnrst])-){0,2}"


def _row_of(capital: bytes) -> bytes:
    return capital + rb"(?:" + _NEXT + capital + rb"|[ ][" + UPPER + rb"]\.){1,4}"


_CAPITAL_OF_ANY_LENGTH = rb"[" + UPPER + rb"][" + UPPER + LOWER + rb"]*(?:['\-][" + UPPER + LOWER + rb"]+){0,3}"
_LONG_WORD = re.compile(rb"[" + UPPER + LOWER + rb"]{25}")
_ROW_PATTERN = compiled(_row_of(CAPITAL))
_ROW_OF_ANY_LENGTH = compiled(_row_of(_CAPITAL_OF_ANY_LENGTH))


def _find_rows(view: View) -> Iterator[Found]:
    found = [*_rows(view.data)]
    return iter(() if found and is_of_learning(view) else found)


_NEVER_NAMES = NO_NAMES - WORDS
_SHORTEST = 4
# `Pecorino Romano`, `Homo Faber`
_ADJECTIVES = frozenset(
    ["romano", "siciliano", "toscano", "veneziano", "lombardo", "napolitano", "faber", "ochsner", "moderno"]
)
_NO_SURNAMES_ALONE = PLACES | EVERYDAY | _ADJECTIVES


def _tells_alone(surname: str) -> bool:
    return len(surname) > _SHORTEST and surname not in _NO_SURNAMES_ALONE and not is_word(surname)


# Given names as they are written, and surnames before which a strange word is one, to be held against all words at
# once; and what is written in no usual way.
_LETTERS = frozenset(byte for byte in range(256) if re.match(rb"[" + UPPER + LOWER + rb"]", bytes((byte,))))
_APART = bytes(byte if byte in _LETTERS else 0x20 for byte in range(256))
_WRITTEN = frozenset(
    re.split(r"[-']", spelt)[0].encode("latin-1", "ignore")
    for names, spell in ((GIVEN, str.upper), (GIVEN, str.capitalize), (filter(_tells_alone, SURNAMES), str.capitalize))
    for spelt in map(spell, names)
)
_ODDLY_WRITTEN = compiled(rb"[" + LOWER + rb"][" + UPPER + rb"]|[" + UPPER + rb"]{2}[" + LOWER + rb"]")
_AT_ONCE = 8192
"""Characters whose words may be taken apart in one go: no other thread runs meanwhile."""


def _may_name(data: bytes) -> bool:
    """Whether a name may stand there: most texts have capitals in a row, and no name."""
    if len(data) > _AT_ONCE:
        return True
    return not _WRITTEN.isdisjoint(data.translate(_APART).split()) or _ODDLY_WRITTEN.occurs(data)


def _rows(data: bytes) -> Iterator[Found]:
    for start, end in _row_spans(data) if _may_name(data) else ():
        small = [word.strip(".,") for word in lowered(data[start:end]).split()]
        if (
            not GIVEN.isdisjoint(small)
            or not SURNAMES.isdisjoint(small[1:])
            or any(is_given(word) for word in small if "-" in word)
        ):
            yield from _row(data, start, end)


# `Paris, Milan and Vienna`, and no `Roth, Eva and Jan`
_ONE_OF_SEVERAL = re.compile(
    rb"[ ](?:and|or|und|oder|et|ou|e|o)[ ]([A-Z\xc0-\xde][\w\xc0-\xff\-]+)(?![\w\xc0-\xff\-,])"
)


def _row_spans(data: bytes) -> Iterator[tuple[int, int]]:
    """As the matches of `_ROW_PATTERN`. To count letters RE2 makes a state for each: that is left for long words."""
    at = 0
    while True:
        start, end = _ROW_OF_ANY_LENGTH.first(data, at)
        if start >= 0 and _LONG_WORD.search(data, start, end):
            start, end = _ROW_PATTERN.first(data, start)
        if start < 0:
            return
        yield start, end
        at = end


def _row(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Known given names in a row of words with capitals, each with what could be its surname."""
    at = start
    while (match := WORD.search(data, at, end)) is not None:
        small = lowered(match[0])
        if is_given(small) and small not in _NEVER_NAMES:
            found = _given_first(data, match, small)
        else:
            found = _before_another(data, match, small)
        if found:
            yield found
        at = max(match.end(), found.end if found else 0)


def _before_another(data: bytes, match: re.Match[bytes], small: str) -> Found | None:
    """What begins with a word that is no given name: of most words the one behind tells that nothing does."""
    at = match.end()
    comma, blank = data[at : at + 2] == b", ", data[at : at + 1] == b" "
    other = WORD.match(data, at + 1 + comma) if comma or blank else None
    if other is None:
        return None
    behind = lowered(other[0])
    found = _surname_first(data, match, small, other, behind) if is_given(behind) else None
    return found or (_unknown_first(data, match, small, other, behind) if blank and is_surname(behind) else None)


def _surname_first(data: bytes, match: re.Match[bytes], small: str, other: re.Match[bytes], first: str) -> Found | None:
    """`Rezzonico, Fausto`, `REZZONICO Fausto`, and `Rezzonico Fausto` where nothing of the kind goes on."""
    if small in LEADS or first in WORDS or is_famous([small, first]):
        return None
    before, known = word_before(data, match.start()), is_surname(small)
    if is_given(before):
        return None
    comma = data[match.end() : match.end() + 1] == b","
    capitals = not comma and match[0].isupper() and len(match[0]) > 2
    more = small in NO_NAMES and len(read(data, other.start(), 2)) > 1  # `on Friday, Lukas Meier`
    if more or is_famous([before, small]) or leads_to_a_figure(data, *other.span()):  # `Granny Smith, Jonathan`
        return None
    if comma and (several := _ONE_OF_SEVERAL.match(data, other.end())) and not is_given(lowered(several[1])):
        return None
    if comma or capitals:
        fits = known or (
            len(small) >= _SHOUTED and match[0].isupper() and _is_unknown(small) and not other[0].isupper()
        )
    else:
        fits = (
            known
            and not is_word(small)
            and first not in THINGS_SO_CALLED
            and not (small in LEADS_OF_ONE_WORD and before in DETERMINERS)
            and other[0] != b"IRA"  # `Roth IRA`
            and not _goes_on_large(data, match.start(), other.end())
        )
    if not fits:
        return None
    start = led_from(data, match.start())
    return Found(start, other.end(), "person", lowered(data[start : other.end()]), 0.8, "name-inverted")


def _unknown_first(data: bytes, match: re.Match[bytes], small: str, other: re.Match[bytes], last: str) -> Found | None:
    """`Suganthy Yogeswaran`: before a surname that means nothing else, a word that nobody knows is a given name."""
    if (
        len(small) < _SHORTEST
        or not _tells_alone(last)
        or is_surname(small)
        or not match[0][1:].islower()
        or not other[0][1:].islower()
        or b"'" in match[0]
        or small.endswith(_INFLECTED)
        or small in _LEAD_TO_OTHERS
        or not _is_unknown(small)
    ):
        return None
    before = word_before(data, match.start())
    if (
        before in DETERMINERS
        or is_famous([before, small, last])
        or _goes_on_large(data, match.start(), other.end())
        or _is_of_a_thing(data, other.end())
        or COMPANY.match(data, other.end() + 1)
    ):
        return None
    return Found(match.start(), other.end(), "person", f"{small} {last}", 0.6, "name-known")


# `In Sachen Hofmann`, `Alte Rosen`
_INFLECTED = ("en", "alte", "neue", "sche", "liche")
_LEAD_TO_OTHERS = LEADS | RULERS | LEADS_OF_ONE_WORD


def _is_unknown(small: str) -> bool:
    return not is_word(small) and kind_of(small) is None


def _goes_on_large(data: bytes, start: int, end: int) -> bool:
    """Whether a name stands directly before, or a word with a capital behind: then it is no pair of names."""
    before = word_before(data, start)
    return _LARGE_NEXT.match(data, end) is not None or is_given(before) or is_surname(before)


def _given_first(data: bytes, match: re.Match[bytes], small: str) -> Found | None:
    before = word_before(data, match.start())
    in_a_street = before == "via" and _IN_A_STREET.search(data, max(0, match.start() - 24), match.start())
    if in_a_street or before in LEADS or before in RULERS:  # `San Miguel Piedras`, `Queen Elizabeth`
        return None
    words = read(data, match.start())
    while len(words) > 1 and words[-1][2] in THINGS:
        words.pop()
    if len(words) < 2:
        return None
    words = _bounded(words)
    known = is_surname(words[-1][2])
    named_so = is_famous([word for _, _, word in words]) or (small in WORDS and not known)
    if named_so or _is_of_a_thing(data, words[-1][1]):
        return None
    if not known and (
        before in ARTICLES or not _spelt_as_name(data[slice(*words[0][:2])], data[slice(*words[-1][:2])])
    ):
        return None
    return as_found(words, 0.9 if known else 0.8, "name-known")


def _is_of_a_thing(data: bytes, end: int) -> bool:
    """`Anna Muster Stiftung`, `Hans Muster Transporte GmbH`: what stands behind a name is called after it."""
    if OF_A_TRADE.match(data, end):
        return True
    behind = WORD.match(data, end + 1)
    return behind is not None and data[end : end + 1] in {b" ", b"-"} and lowered(behind[0]) in THINGS


# `PETRALIA Renzo`: capitals too many for letters that stand for words.
_SHOUTED = 5
_VOWEL = re.compile(rb"[AEIOUY\xc0-\xde]")


def _spelt_as_name(first: bytes, last: bytes) -> bool:
    """Not `Leonardo CMS`, `SAM Platform`, `ESI API`: letters that stand for words are nobody's surname."""
    if first.isupper() and len(first) > 2:
        return last.isupper() and len(last) > 4
    if last.isupper() and not last.endswith(b"."):
        return len(last) > 4 or (len(last) == 2 and _VOWEL.search(last) is not None)  # `Linh LE`, and no `Octavia RS`
    return len(last.rstrip(b".")) > 2 or last.endswith(b".")


# An Italian street, and no way by which something comes (`via Anna Keller`, `The order came in via Anna Keller`).
_IN_A_STREET = re.compile(
    rb"(?:(?:^|[.!?:;,\n][ ]?)[Ii]n|[aio\xe0\xe8] in|(?:^|[^a-z])(?:di|da|[dn]?ella|alla|sulla|la|chiama)) via $"
)
_LARGE_NEXT = re.compile(rb"[ \-][" + UPPER + rb"]|-")
_BEFORE = re.compile(rb"([A-Za-z\xaa-\xff.']{1,16})[ \-]$")


def word_before(data: bytes, start: int) -> str:
    """The word before a place, in small letters, if only a blank or a hyphen is between."""
    found = _BEFORE.search(data, max(0, start - 17), start)
    return lowered(found[1]).rpartition("l'")[2] if found else ""  # `dell'istituto`


def _bounded(words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Given names, then one surname; a second one only if it is known."""
    count = 1
    while count < len(words) and (is_given(words[count][2]) or len(words[count][2].rstrip(".")) == 1):
        count += 1
    while count < len(words) - 1 and words[count][2] in WRITTEN_LARGE:  # `Ornella Lo Cascio`
        count += 1
    if count < len(words):
        count += 1
    if count < len(words) and is_surname(words[count][2]):
        count += 1
    return words[:count]


_PROBES = (TWO_CAPITALS,)  # which leads to much else: nobody else is asked where it does

RULES = (Rule("name-row", ("person",), _PROBES, _find_rows, leads=_PROBES),)
