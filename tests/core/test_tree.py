"""JSON bytes to a tree: what is refused, and that nothing equal-looking slips through."""

from __future__ import annotations

import json
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.tree import MAX_DEPTH, parse_object
from gateway.errors import MalformedBody

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b"{", "ends too soon"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"{}{}", r"not valid JSON \(byte 3\)\.$"),
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": 1e400}', "out of range"),
        (b'{"a": "\xff"}', r"UTF-8 \(byte 7\)\.$"),
        (b'{"a": 1, "b": "long\xe4", "c": 1}', r"UTF-8 \(byte 19\)\.$"),
        (b'{"a": "\\ud83d"}', "half a character"),
        (b'{"a": "\\ud83d and more"}', r"half a character \(byte"),
        (b'{"a": "\\ude00"}', r"half a character \(byte"),
        (b'{"a": "\\ud83d', "ends too soon"),
        (b'{"a": "\\ud83d\\ude', "ends too soon"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"b": [{"a": 1, "a": {}}]}', "twice"),
        (b'{"a": 1, "a": 2, "x": "\\u003a"}', "twice"),
        (b'{"a": ":", "a": 2}', "twice"),
        (b"[" * 100_000, "nests deeper"),
        (b'{"a":' * 100_000, "nests deeper"),
        (b'{"a": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "nests deeper"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_refused(body: bytes, words: str) -> None:
    began = time.thread_time()
    with pytest.raises(MalformedBody, match=words):
        parse_object(body)
    assert time.thread_time() - began < 1


def test_deepest_that_is_taken() -> None:
    depth = MAX_DEPTH - 1
    parse_object(b'{"a": ' + b"[" * depth + b"]" * depth + b"}")


@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans())
def test_agrees_with_the_standard_library(tree: dict[str, object], ascii_only: bool) -> None:
    body = json.dumps(tree, ensure_ascii=ascii_only).encode()
    assert parse_object(body) == tree


@given(st.dictionaries(st.text(), st.integers() | st.text(), min_size=1, max_size=4), st.data())
def test_every_duplicate_is_found(tree: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(tree)))
    members = [*tree.items(), (name, data.draw(st.integers() | st.text()))]
    escaped = data.draw(st.booleans())
    body = (
        "{" + ",".join(f"{json.dumps(key, ensure_ascii=escaped)}:{json.dumps(value)}" for key, value in members) + "}"
    )
    with pytest.raises(MalformedBody, match="twice"):
        parse_object(body.encode())


@given(st.dictionaries(st.text(r':\\"ua03Ac'), st.text(r':\\"ua03Ac'), min_size=1), st.randoms(use_true_random=False))
def test_colons_count_however_they_are_written(tree: dict[str, str], random: Random) -> None:
    def written(text: str) -> str:
        signs = [
            random.choice((sign, r"\u003a", r"\u003A")) if sign == ":" else json.dumps(sign)[1:-1] for sign in text
        ]
        return f'"{"".join(signs)}"'

    members = [f"{written(name)}:{written(value)}" for name, value in tree.items()]
    assert parse_object(f"{{{','.join(members)}}}".encode()) == tree
    again = f"{written(random.choice(list(tree)))}:{written(random.choice(list(tree.values())))}"
    with pytest.raises(MalformedBody, match="twice"):
        parse_object(f"{{{','.join([*members, again])}}}".encode())
