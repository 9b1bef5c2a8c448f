"""The detection engine: every rule over every text, then one verdict a place.

For each leaf: fold it (a byte a character), ask one RE2 Set which rules could find anything, and run only those. A text
that hides characters is decoded first. What the rules found is merged, and values found anywhere are looked for
everywhere.

Invariants
- Linear in the length of the texts. A clean text costs a fold and one pass of the Set.
- Findings stand in offsets of the leaf as it came.
- An engine holds no text: it may be shared by threads, and made again from its arguments in another process.
- Whatever a rule raises leaves as `DetectionFailed`, which says nothing of the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from gateway.core.privacy import DATA_TYPES, Finding, Leaf
from gateway.pii.detectors import accounts, mail, phones, swiss, vendor_keys
from gateway.pii.folding import fold
from gateway.pii.linear import PatternSet
from gateway.pii.reading import HIDDEN, Reading, reveal
from gateway.pii.resolve import resolve
from gateway.pii.view import Found, Rule, View

RULES: tuple[Rule, ...] = (*vendor_keys.RULES, *accounts.RULES, *swiss.RULES, *mail.RULES, *phones.RULES)

_BY_SURFACE = frozenset({"person", "address"})


class DetectionFailed(Exception):
    """A rule could not look. Nothing may be taken for clean."""


class Engine:
    """A `Detector` of the shipped rules, for the types asked for."""

    def __init__(self, types: Iterable[str] = DATA_TYPES) -> None:
        wanted = frozenset(types)
        self._rules = [rule for rule in RULES if wanted.intersection(rule.types)]
        self._wanted = wanted
        self._probes = [(probe, index) for index, rule in enumerate(self._rules) for probe in rule.probes]
        self._set = PatternSet([HIDDEN, *(probe for probe, _ in self._probes)])

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        """For each leaf its findings, sorted, not overlapping."""
        try:
            return [self._scan(leaf) for leaf in leaves]
        except Exception as error:  # noqa: BLE001 - a detector's error may quote the text it failed on
            raise DetectionFailed(type(error).__name__) from None

    def _scan(self, leaf: Leaf) -> list[Finding]:
        reading = Reading(fold(leaf.text))
        occurring = self._set.occurring(reading.data)
        if not occurring:
            return []
        if occurring[0] == 0:
            reading = reveal(leaf.text, reading.data)
            occurring = [index for index in self._set.occurring(reading.data) if index]
        view = View(reading.data)
        rules = dict.fromkeys(self._probes[index - 1][1] for index in occurring)
        findings = [
            self._finding(leaf.text, reading, found)
            for index in rules
            for found in self._rules[index].find(view)
            if found.type in self._wanted
        ]
        return resolve(leaf.text, findings)

    def _finding(self, text: str, reading: Reading, found: Found) -> Finding:
        start, end = reading.span(found.start, found.end)
        canonical = found.canonical
        if found.type in _BY_SURFACE:
            canonical = " ".join(unicodedata.normalize("NFC", text[start:end]).casefold().split())
        return Finding(start, end, found.type, canonical, found.confidence, found.rule)
