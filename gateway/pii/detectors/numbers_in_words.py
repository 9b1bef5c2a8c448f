"""Numbers that are dictated in tens and hundreds: `zéro six, douze, quarante-cinq, …`, `null neunundsiebzig …`.

Of telephones, and of those numbers whose check digit holds. What is spelt out digit by digit is told by
`obfuscated_numbers`, and put together here where somebody says both.

Invariants
- Linear: each word is read once a language.
- A telephone is one that some country of the context has, or has a word of calls before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from gateway.pii.detectors.number_kinds import ALL_DIGITS
from gateway.pii.detectors.phone_plans import valid_number
from gateway.pii.detectors.phone_words import CALL
from gateway.pii.detectors.regions import regions
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

Words = Mapping[bytes, int]


def _compounds(units: Words, teens: Words, tens: Words, hundred: bytes, joined: str) -> dict[bytes, int]:
    """All numbers below a thousand that a language writes in one word. `joined`: how a ten and a unit are."""
    below = {**units, **teens, **tens}
    for ten, value in tens.items():
        for unit, more in units.items():
            if not more:
                continue
            if joined == "und":
                below[(b"ein" if unit == b"eins" else unit) + b"und" + ten] = value + more
            else:
                below[(ten[:-1] if unit[:1] in b"uo" else ten) + unit] = value + more
    whole = dict(below)
    for unit, value in units.items():
        if value:
            before = b"ein" if unit == b"eins" else b"" if unit == b"uno" else unit
            whole[before + hundred] = 100 * value
            for rest, more in below.items():
                if more:
                    whole[before + hundred + rest] = 100 * value + more
                    if joined == "und":
                        whole[before + hundred + b"und" + rest] = 100 * value + more
    return whole


def _numbered(text: str, *, first: int = 0, step: int = 1) -> dict[bytes, int]:
    words = text.encode("latin-1").split()
    return {spelling: first + step * at for at, word in enumerate(words) for spelling in word.split(b"/")}


_GERMAN: Final = _compounds(
    _numbered("null eins zwei/zwo drei vier fünf/fuenf sechs sieben acht neun"),
    _numbered(
        "zehn elf zwölf/zwoelf dreizehn vierzehn fünfzehn/fuenfzehn sechzehn siebzehn achtzehn neunzehn", first=10
    ),
    _numbered(
        "zwanzig dreissig/dreißig/dreiszig vierzig fünfzig/fuenfzig sechzig siebzig achtzig neunzig", first=20, step=10
    ),
    b"hundert",
    "und",
)
_ITALIAN: Final = _compounds(
    _numbered("zero uno due tre/tré quattro cinque sei sette otto nove"),
    _numbered("dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove", first=10),
    _numbered("venti trenta quaranta cinquanta sessanta settanta ottanta novanta", first=20, step=10),
    b"cento",
    "",
)
_FRENCH: Final = {
    **_numbered(
        "zéro/zero un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    ),
    **_numbered("vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante", first=20, step=10),
    b"cent": 100,
    b"cents": 100,
}
_ENGLISH: Final = {
    **_numbered(
        "zero/oh/nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    ),
    **_numbered("sixteen seventeen eighteen nineteen", first=16),
    **_numbered("twenty thirty forty/fourty fifty sixty seventy eighty ninety", first=20, step=10),
    b"hundred": 100,
}
_TIMES: Final = {b"double": 2, b"triple": 3, b"treble": 3}
_AND: Final = frozenset((b"et", b"and"))
_LANGUAGES: Final = (_GERMAN, _ITALIAN, _FRENCH, _ENGLISH)
_WHOLE_WORDS: Final = (_GERMAN, _ITALIAN)
"""Those that write a number below a thousand in one word."""

_LAST: Final = (
    rb"(?:zig|\xdfig|ssig|hundert|zehn|elf|zw\xf6lf|dieci|dici|ssette|nnove|venti|[eo]nta|anta|cento|vingts?|trente"
    rb"|quarante|cinquante|soixante|septante|huitante|octante|nonante|cents?|dix|onze|douze|treize|quatorze|quinze"
    rb"|seize|teen|ty|ten|eleven|twelve|hundred|double|triple|treble)"
)
_UNIT: Final = (
    rb"(?:null|eins|zwei|zwo|drei|vier|f\xfcnf|fuenf|sechs|sieben|acht|neun|zero|uno|due|tr[e\xe9]|quattro|cinque|sei"
    rb"|sette|otto|nove|z\xe9ro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|oh|nought|one|two|three|four|five|seven"
    rb"|eight|nine|et|and)"
)
_SIGNS: Final = rb"[ ,.\-/;]{1,3}"
_ONE: Final = rb"(?:[a-z\xdf-\xff]*" + _LAST + rb"|[a-z\xdf-\xff]*" + _UNIT + rb")"
_PROBE: Final = rb"(?i)(?:" + _LAST + _SIGNS + _ONE + rb"|" + _UNIT + _SIGNS + rb"[a-z\xdf-\xff]*" + _LAST + rb")\b"
_RUN: Final = compiled(rb"(?i)\b" + _ONE + rb"(?:" + _SIGNS + _ONE + rb"){3,31}(?:[^a-z\xdf-\xff]|$)")
_LARGER: Final = re.compile(_LAST + rb"\b")
_WORD: Final = re.compile(rb"[a-z\xdf-\xff]+")
_PAUSES: Final = frozenset(b",.;/")
_PLUS: Final = re.compile(rb"(?:\+|plus)[ ]$")
_FEWEST_CALLED, _MOST_CALLED = 9, 14


def _digits(lower: bytes, words: list[tuple[int, int]], known: Words, *, whole: bool) -> str:
    """What the words say, in digits; empty where one is none of the language's.

    A number goes on with the word behind it as long as the language goes on so (`quatre` `vingt` `onze`), and no pause
    is between them.
    """
    read, number, open_to, end = "", -1, 0, 0
    times = next_times = 1
    for at, (start, stop) in enumerate(words):
        word = lower[start:stop]
        if at and not _PAUSES.isdisjoint(lower[end:start]):
            open_to = 0
        end = stop
        if word in _AND and not whole and number >= 20:
            continue
        if word in _TIMES and known is _ENGLISH:
            next_times, open_to = _TIMES[word], 0
            continue
        value = known.get(word)
        if value is None:
            return ""
        if not whole and value == 100 and 1 <= number < 10 and open_to:
            number, open_to = 100 * number, 100
        elif known is _FRENCH and value == 20 and number == 4 and open_to:
            number, open_to = 80, 20
        elif not whole and 0 < value < open_to and number > 0 and (number % 100 or open_to == 100 or value < 20):
            number += value
            open_to = _goes_on(value, known)
        else:
            if number >= 0:
                read += str(number) * times
            times, next_times = next_times, 1
            number, open_to = value, 0 if whole or not value else _goes_on(value, known)
    return read + str(number) * times if number >= 0 else ""


def _goes_on(value: int, known: Words) -> int:
    """Below what the next word must be to be part of the same number; 1 where it may only multiply this one."""
    if value == 100:
        return 100
    if value >= 20:
        return 20 if known is _FRENCH and value in {60, 80} else 10
    return 10 if known is _FRENCH and value == 10 else 1 if value < 10 else 0


def _find(view: View) -> Iterator[Found]:
    lower = view.lower
    for start, stop in _RUN.spans(lower):
        words = [word.span() for word in _WORD.finditer(lower, start, stop)]
        end = words[-1][1]
        if _LARGER.search(lower, start, end) is None:  # spelt digit by digit
            continue
        for known in _LANGUAGES:
            digits = _digits(lower, words, known, whole=known in _WHOLE_WORDS)
            if digits:
                found = _one_of(view, start, end, digits)
                if found:
                    yield found
                    break


def _one_of(view: View, start: int, end: int, digits: str) -> Found | None:
    for kind in ALL_DIGITS:
        if len(digits) in kind.lengths and kind.holds(digits):
            return Found(start, end, kind.type, digits, 0.85, "number-in-words")
    if not _FEWEST_CALLED <= len(digits) <= _MOST_CALLED or _counts(digits):
        return None
    plus = _PLUS.search(view.lower, max(0, start - 5), start)
    number = valid_number(f"+{digits}" if plus else digits, regions(view))
    called = view.finds(CALL, view.before(start))
    dialled = bool(plus) or digits[0] == "0"
    if (number and called) or (dialled and (number or called)):
        return Found(plus.start() if plus else start, end, "phone", number or digits, 0.8, "number-in-words")
    return None


def _counts(digits: str) -> bool:
    """`ten eleven twelve thirteen`"""
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits) - 1, 2)]
    return all(other - one == 1 for one, other in pairwise(pairs))


_TYPES = ("phone", *(kind.type for kind in ALL_DIGITS))
RULES = (Rule("number-in-words", _TYPES, (_PROBE,), _find, doubtful=True),)
