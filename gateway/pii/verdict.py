"""What is told of one text in the end: of all that was found one finding a place, in offsets of the text as it came."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from gateway.background_work import PORTION
from gateway.core.privacy import Finding
from gateway.pii.look import Look
from gateway.pii.reading import Reading
from gateway.pii.resolve import heaviest, resolve
from gateway.pii.view import Found

_BY_SURFACE: Final = frozenset({"person", "address"})


def verdict(look: Look) -> list[Finding]:
    """Sorted, not overlapping. The look has found nothing afterwards."""
    resolved = resolve(look.text, _findings(look))
    look.put_away()
    return resolved


def _findings(look: Look) -> Iterator[Finding]:
    """What was found is let go portion by portion: all of a long text's at once would let no other thread run."""
    left, look.found = (look.found or [])[::-1], None
    while left:
        portion = left[: -PORTION - 1 : -1]
        del left[-PORTION:]
        for found in heaviest(portion):
            yield _finding(look.text, look.reading, found)


def _finding(text: str, reading: Reading, found: Found) -> Finding:
    start, end = reading.span(found.start, found.end)
    canonical = found.canonical
    if found.type in _BY_SURFACE:
        canonical = " ".join(unicodedata.normalize("NFC", text[start:end]).casefold().split())
    return Finding(start, end, found.type, canonical, found.confidence, found.rule)
