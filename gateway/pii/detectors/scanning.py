"""Candidates by expression, each judged in Python: how most rules look for their type.

Numbers are looked for once a text, whoever wants them: a rule of numbers looks only where there are as many digits as
its own have.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from heapq import merge
from typing import NamedTuple

from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import ALNUM, Found, View

# Between the digits of one number: a blank, a point, a hyphen, or one wrapped line. Never a tab or an empty line.
GAP = rb"(?:[ ]?[.\-/_\xb7][ ]?|[ ]{1,2}|[ ]?\r?\n[ >]{0,4})"

# Every number that rules judge has six digits in a row, whatever stands between them.
DIGITS = rb"[0-9](?:(?:[ .\-/()_]{0,3}|[ ]?\r?\n[ >]{0,4})[0-9OIl]){5}"

# No blank in fifteen characters: keys, tokens and what is encoded are as long, most words are not.
LONG_RUN = rb"[A-Za-z0-9_.~+/\-:=?&%]{15}"

_RUN = compiled(rb"[0-9](?:(?:[ .\-/()_]{0,4}|[ ]?\r?\n[ >]{0,4})[0-9OIl]){5,}")
_WORD = re.compile(rb"[0-9OIl]+")
_NEXT_DIGITS = 16
"""Characters behind a number in which two more digits show that it is a longer one."""
_NO_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789OIl")
_NOT_0_TO_9 = bytes(byte for byte in range(256) if byte not in b"0123456789")

_DUMP = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:[ ]{1,2}[0-9A-Fa-f]{2}){7,}(?![0-9A-Za-z])")
_BASE_16 = re.compile(rb"\b(?!(?:ab|ad|ce|da|de|fa)\b)[0-9]?[A-Fa-f]")  # `06 12 34 56 78 de 08 00`: a word
# `7f45 4c46 0201 0100 0000 0000`: words of two bytes, of which two or more have letters
_DUMPED_WORDS = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{4}(?:[ ][0-9A-Fa-f]{4}){5,}(?![0-9A-Za-z])")
_LETTERED_WORD = re.compile(rb"\b[0-9A-Fa-f]{0,3}[A-Fa-f][0-9A-Fa-f]{0,3}\b")
_DUMP_REACH, _PAIRS_OF_A_CARD, _PAIRS_OF_A_TELEPHONE = 48, 8, 5
_PAIR, _WORD_OF_A_DUMP = (re.compile(rb"[0-9A-Za-z]{%d}(?![0-9A-Za-z])" % length) for length in (2, 4))
_BLANK = 0x20
_ROW = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9][ ]{1,2}){3,}(?=[0-9]{2}(?![0-9]))")

# Numbers that a run of digits may hold before the one that is looked for.
_PATIENCE = 12

Judge = Callable[[View, int, int], Found | None]


def judged(pattern: Pattern, view: View, judge: Judge) -> Iterator[Found]:
    """Every candidate that the judge accepts. One that it rejects may hold another: the search goes on behind its
    first word, not behind its end.
    """
    return _judged(pattern, view, judge, 0, len(view.data), len(view.data))


def _judged(pattern: Pattern, view: View, judge: Judge, at: int, last: int, until: int) -> Iterator[Found]:
    """The same for candidates that begin from `at` to before `last`, and end by `until`."""
    data = view.data
    run_end = rejected = 0
    while True:
        start, end = pattern.first(data, at, until)
        if start < 0 or start >= last:
            return
        found = judge(view, start, end)
        if start >= run_end:
            rejected = 0
        run_end = end
        if found:
            yield found
            at = max(found.end, start + 1)
            rejected = 0
        elif rejected >= _PATIENCE:
            at = end
        else:
            rejected += 1
            at = start + 1
            while at < end and data[at] in ALNUM and data[at - 1] in ALNUM:
                at += 1


class Run(NamedTuple):
    """Where digits follow each other, whatever stands between them, and how many."""

    start: int
    end: int
    digits: int


def runs(view: View) -> list[Run]:
    """All runs of six digits and more, or of letters that are taken for digits. Worked out once a text."""
    known: list[Run] | None = view.__dict__.get("runs")
    if known is None:
        data = view.data
        known = view.__dict__["runs"] = [
            Run(start, end, len(data[start:end].translate(None, _NO_DIGITS))) for start, end in _RUN.spans(data)
        ]
    return known


def judged_in_runs(
    pattern: Pattern, view: View, judge: Judge, fewest: int, before: int = 0, behind: int = 0
) -> Iterator[Found]:
    """As `judged`, for numbers of `fewest` digits and more: only where so many follow each other.

    `before` and `behind`: how many characters of a candidate may stand around its digits.
    """
    length = len(view.data)
    done = 0
    for run in runs(view):
        if run.digits >= fewest and run.end > done:
            begin, until = max(done, run.start - before), min(length, run.end + behind)
            for found in _judged(pattern, view, judge, begin, run.end, until):
                yield found
                done = found.end


def judged_by_length(
    pattern: Pattern, view: View, judge: Judge, *lengths: int, holds: Callable[[str], bool] | None = None
) -> Iterator[Found]:
    """As `judged`, for numbers of exactly so many digits and nothing else, which no digit or letter touches.

    `holds`: what the judge asks of the digits in any case, asked first: it is quick, and says no to most.
    """
    data = view.data
    done = 0
    for start, end, run_end in _whole_numbers(view, lengths):
        if start < done or (holds is not None and not holds(_digits_alone(data, start, end))):
            continue
        if pattern.first(data, start, min(run_end, end + _NEXT_DIGITS)) == (start, end):
            found = judge(view, start, end)
            if found:
                yield found
                done = max(found.end, start + 1)


def _digits_alone(data: bytes, start: int, end: int) -> str:
    return data[start:end].translate(None, _NOT_0_TO_9).decode("ascii")


def _whole_numbers(view: View, lengths: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """(start, end, end of the run) of the words in a run that have so many digits together, from left to right.

    None is kept: a megabyte of single digits has millions, and to let them go would keep other threads waiting.
    """
    by_length = [_numbers(view, length) for length in lengths]
    return by_length[0] if len(by_length) == 1 else merge(*by_length)


def _numbers(view: View, length: int) -> Iterator[tuple[int, int, int]]:
    for run in runs(view):
        if run.digits <= length:
            if run.digits == length:
                yield run.start, run.end, run.end
            continue
        words: deque[tuple[int, int]] = deque()
        count = 0
        for word in _WORD.finditer(view.data, run.start, run.end):
            start, end = word.span()
            words.append((start, end))
            count += end - start
            while count > length:
                start, stop = words.popleft()
                count -= stop - start
            if count == length:
                yield words[0][0], end, run.end


def is_dumped(data: bytes, start: int) -> bool:
    """Whether a number is a piece of a dump of bytes, of what is drawn by lot, or of a row of small numbers.

    Telephones in pairs are no dump, nor are cards: those have five pairs each, of digits alone, and eight. What begins
    behind small numbers is a cell of its own: `3 2 1 06 12 34 56 78`.
    """
    row = _ROW.search(data, max(0, start - _NEXT_DIGITS), start + _NEXT_DIGITS)
    if row and row.start() <= start < row.end():
        return True
    if not _may_stand_in(_PAIR, data, start):
        return False
    for dump in _DUMP.finditer(data, max(0, start - _DUMP_REACH), start + _DUMP_REACH):
        if dump.start() <= start < dump.end():
            pairs = len(dump[0].split())
            of_numbers = pairs % _PAIRS_OF_A_CARD == 0 or pairs % _PAIRS_OF_A_TELEPHONE == 0
            return _BASE_16.search(dump[0]) is not None or not of_numbers
    return False


def is_dumped_in_words(data: bytes, start: int) -> bool:
    """Whether a telephone's number is a piece of a dump of words of two bytes; cards are written in such groups."""
    if not _may_stand_in(_WORD_OF_A_DUMP, data, start):
        return False
    for dump in _DUMPED_WORDS.finditer(data, max(0, start - _DUMP_REACH), start + _DUMP_REACH):
        if dump.start() <= start < dump.end():
            return len(_LETTERED_WORD.findall(dump[0])) > 1
    return False


def is_of_a_column(data: bytes, start: int, end: int) -> bool:
    """Whether a number is made of three lines and more of a column of numbers, which goes on for three others: below
    a card stand when it ends and what is on its back.
    """
    if data.count(b"\n", start, end) < _FEWEST_BREAKS:
        return False
    above = _NUMBERS_ABOVE.search(data, max(0, start - _LINES_LONGEST), start)
    below = _NUMBERS_BELOW.match(data, end, end + _LINES_LONGEST)
    others = (above[0].count(b"\n") if above else 0) + (below[0].count(b"\n") if below else 0)
    return others >= _FEWEST_OTHERS


_NUMBERS_ABOVE = re.compile(rb"(?:[0-9]{1,8}[ ]?\r?\n[ ]{0,4}){1,3}$")
_NUMBERS_BELOW = re.compile(rb"(?:[ ]?\r?\n[ ]{0,4}[0-9]{1,8}(?![^\r\n])){1,3}")
_FEWEST_BREAKS, _FEWEST_OTHERS, _LINES_LONGEST = 2, 3, 48


def _may_stand_in(piece: re.Pattern[bytes], data: bytes, start: int) -> bool:
    """Whether a dump of such pieces may hold a place: most numbers begin with more digits, or with fewer."""
    return (start > 0 and data[start - 1] in ALNUM) or data[start] == _BLANK or piece.match(data, start) is not None


def prefix_of(data: bytes, start: int, end: int, length: int) -> int:
    """Where the first `length` letters and digits of a span end; 0 if it has fewer."""
    found = _prefix(length).match(data, start, end)
    return found.end() if found else 0


@cache
def _prefix(length: int) -> re.Pattern[bytes]:
    signs = re.escape(_SIGNS)
    return re.compile(rb"(?:[%s]*+[^%s]){%d}" % (signs, signs, length))


_SIGNS = bytes(byte for byte in range(256) if byte not in ALNUM)


def bare(data: bytes, start: int, end: int) -> str:
    """Letters and digits of a span, without what separates them."""
    return data[start:end].translate(None, _SIGNS).decode("latin-1")
