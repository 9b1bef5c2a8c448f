"""Telephone numbers of any country, in the forms that people write.

A plus sign, or a national shape that some country of the context knows, is enough; digits without a shape need a word
such as "Tel." or "call me at" before them. What is a date, a version or the number of an order is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.phone_plans import NO_DIGITS, UNMARKED, digits_of, number, valid_number
from gateway.pii.detectors.phone_words import (
    CALL,
    CALLED_SO,
    DIALLED,
    EXTENSION,
    NEXT_OF_LIST,
    NO_CALL,
    beside_mail,
    counts_on,
    is_behind_name,
    is_lot,
    is_of_parts,
    is_somebodys,
    is_tied_to,
    said_of_calls,
    sentence,
)
from gateway.pii.detectors.regions import regions
from gateway.pii.detectors.scanning import DIGITS as RUN
from gateway.pii.detectors.scanning import is_dumped, is_dumped_in_words, judged_in_runs
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

_GAP = rb"(?:[ .\-/()_]{0,3}|[ ]?\r?\n[ >]{0,4})"
# People write, and machines read, a letter for a digit: `8O2`.
_DIGIT = rb"[0-9OIl]"
_PHONE = (
    rb"(?:"
    rb"(?:\+|\b00)[ (]{0,2}[1-9](?:" + _GAP + _DIGIT + rb"){6,14}"  # international
    rb"|\(?[0O][ ]?[1-9](?:" + _GAP + _DIGIT + rb"){6,12}"  # national, with a zero
    rb"|\(?[1-9][0-9]{2}\)?[ .\-/]{0,3}[0-9]{3}[ .\-]{0,3}[0-9]{4}"  # North America
    rb"|1[ .\-]\(?[2-9][0-9]{2}\)?[ .\-]{0,2}[0-9]{3}[ .\-]?[0-9]{4}"
    rb"|[1-9](?:[ .\-/]{0,2}[0-9]){5,11}"  # no shape: only by context
    rb")(?:" + EXTENSION + rb")?"
)
_PATTERN = compiled(_PHONE)
_FEWEST, _BEFORE, _BEHIND = 6, 3, 24  # digits; characters of a plus sign, and of an extension
_DATE = re.compile(
    rb"[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:[0-9]{4}|[0-9]{2})(?![0-9]|[.\-/ ][0-9])|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    rb"|(?:0?[1-9]|1[0-2])[./](?:19|20)[0-9]{2}(?![0-9]|[.\-/ ][0-9])"
)
_AMERICAN = re.compile(
    rb"\([0-9]{3}\)[ .\-]{0,3}[0-9]{3}[ .\-][0-9]{4}(?![0-9])"
    rb"|(?:(?:00)?1[ .\-])?[0-9]{3}[.\-][0-9]{3}[.\-][0-9]{4}(?![0-9])"
)
_OWN_ADDRESS = re.compile(rb"(?:127|255|0)(?:\.[0-9]{1,3}){3}(?![.0-9])")  # a machine's of itself, and everybody's
_IN_A_CELL = re.compile(rb"(?:1[.\-])?[2-9][0-9]{2}[.\-][2-9][0-9]{2}[.\-][0-9]{4}(?![0-9])")
_SCORE = re.compile(rb"[0-9]{1,2}[-:][0-9]{1,2}[ ,]{1,2}[0-9]{1,2}[-:][0-9]{1,2}(?:[ ,(]|$)")
_GROUPED = re.compile(rb"0[1-9](?:[ .\-][0-9]{2}){4}|\(?0[1-9][0-9]{1,3}\)?[ ][0-9]{3,8}(?:[ ][0-9]{3,4})?")
_EXTENDED = re.compile(EXTENSION + rb"$")
_BREAK = re.compile(rb"[ \r\n/]+")
_LONGEST, _NEXT_LONGEST, _VALID, _PLUS, _COMMA, _NEWLINE = 24, 16, 0.8, 0x2B, 0x2C, 0x0A
_TIES = frozenset(b".-/,_#$")
_NO_ZERO = frozenset(b"123456789")
_LETTERED = re.compile(rb"[0-9OIl][ .\-/()_]{0,3}[OIl][ .\-/()_]{0,3}[0-9OIl]|[0-9][OIl]$")
_SEPARATED = re.compile(rb"[0-9)][ .\-/()_]+[0-9(]")
_NOTHING_LIKE_DIGITS = bytes(byte for byte in range(256) if byte not in DIGITS and byte not in b"OIl")
_FEWEST_UNCALLED, _FEWEST_OF_GROUPS = 9, 7
_ABROAD = re.compile(rb"\(?(?:\+|0[ ]?0|[O0]{2})")
_AS_DIGIT = bytes.maketrans(b"OIl", b"011")


def _last(pattern: Pattern, text: bytes) -> int:
    at = -1
    for _, end in pattern.spans(text):
        at = end
    return at


def _judge(view: View, start: int, end: int) -> Found | None:
    """The longest beginning of the digits that is a valid number; else the longest that could be one."""
    data = view.data
    if not _begins(data, start):
        return None
    end = _reach(view, start, end)
    if any(other.match(data, start, end) for other in (_SCORE, _DATE, _OWN_ADDRESS)):
        return None
    abroad = _ABROAD.match(data, start) is not None
    # Without a word that tells of a call nothing shorter is one, but for what is dialled abroad.
    short = _count(data, start, end) < _FEWEST_UNCALLED and not abroad
    if short and not (view.says(CALL) or _is_told_beside(data, start, end)):
        return None
    called, unwanted = _is_called(view, start, end)
    if not called:
        if short or (unwanted and data[start] != _PLUS) or _means_nothing(view, start):
            return None
        if is_dumped(data, start) or is_dumped_in_words(data, start) or is_lot(data, start):
            return None
        if is_of_parts(data, start, end):
            return None
    possible = None
    for stop in _ends(data, start, end, 0 if called or abroad else _FEWEST_UNCALLED):
        found = _reading(view, start, stop, called=called)
        if found and found.confidence >= _VALID:
            return found
        possible = possible or found
    return possible


def _reach(view: View, start: int, end: int) -> int:
    """Where what may be of the number ends: before the next of a list, behind its last digit, within its cell."""
    data = view.data
    listed = NEXT_OF_LIST.search(data, start, end + _NEXT_LONGEST)
    if listed and listed.start() < end and _count(data, start, listed.start()) >= _FEWEST_UNCALLED:
        end = listed.start()
    while end < len(data) and data[end] in DIGITS and end - start < _LONGEST:  # a shape that ends in a longer run
        end += 1
    if view.tables.cells and (cell := view.tables.at(start)):  # the next cell holds another thing
        end = min(end, cell.end)
    return end


def _is_told_beside(data: bytes, start: int, end: int) -> bool:
    """Whether a word behind it, or an address of mail next to it, says that it is a number to call."""
    return CALLED_SO.match(data, end) is not None or beside_mail(data, start, end)


def _is_called(view: View, start: int, end: int) -> tuple[bool, bool]:
    """Whether something near tells of a call, and whether a word before it says that it is of another thing."""
    before = said_of_calls(view.before(start))
    called = view.says(CALL) and view.finds(CALL, before)
    # What another sentence counts is another thing.
    unwanted = view.says(NO_CALL) and view.finds(NO_CALL, before, sentence(before))
    if unwanted and (
        is_behind_name(view.data, start) or not counts_on(before, _last(NO_CALL, before), view.data[start:end])
    ):
        unwanted = False  # what it counts has its number already
    if called and unwanted:  # the nearer of the two words counts
        called = _last(CALL, before) > _last(NO_CALL, before)
    return called or _is_told_beside(view.data, start, end) or is_somebodys(view.data, start, end), unwanted


def _means_nothing(view: View, start: int) -> bool:
    """Whether no form of `_reading` that needs no word begins so: asked first, since long runs of digits are common."""
    data = view.data
    if data[start] not in _NO_ZERO or _AMERICAN.match(data, start) or not start or data[start - 1] == _NEWLINE:
        return False
    return not any(region in UNMARKED for region in regions(view)[:3])


def _ends(data: bytes, start: int, end: int, fewest: int) -> Iterator[int]:
    """Where the number may end: behind its digits, or before one of its last groups, which may be the next one's."""
    if _stops(data, end):
        yield end
    groups = [match.start() for match in _BREAK.finditer(data, start + 6, end)]
    for at in reversed(groups[-6:]):
        if _count(data, start, at) < fewest or len(data[start:at].translate(None, NO_DIGITS)) < _FEWEST_OF_GROUPS:
            break  # those before are shorter
        yield at


def _count(data: bytes, start: int, end: int) -> int:
    """How many digits there are at most: of some letters only their neighbours tell whether they stand for one."""
    return len(data[start:end].translate(None, _NOTHING_LIKE_DIGITS))


def _reading(view: View, start: int, end: int, *, called: bool) -> Found | None:
    raw = _EXTENDED.sub(b"", view.data[start:end])
    if _LETTERED.search(raw):
        raw = raw.translate(_AS_DIGIT)
    text = b" ".join(raw.split()).decode("latin-1").replace("_", " ")
    digits = digits_of(text)
    if raw[:1] == b"+":
        known = number(text, None)
        if known or len(digits) >= 8:
            return _found(view, start, end, known[0] if known else "+" + digits, 0.95 if known and known[1] else 0.75)
        return None
    american = _AMERICAN.fullmatch(raw)
    if american:
        return _found(view, start, end, valid_number(text, regions(view)) or digits, 0.8)
    if raw[:2] == b"00" and not _AMERICAN.match(raw):
        known = number("+" + digits[2:], None)
        if known and (known[1] or called or DIALLED.match(raw)):
            return _found(view, start, end, known[0], 0.9 if known[1] else 0.7)
    elif raw.lstrip(b"(")[:1] == b"0" and len(digits) >= 9 and (_SEPARATED.search(raw) or len(digits) in {10, 11}):
        valid = valid_number(text, regions(view)) or valid_number(digits, regions(view))
        if valid:
            return _found(view, start, end, valid, 0.85)
        if len(digits) in {10, 11} and _GROUPED.fullmatch(raw):
            return _found(view, start, end, digits, 0.55)
    elif _SEPARATED.search(raw) and 9 <= len(digits) <= 11:
        alone = _alone(view.data, start, end)
        valid = valid_number(text, UNMARKED if alone else [at for at in regions(view)[:3] if at in UNMARKED])
        if valid:
            return _found(view, start, end, valid, 0.9 if called else 0.65)
    if called and 6 <= len(digits) <= 16:
        valid = valid_number(text, regions(view))
        return _found(view, start, end, valid or digits, 0.9 if valid else 0.6)
    return None


def as_number(view: View, start: int, end: int) -> bool:
    """Whether some country of the context has such a number."""
    found = _reading(view, start, end, called=True)
    return found is not None and found.confidence >= _VALID


def _alone(data: bytes, start: int, end: int) -> bool:
    """On a line of its own, as below a name in an address."""
    return (not start or data[start - 1] == _NEWLINE) and (end == len(data) or data[end] in {_NEWLINE, 0x0D})


def _begins(data: bytes, start: int) -> bool:
    """Not in the middle of a word, a longer number, a path or a version."""
    before = data[max(0, start - 2) : start]
    if not before or before[-1] not in _TIES:
        return not before or before[-1] not in ALNUM or is_tied_to(data, start)
    if before[-1:] in {b".", b"/", b"#"} and is_tied_to(data, start):
        return True
    if len(before) < 2 or before[0] not in ALNUM:
        return True
    # `1,234 567` is one number; `Meier,079…`, `12,+41…` and `12,212-555-0142` are two cells.
    return before[-1] == _COMMA and (
        before[0] not in DIGITS or data[start] in b"0+(" or _IN_A_CELL.match(data, start) is not None
    )


def _stops(data: bytes, end: int) -> bool:
    after = data[end : end + 2]
    return not after or not (after[0] in ALNUM or (after[0] in b"-.:" and len(after) > 1 and after[1] in DIGITS))


def _found(view: View, start: int, end: int, canonical: str, confidence: float) -> Found:
    if view.data[start : start + 1] == b"(" and b")" not in view.data[start:end]:
        start += 1
    end = start + len(view.data[start:end].rstrip(b" .-/_("))  # of `… 65 · lukas@…`, whose `l` may be a digit
    return Found(start, end, "phone", canonical, confidence, "phone")


def _find(view: View) -> Iterator[Found]:
    return judged_in_runs(_PATTERN, view, _judge, _FEWEST, _BEFORE, _BEHIND)


RULES = (Rule("phone", ("phone",), (RUN,), _find),)
