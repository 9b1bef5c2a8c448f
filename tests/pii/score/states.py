"""Numbers that 25 more states give people, made up with right check digits, and what people write before them."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random
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
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar
from stdnum.is_ import kennitala
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.tr import tckimlik
from stdnum.za import idnr as za_idnr


class State(NamedTuple):
    """`form`: `#` stands for any digit, `d`, `m`, `y` for a birth's, `A` for a letter; all else for itself."""

    before: str
    form: str
    holds: Callable[[str], Any]


STATES = (
    State("Zijn BSN is", "#########", bsn.is_valid),
    State("Numer PESEL klienta:", "yymmdd#####", pesel.is_valid),
    State("Rijksregisternummer", "yy.mm.dd-###.##", nn.is_valid),
    State("NISS du patient :", "yymmdd#####", nn.is_valid),
    State("Personnummer:", "yymmdd-####", personnummer.is_valid),
    State("Fødselsnummer", "ddmmyy #####", fodselsnummer.is_valid),
    State("CPR-nummer", "ddmmyy-####", cpr.is_valid),
    State("Her PPS number is", "#######A", pps.is_valid),
    State("O NIF do cliente é", "2## ### ###", nif.is_valid),
    State("Sozialversicherungsnummer (AT):", "#### ddmmyy", vnr.is_valid),
    State("Rodné číslo:", "yymmdd/####", rc.is_valid),
    State("CNP", "1yymmdd######", cnp.is_valid),
    State("AMKA:", "ddmmyy#####", amka.is_valid),
    State("EGN", "yymmdd####", egn.is_valid),
    State("OIB klijenta je", "###########", oib.is_valid),
    State("EMŠO:", "ddmm##550####", emso.is_valid),
    State("Isikukood", "3yymmdd####", ik.is_valid),
    State("T.C. Kimlik No:", "###########", tckimlik.is_valid),
    State("Kennitala", "ddmmyy-####", kennitala.is_valid),
    State("CPF do titular:", "###.###.###-##", cpf.is_valid),
    State("Aadhaar", "#### #### ####", aadhaar.is_valid),
    State("Social insurance number", "### ### ###", sin.is_valid),
    State("My TFN is", "### ### ###", tfn.is_valid),
    State("South African ID", "yymmdd#######", za_idnr.is_valid),
    State("Teudat Zehut", "#########", il_idnr.is_valid),
    State("Resident ID", "110101 19yymmdd ####", ric.is_valid),
)


def drawn(state: State, draw: Random) -> str:
    """One that holds; a tenth to a hundredth of what is drawn does."""
    while True:
        birth = {"d": draw.randint(1, 28), "m": draw.randint(1, 12), "y": draw.randint(45, 99)}
        value = state.form
        for part, number in birth.items():
            value = value.replace(part * 2, f"{number:02d}")
        marks = {"#": string.digits, "A": string.ascii_uppercase}
        value = "".join(draw.choice(marks[mark]) if sign == mark else sign for sign, mark in _marked(value, state.form))
        if state.holds(value.replace(" ", "")):
            return value


def _marked(value: str, form: str) -> list[tuple[str, str]]:
    """Each sign with what its place stands for: a birth's digits stay as they are."""
    return [(sign, mark if mark in "#A" else "") for sign, mark in zip(value, form, strict=True)]
