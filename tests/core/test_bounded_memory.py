"""Memories that are full let go of what they have had for longest, and of little in one step."""

from __future__ import annotations

import weakref

import pytest

from gateway.core.bounded_memory import PORTION, make_room
from gateway.quota.usual_tokens import ENOUGH, KEPT, UsualTokens


class _Thing:
    """What can be told to be gone."""


@pytest.mark.parametrize("most", [1, PORTION, 10 * PORTION + 7])
def test_a_memory_keeps_the_newest_and_frees_a_portion_at_a_time(most: int) -> None:
    memory: dict[int, _Thing] = {}
    gone: list[int] = []
    for number in range(3 * most + 1):
        before = len(gone)
        make_room(memory, most)
        assert len(gone) - before <= PORTION
        memory[number] = thing = _Thing()
        weakref.finalize(thing, gone.append, number)
        del thing
        assert len(memory) <= most
    assert gone == list(range(len(gone)))
    assert list(memory) == list(range(len(gone), 3 * most + 1))
    assert len(memory) > most - PORTION


def test_with_more_keys_than_are_remembered_those_seen_lately_are_known_still() -> None:
    outputs = UsualTokens()
    for key in range(KEPT + 1):
        for _ in range(ENOUGH):
            outputs.learn(f"key-{key}", "model", 7)
    known = [outputs.expected(f"key-{key}", "model") for key in range(KEPT + 1)]
    assert known[0] is None
    assert set(known[PORTION:]) == {7}
