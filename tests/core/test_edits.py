"""An edit changes its own path and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import edits
from gateway.core.edits import REMOVED, Edit, InsertBefore, Path, Renamed, apply_edits, edited

BODY = b'{ "model" : "alias", "big": 123456789012345678901234567890, "x": 1.10, "m": [ {"c": "a\\u00e9", "z": 0} ] }'

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.text(),
    lambda children: st.lists(children, min_size=1, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=12,
)


def test_without_edits_the_very_bytes() -> None:
    assert apply_edits(BODY, []) is BODY


def test_untouched_values_keep_their_spelling() -> None:
    sent = apply_edits(BODY, [Edit(("model",), "real", "test")])
    assert sent == (b'{"model":"real","big":123456789012345678901234567890,"x":1.10,"m":[ {"c": "a\\u00e9", "z": 0} ]}')


def test_deep_edits_additions_and_removals() -> None:
    sent = apply_edits(
        BODY,
        [
            Edit(("m", 0, "c"), "b", "test"),
            Edit(("m", 0, "z"), REMOVED, "test"),
            Edit(("new",), {"include_usage": True}, "test"),
        ],
    )
    assert json.loads(sent) == {
        "model": "alias",
        "big": 123456789012345678901234567890,
        "x": 1.10,
        "m": [{"c": "b"}],
        "new": {"include_usage": True},
    }


def test_a_missing_way_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply_edits(BODY, [Edit(("nowhere", "deep"), 1, "test")])


def test_a_member_gets_another_name_in_its_place_once_all_else_is_done() -> None:
    tree = {"a": [{"gone": 1}, {"Anna": {"b": 1, "Beat": 2}, "z": 3}], "y": 4}
    edits = [
        Edit(("a", 1, "Anna"), Renamed("X"), "test"),
        Edit(("a", 1, "Anna", "Beat"), Renamed("Y"), "test"),
        Edit(("a", 1, "Anna", "Beat"), "two", "test"),
        Edit(("a", 1, "z"), Renamed("never"), "test"),
        Edit(("a", 1, "z"), Renamed("Z"), "test"),
        Edit(("a", 1, "missing"), Renamed("nothing"), "test"),
        Edit(("a",), InsertBefore("first"), "test"),
    ]
    named = {"X": {"b": 1, "Y": "two"}, "Z": 3}
    body = json.dumps(tree).encode()
    sent = apply_edits(body, edits)
    assert json.loads(sent) == edited(tree, edits) == {"a": ["first", {"gone": 1}, named], "y": 4}
    assert list(json.loads(sent)["a"][2]) == list(edited(tree, edits)["a"][2]) == ["X", "Z"]
    assert json.loads(apply_edits(body, [*edits[:-1], Edit(("a", 0), REMOVED, "test")]))["a"] == [named]
    assert json.loads(apply_edits(body, [*edits[:-1], Edit(("a", 1), None, "test")]))["a"] == [{"gone": 1}, None]


def test_no_name_takes_anothers_place() -> None:
    tree = {"a": {name: number for number, name in enumerate(["k", "one", "two", "k_2", "three"])}}
    edits = [Edit(("a", name), Renamed("k"), "test") for name in ("one", "two", "three")]
    named = {"k": 0, "k_3": 1, "k_4": 2, "k_2": 3, "k_5": 4}
    assert json.loads(apply_edits(json.dumps(tree).encode(), edits)) == edited(tree, edits) == {"a": named}


def test_who_changes_a_place_as_a_whole_counts() -> None:
    tree = {"a": [{"b": 1}]}
    changes = [Edit(("a", 0, "b"), 2, "test"), Edit(("a", 0), {"c": 3}, "test"), Edit(("a", 0, "d"), 4, "test")]
    assert json.loads(apply_edits(json.dumps(tree).encode(), changes)) == edited(tree, changes) == {"a": [{"c": 3}]}


def test_a_request_is_gone_through_once_however_many_edits_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copied the list of messages: 19,000 of them took half a second."""
    made: list[int] = []
    whole = edits._with_values

    def counted(node: object, way: object) -> object:
        made.append(1)
        return whole(node, way)

    monkeypatch.setattr(edits, "_with_values", counted)
    tree = {"m": [{"c": str(number)} for number in range(100)]}
    changes = [Edit(("m", number, "c"), "x", "test") for number in range(100)]
    after = {"m": [{"c": "x"}] * 100}
    assert edited(tree, changes) == after
    assert json.loads(apply_edits(json.dumps(tree).encode(), changes)) == after
    assert len(made) <= 1 + 1 + 100 + 1
    assert tree["m"][0] == {"c": "0"}


def test_an_edit_shows_no_value() -> None:
    assert repr(Edit(("m", "Anna"), Renamed("X"), "Redact")) == "Edit(at='m.…', by='Redact')"
    assert repr(Edit(("m", 0, "c"), "personal", "Redact")) == "Edit(at='m[0].c', by='Redact')"


def paths(tree: Any, at: Path = ()) -> list[Path]:
    found: list[Path] = []
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, child in children:
        found.append((*at, step))
        found += paths(child, (*at, step))
    return found


@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=4), st.data())
def test_one_edit_changes_one_path(tree: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(tree)))
    sent = json.loads(apply_edits(json.dumps(tree).encode(), [Edit(path, "edited", "test")]))
    expected = json.loads(json.dumps(tree))
    holder = expected
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = "edited"
    assert sent == expected
    assert list(sent) == list(tree)
