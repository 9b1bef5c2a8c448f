"""Telephones with tabs between their groups, as they are copied out of a form or a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.pii.detectors.phone_words import CALL
from gateway.pii.detectors.phones import valid_number
from gateway.pii.detectors.regions import regions
from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_TABBED = rb"(?:\+[1-9][0-9]{0,2}|\(?0[0-9]{1,4}\)?)(?:\t[0-9]{2,7}){1,5}"
_PATTERN = compiled(_TABBED)


def _judge(view: View, start: int, end: int) -> Found | None:
    """Tabs stand between columns: what is no number of some country is several, and so is what no word announces."""
    announced = view.finds(CALL, view.before(start).rpartition(b"\n")[2])
    if not announced or not view.apart(start, end):
        return None
    number = valid_number(view.data[start:end].replace(b"\t", b" ").decode("latin-1"), regions(view))
    return Found(start, end, "phone", number, 0.85, "phone-tabbed") if number else None


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge) if view.says(CALL) else iter(())


RULES = (Rule("phone-tabbed", ("phone",), (_TABBED,), _find, leads=(rb"[0-9]\t[0-9]",)),)
