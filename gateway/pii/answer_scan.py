"""Personal data that a model writes by itself: found in the text as it comes, and treated as the rules say.

Invariants
- Only types whose form leaves no doubt, and that the rules hold back: a made-up name is not corrected.
- The end of a text that may be the beginning of such a value is held back, at most `LONGEST_HELD` characters, up to
  the next word that cannot belong to it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import msgspec

from gateway.core.privacy import CERTAIN, Detector, Leaf
from gateway.core.privacy_rules import AnswerAction
from gateway.core.redacted import counts_text
from gateway.errors import PersonalDataRefused, PersonalDataUnread
from gateway.pii.tokens import word_of
from gateway.pii.treat import masked, spliced

LONGEST_HELD: Final = 64

_RUNNING: Final = re.compile(r"(?:[0-9A-Z+(][0-9A-Z+() ./'\u00a0-]*|\S+)$")
"""What may go on: digits and capitals with what stands between them, or one word."""


class Scan(msgspec.Struct, frozen=True):
    """`sought`: types that are held back, of those whose form leaves no doubt."""

    detector: Detector
    action: AnswerAction
    sought: frozenset[str]


class Scanner:
    """One channel of one answer."""

    __slots__ = ("_held", "_scan")

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._held = ""

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def feed(self, text: str) -> str:
        text = self._held + text
        running = _RUNNING.search(text, max(0, len(text) - LONGEST_HELD))
        return self._cut(text, len(text) if running is None else running.start())

    def flush(self) -> str:
        return self._cut(self._held, len(self._held))

    def _cut(self, text: str, end: int) -> str:
        """Treat what is found, hold back what begins at `end` or reaches over it."""
        splices = []
        for start, stop, word in self._found(text):
            if stop > end:
                end = min(end, start)
                break
            splices.append((start, stop, word))
        self._held = text[end:]
        return spliced(text[:end], splices) if splices else text[:end]

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        if not text or not self._scan.sought:
            return []
        try:
            findings = self._scan.detector.find([Leaf(text, passing=True, sought=self._scan.sought)])[0]
        except Exception:  # noqa: BLE001 - its words may quote the text
            raise PersonalDataUnread(
                "The answer could not be searched for personal data, so it ends here. Ask again, or tell the operators."
            ) from None
        held_back = [
            finding for finding in findings if finding.type in self._scan.sought and finding.confidence >= CERTAIN
        ]
        if held_back and self._scan.action == "block":
            counts = Counter(finding.type for finding in held_back)
            raise PersonalDataRefused(
                f"The answer holds personal data that the team's rules block: {counts_text(counts)}. Ask for less."
            )
        mask = self._scan.action == "mask"
        return [
            (one.start, one.end, masked(text[one.start : one.end]) if mask else f"[{word_of(one.type)}]")
            for one in held_back
        ]
