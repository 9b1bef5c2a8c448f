"""What is unusual, why, and how much is done about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.anomaly.rules import findings, grade
from gateway.core.anomaly import GRADES, AnomalyPolicy, Habit, Response

POLICY = AnomalyPolicy(response="suspend", least_calls=100, factor=5, weeks=4)
BUSY = Habit(usual=(40, 50, 60, 50), models=frozenset({"openai/m"}))


@pytest.mark.parametrize(
    ("calls", "habit", "kinds"),
    [
        ({"openai/m": 60}, BUSY, []),
        ({"openai/m": 250}, BUSY, []),
        ({"openai/m": 251}, BUSY, ["volume"]),
        ({"openai/m": 60, "claude/n": 9}, BUSY, []),
        ({"openai/m": 60, "claude/n": 10}, BUSY, ["model"]),
        ({"openai/m": 300, "claude/n": 300}, BUSY, ["volume", "model"]),
        ({"openai/m": 9}, Habit(usual=(0, 0, 0, 0)), []),
        ({"openai/m": 20}, Habit(usual=(0, 0, 0, 0)), ["hour"]),
        ({"claude/n": 500}, Habit(usual=(0, 0, 0, 0), models=frozenset({"openai/m"})), ["volume", "hour", "model"]),
        ({"claude/n": 500}, Habit(usual=(0, 0, 0, 0)), ["volume", "hour"]),
        ({"openai/m": 5000}, Habit(), []),
        ({}, BUSY, []),
    ],
)
def test_what_is_found(calls: dict[str, int], habit: Habit, kinds: list[str]) -> None:
    assert [each.partition(":")[0] for each in findings(calls, habit, POLICY)] == kinds


def test_a_finding_says_its_numbers() -> None:
    [volume] = findings({"openai/m": 251}, BUSY, POLICY)
    assert volume == "volume: 251 calls in an hour, and its whole team usually makes 50 in this hour of the week"


@pytest.mark.parametrize(
    ("number", "response", "done"),
    [
        (1, "suspend", "alert"),
        (2, "suspend", "throttle"),
        (3, "suspend", "suspend"),
        (3, "throttle", "throttle"),
        (3, "alert", "alert"),
    ],
)
def test_graver_answers_to_more_findings_and_never_more_than_policy(
    number: int, response: Response, done: Response
) -> None:
    assert grade(("x",) * number, AnomalyPolicy(response=response)) == done


@given(
    st.dictionaries(st.sampled_from(["a/m", "b/n", "c/o"]), st.integers(0, 10**6)),
    st.lists(st.integers(0, 10**6), max_size=6),
    st.none() | st.frozensets(st.sampled_from(["a/m", "b/n"])),
)
def test_at_most_three_findings_so_that_each_has_a_grade(
    calls: dict[str, int], usual: list[int], models: frozenset[str] | None
) -> None:
    found = findings(calls, Habit(usual=tuple(usual), models=models), POLICY)
    assert len(found) <= len(GRADES)
    if found:
        assert grade(found, POLICY) in GRADES
