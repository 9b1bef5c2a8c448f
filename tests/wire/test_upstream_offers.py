"""What arrives while somebody waits is offered first, and only then: nothing is overtaken, and nothing lost."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any

import pytest

from tests.support.upstreams import ask, limits, post
from tests.support.waiting import until
from tests.support.wire_server import CHUNKED_HEAD, LAST_CHUNK, OK, Peer, answering, chunk, serving
from tests.wire.conftest import OpenUpstream

pytestmark = pytest.mark.asyncio


class Provider:
    """Sends what it is told to, one write at a time; None ends the body."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[bytes | None] = asyncio.Queue()

    def say(self, data: bytes) -> None:
        self.steps.put_nowait(data)

    async def script(self, peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(CHUNKED_HEAD)
            while (data := await self.steps.get()) is not None:
                await peer.send(data)
            await peer.send(LAST_CHUNK)


def arrived(answer: Any) -> int:
    """Bytes of the body that nobody has read yet."""
    return sum(map(len, answer._body._parts))


class Taker:
    """Takes pieces that begin with `t`; what was offered comes out of `offered`."""

    def __init__(self) -> None:
        self.offered: asyncio.Queue[bytes] = asyncio.Queue()
        self.taken: list[bytes] = []

    def __call__(self, piece: bytes) -> bool:
        self.offered.put_nowait(piece)
        if piece == b"bad":
            raise LookupError("a defect")
        if takes := piece.startswith(b"t"):
            self.taken.append(piece)
        return takes


async def test_what_arrives_while_somebody_waits_is_offered_and_the_rest_is_read(open_upstream: OpenUpstream) -> None:
    provider, taker = Provider(), Taker()
    async with serving(provider.script) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        answer.offer(taker)
        chunks = answer.chunks()
        reading = asyncio.ensure_future(anext(chunks))
        for piece in (b"t1", b"t2", b"r1"):
            provider.say(chunk(piece))
            assert await taker.offered.get() == piece
        assert await reading == b"r1"
        assert taker.taken == [b"t1", b"t2"]
        provider.say(chunk(b"r2") + chunk(b"t3"))  # nobody waits
        await until(lambda: arrived(answer) == 4)
        assert taker.offered.empty()
        assert await anext(chunks) == b"r2t3"
        reading = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        provider.say(chunk(b"t4") + chunk(b"r3") + chunk(b"t5"))  # what follows the one that is read is behind it
        assert await reading == b"r3t5"
        assert taker.taken == [b"t1", b"t2", b"t4"]
        provider.steps.put_nowait(None)
        assert [piece async for piece in chunks] == []
        answer.close()


async def test_the_next_answer_on_the_connection_is_offered_to_nobody(open_upstream: OpenUpstream) -> None:
    provider, taker = Provider(), Taker()
    async with serving(provider.script) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(), limits())
        answer.offer(taker)
        provider.steps.put_nowait(None)
        assert [piece async for piece in answer.chunks()] == []
        answer.offer(taker)  # too late
        provider.say(chunk(b"t1"))
        provider.steps.put_nowait(None)
        assert await ask(upstream) == b"t1"
        assert len(server.requests) == 2
        assert server.accepted == 1
        assert taker.offered.empty()


async def test_what_the_taker_raises_is_raised_where_somebody_waits(open_upstream: OpenUpstream) -> None:
    provider, taker = Provider(), Taker()
    async with serving(provider.script) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(), limits())
        answer.offer(taker)
        reading = asyncio.ensure_future(anext(answer.chunks()))
        await asyncio.sleep(0)
        provider.say(chunk(b"t1") + chunk(b"bad") + chunk(b"t2"))
        with pytest.raises(LookupError):
            await reading
        assert taker.taken == [b"t1"]
        answer.close()
        assert upstream.open_connections == 0


async def test_after_a_cancelled_read_nothing_is_offered_until_the_next(open_upstream: OpenUpstream) -> None:
    provider, taker = Provider(), Taker()
    async with serving(provider.script) as server:
        answer = await open_upstream(server.origin).send(post(), limits())
        answer.offer(taker)
        chunks = answer.chunks()
        reading = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading})
        provider.say(chunk(b"t1"))
        await until(lambda: arrived(answer) == 2)
        assert taker.offered.empty()
        assert await anext(chunks) == b"t1"
        answer.close()


async def test_nobody_is_kept_to_be_asked_once_all_has_arrived(open_upstream: OpenUpstream) -> None:
    """Who is asked leads back to the answer: a circle, which only the collector would find."""
    async with serving(answering(OK)) as server:
        upstream = open_upstream(server.origin)
        answer = await upstream.send(post(), limits())
        assert await answer.read(100) == b"ok"
        taker = Taker()
        kept = weakref.ref(taker)
        answer.offer(taker)
        del taker
        assert kept() is None
