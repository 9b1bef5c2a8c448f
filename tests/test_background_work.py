"""Threads yield the interpreter to the event loop, and what is needed no more is freed in a thread's own time."""

from __future__ import annotations

import sys

import pytest

from gateway import background_work as module
from gateway.background_work import TURN_SECONDS, DeferredFree, yield_interpreter, yielding
from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine


def test_the_last_to_end_its_work_gives_the_usual_turn_back() -> None:
    usual = sys.getswitchinterval()
    first, second = yielding(), yielding()
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
    yield_interpreter()
    assert given == [], "an event loop must not sleep"
    with yielding():
        for moment in (7.0001, 7.0002, 7.0002 + TURN_SECONDS, 7.0003 + TURN_SECONDS):
            now[0] = moment
            yield_interpreter()
        assert len(given) == 2
    now[0] = 100
    yield_interpreter()
    assert len(given) == 2


def test_the_search_of_a_long_text_gives_turns_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 lets go of the interpreter and takes it back: whoever waits for it would be woken for nothing each time."""
    text = "name;born;phone\n" + "Anna Meier;12.03.1985;+41 79 123 45 67\n" * 300
    given: list[float] = []
    monkeypatch.setattr(module, "sleep", given.append)
    monkeypatch.setattr(module, "TURN_SECONDS", 1e-6)
    engine = Engine()
    with yielding():
        (found,) = engine.find([Leaf(text)])
    assert len(found) >= 600
    assert len(given) > 3 * 300, "more than one for each search that finds something"


class Holder:
    pass


def test_what_is_held_stays_and_what_is_not_is_emptied_by_whoever_frees() -> None:
    deferred, holder, mapping = DeferredFree(), Holder(), {"a": 1, "b": 2}
    deferred.follow(holder, [mapping])
    deferred.free()
    assert mapping
    del holder
    assert mapping  # not in the step that let go
    deferred.free()
    assert not mapping
