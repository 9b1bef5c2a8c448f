"""What must be the same in two texts, and how a tree is compared without its text."""

from __future__ import annotations

import pytest

from gateway.caching.wording import fixed_part, without


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is it allowed?", "Is it not allowed?"),
        ("Ist das erlaubt?", "Ist das nicht erlaubt?"),
        ("Je comprends", "Je ne comprends pas"),
        ("Why don't birds sing", "Why do birds sing"),
        ("It costs 12.50", "It costs 12.05"),
        ("in two days", "in three days"),
        ("call `open()` for me", "call `close()` for me"),
        ('translate "yes" for me', 'translate "well" for me'),
        ("the weather in Bern", "the weather in Basel"),
        ("shares of ABB today", "shares of UBS today"),
        ("is a > b", "is a < b"),
        ("read https://a.example/x", "read https://a.example/y"),
        ("from a to b", "to a from b"),
        ("the camelCase name", "the camelBack name"),
    ],
)
def test_what_turns_a_text_into_another_differs(one: str, other: str) -> None:
    assert fixed_part(one) != fixed_part(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How can I reset my password?", "how could I reset my password"),
        ("Please explain photosynthesis.", "explain photosynthesis, please"),
        ("What\u2019s the weather in Bern", "What's the weather like in Bern?"),
    ],
)
def test_what_is_only_said_otherwise_does_not(one: str, other: str) -> None:
    assert fixed_part(one) == fixed_part(other)


def test_a_tree_without_its_text() -> None:
    tree = {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}], "n": 1}
    bare = {"messages": [{"role": "user", "content": [{"type": "text", "text": None}]}], "n": 1}
    assert without(tree, "hi") == (bare, 1)
    assert without({"a": "hi", "b": ["hi"]}, "hi")[1] == 2
    assert tree["messages"][0]["content"][0]["text"] == "hi"  # type: ignore[index]
