"""Dates of birth: a date, and a word near it that says that somebody was born. A date alone is nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_MONTHS = (
    rb"(?:jan(?:uar|uary|vier|\.)?|j\xe4n(?:ner|\.)?|gen(?:naio|\.)?|feb(?:ruar|ruary|braio|\.)?|f\xe9v(?:rier|\.)?"
    rb"|m\xe4r(?:z|\.)?|mar(?:ch|s|zo|\.)?"
    rb"|apr(?:il|ile|\.)?|avr(?:il|\.)?|ma[iy]|mag(?:gio|\.)?|jun(?:i|e|\.)?|juin|giu(?:gno|\.)?|jul(?:i|y|\.)?"
    rb"|juil(?:let|\.)?|lug(?:lio|\.)?"
    rb"|aug(?:ust|\.)?|ao\xfbt|aout|ago(?:sto|\.)?|sep(?:tember|tembre|t\.?|\.)?|set(?:tembre|t\.?|\.)?|okt(?:ober"
    rb"|\.)?|oct(?:ober|obre|\.)?"
    rb"|ott(?:obre|\.)?|nov(?:ember|embre|\.)?|de[zc](?:ember|\.)?|d\xe9c(?:embre|\.)?|dic(?:embre|\.)?)"
)
_YEAR = rb"(?:19|20)[0-9]{2}"
_DATE_SOURCE = (
    rb"(?i)(?:[0-3]?[0-9][ ]?[./\-][ ]?[01]?[0-9][ ]?[./\-][ ]?(?:" + _YEAR + rb"|[0-9]{2})"
    rb"|[01]?[0-9][/\-.][0-3]?[0-9][/\-.](?:" + _YEAR + rb"|[0-9]{2})"
    rb"|" + _YEAR + rb"[./\-][01]?[0-9][./\-][0-3]?[0-9]"
    rb"|[0-3]?[0-9](?:\.|st|nd|rd|th|er|\xba|\xb0)?[ \-]?(?:of |de |di )?"
    + _MONTHS
    + rb",?[ \-]?(?:"
    + _YEAR
    + rb"|'?[0-9]{2})"
    rb"|" + _MONTHS + rb"[ ]?[0-3]?[0-9](?:st|nd|rd|th)?,?[ ]{1,2}" + _YEAR + rb"|(?:19|20)[0-9]{6}"
    rb"|[0-3][ ][0-9][ ][./\-][ ][01][ ][0-9][ ][./\-](?:[ ][0-9]){2,4})"
)
DATE = re.compile(_DATE_SOURCE + rb"(?![0-9])")

_BORN = (
    rb"(?i)(?:geboren|geburt|geb\.|\bgeb\b|jahrgang|\bjg\.|zur welt|\bb-?day\b|\(b\.[ ]|date of birth"
    rb"|\bd\.?o\.?b\b|\bbirth|\bborn\b|naissance"
    rb"|\bn\xe9e?(?:\(e\)|\xb7e|\.e)?\s|\bnat[oa]\b|nascita|nacid[oa]|nacimiento|anniversaire|compleanno|geburi"
    rb"|[(\s]\*[ ]?(?:[0-3]?[0-9][./]|[12][0-9]{3}-))"
)
_BORN_PATTERN = compiled(_BORN)
_BEHIND = re.compile(rb"(?i)^[ ,)]{0,2}(?:geboren|geb\.|geborene?|born|n\xe9e?\b|nat[oa]\b)")
_SAID_BEFORE = re.compile(rb"geboren|zur Welt")
_REACH = 72
_YEAR_ALONE = re.compile(
    rb"(?i)(?:jahrgang|jg\.|geb\.|geboren|born(?: in)?|n\xe9e?(?: en)?|nat[oa](?: nel)?|geboren im jahr"
    rb"|born in the year)[ :]{0,2}("
    rb"(?:19|20)[0-9]{2})(?![0-9.\-/])"
)


def canonical_date(raw: bytes) -> str:
    return b"".join(raw.lower().split()).decode("latin-1")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    done = 0
    for start, stop in _BORN_PATTERN.spans(data):
        end = stop
        if b"*" in data[start:stop]:
            end = data.index(b"*", start, stop) + 1
        date = DATE.search(data, max(done, end - 1), min(len(data), end + _REACH))
        if date and _SAID_BEFORE.match(data, start):  # `am 3. Mai 1975 geboren, ich am …`: both
            earlier = next(reversed([*DATE.finditer(data, max(done, start - 64), start)]), None)
            if earlier and _closes(data, earlier.end(), start):
                yield _found(earlier.start(), earlier.end(), data)
        if date and not (date.start() and data[date.start() - 1] in ALNUM) and b"\n\n" not in data[end : date.start()]:
            done = date.end()
            yield _found(date.start(), date.end(), data)
            continue
        year = _YEAR_ALONE.match(data, start)
        if year:
            yield _found(*year.span(1), data)
            continue
        # "12.03.1980 geboren", "(12.03.1980, born in …)": the word may follow.
        last = next(reversed([*DATE.finditer(data, max(done, start - 64), start)]), None)
        if (last and _closes(data, last.end(), start)) or (last and _BEHIND.match(data[last.end() : start + 12])):
            yield _found(last.start(), last.end(), data)


def _closes(data: bytes, end: int, start: int) -> bool:
    """`am 3. Mai 1975 in Chur geboren`: German says it at the end of the clause."""
    between = data[end:start]
    return (
        len(between) <= 32
        and _SAID_BEFORE.match(data, start) is not None
        and not any(sign in between for sign in b".;\n,")
    )


def _found(start: int, end: int, data: bytes) -> Found:
    return Found(start, end, "date_of_birth", canonical_date(data[start:end]), 0.85, "birth")


RULES = (Rule("birth", ("date_of_birth",), (_BORN,), _find),)
