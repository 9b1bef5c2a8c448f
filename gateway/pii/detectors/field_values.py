"""What stands behind the label of a kind, and whether it can be a value of that kind at all.

A schema says `string` behind `surname`, a table may have two rows of heads, and what was replaced once is not again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from gateway.core.privacy import DATA_TYPES
from gateway.pii.detectors.date_forms import DATE, canonical_date
from gateway.pii.detectors.letters_by_lot import are_letters_by_lot
from gateway.pii.detectors.likely_passwords import plausible_secret
from gateway.pii.detectors.name_reading import lowered, plausible, plausible_part
from gateway.pii.detectors.streets import POSTCODE, STREET_ALONE, TOWN, TOWN_ALONE
from gateway.pii.detectors.words import THINGS
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.structure import MASKED
from gateway.pii.view import ALNUM, DIGITS, Found, View

CERTAIN: Final = 0.92
_LIKELY = 0.75
_BEFORE_VALUES, _BEHIND_VALUES = b" \t\r\n\"'*_`(", b" \t\r\n\"'*_`,.)"
_AROUND = 300
_GIVEN_LABEL = re.compile(rb"vorname|pr[e\xe9]nom|first[ _]?name|given[ _]?name|\bnome\b")
# What a schema or an example says in place of a value.
_EMPTY = """
    string str text varchar char value null none n/a tbd unknown unbekannt inconnu sconosciuto valeur valore wert
    required optional number integer boolean date true false cvv cvc cvv2 cvc2
    """
_NO_VALUES = frozenset(_EMPTY.split())
_NO_VALUES_AT_ALL = _NO_VALUES.union(DATA_TYPES)
# What stands in for a value already: `EMAIL_k7f3q2`, `[EMAIL]`.
_STANDS_IN = re.compile(rb"\b[A-Z][A-Z_]{1,24}[a-z]?_[0-9a-z]{6}\b")
_PERSONAL = compiled(
    rb"e-?mail|phone|telef|t\xe9l\xe9|mobil|geburt|birth|naissance|nascita|\bdob\b|ahv|avs\b|vorname|pr\xe9nom"
    rb"|cognome|surname|\btel\b|customer|kund[ei]|employee|mitarbeiter|contact|kontakt|client|salary|lohn|salaire"
    rb"|stipendio|address|adresse|anschrift|indirizzo|patient|\biban|passport|passeport|reisepass|\bssn\b|\bdob\b"
    rb"|card\b|karte|\bcarte\b|\bcarta\b|\bpan\b|nationalit|\bzip\b|\bplz\b|postcode|geschlecht|gender"
)
_NO_DIGITS = bytes(byte for byte in range(256) if byte not in DIGITS)
_PHONE, _FEWEST_DIGITS = re.compile(rb"\+?[0-9(](?:[ .\-/()]{0,3}[0-9]){4,16}"), 5
# Behind `Name, Vorname:`, of which only the last word is taken for the label.
_TURNED = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,24}, [A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,24}")
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}")
_ADDRESS = re.compile(rb"[A-Za-z\xc0-\xff]{2}.*[0-9]|[0-9].*[A-Za-z\xc0-\xff]{3}", re.DOTALL)
_STREET_NAME = re.compile(rb"[A-Za-z\xc0-\xff][A-Za-z\xc0-\xff'.\- ]{2,60}")
_PATHS = re.compile(rb"(?i)https?:|u?int(?:8|16|32|64|128|256)\b|/|0x|[0-9.]+$|[^ ]+@")
_LONG_ENOUGH_CUT = 12
# A password may be a word, as people choose them; a token is drawn by lot: `"token": "bearer"`, `token: 4096`. So are
# most keys, but for those of networks and those that a program asks its owner for: `WLAN-Key`, `MASTER_KEY`.
_OF_WHAT_IS_DRAWN = re.compile(
    r"(?i)(?!.*(?:secret|pass|wlan|wi-?fi|wpa|psk|netz|network|master|admin|crypt|signing|unlock))"
    r".*(?:token|key|authorization|bearer|credentials?)[^a-z]*$"
)
_NOT_DRAWN = re.compile(rb"(?:[A-Za-z\xc0-\xff]?[a-z\xdf-\xff]{3,}|[0-9]{1,5})(?=[,;)]*(?:\s|$))")
# Where a name or an address in prose ends. Behind four small letters stands no full stop of `Av.` or `St.`.
_NEXT_SENTENCE = re.compile(rb"(?<=[a-z\xdf-\xff]{4})(?<!str)(?<!stra)\.[ ]+(?=[A-Z\xc0-\xde])|[ ]{2,}")
# `…, 00184 Roma. Il telefono resta …`, `…, Torino TO. Cell. …`, `…, OH 43215, so that she …`
_BEHIND_ADDRESS = re.compile(
    rb"(?<=[A-Z\xc0-\xde][a-z\xdf-\xff]{3})\.[ ]+(?=[A-Z\xc0-\xde][a-z\xdf-\xff]*[ ][a-z])"
    rb"|(?:(?<=[a-z\xdf-\xff][ ][A-Z]{2})|(?<=\)))\.[ ]+(?=[A-Z\xc0-\xde][a-z])"
    rb"|(?<=[0-9a-z\xdf-\xff]),[ ](?=(?:so|and|but|which|where|who|und|aber|wo|damit|bitte|et|mais|o\xf9|qui"
    rb"|e|ma|dove|che)[ ])|[ ][\-\x7f][ ](?=[a-z\xdf-\xff])"
)
# `Rosenweg 132a - c/o Meier, 8610 Uster`: a town may yet come.
_STILL_ADDRESS = re.compile(
    rb"\bc/o\b|\b[0-9]{4,5}[ ](?:[a-z]{2,3}[ ])?[A-Z\xc0-\xde]|\b[A-Z]{2}[ ][0-9]{5}\b|" + POSTCODE
)
_NUMBER = re.compile(rb"[A-Za-z0-9\xc0-\xff](?:[ \-.]{0,3}[A-Za-z0-9]){3,14}(?![A-Za-z0-9])")


class _Labelled(NamedTuple):
    """`value` as it stands from `start` to `end` in the text, without quotes and emphasis.

    `structural`: its form shows where it ends, as quotes and cells do.
    """

    view: View
    kind: str
    start: int
    end: int
    value: bytes
    structural: bool

    @property
    def small(self) -> str:
        return self.value.lower().decode("latin-1")

    @property
    def confidence(self) -> float:
        return CERTAIN if self.structural else _LIKELY


def find_value(view: View, kind: str, label: str, start: int, end: int, *, structural: bool) -> Iterator[Found]:
    """What is of `kind`, as `gateway.pii.labels.kind_of` tells it of `label`, between `start` and `end`."""
    labelled = _bare(view, kind, start, end, structural)
    if labelled is None or _is_no_value(labelled):
        return
    if kind == "secret":
        yield from _secret(labelled, drawn=_OF_WHAT_IS_DRAWN.match(label) is not None)
    elif reader := _READERS.get(kind):
        yield from reader(labelled)


def _bare(view: View, kind: str, start: int, end: int, structural: bool) -> _Labelled | None:
    raw = view.data[start:end]
    signs = len(raw) - len(raw.lstrip(_BEFORE_VALUES))
    if MASKED in raw[:signs]:  # its value was masked; what comes behind it is another's
        return None
    start += signs
    value = raw[signs:].rstrip(_BEHIND_VALUES)
    return _Labelled(view, kind, start, start + len(value), value, structural) if value else None


def _is_no_value(labelled: _Labelled) -> bool:
    value = labelled.value
    stands_in = labelled.kind != "secret" and b"_" in value and _STANDS_IN.search(value) is not None
    return stands_in or labelled.small in _NO_VALUES_AT_ALL


def _person(labelled: _Labelled) -> Iterator[Found]:
    view, kind, start, end, value, structural = labelled
    if not structural:
        value = _NEXT_SENTENCE.split(value, 1)[0]
    if kind_of(value.decode("latin-1")):  # a row of heads
        return
    free = kind == "person" or _beside_others(view, start, end)
    named = plausible(value, structural=free) if kind != "name" or _TURNED.fullmatch(value) else []
    if not named and (kind == "name" or (free and _beside_given(view, start, end))):
        named = plausible_part(value)
    for begin, stop in named:
        surface = value[begin:stop].decode("latin-1").lower()
        yield Found(start + begin, start + stop, "person", surface, labelled.confidence, f"label-{kind}")


def _phone(labelled: _Labelled) -> Iterator[Found]:
    match = _PHONE.match(labelled.value)
    digits = match[0].translate(None, _NO_DIGITS).decode("ascii") if match else ""
    if match and len(digits) >= _FEWEST_DIGITS:
        yield Found(labelled.start, labelled.start + match.end(), "phone", digits, 0.7, "label-phone")


def _date_of_birth(labelled: _Labelled) -> Iterator[Found]:
    date = DATE.search(labelled.value) or _YEAR.fullmatch(labelled.value)
    if date:
        begin, stop = (labelled.start + place for place in date.span())
        yield Found(begin, stop, "date_of_birth", canonical_date(date[0]), 0.95, "label-birth")


def _address(labelled: _Labelled) -> Iterator[Found]:
    value = labelled.value
    if not labelled.structural:
        value = _NEXT_SENTENCE.split(value, 1)[0]
        ends = (end.start() for end in _BEHIND_ADDRESS.finditer(value) if not _STILL_ADDRESS.search(value, end.end()))
        value = value[: next(ends, None)]
    if (
        value[0] in ALNUM
        and labelled.small.partition(",")[0] not in _NO_VALUES
        and (_ADDRESS.search(value) or STREET_ALONE.match(value))
        and not _PATHS.match(value)
    ):
        stop = labelled.start + len(value)
        below = TOWN.match(labelled.view.data, stop)  # `Adresse: Hinterdorf 43`, and below it `3900 Brig`
        stop = below.end() if below else stop
        small = labelled.view.data[labelled.start : stop].lower().decode("latin-1")
        yield Found(labelled.start, stop, "address", small, labelled.confidence, "label-address")


def _street(labelled: _Labelled) -> Iterator[Found]:
    """Its number stands in a field of its own: so it is one by whatever name."""
    if _STREET_NAME.fullmatch(labelled.value):
        yield Found(labelled.start, labelled.end, "address", labelled.small, _LIKELY, "label-address")
    else:
        yield from _address(labelled)


def _town(labelled: _Labelled) -> Iterator[Found]:
    thing = lowered(labelled.value.split()[-1]) in THINGS  # `city: 2024 Olympics`
    if not thing and TOWN_ALONE.fullmatch(labelled.value):
        yield Found(labelled.start, labelled.end, "address", labelled.small, _LIKELY, "label-address")


def _secret(labelled: _Labelled, *, drawn: bool) -> Iterator[Found]:
    if drawn and (word := _NOT_DRAWN.match(labelled.value)) and not are_letters_by_lot(word[0]):
        return
    stop = plausible_secret(labelled.value, structural=labelled.structural, drawn=drawn)
    end = labelled.start + stop
    cut = drawn and stop < _LONG_ENOUGH_CUT and labelled.view.data.startswith(b"...", end)  # `sk-ant-...`
    if stop and not cut:
        plain = labelled.value[:stop].decode("latin-1")
        yield Found(labelled.start, end, "secret", plain, 0.93, "label-secret")


def _document(labelled: _Labelled) -> Iterator[Found]:
    match = _NUMBER.match(labelled.value)
    if match and not DIGITS.isdisjoint(match[0]):
        plain = match[0].translate(None, b" -.").decode("latin-1").upper()
        stop = labelled.start + match.end()
        yield Found(labelled.start, stop, labelled.kind, plain, 0.85, f"label-{labelled.kind}")


_READERS: dict[str, Callable[[_Labelled], Iterator[Found]]] = {
    "person": _person,
    "anyone": _person,
    "name": _person,
    "phone": _phone,
    "date_of_birth": _date_of_birth,
    "address": _address,
    "street": _street,
    "town": _town,
    "passport": _document,
    "license_plate": _document,
}


def _beside_others(view: View, start: int, end: int) -> bool:
    """`name` and `from` are said of anything; beside a telephone number or a birth date it is a person's."""
    return _PERSONAL.first(view.lower, max(0, start - _AROUND), min(len(view.lower), end + _AROUND))[0] >= 0


def _beside_given(view: View, start: int, end: int) -> bool:
    """`Name` beside `Vorname` is a surname."""
    return bool(_GIVEN_LABEL.search(view.lower, max(0, start - _AROUND), end + _AROUND))
