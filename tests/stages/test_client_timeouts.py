"""How long clients wait, as their SDKs say it, and what of that is left for whom."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.policy import Timeouts
from gateway.stages.calls.client_timeouts import (
    HEARTBEAT,
    LEAST_LEFT,
    SHORTEST,
    ClientTimeouts,
    client_timeouts,
    gave_up,
    limits,
    too_late,
)

OWN = Timeouts(connect=3, first_byte=120, idle=60, total=900)


class Asked:
    """As much of an exchange as is looked at."""

    def __init__(self, headers: dict[str, str], stream: bool = False, attempts: int = 1, beside: Any = None) -> None:
        self.inbound = self
        self.record = self
        self.headers = headers
        self.received = 100.0
        self.stream = stream
        self.attempts = attempts
        self.side_call_of = beside


def cut(headers: dict[str, str], spent: float = 0.0, **more: Any) -> tuple[float, float, float]:
    found = limits(OWN, Asked(headers, **more), 100.0 + spent)  # type: ignore[arg-type]
    assert found.connect == OWN.connect
    return found.first_byte, found.idle, found.total


@pytest.mark.parametrize(
    ("headers", "stream", "expected"),
    [
        ({}, False, (120, 60, 900)),
        ({"x-stainless-read-timeout": "600"}, True, (120, 60, 900)),
        ({"x-stainless-read-timeout": "600.0"}, False, (120, 60, 600)),
        ({"x-stainless-read-timeout": "2.5"}, False, (2.5, 60, 2.5)),
        ({"x-stainless-read-timeout": "30"}, True, (30, 60, 900)),
        ({"x-stainless-read-timeout": "5"}, True, (5, 5, 900)),
        ({"x-stainless-timeout": "5"}, True, (5, 60, 900)),
        ({"x-stainless-timeout": "NOT_GIVEN", "x-stainless-read-timeout": "50"}, True, (50, 60, 900)),
        ({"x-server-timeout": "20"}, True, (20, 60, 20)),
        ({"x-gateway-timeout": "20", "x-server-timeout": "30"}, False, (20, 60, 20)),
        ({"x-gateway-timeout": "0.01"}, False, (SHORTEST, 60, SHORTEST)),
        ({"x-gateway-timeout": "-5"}, False, (120, 60, 900)),
        ({"x-gateway-timeout": "nan"}, False, (120, 60, 900)),
        ({"x-gateway-timeout": "inf"}, False, (120, 60, 900)),
        ({"x-gateway-timeout": "1" * 400}, False, (120, 60, 900)),
    ],
)
def test_each_header_bounds_what_it_means(
    headers: dict[str, str], stream: bool, expected: tuple[float, float, float]
) -> None:
    assert cut(headers, stream=stream) == expected


def test_what_was_spent_is_taken_off_and_a_shadow_waits_for_nobody() -> None:
    assert cut({"x-gateway-timeout": "20"}, spent=8.0, attempts=2) == (12, 60, 12)
    assert cut({"x-gateway-timeout": "20"}, spent=8.0) == (12, 60, 12), "in a queue of ours, for one"
    assert cut({}, spent=8.0, attempts=2) == (120, 60, 892)
    assert cut({}, spent=8.0) == (120, 60, 900)
    assert cut({"x-gateway-timeout": "2"}, beside=("shadow_of", "r")) == (120, 60, 900)
    assert cut({"x-gateway-timeout": "2"}, beside=("hedge_of", "r")) == (2, 60, 2)


@pytest.mark.parametrize(("spent", "late"), [(8.9, False), (10 - LEAST_LEFT + 0.1, True), (30.0, True)])
def test_another_attempt_needs_a_second(spent: float, late: bool) -> None:
    for header in ("x-stainless-read-timeout", "x-stainless-timeout", "x-gateway-timeout"):
        assert too_late(Asked({header: "10"}), 100.0 + spent) is late  # type: ignore[arg-type]
    assert not too_late(Asked({}), 100.0 + spent)  # type: ignore[arg-type]


def test_whose_time_was_over() -> None:
    assert not gave_up(OWN, OWN, 120.0, begun=False)
    hasty = Timeouts(connect=3, first_byte=5, idle=60, total=20)
    assert gave_up(OWN, hasty, 5.0, begun=False)
    assert not gave_up(OWN, Timeouts(connect=3, first_byte=120, idle=60, total=600), 120.0, begun=False)
    assert gave_up(OWN, hasty, 20.0, begun=True)
    assert not gave_up(OWN, hasty, 12.0, begun=True), "the provider was silent for its own sixty seconds"


SAID = st.none() | st.floats(0, 2000).map(str) | st.text(max_size=20)
NAMES = ("x-stainless-read-timeout", "x-stainless-timeout", "x-server-timeout", "x-gateway-timeout")


@given(st.tuples(SAID, SAID, SAID, SAID), st.booleans(), st.integers(1, 3), st.floats(0, 3000))
def test_nothing_a_client_says_makes_anything_longer(
    said: tuple[str | None, ...], stream: bool, attempts: int, spent: float
) -> None:
    headers = {name: text for name, text in zip(NAMES, said, strict=True) if text is not None}
    asked = Asked(headers, stream, attempts)
    found = limits(OWN, asked, 100.0 + spent)  # type: ignore[arg-type]
    assert 0 < found.first_byte <= OWN.first_byte
    assert 0 < found.idle <= OWN.idle
    assert 0 < found.total <= OWN.total
    assert found.first_byte <= found.total or found.first_byte == OWN.first_byte
    patience: ClientTimeouts = client_timeouts(asked)  # type: ignore[arg-type]
    assert min(patience.silence, patience.head, patience.end) >= SHORTEST
    assert stream is False or found.idle == OWN.idle or found.idle < HEARTBEAT
    assert not math.isnan(found.total)
