"""The code of a card behind its number and the month in which it ends, without a word: `4111 … 1111 / 12-27 / 793`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_ENDS = rb"(?:0[1-9]|1[0-2])[ ]?[/\-.][ ]?(?:20)?[23][0-9]"
_WORD = rb"(?:(?i:crypto(?:gramme)?|code|cvc2?|cvv2?|sec(?:urity)?(?: code)?|csc)[ .:]*)?"
_CODE = rb"[0-9][^\n0-9]*[ ,;/|\-]" + _ENDS + rb"[ ]?[ ,;/|\-][ ]?" + _WORD + rb"[0-9]{3}"
_CODE_PATTERN = compiled(_CODE.replace(rb"[^\n0-9]*", rb"[^\n0-9]{0,16}").replace(rb"[ .:]*", rb"[ .:]{0,3}"))
_THREE_OR_FOUR = re.compile(rb"[0-9]{3,4}(?![0-9A-Za-z/.\-])")
_A_CARD = re.compile(rb"(?<![0-9])[3-6](?:[ \-]?[0-9]){12,18}$")
_LONGEST = 40


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _CODE_PATTERN.spans(data):
        code = _THREE_OR_FOUR.match(data, end - 3)
        if code and _A_CARD.search(data, max(0, start + 1 - _LONGEST), start + 1):
            yield Found(*code.span(), "secret", code[0].decode("latin-1"), 0.85, "secret-card-code")


RULES = (Rule("secret-card-code", ("secret",), (_CODE,), _find, doubtful=True),)
