"""Connections that cost a server places and give it nothing: silent ones, slow heads, clients that are gone."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from gateway.api.connection import KEEP_ALIVE_SECONDS, Connection
from gateway.providers.simulated.server import serve_simulated
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

Figure = Callable[[str, object], None]
CHAT = {"model": "openai/m", "messages": [{"role": "user", "content": "hi"}]}


@contextlib.asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[RunningGateway, httpx.AsyncClient]]:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url), folder) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        async with httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=20) as client:
            yield gateway, client
    await provider.close()


async def opened(gateway: RunningGateway, count: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    port = int(gateway.url.rpartition(":")[2])
    return [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]


@pytest.mark.fault("E5")
async def test_connections_that_send_nothing_give_way_to_those_that_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Figure
) -> None:
    monkeypatch.setattr(Connection, "most", 100)
    async with house(tmp_path) as (gateway, client):
        assert (await client.post("/v1/chat/completions", json=CHAT)).status_code == 200
        silent = await opened(gateway, 2000)
        answers = [await client.post("/v1/chat/completions", json=CHAT) for _ in range(20)]
        fresh = httpx.AsyncClient(base_url=gateway.url, headers=client.headers, trust_env=False, timeout=20)
        async with fresh:
            answers += [await fresh.post("/v1/chat/completions", json=CHAT) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        await until(lambda: len(Connection.silent) <= 100)
        left = sum(not reader.at_eof() for reader, _ in silent)
        record_property("figure", f"2,000 opened, {left} of them kept of 100 places; 25 of 25 requests answered beside")
        assert left <= 100
        for _, writer in silent:
            writer.close()


@pytest.mark.fault("E5")
@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nx-a:"])
async def test_a_head_that_does_not_come_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(Connection, "head_seconds", 0.2)
    async with house(tmp_path) as (gateway, _):
        [(reader, writer)] = await opened(gateway, 1)
        writer.write(sent)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        [(reader, writer)] = await opened(gateway, 1)
        writer.write(b"GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n")  # answered, and kept open
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
        writer.write(b"GET /v1/models HTTP/1.1\r\nhost:")
        async with asyncio.timeout(10):
            await reader.read()
        writer.close()


def accepted(port: int) -> socket.socket:
    """The gateway's end of a connection to `port`."""
    for one in gc.get_objects():
        if isinstance(one, Connection) and one.server is not None and one.server[1] == port:
            found: socket.socket = one.transport.get_extra_info("socket")
            return found
    raise AssertionError("nobody is connected")


@pytest.mark.fault("E4")
async def test_the_kernel_asks_a_silent_client_whether_it_is_there(tmp_path: Path, record_property: Figure) -> None:
    async with house(tmp_path) as (gateway, client):
        slow = asyncio.create_task(
            client.post("/v1/chat/completions", json={**CHAT, "model": "openai/m+first-byte-delay=30"})
        )
        await until(lambda: bool(gateway.gateway.edge.in_flight))
        told = accepted(int(gateway.url.rpartition(":")[2]))
        silence = told.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) + told.getsockopt(
            socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
        ) * told.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
        assert told.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert silence == KEEP_ALIVE_SECONDS <= 75
        assert told.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 75_000
        record_property(
            "figure", f"given up after {silence} s, as the kernel is told; a loss without FIN needs privileges to make"
        )
        slow.cancel()
