"""An edit changes its own path and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.edits import REMOVED, Edit, Path, apply_edits

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


def test_an_edit_shows_no_value() -> None:
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
