"""Canaries beside their peers: each rule, the pause, and a policy that changes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.core.money import Money
from gateway.core.policy import Alias, Policy, Target
from gateway.core.ports import UsageRow
from gateway.core.routes import Rollback
from gateway.routing.trials import Trials

OLD, NEW = Target(provider="claude", model="old"), Target(provider="claude", model="new", canary=True)


def policy(rule: Rollback) -> Policy:
    alias = Alias(name="m", targets=(OLD, NEW), rollback=rule)
    return Policy(version="1", providers={}, models={"m": alias}, teams={})


def row(**members: Any) -> UsageRow:
    return UsageRow(request_id="r", at=0.0, key_id="k", team="t", model_asked="m", **members)


class Trial:
    def __init__(self, rule: Rollback) -> None:
        self.policy = policy(rule)
        self.alarms: list[tuple[str, str, str]] = []
        self.trials = Trials(lambda *told: self.alarms.append(told))

    def calls(self, target: Target, times: int, *, failed: bool = False, now: float = 0.0, **members: Any) -> None:
        for _ in range(times):
            name = (target.provider, target.model)
            self.trials.ended(self.policy, name, row(**members), now, failed=failed)

    def in_service(self, now: float = 0.0) -> list[str]:
        pairs: list[tuple[Target, None]] = [(OLD, None), (NEW, None)]
        alias = self.policy.models["m"]
        return [target.model for target, _ in self.trials.in_service(self.policy, alias, pairs, now)]


BAD: list[tuple[Rollback, dict[str, Any], dict[str, Any], str]] = [
    (Rollback(after=10, errors=5), {}, {"failed": True}, "100 % of its calls failed"),
    (Rollback(after=10, slower=200), {"first_byte_ms": 100}, {"first_byte_ms": 300}, "time to the first byte is 300 %"),
    (Rollback(after=10, dearer=150), {"cost": Money(10, "USD")}, {"cost": Money(20, "USD")}, "cost is 200 %"),
    (Rollback(after=10, refusals=5), {"finish_reason": "stop"}, {"finish_reason": "refusal"}, "100 % of its answers"),
]


@pytest.mark.parametrize(("rule", "usual", "worse", "why"), BAD)
def test_each_rule_takes_a_worse_canary_out_once(
    rule: Rollback, usual: dict[str, Any], worse: dict[str, Any], why: str
) -> None:
    trial = Trial(rule)
    trial.calls(OLD, 40, **usual)
    trial.calls(NEW, 9, **worse)
    assert (trial.in_service(), trial.alarms) == (["old", "new"], [])  # too little is known
    trial.calls(NEW, 30, **worse)
    assert trial.in_service() == ["old"]
    [(alias, target, told)] = trial.alarms
    assert (alias, target) == ("m", "claude/new")
    assert why in told


@pytest.mark.parametrize(("rule", "usual", "worse", "why"), BAD)
def test_a_canary_that_does_alike_stays(rule: Rollback, usual: dict[str, Any], worse: dict[str, Any], why: str) -> None:
    trial = Trial(rule)
    for members in (usual, worse):
        trial.calls(OLD, 40, **members)
        trial.calls(NEW, 40, **members)
    assert (trial.in_service(), trial.alarms) == (["old", "new"], [])


def test_it_is_back_after_the_pause_and_judged_anew() -> None:
    trial = Trial(Rollback(after=10, errors=5, pause=60.0))
    trial.calls(OLD, 20)
    trial.calls(NEW, 10, failed=True)
    assert (trial.in_service(59.0), trial.in_service(60.0)) == (["old"], ["old", "new"])
    trial.calls(NEW, 10, failed=True, now=61.0)
    assert (trial.in_service(62.0), len(trial.alarms)) == (["old"], 2)


def test_without_a_pause_it_is_back_when_the_policy_changes() -> None:
    trial = Trial(Rollback(after=10, errors=5))
    trial.calls(OLD, 20)
    trial.calls(NEW, 10, failed=True)
    assert trial.in_service(1e9) == ["old"]
    trial.policy = msgspec.structs.replace(trial.policy, version="2")
    assert trial.in_service() == ["old", "new"]


def test_a_policy_on_trial_beside_it_does_not_begin_its_counts_anew() -> None:
    trial = Trial(Rollback(after=10, errors=5))
    one, other = trial.policy, msgspec.structs.replace(trial.policy, version="2")
    for _ in range(20):  # most keys are decided by the one, some by the other
        trial.policy = one
        trial.calls(OLD, 1)
        trial.calls(NEW, 1, failed=True)
        trial.policy = other
        trial.calls(OLD, 1)
        trial.calls(NEW, 1)
    assert trial.in_service() == ["old", "new"]
    trial.policy = one
    assert trial.in_service() == ["old"]
    assert (trial.trials.out("1", "2"), len(trial.alarms)) == ([("m", ("claude", "new"))], 1)


def test_where_nobody_else_remains_it_answers_all_the_same() -> None:
    trial = Trial(Rollback(after=10, errors=5))
    trial.calls(OLD, 20)
    trial.calls(NEW, 10, failed=True)
    assert trial.trials.in_service(trial.policy, trial.policy.models["m"], [(NEW, None)], 0.0) == [(NEW, None)]


def test_a_long_trial_forgets_what_was_long_ago() -> None:
    trial = Trial(Rollback(after=10, errors=20))
    trial.calls(OLD, 1000)
    trial.calls(NEW, 1000)
    trial.calls(NEW, 30, failed=True)
    assert trial.in_service() == ["old"]
