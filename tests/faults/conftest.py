"""What several kinds of faults need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.support.simulated import simulated_in_thread


@pytest.fixture
def provider() -> Iterator[SimulatedServer]:
    """One that remembers nothing but what is asked in this test."""
    with simulated_in_thread() as server:
        yield server
