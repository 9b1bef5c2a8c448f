"""Every recorded chat, by every SDK, through the whole gateway over real ports.

What the SDK read must be what the provider said: text, thinking, calls, why it ended, tokens, errors with their
status. Where a client of another dialect asks, what reached the provider must be what it asked, and what it got must
satisfy its dialect's own types.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.replaying import CLIENT_DIALECTS, Case, complaints, recorded, replay, replayable
from tests.support.running import LoopThread

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(300)]  # a client takes some seconds of a core

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(client's dialect, recording) -> why the client cannot be told all of it. One that passes is an error too."""


@pytest.mark.parametrize("client", CLIENT_DIALECTS)
def test_the_client_reads_what_the_provider_said(client: str, gateway_thread: LoopThread, tmp_path: Path):
    cases = [Case(client, one, recorded(one), one.name) for one in replayable()]
    asked = gateway_thread.run(replay(cases, tmp_path), timeout=290)
    found = {one.case.name: told for one in asked if (told := complaints(one))}
    assert asked
    assert found.keys() == {name for dialect, name in EXCEPTIONS if dialect == client}, found
