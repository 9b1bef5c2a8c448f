"""Every wire test runs for every implementation of the seam, on asyncio's loop and on uvloop (production's)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import pytest_asyncio
import uvloop

from gateway.providers.transport import Upstream
from tests.support.upstreams import IMPLEMENTATIONS, Implementation

OpenUpstream = Callable[..., Upstream]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.SelectorEventLoop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=list(IMPLEMENTATIONS))
def implementation(request: pytest.FixtureRequest) -> Implementation:
    return IMPLEMENTATIONS[request.param]


@pytest_asyncio.fixture
async def open_upstream(implementation: Implementation) -> AsyncIterator[OpenUpstream]:
    """Makes upstreams; after the test they are closed, hold no connection and leave no task."""
    made: list[Upstream] = []
    before = asyncio.all_tasks()

    def make(origin: str, max_connections: int = 20, tls: ssl.SSLContext | None = None) -> Upstream:
        upstream = implementation(origin, max_connections, tls)
        made.append(upstream)
        return upstream

    yield make
    for upstream in made:
        await upstream.close()
        assert upstream.open_connections == 0
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}
