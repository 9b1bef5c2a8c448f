"""Connections that cost a server places and give it nothing: silent ones, slow heads, clients that are gone."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import httpx
import pytest

from gateway.api import body, socket_options
from gateway.api.connection import Connection
from gateway.core.policy import Timeouts
from gateway.providers.simulated.server import serve_simulated
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

Figure = Callable[[str, object], None]
CHAT = {"model": "openai/m", "messages": [{"role": "user", "content": "hi"}]}


DECLARED = 100_000
"""Bytes of a body that never comes whole."""


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
@pytest.mark.parametrize(
    ("piece", "words"), [(b"", "did not come"), (b"{", "took too long")], ids=["still", "in drips"]
)
async def test_a_body_that_comes_too_slowly_gives_its_place_back(
    piece: bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte now and then is no body on its way: it would hold a place for days."""
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 1.0)
    async with house(tmp_path) as (gateway, _):
        [(reader, writer)] = await opened(gateway, 1)
        writer.write(
            f"POST /v1/messages HTTP/1.1\r\nhost: h\r\nx-api-key: {gateway.key}\r\n"
            f"content-length: {DECLARED}\r\n\r\n{{".encode()
        )
        answer = asyncio.ensure_future(reader.read(4096))
        async with asyncio.timeout(20):
            while not answer.done():
                writer.write(piece)
                await asyncio.sleep(0.05)
        writer.close()
        head, _, told = (await answer).partition(b"\r\n\r\n")
        assert b" 408 " in head.splitlines()[0]
        error = json.loads(told)
        assert (error["type"], words in error["error"]["message"]) == ("error", True), error
        assert gateway.gateway.guards.turns.in_use == 0
        [row] = await gateway.usage_rows()
        assert (row["status"], row["error_code"]) == ("refused", "body_timeout")


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


async def test_a_connection_ends_when_nothing_was_asked_since_its_last_answer_for_long(tmp_path: Path) -> None:
    """One timer for all waits: what was asked while it ran puts the end off."""
    asked = b"GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n"
    async with house(tmp_path) as (gateway, _):
        [(reader, writer)] = await opened(gateway, 1)
        await until(lambda: len(Connection.silent) == 1)
        [one] = Connection.silent
        one.timeout_keep_alive = 1
        answered = time.monotonic()
        for _ in range(4):
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 401")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
            answered = time.monotonic()
            await asyncio.sleep(0.4)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        assert time.monotonic() - answered > 0.9
        writer.close()


def deaf(plug: socket.socket) -> None:
    """From here on the kernel throws away whatever comes for this socket, unacknowledged: a client that has vanished.

    A filter of one instruction, "keep nothing" (socket(7), SO_ATTACH_FILTER): no FIN, no RST, and no privileges.
    """
    code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    attach_filter = 26
    plug.setsockopt(socket.SOL_SOCKET, attach_filter, struct.pack("HL", 1, ctypes.addressof(code)))


FORMS = {
    "waits for a whole answer": ("openai/m+first-byte-delay=250", False),
    "reads a stream that flows": ("openai/m+slow=0.02+chunks=20000", True),
    "reads a stream that is still": ("openai/m+stall-after=2", True),
}


async def vanish(gateway: RunningGateway, model: str, stream: bool) -> socket.socket:
    """A client that has asked, has the beginning of a stream, and is gone without a word."""
    sent = json.dumps(CHAT | {"model": model, "stream": stream}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {gateway.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(sent)}\r\n\r\n"
    ).encode()
    plug = socket.socket()
    plug.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(plug, ("127.0.0.1", int(gateway.url.rpartition(":")[2])))
    await loop.sock_sendall(plug, head + sent)
    if stream:
        begun = b""
        while b"data: " not in begun:
            piece = await loop.sock_recv(plug, 65536)
            assert piece, begun
            begun += piece
    deaf(plug)
    return plug


async def noticed(folder: Path, forms: Sequence[str]) -> dict[str, float]:
    """Seconds until each such client was given up, its call ended and its row written."""
    provider = await serve_simulated()
    patient = Timeouts(connect=2, first_byte=300, idle=300, total=600)
    found: dict[str, float] = {}
    async with serving(policy_for(provider.url, timeouts=patient), folder) as gateway:

        async def one(form: str) -> None:
            model, stream = FORMS[form]
            plug = await vanish(gateway, model, stream)
            began = time.monotonic()
            mark = model.partition("/")[2].encode()
            await until(lambda: any(mark in call.request.body for call in provider.requests))
            [call] = [call for call in provider.requests if mark in call.request.body]
            await until(lambda: call.outcome != "running", 110)
            found[form] = time.monotonic() - began
            plug.close()

        await asyncio.gather(*(one(form) for form in forms))
        await until(lambda: not gateway.gateway.edge.in_flight)
        assert [row["status"] for row in await gateway.usage_rows()] == ["client_closed"] * len(forms)
    await provider.close()
    return found


@pytest.mark.fault("E4")
async def test_a_client_that_vanishes_is_given_up_and_its_call_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = {socket.TCP_KEEPIDLE: 1, socket.TCP_KEEPINTVL: 1, socket.TCP_USER_TIMEOUT: 1500}
    options = tuple((level, name, quick.get(name, value)) for level, name, value in socket_options.OPTIONS)
    monkeypatch.setattr(socket_options, "OPTIONS", options)
    monkeypatch.setattr("gateway.api.answer.TICK_SECONDS", 0.1)
    monkeypatch.setattr("gateway.api.answer.HEARTBEAT_SECONDS", 0.3)
    found = await noticed(tmp_path, list(FORMS))
    assert max(found.values()) < 40


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.fault("E4")
async def test_a_client_that_vanishes_is_given_up_within_75_seconds(tmp_path: Path, record_property: Figure) -> None:
    found = await noticed(tmp_path, list(FORMS))
    told = "; ".join(f"one that {form} after {seconds:.0f} s" for form, seconds in found.items())
    record_property("figure", f"packets lost without FIN: {told}")
    assert max(found.values()) <= 75
