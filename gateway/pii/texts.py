"""The texts that a detector reads, each with the way back into the string of the request it stands in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from gateway.core.privacy import Finding
from gateway.pii.json_text import Piece


class Text(msgspec.Struct, gc=False):
    """What a detector reads, and the way back into the string it stands in.

    It is part of no circle, and each of a hundred thousand findings has one beside it: garbage is not looked for there.
    """

    text: str
    names: tuple[str, ...]
    piece: Piece | None = None
    shift: int = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.text)}>"

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the string."""
        start, end = start + self.shift, end + self.shift
        return self.piece.raw(start, end) if self.piece is not None else (start, end)

    def surface(self, start: int, end: int) -> str:
        """The value as it is written."""
        return self.text[start:end]

    @property
    def bare(self) -> bool:
        """A number, written without quotes: only a value without doubt takes its place, since its kind changes."""
        return self.piece is not None and self.piece.quotes != ""

    def quoted(self, word: str) -> str:
        """A word as it must be written there: words of ours need no escape, but a bare number's place needs quotes."""
        quotes = self.piece.quotes if self.piece is not None else ""
        return f"{quotes}{word}{quotes}"


Found = list[tuple[Text, Finding]]


class Spaced(Text, gc=False):
    """The name of a file, or a part of it, with blanks for the marks that people write between its words."""

    written: str = ""

    def surface(self, start: int, end: int) -> str:
        return self.written[start:end]


class Encoded(Spaced, gc=False):
    """A value as whoever gets it reads it. `written`: as it is to come back; `places[i]`: where in that its i-th
    character stands.
    """

    places: Sequence[int] = ()

    def surface(self, start: int, end: int) -> str:
        return self.written[self.places[start] : self.places[end]]


class Shared(Text, gc=False):
    """One place's share of a value that stands in several: `start` and `end` are offsets there."""

    start: int = 0
    end: int = 0

    def raw(self, start: int, end: int) -> tuple[int, int]:
        return self.start, self.end

    def quoted(self, word: str) -> str:
        return word if self.text else ""


class Taken:
    """Where in a string something is found; asked and told in logarithmic time, however much that is."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, found: Iterable[tuple[Text, Finding]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        """Of spans that do not overlap, in their order."""
        for text, finding in found:
            start, end = text.raw(finding.start, finding.end)
            self._put(start, end, *self._over(start, end))

    def take(self, start: int, end: int) -> bool:
        """False where a part of it is taken."""
        first, behind = self._over(start, end)
        if first < behind:
            return False
        self._put(start, end, first, behind)
        return True

    def _over(self, start: int, end: int) -> tuple[int, int]:
        return bisect_right(self._ends, start), bisect_left(self._starts, end)

    def _put(self, start: int, end: int, first: int, behind: int) -> None:
        if first < behind:
            start, end = min(start, self._starts[first]), max(end, self._ends[behind - 1])
        self._starts[first:behind], self._ends[first:behind] = [start], [end]


def longest(found: Found) -> Found:
    """Of findings that overlap the longest; of equal ones what was decoded, or the first."""
    kept: Found = []
    taken = Taken(())
    for text, finding in sorted(found, key=_length, reverse=True):
        if taken.take(*text.raw(finding.start, finding.end)):
            kept.append((text, finding))
    return sorted(kept, key=lambda pair: pair[0].raw(pair[1].start, pair[1].end))


def _length(found: tuple[Text, Finding]) -> tuple[int, bool]:
    text, finding = found
    start, end = text.raw(finding.start, finding.end)
    return end - start, type(text) is Encoded


def overlap(found: Found, start: int, end: int) -> bool:
    for text, finding in found:
        left, right = text.raw(finding.start, finding.end)
        if left < end and right > start:
            return True
    return False
