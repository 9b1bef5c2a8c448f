"""Numbers of which rules know how they are disguised: the words before them, the groups in which they are written, and
their check digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from stdnum import ean, luhn
from stdnum.gb import nhs
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale
from stdnum.us import ssn

from gateway.pii.detectors.accounts import IBAN_LENGTHS
from gateway.pii.detectors.national_ids import NUMBERS
from gateway.pii.detectors.states import de_tax_id_holds, es_nif_holds, fr_nir_holds, uk_nino_allowed


class Kind(NamedTuple):
    type: str
    lengths: tuple[int, ...]
    digits: slice  # where letters stand for digits
    groups: tuple[int, ...]  # in which it is written
    holds: Callable[[str], bool]
    words: bytes


def _iban_holds(value: str) -> bool:
    return (
        IBAN_LENGTHS.get(value[:2]) == len(value)
        and value[2:4].isdigit()
        and bool(mod_97_10.is_valid(value[4:] + value[:4]))
    )


def _nino_allowed(value: str) -> bool:
    return _NINO.fullmatch(value) is not None and uk_nino_allowed(value)


_NINO = re.compile("[A-Z]{2}[0-9]{6}[A-D]")
EACH, NONE = slice(None), slice(0, 0)
KINDS = (
    Kind(
        "iban",
        tuple(sorted(set(IBAN_LENGTHS.values()))),
        slice(2, 4),
        (4,),
        _iban_holds,
        rb"\biban|konto|compte\b|\bconto\b",
    ),
    Kind(
        "credit_card",
        (16, 15, 14, 19),
        EACH,
        (4, 6, 5),
        lambda value: value[0] in "23456" and bool(luhn.is_valid(value)),
        rb"\bvisa\b|master ?card|amex|american express|karte(?:\b|[0-9_])|\bcard(?:\b|[0-9_])|\bcart[ea](?:\b|[0-9_])"
        rb"|kartennummer",
    ),
    Kind(
        "ch_ahv",
        (13,),
        EACH,
        (3, 4, 4, 2),
        lambda value: value.startswith("756") and bool(ean.is_valid(value)),
        rb"\bahv|\bavs(?:\b|[0-9_])|\bnavs|\boasi\b",
    ),
    Kind("fr_nir", (15,), NONE, (1, 2, 2, 2, 3, 3, 2), fr_nir_holds, rb"s\xe9cu|\bnir\b|insee|social security"),
    Kind("de_tax_id", (11,), EACH, (2, 3, 3, 3), de_tax_id_holds, rb"steuer|\bidnr|\btax\b"),
    Kind(
        "it_cf",
        (16,),
        NONE,
        (3, 3, 5, 5),
        lambda value: bool(codicefiscale.is_valid(value)),
        rb"codice fiscale|\bcod\.? ?fisc|\bcf\b|tax code",
    ),
    Kind("es_nif", (9,), slice(1, 8), (1, 7, 1), es_nif_holds, rb"\bnif\b|\bnie\b|\bdni\b"),
    Kind("uk_nino", (9,), slice(2, 8), (2, 2, 2, 2, 1), _nino_allowed, rb"national insurance|\bni\b|\bnino\b"),
    Kind("uk_nhs", (10,), EACH, (3, 3, 4), lambda value: bool(nhs.is_valid(value)), rb"\bnhs\b"),
    Kind("us_ssn", (9,), EACH, (3, 2, 4), lambda value: bool(ssn.is_valid(value)), rb"\bssn\b|social security"),
    *(Kind("national_id", each.counts, EACH, (3,), each.holds, each.words) for each in NUMBERS if each.counts),
)
ALL_DIGITS = tuple(kind for kind in KINDS if kind.digits == EACH and kind.type in {"ch_ahv", "credit_card"})
"""Of digits only, and with a check digit that other numbers hardly have."""
