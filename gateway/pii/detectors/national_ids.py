"""Numbers that other states give people, each found behind its own word: BSN, PESEL, CPR, CPF, SIN and their like.

Most are digits of a length that orders and invoices have, too, with one check digit that a tenth of those would pass:
so a word has to say which it is. Where that word means nothing else, a mistyped number is somebody's all the same,
unless other words between tell what it is.
Those of Finland, Belgium, Brazil and Mexico are written as nothing else is: there a check digit that holds is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.fi import hetu
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar
from stdnum.is_ import kennitala
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.tr import tckimlik
from stdnum.za import idnr as za_idnr

from gateway.pii.detectors.scanning import DIGITS, GAP, bare, judged
from gateway.pii.linear import Pattern, PatternSet, compiled, mention
from gateway.pii.view import ALNUM, Found, Rule, View
from gateway.pii.view import DIGITS as DIGIT

_TYPE = "national_id"
_RULE = "national-id"


class Number(NamedTuple):
    """`shapes`: as it is written, tried in order; `counts`: the numbers of digits, where it is of nothing else and has
    a check digit; `own`: whether its words mean nothing else.
    """

    words: bytes
    shapes: tuple[re.Pattern[bytes], ...]
    counts: tuple[int, ...]
    holds: Callable[[str], Any]
    own: bool


def _digits(count: int, behind: bytes = b"") -> re.Pattern[bytes]:
    """So many digits, whatever parts them."""
    return re.compile(rb"[0-9](?:" + GAP + rb"?[0-9]){%d}" % (count - 1) + behind)


def _of_digits(words: bytes, counts: tuple[int, ...], holds: Callable[[str], Any], *, own: bool = True) -> Number:
    return Number(words, tuple(map(_digits, counts)), counts, holds, own)


_LETTER = rb"(?:" + GAP + rb")?[A-Wa-w]"
NUMBERS = (
    _of_digits(rb"\bbsn\b|burgerservicen|\bsofi-?n", (9,), bsn.is_valid),
    _of_digits(rb"\bpesel", (11,), pesel.is_valid),
    _of_digits(
        rb"rijksregister|registre national|\bniss\b|\binsz\b|num\xe9ro national|national[ _]?register[ _]?n",
        (11,),
        nn.is_valid,
    ),
    Number(
        rb"personnummer|samordningsn|swedish (?:id|personal)",
        (_digits(10), _digits(12), re.compile(rb"[0-9]{6}(?:[0-9]{2})?\+[0-9]{4}")),
        (10, 12),
        personnummer.is_valid,
        own=True,
    ),
    _of_digits(rb"f\xf8dselsn|fodselsn|\bfnr\b|personnummer", (11,), fodselsnummer.is_valid),
    # of resuscitation, too; since 2007 without a check digit
    Number(rb"\bcpr\b|cpr-n|personnummer", (_digits(10),), (), cpr.is_valid, own=False),
    Number(  # of packets per second, too
        rb"\bpps\b|\bppsn\b|personal[ _]?public[ _]?service",
        (_digits(7, _LETTER + rb"[A-Ia-iWw]"), _digits(7, _LETTER)),
        (),
        pps.is_valid,
        own=False,
    ),
    _of_digits(rb"\bnif\b|contribuinte|n\xfamero[ _]?fiscal|numero[ _]?fiscal", (9,), nif.is_valid, own=False),
    _of_digits(
        rb"sozialversicherungsn|\bsvnr\b|\bsv-?nr|\bsv-nummer|versicherungsn|\bvsnr\b", (10,), vnr.is_valid, own=False
    ),
    _of_digits(rb"rodn[\xe9e][ _]?c[\xedi]s|\brc\b|birth[ _]number", (10, 9), rc.is_valid, own=False),
    _of_digits(rb"\bcnp\b|cod[ _]numeric[ _]personal", (13,), cnp.is_valid),
    _of_digits(rb"\bamka\b", (11,), amka.is_valid),
    _of_digits(rb"\begn\b", (10,), egn.is_valid),
    _of_digits(rb"\boib\b", (11,), oib.is_valid),
    _of_digits(rb"\bemso\b|\bjmbg\b", (13,), emso.is_valid),
    _of_digits(rb"isikukood|asmens[ _]?kod|personal[ _]code", (11,), ik.is_valid),
    _of_digits(rb"kimlik|\btckn\b", (11,), tckimlik.is_valid),
    _of_digits(rb"kennitala", (10,), kennitala.is_valid),
    _of_digits(rb"\bcpf\b", (11,), cpf.is_valid),
    _of_digits(rb"aadhaa?r", (12,), aadhaar.is_valid),
    _of_digits(
        rb"social[ _]?insurance[ _]?n|\bsin(?: n|[:#])|assurance[ _]sociale|\bn\.?a\.?s\b",
        (9,),
        sin.is_valid,
        own=False,
    ),
    _of_digits(rb"\btfn\b|tax[ _]?file[ _]?n", (9, 8), tfn.is_valid),
    _of_digits(rb"\b(?:sa|rsa)[ _]id\b|south[ _]?african[ _]?id", (13,), za_idnr.is_valid),
    _of_digits(rb"teudat|israeli[ _]?id", (9,), il_idnr.is_valid),
    Number(
        rb"resident[ _]?id|chinese[ _]?id|identity[ _]card|shenfen",
        (_digits(17, rb"(?:" + GAP + rb")?[0-9Xx]"),),
        (),
        ric.is_valid,
        own=False,
    ),
)
"""What other rules look for too, where it is in disguise or taken apart."""
# `131052-308T`, `85.07.30-033.28`, `390.533.447-05`, `BOXW310820HNERXN09`
_ALONE: tuple[tuple[bytes, Callable[[str], Any]], ...] = (
    (rb"[0-3][0-9][01][0-9]{3}[+\-A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", hetu.is_valid),
    (rb"[0-9]{2}\.[0-9]{2}\.[0-9]{2}[ \-][0-9]{3}[.\-][0-9]{2}", nn.is_valid),
    (rb"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", cpf.is_valid),
    (rb"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", curp.is_valid),
)
_ANY_WORD = mention(b"|".join(number.words for number in NUMBERS))
_WORDS = tuple(compiled(number.words) for number in NUMBERS)
_WHOSE_WORDS = PatternSet(number.words for number in NUMBERS)
_BEGINNING = compiled(rb"[0-9](?:(?:" + GAP + rb"|\+)?[0-9]){6,17}")
_SHAPES_ALONE = tuple((compiled(shape), holds) for shape, holds in _ALONE)
_ANY_ALONE = compiled(rb"|".join(shape for shape, _ in _ALONE))
# The number of something else that stands between the word and the digits: `BSN liegt bei, Rechnung 123456782`.
_OTHER = compiled(
    rb"(?:\border|bestell|commande|ordine|invoice|rechnung|facture|fattura|\btel|telefon|phone\b|hotline|helpline|iban|konto|account"
    rb"|\bisbn\b|\bean\b|ticket|commit|\bts\b|_at\b)[^\n]{0,16}$"
)
# What no number of somebody's would stand behind, unless its check digit holds: `the BSN column has 100000000 rows`.
_OF_A_THING = compiled(
    rb"\b(?:columns?|fields?|ranges?|between|builds?|versions?|gateway|server|service|table|rows?|length|digits|spalte"
    rb"|feld|bereich|tabelle|zeilen|l\xe4nge|stellen|colonne|champ|plage|colonna|campo|amount|kwota|bedrag|betrag|montant"
    rb"|importo|lengths|validators?|statistics?)\b[^\n]{0,24}$"
)
_SEVERAL_WORDS = compiled(rb"[^a-z\xdf-\xff](?:[a-z\xdf-\xff]{2,}[^a-z\xdf-\xff]+){4}")


def _find(view: View) -> Iterator[Found]:
    if view.says(_ANY_WORD):
        yield from judged(_BEGINNING, view, _judge)
    for pattern, holds in _SHAPES_ALONE if _ANY_ALONE.occurs(view.data) else ():
        for start, end in pattern.spans(view.data):
            if view.apart(start, end) and holds(view.data[start:end].decode("latin-1")):
                yield Found(start, end, _TYPE, bare(view.data, start, end).upper(), 0.9, _RULE)


def _judge(view: View, start: int, _end: int) -> Found | None:
    data = view.data
    if start and data[start - 1] in ALNUM:
        return None
    before = view.before(start)
    if not view.finds(_ANY_WORD, before):
        return None
    mistyped = None
    for at in _WHOSE_WORDS.occurring(before):
        number, between = NUMBERS[at], _behind_last(_WORDS[at], before)
        if _OTHER.occurs(between):
            continue
        for shape in number.shapes:
            written = shape.match(data, start)
            if written is None or not view.apart(start, written.end()) or _is_part(data, *written.span()):
                continue
            value = bare(data, *written.span()).upper()
            if number.holds(value):
                return Found(*written.span(), _TYPE, value, 0.95, _RULE)
            if mistyped is None and number.own and shape is number.shapes[0] and not _tells_of_else(between):
                mistyped = Found(*written.span(), _TYPE, value, 0.6, f"{_RULE}-shape")
    return mistyped


def _tells_of_else(between: bytes) -> bool:
    return _SEVERAL_WORDS.occurs(between) or _OF_A_THING.occurs(between)


def _behind_last(words: Pattern, before: bytes) -> bytes:
    end = 0
    for span in words.spans(before):
        end = span[1]
    return before[end:]


def _is_part(data: bytes, start: int, end: int) -> bool:
    """Whether it is some of the digits of something longer: a version, a telephone, a UUID, a list."""
    signs = data[start:end].translate(None, b"0123456789")
    signs = signs + b":" if signs else b".-_"
    before, behind = data[max(0, start - 2) : start], data[end : end + 2]
    return (
        before.endswith(b"+")
        or (len(before) == 2 and before[0] in DIGIT and before[1] in signs)
        or (len(behind) == 2 and behind[0] in signs and behind[1] in DIGIT)
    )


RULES = (Rule(_RULE, (_TYPE,), (DIGITS,), _find),)
