"""Telephones with apostrophes between their groups, as in Switzerland: `044'123'45'67`, `+41 79'123'45'67`.

Amounts are written so too, `1'204'300`, but none begins with a zero or a plus sign.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.pii.detectors.phone_plans import valid_number
from gateway.pii.detectors.regions import regions
from gateway.pii.detectors.scanning import judged
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_FROM_ABROAD = rb"(?:\+|00)[1-9][0-9]{0,2}[ ']?(?:\(0\)[ ']?)?[1-9][0-9]{1,2}"
_APART = rb"(?:" + _FROM_ABROAD + rb"|\(?0[1-9][0-9]\)?)[ '/.\-]?[0-9]{3}'[0-9]{2}[' ]?[0-9]{2}"
_PATTERN = compiled(_APART)
_TIES = frozenset(b"'.,/-")


def _judge(view: View, start: int, end: int) -> Found | None:
    data = view.data
    if not view.apart(start, end) or data[end : end + 2].lstrip(b"'").isdigit():
        return None
    if start > 1 and data[start - 1] in _TIES and data[start - 2] in ALNUM:  # the middle of a longer number
        return None
    plain = data[start:end].replace(b"'", b" ").decode("latin-1")
    number = valid_number(plain, regions(view))
    return Found(start, end, "phone", number, 0.85, "phone-apostrophes") if number else None


def _find(view: View) -> Iterator[Found]:
    return judged(_PATTERN, view, _judge)


RULES = (Rule("phone-apostrophes", ("phone",), (_APART,), _find, leads=(rb"[0-9]'[0-9]{2}[' 0-9]",), doubtful=True),)
