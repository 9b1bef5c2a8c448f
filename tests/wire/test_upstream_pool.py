"""The pool's size is a limit, places come back, and what nobody reads is not fetched."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from typing import Any

import psutil
import pytest

from gateway.errors import UpstreamUnreachable
from gateway.providers import pool
from gateway.tls import tls_context
from tests.support.upstreams import ask, limits, post
from tests.support.waiting import until
from tests.support.wire_server import OK, Peer, answering, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio

PIECE = b"x" * 65536
MEBIBYTE = 1 << 20


class Pusher:
    """Sends a body as fast as it is taken, and counts."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.sent = 0

    async def __call__(self, peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.size)
        while self.sent < self.size:
            await peer.send(PIECE)
            self.sent += len(PIECE)
        await peer.gone()

    async def stalls(self) -> None:
        """Until a quarter of a second passes in which nothing is taken."""
        before = -1
        while before != self.sent:
            before = self.sent
            await asyncio.sleep(0.25)


async def push(open_upstream: OpenUpstream, size: int) -> None:
    pusher = Pusher(size)
    process = psutil.Process()
    async with serving(pusher) as server:
        upstream = open_upstream(server.origin)
        gc.collect()
        before = process.memory_info().rss
        answer = await upstream.send(post(), limits())
        await pusher.stalls()
        assert pusher.sent < 32 * MEBIBYTE
        assert process.memory_info().rss - before < 32 * MEBIBYTE
        got = 0
        async for piece in answer.chunks():
            got += len(piece)
        assert got == size
        assert process.memory_info().rss - before < 32 * MEBIBYTE


async def test_what_nobody_reads_is_not_fetched(open_upstream: OpenUpstream) -> None:
    await push(open_upstream, 100 * MEBIBYTE)


@pytest.mark.soak
async def test_half_a_gigabyte_that_nobody_reads(open_upstream: OpenUpstream) -> None:
    await push(open_upstream, 512 * MEBIBYTE)


async def test_limit_holds_and_the_queue_moves(open_upstream: OpenUpstream) -> None:
    most = 0

    async def script(peer: Peer) -> None:
        nonlocal most
        while True:
            await peer.request()
            most = max(most, server.open)
            await asyncio.sleep(0.001)
            await peer.send(OK)

    async with serving(script) as server:
        upstream = open_upstream(server.origin, 5)
        assert await asyncio.gather(*(ask(upstream) for _ in range(200))) == [b"ok"] * 200
        assert most <= 5
        assert upstream.open_connections <= 5
        assert server.accepted <= 5


async def test_reading_to_the_end_gives_the_place_back(open_upstream: OpenUpstream) -> None:
    """Also without close: the end is the end."""
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin, 1)
        for _ in range(10):
            answer = await upstream.send(post(), limits())
            assert await answer.read(10) == b"ok"
        assert server.accepted == 1


async def test_nothing_is_left_after_close(open_upstream: OpenUpstream) -> None:
    process = psutil.Process()
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin, 20)
        await asyncio.gather(*(ask(upstream) for _ in range(40)))
        held = await upstream.send(post(), limits())
        files = process.num_fds()
        assert 1 <= upstream.open_connections <= 20
        connections = upstream.open_connections
        await upstream.close()
        await upstream.close()
        held.close()
        assert upstream.open_connections == 0
        await server.until(lambda: server.open == 0)
        await until(lambda: process.num_fds() <= files - connections)  # other threads open some for a while


async def test_who_waits_is_served_in_order_also_past_one_that_gives_up(open_upstream: OpenUpstream) -> None:
    """Whoever is cancelled in the very moment of his turn hands it on."""
    gates = [asyncio.Event() for _ in range(5)]

    async def script(peer: Peer) -> None:
        for gate in gates:
            await peer.request()
            await gate.wait()
            await peer.send(OK)

    async with serving(script) as server:
        upstream = open_upstream(server.origin, 1)
        served: list[int] = []

        async def one(number: int) -> None:
            await ask(upstream)
            served.append(number)
            if number == 0:
                tasks[1].cancel()  # woken, since the connection is free again, and has not run yet

        tasks: list[asyncio.Future[None]] = []
        for number in range(5):
            tasks.append(asyncio.ensure_future(one(number)))
            await asyncio.sleep(0)
        await server.until(lambda: len(server.requests) == 1)
        tasks[2].cancel()  # while it waits
        for gate in gates:
            gate.set()
        await asyncio.wait(tasks, timeout=20)
        late = asyncio.ensure_future(one(5))
        await asyncio.wait_for(late, 20)
        assert tasks[1].cancelled()
        assert tasks[2].cancelled()
        assert served == [0, 3, 4, 5]
        assert upstream.open_connections <= 1


async def test_what_is_idle_for_long_is_closed(open_upstream: OpenUpstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.5)
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin, 20)
        await asyncio.gather(*(ask(upstream) for _ in range(3)))
        assert 1 <= upstream.open_connections <= 3
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0
        assert await ask(upstream) == b"ok"


async def test_closing_the_pool_ends_who_still_connects(open_upstream: OpenUpstream) -> None:
    async def script(peer: Peer) -> None:
        await peer.gone()  # never says a word of TLS

    async with serving(script) as server:
        upstream = open_upstream(f"https://localhost:{server.port}", 1, tls_context())
        connecting = asyncio.ensure_future(ask(upstream))
        await server.until(lambda: server.accepted == 1)
        queued = asyncio.ensure_future(ask(upstream))
        await asyncio.sleep(0)
        await upstream.close()
        await asyncio.wait([connecting, queued], timeout=20)
        for call in (connecting, queued):
            assert isinstance(call.exception(), UpstreamUnreachable)
            assert "closed" in str(call.exception())
        await server.until(lambda: server.open == 0)


async def test_a_cancel_that_the_library_swallows_while_it_connects_is_one(
    open_upstream: OpenUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the attempts that lost the race for an address, and takes a cancel in that turn for theirs."""
    connects, go = asyncio.Event(), pool.start_connection

    async def swallowing(*arguments: Any, **named: Any) -> socket.socket:
        connected = await go(*arguments, **named)
        connects.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(5)
        return connected

    monkeypatch.setattr(pool, "start_connection", swallowing)
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin, 1)
        asking = asyncio.ensure_future(ask(upstream))
        await connects.wait()
        asking.cancel()
        await asyncio.wait([asking], timeout=20)
        assert asking.cancelled()
        await server.until(lambda: server.open == 0)
        assert server.requests == []
        assert upstream.open_connections == 0
        monkeypatch.undo()
        assert await ask(upstream) == b"ok", "its place is free"
