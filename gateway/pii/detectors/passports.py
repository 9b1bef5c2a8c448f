"""Numbers of passports and identity cards, behind a word that says so, and the lines that machines read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

_WORDS = (
    rb"(?i)(?:passport|reisepass|pass(?:port)?[ \-]?(?:nr|nummer|number|no)|passeport|passaporto|ausweis"
    rb"|identit\xe4tskarte|identity card|id[ \-](?:card|karte)|\bc\.?i\.? n[\xb0.]"
    rb"|carte d.identit\xe9|carta d.identit\xe0|\bcni\b|personalausweis"
    rb"|travel document|\bpass(?:es)?\b)"
)
_LABEL = compiled(_WORDS)
_VALUE = re.compile(
    rb"(?<![A-Za-z0-9])(?:[A-Z]{1,3}[ ]?[0-9]{5,8}|[0-9]{2}[ ]?[A-Z]{2}[ ]?[0-9]{5}"
    rb"|(?=[A-Z]{0,8}[0-9])[CFGHJKLMNPRTVWXYZ0-9]{9}"
    rb"|[0-9]{8,9}|[A-Z]{2}[0-9]{5}[A-Z]{2}|[a-z]{1,2}[0-9]{6,8})[0-9]?(?![A-Za-z0-9])"
)
_TWELVE = re.compile(rb"(?<![A-Za-z0-9])[0-9]{12}(?![A-Za-z0-9])")
"""Cards of France until 2021."""
# A document of no kind: the form of its number has to tell, directly behind the word.
_DOCUMENT = (
    rb"\b[Dd]oc(?:\.|ument[oi]?(?: d'identit\xe0)?)[ :,]{1,2}(?:n\.|n\xb0|nr\.?|no\.|numero)?[ ]?"
    rb"(?:[A-Z]{1,2}[0-9]{7}|[A-Z]{2}[0-9]{5}[A-Z]{2})\b"
)
_DOCUMENT_PATTERN = compiled(_DOCUMENT)
_OTHER = re.compile(rb"[ ,;]{1,3}(?:new|neu|nouveau|nuovo|and|und|et|e)[: ]{1,2}")
_MACHINE = (
    rb"[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{2,16}|[PIAC][A-Z<][A-Z<]{3}[A-Z]{2,30}<<[A-Z<]{2,40}"
)
_MACHINE_PATTERN = compiled(_MACHINE)
_REACH = 64


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _LABEL.spans(data):
        until = min(len(data), end + _REACH)
        value = _VALUE.search(data, end, until)
        if value is None and data[start:end].lower().startswith((b"carte", b"cni")):
            value = _TWELVE.search(data, end, until)
        if value and b"\n\n" not in data[end : value.start()]:
            yield _found(value.start(), value.end(), data)
            other = _OTHER.match(data, value.end())
            another = _VALUE.match(data, other.end()) if other else None
            if another:
                yield _found(another.start(), another.end(), data)
    for start, end in _DOCUMENT_PATTERN.spans(data):
        value = _VALUE.search(data, start, min(len(data), end + 3))
        if value and data[value.start()] not in DIGITS:
            yield _found(value.start(), value.end(), data)
    for start, end in _MACHINE_PATTERN.spans(data):
        if not (start and data[start - 1] in ALNUM) and any(byte in DIGITS or byte == 0x3C for byte in data[start:end]):
            yield Found(start, end, "passport", data[start:end].decode("latin-1"), 0.95, "passport-machine")


def _found(start: int, end: int, data: bytes) -> Found:
    value = data[start:end].translate(None, b" ").decode("latin-1").upper()
    return Found(start, end, "passport", value, 0.85, "passport")


_BRACKETS = rb"<<|<[0-9A-Z]"

RULES = (
    Rule(
        "passport",
        ("passport",),
        (_WORDS + rb"[^0-9]*[0-9]", _BRACKETS, _DOCUMENT),
        _find,
        leads=(_WORDS, _BRACKETS, _DOCUMENT),
    ),
)
