"""What saves work hides nothing: everything is found that the long way round would find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.privacy import Finding
from gateway.pii import structure
from gateway.pii.detectors import (
    accounts,
    columns,
    dates,
    fields,
    mail,
    name_rows,
    phone_plans,
    phones,
    split_values,
    states,
    vendor_keys,
    words,
)
from gateway.pii.detectors.key_shapes import BEGUN
from gateway.pii.detectors.random_values import is_random
from gateway.pii.detectors.scanning import judged
from gateway.pii.engine import DIGITAL, RULES
from gateway.pii.folding import fold, holds_any, lower
from gateway.pii.labels import kind_of
from gateway.pii.linear import Pattern, PatternSet
from gateway.pii.prefilter import DIGIT, Prefilter, needs_of
from gateway.pii.reading import hides, reveal
from gateway.pii.resolve import _settle, heaviest, resolve, yields
from gateway.pii.reversal import begins_rarely, ends_rarely, lasts, reverse
from gateway.pii.view import Found, Rule, View
from tests.pii.held_out import harmless, labelled
from tests.pii.score.labelled import corpus
from tests.pii.test_linear import HOSTILE
from tests.support.each_case import each_case
from tests.support.examples import examples, some_of

DIGITS = st.text(alphabet="0123456789" * 2 + " .-/()_\nOIlABx+,", max_size=160)


@cache
def texts() -> tuple[bytes, ...]:
    """The labelled and the harmless, hidden spellings decoded, and a little of all that is hostile: a third of it, or
    all at length.
    """
    written = [text.text for text in corpus(20261126, 2)] + [text.text for text in labelled()]
    written += [text for _, text in harmless()] + [piece * 30 for piece in HOSTILE.values()]
    return tuple(reveal(text, data).data if hides(text, data := fold(text)) else data for text in some_of(written, 3))


each_rule = each_case("rule", RULES, attrgetter("name"))


@each_rule
def test_a_rule_whose_probes_do_not_occur_would_find_nothing(rule: Rule) -> None:
    alone = Prefilter([rule])
    passed_over = [data for data in texts() if not alone.rules(data)]
    assert passed_over
    assert not [data for data in passed_over if list(rule.find(View(data)))]


@each_case("rule", [rule for rule in RULES if rule.name in DIGITAL], attrgetter("name"))
def test_a_rule_that_needs_a_digit_finds_nothing_without_one(rule: Rule) -> None:
    for data in texts():
        assert not list(rule.find(View(data.translate(None, b"".join(DIGIT)))))


def test_rules_that_are_asked_for_together_are_told_apart() -> None:
    every = Prefilter(RULES, DIGITAL)
    each = [Prefilter([rule], DIGITAL) for rule in RULES]
    for data in texts()[::2]:
        assert every.rules(data) == [number for number, alone in enumerate(each) if alone.rules(data)]


def test_what_only_some_rules_ask_is_left_out_for_whoever_does_not_run_them() -> None:
    yielding = frozenset(
        number for number, rule in enumerate(RULES) if yields(rule.types, frozenset(("iban",)), doubtful=rule.doubtful)
    )
    every = Prefilter(RULES, DIGITAL)
    others = every.without(yielding)
    assert sum(len(asking.worded) for asking in others._asked) < sum(len(asking.worded) for asking in every._asked)
    for data in texts()[::2]:
        assert set(others.rules(data)) - yielding == set(every.rules(data)) - yielding


@each_rule
def test_what_is_looked_for_from_the_end_is_found_where_it_is_from_the_beginning(rule: Rule) -> None:
    for source in (*rule.probes, *rule.over_lines, *rule.leads):
        forward, backward, turned_twice = Pattern(source), Pattern(reverse(source)), Pattern(reverse(reverse(source)))
        for data in texts()[::3]:
            occurs = forward.occurs(data)
            assert occurs == backward.occurs(data[::-1]) == turned_twice.occurs(data)


@each_rule
def test_what_an_expression_needs_stands_wherever_it_occurs(rule: Rule) -> None:
    for source in (*rule.probes, *rule.over_lines, *rule.leads):
        needs, expression = needs_of([source]), Pattern(source)
        for data in texts()[::3] if needs else ():
            assert not expression.occurs(data) or holds_any(lower(data), needs)


def test_a_reading_for_signs_of_which_none_stands_is_not_made() -> None:
    passes = [one for asking in Prefilter(RULES, DIGITAL)._asked for one in asking.passes]
    labels = next(one for one in passes if b":" in one.needs)
    assert {b"<", b'"', b"=", b"0", b"9"} < set(labels.needs)
    assert needs_of([rb"[0-9]X", rb"(?i)AT[ ]", rb"[a-z]+[<>]"]) == (b"<", b">", b"at ", b"x")
    assert not needs_of([rb"[0-9]x", rb"[a-z]+"])


FINDINGS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(1, 9),
        st.sampled_from(("secret", "phone", "person")),
        st.sampled_from((0.6, 0.9)),
    ),
    max_size=12,
)


@settings(max_examples=examples(300))
@given(FINDINGS)
def test_of_findings_that_lie_on_each_other_those_stay_that_would_if_each_were_looked_at(
    drawn: list[tuple[int, int, str, float]],
) -> None:
    text = "ab 1, cd. - ,; ef (gh) ij-kl 22"
    spans = [(start, start + length, type_, confidence) for start, length, type_, confidence in drawn]
    found = [Finding(*span[:3], f"{number}", span[3], "rule") for number, span in enumerate(spans)]
    every = _settle(text, sorted(found, key=lambda one: (one.start, -one.end)), reach=-1) if found else []
    assert resolve(text, found) == every
    assert resolve(text, heaviest(found)) == every


def test_an_end_is_rare_where_no_small_letter_stands() -> None:
    capital_first, capital_last = rb"\b[A-Z]x?[a-z]", rb"(?i)to[ ](?-i:[A-Z])"
    assert [begins_rarely(source) for source in (capital_first, capital_last)] == [True, False]
    assert [ends_rarely(source) for source in (capital_first, capital_last)] == [False, True]
    assert [begins_rarely(source) for source in (rb"[0-9]?", rb"(?:[0-9]|(?i:A))x")] == [False, False]


@each_case("source", [rb"(?P<name>a)", rb"\A", rb"a)", rb"(?:a", rb"\pL"])
def test_what_cannot_be_read_from_its_end_is_refused(source: bytes) -> None:
    with pytest.raises(ValueError, match=r"bracket|not known"):
        reverse(source)


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
@settings(max_examples=examples(150))
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
        known = [span for span in fields._KEY.spans(data) if kind_of(_label(data, span))]
        assert [span for span in fields._keys(data) if kind_of(_label(data, span))] == known


def _label(data: bytes, span: tuple[int, int]) -> str:
    """Without the tags behind it: in `Scusati: [nome], …` the second word is none."""
    return fields._MARKUP.split(data[slice(*span)], maxsplit=1)[0].decode("latin-1")


PIECES = (
    "Anna",
    "Müller",
    "A" + "b" * 24,
    "Ü" + "x" * 25,
    "Y" * 60,
    "é" * 23,
    " ",
    " ",
    "-",
    "'",
    ", ",
    ". ",
    "van ",
    "a",
    ": ",
)


@given(st.lists(st.sampled_from(PIECES), max_size=14))
@settings(max_examples=examples(300))
def test_long_words_and_labels_are_counted_though_short_ones_are_not(pieces: list[str]) -> None:
    data = fold("".join(pieces))
    assert list(name_rows._row_spans(data)) == list(name_rows._ROW_PATTERN.spans(data))
    assert fields._key(data, 0, len(data)) == fields._KEY.first(data, 0)


def test_no_name_stands_in_a_row_where_no_word_is_a_given_name() -> None:
    passed_over = [data for data in texts() if not name_rows._may_name(data)]
    assert len(passed_over) > 50
    assert not [data for data in passed_over for span in name_rows._row_spans(data) if [*name_rows._row(data, *span)]]


def test_tables_are_found_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    short = [structure.tables(data).cells for data in texts()]
    monkeypatch.setattr(structure, "_SEEN", PatternSet([b""]))
    assert short == [structure.tables(data).cells for data in texts()]
    assert any(short)


@given(st.sampled_from(("", "1", "11", "34", "39")), st.text(alphabet="123456789 .-/(", min_size=6, max_size=18))
@settings(max_examples=examples(300))
def test_no_number_is_passed_over_that_a_country_has(code: str, text: str) -> None:
    for region in phone_plans.UNMARKED:
        known = phone_plans.number(code + text, region)
        assert (phone_plans.valid_number(code + text, (region,)) is not None) == bool(known and known[1])


def test_what_may_go_on_over_words_is_told_from_what_ends_with_one() -> None:
    assert all(lasts(source) for source in (rb"[^\n]*x", rb"(?i)a[^;]+b", rb"a.*b", rb"[a-z ]+:"))
    assert not any(lasts(source) for source in (rb"[a-z]*x", rb"[^ ]+x", rb"[^\n]{1,40}x", rb"a\*b", rb" *x"))


def test_a_text_is_read_once_from_each_end_whoever_of_many_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    occurring = PatternSet.occurring
    monkeypatch.setattr(PatternSet, "occurring", lambda self, data: read.append(data) or occurring(self, data))
    rules = [Rule(sign, ("person",), (sign.encode() + b"b", b"b" + sign.encode()), lambda _: ()) for sign in "ABC"]
    assert Prefilter(rules).rules(b"Ab bC") == [0, 2]
    assert read == [b"Ab bC", b"Cb bA"]


def test_what_leads_to_a_rule_does_not_make_it_worth_running() -> None:
    rule = Rule("led", ("person",), (b"[A-Z][0-9]{3}",), lambda _: (), leads=(b"[A-Z]",))
    other = Rule("other", ("person",), (b"[0-9]{3}[A-Z]",), lambda _: (), leads=(b"[0-9]",))
    prefilter = Prefilter([rule, other])
    assert [prefilter.rules(text) for text in (b"A12", b"A123", b"123", b"123A")] == [[], [0], [], [1]]


def phones_in(data: bytes) -> tuple[list[Found], list[Found]]:
    """As they are found, and as they would be if nothing were left for how it begins."""
    short = list(phones._find(View(data)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(phones, "_means_nothing", lambda *_: False)
        return short, list(phones._find(View(data)))


@settings(max_examples=examples(150))
@given(text=DIGITS)
def test_no_telephone_is_left_for_how_it_begins(text: str) -> None:
    for data in (fold(text), fold("on 3 " + text)):
        short, long = phones_in(data)
        assert short == long


def test_nor_one_among_words() -> None:
    for data in texts():
        short, long = phones_in(data)
        assert short == long


MAIL = (
    "anna dot meier at example dot com",
    "a n n a @ x . c h",
    "anna(a)example.com",
    "anna_at_example_dot_com",
    "anna=40x.ch",
    "anna-at-example-dot-com",
    "anna.meier @example.com",
    "anna.meier@ example.com",
    "anna minus meier at example dot com",
)
MORE_MAIL = (
    "annaATexampleDOTcom",
    "write to anna@example. com",
    "anna chiocciola libero.it",
    "anna Klammeraffe web.de",
)


DATES = ("3. September 1980", "Sept 3, 80", "may 3 1990", "1980-09-03", "03.09.1980", "0 3 . 0 9 . 8 0", "19800903")
AROUND_DATES = (" ", "\n", "am", "1", "12", ".", ", ", "september", "Mai ", "born", "/", "x" * 30)


@given(st.lists(st.sampled_from((*DATES, *AROUND_DATES)), max_size=8), st.integers(0, 40), st.integers(0, 90))
@settings(max_examples=examples(400))
def test_the_first_date_is_found_from_its_first_digit_on(pieces: list[str], at: int, until: int) -> None:
    data = fold("".join(pieces))
    found, told = dates.first_date(data, at, until), dates.DATE.search(data, at, until)
    assert (found and found.span()) == (told and told.span())


def test_no_thing_is_born_where_none_of_their_words_stands() -> None:
    told = 0
    for data in texts():
        for place in range(0, len(data), 17):
            since = max(0, place - words._REACH)
            thing = words._OF_A_THING.search(data, since, place) is not None
            thing = thing and not words._another_is_born(data, since, place)
            assert words.is_no_human(data, place) == thing
            told += thing
    assert told > 50


BROKEN = (" ", ", ", "-\n", "\r\n  ", ".\n", "12", "CH", "a" * 20, "/", "\n\n", "*", "3", "@x")


@given(st.lists(st.sampled_from(BROKEN), max_size=24))
@settings(max_examples=examples(300))
def test_nothing_is_broken_by_a_line_that_ends_between_no_two_pieces(written: list[str]) -> None:
    data = "".join(written).encode()
    pieces = [piece.span() for piece in split_values._PIECES["phone"].finditer(data)]
    for first in range(min(len(pieces), split_values._FIRST)):
        last = split_values._broken(data, pieces, first)
        assert split_values._breaks(data, pieces) or b"\n" not in data[pieces[first][1] : pieces[last][0]]


@given(st.lists(st.booleans(), max_size=24))
def test_most_of_a_column_are_counted_no_further_than_it_takes(judged: list[bool]) -> None:
    sample = [b"y" if yes else b"" for yes in judged]
    assert columns._are_mostly(sample, bool) == (columns._share(sample, bool) >= columns._MOST)


def test_mail_is_found_that_none_of_its_signs_was_asked_for() -> None:
    everywhere = {
        mail._PATTERN: mail._judge,
        mail._SAID_PATTERN: mail._judge_said,
        mail._SPACED_PATTERN: mail._judge_spaced,
        mail._GLUED_PATTERN: mail._judge_glued,
    }
    for data in (*texts(), *map(fold, (*MAIL, *MORE_MAIL))):
        view = View(data)
        assert list(mail._find(view)) == [
            found for each in everywhere.items() for found in judged(each[0], view, each[1])
        ]
    assert all(list(mail._find(View(fold(text)))) for text in (*MAIL, *MORE_MAIL))


def test_a_vendors_key_is_known_by_its_first_letter_as_among_all() -> None:
    whole = re.compile(b"|".join(rb"((?:%s)%s)" % (begins, rest) for _, begins, rest in BEGUN))
    known = set()
    for data in texts():
        for start, _ in vendor_keys._LONG_WORD.spans(data):
            for at in (start, start + 1):
                names, shapes = vendor_keys._begun_with(data[at])
                key, told = shapes.match(data, at), whole.match(data, at)
                assert (key and key.span()) == (told and told.span())
                if key and told:
                    assert names[(key.lastindex or 0) - 1] == BEGUN[(told.lastindex or 0) - 1][0]
                    known.add(names[(key.lastindex or 0) - 1])
    assert len(known) > 9


@given(st.text(alphabet="abcXYZ019-_", min_size=14, max_size=40).map(str.encode))
@settings(max_examples=examples(300))
def test_what_is_drawn_by_lot_is_so_by_the_looser_measure_too(value: bytes) -> None:
    assert is_random(value, looser=True) or not is_random(value)
