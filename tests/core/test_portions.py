"""A tree that was parsed portion by portion is the one that was parsed in one go, wherever the portions end."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import portions, tree
from gateway.core.portions import NotInPortions
from gateway.core.tree import LARGE_BODY_BYTES, MANY, MAX_DEPTH, parse_object
from gateway.errors import MalformedBody
from tests.core.test_tree import JSON

_PIECES = (
    b'"', b"\\", b'\\"', b"\\u00e9", b"\\ud83d", b"[", b"]", b"{", b"}", b",", b",", b":", b"1", b"-0.5e3", b"1e999",
    b"true", b"nul", b" ", b"\n", b'"a"', b'"b":', b'"c,d":', b"\xc3\xa9", b"\xff", b"[1,2]", b'{"x":[]}',
)  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "PORTION", 24)


def parse_portions(body: bytes) -> Any:
    return portions.parse_portions(body, int)


def _parsed(parse: Any, body: bytes) -> Any:
    try:
        return parse(body)
    except (msgspec.DecodeError, UnicodeDecodeError, NotInPortions):
        return "no JSON"


@given(st.lists(JSON) | st.dictionaries(st.text(), JSON), st.booleans(), st.sampled_from([None, 1, 3]))
def test_the_tree_is_the_same(whole: Any, ascii_only: bool, indent: int | None) -> None:
    body = json.dumps(whole, ensure_ascii=ascii_only, indent=indent).encode()
    made = parse_portions(body)
    assert made == whole
    assert json.dumps(made) == json.dumps(whole)  # the order of members, too


def test_what_is_no_json_is_none_in_portions_either() -> None:
    draw = random.Random(7)
    taken = 0
    for _ in range(60_000):
        body = b"".join(draw.choices(_PIECES, k=draw.randint(1, 8)))
        body = draw.choice([b"[%s]", b'{"k":%s}', b'[0,"a long text of words",%s]', b"[[[[[[[%s]]]]]]]"]) % body
        whole = _parsed(msgspec.json.decode, body)
        made = _parsed(parse_portions, body)
        assert made == whole, body
        taken += made != "no JSON"
    assert taken > 1000


@pytest.mark.parametrize("inside", [b"", b"1", b'"a":1'])
@pytest.mark.parametrize("blanks", [b"", b" " * 40])
def test_a_comma_too_many_is_refused_wherever_a_portion_ends(inside: bytes, blanks: bytes) -> None:
    for opens, closes in ((b"[", b"]"), (b"{", b"}")):
        for body in (inside + b"," + blanks, b"," + blanks + inside, inside + b"," + blanks + b"," + inside):
            with pytest.raises((NotInPortions, msgspec.DecodeError)):
                parse_portions(opens + body + closes)


def _of_many(last: bytes) -> bytes:
    return b'{"rows":[' + b'"a b",' * (MANY + LARGE_BODY_BYTES // 6) + last


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (b"1", "ends too soon"),
        (b"1]", "ends too soon"),
        (b"1,]}", r"not valid JSON \(byte \d{5,}\)"),
        (b"1]}}", r"not valid JSON \(byte \d{5,}\)"),
        (b'"\xff"]}', "UTF-8"),
        (b"1e999]}", "out of range"),
        (b'1],"a":1,"a":2}', "twice"),
        (b'1],"rows":2}', "twice"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"]}", "nests deeper"),
    ],
)
def test_of_many_values_the_same_is_refused(last: bytes, words: str) -> None:
    with pytest.raises(MalformedBody, match=words):
        parse_object(_of_many(last))


def test_many_values_are_parsed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_decode", None)
    turns: list[None] = []
    assert parse_object(_of_many(b"1]}"), lambda: turns.append(None))["rows"][-1] == 1
    assert len(turns) > len(_of_many(b"1]}")) / portions.PORTION


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (b'"\xff"]}', "UTF-8"),
        (b"1e999]}", "out of range"),
        (b"[" * 2 * MAX_DEPTH + b"]" * 2 * MAX_DEPTH + b"]}", "nests deeper"),
        (b'1],"rows":2}', "twice"),
        (b'"\\u003a\\u003c"],"rows":2}', "twice"),
    ],
)
def test_what_is_refused_without_a_place_is_never_parsed_in_one_go(
    monkeypatch: pytest.MonkeyPatch, last: bytes, words: str
) -> None:
    """It kept all other threads waiting: for a second, where a client sent 15 MB with a name that stands twice."""
    body = _of_many(last)
    for module, parser in ((tree, "_decode"), (tree, "_skip"), (json, "loads")):
        monkeypatch.setattr(module, parser, None)
    with pytest.raises(MalformedBody, match=words):
        parse_object(body)


def test_one_long_text_is_parsed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "parse_portions", None)
    assert parse_object(json.dumps({"text": "a" * LARGE_BODY_BYTES * 2}).encode())["text"]


def test_small_members_that_nest_deep_are_parsed_with_others() -> None:
    body = b"[" + b",".join([b"[" * 60 + b"1" + b"]" * 60] * 200) + b"]"
    turns: list[None] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(portions, "PORTION", 1024)
        assert portions.parse_portions(body, lambda: turns.append(None)) == msgspec.json.decode(body)
    assert len(turns) < 6 * len(body) / 1024
