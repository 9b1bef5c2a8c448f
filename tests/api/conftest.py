"""What several kinds of requests need."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway.providers.simulated.server import SimulatedServer, serve_simulated


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[SimulatedServer]:
    """One on the test's own loop, that remembers nothing but what is asked in this test."""
    server = await serve_simulated()
    yield server
    await server.close()
