"""The breaker: when it opens, whom it lets through, when it closes."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.routing.breaker import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MINIMUM,
    UNREACHABLE_IN_A_ROW,
    WINDOW,
    Admission,
    Breaker,
)


def broken(now: float = 0.0) -> Breaker:
    breaker = Breaker(now)
    for _ in range(UNREACHABLE_IN_A_ROW):
        breaker.failed(now, unreachable=True)
    assert not breaker.closed
    return breaker


def test_half_of_enough_calls_opens_it():
    breaker = Breaker(0.0)
    for number in range(MINIMUM - 1):
        assert not breaker.failed(0.1, unreachable=False) if number % 2 else breaker.succeeded(0.1) is None
    assert breaker.closed
    assert breaker.failed(0.2, unreachable=False)
    assert not breaker.begin(0.3)


def test_fewer_than_half_never_opens_it():
    breaker = Breaker(0.0)
    for number in range(1000):
        moment = number / 100
        breaker.succeeded(moment)
        if number % 3 == 0:
            assert not breaker.failed(moment, unreachable=False)


def test_nobody_there_five_times_in_a_row_opens_it_and_an_answer_between_begins_the_count_anew():
    breaker = Breaker(0.0)
    for _ in range(UNREACHABLE_IN_A_ROW - 1):
        breaker.failed(0.0, unreachable=True)
    breaker.succeeded(0.0)
    for _ in range(UNREACHABLE_IN_A_ROW - 1):
        assert not breaker.failed(0.0, unreachable=True)
    assert breaker.failed(0.0, unreachable=True)


def test_failures_older_than_the_window_are_forgotten():
    breaker = Breaker(0.0)
    for _ in range(MINIMUM - 1):
        breaker.failed(0.0, unreachable=False)
    assert not breaker.failed(WINDOW + 0.1, unreachable=False)


def test_an_outage_of_days_ends_with_the_first_probe_that_succeeds():
    breaker, now = broken(), 0.0
    while now < 3 * 86_400:
        now += breaker.wait(now)
        assert breaker.begin(now) is Admission.PROBE
        assert breaker.failed(now, unreachable=True, probe=True)
        assert breaker.wait(now) <= LONGEST_PAUSE
    now += breaker.wait(now)
    assert breaker.begin(now) is Admission.PROBE
    breaker.succeeded(now, probe=True)
    assert breaker.closed


def test_after_the_pause_one_probe_goes_and_its_success_closes():
    breaker = broken()
    assert breaker.wait(0.0) == FIRST_PAUSE
    assert breaker.begin(FIRST_PAUSE)
    assert not breaker.begin(FIRST_PAUSE)
    assert breaker.wait(FIRST_PAUSE) > 0
    breaker.succeeded(FIRST_PAUSE + 1, probe=True)
    assert breaker.closed
    assert breaker.begin(FIRST_PAUSE + 1)


def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest():
    breaker, now, pauses = broken(), 0.0, []
    for _ in range(6):
        pauses.append(breaker.wait(now))
        now += breaker.wait(now)
        assert breaker.begin(now)
        assert breaker.failed(now, unreachable=False, probe=True)
    assert pauses == [5.0, 10.0, 20.0, 40.0, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_probe_whose_client_left_gives_its_turn_to_the_next():
    breaker = broken()
    assert breaker.begin(FIRST_PAUSE)
    breaker.give_turn()
    assert breaker.begin(FIRST_PAUSE)


def test_what_began_before_it_opened_does_not_lengthen_the_pause():
    breaker = broken()
    assert not breaker.failed(1.0, unreachable=True)
    assert breaker.wait(1.0) == FIRST_PAUSE - 1.0


def test_what_began_before_it_opened_does_not_speak_for_the_probe():
    breaker = broken()
    breaker.succeeded(1.0)
    assert not breaker.closed
    assert breaker.begin(FIRST_PAUSE) is Admission.PROBE
    breaker.succeeded(FIRST_PAUSE)
    assert not breaker.failed(FIRST_PAUSE, unreachable=True)
    assert not breaker.closed
    assert breaker.begin(FIRST_PAUSE + 1) is Admission.REFUSED
    breaker.succeeded(FIRST_PAUSE + 2, probe=True)
    assert breaker.begin(FIRST_PAUSE + 2) is Admission.CALL


class OpenLetsOneThrough(RuleBasedStateMachine):
    """Whatever happens, an open breaker has at most one call under way, and each call's end is told."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = Breaker(0.0)
        self.probes = 0

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(unreachable=st.booleans())
    @precondition(lambda self: self.breaker.closed)
    def fails(self, unreachable: bool) -> None:
        if self.breaker.begin(self.now):
            self.breaker.failed(self.now, unreachable=unreachable)

    @rule()
    @precondition(lambda self: self.breaker.closed)
    def succeeds(self) -> None:
        assert self.breaker.begin(self.now)
        self.breaker.succeeded(self.now)

    @rule()
    @precondition(lambda self: not self.breaker.closed)
    def is_asked(self) -> None:
        waited = self.breaker.wait(self.now)
        if self.breaker.begin(self.now):
            assert waited == 0.0
            self.probes += 1
        else:
            assert waited > 0.0

    @rule(how=st.sampled_from(["ok", "failed", "left"]))
    @precondition(lambda self: self.probes)
    def probe_ends(self, how: str) -> None:
        self.probes -= 1
        if how == "ok":
            self.breaker.succeeded(self.now, probe=True)
            assert self.breaker.closed
        elif how == "failed":
            assert self.breaker.failed(self.now, unreachable=False, probe=True)
        else:
            self.breaker.give_turn()

    @rule(well=st.booleans())
    @precondition(lambda self: not self.breaker.closed)
    def one_from_before_ends(self, well: bool) -> None:
        if well:
            self.breaker.succeeded(self.now)
        else:
            assert not self.breaker.failed(self.now, unreachable=True)
        assert not self.breaker.closed

    @invariant()
    def one_probe_at_most(self) -> None:
        assert self.probes <= 1


TestOpenLetsOneThrough = OpenLetsOneThrough.TestCase


def test_gone_three_times_in_a_row_opens_it() -> None:
    breaker = Breaker(0.0)
    assert [breaker.failed(0.0, unreachable=False, gone=True) for _ in range(3)] == [False, False, True]
