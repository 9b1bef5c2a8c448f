"""What opens is what was sealed under the same key, or nothing; and what decides a key."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.caching.entry import KeptAnswer, Sealer
from gateway.caching.key import Scope, cache_key

ANSWER = KeptAnswer(
    provider="p", model="m", region="ch", dialect="anthropic", streamed=True, body=b"secret \x00 words", until=100.0
)
SCOPE = Scope(
    team="t",
    regions=frozenset({"ch"}),
    operators=None,
    data_class=None,
    policy="v1",
    operation="chat",
    strict=False,
    dialect="anthropic",
    target=("p", "m", "anthropic"),
)


def test_an_answer_comes_back_whole_and_shows_nothing_where_it_lies():
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal(b"key", ANSWER)
    assert sealer.open(b"key", sealed, 99.0) == ANSWER
    assert b"words" not in sealed
    assert "words" not in repr(ANSWER)
    assert sealer.seal(b"key", ANSWER) != sealed


@given(st.data())
def test_an_altered_value_is_no_answer(data: st.DataObject):
    sealer = Sealer(b"k" * 32)
    sealed = bytearray(sealer.seal(b"key", ANSWER))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    assert sealer.open(b"key", bytes(sealed), 0.0) is None
    assert sealer.open(b"key", bytes(sealed[:place]), 0.0) is None


def test_a_value_of_another_key_another_replica_or_another_time_is_no_answer():
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal(b"key", ANSWER)
    assert sealer.open(b"another", sealed, 0.0) is None
    assert Sealer(b"o" * 32).open(b"key", sealed, 0.0) is None
    assert sealer.open(b"key", sealed, 100.0) is None


@pytest.mark.parametrize(
    "other",
    [
        {"team": "u"},
        {"regions": None},
        {"regions": frozenset({"ch", "eu"})},
        {"operators": frozenset({"own"})},
        {"data_class": "confidential"},
        {"policy": "v2"},
        {"operation": "embeddings"},
        {"strict": True},
        {"dialect": "mistral"},
        {"target": ("p", "n", "anthropic")},
    ],
    ids=str,
)
def test_nothing_that_decides_an_answer_is_left_out(other: dict[str, Any]):
    tree = {"model": "a", "messages": []}
    assert cache_key(b"s", SCOPE, tree) != cache_key(b"s", msgspec.structs.replace(SCOPE, **other), tree)
    assert cache_key(b"s", SCOPE, tree) != cache_key(b"o", SCOPE, tree)
    assert cache_key(b"s", SCOPE, tree) != cache_key(b"s", SCOPE, {**tree, "temperature": 0})


def test_how_an_answer_comes_and_the_order_of_fields_decide_nothing():
    one = {"model": "a", "messages": [{"role": "user", "content": "x"}], "stream": True, "stream_options": {}}
    other = {"messages": [{"content": "x", "role": "user"}], "model": "a"}
    assert cache_key(b"s", SCOPE, one) == cache_key(b"s", SCOPE, other)
