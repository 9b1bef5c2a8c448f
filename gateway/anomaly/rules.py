"""Three questions about a key's last hour, and how many of them must be answered with yes for what.

Promise: each finding is a sentence with its numbers, so that whoever is woken by it can judge it.

The questions
- volume: did the key call `factor` times as often as its whole team usually does in this hour of the week?
- hour: does the team never work in this hour of the week?
- model: does the key use a model that it has not used in weeks?

One yes is an alert, two slow the key down, three stop it; never more than the policy's `response`. That is how a
stolen key looks: at an odd hour, as much as it gives, of what its owner never used. A team without two weeks of
history, and calls fewer than `least_calls`, are never unusual.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Final

from gateway.core.anomaly import GRADES, AnomalyPolicy, Habit, Response

A_FEW: Final = 10
"""The share of `least_calls`, as a divisor, from which an hour or a model counts as used."""


def findings(calls: Mapping[str, int], habit: Habit, policy: AnomalyPolicy) -> tuple[str, ...]:
    """What is unusual about an hour with so many calls of each model; empty: nothing."""
    if not habit.usual or are_few(calls, policy):
        return ()
    total, few = sum(calls.values()), _few(policy)
    found: list[str] = []
    usual = median(habit.usual)
    if total >= policy.least_calls and total > policy.factor * max(usual, 1):
        found.append(
            f"volume: {total} calls in an hour, and its whole team usually makes {usual:g} in this hour of the week"
        )
    if not any(habit.usual):
        found.append(
            f"hour: {total} calls, and the team made none in this hour of the week for {len(habit.usual)} weeks"
        )
    if habit.models is not None:
        new = {model: count for model, count in calls.items() if count >= few and model not in habit.models}
        found += [
            f"model: {count} calls of {model}, which the key has not used for {policy.weeks} weeks"
            for model, count in sorted(new.items())
        ][:1]
    return tuple(found)


def are_few(calls: Mapping[str, int], policy: AnomalyPolicy) -> bool:
    """Whether nothing can be unusual about so few calls in an hour, whatever the key's habit."""
    return sum(calls.values()) < _few(policy)


def grade(found: tuple[str, ...], policy: AnomalyPolicy) -> Response:
    """What so many findings call for, as far as the policy lets it be done by itself."""
    wanted = GRADES[len(found) - 1]
    return min(wanted, policy.response, key=GRADES.index)


def _few(policy: AnomalyPolicy) -> int:
    return max(policy.least_calls // A_FEW, 1)
