"""Values without a check digit that are taken apart or encoded, directly behind the word that says what they are.

`geboren am 0.3.0.7.1.9.9.4`, `VIN (TMB)(JG7)(NE8)(1Z6)(770)(95)`, `per Mail an an na @x .c h`, a passport's number of
which the second half stands in the next line.

Invariants
- Linear: behind a word no more than `_REACH` characters are looked at.
- In pieces of one size with the same signs between, but for the last; or broken once by a line's end. What hangs
  together as it is written is left to the rule of its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from stdnum.gb import nhs

from gateway.pii.detectors.date_forms import MONTHS
from gateway.pii.detectors.machines import address_in
from gateway.pii.detectors.national_ids import NUMBERS, Number
from gateway.pii.detectors.states import de_tax_id_holds, es_nif_holds
from gateway.pii.encoded import said_by
from gateway.pii.folding import fold
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_YEAR = rb"(?:19[0-9]{2}|20[01][0-9]|202[0-4])"
_DAY, _MONTH = rb"(?:0?[1-9]|[12][0-9]|3[01])", rb"(?:0?[1-9]|1[0-2])"
_BIRTH = re.compile(
    rb"(?i)"
    + _DAY
    + _MONTH
    + _YEAR
    + rb"|"
    + _MONTH
    + _DAY
    + _YEAR
    + rb"|"
    + _YEAR
    + rb"(?:0[1-9]|1[0-2])[0-3][0-9]"
    + rb"|"
    + _DAY
    + rb"(?:st|nd|rd|th|er)?(?:of|de|di)?"
    + MONTHS
    + _YEAR
    + rb"|"
    + MONTHS
    + _DAY
    + rb"(?:st|nd|rd|th)?"
    + _YEAR
)
_MAIL = re.compile(
    rb"[a-z0-9\xdf-\xff_+.\-]{2,40}@[a-z0-9\-]{2,24}"
    rb"(?:com|org|net|edu|info|ch|de|at|fr|it|es|eu|li|be|nl|uk|ie|us|ca|me|io|co)"
)
_PLATE = re.compile(rb"(?=.{5,9}$)(?:[A-Z]{1,5}[0-9]{1,6}[A-Z]{0,3}|[0-9]{1,4}[A-Z]{1,3}[0-9]{0,6})")
_PASSPORT = re.compile(
    rb"[A-Z]{1,3}[0-9]{5,8}|[0-9]{2}[A-Z]{2}[0-9]{5}|[CFGHJKLMNPRTVWXYZ0-9]{9}|[0-9]{8,9}|[A-Z]{2}[0-9]{5}[A-Z]{2}"
)
_VIN = re.compile(rb"(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}")
_MAC = re.compile(rb"[0-9A-Fa-f]{12}")
_PHONE = re.compile(  # of those nearby the country may stand without its sign
    rb"(?:\+|00?)[1-9][0-9]{7,12}|[2-9][0-9]{2}[2-9][0-9]{6}|(?:41|49|43|33|44|32|31|1)[1-9][0-9]{7,9}|39[03][0-9]{8,10}"
)
_NIF = 9
_HEALTH_CARD = re.compile(rb"80756[0-9]{15}")


class _Kind(NamedTuple):
    """`signs`: those that are part of a piece; `fits`: whether the pieces put together are one of its values."""

    type: str
    words: bytes
    signs: bytes
    fits: Callable[[bytes], bool]


def _is(pattern: re.Pattern[bytes]) -> Callable[[bytes], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _is_mail(value: bytes) -> bool:
    return value.find(b"@") >= 0 and _MAIL.fullmatch(value.lower()) is not None


def _holds(number: Number) -> Callable[[bytes], bool]:
    return lambda value: len(value) in number.counts and bool(number.holds(value.decode("latin-1")))


def _is_mac(value: bytes) -> bool:
    return _MAC.fullmatch(value.translate(None, b":-")) is not None


_KINDS = (
    _Kind(
        "date_of_birth",
        rb"geboren(?: am)?|geburtsdatum|\bgeb\.|\bborn(?: on)?|date of birth|\bdob\b|\bn\xe9e?(?: le)?\b|naissance"
        rb"|\bnat[oa](?: il)?\b|nascita",
        b"",
        _is(_BIRTH),
    ),
    _Kind("email", rb"e-?mail|courriel|\bmail\b", b"@_+", _is_mail),
    _Kind(
        "license_plate",
        rb"kennzeichen|kontrollschild|nummernschild|autonummer|immatricul|plaque|targata|\btarga\b|licen[cs]e plate"
        rb"|number plate",
        b"",
        _is(_PLATE),
    ),
    _Kind("passport", rb"passport|reisepass|passeport|passaporto", b"", _is(_PASSPORT)),
    _Kind("vin", rb"\bvin\b|fahrgestell|chassis|ch\xe2ssis|telaio", b"", _is(_VIN)),
    _Kind("mac_address", rb"\bmac\b", b":", _is_mac),
    _Kind("ip_address", rb"\bip\b", b":", address_in),
    _Kind(
        "phone",
        rb"telefon|\btel\b|t\xe9l\b|t\xe9l\xe9phone|\bphone|\bmobil|\bnatel\b|\bhandy\b|\bcell\b|\bcall\b",
        b"+",
        _is(_PHONE),
    ),
    _Kind("uk_nhs", rb"\bnhs\b", b"", lambda value: bool(nhs.is_valid(value.decode("latin-1")))),
    _Kind("de_tax_id", rb"\bsteuer|\bidnr", b"", lambda value: de_tax_id_holds(value.decode("latin-1"))),
    _Kind("us_ssn", rb"\bssn\b|social security", b"", _is(re.compile(rb"[0-9]{9}"))),
    _Kind("uk_nino", rb"national insurance|\bnino\b|\bni (?:no|num)", b"", _is(re.compile(rb"[A-Z]{2}[0-9]{6}[A-D]"))),
    _Kind(
        "es_nif",
        rb"\bnif\b|\bnie\b|\bdni\b",
        b"",
        lambda value: len(value) == _NIF and es_nif_holds(value.decode("latin-1")),
    ),
    _Kind("ch_health_card", rb"versichertenkarte|carte d.assur\xe9|tessera", b"", _is(_HEALTH_CARD)),
    *(_Kind("national_id", number.words, b"", _holds(number)) for number in NUMBERS if number.counts),
)
WORDS = {kind.type: kind.words for kind in _KINDS}
"""Type -> what says that one of its values follows; of those of several states, one's."""

_PROBE = rb"(?i)(?:" + b"|".join(kind.words for kind in _KINDS) + rb")"
_PATTERN = compiled(_PROBE)
_WHICH = re.compile(rb"(?i)" + b"|".join(rb"(%s)" % kind.words for kind in _KINDS))
_REACH, _FIRST, _LARGEST = 160, 8, 4
_PIECES = {kind.type: re.compile(rb"[0-9A-Za-z\xc0-\xff%s]+" % re.escape(kind.signs)) for kind in _KINDS}
_GAP = re.compile(rb"[ .,\-/|_*:()\[\]{}']{1,5}|[ .\-/']{0,2}\r?\n[ \t>]{0,8}[ .\-/']{0,2}")
_BREAK = re.compile(rb"[ .,\-/']{0,2}\r?\n[ \t>]{0,8}[ .\-/']{0,2}")
_WITHIN = re.compile(rb"[ .,\-/']{0,3}")
_MOST_PIECES, _LONGEST_HALF = 44, 17

# A number or an address of mail in pieces, or what a line's end breaks: all else is not worth taking apart.
_PIECE = rb"[0-9A-Za-z\xc0-\xff:@_+]"
_BETWEEN = rb"[ .,\-/|_*:()\[\]{}']{1,5}"
_MAY_FOLLOW = re.compile(
    rb"(?<![0-9A-Za-z\xc0-\xff])" + _PIECE + rb"{1,4}" + _BETWEEN + _PIECE + rb"{0,3}[0-9@]"
    rb"|[0-9@]" + _PIECE + rb"{0,3}" + _BETWEEN + _PIECE + rb"{1,4}(?![0-9A-Za-z\xc0-\xff])"
    rb"|[0-9@][^\n]{0,20}\n|\n[^\n]{0,20}[0-9@]"
)
# Whole bytes, with a digit, a filling or a capital within: no word.
_ENCODED = re.compile(
    rb"(?<![^\s\"'`(:=])(?=[A-Za-z+/]*[0-9=]|[A-Z]*[a-z]+[A-Z])"
    rb"(?:(?:[0-9A-Fa-f]{2}){6,40}|(?=[^=]{6})(?:[A-Za-z0-9+/_\-]{4}){1,12}(?:[A-Za-z0-9+/_\-]{2}(?:[A-Za-z0-9+/_\-]=?|==)?)?)"
    rb"(?![0-9A-Za-z+/=])"
)
_SIGNS, _NEAR = b" .,-/()'", 64
_OF_MAIL, _SHORTEST = b"@_+", 5

_ON_TWO_LINES = re.compile(rb"[^ ,/'\r\n]+\r?\n[ \t>]{0,8}[^ ,/'\r\n]+")
_ELSEWHERE = frozenset({"national_id"})
"""Taken apart these are what `obfuscated_numbers` looks for: nearly every number has the check digit of some state."""
# Of the others a shorter one may be the beginning of a longer one.
_TELLS_ITS_END = frozenset({"email", "ip_address", "mac_address", "vin", "license_plate"})

Span = tuple[int, int]
_Way = Callable[[bytes, list[Span], int], int]


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, end in _PATTERN.spans(data):
        if end < done:
            continue
        until = data.find(b"\n\n", end, end + _REACH)
        until = until if until >= 0 else min(len(data), end + _REACH)
        run = _ENCODED.search(data, end, min(until, end + _NEAR))
        may_follow = _MAY_FOLLOW.search(data, end, until) is not None
        if run is None and not may_follow:
            continue
        named = _WHICH.match(data, start)
        assert named is not None
        kind = _KINDS[(named.lastindex or 1) - 1]
        if run and kind.fits(fold(said_by(run[0])).translate(None, _SIGNS)):
            yield Found(*run.span(), kind.type, run[0].decode("latin-1"), 0.85, "encoded-behind-word")
            done = run.end()
            continue
        if not may_follow or kind.type in _ELSEWHERE:
            continue
        if kind.signs == _OF_MAIL and data.find(b"@", end, until) < 0:
            continue
        pieces = [piece.span() for piece in _PIECES[kind.type].finditer(data, end, until)]
        found = _one_of(data, pieces, kind, (_even, _broken) if _breaks(data, pieces) else (_even,))
        if found:
            yield found
            done = found.end


def _breaks(data: bytes, pieces: list[Span]) -> bool:
    """Whether a line ends between two that `_broken` could join."""
    return any(
        data.find(b"\n", end, start) >= 0 and _BREAK.fullmatch(data, end, start) is not None
        for (_, end), (start, _) in pairwise(pieces[: 2 * _FIRST])
    )


def _one_of(data: bytes, pieces: list[Span], kind: _Kind, ways: tuple[_Way, ...]) -> Found | None:
    for first in range(min(len(pieces), _FIRST)):
        if kind.fits(data[slice(*pieces[first])]):  # the number that the word is about
            return None
        for way in ways:
            last = way(data, pieces, first)
            if way is _broken and last > first and _is_whole(data, pieces[first : last + 1], kind):
                return None
            while last > first and pieces[last][1] - pieces[first][0] > _SHORTEST:
                if way is _broken and data.find(b"\n", pieces[first][1], pieces[last][0]) < 0:
                    break  # nor is there a line's end among fewer
                value = b"".join([data[start:end] for start, end in pieces[first : last + 1]])
                if kind.fits(value) and (way is not _broken or _hangs(data, pieces[first], pieces[last], kind)):
                    canonical = value.decode("latin-1").upper()
                    return Found(pieces[first][0], pieces[last][1], kind.type, canonical, 0.85, "taken-apart")
                last -= 1
    return None


def _is_whole(data: bytes, pieces: list[Span], kind: _Kind) -> bool:
    """`Kennzeichen: K TX 7419`, and in the next line `FIN: …`: what ends with its line is not broken by it."""
    if kind.type not in _TELLS_ITS_END:
        return False
    line = [data[start:end] for start, end in pieces if data.find(b"\n", pieces[0][0], start) < 0]
    return kind.fits(b"".join(line))


def _hangs(data: bytes, first: Span, last: Span, kind: _Kind) -> bool:
    """No blank and no comma stands within an address of mail but at its line's end: they part the cells of a table."""
    return kind.signs != _OF_MAIL or _ON_TWO_LINES.fullmatch(data, first[0], last[1]) is not None


def _even(data: bytes, pieces: list[Span], first: int) -> int:
    """The last of the pieces of one size that begin with the first; a smaller one ends them."""
    size = pieces[first][1] - pieces[first][0]
    last = first
    if size > _LARGEST:
        return first
    between = b""
    for at in range(first + 1, min(len(pieces), first + _MOST_PIECES)):
        start, end = pieces[at]
        gap = data[pieces[at - 1][1] : start]
        between = between or gap
        if end - start > size or _GAP.fullmatch(gap) is None or (gap != between and size > 1) or gap.find(b"\n") >= 0:
            break
        last = at
        if end - start < size:
            break
    return last


def _broken(data: bytes, pieces: list[Span], first: int) -> int:
    """The last of the pieces of which one ends its line and all others are near."""
    last, breaks = first, 0
    for at in range(first + 1, min(len(pieces), first + _FIRST)):
        gap = data[pieces[at - 1][1] : pieces[at][0]]
        if _BREAK.fullmatch(gap) is not None:
            breaks += 1
        elif _WITHIN.fullmatch(gap) is None:
            break
        if breaks > 1 or pieces[at][1] - pieces[at][0] > _LONGEST_HALF:
            break
        last = at
    return last


_TYPES = tuple(dict.fromkeys(kind.type for kind in _KINDS))
RULES = (Rule("taken-apart", _TYPES, (_PROBE,), _find, doubtful=True),)
