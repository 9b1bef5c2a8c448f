"""Numbers in disguise: spelt out digit by digit, taken apart by signs that no number has, with letters for digits.

`carte Visa quatre neuf deux …`, `IBAN [DE07][4306][0967]…`, `AHV 7*5*6*…`, `card S114-1642-1109-923S`: behind the word
for the number, and only if its check digit holds. What is spelt out needs no word, if it is long enough.

Invariants
- Linear: behind a word no more than `_REACH` characters are looked at, and no part of a text twice.
- A list of numbers is none: the groups are of one size, or those in which the number is written, and what stands
  between them is the same, but for two places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import NamedTuple

from gateway.pii.detectors.number_kinds import EACH, KINDS, Kind
from gateway.pii.detectors.phone_words import CALL
from gateway.pii.detectors.spelt_digits import ANY_SPELT, SINGLES, SPELT
from gateway.pii.linear import compiled
from gateway.pii.view import DIGITS, Found, Rule, View

_SPELT_RUN = rb"(?i)\b" + ANY_SPELT + rb"(?:[ ,.\-]+" + ANY_SPELT + rb"){3}\b"
_SPELT_PATTERN = compiled(_SPELT_RUN)
_SINGLES_PATTERN = compiled(SINGLES)


_TYPES = (*dict.fromkeys(kind.type for kind in KINDS), "phone")
_UNCHECKED = frozenset(("uk_nino", "us_ssn"))
# Of many states: nearly every number has the check digit of one, so that their own rule looks at what stands between.
_FOUND_PLAIN = frozenset(("national_id",))
_PROBE = rb"(?i)(?:" + b"|".join(kind.words for kind in KINDS) + rb")"
_PATTERN = compiled(_PROBE)
_WHICH = re.compile(rb"(?i)" + b"|".join(rb"(%s)" % kind.words for kind in KINDS))
_REACH = 400
_PIECE = re.compile(rb"<[^<>\n]{0,60}>|([0-9A-Za-z\xc0-\xff]+)")
_CAPITALS = re.compile(rb"[A-Z]{1,6}")
_LETTERS = re.compile("[A-Za-z]")
_AS_DIGIT = str.maketrans("OoQDIilSsBbZz", "0000111558822")
_GAP_LONGEST, _ODD_PLACES, _OTHER_SIGNS, _MIXED_GROUPS = 12, 2, 3, 8
_PLAIN_GAPS = frozenset((b" ", b".", b"-", b"/", b"_"))
_SIZES = frozenset((1, 2, 3, 4))
_FEWEST_CALLED, _MOST_CALLED, _FEWEST_UNNAMED = 8, 14, 9
_SEGMENTS, _FIRST_GROUPS = 6, 12
"""Behind a word, and groups in which a number may begin: it stands near its word."""
_CF_DIGITS = (6, 7, 9, 10, 12, 13, 14)


class _Group(NamedTuple):
    text: str
    start: int
    end: int
    spelt: bool


def _segments(data: bytes, start: int, end: int) -> Iterator[list[_Group]]:
    """What follows each other without a word of another kind."""
    groups: list[_Group] = []
    for piece in _PIECE.finditer(data, start, end):
        raw = piece[1]
        if raw is None:
            continue
        digit = SPELT.get(raw.lower())
        fits = digit is not None or _CAPITALS.fullmatch(raw) or not DIGITS.isdisjoint(raw)
        if groups and (not fits or not _may_part(data[groups[-1].end : piece.start()])):
            yield groups
            groups = []
        if fits:
            groups.append(_Group(digit or raw.decode("latin-1"), piece.start(), piece.end(), digit is not None))
    if groups:
        yield groups


def _may_part(gap: bytes) -> bool:
    # One tab may stand between groups as between columns; several signs with one in them part what is not one number.
    within = gap.partition(b"\n")[0]
    tabbed = within.find(b"\t") >= 0 and gap != b"\t"
    return not tabbed and gap.count(b"\n") < 3 and (len(gap) <= _GAP_LONGEST or b"<" in gap)


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for (start, end), (until, _) in pairwise(chain(_PATTERN.spans(data), ((len(data), 0),))):
        named = _WHICH.match(data, start)
        if named is None or end < done:
            continue
        kind = KINDS[(named.lastindex or 1) - 1]
        for groups in islice(_segments(data, end, min(until, end + _REACH)), _SEGMENTS):
            found = _one_of(data, groups, (kind,))
            if found:
                yield found
                done = found.end
                break
    for start, _ in _SINGLES_PATTERN.spans(data):
        if start >= done:
            groups = next(_segments(data, start, min(len(data), start + _REACH)))
            done = groups[-1].end
            gaps = {data[one.end : other.start] for one, other in pairwise(groups)}
            found = _called(view, groups) if len(gaps) == 1 else None
            if found is None and data[start] not in DIGITS:
                found = _one_of(data, groups, KINDS[:1])
            if found:
                yield found


def _find_spelt(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    if not _SPELT_PATTERN.occurs(data):
        return
    yield from _find(view)
    for start, _ in _SPELT_PATTERN.spans(data):
        if start >= done:
            groups = next(_segments(data, start, min(len(data), start + _REACH)))
            done = groups[-1].end
            found = _one_of(data, groups, KINDS[:3])
            if found is None and all(group.spelt for group in groups):
                found = _called(view, groups)
            if found:
                yield found


def _called(view: View, groups: list[_Group]) -> Found | None:
    """The number of a telephone, digit by digit: behind a word of calls, or spelt out with a zero before it."""
    value, start = "".join(group.text for group in groups), groups[0].start
    if len(value) != len(groups) or not value.isdigit() or len(value) > _MOST_CALLED or _counts(value):
        return None
    called = view.says(CALL) and view.finds(CALL, view.before(start))
    unnamed = groups[0].spelt and value[0] == "0" and len(value) >= _FEWEST_UNNAMED
    if unnamed or (called and len(value) >= _FEWEST_CALLED):
        return Found(start, groups[-1].end, "phone", value, 0.8, "spelt-phone")
    return None


def _counts(value: str) -> bool:
    """`one two three four …`"""
    return all(abs(int(one) - int(other)) in {0, 1, 9} for one, other in pairwise(value))


def _one_of(data: bytes, groups: list[_Group], kinds: tuple[Kind, ...]) -> Found | None:
    for kind in kinds:
        for first in range(min(len(groups), _FIRST_GROUPS)):
            text = ""
            for last in range(first, len(groups)):
                text += groups[last].text
                if len(text) > kind.lengths[-1] and len(text) > max(kind.lengths):
                    break
                if len(text) in kind.lengths and (value := _read(kind, text)):
                    within = groups[first : last + 1]
                    checked = kind.type not in _UNCHECKED
                    if kind.type in _FOUND_PLAIN and _is_plain(data, within):
                        continue
                    if (
                        _is_one(data, within, kind.groups, checked=checked) and not _goes_on(data, groups, first, last)
                    ) or (checked and _is_mixed(data, within, groups[last + 1 : last + 2])):
                        return Found(within[0].start, within[-1].end, kind.type, value, 0.92, "disguised")
    return None


def _is_plain(data: bytes, groups: list[_Group]) -> bool:
    """Whether it is written as such numbers are."""
    gaps = {data[one.end : other.start] for one, other in pairwise(groups)}
    return gaps <= {*_PLAIN_GAPS, b":"} and all(group.text.isdigit() and not group.spelt for group in groups)


def _read(kind: Kind, text: str) -> str:
    """The number, with digits where letters stand for them; empty where its check digit does not hold."""
    value = text.upper() if kind.digits != EACH else text
    if kind.holds(value) if kind.digits != EACH or value.isdigit() else False:
        return value
    if kind.type == "it_cf":
        letters = [text[at].translate(_AS_DIGIT) if at in _CF_DIGITS else char for at, char in enumerate(value)]
        value = "".join(letters)
    else:
        at = kind.digits if kind.type != "iban" else slice(2, None)
        read = text[at].translate(_AS_DIGIT)  # a small `l` is a 1, a capital none
        if len(_LETTERS.findall(value[at])) * 2 > len(read):
            return ""
        value = value[: at.start or 0] + read + (value[at.stop :] if at.stop else "")
        if kind.digits == EACH and not value.isdigit():
            return ""
    return value if kind.holds(value) else ""


def _is_one(data: bytes, groups: list[_Group], written: tuple[int, ...], *, checked: bool) -> bool:
    """Whether the groups are those of one number. `checked`: whether it has a check digit that says so, too."""
    if all(group.spelt or len(group.text) == 1 for group in groups):
        sizes = {1}
    else:
        sizes = {len(group.text) for group in groups[:-1]} or {0}
    gaps = [data[one.end : other.start] for one, other in pairwise(groups)]
    most = max(map(gaps.count, gaps), default=0)
    if most == len(gaps):
        return (
            len(groups) == 1
            or (len(sizes) == 1 and sizes <= _SIZES)
            or [len(group.text) for group in groups] == [*written]
            or len(groups) == 2
        )
    return checked and len(gaps) - most <= _ODD_PLACES and len(set(gaps)) <= _OTHER_SIGNS


def _is_mixed(data: bytes, groups: list[_Group], following: list[_Group]) -> bool:
    """`530-274 257.474/437-2`: a few groups with one sign each between them, and no group more."""
    gaps = [data[one.end : other.start] for one, other in pairwise([*groups, *following])]
    return (
        len(groups) <= _MIXED_GROUPS
        and all(gap in _PLAIN_GAPS for gap in gaps[: len(groups) - 1])
        and not (following and gaps[-1] in _PLAIN_GAPS)
    )


def _goes_on(data: bytes, groups: list[_Group], first: int, last: int) -> bool:
    """Whether another group follows, or stands before them, in the same way: of a list."""
    within = last - first
    first -= first > 0 and _holds_digits(groups[first - 1])
    last += last + 1 < len(groups) and _holds_digits(groups[last + 1])
    gaps = [data[one.end : other.start] for one, other in pairwise(groups[first : last + 1])]
    return len(gaps) > within > 0 and len(set(gaps)) == 1


def _holds_digits(group: _Group) -> bool:
    return any(char.isdigit() for char in group.text)


RULES = (
    Rule(
        "disguised",
        _TYPES,
        (_PROBE + rb"[^0-9]*[0-9]", SINGLES),
        _find,
    ),
    Rule("spelt", _TYPES, (_SPELT_RUN,), _find_spelt),
)
