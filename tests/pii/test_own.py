"""A team's own words and patterns."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from gateway.pii.patterns import PatternSpec, compile_patterns
from tests.support.each_case import each_case


def found(engine: Engine, text: str) -> list[tuple[str, str]]:
    return [(text[finding.start : finding.end], finding.type) for finding in engine.find([Leaf(text)])[0]]


def test_words_of_a_dictionary_whole_and_in_any_case() -> None:
    engine = Engine(types=(), dictionaries={"client": ["Brauerei Löwen", "Zürcher  Textil"], "project": ["Nordlicht"]})
    text = "BRAUEREI LÖWEN fragt nach NORD\u200bLICHT; Nordlichter und zürcher textil"
    assert found(engine, text) == [
        ("BRAUEREI LÖWEN", "client"),
        ("NORD\u200bLICHT", "project"),
        ("zürcher textil", "client"),
    ]


def test_a_word_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="dictionary client"):
        Engine(dictionaries={"client": ["AG"]})


def test_a_pattern_finds_whole_words() -> None:
    engine = Engine(types=(), patterns=[PatternSpec("dossier", r"DOS-\d{6}", ("DOS-123456",), ("DOS-12",))])
    assert found(engine, "see DOS-123456, not DOS-1234567 or XDOS-123456") == [("DOS-123456", "dossier")]


@each_case(
    "spec,words",
    [
        (PatternSpec("bad", r"(?<=a)b"), "bad does not compile in linear time"),
        (PatternSpec("bad", r"(a)\1"), "bad does not compile in linear time"),
        (PatternSpec("bad", r"("), "bad does not compile"),
        (PatternSpec("bad", r"a*"), "matches the empty text"),
        (PatternSpec("bad", r"\d{4}", matches=("abc",)), "does not match its example 'abc'"),
        (PatternSpec("bad", r"\d{4}", ignores=("1234",)), "matches '1234'"),
        (PatternSpec("bad", "a" * 1001), "longer than 1000"),
    ],
)
def test_a_pattern_is_refused_in_a_sentence(spec: PatternSpec, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compile_patterns([spec])
