"""Several threads give way to the event loop at once, and the interpreter's turns are as long as before in the end."""

from __future__ import annotations

import sys

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from gateway.policy import giving_way as module
from gateway.policy.giving_way import TURN_SECONDS, give_turn, giving_way


def test_the_last_to_end_its_work_gives_the_usual_turn_back() -> None:
    usual = sys.getswitchinterval()
    first, second = giving_way(), giving_way()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert abs(sys.getswitchinterval() - TURN_SECONDS) < 1e-6  # the other is still at work
    second.__exit__(None, None, None)
    assert abs(sys.getswitchinterval() - usual) < 1e-6


def test_turns_are_given_away_when_they_are_due_and_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    now, given = [7.0], []
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    monkeypatch.setattr(module, "sleep", given.append)
    give_turn()
    assert given == [], "an event loop must not sleep"
    with giving_way():
        for moment in (7.0001, 7.0002, 7.0002 + TURN_SECONDS, 7.0003 + TURN_SECONDS):
            now[0] = moment
            give_turn()
        assert len(given) == 2
    now[0] = 100
    give_turn()
    assert len(given) == 2


def test_the_search_of_a_long_text_gives_turns_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 lets go of the interpreter and takes it back: whoever waits for it would be woken for nothing each time."""
    text = "name;born;phone\n" + "Anna Meier;12.03.1985;+41 79 123 45 67\n" * 300
    given: list[float] = []
    monkeypatch.setattr(module, "sleep", given.append)
    monkeypatch.setattr(module, "TURN_SECONDS", 1e-6)
    engine = Engine()
    with giving_way():
        (found,) = engine.find([Leaf(text)])
    assert len(found) >= 600
    assert len(given) > 3 * 300, "more than one for each search that finds something"
