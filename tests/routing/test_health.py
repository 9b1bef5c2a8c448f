"""Health: budgets of retries, resting credentials, what is remembered."""

from __future__ import annotations

import pytest

from gateway.core.policy import Secret
from gateway.routing.breaker import FIRST_PAUSE, MINIMUM, UNREACHABLE_IN_A_ROW, Admission
from gateway.routing.health import LONGEST_REST, MAX_KNOWN, RETRIES_AT_ONCE, Health

TARGET = ("openai", "m")


class Key:
    def __init__(self, text: str | None) -> None:
        self.credential = Secret(text) if text else None


def test_under_total_failure_the_retries_end():
    health = Health()
    assert [health.may_retry(TARGET, 0.0) for _ in range(100)].count(True) == RETRIES_AT_ONCE


def test_ten_successes_earn_one_retry():
    health = Health()
    while health.may_retry(TARGET, 0.0):
        pass
    for _ in range(10):
        assert not health.may_retry(TARGET, 0.0)
        health.succeeded(TARGET, 0.0)
    health.succeeded(TARGET, 0.0)
    assert health.may_retry(TARGET, 0.0)


def test_a_target_nobody_reaches_is_open_and_closes_with_the_first_answer():
    health = Health()
    for _ in range(UNREACHABLE_IN_A_ROW):
        assert health.begin(TARGET, 0.0)
        health.failed(TARGET, 0.0, unreachable=True)
    assert (list(health.open), health.wait(TARGET, 0.0)) == ([TARGET], FIRST_PAUSE)
    assert health.wait(("openai", "another"), 0.0) == 0.0
    assert not health.begin(TARGET, 1.0)
    assert health.begin(TARGET, FIRST_PAUSE)
    health.succeeded(TARGET, FIRST_PAUSE, probe=True)
    assert not health.open


def test_a_call_from_before_that_ends_while_a_probe_is_out_lets_no_second_one_out():
    health = Health()
    for _ in range(UNREACHABLE_IN_A_ROW + 3):
        assert health.begin(TARGET, 0.0)
    for _ in range(UNREACHABLE_IN_A_ROW):
        health.failed(TARGET, 0.0, unreachable=True)
    assert health.begin(TARGET, FIRST_PAUSE) is Admission.PROBE
    health.abandoned(TARGET)
    health.failed(TARGET, FIRST_PAUSE, unreachable=True)
    health.succeeded(TARGET, FIRST_PAUSE)
    assert not health.begin(TARGET, FIRST_PAUSE)
    health.answers(TARGET, streamed=False, probe=True)
    assert health.begin(TARGET, FIRST_PAUSE) is Admission.PROBE
    health.succeeded(TARGET, FIRST_PAUSE, probe=True)
    assert health.begin(TARGET, FIRST_PAUSE) is Admission.CALL


def test_streams_that_go_well_outweigh_as_many_that_fail_beside_them():
    health = Health()
    for _ in range(60):
        assert health.begin(TARGET, 0.0)
        health.answers(TARGET, streamed=True)
    for _ in range(29):
        health.failed(TARGET, 1.0, unreachable=False, streamed=True)
    assert not health.open
    health.failed(TARGET, 1.0, unreachable=False, streamed=True)
    assert list(health.open) == [TARGET]
    assert health.under_way == {TARGET: 30}


def test_a_stream_that_ended_goes_well_no_longer():
    health = Health()
    for _ in range(40):
        assert health.begin(TARGET, 0.0)
        health.answers(TARGET, streamed=True)
        health.abandoned(TARGET, streamed=True)
        assert health.begin(TARGET, 0.0)
    for number in range(MINIMUM):
        assert not health.open, number
        health.failed(TARGET, 1.0, unreachable=False)
    assert list(health.open) == [TARGET]


def test_credentials_are_used_in_turns_and_a_resting_one_is_left_out():
    health, lanes = Health(), [Key("a"), Key("b"), Key("c")]
    assert {health.pick(lanes, "m", 0.0) for _ in range(3)} == set(lanes)
    health.rest(lanes[0], "m", 0.0, 30.0)
    assert {health.pick(lanes, "m", 1.0) for _ in range(6)} == set(lanes[1:])
    assert {health.pick(lanes, "m", 31.0) for _ in range(3)} == set(lanes)


def test_limits_are_a_models_and_refusals_a_credentials():
    health, lanes = Health(), [Key("a"), Key("b")]
    health.rest(lanes[0], "m", 0.0, 30.0)
    assert health.rests(lanes[0], "m", 1.0)
    assert not health.rests(lanes[0], "other", 1.0)
    assert {health.pick(lanes, "other", 1.0) for _ in range(4)} == set(lanes)
    health.rest(lanes[1], None, 0.0, 30.0)
    assert {health.pick(lanes, "other", 1.0) for _ in range(4)} == {lanes[0]}


def test_after_a_refusal_another_credential_is_taken_or_none():
    health, lanes = Health(), [Key("a"), Key("b")]
    assert health.pick(lanes, "m", 0.0, after=lanes[:1]) is lanes[1]
    health.rest(lanes[1], "m", 0.0, 30.0)
    assert health.pick(lanes, "m", 0.0, after=lanes[:1]) is None
    assert health.pick(lanes[:1], "m", 0.0, after=lanes[:1]) is None


def test_where_all_rest_one_is_asked_all_the_same():
    health, lanes = Health(), [Key("a"), Key("b")]
    for lane in lanes:
        health.rest(lane, "m", 0.0, 3600.0)
    assert health.pick(lanes, "m", 1.0) in lanes
    assert health.pick(lanes, "m", LONGEST_REST, after=lanes[:1]) is lanes[1]


def test_a_provider_without_a_key_never_rests():
    health, lane = Health(), Key(None)
    health.rest(lane, "m", 0.0, 10.0)
    assert health.pick([lane], "m", 0.0) is lane


@pytest.mark.parametrize("broken", [True, False])
def test_what_is_remembered_is_bounded_and_the_broken_stay_known(broken: bool):
    health = Health()
    if broken:
        for _ in range(UNREACHABLE_IN_A_ROW):
            health.failed(TARGET, 0.0, unreachable=True)
    for number in range(2 * MAX_KNOWN):
        health.succeeded(("openai", f"model {number}"), 0.0)
    assert len(health._targets) <= MAX_KNOWN + 1
    assert bool(health.wait(TARGET, 0.0)) is broken


def test_calls_under_way_are_counted_down_however_they_end():
    health = Health()
    for _ in range(4):
        assert health.begin(TARGET, 0.0)
    assert health.under_way == {TARGET: 4}
    health.succeeded(TARGET, 0.0)
    health.failed(TARGET, 0.0, unreachable=False)
    health.abandoned(TARGET)
    assert health.under_way == {TARGET: 1}
    health.abandoned(TARGET)
    assert health.under_way == {}
