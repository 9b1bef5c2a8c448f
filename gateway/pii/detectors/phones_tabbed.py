"""Telephones with tabs between their groups, as they are copied out of a form or a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.pii.detectors.phone_plans import valid_number
from gateway.pii.detectors.phone_words import CALL, NO_CALL
from gateway.pii.detectors.regions import regions
from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_TABBED = rb"(?:\+[1-9][0-9]{0,2}|\(?0[0-9]{1,4}\)?)(?:\t[0-9]{2,7}){1,5}"
_PATTERN = compiled(_TABBED)
_PLUS = 0x2B


def _judge(view: View, start: int, end: int) -> Found | None:
    """Tabs stand between columns: what is no number of some country is several, and so is one without a plus sign
    that no word announces.
    """
    before = view.before(start).rpartition(b"\n")[2]
    announced = view.finds(CALL, before) or (view.data[start] == _PLUS and not view.finds(NO_CALL, before))
    if not announced or not view.apart(start, end):
        return None
    number = valid_number(view.data[start:end].replace(b"\t", b" ").decode("latin-1"), regions(view))
    return Found(start, end, "phone", number, 0.85, "phone-tabbed") if number else None


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge)


RULES = (Rule("phone-tabbed", ("phone",), (_TABBED,), _find, leads=(rb"[0-9]\t[0-9]",), doubtful=True),)
