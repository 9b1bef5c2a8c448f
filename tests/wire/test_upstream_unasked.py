"""Bytes that nobody asked for are never taken for an answer, whenever they come while nothing is asked.

A provider, or somebody between, that writes ahead would otherwise choose what the next caller reads: perhaps another
team. (What arrives while the next request is under way is, in HTTP/1.1, its answer.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gateway.errors import UpstreamCut
from gateway.providers.transport import UpstreamRequest
from tests.support.upstreams import ask, get, limits, post
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, answering, chunk, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
TIMES = 30


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((OK,), id="length"),
        pytest.param((CHUNKED_HEAD + chunk(b"ok") + LAST_CHUNK,), id="chunks"),
        pytest.param((CHUNKED_HEAD + chunk(b"o"), chunk(b"k") + LAST_CHUNK), id="last part"),
    ],
)
@pytest.mark.parametrize(
    "unasked",
    [
        pytest.param(FORGED, id="whole"),
        pytest.param(FORGED * 3, id="three"),
        pytest.param(FORGED[:9], id="beginning"),
        pytest.param(FORGED[:45], id="half"),
    ],
)
async def test_in_the_same_write(open_upstream: OpenUpstream, answer: tuple[bytes, ...], unasked: bytes) -> None:
    """The answer itself is good; the connection is not."""

    async def script(peer: Peer) -> None:
        await peer.request()
        *first, last = answer
        for part in first:
            await peer.send(part)
            await asyncio.sleep(0.005)
        await peer.send(last + unasked)
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(TIMES):
            assert await ask(upstream) == b"ok"
        assert server.accepted == TIMES
        await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("unasked", [FORGED, FORGED[:9], b"x", b"\r\n"], ids=["whole", "beginning", "junk", "line"])
async def test_later_on_the_idle_connection(open_upstream: OpenUpstream, unasked: bytes) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await go.wait()
        await peer.send(unasked)
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(TIMES):
            go.clear()
            assert await ask(upstream) == b"ok"
            go.set()
            await server.until(lambda: server.open == 0)
        assert server.accepted == TIMES


@pytest.mark.parametrize("act", [lambda peer: peer.writer.write(FORGED), Peer.finish_now], ids=["bytes", "end"])
async def test_in_the_moment_before_the_next_request(open_upstream: OpenUpstream, act: Callable[[Peer], None]) -> None:
    """Bytes, or the connection's end, are in the socket, and the loop has not looked yet when it is wanted again."""
    peers: list[Peer] = []

    async def script(peer: Peer) -> None:
        peers.append(peer)
        while True:
            await peer.request()
            await peer.send(OK)

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(TIMES):
            assert await ask(upstream) == b"ok"
            act(peers[-1])
        assert server.accepted == TIMES
        assert len(server.requests) == TIMES


async def test_behind_an_answer_let_go(open_upstream: OpenUpstream) -> None:
    """What the reader left in an answer is not there for the next call."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + FORGED)
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin, 1)
        for _ in range(TIMES):
            answer = await upstream.send(post(), limits())
            assert answer.headers["content-length"] == "900"
            answer.close()
        assert server.accepted == TIMES


async def test_connection_that_ends_while_idle(open_upstream: OpenUpstream) -> None:
    """The provider closes what it does not need any more: no call ever notices."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        peer.finish()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(TIMES):
            assert await ask(upstream) == b"ok"
            await server.until(lambda: server.open == 0)
        assert server.accepted == TIMES


@pytest.mark.parametrize("request_", [post(), get()], ids=["POST", "GET"])
@pytest.mark.parametrize("end", ["finish", "reset"])
async def test_lost_on_a_kept_connection_is_not_sent_twice(
    open_upstream: OpenUpstream, request_: UpstreamRequest, end: str
) -> None:
    """It may have been worked on: only the caller knows whether to ask again."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.request()
        getattr(peer, end)()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for number in range(1, 6):
            assert await ask(upstream, request_) == b"ok"
            with pytest.raises(UpstreamCut) as caught:
                await ask(upstream, request_)
            assert caught.value.worked
            assert len(server.requests) == 2 * number
            assert server.accepted == number


async def test_connections_are_kept(open_upstream: OpenUpstream) -> None:
    """The other side of it all: a well-behaved connection serves every call."""
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin)
        for _ in range(50):
            assert await ask(upstream) == b"ok"
        assert server.accepted == 1
        assert upstream.open_connections == 1
