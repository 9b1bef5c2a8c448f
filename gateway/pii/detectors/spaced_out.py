"""Addresses and births in texts whose words stand two or three blanks apart, as scans and justified lines have them,
and in words whose letters stand apart.

`av.  de  Cour  61,  1007  Lausanne`, `R u e   d u   L a c   4`: read as if one blank stood between words, and none
within them. Only where two gaps between words follow one another, or four letters stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors import addresses, dates_beside, partial_births
from gateway.pii.linear import compiled
from gateway.pii.offsets import OffsetMap
from gateway.pii.view import Found, Rule, View

_SIGN = rb"[^\s|;]"
# Letters with a blank between them, and words of them with three: read from a letter that a blank follows.
_LETTERS = re.compile(rb"(?<![^\s|;])" + _SIGN + rb"(?:[ ]{1,4}" + _SIGN + rb"(?![^\s|;.,:!?])){4,400}")
_WIDE = re.compile(rb"(?<=[^ ])[ ]{2,3}(?=[^ ])")
_CHAIN = rb"[ ]{2}[A-Za-z0-9\xc0-\xff'\-/]+[.,]?[ ]{2,3}[A-Za-z0-9\xc0-\xff]"
_APART = rb"[ ][a-z\xdf-\xff][ ]{3}[A-Za-z0-9][ ]"
_CHAIN_PATTERN, _APART_PATTERN = compiled(_CHAIN), compiled(_APART)
_SINGLE = re.compile(rb"(?<![ ])[ ](?![ ])")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if not (_CHAIN_PATTERN.occurs(data) or _APART_PATTERN.occurs(data)):
        return
    letters = [match.span() for match in _LETTERS.finditer(data)]
    gaps = [gap.span() for start, end in letters for gap in _SINGLE.finditer(data, start, end)]
    kept = [(gap.start() + 1, gap.end()) for gap in _WIDE.finditer(data)]
    read, offsets = _without(data, sorted(gaps + kept))
    narrow = View(read, view.names)
    for rule in (*addresses.RULES, *dates_beside.RULES, *partial_births.RULES):
        for found in rule.find(narrow):
            start, end = offsets.raw(found.start, found.end)
            if b"  " in data[start:end] or any(since < end and start < until for since, until in letters):
                yield Found(start, end, found.type, found.canonical, found.confidence, found.rule)


def _without(data: bytes, gaps: list[tuple[int, int]]) -> tuple[bytes, OffsetMap]:
    read, offsets, done = bytearray(), OffsetMap(), 0
    for start, end in gaps:
        read += data[done:start]
        offsets.add(start - done, start - done)
        offsets.add(0, end - start)
        done = end
    offsets.add(len(data) - done, len(data) - done)
    return bytes(read + data[done:]), offsets


RULES = (Rule("spaced-out", ("address", "date_of_birth"), (_CHAIN, _APART), _find),)
