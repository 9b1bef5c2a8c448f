"""Providers that answer with what no dialect allows: spoiled streams, and usage that cannot be."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.core.calls import FAILED
from gateway.core.policy import Timeouts
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.wire_server import CHUNKED_HEAD, Peer, WireServer
from tests.support.wire_server import chunk as wire_chunk
from tests.support.wire_server import serving as wire_serving

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"


class Provider:
    """Answers everything with `body`; a stream where it does not begin as JSON."""

    def __init__(self) -> None:
        self.body = b""
        self.wire: WireServer | None = None

    async def script(self, peer: Peer) -> None:
        while True:
            await peer.request()
            kind = b"application/json" if self.body.startswith(b"{") else b"text/event-stream"
            head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(self.body))
            await peer.send(head + self.body)


@asynccontextmanager
async def answered(folder: Path) -> AsyncIterator[tuple[Provider, RunningGateway, httpx.AsyncClient]]:
    provider = Provider()
    async with wire_serving(provider.script) as wire:
        policy = policy_for(wire.origin, timeouts=Timeouts(connect=2, first_byte=5, idle=2, total=10))
        async with serving(policy, folder) as gateway:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=20) as client:
                yield provider, gateway, client


def chunk(**members: Any) -> bytes:
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**base, **members}).encode() + b"\n\n"


def says(text: str, reason: str | None = None) -> bytes:
    return chunk(choices=[{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": reason}])


WHOLE = says("Grüezi") + says(" mitenand") + says("", "stop") + b"data: [DONE]\n\n"

MALFORMED: dict[str, bytes] = {
    "JSON that is not": says("a") + b"data: {\n\n" + WHOLE,
    "an unknown event": b"event: surprise\ndata: {}\n\n" + WHOLE,
    "no [DONE]": WHOLE.removesuffix(b"data: [DONE]\n\n"),
    "ended twice": WHOLE + WHOLE,
    "CRLF and LF": WHOLE.replace(b"\n\n", b"\r\n\r\n", 1),
    "5 MiB in one event": says("x" * 5 * 2**20) + WHOLE,
    "a NUL": says("a\0b") + b"\0" + WHOLE,
    "a BOM": b"\xef\xbb\xbf" + WHOLE,
    "Latin-1": WHOLE.replace("ü".encode(), b"\xfc"),
    "nothing but comments": b": hello\n\n" * 3,
    "an array": b"data: [1, 2]\n\n" + WHOLE,
    "choices that are none": chunk(choices="no") + WHOLE,
}


async def ask(client: httpx.AsyncClient, *, stream: bool, path: str = CHAT) -> httpx.Response:
    body = {"model": "openai/m", "stream": stream, "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}
    return await client.post(path, json=body, headers={"anthropic-version": "2023-06-01"})


def sound(answer: httpx.Response) -> None:
    """A provider's answer or one of its failures; never a defect of ours."""
    assert answer.status_code in (200, 502, 503, 504), answer.text
    assert "internal_error" not in answer.text


@pytest.mark.fault("D8")
async def test_malformed_streams_are_relayed_or_refused(tmp_path: Path) -> None:
    async with answered(tmp_path) as (provider, gateway, client):
        for body in MALFORMED.values():
            provider.body = body
            for path in (CHAT, "/v1/messages"):  # relayed, and translated
                sound(await ask(client, stream=True, path=path))
        provider.body = WHOLE
        told = await ask(client, stream=True)
        assert told.content.endswith(b"data: [DONE]\n\n")
        rows = await gateway.usage_rows()
        own = [row for row in rows if FAILED not in row["request_id"]]  # what broke off at once was tried once more
        assert len(own) == 2 * len(MALFORMED) + 1
        assert not [row for row in rows if row["status"] == "failed"]


@pytest.mark.fault("D6")
@pytest.mark.parametrize("then", ["silence", "reset"])
async def test_what_the_provider_has_ended_needs_no_end_of_its_connection(then: str, tmp_path: Path) -> None:
    """A proxy before the provider holds the connection open behind `[DONE]`, or breaks it there."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + wire_chunk(WHOLE))
        if then == "reset":
            peer.reset()
        await peer.gone()

    async with wire_serving(script) as wire:
        policy = policy_for(wire.origin, timeouts=Timeouts(connect=2, first_byte=60, idle=60, total=60))
        async with serving(policy, tmp_path) as gateway:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=30) as client:
                streamed = await ask(client, stream=True)
                whole = await ask(client, stream=False)
            rows = await gateway.usage_rows()
    assert streamed.content == WHOLE
    assert whole.json()["choices"][0]["message"]["content"] == "Grüezi mitenand"
    assert [(row["status"], row["error_code"]) for row in rows] == [("ok", None), ("ok", None)]


async def spoil(folder: Path, times: int, seed: int) -> str:
    draw = random.Random(seed)
    seen: Counter[int] = Counter()
    async with answered(folder) as (provider, _, client):
        for _ in range(times):
            body = bytearray(WHOLE)
            for _ in range(draw.randrange(1, 6)):
                at = draw.randrange(len(body))
                match draw.randrange(4):
                    case 0:
                        body[at] = draw.randrange(256)
                    case 1:
                        del body[at : at + draw.randrange(30)]
                    case 2:
                        body[at:at] = draw.randbytes(draw.randrange(1, 20))
                    case _:
                        body[at:at] = body[: draw.randrange(80)]
            provider.body = bytes(body)
            answer = await ask(client, stream=True, path=draw.choice([CHAT, "/v1/messages"]))
            sound(answer)
            seen[answer.status_code] += 1
    return f"{times} spoiled streams, 0 internal errors, 0 hangs"


@pytest.mark.fault("D8")
async def test_spoiled_streams_never_meet_a_defect(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", await spoil(tmp_path, 200, 1))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.fault("D8")
async def test_many_spoiled_streams_never_meet_a_defect(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", await spoil(tmp_path, 20_000, 2))


USAGES: tuple[Any, ...] = (
    None,
    {},
    {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    {"prompt_tokens": -5, "completion_tokens": -7, "total_tokens": -12},
    {"prompt_tokens": 2**63, "completion_tokens": 2**63, "total_tokens": 2**64},
    {"prompt_tokens": 1.5, "completion_tokens": 2.5, "total_tokens": 4.0},
    {"prompt_tokens": "3", "completion_tokens": "4", "total_tokens": "7"},
    {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 9_999},
    {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "prompt_tokens_details": {"cached_tokens": 50}},
    "plenty",
    [1],
)


@pytest.mark.fault("D10")
@pytest.mark.parametrize("stream", [False, True])
async def test_usage_that_cannot_be_is_never_charged_below_nought(stream: bool, tmp_path: Path) -> None:
    async with answered(tmp_path) as (provider, gateway, client):
        for usage in USAGES:
            if stream:
                reports = chunk(choices=[], usage=usage)
                provider.body = says("fine") + says("", "stop") + reports + reports + b"data: [DONE]\n\n" + reports
            else:
                message = {"role": "assistant", "content": "fine"}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
                provider.body = json.dumps({**whole, "usage": usage}).encode()
            sound(await ask(client, stream=stream))
        rows = await gateway.usage_rows()
        assert len(rows) == len(USAGES)
        for row in rows:
            assert row["status"] != "failed"
            assert 0 <= row["input_tokens"] < 10**9, row["input_tokens"]
            assert 0 <= row["output_tokens"] < 10**9, row["output_tokens"]
            assert (row["cost_nano"] or 0) >= 0
