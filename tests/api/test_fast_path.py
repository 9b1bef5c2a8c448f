"""A stream's pieces of text reach the client as they come, one by one and byte for byte, whoever is woken for them; and
a client that does not read holds the provider back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gateway.api import connection
from tests.support.running import RunningGateway, policy_for
from tests.support.running import serving as running
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, Peer, Script, chunk, serving

pytestmark = pytest.mark.asyncio

WORDS = [f"word {number} – é " for number in range(20)]
USAGE = {"prompt_tokens": 7, "completion_tokens": 40, "total_tokens": 47}
ASKED = json.dumps(
    {
        "model": "openai/m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hi"}],
    }
).encode()


def piece(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    told = {"id": "c", "created": 7, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(told, ensure_ascii=False).encode() + b"\n\n"


END = (
    b'data: {"id":"c","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"id":"c","created":7,"model":"m","choices":[],"usage":' + json.dumps(USAGE).encode() + b"}\n\n"
    b"data: [DONE]\n\n"
)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What took the fast path."""
    went: list[bytes] = []
    write = connection._Pieces.write
    monkeypatch.setattr(connection._Pieces, "write", lambda way, data: (went.append(data), write(way, data))[1])
    return went


@contextlib.asynccontextmanager
async def models_by_provider(
    script: Script, folder: Path, version: bytes = b"1.1"
) -> AsyncIterator[tuple[RunningGateway, asyncio.StreamReader]]:
    """A gateway before a provider of this script, and what it answers behind the head."""
    async with serving(script) as provider, running(policy_for(provider.origin), folder) as gateway:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.connect(("127.0.0.1", int(gateway.url.rpartition(":")[2])))
        reader, writer = await asyncio.open_connection(sock=client)
        head = b"POST /v1/chat/completions HTTP/%s\r\nhost: a\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n\r\n"
        writer.write(head % (version, gateway.key.encode(), len(ASKED)) + ASKED)
        async with asyncio.timeout(20):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            yield gateway, reader
        writer.close()


def streaming(say: Callable[[Peer], Awaitable[None]]) -> Script:
    """A provider that answers calls so, and hangs up on who asks how it is."""

    async def script(peer: Peer) -> None:
        if (await peer.request()).target.startswith("/openai/"):
            await peer.send(CHUNKED_HEAD)
            await say(peer)
            await peer.send(LAST_CHUNK)

    return script


async def test_each_piece_is_there_before_the_next_is_said(tmp_path: Path, at_once: list[bytes]) -> None:
    heard = asyncio.Semaphore(1)

    async def say(peer: Peer) -> None:
        for event in (*map(piece, WORDS), END):
            await heard.acquire()
            await peer.send(chunk(event))

    async with models_by_provider(streaming(say), tmp_path) as (gateway, reader):
        for word in WORDS:
            assert await reader.readuntil(b"\n\n\r\n") == chunk(piece(word))
            heard.release()
        assert (await reader.readuntil(LAST_CHUNK)).count(b"[DONE]") == 1
        assert at_once == [piece(word) for word in WORDS[2:]], "from the second the pattern is learned"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["output_tokens"]) == ("ok", 40)


def called(arguments: str, **more: str) -> bytes:
    call = {"index": 0, "function": {"arguments": arguments, **more}}
    return piece("").replace(b'"content": ""', b'"tool_calls": [%s]' % json.dumps(call, ensure_ascii=False).encode())


async def test_arguments_of_a_call_go_the_same_way(tmp_path: Path, at_once: list[bytes]) -> None:
    heard = asyncio.Semaphore(1)
    arguments = ['{"', 'city": "', "Zürich\\n", '", "', 'said": "', '\\"', "Grüezi", '"}']
    events = [called("", name="look"), *map(called, arguments)]

    async def say(peer: Peer) -> None:
        for event in (*events, END):
            await heard.acquire()
            await peer.send(chunk(event))

    async with models_by_provider(streaming(say), tmp_path) as (gateway, reader):
        for event in events:
            assert await reader.readuntil(b"\n\n\r\n") == chunk(event)
            heard.release()
        assert (await reader.readuntil(LAST_CHUNK)).count(b"[DONE]") == 1
        assert at_once == events[2:], "from the second piece of them the pattern is learned"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["output_tokens"]) == ("ok", 40)


async def test_an_old_client_gets_no_chunks(tmp_path: Path, at_once: list[bytes]) -> None:
    async def say(peer: Peer) -> None:
        for event in (*map(piece, WORDS), END):
            await peer.send(chunk(event))
            await asyncio.sleep(0.002)

    async with models_by_provider(streaming(say), tmp_path, version=b"1.0") as (_, reader):
        assert await reader.read() == b"".join(map(piece, WORDS)) + END
    assert at_once == []


async def test_a_client_that_does_not_read_holds_the_provider_back(tmp_path: Path, at_once: list[bytes]) -> None:
    """In events of 64 kB, so that buffers are full soon."""
    events, sent, stuck = [*[piece("words " * 10_000)] * 120, END], 0, asyncio.Event()

    async def say(peer: Peer) -> None:
        nonlocal sent
        peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        for sent, event in enumerate(events):  # noqa: B007  is looked at below
            sending = asyncio.ensure_future(peer.send(chunk(event)))
            if not (await asyncio.wait({sending}, timeout=0.5))[0]:
                stuck.set()
            await sending

    async with models_by_provider(streaming(say), tmp_path) as (_, reader):
        await stuck.wait()
        assert at_once, "until then it took the fast path"
        assert sent < len(events) // 2
        parts: list[bytes] = []
        while size := int(await reader.readline(), 16):
            parts.append((await reader.readexactly(size + 2))[:size])
        assert b"".join(parts) == b"".join(events)
