"""How answers are framed: one that comes whole leaves in one segment, head and body; what has no body still gets its
head; who knows no chunks gets none.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.providers.simulated.server import serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

DATA_SEGMENTS_IN = 152
"""Where Linux's tcp_info tells how many segments with data have come."""
CHAT = json.dumps({"model": "openai/m", "messages": [{"role": "user", "content": "hi"}]}).encode()


class Caller:
    """One connection, asked one thing after the other."""

    def __init__(self, gateway: RunningGateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.key = gateway.key.encode()
        self.reader = reader
        self.writer = writer

    @property
    def segments(self) -> int:
        told = self.writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        (count,) = struct.unpack_from("I", told, DATA_SEGMENTS_IN)
        return int(count)

    async def head(self) -> bytes:
        async with asyncio.timeout(10):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def ask(self, line: bytes, body: bytes = b"", *more: bytes) -> tuple[bytes, bytes]:
        """(head, body) of the answer."""
        fields = [b"host: a", b"authorization: Bearer " + self.key, b"content-length: %d" % len(body), *more]
        self.writer.write(line + b" HTTP/1.1\r\n" + b"\r\n".join(fields) + b"\r\n\r\n" + body)
        head = await self.head()
        [length] = [int(field[16:]) for field in head.split(b"\r\n") if field.startswith(b"content-length: ")]
        async with asyncio.timeout(10):
            return head, b"" if line.startswith(b"HEAD") else await self.reader.readexactly(length)


@pytest_asyncio.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url), tmp_path) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield Caller(gateway, reader, writer)
        writer.close()
    await provider.close()


async def test_a_whole_answer_is_one_segment(caller: Caller) -> None:
    asked = [
        (b"POST /v1/chat/completions", CHAT, b"200"),
        (b"GET /v1/models", b"", b"200"),
        (b"POST /v1/chat/completions", b"{", b"400"),
        (b"POST /nowhere", b"", b"404"),
        (b"GET /health/live", b"", b"200"),
    ]
    for line, body, status in asked:
        before = caller.segments
        head, _ = await caller.ask(line, body)
        assert (head.split(b" ", 2)[1], caller.segments - before) == (status, 1), line


async def test_a_head_without_a_body_is_sent(caller: Caller) -> None:
    for _ in range(2):
        head, _ = await caller.ask(b"HEAD /")
        assert head.startswith(b"HTTP/1.1 200 ")
    head, told = await caller.ask(b"GET /v1/models")
    assert (head.split(b" ", 2)[1], json.loads(told)["object"]) == (b"200", "list")


async def test_who_is_told_to_go_on_is_told_at_once(caller: Caller) -> None:
    fields = b"host: a\r\nauthorization: Bearer " + caller.key + b"\r\ncontent-length: %d\r\n" % len(CHAT)
    caller.writer.write(b"POST /v1/chat/completions HTTP/1.1\r\n" + fields + b"expect: 100-continue\r\n\r\n")
    assert await caller.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
    caller.writer.write(CHAT)
    assert (await caller.head()).startswith(b"HTTP/1.1 200 ")


async def test_answers_to_requests_that_came_together_come_one_by_one(caller: Caller) -> None:
    one = b"GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization: Bearer " + caller.key + b"\r\n\r\n"
    caller.writer.write(one * 3)
    for _ in range(3):
        head = await caller.head()
        [length] = [int(field[16:]) for field in head.split(b"\r\n") if field.startswith(b"content-length: ")]
        assert json.loads(await caller.reader.readexactly(length))["object"] == "list"


@pytest.mark.parametrize("stream", [False, True])
async def test_who_speaks_http_1_0_gets_the_answer_as_it_is_up_to_the_end_of_the_connection(
    caller: Caller, stream: bool
) -> None:
    body = json.dumps({**json.loads(CHAT), "stream": stream}).encode()
    fields = [b"authorization: Bearer " + caller.key, b"content-length: %d" % len(body)]
    caller.writer.write(b"POST /v1/chat/completions HTTP/1.0\r\n" + b"\r\n".join(fields) + b"\r\n\r\n" + body)
    head = await caller.head()
    async with asyncio.timeout(10):
        answer = await caller.reader.read()
    assert head.startswith(b"HTTP/1.1 200 ")
    assert (b"transfer-encoding" in head.lower(), b"connection: close" in head.lower()) == (False, True)
    if stream:
        events = answer.split(b"\n\n")
        assert events[-2:] == [b"data: [DONE]", b""]
        assert all(json.loads(event.removeprefix(b"data: "))["choices"] for event in events[:-2])
    else:
        assert json.loads(answer)["choices"]
