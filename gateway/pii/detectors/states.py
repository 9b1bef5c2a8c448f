"""Numbers that states give people, outside Switzerland: by shape, check digits, and the words around them.

A check digit that holds is enough where the shape is rare; a bare run of digits needs it and no word that says what
else it is. A distinctive shape behind its own word is taken with a wrong check digit, too: a mistyped number is still
somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.us import ssn

from gateway.pii.detectors.scanning import DIGITS, GAP, bare, is_of_a_column, judged, judged_by_length
from gateway.pii.linear import Mention, Pattern, compiled, mention
from gateway.pii.view import Found, Rule, View

_SVNR_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_OTHER = compiled(
    # None of them within a name: Jean, Estela, Donatella, Fairfax.
    rb"(?:\b(?:(?:pre|re)?order|commande|ordine|isbn|eans?\b|gtin|sku|serial|serien|tel(?:\b|e[fp]|[sn]?[_.:0-9])|fax(?:\b|[_0-9]|n[ru])"
    rb"|mobil|natel|version|(?:re)?build|iban(?:\b|[_0-9])|sire[tn](?:\b|[_0-9]))|bestell|invoice|rechnung|facture"
    rb"|fattura|artikel|article|tracking|tele(?:f|ph)|phone\b|telefax|handy|timestamp|ticket|konto|imei)[^\n]{0,24}\n?$"
)


def de_svnr_holds(value: str) -> bool:
    """Area, birth date, initial, serial, and a check digit over the digit sums of the weighted digits."""
    digits = value[:8] + f"{ord(value[8]) - 64:02d}" + value[9:11]
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, _SVNR_WEIGHTS, strict=True))
    return 1 <= int(value[2:4]) % 40 <= 31 and total % 10 == int(value[11])


def uk_nino_allowed(value: str) -> bool:
    """It has no check digit, but prefixes that are never given."""
    return (
        value[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
        and not set(value[:2]) & set("DFIQUV")
        and value[1] != "O"
    )


def es_nif_holds(value: str) -> bool:
    return bool(nie.is_valid(value) if value[0] in "XYZ" else dni.is_valid(value))


def fr_nir_holds(value: str) -> bool:
    if len(value) != 15 or (value.isdigit() and 97 - int(value[:13]) % 97 != int(value[13:])):
        return False
    return bool(nir.is_valid(value))


def de_tax_id_holds(value: str) -> bool:
    """Of its first ten digits one comes twice or three times, the others once: asked first, since it is quick."""
    return len(value) == 11 and len(set(value[:10])) in {8, 9} and bool(idnr.is_valid(value))


_CF_PROBE = (
    rb"[A-Za-z]{3}[ ]?[A-Za-z]{3}[ ]?(?:[0-9]{2}[ ]?[A-Ea-eHhLlMmPpR-Tr-t][ ]?[0-9]"
    rb"|[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9])"
    rb"|(?:[A-Za-z][ .\-]){6}[0-9][ .\-][0-9]"
    rb"|[A-Z]{4}[^A-Za-z0-9]{1,3}[A-Z]{2}[0-9]{2}[^A-Za-z0-9]{1,3}[A-Z]|[A-Z]{6}[0-9]{2}[^A-Za-z0-9]{1,4}[A-Z][0-9]{2}"
)


class _Kind(NamedTuple):
    type: str
    shape: bytes
    holds: Callable[[str], bool]
    words: Mention
    alone: re.Pattern[bytes] | None = None  # spellings that need no word before them, if the check digit holds
    probe: bytes = DIGITS
    checked: bool = True  # whether `holds` means more than a shape
    lengths: tuple[int, ...] = ()  # how many digits, where there is nothing else
    unlike: Pattern | None = None  # but for these


# `nhs6537196825`: its word touches the number.
_GLUED = re.compile(rb"(?i)(?<![a-z])nhs$")


# `6537196825^^^NHS`, `653 719 6825 (NHS)`, `Is 6537196825 a valid NHS number?`
_NAMED_BEHIND = re.compile(
    rb"[ ^(,|]{1,4}(?:(?:a|an|eine?|un[eo]?|the|my|die|is|ist|est|\xe8)[ ]){0,2}(?:[a-z\xdf-\xff]{3,12}[ ])?nhs\b"
)
_LISTED, _GOES_ON = re.compile(rb"[0-9] $"), re.compile(rb" [0-9]")  # `128 256 512 1024 2048`


def _digits(count: int) -> bytes:
    return rb"(?:" + GAP + rb"?[0-9]){%d}" % count


_ANY = re.compile(rb"(?s).+")
# Grouped by what it means, by threes, or letter by letter.
_CF = rb"(?i)[A-Z]" + (GAP + rb"?").join(
    (
        b"",
        *[rb"[A-Z]"] * 5,
        *[rb"[0-9LMNP-V]"] * 2,
        rb"[A-EHLMPRST]",
        *[rb"[0-9LMNP-V]"] * 2,
        rb"[A-Z]",
        *[rb"[0-9LMNP-V]"] * 3,
        rb"[A-Z]",
    )
)
_KINDS = (
    _Kind(
        "fr_nir",
        rb"[1-478]" + _digits(2) + GAP + rb"?[0-9]" + GAP + rb"?[0-9]" + GAP + rb"?[0-9]" + GAP + rb"?[0-9ABab]"
        rb"" + _digits(6) + rb"(?:" + GAP + rb"?[0-9]" + GAP + rb"?[0-9])?",
        fr_nir_holds,
        mention(rb"s\xe9cu|secu\b|\bnir\b|sociale|insee|social security|sozialversicherung|vitale|immatriculation"),
        _ANY,
        lengths=(13, 15),
        unlike=compiled(rb"[0-9]" + _digits(5) + GAP + rb"?[ABab]" + GAP + rb"?[0-9]"),  # of Corsica
    ),
    _Kind(
        "de_tax_id",
        rb"[1-9]" + _digits(10),
        de_tax_id_holds,
        mention(rb"steuer|idnr|tax|tin\b|identifikationsnummer|fiscal|fiscale"),
        re.compile(
            rb"[0-9]{11}|[0-9]{2}(?:[ .\-/]|\s{1,6})[0-9]{3}(?:[ .\-/]|\s{1,6})[0-9]{3}(?:[ .\-/]"
            rb"|\s{1,6})[0-9]{3}|(?:[0-9] ){10}[0-9]"
        ),
        lengths=(11,),
    ),
    _Kind(
        "de_svnr",
        rb"[0-9]" + _digits(7) + GAP + rb"?[A-Za-z]" + _digits(3),
        lambda value: de_svnr_holds(value.upper()),
        mention(rb"versicherung|rente|svnr|sv[_\-]?n|rvnr|social|sozial"),
        _ANY,
    ),
    _Kind(
        "it_cf",
        _CF,
        lambda value: bool(codicefiscale.is_valid(value)),
        mention(rb"fiscal|\bcf\b|c\.f\.|steuer|tax"),
        _ANY,
        _CF_PROBE,
    ),
    _Kind(
        "es_nif",
        rb"[0-9XYZxyz]" + GAP + rb"?[0-9](?:" + GAP + rb"?[0-9]){5,6}" + GAP + rb"?[A-Za-z]",
        es_nif_holds,
        mention(rb"\bnif\b|\bnie\b|\bdni\b|identidad|fiscal|tax"),
        _ANY,
    ),
    _Kind(
        "uk_nino",
        rb"(?i)[A-Z]{2}" + _digits(6) + GAP + rb"?[A-D]",
        lambda value: uk_nino_allowed(value.upper()),
        mention(rb"national insurance|nino|\bni\b|insurance"),
        re.compile(rb"[A-Z]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{2}[ \-]?[A-D]"),
        checked=True,
    ),
    _Kind(
        "uk_nhs",
        rb"[0-9]" + _digits(9),
        lambda value: bool(nhs.is_valid(value)),
        mention(rb"(?:^|[^a-z])nhs(?:$|[^a-z]|n[ruo])|health service|patient|insurance n|urn:oid"),
        re.compile(rb"[0-9]{3}[ \-][0-9]{3}[ \-][0-9]{4}"),
        lengths=(10,),
    ),
    _Kind(
        "us_ssn",
        rb"[0-9]" + _digits(8),
        lambda value: bool(ssn.is_valid(value)),
        mention(
            rb"(?:^|[^a-z])ssn|social[ _\-]?sec(?:urity|\b)|\bsoc\.?[ ]?sec\b"
            rb"|\bsocial(?: is| no|[:#]| (?:$|[0-9]{3} [0-9]{2} ))"
            rb"|sozialversicherung|s\.s\.n|s\xe9curit\xe9 sociale|\bss#"
        ),
        re.compile(rb"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}"),
        checked=True,
        lengths=(9,),
    ),
)


def _by_itself(view: View, kind: str, start: int, end: int) -> bool:
    """Of groups that blanks part: whether they are no middle of a list; of an SSN, the whole of a value or a cell."""
    if kind == "us_ssn":
        cell = view.tables.at(start)
        return (
            (cell is not None and (cell.start, cell.end) == (start, end))
            or end - start == len(view.data)
            or (view.data[start - 1 : start] == b'"' == view.data[end : end + 1])
        )
    return kind != "uk_nhs" or not (
        _LISTED.search(view.data, max(0, start - 2), start) or _GOES_ON.match(view.data, end)
    )


def _rule(kind: _Kind) -> Rule:
    pattern = compiled(kind.shape)
    # Over a whole text by RE2: `re` would keep the interpreter for its length.
    anywhere = compiled(kind.alone.pattern) if kind.alone is not None else None
    name = kind.type.replace("_", "-")

    def judge(view: View, start: int, end: int) -> Found | None:
        glued = kind.type == "uk_nhs" and _GLUED.search(view.data, max(0, start - 4), start) is not None
        if not glued and not view.apart(start, end):
            return None
        wanted = glued or (view.says(kind.words) and view.finds(kind.words, view.before(start)))
        wanted = wanted or (kind.type == "uk_nhs" and _NAMED_BEHIND.match(view.after(end)) is not None)
        alone = kind.alone is not None and kind.alone.fullmatch(view.data, start, end) is not None
        if not (wanted or alone):
            return None
        if alone and not wanted and b" " in view.data[start:end] and not _by_itself(view, kind.type, start, end):
            return None
        if not wanted and is_of_a_column(view.data, start, end):
            return None
        value = bare(view.data, start, end).upper()
        holds = kind.holds(value)
        if wanted and holds:
            return Found(start, end, kind.type, value, 0.97, name)
        if (not holds and not (wanted and kind.checked)) or (
            view.finds(_OTHER, view.before(start)) and not (holds and kind.type == "it_cf")  # in a shape of its own
        ):
            return None
        return Found(start, end, kind.type, value, *((0.8, name) if holds else (0.6, name + "-shape")))

    def find(view: View) -> Iterator[Found]:
        said = view.says(kind.words)
        if not said and kind.alone is not _ANY and not (anywhere is not None and anywhere.occurs(view.data)):
            return iter(())
        if kind.lengths and not (kind.unlike and kind.unlike.occurs(view.data)):
            # Without a word there is nothing but the digits that could say so.
            return judged_by_length(pattern, view, judge, *kind.lengths, holds=None if said else kind.holds)
        return judged(pattern, view, judge)

    return Rule(name, (kind.type,), (kind.probe,), find)


RULES = tuple(_rule(kind) for kind in _KINDS)
