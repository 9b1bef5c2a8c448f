"""The detection engine: every rule over every text, then one verdict a place.

For each leaf: fold it (a byte a character), ask a few expressions of RE2 which rules could find anything, and run only
those. A text that hides characters is decoded first. What the rules found is merged, and values found anywhere are
looked for everywhere.

Invariants
- Linear in the length of the texts. A clean text costs a fold and five passes.
- Findings stand in offsets of the leaf as it came.
- An engine holds no text: it may be shared by threads, and made again from its arguments in another process.
- Whatever a rule raises leaves as `DetectionFailed`, which says nothing of the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import NamedTuple, Protocol

from gateway.core.privacy import DATA_TYPES, Finding, Leaf
from gateway.pii.detectors import (
    accounts,
    addresses,
    dates,
    fields,
    machines,
    mail,
    name_contexts,
    name_cues,
    name_rows,
    passports,
    passwords,
    phones,
    states,
    swiss,
    vehicles,
    vendor_keys,
)
from gateway.pii.dictionaries import Dictionaries
from gateway.pii.encoded import texts
from gateway.pii.folding import fold
from gateway.pii.patterns import PatternSpec, compile_patterns
from gateway.pii.prefilter import Prefilter
from gateway.pii.reading import Reading, hides, reveal
from gateway.pii.resolve import resolve
from gateway.pii.spread import Known, occurrences
from gateway.pii.view import Found, Rule, View

# What is asked for in one pass, and in it the families: rules whose probes are under way together stand apart.
PASSES: tuple[tuple[tuple[Rule, ...], ...], ...] = tuple(
    tuple(tuple(rule for detector in family for rule in detector.RULES) for family in families)
    for families in (
        ((vendor_keys, passwords),),
        ((passports, dates, name_cues), (addresses,)),
        ((fields,), (vehicles,)),
        ((name_rows,),),
        ((name_contexts,), (accounts, swiss, states, machines, mail, phones)),
    )
)

_SURE = 0.65
_BY_SURFACE = frozenset({"person", "address"})


class DetectionFailed(Exception):
    """A rule could not look. Nothing may be taken for clean."""


class NamesModel(Protocol):
    """Finds what no rule knows: names of persons, or whatever another process finds."""

    def names(self, texts: Sequence[bytes]) -> list[list[Found]]:
        """For each folded text the findings in it. Raises if it cannot tell."""
        ...


class _Look(NamedTuple):
    """One text while it is looked at."""

    reading: Reading
    view: View
    found: list[Found]


class Engine:
    """A `Detector` of the shipped rules, for the types asked for, and of a team's own words and patterns.

    `names_model` adds what rules cannot know; it is asked for all texts at once, and only if `person` is wanted.
    """

    def __init__(
        self,
        types: Iterable[str] = DATA_TYPES,
        dictionaries: Mapping[str, Iterable[str]] | None = None,
        patterns: Sequence[PatternSpec] = (),
        names_model: NamesModel | None = None,
    ) -> None:
        wanted = frozenset(types)
        passes = [
            [[rule for rule in family if wanted.intersection(rule.types)] for family in families] for families in PASSES
        ]
        self._fields = fields.RULE if wanted.intersection(fields.RULE.types) else None
        self._wanted = wanted
        self._own = Dictionaries(dictionaries or {})
        self._patterns = compile_patterns(patterns)
        self._asked: tuple[NamesModel, ...] = (names_model,) if names_model is not None and "person" in wanted else ()
        self._prefilter = Prefilter(passes)

    def asking(self, names_model: NamesModel | None, others: Sequence[NamesModel] = ()) -> Engine:
        """The same engine, which asks a model for names, and others for anything: itself where there is none to ask."""
        asked = (() if names_model is None or "person" not in self._wanted else (names_model,)) + tuple(others)
        if not asked:
            return self
        engine = copy(self)
        engine._asked = asked  # noqa: SLF001 - its own kind
        return engine

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        """For each leaf its findings, sorted, not overlapping."""
        try:
            return self._find(leaves)
        except Exception as error:  # noqa: BLE001 - a detector's error may quote the text it failed on
            raise DetectionFailed(type(error).__name__) from None

    def _find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        looks = [self._look(leaf.text, leaf.names) for leaf in leaves]
        for model in self._asked:
            for look, found in zip(looks, model.names([look.view.data for look in looks]), strict=True):
                look.found.extend(finding for finding in found if finding.type in self._wanted)
        known = Known()
        for look in looks:
            if look.found:
                known.learn(look.view, look.found)
        for automaton in known.automata():
            for look in looks:
                look.found.extend(occurrences(look.view, automaton))
        return [self._verdict(leaf.text, look) for leaf, look in zip(leaves, looks, strict=True)]

    def _look(self, text: str, names: tuple[str, ...], *, inside: bool = False) -> _Look:
        """What the rules find in one text. `inside`: it was decoded from another one; what it hides stays hidden."""
        data = fold(text)
        reading = reveal(text, data) if hides(data) else Reading(data)
        view = View(reading.data, names)
        look = _Look(reading, view, [])
        rules = self._prefilter.rules(reading.data)
        if view.kind and self._fields is not None and self._fields not in rules:
            rules.append(self._fields)
        for rule in rules:
            look.found.extend(found for found in rule.find(view) if found.type in self._wanted)
        look.found.extend(self._own.find(view))
        for pattern in self._patterns:
            look.found.extend(pattern.find(view))
        if not inside:
            look.found.extend(self._encoded(reading.data))
        return look

    def _encoded(self, data: bytes) -> Iterator[Found]:
        """Encoded texts that hold something sure: the whole run is taken, as what it holds first."""
        for start, end, text in texts(data):
            sure = [found for found in self._look(text, (), inside=True).found if found.confidence >= _SURE]
            if sure:
                run = data[start:end].decode("latin-1")
                yield Found(start, end, sure[0].type, run, sure[0].confidence, f"encoded-{sure[0].rule}")

    def _verdict(self, text: str, look: _Look) -> list[Finding]:
        return resolve(text, [self._finding(text, look.reading, found) for found in look.found])

    @staticmethod
    def _finding(text: str, reading: Reading, found: Found) -> Finding:
        start, end = reading.span(found.start, found.end)
        canonical = found.canonical
        if found.type in _BY_SURFACE:
            canonical = " ".join(unicodedata.normalize("NFC", text[start:end]).casefold().split())
        return Finding(start, end, found.type, canonical, found.confidence, found.rule)
