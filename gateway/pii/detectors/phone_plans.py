"""What the plans of the countries say of digits: whether one of them has such a number, and its form in E.164."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.view import DIGITS

# Otherwise a country's plan is read when first seen, on the loop, behind a lock that a failure leaves taken for good.
PhoneMetadata.load_all()

UNMARKED: Final = ("IT", "US", "ES")
"""Countries whose national numbers begin with no zero."""

NO_DIGITS: Final = bytes(byte for byte in range(256) if byte not in DIGITS)
_E164 = phonenumbers.PhoneNumberFormat.E164


def number(text: str, region: str | None) -> tuple[str, bool] | None:
    """E.164, and whether that country has such a number."""
    made = _made_of(text, region)
    if made is None:
        return None
    prefix, start, stop, valid = made
    if not stop:
        return phonenumbers.format_number(phonenumbers.parse(text, region), _E164), valid
    return prefix + digits_of(text)[start:stop], valid


@cached_by_hash(4096)
def _made_of(text: str, region: str | None) -> tuple[str, int, int, bool] | None:
    """What makes E.164 of the text's digits: what stands before them, from which to which; and whether it is valid.

    To no digit at all where the number is written with others at home. None where there is no such number.
    """
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    valid = phonenumbers.is_valid_number(parsed)
    written = phonenumbers.format_number(parsed, _E164)
    country = len(str(parsed.country_code)) + 1
    start = digits_of(text).find(written[country:])
    return ("", 0, 0, valid) if start < 0 else (written[:country], start, start + len(written) - country, valid)


def digits_of(text: str) -> str:
    """The digits alone."""
    return text.encode("latin-1").translate(None, NO_DIGITS).decode("ascii")


def valid_number(text: str, tried: Iterable[str]) -> str | None:
    """E.164, of the first of the countries that has such a number."""
    digits = digits_of(text)
    # Whoever parses a number takes much longer to say no than its country's shape does.
    shaped = not _LETTER.search(text) and not _ABROAD_DIALLED.match(digits)
    for region in tried:
        if shaped and region in _SHAPES and not _has_shape(digits, region):
            continue
        known = number(text, region)
        if known and known[1]:
            return known[0]
    return None


def _has_shape(digits: str, region: str) -> bool:
    """Whether they have the shape of that country's numbers, behind what may be dialled before them."""
    shape = _SHAPES[region]
    return any(shape.fullmatch(digits, at) for at in (_BEHIND_ZERO if digits[:1] == "0" else _BEHIND_CODES))


def _shape_of(region: str) -> re.Pattern[str]:
    told = PhoneMetadata.metadata_for_region(region)
    return re.compile((told and told.general_desc and told.general_desc.national_number_pattern) or "")


# Those within which nothing is dialled before a number but `0` or the country's code. (Not so in Great Britain.)
_SHAPES = {region: _shape_of(region) for region in ("CH", "DE", "FR", "AT", *UNMARKED)}
_BEHIND_ZERO = (0, 1)
_BEHIND_CODES = (0, 1, 2, 3, 4)  # what is dialled within a country, its code, and that once or twice more
_ABROAD_DIALLED = re.compile("00|011")
_LETTER = re.compile("[^0-9 .\\-/()_]")
