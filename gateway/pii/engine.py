"""The detection engine: every rule over every text, then one verdict a place.

For each leaf: fold it (a byte a character), ask a few expressions of RE2 which rules could find anything, and run only
those. A text that hides characters is decoded first. What the rules found is merged, and values found anywhere are
looked for everywhere.

Invariants
- Linear in the length of the texts. A clean text costs a fold and some passes, and more where it has digits or lines.
- Findings stand in offsets of the leaf as it came.
- An engine holds no text: it may be shared by threads, and made again from its arguments in another process.
- Whatever a rule raises leaves as `DetectionFailed`, which says nothing of the text; the log has its type and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Final, Protocol

from gateway.background_work import free_list, yield_interpreter
from gateway.core.privacy import DATA_TYPES, DetectionFailed, Finding, Leaf, TakesLong
from gateway.pii.detectors import (
    access_codes,
    account_pairs,
    accounts,
    addresses,
    assigned,
    births_in_rows,
    columns,
    credentials,
    cut_cells,
    dates_beside,
    dates_in_words,
    fields,
    machines,
    mail,
    misread,
    name_contexts,
    name_cues,
    name_documents,
    name_lists,
    name_mentions,
    name_neighbours,
    name_records,
    name_roles,
    name_rows,
    name_speakers,
    names_eastern,
    names_in_notes,
    names_in_statements,
    names_told,
    national_ids,
    numbers_in_words,
    obfuscated_numbers,
    opaque,
    partial_births,
    passed_along,
    passports,
    password_uses,
    passwords,
    phones,
    phones_apostrophes,
    phones_segments,
    phones_tabbed,
    random_passwords,
    read_as_digits,
    security_answers,
    settings,
    spaced_out,
    split_values,
    states,
    swiss,
    vehicles,
    vendor_keys,
)
from gateway.pii.detectors.names_alone import names_alone
from gateway.pii.dictionaries import Dictionaries
from gateway.pii.directions import counts
from gateway.pii.encoded import PROBE, texts
from gateway.pii.haste import FEW, end_of_haste, go_on
from gateway.pii.lone_names import somebodys
from gateway.pii.look import MANY, Look
from gateway.pii.outside import OutsideFailed
from gateway.pii.patterns import PatternSpec, compile_patterns
from gateway.pii.remembered import Remembered
from gateway.pii.sought import AskedBySought
from gateway.pii.spread import SPREAD, Known, guessed, occurrences, worth_reading
from gateway.pii.stand_ins import StandIns
from gateway.pii.verdict import verdict
from gateway.pii.view import Found, Rule, View
from gateway.telemetry import logs

_DETECTORS = (
    vendor_keys, passwords, password_uses, account_pairs, credentials, settings, assigned, passed_along, access_codes,
    security_answers, opaque, random_passwords, name_cues, name_roles, passports, partial_births, dates_in_words,
    addresses, spaced_out, dates_beside, births_in_rows, fields, name_documents, name_lists, name_rows,
    name_contexts, name_neighbours,
    name_records, name_mentions, name_speakers, names_eastern, names_in_notes, names_in_statements, names_told, mail,
    vehicles, accounts, swiss, columns, cut_cells, states, national_ids, misread, obfuscated_numbers, numbers_in_words,
    split_values, read_as_digits, machines, phones, phones_apostrophes, phones_segments, phones_tabbed,
)  # fmt: skip
# Those of which no finding is without a digit: they are not asked of texts that have none.
_BY_DIGITS = (
    access_codes, passports, partial_births, addresses, spaced_out, dates_beside, births_in_rows,
    vehicles, accounts, swiss, states, national_ids,
    misread, machines, phones, phones_apostrophes, phones_tabbed,
)  # fmt: skip

RULES: Final[tuple[Rule, ...]] = tuple(rule for detector in _DETECTORS for rule in detector.RULES)
"""What ships, in the order in which it is asked."""

DIGITAL: Final[frozenset[str]] = frozenset(
    rule.name for detector in _BY_DIGITS for rule in detector.RULES if not any(map(counts, rule.probes))
)
"""The names of those that find nothing in a text without a digit; what long runs tell is asked with other runs."""

_SURE = 0.65


class NamesModel(Protocol):
    """Finds what no rule knows: names of persons, or whatever another process finds."""

    def names(self, texts: Sequence[bytes]) -> list[list[Found]]:
        """For each folded text the findings in it. Raises if it cannot tell."""
        ...


class Engine:
    """A `Detector` of the shipped rules, for the types asked for, and of a team's own words and patterns.

    `remembered`: what texts that come again are known by; without it each is read as if it were new.
    """

    def __init__(
        self,
        types: Iterable[str] = DATA_TYPES,
        dictionaries: Mapping[str, Iterable[str]] | None = None,
        patterns: Sequence[PatternSpec] = (),
        remembered: Remembered | None = None,
    ) -> None:
        wanted = frozenset(types)
        rules = [rule for rule in RULES if wanted.intersection(rule.types)]
        self._wanted = wanted
        self._field = next((number for number, rule in enumerate(rules) if rule is fields.RULE), None)
        self._told_by_names = [
            number for number, rule in enumerate(rules) if rule in (opaque.RULE, random_passwords.RULE)
        ]
        self._asked: tuple[NamesModel, ...] = ()
        self._patient: Engine | None = None
        self._until = float("inf")
        self._remembered = remembered
        self._stand_ins = StandIns((*(dictionaries or ()), *(pattern.name for pattern in patterns)))
        # Whoever may find something, by number: the rules, what is encoded, the team's own words and patterns.
        self._named = len(rules)
        rules.append(Rule("named", fields.RULE.types, (), fields.find_named))  # asked by names alone
        self._encodings = len(rules)
        rules.append(Rule("encoded", DATA_TYPES, (PROBE,), self._encoded))
        self._by_sought = AskedBySought(rules, DIGITAL)
        own = [Dictionaries(dictionaries).find] if dictionaries else []
        self._finders: list[Callable[[View], Iterable[Found]]] = [
            *(rule.find for rule in rules),
            *own,
            *(pattern.find for pattern in compile_patterns(patterns)),
        ]
        self._always = range(len(rules), len(self._finders))
        self._costly = frozenset(number for number, rule in enumerate(rules) if "secret" in rule.types)

    def asking(self, names_model: NamesModel | None, others: Sequence[NamesModel] = ()) -> Engine:
        """The same engine, which asks a model for names, and others for anything: itself where there is none to ask.

        They add what rules cannot know. Each is asked for all texts at once; `names_model` only if `person` is wanted.
        """
        asked = (() if names_model is None or "person" not in self._wanted else (names_model,)) + tuple(others)
        if not asked:
            return self
        engine = copy(self)
        engine._asked = asked  # noqa: SLF001 - its own kind
        return engine

    def hasty(self) -> Engine:
        """The same engine, which raises TakesLong before it judges secrets in more than FEW characters, or much."""
        engine = copy(self)
        engine._patient = self  # noqa: SLF001 - its own kind
        return engine

    def find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        """For each leaf its findings, sorted, not overlapping."""
        if self._patient is not None and sum(len(leaf.text) for leaf in leaves) <= FEW:
            return self._patient.find(leaves)
        engine = self if self._patient is None else copy(self)
        if engine is not self:
            engine._until = end_of_haste()  # noqa: SLF001 - its own kind
        try:
            return engine._find(leaves)  # noqa: SLF001 - its own kind
        except TakesLong:
            raise
        except Exception as error:  # noqa: BLE001 - a detector's error may quote the text it failed on
            if isinstance(error, OutsideFailed):
                logs.warning(logs.DETECTOR_FAILED, detector=str(error))
            else:
                logs.fault(None, error)
            raise DetectionFailed(type(error).__name__) from None

    def _find(self, leaves: Sequence[Leaf]) -> list[list[Finding]]:
        looks = [self._look(leaf, many=number >= MANY) for number, leaf in enumerate(leaves)]
        for model in self._asked:
            for look, found in zip(looks, model.names([look.data() for look in looks]), strict=True):
                ours = somebodys(look.data(), found, look.found or ()) if found else ()
                look.add(finding for finding in ours if finding.type in self._wanted)
        fruitful = [look for look in looks if look.found]
        nothing: list[Finding] = []  # one for all: a request may have a hundred thousand texts
        if not fruitful:
            free_list(looks)
            return [nothing] * len(leaves)
        known = Known()
        for look in fruitful:
            go_on(self._until)
            yield_interpreter()
            known.learn(look.view, look.own())
            if "person" in self._wanted and not look.sought:
                look.add(names_alone(look.view, look.found or ()))
            look.put_away()
        searches = known.searches()
        for look in worth_reading(looks, self._stand_ins, searches):
            go_on(self._until)
            yield_interpreter()
            told = {(found.start, found.end, found.type) for found in look.found or () if found.confidence >= SPREAD}
            guesses = guessed(look.found or ())
            for search in searches:
                look.add(occurrences(look.view, search, told, guesses))
            look.put_away()
            while told:  # one by one: to let go of all at once would let no other thread run
                told.pop()
        verdicts = [verdict(look) if look.found else nothing for look in looks]
        free_list(looks)
        return verdicts

    def _look(self, leaf: Leaf, *, many: bool) -> Look:
        """What the rules find in one text. `many`: others before it are kept as they were read."""
        yield_interpreter()
        look = Look(leaf.text, leaf.names, self._stand_ins, leaf.sought, one_of_many=many, joined=leaf.joined)
        if self._remembered is None or leaf.passing:
            self._search(look)
        else:
            digest = self._by_sought.of(leaf.sought).digest(leaf.text, leaf.names)
            known = self._remembered.of(digest)
            if known is None:
                self._remembered.keep(digest, self._search(look))
            else:
                if self._patient is not None and not self._costly.isdisjoint(known):
                    raise TakesLong
                for number in known:
                    go_on(self._until)
                    look.add(self._found_by(number, look.view))
        look.put_away()
        return look

    def _search(self, look: Look, *, inside: bool = False) -> tuple[int, ...]:
        """Who found something. `inside`: the text was decoded from another one; what it hides stays hidden."""
        view = look.view
        asked = self._by_sought.of(look.sought)
        numbers = asked.prefilter.rules(view.data)
        encodings = [numbers.pop()] if numbers and numbers[-1] == self._encodings else []
        if view.kind and self._field is not None and self._field not in numbers:
            numbers.append(self._named)
        if view.names and any(map(opaque.told_by, view.names[-2:])):  # `{"apiKeys": {"prod": "…"}}`
            numbers += [number for number in self._told_by_names if number not in numbers]
        if self._patient is not None and not asked.left_out.issuperset(self._costly.intersection(numbers + encodings)):
            raise TakesLong
        numbers += self._always
        if not inside:
            numbers += encodings
        fruitful = []
        for number in numbers:
            if number in asked.left_out:
                continue
            go_on(self._until)
            if found := self._found_by(number, view):
                look.add(found)
                fruitful.append(number)
        return tuple(fruitful)

    def _found_by(self, number: int, view: View) -> list[Found]:
        found = self._finders[number](view)
        if number >= self._encodings:
            return list(found)
        wanted = [one for one in found if one.type in self._wanted]
        return view.outside_drawings(wanted) if wanted else wanted

    def _encoded(self, view: View) -> Iterator[Found]:
        """Encoded texts that hold something sure: the whole run is taken, as what it holds first."""
        data = view.data
        for start, end, text in texts(data):
            yield_interpreter()
            look = Look(text, (), self._stand_ins)
            self._search(look, inside=True)
            sure = [found for found in look.found or () if found.confidence >= _SURE]
            if sure:
                run = data[start:end].decode("latin-1")
                yield Found(start, end, sure[0].type, run, sure[0].confidence, f"encoded-{sure[0].rule}")
