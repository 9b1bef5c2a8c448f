"""Candidates by expression, each judged in Python: how most rules look for their type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.pii.linear import Pattern
from gateway.pii.view import ALNUM, Found, View

# Between the digits of one number: a blank, a point, a hyphen, or one wrapped line. Never a tab or an empty line.
GAP = rb"(?:[ ]?[.\-/_][ ]?|[ ]|[ ]?\r?\n[ >]{0,4})"

# Every number that rules judge has six digits in a row, whatever stands between them.
DIGITS = rb"[0-9](?:(?:[ .\-/()_]{0,3}|[ ]?\r?\n[ >]{0,4})[0-9OIl]){5}"

# Numbers that a run of digits may hold before the one that is looked for.
_PATIENCE = 12

Judge = Callable[[View, int, int], Found | None]


def judged(pattern: Pattern, view: View, judge: Judge) -> Iterator[Found]:
    """Every candidate that the judge accepts. One that it rejects may hold another: the search goes on behind its
    first word, not behind its end.
    """
    data = view.data
    at = run_end = rejected = 0
    while True:
        start, end = pattern.first(data, at)
        if start < 0:
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


def prefix_of(data: bytes, start: int, end: int, length: int) -> int:
    """Where the first `length` letters and digits of a span end; 0 if it has fewer."""
    for at in range(start, end):
        if data[at] in ALNUM:
            length -= 1
            if not length:
                return at + 1
    return 0


_SIGNS = bytes(byte for byte in range(256) if byte not in ALNUM)


def bare(data: bytes, start: int, end: int) -> str:
    """Letters and digits of a span, without what separates them."""
    return data[start:end].translate(None, _SIGNS).decode("latin-1")
