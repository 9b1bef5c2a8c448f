"""Telephone numbers of any country, in the forms that people write.

A plus sign, or a national shape that some country of the context knows, is enough; digits without a shape need a word
such as "Tel." or "call me at" before them. What is a date, a version or the number of an order is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from gateway.pii.detectors.regions import regions
from gateway.pii.detectors.scanning import DIGITS as RUN
from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

_GAP = rb"(?:[ .\-/()]{0,3}|[ ]?\r?\n[ >]{0,4})"
_EXTENSION = rb"(?:[ ,;]{0,2}(?:x|X|ext\.?|Ext\.?|extension|int\.|Durchwahl|poste|DW)[ .:]{0,2}[0-9]{1,6})?"
_PHONE = (
    rb"(?:"
    rb"(?:\+|\b00)[ (]{0,2}[1-9](?:" + _GAP + rb"[0-9]){6,14}"  # international
    rb"|\(?0[1-9](?:" + _GAP + rb"[0-9]){6,10}"  # national, with a zero
    rb"|\(?[1-9][0-9]{2}\)?[ .\-/]{0,3}[0-9]{3}[ .\-]{0,3}[0-9]{4}"  # North America
    rb"|1[ .\-]\(?[2-9][0-9]{2}\)?[ .\-]{0,2}[0-9]{3}[ .\-]?[0-9]{4}"
    rb"|[1-9](?:[ .\-/]{0,2}[0-9]){5,11}"  # no shape: only by context
    rb")" + _EXTENSION
)
_PATTERN = compiled(_PHONE)
_DATE = re.compile(
    rb"[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:[0-9]{4}|[0-9]{2})(?![0-9]|[.\-/ ][0-9])|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
)
_AMERICAN = re.compile(
    rb"\([0-9]{3}\)[ .\-]{0,3}[0-9]{3}[ .\-][0-9]{4}(?![0-9])|(?:1[ .\-])?[0-9]{3}[.\-][0-9]{3}[.\-][0-9]{4}(?![0-9])"
)
_GROUPED = re.compile(rb"\(?0[1-9][0-9]{1,3}\)?[ ][0-9]{3,8}(?:[ ][0-9]{3,4})?")
_SEPARATED = re.compile(rb"[0-9)][ .\-/()]+[0-9(]")
_CALL = re.compile(
    rb"(?:tel|t\xe9l|phone|fon\b|handy|mobil|natel|cell|call|ring|fax|whats ?app|signal|sms|text (?:me|us|him|her)"
    rb"|appel|num\xe9ro|portable|joindre|joignable|chiam|numero|rufnummer|anruf|erreich|durchwahl|hotline|contact"
    rb"|kontakt"
    rb"|contatt|reach|dial|gsm|cellulare|recapito|rappel|zur\xfcckruf|\bm:|\bt:|\bp:|\bf:)"
)
_NO_CALL = re.compile(
    rb"(?:order|bestell|commande|ordine|invoice|rechnung|facture|fattura|isbn|issn|ean\b|gtin|sku|artikel|article"
    rb"|articolo"
    rb"|ticket|version|build|serial|seriennummer|tracking|sendung|kunden|client|customer|ref|rev\b|id\b|ids\b|art\."
    rb"|case"
    rb"|vertrag|contract|police|policy|dossier|akte|betrag|amount|montant|importo|total|chf|eur|usd|gbp|port\b|\$|\x80"
    rb"|steuer|ahv|avs|iban|konto|account|nhs|ssn|vat|ust|siren|siret|hash|commit|timestamp|epoch|postgres|line \d*$"
    rb"|px|zip|plz|matricol|patent|doi|pmid|bug|issue|chassis|lot\b|charge)"
)


def _last(pattern: re.Pattern[bytes], text: bytes) -> int:
    at = -1
    for match in pattern.finditer(text):
        at = match.end()
    return at


@lru_cache(maxsize=4096)
def _number(text: str, region: str | None) -> tuple[str, bool] | None:
    """E.164, and whether that country has such a number."""
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return written, phonenumbers.is_valid_number(parsed)


def _judge(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if start and (
        data[start - 1] in ALNUM or (data[start - 1] in b".-/,_#$=" and start > 1 and data[start - 2] in ALNUM)
    ):
        return None
    if end < len(data) and (
        data[end] in ALNUM or (data[end] in b"-.:," and end + 1 < len(data) and data[end + 1] in DIGITS)
    ):
        return None
    raw = data[start:end]
    if _DATE.match(raw):
        return None
    text = b" ".join(raw.split()).decode("latin-1")
    digits = "".join(char for char in text if char.isdigit())
    before = view.before(start)
    unwanted = bool(_NO_CALL.search(before))
    called = bool(_CALL.search(before)) and (not unwanted or _last(_CALL, before) > _last(_NO_CALL, before))
    if raw[:1] == b"+":
        known = _number(text, None)
        if known or len(digits) >= 8:
            return _found(view, start, end, known[0] if known else "+" + digits, 0.95 if known and known[1] else 0.75)
        return None
    if called:
        if 6 <= len(digits) <= 16:
            return _found(view, start, end, _canonical(view, text, digits), 0.85)
        return None
    if unwanted:
        return None
    if raw[:2] == b"00":
        known = _number("+" + digits[2:], None)
        return _found(view, start, end, known[0], 0.9) if known and known[1] else None
    if _AMERICAN.match(raw):
        return _found(view, start, end, _canonical(view, text, digits), 0.7)
    if raw.lstrip(b"(")[:1] == b"0" and len(digits) >= 9 and (_SEPARATED.search(raw) or len(digits) in {10, 11}):
        for region in regions(view):
            known = _number(text, region)
            if known and known[1]:
                return _found(view, start, end, known[0], 0.8)
        if len(digits) in {10, 11} and _GROUPED.fullmatch(raw):
            return _found(view, start, end, digits, 0.55)
        return None
    if _SEPARATED.search(raw) and 9 <= len(digits) <= 11:
        for region in regions(view)[:3]:
            known = _number(text, region) if region in {"IT", "ES", "US"} else None
            if known and known[1]:
                return _found(view, start, end, known[0], 0.65)
    return None


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    """Not the middle of a word, a longer number, a path or a version."""
    before, after = data[max(0, start - 2) : start], data[end : end + 2]
    if before and (before[-1] in ALNUM or (before[-1] in b".-/,_#$=" and len(before) > 1 and before[0] in ALNUM)):
        return False
    return not (after and (after[0] in ALNUM or (after[0] in b"-.:," and len(after) > 1 and after[1] in DIGITS)))


def _canonical(view: View, text: str, digits: str) -> str:
    for region in regions(view):
        known = _number(text, region)
        if known and known[1]:
            return known[0]
    return digits


def _found(view: View, start: int, end: int, canonical: str, confidence: float) -> Found:
    if view.data[start : start + 1] == b"(" and b")" not in view.data[start:end]:
        start += 1
    return Found(start, end, "phone", canonical, confidence, "phone")


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge)


RULES = (Rule("phone", ("phone",), (RUN,), _find),)
