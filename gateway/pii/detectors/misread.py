"""Numbers in which letters stand for the digits that they look like: `4539 l488 O343 6467`, as scanners read them.

A capital O, a capital I or a small l is a digit only where the word of a number stands before it, and but for the
social security number, which has none, its check digit holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import luhn
from stdnum.gb import nhs
from stdnum.us import ssn

from gateway.pii.detectors.scanning import DIGITS, GAP, bare, judged
from gateway.pii.detectors.states import de_tax_id_holds, es_nif_holds, fr_nir_holds
from gateway.pii.linear import Pattern, compiled, mention
from gateway.pii.view import Found, Rule, View

_PATTERN = compiled(rb"[0-9OIlXYZ](?:" + GAP + rb"?[0-9OIl]){6,18}(?:[ \-]?[A-Z])?")
_AS_DIGIT = str.maketrans("OIl", "011")
_READ_SO = re.compile(r"[OIl]")
_MOST_LETTERS = 0.5


class _Kind(NamedTuple):
    type: str
    lengths: tuple[int, ...]
    holds: Callable[[str], bool]
    words: Pattern


_WORDS = (
    rb"visa|master ?card|amex|american express|kreditkarte|\bkarte|credit|debit|\bcard|\bcarte|\bcarta",
    rb"s\xe9cu|\bsecu\b|\bnir\b|social|insee",
    rb"steuer|idnr|\btax|fiscal",
    rb"\bnhs\b|health service",
    rb"\bssn\b|social security",
    rb"\bnif\b|\bnie\b|\bdni\b|identidad",
)
_KINDS = tuple(
    _Kind(type_, lengths, holds, compiled(words))
    for (type_, lengths, holds), words in zip(
        (
            ("credit_card", (15, 16, 19), lambda value: bool(luhn.is_valid(value))),
            ("fr_nir", (15,), fr_nir_holds),
            ("de_tax_id", (11,), de_tax_id_holds),
            ("uk_nhs", (10,), lambda value: bool(nhs.is_valid(value))),
            ("us_ssn", (9,), lambda value: bool(ssn.is_valid(value))),
            ("es_nif", (9,), es_nif_holds),
        ),
        _WORDS,
        strict=True,
    )
)
_ANY_WORD = mention(b"|".join(_WORDS))


def _judge(view: View, start: int, end: int) -> Found | None:
    if not view.apart(start, end):
        return None
    written = bare(view.data, start, end)
    letters = len(_READ_SO.findall(written))
    if not letters or letters > len(written) * _MOST_LETTERS:
        return None
    before = view.before(start)
    value = written.translate(_AS_DIGIT)
    for kind in _KINDS:
        if len(value) in kind.lengths and view.finds(kind.words, before) and kind.holds(value):
            return Found(start, end, kind.type, value, 0.9, "misread-digits")
    return None


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge) if view.says(_ANY_WORD) else iter(())


RULES = (Rule("misread-digits", tuple(kind.type for kind in _KINDS), (DIGITS,), _find),)
