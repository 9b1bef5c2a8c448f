"""Every recorded chat, by every SDK, through the whole gateway over real ports.

What the SDK read must be what the provider said: text, thinking, calls, why it ended, tokens, errors with their
status. Where a client of another dialect asks, what reached the provider must be what it asked, and what it got must
satisfy its dialect's own types.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.replaying import CLIENT_DIALECTS, Case, Outcome, complaints, recorded, replay, replayable
from tests.support.running import LoopThread

pytestmark = pytest.mark.recorded

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(client's dialect, recording) -> why the client cannot be told all of it. One that passes is an error too."""


class Replayer:
    """Replays all recordings for one client at a time, once."""

    def __init__(self, thread: LoopThread, folder: Path) -> None:
        self._thread = thread
        self._folder = folder
        self._known: dict[str, dict[str, Outcome]] = {}

    def outcome(self, client: str, name: str) -> Outcome:
        if client not in self._known:
            cases = [Case(client, one, recorded(one), one.name) for one in replayable()]
            outcomes = self._thread.run(replay(cases, self._folder / client), timeout=110)
            self._known[client] = {one.case.name: one for one in outcomes}
        return self._known[client][name]


@pytest.fixture(scope="session")
def replayer(gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory) -> Replayer:
    folder = tmp_path_factory.mktemp("replayed")
    for client in CLIENT_DIALECTS:
        (folder / client).mkdir()
    return Replayer(gateway_thread, folder)


@pytest.mark.parametrize("client", CLIENT_DIALECTS)
@pytest.mark.parametrize("name", [one.name for one in replayable()])
def test_the_client_reads_what_the_provider_said(client: str, name: str, replayer: Replayer):
    found = complaints(replayer.outcome(client, name))
    if (client, name) in EXCEPTIONS:
        assert found, f"no longer an exception: {EXCEPTIONS[client, name]}"
    else:
        assert not found
