"""Requests within requests: raw bytes at the real port, each refused or read in one way, and nothing behind served.

Every case is followed on the same connection by a request that must not be answered where the first was in doubt.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"model": "openai/m", "messages": [{"role": "user", "content": "hi"}]}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1"
HOST = b"Host: gateway\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAA\r\nUpgrade: h2c\r\n"
"""As Java's own client offers it with the first request of a connection."""
BEHIND = b"GET /behind HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"


def chunks(size: bytes = b"%x" % len(BODY), end: bytes = b"\r\n", last: bytes = b"0\r\n\r\n") -> bytes:
    return size + b"\r\n" + BODY + end + last


REFUSED: dict[str, tuple[bytes, bytes]] = {
    "both lengths": (LENGTH + CHUNKED, chunks()),
    "both lengths, turned": (CHUNKED + LENGTH, chunks()),
    "length 0 and chunked": (b"Content-Length: 0\r\n" + CHUNKED, chunks()),
    "length twice": (LENGTH + LENGTH, BODY),
    "two lengths": (LENGTH + b"Content-Length: 0\r\n", BODY),
    "list of lengths": (LENGTH[:-2] + b", 0\r\n", BODY),
    "length with plus": (LENGTH.replace(b": ", b": +"), BODY),
    "length with minus": (b"Content-Length: -1\r\n", BODY),
    "length in hexadecimal": (b"Content-Length: 0x41\r\n", BODY),
    "length with a space in it": (b"Content-Length: 6 5\r\n", BODY),
    "length of nothing": (b"Content-Length:\r\n", BODY),
    "length beyond 64 bits": (b"Content-Length: 18446744073709551617\r\n", BODY),
    "length behind a vertical tab": (LENGTH.replace(b": ", b": \x0b"), BODY),
    "folded length": (LENGTH.replace(b": ", b":\r\n "), BODY),
    "folded coding": (b"Transfer-Encoding:\r\n chunked\r\n", chunks()),
    "folded other header": (b"X-A: b\r\n c\r\n" + LENGTH, BODY),
    "bare line feed": (b"X-A: b\nX-B: c\r\n" + LENGTH, BODY),
    "bare line feeds end the head": (LENGTH[:-2] + b"\n\n", BODY),
    "bare carriage return": (b"X-A: b\rX-B: c\r\n" + LENGTH, BODY),
    "xchunked": (b"Transfer-Encoding: xchunked\r\n", chunks()),
    "chunked, identity": (b"Transfer-Encoding: chunked, identity\r\n", chunks()),
    "identity": (b"Transfer-Encoding: identity\r\n", chunks()),
    "identity and a length": (b"Transfer-Encoding: identity\r\n" + LENGTH, BODY),
    "gzip, chunked": (b"Transfer-Encoding: gzip, chunked\r\n", chunks()),
    "chunked twice": (CHUNKED + CHUNKED, chunks()),
    "chunked, then identity": (CHUNKED + b"Transfer-Encoding: identity\r\n", chunks()),
    "identity, then chunked": (b"Transfer-Encoding: identity\r\n" + CHUNKED, chunks()),
    "quoted chunked": (b'Transfer-Encoding: "chunked"\r\n', chunks()),
    "chunked behind a vertical tab": (b"Transfer-Encoding: \x0bchunked\r\n", chunks()),
    "chunked with a parameter": (b"Transfer-Encoding: chunked;q=1\r\n", chunks()),
    "coding of nothing": (b"Transfer-Encoding:\r\n", chunks()),
    "chunk size 0x": (CHUNKED, chunks(b"0x%x" % len(BODY))),
    "chunk size with plus": (CHUNKED, chunks(b"+%x" % len(BODY))),
    "chunk size with minus": (CHUNKED, chunks(b"-1")),
    "chunk size beyond 64 bits": (CHUNKED, chunks(b"10000000000000041")),
    "chunk size of nothing": (CHUNKED, chunks(b"")),
    "line feed in a chunk extension": (CHUNKED, chunks(b"%x;a\nb" % len(BODY))),
    "NUL in a chunk extension": (CHUNKED, chunks(b"%x;a=\x00" % len(BODY))),
    "carriage return in a chunk extension": (CHUNKED, chunks(b"%x;a=\rb" % len(BODY))),
    "chunk without its end": (CHUNKED, chunks(end=b"")),
    "chunk with another end": (CHUNKED, chunks(end=b"xx")),
    "chunk ends by a line feed": (CHUNKED, chunks(end=b"\n")),
    "last chunk ends by line feeds": (CHUNKED, chunks(last=b"0\n\n")),
    "length in a trailer": (CHUNKED, chunks(last=b"0\r\nContent-Length: 5\r\n\r\n")),
    "space behind a name": (LENGTH.replace(b":", b" :"), BODY),
    "space behind the coding's name": (b"Transfer-Encoding : chunked\r\n" + LENGTH, BODY),
    "space before a name": (b" Transfer-Encoding: chunked\r\n" + LENGTH, BODY),
    "space in a name": (b"X A: b\r\n" + LENGTH, BODY),
    "NUL in a name": (b"X\x00A: b\r\n" + LENGTH, BODY),
    "no name": (b": b\r\n" + LENGTH, BODY),
    "no colon": (b"Xabc\r\n" + LENGTH, BODY),
    "NUL in a value": (b"X-A: b\x00c\r\n" + LENGTH, BODY),
    "control character in a value": (b"X-A: b\x01c\r\n" + LENGTH, BODY),
    "two hosts": (b"Host: other\r\n" + LENGTH, BODY),
    "two keys": (b"Authorization: Bearer other\r\n" + LENGTH, BODY),
    "a head too long": (b"X-A: " + b"a" * 200_000 + b"\r\n" + LENGTH, BODY),
    "a name too long": (b"X" * 200_000 + b": a\r\n" + LENGTH, BODY),
    "too many headers": (b"".join(b"X-%d: a\r\n" % number for number in range(300)) + LENGTH, BODY),
    "upgrade with a body": (b"Connection: Upgrade\r\nUpgrade: x\r\n" + LENGTH, BODY),
    "upgrade with chunks": (b"Connection: Upgrade\r\nUpgrade: x\r\n" + CHUNKED, chunks()),
    "offer of HTTP/2 and both lengths": (b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + CHUNKED + LENGTH, chunks()),
    "offer of HTTP/2 and two lengths": (H2C + LENGTH + b"Content-Length: 0\r\n", BODY),
}
LINES: dict[str, bytes] = {
    "HTTP/0.9": b"POST /v1/chat/completions HTTP/0.9",
    "HTTP/2.0 in text": b"POST /v1/chat/completions HTTP/2.0",
    "no version": b"POST /v1/chat/completions",
    "tab in the line": b"POST\t/v1/chat/completions HTTP/1.1",
    "NUL in the target": b"POST /v1/chat\x00/completions HTTP/1.1",
    "a target too long": b"POST /" + b"a" * 70_000 + b" HTTP/1.1",
    "authority as target": b"CONNECT other:443 HTTP/1.1",
    "absolute target": b"POST http://other/v1/chat/completions HTTP/1.1",
    "absolute target without a path": b"POST http://other HTTP/1.1",
}
HOSTS: dict[str, bytes] = {
    "no host": b"",
    "host of nothing": b"Host:\r\n",
    "host with a fragment": b"Host: h/#\r\n",
    "host with a query": b"Host: h/?x\r\n",
    "host with a path": b"Host: localhost:4000/#@x\r\n",
    "host with a user": b"Host: a@b\r\n",
    "host with a space": b"Host: a b\r\n",
    "two hosts in one": b"Host: a, b\r\n",
    "host too long": b"Host: " + b"h" * 8192 + b"\r\n",
}
READ: dict[str, tuple[bytes, bytes, bytes]] = {
    "a length": (POST, LENGTH, BODY),
    "a length with zeros before it": (POST, LENGTH.replace(b": ", b": 00"), BODY),
    "chunks": (POST, CHUNKED, chunks()),
    "chunks, in capitals": (POST, CHUNKED.upper(), chunks()),
    "a chunk extension": (POST, CHUNKED, chunks(b"%x;a=b" % len(BODY))),
    "chunk size with zeros before it": (POST, CHUNKED, chunks(b"0000%x" % len(BODY))),
    "empty lines before the request": (b"\r\n\r\n" + POST, LENGTH, BODY),
    "a header that only looks like a length": (POST, b"Content_Length: 3\r\n" + LENGTH, BODY),
    "a length, and an offer of HTTP/2": (POST, H2C + LENGTH, BODY),
    "chunks, and an offer of HTTP/2": (POST, CHUNKED + H2C, chunks()),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[SimulatedServer]:
    server = await serve_simulated()
    yield server
    await server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(provider: SimulatedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningGateway]:
    folder: Path = tmp_path_factory.mktemp("smuggling")
    async with serving(policy_for(provider.url), folder) as running:
        yield running


async def told(
    gateway: RunningGateway, line: bytes, headers: bytes, *pieces: bytes, host: bytes = HOST
) -> tuple[list[int], bytes]:
    """The statuses of all answers until the gateway closes the connection, and all that it said."""
    key = b"Authorization: Bearer " + gateway.key.encode() + b"\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    said = b""
    try:
        async with asyncio.timeout(10):
            writer.write(line + b"\r\n" + host + key + headers + b"\r\n" + b"".join(pieces) + BEHIND)
            while piece := await reader.read(65536):
                said += piece
    except ConnectionError:  # closed before it had read everything: as good an end
        pass
    finally:
        writer.close()
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", said)], said


@pytest.mark.fault("E7")
@pytest.mark.parametrize("case", [*REFUSED, *LINES, *HOSTS])
async def test_a_request_in_doubt_is_refused_and_nothing_behind_it_is_served(
    gateway: RunningGateway,
    provider: SimulatedServer,
    case: str,
    record_property: Callable[[str, object], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = LINES.get(case, POST)
    headers, body = REFUSED.get(case, (LENGTH, BODY))
    before = len(provider.requests)
    statuses, said = await told(gateway, line, headers, body, host=HOSTS.get(case, HOST))
    assert set(statuses) <= {400}
    assert len(statuses) <= 1
    assert not said or (b'"code":"doubtful_head"}}' in said and b"content-type: application/json" in said.lower())
    assert b"unknown_route" not in said
    assert len(provider.requests) == before
    assert "Exception in ASGI" not in caplog.text  # nobody fills the log by breaking off
    record_property("figure", f"{len(REFUSED) + len(LINES) + len(HOSTS)} kinds refused, {len(READ)} read in one way")


@pytest.mark.fault("E7")
@pytest.mark.parametrize("case", READ)
async def test_what_is_not_in_doubt_is_read_to_its_end_and_no_further(
    gateway: RunningGateway, provider: SimulatedServer, case: str
) -> None:
    before = len(provider.requests)
    statuses, _ = await told(gateway, *READ[case])
    assert statuses == [200, 404]  # itself, and the request behind it
    assert len(provider.requests) == before + 1


@pytest.mark.fault("E7")
async def test_an_offer_to_upgrade_ends_the_connection(gateway: RunningGateway) -> None:
    offer = b"Connection: Upgrade\r\nUpgrade: x\r\n"
    statuses, said = await told(gateway, b"GET /v1/models HTTP/1.1", offer)
    assert statuses == [200]
    assert b"connection: close" in said.lower()


@pytest.mark.fault("E7")
async def test_an_offer_of_http_2_is_declined_and_the_connection_is_kept(gateway: RunningGateway) -> None:
    key = b"Authorization: Bearer " + gateway.key.encode() + b"\r\n"
    asked = POST + b"\r\n" + HOST + key + H2C + LENGTH + b"\r\n" + BODY
    listed = b"GET /v1/models HTTP/1.1\r\n" + HOST + key + H2C + b"\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    async with asyncio.timeout(10):
        for wire in (asked, listed, asked):  # a byte at a time: an offer may be cut anywhere
            for place in range(len(wire)):
                writer.write(wire[place : place + 1])
                await writer.drain()
                await asyncio.sleep(0)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close" not in head.lower()
            await reader.readexactly(int(re.search(rb"content-length: (\d+)", head.lower())[1]))  # type: ignore[index]
        writer.write(listed * 30 + BEHIND)
        said = await reader.read()
        while piece := await reader.read(65536):
            said += piece
    writer.close()
    assert said.count(b"HTTP/1.1 200 ") == 30
    assert said.count(b"HTTP/1.1 404 ") == 1


@pytest.mark.fault("E7")
@pytest.mark.parametrize(
    ("headers", "trailer", "status"),
    [(b"", b"Authorization: Bearer KEY", 401), (b"Authorization: Bearer KEY\r\n", b"X-Gateway-Timeout: never", 200)],
    ids=["a key", "what would be refused in a head"],
)
async def test_a_trailer_is_no_header(gateway: RunningGateway, headers: bytes, trailer: bytes, status: int) -> None:
    """A proxy in front may take a field out of heads, and let it through behind a body (RFC 9110, 6.5.1)."""
    head = b"\r\n".join([POST, HOST + headers + CHUNKED, b""])
    wire = head + chunks(last=b"0\r\n%s\r\n\r\n" % trailer) + BEHIND
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    async with asyncio.timeout(10):
        writer.write(wire.replace(b"KEY", gateway.key.encode()))
        said = await reader.read()
        while piece := await reader.read(65536):
            said += piece
    writer.close()
    assert [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3})", said)] == [status, 404]


@pytest.mark.fault("E7")
async def test_a_body_that_comes_later_than_its_offer_to_upgrade_is_no_request(gateway: RunningGateway) -> None:
    head = POST + b"\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: %d\r\n\r\n" % len(BEHIND)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    async with asyncio.timeout(10):
        writer.write(head)
        said = await reader.readuntil(b"\r\n\r\n")
        writer.write(BEHIND)
        with contextlib.suppress(ConnectionError):
            said += await reader.read()
    writer.close()
    assert said.count(b"HTTP/1.1 ") == 1
    assert b"doubtful_head" in said
