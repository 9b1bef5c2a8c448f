"""Words without which an expression cannot match: they occur wherever it does, and are found wherever they occur."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.pii.directions import direction_among
from gateway.pii.engine import RULES
from gateway.pii.folding import fold, lower
from gateway.pii.linear import MENTIONS, Pattern
from gateway.pii.many_words import STRETCH, ManyWords
from gateway.pii.prefilter import Together
from gateway.pii.required import alternatives, frequency, required, widest
from gateway.pii.view import View
from gateway.pii.word_search import WordSearch
from tests.pii.test_shortcuts import texts
from tests.support.each_case import each_case
from tests.support.examples import examples

SOURCES = sorted({source for rule in RULES for source in (*rule.probes, *rule.over_lines, *rule.leads)})


def spelt(source: bytes) -> set[str] | None:
    """The words as a person would write them: `|` for the edge of a word, all signs of a place in brackets."""
    words = required(source)
    if words is None:
        return None
    return {
        "".join(
            "|" if not sign else chr(min(sign)) if len({lower(bytes((byte,))) for byte in sign}) == 1 else
            f"[{bytes(sorted(sign)).decode('latin-1')}]"
            for sign in word
        )
        for word in words
    }  # fmt: skip


@each_case(
    "source,words",
    [
        (rb"pass(?:word|code)[ :]+[a-z]*[0-9]", {"password", "passcode"}),
        (rb"[a-z]+@[a-z]+", {"@"}),
        (rb"x*abc?y+", {"ab", "abc"}),
        (rb"(?:ab){2}[0-9]+c{1,2}", {"abab"}),
        (rb"(?i)\bpin\b[^\n]*[0-9]", {"|PIN|"}),
        (rb"(?i:A)b[ \-]?z", {"Abz", "Ab[ -]z"}),
        (rb"(?:Herr|Frau) [A-Z]", {"Herr ", "Frau "}),
        (rb"(?:Herr|[A-Z]+) .", {" "}),
        (rb"a?[0-9]*", None),
        (rb"abcdefghijklmnop", {"abcdefgh"}),
    ],
)
def test_of_what_has_to_stand_there_the_rarest_counts(source: bytes, words: set[str] | None) -> None:
    assert spelt(source) == words


def test_what_is_rare_is_told_from_what_is_not() -> None:
    rare, common = (required(source) or frozenset() for source in (rb"passphrase", rb"(?i)e[rn]|[ ]mit[ ]"))
    assert frequency(rare) < 1e-9
    assert frequency(common) > 1e-3


def test_where_an_expression_matches_one_of_its_words_occurs() -> None:
    for source in (source for source in SOURCES if required(source) is not None):
        search, expression = WordSearch([required(source) or ()]), Pattern(source)
        matching = [data for data in texts() if expression.occurs(data)]
        assert all(search.occurring(lower(data)).bits for data in matching), source


def test_one_of_the_alternatives_occurs_where_the_whole_does() -> None:
    for source in SOURCES:
        parts, whole = [Pattern(part) for part in alternatives(source)], Pattern(source)
        for data in texts()[::13]:
            assert whole.occurs(data) == any(part.occurs(data) for part in parts), source


def test_alternatives_are_those_of_the_whole_alone() -> None:
    assert alternatives(rb"(?i)(?:a|b(?:c|d))") == (b"(?i:a)", b"(?i:b(?:c|d))")
    assert alternatives(rb"a|[|]b") == (b"(?:a)", b"(?:[|]b)")
    assert alternatives(rb"(?:a|b)c(?:d|e)") == (rb"(?:(?:a|b)c(?:d|e))",)


@given(st.lists(st.binary(min_size=1, max_size=4), unique=True, max_size=6), st.binary(max_size=60))
def test_many_words_are_found_wherever_they_stand(words: list[bytes], data: bytes) -> None:
    expected = [
        (number, at, at + len(word))
        for number, word in enumerate(words)
        for at in range(len(data))
        if data.startswith(word, at)
    ]
    expected.sort(key=lambda place: (place[2], place[1]))
    for others in (0, 24, 128):  # for few, no automaton is made; for more, once they were looked for in enough
        many = ManyWords([*words, *(b"none of %d" % number for number in range(others))])
        assert list(many.places(data)) == expected
        list(many.places(bytes(STRETCH)))
        assert list(many.places(data)) == expected


@settings(max_examples=examples(20))
@given(st.integers(STRETCH - 8, STRETCH + 8), st.integers(0, 8))
def test_no_word_is_lost_or_told_twice_where_stretches_meet(before: int, behind: int) -> None:
    words = ManyWords([b"needle", b"le"])
    data = b"." * before + b"needle" + b"." * behind
    assert list(words.places(data)) == [(0, before, before + 6), (1, before + 4, before + 6)]


@each_case("text,told", [(b"a pin.", 1), (b"spin", 0), (b"pink", 0), (b"pin", 1), (b"pins pin", 1)])
def test_the_edge_of_a_word_counts(text: bytes, told: int) -> None:
    assert WordSearch([required(rb"\bpin\b") or ()]).occurring(text).bits == told


def test_each_is_told_by_its_own_words() -> None:
    search = WordSearch([required(source) or () for source in (rb"(?i)abc", rb"bcd|xyz", rb"\bab\b")])
    assert [search.occurring(data).bits for data in (b"abcd", b"xyz", b"ab", b"", b"abc")] == [3, 2, 4, 0, 1]


def test_what_has_a_word_in_it_is_found_around_its_words() -> None:
    reaches = {source: widest(source) for source in SOURCES if required(source)}
    for source, reach in ((source, reach) for source, reach in reaches.items() if reach is not None):
        search, expression = WordSearch([required(source) or ()]), Pattern(source)
        for data in texts():
            around = search.occurring(lower(data)).around(1, reach, len(data))
            assert any(expression.occurs(data, *window) for window in around) == expression.occurs(data), source


def test_a_text_of_many_words_is_read_as_a_whole() -> None:
    search = WordSearch([required(rb"\bpin\b") or ()])
    around = lambda text: search.occurring(text).around(1, 8, len(text))
    assert around(b"." * 50 + b"pin" + b"." * 50) == [(42, 61)]
    assert around(b"." * 50 + b"pin" + b"." * 16 + b"pin" + b"." * 17 + b"pin") == [(42, 80), (81, 92)]
    assert around(b"none") == []
    assert around(b"pin." * 99) == [(0, 396)]
    assert around(b"." * STRETCH + b"pin") == [(0, STRETCH + 3)]


@each_case(
    "source,width",
    [
        (rb"(?i)pass(?:word|code)[ :]?[0-9]{2,4}", 13),
        (rb"\bpin\b$", 3),
        (rb"a[^\n]*b", None),
        (rb"(?:a|b{2,}|c)d", None),
    ],
)
def test_how_wide_a_match_may_be(source: bytes, width: int | None) -> None:
    assert widest(source) == width


def test_what_makes_many_states_together_is_told_apart() -> None:
    rare, words = rb"[A-Z][a-z]+ [A-Z]", rb"[a-z]+ [a-z]"
    letters, farther, line = rb"[a-z]{2,20} of the", rb"[a-z]{2,30} by the", rb"born[^0-9]{0,48}[a-z]"
    passes = [
        {direction_among(source, types) for source in sources}
        for sources, types in (
            ((rare,), ("person",)),
            ((rare,), ("secret",)),
            ((rb"[A-Z]" + b"(?:one|two)" * 300 + b"e",), ("person",)),
            ((words, rb"[a-z]{2,9} [a-z]"), ("secret",)),
            ((letters, farther), ("secret",)),
            ((line,), ("secret",)),
        )
    ]
    assert [len(one) for one in passes] == [1] * len(passes)
    assert len(set().union(*passes)) == len(passes)


def test_expressions_asked_for_together_are_told_as_each_by_itself() -> None:
    found = (rb"[0-9]{3}-[0-9]", rb"(?i)\bpin\b", rb"a[^\n]*:", rb"[a-z]{2} [A-Z]", rb"[ ]de[^\n]*[0-9]")
    patterns = [Pattern(source) for source in (*found, rb"never found")]
    together = Together([*patterns, patterns[0]])
    told = [together.occurring(data) for data in texts()[::7]]
    assert told == [{pattern for pattern in patterns if pattern.occurs(data)} for data in texts()[::7]]
    assert set().union(*told) == set(patterns[: len(found)])


HEADS = [
    *("Tax", "IBAN", "NHS", "Visa", "Natel", "Clients", "Sozial", "Kennzeichen", "Nummer"),
    *("BSN", "PESEL", "CPR", "PPS", "NIF", "CNP", "AMKA", "EGN", "OIB", "JMBG", "CPF", "TFN", "Kimlik", "Kennitala"),
]


@pytest.mark.parametrize("names", [(), ("customer", "insurance"), ("taxIds",)])
def test_what_stands_before_a_cell_is_said_by_the_table(names: tuple[str, ...]) -> None:
    text = ";".join(["Name", *HEADS]) + "\n" + ";".join(["Anna Muster"] + ["079 123 45 67"] * len(HEADS)) + "\n"
    view = View(fold(text), names)
    assert len(view.tables.cells) == len(HEADS) + 1
    said = set()
    for cell in view.tables.cells:
        before = view.before(cell.start)
        there = [words for words in MENTIONS if words.occurs(before)]
        assert all(view.says(words) for words in there)
        said.update(there)
    assert len(said) > len(MENTIONS) / 2
    assert not all(map(view.says, MENTIONS))
