"""What was cut over the parts of one message, or over messages, put together at the seams.

Invariants
- A finding counts only where it crosses a seam, and nothing was found on its own, or the seam cuts a word in two; but
  of one text that was cut, whatever is found by what stands in the other parts.
- Linear: a finding looks at the parts that it lies in, however many there are.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from gateway.core.privacy import Finding, Leaf
from gateway.pii.texts import Found, Shared, Text, overlap

REACH: Final = 64
"""Characters on each side of a seam; longer than nearly every value."""
FAR: Final = 4096
"""The same where a seam cuts a line: what says what a value is may stand far above, at the head of a table."""

_ENDS: Final = frozenset(".!?:;…")
_SHORTEST_REST, _SHORTEST_WORD = 3, 4
_FIRST: Final = re.compile(r"[^\W_]+")

Piece = tuple[int, str, int]
"""The number of a text, what of it is read, and where in it that begins."""


class Window:
    """The ends and beginnings of texts that follow each other, as one text.

    `whole`: they are one text that was cut, so what stands in one is read by what stands in the others, too.
    `of_turns`: they are messages, and may have been two after all: a value may end where one does. `apart`: most such
    texts have nothing to do with one another, so what one holds up to its end is its own: rows end with a telephone
    and begin with their number.
    """

    __slots__ = ("_parts", "_starts", "apart", "of_turns", "text", "whole")

    def __init__(self, pieces: Sequence[Piece], *, whole: bool, of_turns: bool, apart: bool) -> None:
        self.text = "".join([text for _, text, _ in pieces])
        self.whole = whole
        self.of_turns = of_turns
        self.apart = apart
        self._starts: list[int] = []
        self._parts: list[tuple[int, int, int, int]] = []
        """(number, start in the window, end, offset in the text)."""
        at = 0
        for number, text, offset in pieces:
            self._starts.append(at)
            self._parts.append((number, at, at + len(text), offset))
            at += len(text)

    def leaf(self) -> Leaf:
        """What a part says of the next one holds there, too: `Password:` and, below it, what that is."""
        return Leaf(self.text, joined=self.of_turns)

    def share(self, finding: Finding, found: dict[int, Found], place_of: Callable[[int], int]) -> None:
        """Give each place its share of a value that crosses a seam; the first gets it, the others lose theirs."""
        first = bisect_right(self._starts, finding.start) - 1
        crossed = self._parts[first : bisect_left(self._starts, finding.end)]
        shares = [
            (place_of(number), offset + max(finding.start, start) - start, offset + min(finding.end, end) - start)
            for number, start, end, offset in crossed
            if start < end
        ]
        if len(shares) < 2 and not self.whole:
            return
        own = [found.get(number, []) for number, _, _ in shares]
        if any(overlap(others, start, end) for others, (_, start, end) in zip(own, shares, strict=True)):
            if self.apart:
                return
            seams = [start for _, start, _, _ in crossed[1:]]
            if not seams or (
                self._stands_alone(finding, seams, shares, own) if self.of_turns else not self._cuts_a_word(seams)
            ):
                return
            for others, (_, start, end) in zip(own, shares, strict=True):  # halves of what is whole here
                others[:] = [other for other in others if not _inside(other, start, end)]
        surface = self.text[finding.start : finding.end]
        for place, (number, start, end) in enumerate(shares):
            text = Shared(surface if place == 0 else "", (), start=start, end=end)
            found.setdefault(number, []).append((text, shared(finding, len(surface) if place == 0 else 0)))

    def _stands_alone(
        self, finding: Finding, seams: Sequence[int], shares: Sequence[tuple[int, int, int]], own: Sequence[Found]
    ) -> bool:
        """Whether one message holds a value up to the seam, or to its sentence's end there, to which the other one
        would but add a word: `Anna`, and `tomorrow` below it; `9000 St. Gallen.`, and `Note: …`.
        """
        before, behind = self.text[finding.start : seams[-1]], self.text[seams[0] : finding.end]
        ends = (text.raw(found.start, found.end)[1] - shares[0][2] for text, found in own[0])
        if any(end <= 0 and _ENDS.issuperset(self.text[seams[0] + end : seams[0]]) for end in ends):
            return behind.isalpha() or len(behind) < _SHORTEST_REST or _begins_with_a_word(behind)
        return before.isalnum() and any(text.raw(found.start, found.end)[0] == shares[-1][1] for text, found in own[-1])

    def _cuts_a_word(self, seams: Sequence[int]) -> bool:
        """Whether a seam has a letter or digit on both sides and no new word begins there, or cuts a number."""
        around = (self.text[seam - 1 : seam + 1] for seam in seams)
        return any(
            (both.isalnum() and not both[1].isupper())
            or (both[0].isdigit() and both[1] in "./-:")
            or (both[1].isdigit() and both[0] in "./-:")
            for both in around
        )


def windows(
    groups: Sequence[Sequence[int]], text_of: Callable[[int], str], *, of_turns: bool = False, apart: bool = False
) -> Iterator[Window]:
    """What is to be looked at once more, of runs of texts by their numbers. `of_turns`, `apart`: as of a Window."""
    for group in groups:
        texts = [text_of(number) for number in group]
        cut = of_turns or any(one and other and not _new_part(one, other) for one, other in pairwise(texts))
        reach = FAR if cut else REACH
        # Of messages only where lines stand above the seam, as the head of a table does: of two of one line each the
        # second may have words of its own that say what a value is not.
        whole = cut and not apart and (not of_turns or any("\n" in text for text in texts[:-1]))
        pieces: list[Piece] = []
        for position, (number, text) in enumerate(zip(group, texts, strict=True)):
            if len(text) <= 2 * reach:
                pieces.append((number, text, 0))
                continue
            if position:
                yield Window([*pieces, (number, text[:reach], 0)], whole=whole, of_turns=of_turns, apart=apart)
            pieces = [(number, text[-reach:], len(text) - reach)]
        if len(pieces) > 1:
            yield Window(pieces, whole=whole, of_turns=of_turns, apart=apart)


def _new_part(one: str, other: str) -> bool:
    """Whether a part ends where nobody would end one: not in the middle of a line, nor of a sentence."""
    if one[-1] == "\n" or other[0] == "\n":
        return True
    return one.rstrip()[-1:] in _ENDS and other.lstrip()[:1].isupper()


def shared(finding: Finding, end: int) -> Finding:
    return Finding(0, end, finding.type, finding.canonical, finding.confidence, finding.rule)


def _begins_with_a_word(text: str) -> bool:
    """Longer than the rest of most: `s Zellweger` goes on with what ends in `Han`."""
    begun = _FIRST.match(text)
    return begun is not None and begun[0].isalpha() and len(begun[0]) >= _SHORTEST_WORD


def _inside(found: tuple[Text, Finding], start: int, end: int) -> bool:
    text, finding = found
    left, right = text.raw(finding.start, finding.end)
    return start <= left and right <= end
