"""What names a car: vehicle numbers and licence plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.scanning import judged
from gateway.pii.detectors.words import NO_NAMES
from gateway.pii.linear import compiled, mention
from gateway.pii.view import DIGITS, Found, Rule, View

_VIN = rb"(?i)[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}|[A-HJ-NPR-Z0-9]{17}"
# As papers print it: who made it, what it is, which of them it is.
_VIN_IN_PARTS = rb"\b[A-HJ-NPR-Z0-9]{3}[ \-][A-HJ-NPR-Z0-9]{6}[ \-][A-HJ-NPR-Z0-9]{4}[0-9]{4}\b"
_VIN_PATTERN, _VIN_IN_PARTS_PATTERN = compiled(_VIN), compiled(_VIN_IN_PARTS)
_VIN_WORDS = mention(
    rb"\bvin\b|fahrgestell|\bfin\b|chassis|ch\xe2ssis|telaio|vehicle|fahrzeug|v\xe9hicule|veicolo|stammnummer"
)
_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MAKERS = re.compile(
    rb"(?:W(?:BA|BS|VW|V1|V2|DB|DD|DC|AU|P0|0L|F0|MW|ME)|VF[1-9]|ZF[AF]|ZAR|TMB|VSS|SAL|SAJ|SB1|YV1|YS3|KMH|KNA"
    rb"|J[HTMN][A-Z0-9]|1[FGHNC][A-Z0-9]|[2345][A-Z][A-Z0-9])"
)

_CANTONS = rb"(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH|FL)"
_PLATE = (
    rb"[A-Z]{2}-[0-9]{3}-[A-Z]{2}|" + _CANTONS + rb"[ .\-]{0,3}[0-9]{1,3}[ '.]?[0-9]{0,3}"
    rb"|[A-Z\xc4\xd6\xdc]{1,3}[ \-]{1,3}[A-Z]{1,2}[ \-]{0,2}[0-9]{1,4}[EH]?"
    rb"|[A-Z]{2}[ \-]?[0-9]{3}[ \-]?[A-Z]{2}"
    rb"|[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}"
    rb"|[0-9]{4}[ \-]?[BCDFGHJ-NPR-TV-Z]{3}"
    rb"|[0-9]{2,4}[ \-][A-Z]{2,3}[ \-][0-9]{2}"
    rb"|[A-Z]{1,2}[ \-][0-9]{1,5}[ ]?[A-Z]{1,3}"
    rb"|[0-9A-Z]{2,4}[ \-][0-9A-Z]{3,4}|[0-9][A-Z]{3}[0-9]{3}|[A-Z]{3}[0-9]{3,4}"
)
_PLATE_PATTERN = compiled(_PLATE)
_PLATE_WORDS = mention(
    rb"kennzeichen|kontrollschild|nummernschild|autonummer|schild|plaque|immatricul|targa|targhe|plate|registration"
    rb"|reg[._ \-]{0,2}n[ro]|fahrzeug|v\xe9hicule|veicolo|vehicle|\bautos?\b|\bpkws?\b|\bkfz\b|\bpw\b|wagens?\b|\bcar\b"
    rb"|voiture|macchina|furgon|fourgon|camion|\bvan\b|\btruck\b|\blorry\b|transporter|motorr|scooter"
    rb"|parkplatz|parkiert|geparkt|\bparkt|\bparked\b|\bparking\b|stationn|\bgar\xe9|parcheggi"
    rb"|\bhalter(?:in)? (?:von|des)|keeper of"
)
PLATE_ALONE = re.compile(
    _CANTONS + rb"[ \-][0-9]{1,3}[ '.]?[0-9]{3}(?![0-9])"
    rb"|(?!DIN|ISO|EN-|IEC|VDE|SIA)[A-Z\xc4\xd6\xdc]{1,3}-[A-Z]{1,2} [0-9]{2,4}[EH]?"
    rb"|[A-HJ-NP-TV-Z]{2}-[0-9]{3}-[A-HJ-NP-TV-Z]{2}"
    rb"|[A-HJ-PR-Y]{2}[0-9]{2} [A-HJ-PR-Z]{3}"
)
# `2024-BE-00117`, `ref/ZH 123`: the middle of a longer number.
_PART_OF = re.compile(rb"[0-9A-Za-z][\-/_#]$")
_STANDARDS = compiled(
    rb"(?:^|[^a-z0-9_\xdf-\xff])(?:(?:en |(?:din|iso|iec|ref|norm(?:en|e|s)?)(?:[^a-z\xdf-\xff]|$))"
    rb"|referen|standard|artikel|modell|model|typ\b)"
)
# `parts AB-123-CD and AB-124-CD`
_PARTS = compiled(
    rb"\b(?:parts?|(?:ersatz)?teile?|pi\xe8ces?|ricambi[oi]?|sku)\b[^a-z\n]{0,3}(?:[a-z0-9]+-[a-z0-9\-]+[^\n]{0,24})?$"
)
# `livraisons partielles BL 81123`: what is delivered, and no canton.
_DELIVERED = compiled(rb"(?:livrais|lieferschein|consegn|bolla\b|bon de)[^\n]{0,24}$")


_PLATE_NAMES = (
    rb"(?i)(?:\bkfz\b|wagens?\b|kennzeichen|kontrollschild|nummernschild|autonummer|plaque|immatric|targa"
    rb"|targhe|plate|registration|fahrzeug|v\xe9hicule|veicolo|vehicle|\bhalter|keeper)"
)
_SMALL_PATTERN = compiled(
    rb"(?i)(?:kennzeichen|kontrollschild|nummernschild|autonummer|plaque|immatriculation|targa|plate)[ :]{1,3}[A-Za-z]"
)
_SMALL = re.compile(
    rb"(?i)[a-z]{1,3}[ \-]{0,2}(?:[a-z]{1,2}[ \-]{0,2})?[0-9]{2,6}(?:[ \-]{0,2}[a-z]{2,3})?(?![a-z0-9\xdf-\xff])"
)
_FEWEST_DIGITS = 3
_PLATE_SHAPES = (
    _CANTONS + rb"[ .\-]{0,3}[0-9]{2}",
    rb"[A-Z\xc4\xd6\xdc][ \-][A-Z]{1,2}[ \-]?[0-9]",
    rb"[A-Z]{2}[ \-]?[0-9]{3}[ \-]?[A-Z]{2}",
    rb"[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}",
)
_PLATE_PROBES = (*_PLATE_SHAPES, _PLATE_NAMES + rb"[^0-9]*[0-9]")
_VIN_PROBE = rb"(?i)[A-HJ-NPR-Z0-9]{17}"


# `den PW GR·88010`, `PW mit Schild …`, and neither `PW GR12ab!` nor `der PW lautet …`, which may be a password.
_OF_A_CAR = re.compile(
    rb"PW,?[ ](?:(?i:mit (?:schild|kennzeichen|kontrollschild))\b"
    rb"|(?:"
    + _CANTONS
    + rb"[ .\-\xb7\x7f]{1,3}[0-9]{1,6}|[A-Z\xc4\xd6\xdc]{1,3}[ \-][A-Z]{1,2}[ \-]?[0-9]{1,4}[EH]?)(?=[ ,;.)\n]|$))"
)


def is_a_car(data: bytes, start: int) -> bool:
    """Whether `PW` at a place stands for a car, as in Switzerland, with its plate behind it."""
    return _OF_A_CAR.match(data, start) is not None


def _judge_vin(view: View, start: int, end: int) -> Found | None:
    value = view.data[start:end].decode("ascii").upper()
    if not view.apart(start, end) or value.isdigit() or value.isalpha():
        return None
    if view.says(_VIN_WORDS) and view.finds(_VIN_WORDS, view.before(start)):
        return Found(start, end, "vin", value, 0.95, "vin")
    if view.data[start:end].isupper() and (
        vin_holds(value) or (_MAKERS.match(view.data, start) and value[12:].isdigit())
    ):
        return Found(start, end, "vin", value, 0.8, "vin")
    return None


def vin_holds(value: str) -> bool:
    """The check digit of North America and China, in the ninth place."""
    total = sum(
        (int(char) if char.isdigit() else _VIN_VALUES[char]) * weight
        for char, weight in zip(value, _VIN_WEIGHTS, strict=True)
    )
    return value[8] == "0123456789X"[total % 11]


def _judge_plate(view: View, start: int, end: int) -> Found | None:
    raw = view.data[start:end].rstrip(b" .'-")
    end = start + len(raw)
    if not view.apart(start, end) or not any(byte in DIGITS for byte in raw):
        return None
    if _PART_OF.search(view.data, max(0, start - 2), start):
        return None
    before = view.before(start, 40)
    wanted = view.says(_PLATE_WORDS) and view.finds(_PLATE_WORDS, before)
    if wanted or (
        PLATE_ALONE.fullmatch(raw)
        and not _STANDARDS.occurs(before[-12:])
        and not view.finds(_DELIVERED, before)
        and not view.finds(_PARTS, before)
    ):
        if raw.translate(None, b" .-'").isdigit() or (wanted and len(raw) < 4):
            return None
        value = raw.translate(None, b" .-'").decode("latin-1").upper()
        return Found(start, end, "license_plate", value, 0.85 if wanted else 0.6, "plate")
    return None


def _find_vin(view: View) -> Iterator[Found]:
    yield from judged(_VIN_PATTERN, view, _judge_vin)
    if not view.says(_VIN_WORDS):
        return
    for start, end in _VIN_IN_PARTS_PATTERN.spans(view.data):
        if view.finds(_VIN_WORDS, view.before(start)):
            value = view.data[start:end].translate(None, b" -").decode("ascii")
            yield Found(start, end, "vin", value, 0.9, "vin")


def _find_plate(view: View) -> Iterator[Found]:
    yield from judged(_PLATE_PATTERN, view, _judge_plate)
    for _, end in _SMALL_PATTERN.spans(view.data):  # `targa ze 219 wj`, in letters of any size and at any distance
        value = _SMALL.match(view.data, end - 1)
        words = value[0].lower().decode("latin-1").split() if value else []
        if value and NO_NAMES.isdisjoint(words) and sum(byte in DIGITS for byte in value[0]) >= _FEWEST_DIGITS:
            plain = value[0].translate(None, b" -").decode("latin-1").upper()
            yield Found(*value.span(), "license_plate", plain, 0.7, "plate")


RULES = (
    Rule("vin", ("vin",), (_VIN_PROBE, _VIN_IN_PARTS), _find_vin),
    Rule("plate", ("license_plate",), _PLATE_PROBES, _find_plate, leads=(*_PLATE_SHAPES, _PLATE_NAMES)),
)
