"""Numbers of bank accounts and payment cards, by length, issuer and check digits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from stdnum.iso7064 import mod_97_10

from gateway.pii.detectors import card_codes
from gateway.pii.detectors.scanning import DIGITS as RUN
from gateway.pii.detectors.scanning import GAP, bare, is_dumped, is_of_a_column, judged, judged_in_runs, prefix_of
from gateway.pii.linear import compiled, mention
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_COUNTRIES = "|".join(f"{code[0]}[ ]?{code[1]}" for code in IBAN_LENGTHS).encode()
_IBAN = (
    rb"(?i:"
    + _COUNTRIES
    + rb")"
    + GAP
    + rb"?(?:[0-9]"
    + GAP
    + rb"?[0-9OIl]|[OIl]"
    + GAP
    + rb"?[0-9])(?:"
    + GAP
    + rb"?[0-9A-Za-z]){11,30}"
)
_IBAN_PATTERN = compiled(_IBAN)
_IBAN_WORDS = compiled(rb"iban|konto|account|compte|conto|bank|qr-")
# `MT42 SSWL 9225 6ZWE JF2A …`, `LU21717Q7PHUOW3838KP`: of letters amid which no six digits follow each other.
_LETTERED = rb"[A-Z]{2}[0-9]{2}[ \-]?[A-Z0-9]{4}[ \-]?[A-Z0-9]{4}[ \-]?[A-Z0-9]{3}|\b[a-z]{2}[0-9]{2}[a-z0-9]{15}"
_GROUPED = re.compile(rb"[A-Za-z]{2}[0-9]{2}[ .\-][0-9A-Za-z]{4}[ .\-][0-9A-Za-z]{4}")
# A mistyped account begins as accounts are written, and not as `AHV no. 756.9217…`.
_BEGINS = re.compile(rb"[A-Za-z]{2}[0-9OIl]|[A-Z]{2}[ ][0-9]")
_IN_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){0,3}$")
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])")
_BIC = re.compile(rb"(?:BIC|SWIFT|Bank|Konto|Inhaber|Betrag)")
# `?31CH49…`: a field of a statement of account (SWIFT's MT940, field 86).
_SUBFIELD = re.compile(rb"\?[0-9]{2}$")
_AS_DIGIT = str.maketrans("OIL", "011")

_CARD = rb"[0-9](?:" + GAP + rb"?[0-9]){11,18}"
_CARD_PATTERN = compiled(_CARD)
_CARD_WORDS = mention(
    rb"visa|master ?card|amex|american express|kredit|karte|credit|debit|card|carte|carta|diners|maestro|cvv|cvc|pan\b"
)
_CARD_SAID = mention(
    rb"\bvisa|master ?card|amex|american express|kreditkarte|kartennummer|bankkarte|debitkarte|credit ?card"
    rb"|debit ?card|card ?n|card\b|\bcarte\b|\bcarta\b|diners|maestro|\bjcb\b|\bcc\b|\bpan\b"
)
_DOTTED = re.compile(
    rb"(?:[0-9]{2}\.){7}[0-9]{2}|[0-9]{4}\.[0-9]{4}\.[0-9]{4}\.[0-9]{3,4}|[0-9]{4}\.[0-9]{6}\.[0-9]{4,5}|[0-9](?:\.[0-9]){12,18}"
)
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_ARTICLE = 13  # digits of an article's number, too
_FIRST_DIGITS = frozenset(b"23456")  # of all issuers that are known by their numbers
_CARD_LENGTHS = (16, 15, 14, 19, 18, 17, 13, 12)


def _judge_iban(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if start and data[start - 1] in ALNUM and not _SUBFIELD.search(data, max(0, start - 3), start):
        return None
    uuid = _IN_UUID.search(data, max(0, start - 24), start)
    if uuid and _UUID.match(data, uuid.start()):
        return None
    country = bare(data, start, start + 3)[:2].upper()
    stop = prefix_of(data, start, end, IBAN_LENGTHS[country])
    glued = _BIC.match(data, stop) is not None
    if not stop or (stop < len(data) and data[stop] in ALNUM and not glued):
        return None
    value = bare(data, start, stop).upper()
    if not _iban_holds(value):
        digits = value[:2] + value[2:].translate(_AS_DIGIT)
        if _iban_holds(digits):
            value = digits
        elif not (
            _BEGINS.match(data, start)
            and sum(char.isdigit() for char in value) * 2 > len(value)
            and (view.finds(_IBAN_WORDS, view.before(start)) or _GROUPED.match(data, start, stop))
        ):
            return None
        else:  # people mistype, and a mistyped account is still somebody's
            return Found(start, stop, "iban", value, 0.6, "iban-shape")
    return Found(start, stop, "iban", value, 0.99, "iban")


def _iban_holds(value: str) -> bool:
    return bool(value[2:4].isdigit() and mod_97_10.is_valid(value[4:] + value[:4]))


def _lengths_of_issuer(digits: str) -> Collection[int]:
    """How long the numbers are that begin so."""
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return 13, 16, 19
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 3528 <= four <= 3589:
        return (16,)
    if two in {34, 37}:
        return (15,)
    if two in {36, 38, 39} or 300 <= three <= 305:
        return (14,)
    if four == 6011 or two in {62, 65} or 644 <= three <= 649:
        return range(16, 20)
    return range(13, 20) if two in {50, 56, 57, 58, 63, 67} else ()


def _luhn_holds(digits: str) -> bool:
    """Luhn's check digit. Runs of digits ask it at each of them: two sums in C instead of a loop."""
    plain = digits.encode("ascii")
    return (sum(plain[-1::-2]) + sum(plain[-2::-2].translate(_DOUBLED)) - 48 * len(plain)) % 10 == 0


def _judge_card(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if data[start] not in _FIRST_DIGITS and not view.says(_CARD_SAID) and not view.says(_CARD_WORDS):
        return None
    if not view.begins_apart(start) or (start > 1 and data[start - 1] in b".-" and data[start - 2] in DIGITS):
        return None
    if data[max(0, start - 5) : start] == b"call-":  # `function-call-4502590356965687745`, as Gemini names its calls
        return None
    if b"." in data[start:end] and not _DOTTED.match(data, start, end):  # a number with its decimals
        return None
    every = bare(data, start, end)
    said = view.says(_CARD_SAID) and view.finds(_CARD_SAID, view.before(start))
    lengths = _lengths_of_issuer(every)
    for length in _CARD_LENGTHS if lengths or said else ():
        digits, known = every[:length], length in lengths
        # Old and rare issuers: a check digit, and a word that says what it is.
        if len(digits) < length or not (known or (said and length != _ARTICLE and _luhn_holds(digits))):
            continue
        stop = prefix_of(data, start, end, length)
        if stop < len(data) and data[stop] in ALNUM:
            continue
        if not known:
            if b"\n" in data[start:stop]:  # `04/27` and below it a card
                continue
            return Found(start, stop, "credit_card", digits, 0.95, "card-said")
        if _luhn_holds(digits) and (said or not (is_dumped(data, start) or is_of_a_column(data, start, stop))):
            return Found(start, stop, "credit_card", digits, 0.98, "card")
        if length in {15, 16} and view.says(_CARD_WORDS) and view.finds(_CARD_WORDS, view.before(start)):
            return Found(start, stop, "credit_card", digits, 0.6, "card-shape")
    return None


def _find_iban(view: View) -> Iterator[Found]:
    return judged(_IBAN_PATTERN, view, _judge_iban)


def _find_card(view: View) -> Iterator[Found]:
    return judged_in_runs(_CARD_PATTERN, view, _judge_card, min(_CARD_LENGTHS))


RULES = (
    Rule("iban", ("iban",), (RUN, _LETTERED), _find_iban),
    Rule("card", ("credit_card",), (RUN,), _find_card),
    *card_codes.RULES,
)
