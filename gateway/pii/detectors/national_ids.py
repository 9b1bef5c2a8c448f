"""Numbers that other states give people, each found behind its own word: BSN, PESEL, CPR, CPF, SIN and their like.

Most are digits of a length that orders and invoices have, too, with one check digit that a tenth of those would pass:
so a word has to say which it is. Where that word means nothing else, a mistyped number is somebody's all the same,
unless another word between tells what it is.
Those of Finland, Belgium, Brazil and Mexico are written as nothing else is: there a check digit that holds is enough.
"""

from __future__ import annotations

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
from gateway.pii.linear import Mention, compiled, mention
from gateway.pii.view import Found, Rule, View

_TYPE = "national_id"
_RULE = "national-id"


class _Kind(NamedTuple):
    words: Mention
    shape: bytes
    holds: Callable[[str], Any]
    own: bool = True  # whether its words mean nothing else


def _digits(*counts: int) -> bytes:
    """So many digits, whatever parts them."""
    return rb"[0-9](?:" + GAP + rb"?[0-9]){%d,%d}" % (min(counts) - 1, max(counts) - 1)


_KINDS = (
    _Kind(mention(rb"\bbsn\b|burgerservicen|\bsofi-?n"), _digits(9), bsn.is_valid),
    _Kind(mention(rb"\bpesel"), _digits(11), pesel.is_valid),
    _Kind(
        mention(rb"rijksregister|registre national|\bniss\b|\binsz\b|num\xe9ro national|national register n"),
        _digits(11),
        nn.is_valid,
    ),
    _Kind(
        mention(rb"personnummer|samordningsn|swedish (?:id|personal)"),
        rb"[0-9]{6}(?:[0-9]{2})?[+\-]?[0-9]{4}",
        personnummer.is_valid,
    ),
    _Kind(mention(rb"f\xf8dselsn|fodselsn|\bfnr\b|personnummer"), _digits(11), fodselsnummer.is_valid),
    _Kind(mention(rb"\bcpr\b|cpr-n|personnummer"), rb"[0-9]{6}[ \-]?[0-9]{4}", cpr.is_valid),
    _Kind(  # of packets per second, too
        mention(rb"\bpps\b|\bppsn\b|personal public service"),
        rb"[0-9]{7}[ ]?[A-Wa-w][A-IWa-iw]?",
        pps.is_valid,
        own=False,
    ),
    _Kind(mention(rb"\bnif\b|contribuinte|n\xfamero fiscal|numero fiscal"), _digits(9), nif.is_valid, own=False),
    _Kind(
        mention(rb"sozialversicherungsn|\bsvnr\b|\bsv-?nr|\bsv-nummer|versicherungsn|\bvsnr\b"),
        rb"[0-9]{4}[ \-]?[0-9]{6}",
        vnr.is_valid,
        own=False,
    ),
    _Kind(
        mention(rb"rodn[\xe9e] c[\xedi]s|\brc\b|birth number"), rb"[0-9]{6}[ ]?/?[ ]?[0-9]{3,4}", rc.is_valid, own=False
    ),
    _Kind(mention(rb"\bcnp\b|cod numeric personal"), _digits(13), cnp.is_valid),
    _Kind(mention(rb"\bamka\b"), _digits(11), amka.is_valid),
    _Kind(mention(rb"\begn\b"), _digits(10), egn.is_valid),
    _Kind(mention(rb"\boib\b"), _digits(11), oib.is_valid),
    _Kind(mention(rb"\bemso\b|\bjmbg\b"), _digits(13), emso.is_valid),
    _Kind(mention(rb"isikukood|asmens kod|personal code"), _digits(11), ik.is_valid),
    _Kind(mention(rb"kimlik|\btckn\b"), _digits(11), tckimlik.is_valid),
    _Kind(mention(rb"kennitala"), rb"[0-9]{6}[ \-]?[0-9]{4}", kennitala.is_valid),
    _Kind(mention(rb"\bcpf\b"), _digits(11), cpf.is_valid),
    _Kind(mention(rb"aadhaa?r"), _digits(12), aadhaar.is_valid),
    _Kind(
        mention(rb"social insurance n|\bsin(?: n|[:#])|assurance sociale|\bn\.?a\.?s\b"),
        _digits(9),
        sin.is_valid,
        own=False,
    ),
    _Kind(mention(rb"\btfn\b|tax file n"), _digits(8, 9), tfn.is_valid),
    _Kind(mention(rb"\b(?:sa|rsa) id\b|south african id"), _digits(13), za_idnr.is_valid),
    _Kind(mention(rb"teudat|israeli id"), _digits(9), il_idnr.is_valid),
    _Kind(mention(rb"resident id|chinese id|identity card|shenfen"), rb"[0-9]{17}[0-9Xx]", ric.is_valid, own=False),
)
# `131052-308T`, `85.07.30-033.28`, `390.533.447-05`, `BOXW310820HNERXN09`
_ALONE: tuple[tuple[bytes, Callable[[str], Any]], ...] = (
    (rb"[0-3][0-9][01][0-9]{3}[+\-A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", hetu.is_valid),
    (rb"[0-9]{2}\.[0-9]{2}\.[0-9]{2}[ \-][0-9]{3}[.\-][0-9]{2}", nn.is_valid),
    (rb"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", cpf.is_valid),
    (rb"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", curp.is_valid),
)
_SHAPES = tuple((kind, compiled(kind.shape)) for kind in _KINDS)
_SHAPES_ALONE = tuple((compiled(shape), holds) for shape, holds in _ALONE)
_ANY_ALONE = compiled(rb"|".join(shape for shape, _ in _ALONE))
# The number of something else that stands between the word and the digits: `BSN liegt bei, Rechnung 123456782`.
_OTHER = compiled(
    rb"(?:order|bestell|commande|ordine|invoice|rechnung|facture|fattura|tel|phone|iban|konto)[^\n]{0,16}$"
)
# What no number of somebody's would stand behind, unless its check digit holds: `the BSN column has 100000000 rows`.
_OF_A_THING = compiled(
    rb"\b(?:columns?|fields?|ranges?|between|builds?|versions?|gateway|server|service|table|rows?|length|digits|spalte"
    rb"|feld|bereich|tabelle|zeilen|l\xe4nge|stellen|colonne|champ|plage|colonna|campo|amount|kwota|bedrag|betrag|montant"
    rb"|importo)\b[^\n]{0,24}$"
)


def _find(view: View) -> Iterator[Found]:
    for kind, pattern in _SHAPES:
        if view.says(kind.words):
            yield from judged(pattern, view, _judge_of(kind))
    for pattern, holds in _SHAPES_ALONE if _ANY_ALONE.occurs(view.data) else ():
        for start, end in pattern.spans(view.data):
            value = view.data[start:end].decode("latin-1")
            if view.apart(start, end) and holds(value):
                yield Found(start, end, _TYPE, bare(view.data, start, end).upper(), 0.9, _RULE)


def _judge_of(kind: _Kind) -> Callable[[View, int, int], Found | None]:
    def judge(view: View, start: int, end: int) -> Found | None:
        if not view.apart(start, end):
            return None
        before = view.before(start)
        if not view.finds(kind.words, before) or view.finds(_OTHER, before):
            return None
        value = bare(view.data, start, end).upper()
        holds = kind.holds(value)
        if not holds and (not kind.own or view.finds(_OF_A_THING, before)):
            return None
        return Found(start, end, _TYPE, value, 0.95 if holds else 0.6, _RULE if holds else f"{_RULE}-shape")

    return judge


RULES = (Rule(_RULE, (_TYPE,), (DIGITS,), _find),)
