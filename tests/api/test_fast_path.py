"""A stream's pieces of text reach the client as they come, one by one and byte for byte, whoever is woken for them; and
a client that does not read holds the provider back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import msgspec
import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from gateway.api import connection
from gateway.core.limits import Quotas
from gateway.core.policy import Policy
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, AnswerAction, PrivacyChoice, RuleSet
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
    script: Script,
    folder: Path,
    version: bytes = b"1.1",
    asked: bytes = ASKED,
    under: Callable[[Policy], Policy] = lambda policy: policy,
) -> AsyncIterator[tuple[RunningGateway, asyncio.StreamReader]]:
    """A gateway before a provider of this script, and what it answers behind the head."""
    async with serving(script) as provider, running(under(policy_for(provider.origin)), folder) as gateway:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.connect(("127.0.0.1", int(gateway.url.rpartition(":")[2])))
        reader, writer = await asyncio.open_connection(sock=client)
        head = b"POST /v1/chat/completions HTTP/%s\r\nhost: a\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n\r\n"
        writer.write(head % (version, gateway.key.encode(), len(asked)) + asked)
        async with asyncio.timeout(20):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            yield gateway, reader
        writer.close()


def streaming(say: Callable[[Peer], Awaitable[None]], asked: Callable[[bytes], object] = bytes) -> Script:
    """A provider that answers calls so, and hangs up on who asks how it is. `asked` is told what it was asked."""

    async def script(peer: Peer) -> None:
        request = await peer.request()
        if request.target.startswith(("/openai/", "/anthropic/", "/gemini/")):
            asked(request.body)
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


async def test_several_that_come_at_once_go_at_once(tmp_path: Path, at_once: list[bytes]) -> None:
    heard = asyncio.Semaphore(1)
    reads = [*map(piece, WORDS[:2]), *(b"".join(map(piece, WORDS[at : at + 3])) for at in range(2, 20, 3))]

    async def say(peer: Peer) -> None:
        for read in (*reads, END):
            await heard.acquire()
            await peer.send(chunk(read))

    async with models_by_provider(streaming(say), tmp_path) as (gateway, reader):
        for read in reads:
            assert await reader.readexactly(len(chunk(read))) == chunk(read)
            heard.release()
        assert (await reader.readuntil(LAST_CHUNK)).count(b"[DONE]") == 1
        assert at_once == reads[2:], "from the second the pattern is learned"
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


def ruled(answers: AnswerAction = "allow") -> Callable[[Policy], Policy]:
    rules = RuleSet(name="house", cloud=dict(CLOUD), sovereign=dict(SOVEREIGN), answers=answers)

    def under(policy: Policy) -> Policy:
        demo = msgspec.structs.replace(policy.teams["demo"], pii=PrivacyChoice("house"))
        return msgspec.structs.replace(policy, pii={"house": rules}, teams={"demo": demo})

    return under


ADDRESS = "anna.keller@example.org"
ASKED_OF_SOMEBODY = ASKED.replace(b'"hi"', b'"Write to %s"' % ADDRESS.encode())


async def test_values_take_their_tokens_places_on_it(tmp_path: Path, at_once: list[bytes]) -> None:
    """And what a text holds back goes out before it ends."""
    asked: list[bytes] = []
    heard = asyncio.Semaphore(1)

    def pieces(address: str) -> list[str]:
        return ["I write to ", *(address[at : at + 5] for at in range(0, len(address), 5)), " now", ",\n", '"A', "NNA"]

    async def say(peer: Peer) -> None:
        [token] = set(re.findall(r"EMAIL_\w+", asked[0].decode()))
        for event in (*map(piece, pieces(token)), END):
            await heard.acquire()
            await peer.send(chunk(event))

    script = streaming(say, asked.append)
    async with models_by_provider(script, tmp_path, asked=ASKED_OF_SOMEBODY, under=ruled()) as (gateway, reader):
        said = b""
        while not said.endswith(LAST_CHUNK):
            said += await reader.readuntil(b"\r\n")
            if said.endswith(b"\n\n\r\n"):
                heard.release()
        assert "".join(texts_of(said)) == "".join(pieces(ADDRESS))
        assert "".join(texts_of(b"".join(at_once))).startswith(f"{ADDRESS} now")
        assert len(at_once) == len(pieces("EMAIL_k7f3q2")) - 2, "from the second the pattern is learned"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["output_tokens"]) == ("ok", 40)


def event_of_claude(**told: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (str(told["type"]).encode(), json.dumps(told).encode())


def answer_of_claude(*texts: str) -> list[bytes]:
    """A text a piece, between an event before them and one behind."""
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
    used = {"input_tokens": 7, "output_tokens": 40}
    start = event_of_claude(type="message_start", message={**message, "usage": used})
    start += event_of_claude(type="content_block_start", index=0, content_block={"type": "text", "text": ""})
    said = [{"type": "text_delta", "text": text} for text in texts]
    stopped = {"stop_reason": "end_turn", "stop_sequence": None}
    end = event_of_claude(type="content_block_stop", index=0)
    end += event_of_claude(type="message_delta", delta=stopped, usage={"output_tokens": 40})
    end += event_of_claude(type="message_stop")
    return [start, *[event_of_claude(type="content_block_delta", index=0, delta=delta) for delta in said], end]


async def test_and_where_another_dialect_is_spoken(tmp_path: Path, at_once: list[bytes]) -> None:
    asked: list[bytes] = []

    async def say(peer: Peer) -> None:
        [token] = set(re.findall(r"EMAIL_\w+", asked[0].decode()))
        for event in answer_of_claude("I ", "write ", "to ", token[:9], token[9:], ", ", "soon ", "EM"):
            await peer.send(chunk(event))
            await asyncio.sleep(0.01)

    script, claude = streaming(say, asked.append), ASKED_OF_SOMEBODY.replace(b"openai/m", b"claude/m")
    async with models_by_provider(script, tmp_path, asked=claude, under=ruled()) as (gateway, reader):
        said = await reader.readuntil(LAST_CHUNK)
        assert "".join(texts_of(said)) == f"I write to {ADDRESS}, soon EM"
        assert at_once
        assert all(at_once), "what is held back whole is no piece"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["output_tokens"]) == ("ok", 40)


@pytest.mark.parametrize(("provider", "rules"), [("openai", True), ("claude", True), ("claude", False)])
async def test_what_a_slow_client_waits_for_is_changed_and_told_once(
    provider: str, rules: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece that is not taken goes through the pipeline, and nobody has done anything with it before."""
    asked: list[bytes] = []
    flows: list[FlowControl] = []
    make, waits = connection._Pieces.__init__, asyncio.Event()

    def make_and_keep(way: connection._Pieces, transport: asyncio.Transport, flow: FlowControl) -> None:
        flows.append(flow)
        make(way, transport, flow)

    async def drain(flow: FlowControl) -> None:
        waits.set()
        await flow._is_writable_event.wait()

    monkeypatch.setattr(connection._Pieces, "__init__", make_and_keep)
    monkeypatch.setattr(FlowControl, "drain", drain)

    async def say(peer: Peer) -> None:
        [token] = set(re.findall(r"EMAIL_\w+", asked[0].decode())) or {ADDRESS}
        texts = ["I ", "write ", "to ", token[:9], token[9:] + " and to nobody else", ", ", "soon"]
        events = [*map(piece, texts), END] if provider == "openai" else answer_of_claude(*texts)
        for event in events:
            if b"nobody" in event:
                flows[-1].pause_writing()
            await peer.send(chunk(event))
            if b"nobody" in event:
                await waits.wait()
                flows[-1].resume_writing()
            await asyncio.sleep(0.01)  # so that each is read alone

    script, body = streaming(say, asked.append), ASKED_OF_SOMEBODY.replace(b"openai/m", f"{provider}/m".encode())
    under = ruled() if rules else lambda policy: policy
    async with models_by_provider(script, tmp_path, asked=body, under=under) as (gateway, reader):
        said = await reader.readuntil(LAST_CHUNK)
        assert "".join(texts_of(said)) == f"I write to {ADDRESS} and to nobody else, soon"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["output_tokens"]) == ("ok", 40)


def counted_piece(number: int, read: int = 7) -> bytes:
    candidate = {"content": {"parts": [{"text": f"word {number} "}], "role": "model"}, "index": 0}
    said = 400 + number
    used = {"promptTokenCount": read, "candidatesTokenCount": said, "totalTokenCount": read + said}
    told = {"candidates": [candidate], "usageMetadata": used, "modelVersion": "m", "responseId": "r"}
    return b"data: " + json.dumps(told).encode() + b"\r\n\r\n"


async def test_what_gemini_told_on_it_is_booked_where_the_answer_breaks_off(
    tmp_path: Path, at_once: list[bytes]
) -> None:
    async def say(peer: Peer) -> None:
        for number in range(6):
            await peer.send(chunk(counted_piece(number)))
            await asyncio.sleep(0.01)

    gemini = ASKED.replace(b"openai/m", b"gemini/m")
    async with models_by_provider(streaming(say), tmp_path, asked=gemini) as (gateway, reader):
        said = await reader.readuntil(LAST_CHUNK)
        assert "".join(texts_of(said)) == "".join(f"word {number} " for number in range(6))
        assert at_once[-1].find(b"word 5") >= 0, "the last piece took the fast path"
        (row,) = await gateway.usage_rows()
        assert (row["status"], row["input_tokens"], row["output_tokens"]) == ("upstream_cut", 7, 405)


async def test_and_taken_from_the_minutes_tokens(tmp_path: Path) -> None:
    async def say(peer: Peer) -> None:
        for number in range(6):
            await peer.send(chunk(counted_piece(number, read=70_000)))

    def within(policy: Policy) -> Policy:
        team = msgspec.structs.replace(policy.teams["demo"], quotas=Quotas(tokens_per_minute=100_000))
        return msgspec.structs.replace(policy, teams={"demo": team})

    gemini = ASKED.replace(b"openai/m", b"gemini/m")
    async with models_by_provider(streaming(say), tmp_path, asked=gemini, under=within) as (gateway, reader):
        await reader.readuntil(LAST_CHUNK)
        await gateway.gateway.limits.drain()
        headers = {"authorization": f"Bearer {gateway.key}"}
        path = f"{gateway.url}/v1/chat/completions"
        async with aiohttp.ClientSession() as session, session.post(path, data=gemini, headers=headers) as second:
            assert 10_000 < int(second.headers["x-ratelimit-remaining-tokens"]) < 31_000


def texts_of(stream: bytes) -> list[str]:
    told = [json.loads(data) for data in re.findall(rb"^data: (\{.*)$", stream, re.MULTILINE)]
    return [choice["delta"].get("content", "") for one in told for choice in one.get("choices", ())]


async def test_what_the_rules_block_ends_the_answer_where_it_comes_on_it(tmp_path: Path, at_once: list[bytes]) -> None:
    heard = asyncio.Semaphore(1)
    texts = ["Ask ", "him ", "or ", "her ", "by ", "berta.meier@", "example.org ", "soon ", "."]

    async def say(peer: Peer) -> None:
        for text in texts:
            await heard.acquire()
            await peer.send(chunk(piece(text)))

    script = streaming(say)
    async with models_by_provider(script, tmp_path, asked=ASKED_OF_SOMEBODY, under=ruled("block")) as (gateway, reader):
        said = b""
        while not said.endswith(LAST_CHUNK):
            said += await reader.readuntil(b"\r\n")
            if said.endswith(b"\n\n\r\n"):
                heard.release()
        assert at_once
        assert "".join(texts_of(said)).startswith("Ask him or her by")
        assert b"berta" not in said
        assert b'"code":"personal_data"' in said
        (row,) = await gateway.usage_rows()
        assert row["error_code"] == "personal_data"
