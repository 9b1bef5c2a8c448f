from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pii.serving import echoing, policy_with
from tests.support.echoing import Echo
from tests.support.fakes import Stand
from tests.support.running import LoopThread, in_thread


@pytest.fixture(scope="session")
def echo_gateway() -> Iterator[tuple[str, Echo, Stand]]:
    """A gateway under the default rules, before a provider that echoes."""
    thread = LoopThread()
    try:
        with in_thread(echoing(policy_with()), thread) as running:
            yield running
    finally:
        thread.close()
