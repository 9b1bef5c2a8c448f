"""A cancelled call stops at once: the task ends, the place in the pool comes back, the provider sees the close."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.errors import UpstreamCut, UpstreamError, UpstreamUnreachable
from gateway.providers.transport import NOT_SENT, Upstream
from tests.support.upstreams import ask, limits, post
from tests.support.waiting import until
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, Script, chunk, endless, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio

POOL = 50


async def lively(peer: Peer) -> None:
    """Answers at once on /now; elsewhere a head after some ms, then a stream of ten chunks, some ms apart."""
    dice = random.Random(peer.number)
    while True:
        request = await peer.request()
        if request.target == "/now":
            await peer.send(OK)
            continue
        await asyncio.sleep(dice.uniform(0, 0.01))
        await peer.send(CHUNKED_HEAD)
        for _ in range(10):
            await peer.send(chunk(b"data: tick\n\n"))
            await asyncio.sleep(dice.uniform(0, 0.004))
        await peer.send(LAST_CHUNK)


async def read_all(upstream: Upstream) -> None:
    answer = await upstream.send(post(), limits())
    try:
        async for _chunk in answer.chunks():
            pass
    finally:
        answer.close()


async def storm(upstream: Upstream, times: int, cancels: int) -> tuple[int, int]:
    """Starts calls in waves, cancels each at a random moment; answers how many were cancelled, and how many obeyed."""
    dice = random.Random(11)
    asked = obeyed = 0

    async def one() -> None:
        nonlocal asked, obeyed
        task = asyncio.ensure_future(read_all(upstream))
        await asyncio.sleep(dice.choice((0, 0, dice.uniform(0, 0.04))))
        hit = False
        for _ in range(cancels):
            hit = task.cancel() or hit
            if cancels > 1:
                await asyncio.sleep(0)
        await asyncio.wait([task])
        asked += hit
        obeyed += hit and task.cancelled()
        assert task.cancelled() or task.exception() is None

    for _ in range(times // 100):
        await asyncio.gather(*(one() for _ in range(100)))
    return asked, obeyed


async def assert_pool_whole(upstream: Upstream) -> None:
    """Every place can be held at the same time, and none but those is."""
    answers = await asyncio.wait_for(asyncio.gather(*(upstream.send(post(), limits()) for _ in range(POOL))), 20)
    assert upstream.open_connections <= POOL
    for answer in answers:
        answer.close()
    for _ in range(100):
        assert await ask(upstream, post("/now")) == b"ok"


@pytest.mark.fault("D16")
async def test_random_cancels(open_upstream: OpenUpstream) -> None:
    async with serving(lively) as server:
        upstream = open_upstream(server.origin, POOL)
        asked, obeyed = await storm(upstream, times=1000, cancels=1)
        assert asked > 500
        assert obeyed == asked
        await assert_pool_whole(upstream)


@pytest.mark.fault("D17")
async def test_cancelled_twice(open_upstream: OpenUpstream) -> None:
    async with serving(lively) as server:
        upstream = open_upstream(server.origin, POOL)
        asked, obeyed = await storm(upstream, times=200, cancels=2)
        assert obeyed == asked
        await assert_pool_whole(upstream)


@pytest.mark.soak
@pytest.mark.fault("D16")
async def test_very_many_cancels(open_upstream: OpenUpstream) -> None:
    async with serving(lively) as server:
        upstream = open_upstream(server.origin, POOL)
        for cancels in (1, 2, 3):
            asked, obeyed = await storm(upstream, times=5000, cancels=cancels)
            assert obeyed == asked
        await assert_pool_whole(upstream)


async def time_out_streams(upstream: Upstream, rounds: int) -> None:
    dice = random.Random(5)

    async def one() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(dice.uniform(0.001, 0.03)):
                await read_all(upstream)

    for _ in range(rounds):
        await asyncio.gather(*(one() for _ in range(POOL)))


async def test_no_timeout_round_a_stream_is_lost(open_upstream: OpenUpstream) -> None:
    async with serving(endless) as server:
        upstream = open_upstream(server.origin, POOL)
        await time_out_streams(upstream, rounds=6)
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0


@pytest.mark.soak
async def test_no_timeout_of_thousands_is_lost(open_upstream: OpenUpstream) -> None:
    async with serving(endless) as server:
        await time_out_streams(open_upstream(server.origin, POOL), rounds=60)


async def silent(peer: Peer) -> None:
    await peer.request()
    await peer.gone()


@pytest.mark.parametrize(
    ("script", "call"), [(endless, read_all), (silent, ask)], ids=["in the body", "while it thinks"]
)
async def test_provider_sees_a_cancel(
    open_upstream: OpenUpstream, script: Script, call: Callable[[Upstream], Awaitable[Any]]
) -> None:
    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        tasks = [asyncio.ensure_future(call(upstream)) for _ in range(8)]
        await server.until(lambda: len(server.requests) == 8)
        for task in tasks:
            task.cancel()
        await server.until(lambda: server.open == 0)
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)


async def test_a_cancel_says_whether_anything_was_sent(open_upstream: OpenUpstream) -> None:
    async with serving(silent) as server:
        upstream = open_upstream(server.origin, max_connections=1)
        sent = asyncio.ensure_future(ask(upstream))
        await server.until(lambda: len(server.requests) == 1)
        waiting = asyncio.ensure_future(ask(upstream))
        for _ in range(10):
            await asyncio.sleep(0)
        for task, told in ((waiting, (NOT_SENT,)), (sent, ())):
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            assert cancelled.value.args == told
        assert len(server.requests) == 1


async def test_provider_sees_a_cancel_while_it_does_not_read(open_upstream: OpenUpstream) -> None:
    """What is still to be written is dropped, not flushed first."""
    started = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        started.set()
        await asyncio.Event().wait()

    async with serving(script) as server:
        upstream = open_upstream(server.origin)
        task = asyncio.ensure_future(ask(upstream, post(body=b"x" * 30_000_000)))
        await started.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        await until(lambda: upstream.open_connections == 0)


@pytest.mark.parametrize("read", [0, 1], ids=["body unread", "stopped early"])
async def test_provider_sees_an_answer_let_go(open_upstream: OpenUpstream, read: int) -> None:
    async with serving(endless) as server:
        upstream = open_upstream(server.origin)
        for _ in range(8):
            answer = await upstream.send(post(), limits())
            chunks = answer.chunks()
            for _ in range(read):
                await anext(chunks)
            answer.close()
            answer.close()
        await server.until(lambda: server.open == 0)
        assert upstream.open_connections == 0


async def test_reading_an_answer_let_go_is_an_error(open_upstream: OpenUpstream) -> None:
    async with serving(endless) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        answer.close()
        with pytest.raises(UpstreamCut):
            await answer.read(10)


async def test_a_cancelled_read_leaves_the_answer_readable(open_upstream: OpenUpstream) -> None:
    """As for a heartbeat between events: time out one read, then read on."""
    go = asyncio.Semaphore(0)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        for number in range(6):
            await go.acquire()
            await peer.send(chunk(b"%d" % number))
        await peer.send(LAST_CHUNK)

    async with serving(script) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        chunks = answer.chunks()
        got = b""
        for _ in range(6):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(chunks), 0.01)
            go.release()
            got += await anext(chunks)
        got += b"".join([piece async for piece in chunks])
        assert got == b"012345"


async def test_closing_the_pool_ends_every_call(open_upstream: OpenUpstream) -> None:
    """In the body, waiting for a head, and waiting for a place: each gets an error, none hangs, none is cancelled."""

    async def script(peer: Peer) -> None:
        if peer.number == 0:
            await endless(peer)
        await peer.request()
        await peer.gone()

    async with serving(script) as server:
        upstream = open_upstream(server.origin, 2)
        reading = asyncio.ensure_future(ask(upstream))
        await server.until(lambda: len(server.requests) == 1)
        waiting = asyncio.ensure_future(ask(upstream))
        await server.until(lambda: len(server.requests) == 2)
        queued = asyncio.ensure_future(ask(upstream))
        await asyncio.sleep(0)
        await upstream.close()
        _, late = await asyncio.wait([reading, waiting, queued], timeout=20)
        assert not late
        assert isinstance(reading.exception(), UpstreamCut)
        assert isinstance(waiting.exception(), UpstreamCut)
        assert isinstance(queued.exception(), UpstreamUnreachable)
        with pytest.raises(UpstreamError):
            await ask(upstream)
        await server.until(lambda: server.open == 0)
