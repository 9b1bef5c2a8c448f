"""What saves work hides nothing: everything is found that the long way round would find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.pii import structure
from gateway.pii.detectors import accounts, fields, phones, states
from gateway.pii.detectors.scanning import judged
from gateway.pii.engine import PASSES
from gateway.pii.folding import fold
from gateway.pii.labels import kind_of
from gateway.pii.linear import Pattern
from gateway.pii.prefilter import DIGIT, Pass, Prefilter
from gateway.pii.reading import hides, reveal
from gateway.pii.view import Found, Rule, View
from tests.pii.held_out import harmless, labelled
from tests.pii.score.labelled import corpus
from tests.pii.test_linear import HOSTILE

RULES: tuple[Rule, ...] = tuple(rule for each in PASSES for family in each.families for rule in family)
DIGITS = st.text(alphabet="0123456789" * 2 + " .-/()_\nOIlABx+,", max_size=160)


@cache
def texts() -> tuple[bytes, ...]:
    """The labelled and the harmless, hidden spellings decoded, and a little of all that is hostile."""
    written = [text.text for text in corpus(20261126, 2)] + [text.text for text in labelled()]
    written += [text for _, text in harmless()] + [piece * 30 for piece in HOSTILE.values()]
    return tuple(reveal(text, data).data if hides(data := fold(text)) else data for text in written)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_whose_probes_do_not_occur_would_find_nothing(rule: Rule) -> None:
    alone = Prefilter([Pass([[rule]])])
    passed_over = [data for data in texts() if not alone.rules(data)]
    assert passed_over
    assert not [data for data in passed_over if list(rule.find(View(data)))]


@pytest.mark.parametrize(
    "rule",
    [rule for each in PASSES if each.needs == DIGIT for family in each.families for rule in family],
    ids=lambda rule: rule.name,
)
def test_a_rule_that_needs_a_digit_finds_nothing_without_one(rule: Rule) -> None:
    for data in texts():
        assert not list(rule.find(View(data.translate(None, b"".join(DIGIT)))))


def test_rules_that_are_asked_for_together_are_told_apart() -> None:
    every = Prefilter(PASSES)
    needs = {rule.name: one.needs for one in PASSES for family in one.families for rule in family}
    each = {rule.name: Prefilter([Pass([[rule]], needs[rule.name])]) for rule in RULES}
    for data in texts()[::7]:
        assert [rule.name for rule in every.rules(data)] == [name for name, alone in each.items() if alone.rules(data)]


Find = Callable[[View], Iterator[Found]]


def everywhere(find: Find, pattern: str, judge: str, module: object) -> tuple[Find, Find]:
    expression: Pattern = getattr(module, pattern)
    return find, lambda view: judged(expression, view, getattr(module, judge))


NUMBERS = {
    "phone": everywhere(phones._find, "_PATTERN", "_judge", phones),
    "card": everywhere(accounts._find_card, "_CARD_PATTERN", "_judge_card", accounts),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_are_found_in_runs_of_digits_as_everywhere(kind: str) -> None:
    short, long = NUMBERS[kind]
    for data in texts():
        assert list(short(View(data))) == list(long(View(data)))


@pytest.mark.parametrize("kind", NUMBERS)
@settings(max_examples=150, deadline=None)
@given(text=DIGITS)
def test_in_digits_of_any_kind_too(kind: str, text: str) -> None:
    short, long = NUMBERS[kind]
    assert list(short(View(fold(text)))) == list(long(View(fold(text))))


@pytest.mark.parametrize("kind", [kind for kind in states._KINDS if kind.lengths], ids=lambda kind: kind.type)
def test_numbers_of_one_length_are_found_by_their_length(kind: states._Kind) -> None:
    by_length, everywhere = states._rule(kind), states._rule(kind._replace(lengths=()))
    for data in texts():
        assert list(by_length.find(View(data))) == list(everywhere.find(View(data)))


def test_labels_of_a_kind_are_found_without_the_others() -> None:
    for data in texts():
        spans = fields._KEY.spans(data)
        known = [(start, end) for start, end in spans if kind_of(data[start:end].decode("latin-1"))]
        found = [(start, end) for start, end in fields._keys(data) if kind_of(data[start:end].decode("latin-1"))]
        assert found == known


def test_tables_are_found_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    short = [structure.tables(data).cells for data in texts()]
    monkeypatch.setattr(structure, "_SEEN", Pattern(b""))
    assert short == [structure.tables(data).cells for data in texts()]
    assert any(short)
