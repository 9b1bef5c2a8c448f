"""Every recorded chat, by its own SDK and by others', through the whole gateway over real ports.

What the SDK read must be what the provider said: text, thinking, calls, why it ended, tokens, errors with their
status. Where a client of another dialect asks, what reached the provider must be what it asked, and what it got must
satisfy its dialect's own types.

Clients of other dialects take turns: each asks for a quarter of what is not its own, and at length for all of it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.recordings import Recording
from tests.support.replaying import CLIENT_DIALECTS, Case, complaints, recorded, replay, replayable
from tests.support.running import LoopThread

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(300)]  # a client takes some seconds of a core


def in_turn(client: str) -> list[Recording]:
    """All that are the client's own, and of each other dialect's every fourth, which no other such client has."""
    chosen = []
    for place, dialect in enumerate(CLIENT_DIALECTS):
        distance = (CLIENT_DIALECTS.index(client) - place) % len(CLIENT_DIALECTS)
        those = [one for one in replayable() if one.dialect == dialect]
        chosen += those[distance - 1 :: len(CLIENT_DIALECTS) - 1] if distance else those
    return chosen


def test_each_recording_has_its_own_client_and_one_of_the_others() -> None:
    readers = Counter(one.name for client in CLIENT_DIALECTS for one in in_turn(client))
    assert readers == {one.name: 2 for one in replayable()}


@pytest.mark.parametrize("client", CLIENT_DIALECTS)
def test_the_client_reads_what_the_provider_said(client: str, gateway_thread: LoopThread, tmp_path: Path) -> None:
    asked_and_read(client, in_turn(client), gateway_thread, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("client", CLIENT_DIALECTS)
def test_the_client_reads_all_that_any_provider_said(client: str, gateway_thread: LoopThread, tmp_path: Path) -> None:
    asked_and_read(client, replayable(), gateway_thread, tmp_path)


def asked_and_read(client: str, recordings: list[Recording], gateway_thread: LoopThread, state: Path) -> None:
    cases = [Case(client, one, recorded(one), one.name) for one in recordings]
    asked = gateway_thread.run(replay(cases, state), timeout=290)
    assert asked
    found = {one.case.name: told for one in asked if (told := complaints(one))}
    assert not found
