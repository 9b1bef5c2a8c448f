"""What was cut over the parts of one message, put together at the seams."""

from __future__ import annotations

from collections.abc import Callable

from gateway.core.privacy import Finding
from gateway.pii.texts import Found, Shared, Text, overlap


class Window:
    """The ends and beginnings of parts that follow each other, as one text.

    `whole`: the parts are one text that was cut, so what stands in one is read by what stands in the others, too.
    """

    __slots__ = ("parts", "text", "whole")

    def __init__(self, whole: bool) -> None:
        self.text = ""
        self.whole = whole
        self.parts: list[tuple[int, int, int, int]] = []
        """(place, start in the window, end, offset in the place)."""

    def add(self, number: int, text: str, offset: int) -> None:
        self.parts.append((number, len(self.text), len(self.text) + len(text), offset))
        self.text += text

    def share(self, finding: Finding, found: dict[int, Found], place_of: Callable[[int], int]) -> None:
        """Give each place its share of a value that crosses a seam; the first gets it, the others lose theirs."""
        shares = [
            (place_of(number), offset + max(finding.start, start) - start, offset + min(finding.end, end) - start)
            for number, start, end, offset in self.parts
            if finding.start < end and finding.end > start
        ]
        if len(shares) < 2 and not self.whole:
            return
        own = [found.get(number, []) for number, _, _ in shares]
        if any(overlap(others, start, end) for others, (_, start, end) in zip(own, shares, strict=True)):
            if not self._cuts_a_word(finding):
                return
            for others, (_, start, end) in zip(own, shares, strict=True):  # halves of what is whole here
                others[:] = [other for other in others if not _inside(other, start, end)]
        surface = self.text[finding.start : finding.end]
        for place, (number, start, end) in enumerate(shares):
            text = Shared(surface if place == 0 else "", (), start=start, end=end)
            found.setdefault(number, []).append((text, shared(finding, len(surface) if place == 0 else 0)))

    def _cuts_a_word(self, finding: Finding) -> bool:
        """Whether a seam has a letter or digit on both sides and no new word begins there, or cuts a number."""
        seams = (start for _, start, _, _ in self.parts if finding.start < start < finding.end)
        around = (self.text[seam - 1 : seam + 1] for seam in seams)
        return any(
            (both.isalnum() and not both[1].isupper())
            or (both[0].isdigit() and both[1] in "./-:")
            or (both[1].isdigit() and both[0] in "./-:")
            for both in around
        )


def shared(finding: Finding, end: int) -> Finding:
    return Finding(0, end, finding.type, finding.canonical, finding.confidence, finding.rule)


def _inside(found: tuple[Text, Finding], start: int, end: int) -> bool:
    text, finding = found
    left, right = text.raw(finding.start, finding.end)
    return start <= left and right <= end
