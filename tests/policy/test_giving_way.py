"""Several threads give way to the event loop at once, and the interpreter's turns are as long as before in the end."""

from __future__ import annotations

import sys

from gateway.policy.giving_way import TURN_SECONDS, giving_way


def test_the_last_to_end_its_work_gives_the_usual_turn_back() -> None:
    usual = sys.getswitchinterval()
    first, second = giving_way(), giving_way()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert abs(sys.getswitchinterval() - TURN_SECONDS) < 1e-6  # the other is still at work
    second.__exit__(None, None, None)
    assert abs(sys.getswitchinterval() - usual) < 1e-6
