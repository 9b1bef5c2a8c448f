"""Requests sent before the last one is answered, and bytes that never become a request: raw, at the real ports."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT

from gateway.api.connection import MOST_WAITING, UNFINISHED_BYTES, Connection
from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest_asyncio.fixture
async def gateway(provider: SimulatedServer, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    async with serving(policy_for(provider.url), tmp_path) as running:
        yield running


def asked(gateway: RunningGateway, model: str, *, stream: bool = False) -> bytes:
    body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "hi"}]}).encode()
    return b"%sContent-Length: %d\r\n\r\n%s" % (head(gateway.key), len(body), body)


def head(key: str) -> bytes:
    return b"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n" % key.encode()


async def connected(url: str) -> Ends:
    return await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """What is said until the connection ends."""
    said = b""
    async with asyncio.timeout(20):
        while piece := await reader.read(65536):
            said += piece
    return said


def statuses(said: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3})", said)]


async def test_requests_are_answered_in_their_order(gateway: RunningGateway) -> None:
    reader, writer = await connected(gateway.url)
    words = [f"Number-{number}" for number in range(5)]
    writer.write(b"".join(asked(gateway, f"openai/m+text={word}") for word in words))
    writer.write(b"GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    said = await all_of(reader)
    writer.close()
    assert statuses(said) == [200] * 5 + [404]
    assert re.findall(rb"\"content\":\"(Number-\d)", said) == [word.encode() for word in words]


@pytest.mark.fault("E1")
async def test_a_client_that_leaves_ends_its_call_and_nothing_that_waits_behind_it_is_begun(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    _, writer = await connected(gateway.url)
    writer.write(asked(gateway, "openai/m+first-byte-delay=60") * 3)
    await until(lambda: len(provider.requests) == 1)
    writer.close()
    await until(lambda: provider.requests[0].outcome != "running")
    await until(lambda: not gateway.gateway.edge.in_flight)
    assert [row["status"] for row in await gateway.usage_rows()] == ["client_closed"]
    assert len(provider.requests) == 1


async def test_a_client_that_leaves_behind_a_long_body_ends_its_call(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    """Reading rests where more of a body has come than was taken: an end behind it would not be heard."""
    _, writer = await connected(gateway.url)
    messages = [{"role": "user", "content": "a" * 2 * HIGH_WATER_LIMIT}]
    body = json.dumps({"model": "openai/m+first-byte-delay=60", "messages": messages}).encode()
    writer.write(b"%sContent-Length: %d\r\n\r\n%s" % (head(gateway.key), len(body), body[:1]))
    await until(lambda: bool(gateway.gateway.edge.in_flight))
    writer.write(body[1:])
    await until(lambda: len(provider.requests) == 1)
    writer.close()
    await until(lambda: provider.requests[0].outcome != "running")


@pytest.mark.fault("E5")
async def test_more_than_may_wait_is_not_read(gateway: RunningGateway) -> None:
    reader, writer = await connected(gateway.url)
    writer.write(b"GET /v1/models HTTP/1.1\r\nHost: h\r\n\r\n" * 5000)
    said = await all_of(reader)
    writer.close()
    assert statuses(said) == [401] * (MOST_WAITING + 1)


@pytest.mark.fault("E5")
async def test_bodies_that_wait_are_no_more_than_one_may_be(
    gateway: RunningGateway, provider: SimulatedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them was read up to the bound of one: two megabytes a connection, which no limit of bodies saw."""
    made: list[Connection] = []
    connection_made = Connection.connection_made
    monkeypatch.setattr(Connection, "connection_made", lambda *given: [made.append(given[0]), connection_made(*given)])
    reader, writer = await connected(gateway.url)
    behind = b"%sContent-Length: 60000\r\n\r\n%s" % (head(gateway.key), b"x" * 60_000)
    writer.write(asked(gateway, "openai/m+first-byte-delay=1") + behind * MOST_WAITING)
    await until(lambda: len(provider.requests) == 1)
    assert sum(len(asked.body) for asked, _ in made[0].pipeline) < 2 * HIGH_WATER_LIMIT
    assert statuses(await all_of(reader)) == [200, 400], "what was read whole is answered; then the connection ends"
    writer.close()


async def test_a_client_that_leaves_behind_long_bodies_ends_its_call(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    _, writer = await connected(gateway.url)
    behind = b"%sContent-Length: 200000\r\n\r\n%s" % (head(gateway.key), b"x" * 200_000)
    writer.write(asked(gateway, "openai/m+first-byte-delay=60") + behind * 2)
    await until(lambda: len(provider.requests) == 1)
    writer.close()
    await until(lambda: provider.requests[0].outcome != "running")
    await until(lambda: not gateway.gateway.edge.in_flight)
    assert [row["status"] for row in await gateway.usage_rows()] == ["client_closed"]


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(b"\x00no request\r\n\r\n", marks=pytest.mark.fault("E7"), id="no request"),
        pytest.param(b"GET /v1/models HTTP/1.1\r\nHost:", marks=pytest.mark.fault("E5"), id="a head without end"),
    ],
)
async def test_what_comes_behind_leaves_the_answer_before_it_whole(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, behind: bytes
) -> None:
    monkeypatch.setattr(Connection, "head_seconds", 0.1)
    reader, writer = await connected(gateway.url)
    writer.write(asked(gateway, "openai/m+slow=0.02+chunks=40", stream=True))
    said = await reader.readuntil(b"data: ")
    writer.write(behind)
    said += await all_of(reader)
    writer.close()
    assert statuses(said) == [200]
    assert said.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")


A_READ = 2**18
"""What asyncio reads at most at once."""

ENDLESS = {
    "target": (b"GET /", b"a" * 65536),
    "name": (b"GET / HTTP/1.1\r\nHost: h\r\n", b"a" * 65536),
    "value": (b"GET / HTTP/1.1\r\nHost: h\r\nX-A: ", b"a" * 65536),
    "empty lines": (b"", b"\r\n" * 32768),
    "chunk extension": (b"KEYTransfer-Encoding: chunked\r\n\r\n1;", b"a" * 65536),
    "chunk size": (b"KEYTransfer-Encoding: chunked\r\n\r\n", b"0" * 65536),
    "trailers": (b"KEYTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"X-A: a\r\n" * 8192),
    "trailer": (b"KEYTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-A: ", b"a" * 65536),
}


@pytest.mark.fault("E6")
@pytest.mark.parametrize("port", ["proxy", "admin"])
@pytest.mark.parametrize("case", ENDLESS)
async def test_what_does_not_end_is_read_no_further(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, case: str, port: str
) -> None:
    """A joined value is copied again for each of its pieces: a hundred megabytes kept the loop for seconds."""
    read: list[int] = []
    data_received = Connection.data_received

    def heard(connection: Connection, data: bytes) -> None:
        if not connection._deaf:
            read.append(len(data))
        data_received(connection, data)

    monkeypatch.setattr(Connection, "data_received", heard)
    begin, more = ENDLESS[case]
    reader, writer = await connected(gateway.url if port == "proxy" else await gateway.admin_url())
    answer = asyncio.ensure_future(all_of(reader))
    writer.write(begin.replace(b"KEY", head(gateway.key)))
    while not answer.done():
        if writer.transport.get_write_buffer_size() == 0:  # what is not taken is not piled up
            writer.write(more)
        await asyncio.sleep(0.001)
    writer.close()
    assert sum(read) < UNFINISHED_BYTES + 2 * A_READ
    assert isinstance(answer.exception(), ConnectionError) or statuses(answer.result()) in ([400], [])


@pytest.mark.fault("E6")
async def test_a_request_that_was_answered_before_its_body_ended_gets_no_second_answer(gateway: RunningGateway) -> None:
    begin, more = ENDLESS["trailers"]
    reader, writer = await connected(await gateway.admin_url())  # which takes no host `h`, whatever the body says
    writer.write(begin.replace(b"KEY", head(gateway.key)))
    said = await reader.readuntil(b"\r\n\r\n")
    writer.write(more * (UNFINISHED_BYTES // len(more)) + b"X")  # to the byte: unread bytes make a reset
    said += await all_of(reader)
    writer.close()
    assert statuses(said) == [400]


@pytest.mark.fault("E6")
async def test_who_goes_on_sending_after_the_end_is_not_read_for_ever(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "linger_seconds", 0.3)
    reader, writer = await connected(gateway.url)
    writer.write(head(gateway.key) + b"Content-Length: %d\r\n\r\n" % 2**30)
    assert statuses(await all_of(reader)) == [413]
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(20):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
                await asyncio.sleep(0.001)
    writer.close()
