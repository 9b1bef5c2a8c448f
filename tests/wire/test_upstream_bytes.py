"""What is given goes out, what comes is given: no header, cookie, redirect, proxy or decompression in between."""

from __future__ import annotations

import asyncio
import gzip
import random

import pytest

from gateway.errors import UpstreamNonsense
from gateway.providers.transport import UpstreamRequest
from tests.support.upstreams import ask, get, limits, post
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, answering, chunk, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio


async def test_request_head_is_what_was_given(open_upstream: OpenUpstream) -> None:
    """Case and order kept, Host put first and Content-Length last: nothing else."""
    headers = (("x-ODD-case", "1"), ("Authorization", "Bearer k"), ("accept-encoding", "gzip, br"), ("x-odd-case", "2"))
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin)
        await ask(upstream, post("/v1/m%2Fodel:run?alt=sse&a=%20b", b"\x00\xffbody", headers))
        assert server.requests[0].head == (
            b"POST /v1/m%2Fodel:run?alt=sse&a=%20b HTTP/1.1\r\n"
            + f"Host: 127.0.0.1:{server.port}\r\n".encode()
            + b"x-ODD-case: 1\r\nAuthorization: Bearer k\r\naccept-encoding: gzip, br\r\nx-odd-case: 2\r\n"
            b"Content-Length: 6\r\n\r\n"
        )
        assert server.requests[0].body == b"\x00\xffbody"
        await ask(upstream, get("/v1/models"))
        assert server.requests[1].head == f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        await ask(upstream, post(body=b"{}", headers=(("content-length", "2"), ("a", "b"))))
        assert server.requests[2].head.endswith(b"\r\ncontent-length: 2\r\na: b\r\n\r\n")
        await ask(upstream, post(body=b"", headers=(("a", "b\tc\u00a0\u00e4"),)))
        assert server.requests[3].head.endswith("\r\na: b\tc\u00a0\u00e4\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/a b", (), id="space"),
        pytest.param("/a\r\nX: y", (), id="line break"),
        pytest.param("/a#b", (), id="fragment"),
        pytest.param("http://elsewhere/", (), id="other origin"),
        pytest.param("/ä", (), id="not quoted"),
        pytest.param("/", (("Content-Length", "3"),), id="wrong length"),
        pytest.param("/", (("host", "elsewhere"),), id="other host"),
        pytest.param("/", (("Transfer-Encoding", "chunked"),), id="own framing"),
        pytest.param("/", (("X-A", "b\r\nX-C: d"),), id="header injection"),
        pytest.param("/", (("X-A: b\nX-C", "d"),), id="injection by name"),
        pytest.param("/", (("X-A", "b\x00"),), id="null"),
        pytest.param("/", (("X-A", "b\x7f"),), id="delete"),
        pytest.param("/", (("X-A", "\ud800"),), id="no text"),
    ],
)
async def test_what_http_cannot_carry_is_not_sent(
    open_upstream: OpenUpstream, path: str, headers: tuple[tuple[str, str], ...]
) -> None:
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin)
        with pytest.raises(ValueError):
            await upstream.send(post(path, b"{}", headers), limits())
        assert server.requests == []
        assert await ask(upstream) == b"ok"


async def test_large_request_arrives_whole(open_upstream: OpenUpstream) -> None:
    body = random.Random(1).randbytes(3_000_000)
    async with serving(answering(OK)) as server:
        assert await ask(open_upstream(server.origin), post(body=body)) == b"ok"
        assert server.requests[0].body == body


async def test_answer_is_byte_exact(open_upstream: OpenUpstream) -> None:
    data = random.Random(2).randbytes(1_000_000)
    sizes = random.Random(3)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        at = 0
        while at < len(data):
            size = sizes.randint(1, 9000)
            await peer.send(chunk(data[at : at + size]))
            at += size
        await peer.send(b"0\r\nX-Trailer: dropped\r\n\r\n")
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + data)  # until the connection ends

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(3):
            assert await ask(upstream) == data
        assert server.accepted == 1


@pytest.mark.fault("D15")
async def test_compressed_answer_is_left_alone(open_upstream: OpenUpstream) -> None:
    body = gzip.compress(b'{"a":1}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with serving(answering(head + body)) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        assert answer.headers["content-encoding"] == "gzip"
        assert await answer.read(1000) == body


async def test_response_headers_are_told_in_one_case(open_upstream: OpenUpstream) -> None:
    head = (
        b"HTTP/1.1 429 Too Many\r\nX-Case: One\r\nx-case: two \t\r\nX-Name: caf\xe9 \xf0\x9f\x98\x80\r\n"
        b"Retry-After: 7\r\nContent-Length: 0\r\n\r\n"
    )
    async with serving(answering(head)) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        assert answer.status == 429
        name = b"caf\xe9 \xf0\x9f\x98\x80".decode("latin-1")
        assert answer.headers == {"x-case": "two", "x-name": name, "retry-after": "7", "content-length": "0"}
        assert await answer.read(10) == b""


async def test_big_response_header(open_upstream: OpenUpstream) -> None:
    value = b"v" * 65536
    async with serving(answering(b"HTTP/1.1 200 OK\r\nX-Big: " + value + b"\r\nContent-Length: 2\r\n\r\nok")) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        assert answer.headers["x-big"] == value.decode()
        assert await answer.read(2) == b"ok"


async def test_cookies_are_not_kept(open_upstream: OpenUpstream) -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: tenant=a; Path=/\r\nContent-Length: 2\r\n\r\nok"
    async with serving(answering(answer)) as server:
        upstream = open_upstream(server.origin)
        await ask(upstream)
        await ask(upstream)
        assert b"cookie" not in server.requests[1].head.lower()


@pytest.mark.fault("D15")
async def test_redirects_are_not_followed(open_upstream: OpenUpstream) -> None:
    async with serving(answering(b"HTTP/1.1 307 R\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")
        answer.close()
        assert [request.target for request in server.requests] == ["/v1/chat/completions"]


async def test_environment_proxies_are_ignored(open_upstream: OpenUpstream, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with serving(answering(OK)) as server:
        assert await ask(open_upstream(server.origin)) == b"ok"


@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints", b"102 Processing"])
async def test_interim_answers_are_passed_over(open_upstream: OpenUpstream, interim: bytes) -> None:
    async def script(peer: Peer) -> None:
        number = 0
        while True:
            await peer.request()
            await peer.send(b"HTTP/1.1 " + interim + b"\r\nLink: </a>\r\n\r\n")
            if number % 2:
                await peer.send(b"HTTP/1.1 " + interim + b"\r\n\r\n")
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)
            number += 1

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        assert [await ask(upstream) for _ in range(4)] == [b"0", b"1", b"2", b"3"]
        assert server.accepted == 1


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n", id="both"),
        pytest.param(b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", id="reversed"),
        pytest.param(b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", id="two lengths"),
        pytest.param(b"Content-Length: +2\r\n\r\nok", id="signed length"),
    ],
)
@pytest.mark.fault("D15")
async def test_ambiguous_framing_is_refused(open_upstream: OpenUpstream, head: bytes) -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\n" + head)) as server:
        with pytest.raises(UpstreamNonsense):
            await ask(open_upstream(server.origin))
        await server.until(lambda: server.open == 0)


async def test_unasked_protocol_change_is_refused(open_upstream: OpenUpstream) -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    async with serving(answering(switch)) as server:
        with pytest.raises(UpstreamNonsense):
            await ask(open_upstream(server.origin))
        await server.until(lambda: server.open == 0)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("POST", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        ("POST", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    ],
)
async def test_answers_without_a_body_keep_the_connection(
    open_upstream: OpenUpstream, method: str, answer: bytes
) -> None:
    async with serving(answering(answer)) as server:
        upstream = open_upstream(server.origin)
        for _ in range(3):
            request = UpstreamRequest(method=method, path="/", headers=())
            assert await ask(upstream, request) == b""
        assert server.accepted == 1


async def test_head_and_every_event_arrive_at_once(open_upstream: OpenUpstream) -> None:
    """The server sends the next piece only when the client has seen the last: buffering anywhere would stall it."""
    seen = asyncio.Semaphore(0)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        for number in range(120):
            await seen.acquire()
            await peer.send(chunk(b"data: %d\n\n" % number))
        await seen.acquire()
        await peer.send(LAST_CHUNK)

    async with serving(script) as server:
        answer = await open_upstream(server.origin).send(post(), limits(idle=3))
        seen.release()
        events = []
        async for event in answer.chunks():
            events.append(event)
            seen.release()
        assert events == [b"data: %d\n\n" % number for number in range(120)]


async def test_read_refuses_more_than_its_limit(open_upstream: OpenUpstream) -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world")) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(), limits())
        with pytest.raises(UpstreamNonsense):
            await answer.read(10)
        answer = await upstream.send(post(), limits())
        assert await answer.read(11) == b"hello world"
