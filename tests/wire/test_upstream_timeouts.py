"""Each limit ends its own kind of silence, in time, as its own error; and none ends what is not silent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from gateway.errors import UpstreamTimedOut, UpstreamUnreachable
from tests.support.upstreams import ask, limits, post
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, answering, chunk, endless, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """No less, but for the resolution of timers, and not as long as any limit that the call has besides."""
    began = monotonic()
    yield
    assert seconds - 0.02 <= monotonic() - began < limits().connect


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port on which the system accepts no more connections, and does not say so."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.settimeout(0.05)
            fillers.append(filler)
            try:
                filler.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        else:
            raise AssertionError("the backlog does not fill")
        try:
            yield port
        finally:
            for filler in fillers:
                filler.close()


async def test_connect(open_upstream: OpenUpstream) -> None:
    with full_backlog() as port:
        upstream = open_upstream(f"http://127.0.0.1:{port}")
        with lasting(0.2), pytest.raises(UpstreamUnreachable) as caught:
            await ask(upstream, timeouts=limits(connect=0.2))
        assert not caught.value.worked
        assert upstream.open_connections == 0


async def test_tls_handshake_counts_as_connecting(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin.replace("http:", "https:"))
        with lasting(0.2), pytest.raises(UpstreamUnreachable) as caught:
            await ask(upstream, timeouts=limits(connect=0.2))
        assert not caught.value.worked
        await server.until(lambda: server.open == 0)


async def test_waiting_for_a_place_in_the_pool(open_upstream: OpenUpstream) -> None:
    async with serving(endless) as server:
        upstream = open_upstream(server.origin, 2)
        held = [await upstream.send(post(), limits()) for _ in range(2)]
        with lasting(0.2), pytest.raises(UpstreamUnreachable) as caught:
            await ask(upstream, timeouts=limits(connect=0.2))
        assert not caught.value.worked
        assert len(server.requests) == 2
        for answer in held:
            answer.close()
        (await upstream.send(post(), limits())).close()


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
async def test_first_byte(open_upstream: OpenUpstream, drip: bytes) -> None:
    """Neither half a head, nor one in drips, nor interim answers are an answer."""

    async def script(peer: Peer) -> None:
        await peer.request()
        gone = asyncio.ensure_future(peer.gone())
        await peer.send(drip)
        while not gone.done():
            await asyncio.wait([gone], timeout=0.05)
            await peer.send(drip[-1:] if drip.endswith(b" ") else drip)

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        with lasting(0.3), pytest.raises(UpstreamTimedOut) as caught:
            await ask(upstream, timeouts=limits(first_byte=0.3, idle=0.1))
        assert caught.value.worked
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0


async def test_first_byte_while_the_request_is_not_read(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await asyncio.Event().wait()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        with lasting(0.3), pytest.raises(UpstreamTimedOut):
            await ask(upstream, post(body=b"x" * 30_000_000), limits(first_byte=0.3))
        assert upstream.open_connections == 0


@pytest.mark.parametrize(("first_byte", "idle"), [(0.6, 0.8), (30, 0.3)])
async def test_idle(open_upstream: OpenUpstream, first_byte: float, idle: float) -> None:
    """Shorter or longer than the limit before it, the limit on silence in the body is its own."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"abc"))
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        with lasting(idle):
            chunks = (await upstream.send(post(), limits(first_byte=first_byte, idle=idle))).chunks()
            assert await anext(chunks) == b"abc"
            with pytest.raises(UpstreamTimedOut):
                await anext(chunks)
        await server.until(lambda: server.open == 0)


async def test_idle_counts_from_the_last_byte(open_upstream: OpenUpstream) -> None:
    """A stream longer than the limit, never silent for as long, goes to its end."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        for _ in range(24):
            await asyncio.sleep(0.1)
            await peer.send(chunk(b"."))
        await peer.send(LAST_CHUNK)

    async with serving(script) as server:
        assert await ask(open_upstream(server.origin), timeouts=limits(idle=2.0)) == b"." * 24


async def test_a_slow_reader_is_not_the_providers_silence(open_upstream: OpenUpstream) -> None:
    body = b"x" * 20_000_000

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await peer.gone()

    async with serving(script) as server:
        answer = await open_upstream(server.origin).send(post(), limits(idle=0.5))
        chunks = answer.chunks()
        size = len(await anext(chunks))
        await asyncio.sleep(1)
        async for piece in chunks:
            size += len(piece)
        assert size == len(body)


async def test_total(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await endless(peer)

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        assert await ask(upstream) == b"ok"  # connected, so that no limit but the one is met
        with lasting(0.3), pytest.raises(UpstreamTimedOut):
            await ask(upstream, timeouts=limits(total=0.3))
        await server.until(lambda: server.open == 0)


async def test_total_without_a_reader(open_upstream: OpenUpstream) -> None:
    """Nobody reads: the connection is closed all the same, and its place given to the next."""
    async with serving(endless) as server:
        upstream = open_upstream(server.origin, 1)
        answer = await upstream.send(post(), limits(total=0.8))
        await server.until(lambda: server.open == 0)
        (await upstream.send(post(), limits())).close()
        with pytest.raises(UpstreamTimedOut):
            await answer.read(1 << 30)


async def test_total_before_the_head(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.request()
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        assert await ask(upstream) == b"ok"
        with lasting(0.2), pytest.raises(UpstreamTimedOut):
            await ask(upstream, timeouts=limits(total=0.2))
        await server.until(lambda: server.open == 0)


async def test_limits_belong_to_their_call(open_upstream: OpenUpstream) -> None:
    """A connection kept after a short-limited call carries nothing over to the next."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.request()
        await asyncio.sleep(0.8)
        await peer.send(CHUNKED_HEAD)
        await asyncio.sleep(0.8)
        await peer.send(chunk(b"late") + LAST_CHUNK)

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        assert await ask(upstream, timeouts=limits(first_byte=0.7, idle=0.7, total=0.7)) == b"ok"
        assert await ask(upstream) == b"late"
        assert server.accepted == 1


async def test_a_place_is_free_after_every_kind(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number % 2:
            await peer.send(CHUNKED_HEAD)
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin, 1)
        for _ in range(6):
            with pytest.raises(UpstreamTimedOut):
                await ask(upstream, timeouts=limits(first_byte=0.05, idle=0.05))
        server.script = answering(OK)
        assert await ask(upstream) == b"ok"
