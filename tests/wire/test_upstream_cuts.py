"""An answer cut short is an error, whatever cut it; it never looks like a proper end."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref

import pytest

from gateway.errors import UpstreamCut, UpstreamError, UpstreamNonsense, UpstreamUnreachable
from gateway.providers.arriving_body import ArrivingBody
from gateway.providers.transport import Upstream
from tests.support.upstreams import ask, limits, post
from tests.support.waiting import until
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, answering, chunk, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio


async def test_reset_in_the_middle_of_a_stream(open_upstream: OpenUpstream) -> None:
    first = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"data: 1\n\n"))
        await first.wait()
        peer.reset()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(200):
            first.clear()
            answer = await upstream.send(post(), limits())
            with pytest.raises(UpstreamCut):
                async for _event in answer.chunks():
                    first.set()
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0


@pytest.mark.parametrize("end", ["finish", "reset"])
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(CHUNKED_HEAD + b"ff\r\nabc", id="in a chunk"),
        pytest.param(CHUNKED_HEAD + chunk(b"abc"), id="between chunks"),
        pytest.param(CHUNKED_HEAD + chunk(b"abc") + b"0\r\n", id="in the last chunk"),
        pytest.param(CHUNKED_HEAD, id="after the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", id="short of its length"),
    ],
)
async def test_end_before_the_end(open_upstream: OpenUpstream, part: bytes, end: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(part)
        getattr(peer, end)()
        await peer.gone()

    async with serving(script) as server:
        with pytest.raises(UpstreamCut) as caught:
            await ask(open_upstream(server.origin))
        assert caught.value.worked


class Kept:
    """Something of whoever asked."""


async def test_who_asked_is_forgotten_though_the_failure_of_the_answer_is_kept(open_upstream: OpenUpstream) -> None:
    """A connection and its body hold how they ended for as long as the loop holds them."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        peer.reset()

    async def asked(upstream: Upstream) -> tuple[ArrivingBody, weakref.ref[Kept]]:
        kept = Kept()
        answer = await upstream.send(post(), limits())
        try:
            await anext(answer.chunks())
        except UpstreamCut:
            body: ArrivingBody = answer._body  # type: ignore[attr-defined]
            return body, weakref.ref(kept)
        raise AssertionError("it was cut")

    async with serving(script) as server:
        body, kept = await asked(open_upstream(server.origin))
        await asyncio.sleep(0)  # the loop holds what woke this task until it gives way
        gc.collect()
        assert body.broken
        assert kept() is None


async def test_reset_of_a_body_without_length(open_upstream: OpenUpstream) -> None:
    """Such a body ends with the connection; only FIN is an end."""
    first = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
        await first.wait()
        peer.reset()

    async with serving(script) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        got = []
        with pytest.raises(UpstreamCut):
            async for piece in answer.chunks():
                got.append(piece)
                first.set()
        assert got == [b"abc"]


async def test_what_came_before_the_cut_is_handed_out(open_upstream: OpenUpstream) -> None:
    """Also to a reader that comes late: the last events may hold the usage."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"data: 1\n\n") + chunk(b"data: [DONE]\n\n"))
        peer.finish()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(), limits())
        await server.until(lambda: server.open == 0)
        await until(lambda: upstream.open_connections == 0)
        got = b""
        with pytest.raises(UpstreamCut):
            async for piece in answer.chunks():
                got += piece
        assert got == b"data: 1\n\ndata: [DONE]\n\n"


async def test_broken_chunk_wakes_the_reader(open_upstream: OpenUpstream) -> None:
    first = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"abc"))
        await first.wait()
        await peer.send(b"zz\r\nnonsense\r\n")
        await peer.gone()

    async with serving(script) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        with pytest.raises(UpstreamCut):
            async for _piece in answer.chunks():
                first.set()
        await server.until(lambda: server.open == 0)


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"SSH-2.0-OpenSSH_9\r\n\r\n", id="other protocol"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nBad Header\x00: a\r\n\r\n", id="header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"v" * 200_000 + b"\r\n\r\n", id="endless header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: v\r\n" * 5000 + b"\r\n", id="endless headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n", id="null"),
    ],
)
async def test_malformed_head(open_upstream: OpenUpstream, nonsense: bytes) -> None:
    async with serving(answering(nonsense)) as server:
        with pytest.raises(UpstreamNonsense) as caught:
            await ask(open_upstream(server.origin))
        assert caught.value.worked
        await server.until(lambda: server.open == 0)


@pytest.mark.parametrize("end", ["finish", "reset"])
@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
async def test_no_answer(open_upstream: OpenUpstream, end: str, part: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(part)
        getattr(peer, end)()
        await peer.gone()

    async with serving(script) as server:
        with pytest.raises(UpstreamError) as caught:
            await ask(open_upstream(server.origin))
        assert isinstance(caught.value, UpstreamCut | UpstreamNonsense)
        assert caught.value.worked
        assert len(server.requests) == 1


async def test_answer_before_the_request_was_read(open_upstream: OpenUpstream) -> None:
    """A refusal that does not wait for a long body reaches the caller."""

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(body=b"x" * 20_000_000), limits())
        assert (answer.status, await answer.read(10)) == (413, b"big")
        answer.close()
        await server.until(lambda: server.open == 0)


async def test_nobody_listens(open_upstream: OpenUpstream) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        upstream = open_upstream(f"http://127.0.0.1:{taken.getsockname()[1]}")
        for _ in range(3):
            with pytest.raises(UpstreamUnreachable) as caught:
                await ask(upstream)
            assert not caught.value.worked


@pytest.mark.fault("D14")
async def test_name_does_not_resolve(open_upstream: OpenUpstream) -> None:
    with pytest.raises(UpstreamUnreachable):
        await ask(open_upstream("http://nowhere.invalid"))


async def test_errors_quote_nothing(open_upstream: OpenUpstream) -> None:
    """Neither the provider's bytes nor our header, path or address; nor do they drag along what does."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send((b"secret-word", CHUNKED_HEAD + b"secret-word")[peer.number % 2])
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        for _ in range(2):
            with pytest.raises(UpstreamError) as caught:
                await ask(upstream, post("/secret-word", b"secret-word", (("Authorization", "secret-word"),)))
            assert "secret-word" not in str(caught.value)
            assert str(server.port) not in str(caught.value)
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None


async def test_pool_survives_every_cut(open_upstream: OpenUpstream) -> None:
    """One place in the pool, and every second call goes wrong."""

    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number % 2:
            await peer.send(OK)
        else:
            await peer.send(
                (b"nonsense\r\n\r\n", CHUNKED_HEAD + b"1\r\n", b"", CHUNKED_HEAD + LAST_CHUNK[:2])[peer.number % 4]
            )
        peer.finish()

    async with serving(script) as server:
        upstream = open_upstream(server.origin, max_connections=1)
        for _ in range(20):
            with pytest.raises(UpstreamError):
                await ask(upstream)
            assert await ask(upstream) == b"ok"


async def test_an_answer_that_was_let_go_unread_does_not_look_like_a_whole_one(open_upstream: OpenUpstream) -> None:
    async with serving(answering(OK)) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        await until(lambda: answer._body.complete)  # type: ignore[attr-defined]
        answer.close()
        with pytest.raises(UpstreamCut):
            await answer.read(100)
