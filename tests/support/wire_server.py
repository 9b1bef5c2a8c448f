"""A raw TCP server that misbehaves on purpose, for tests of HTTP clients.

Promise: what a script writes is what goes over the wire, byte for byte and when it says so; what the client sent is
kept as received.

Invariants
- Nothing here parses answers or helps the client; requests are cut by Content-Length alone.
- A script runs once a connection; its returning closes the connection, its waiting never outlives the server.
- Loopback only, the port chosen by the system.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of the chunked coding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class ReceivedRequest:
    """`head` as received, with the empty line at its end."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.head = head
        self.body = body

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode("ascii")


class Peer:
    """One connection as the server sees it. `number` counts from 0."""

    def __init__(
        self, server: WireServer, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self.number = number
        self.reader = reader
        self.writer = writer

    async def request(self) -> ReceivedRequest:
        """The next request; raises EOFError or ConnectionError where the client is gone."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        received = ReceivedRequest(head, await self.reader.readexactly(length))
        self._server.receive(received)
        return received

    async def send(self, data: bytes) -> None:
        if self.writer.is_closing():
            raise ConnectionResetError
        self.writer.write(data)
        await self.writer.drain()

    async def gone(self) -> None:
        """Until the client closes its side, or resets."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass

    def reset(self) -> None:
        """RST, not FIN."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def finish(self) -> None:
        """FIN, whatever was promised."""
        self.writer.close()

    def finish_now(self) -> None:
        """FIN, in the other side's socket before this returns, past the loop."""
        with socket.socket(fileno=os.dup(self.writer.get_extra_info("socket").fileno())) as twin:
            twin.shutdown(socket.SHUT_WR)


Script = Callable[[Peer], Awaitable[None]]


class WireServer:
    """`open` and `accepted` count connections; `requests` in the order of their arrival."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[ReceivedRequest] = []
        self.accepted = 0
        self.open = 0
        self.origin = ""
        self.port = 0
        self._changed = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        peer = Peer(self, self.accepted, reader, writer)
        self.accepted += 1
        self.open += 1
        self._changed.set()
        try:
            await self.script(peer)
        except (EOFError, ConnectionError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            self.open -= 1
            self._changed.set()
            self._serving.discard(task)
            writer.transport.abort()

    async def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Waits for a condition on the counters; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def receive(self, request: ReceivedRequest) -> None:
        self.requests.append(request)
        self._changed.set()

    async def end(self) -> None:
        serving = set(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[WireServer]:
    """A server on 127.0.0.1 (with `tls`, reached as `localhost`) for the length of the block."""
    wire = WireServer(script)
    listener = await asyncio.start_server(wire.serve, "127.0.0.1", 0, ssl=tls, backlog=1024)
    wire.port = listener.sockets[0].getsockname()[1]
    wire.origin = f"https://localhost:{wire.port}" if tls else f"http://127.0.0.1:{wire.port}"
    try:
        yield wire
    finally:
        listener.close()
        await wire.end()
        await listener.wait_closed()


def answering(data: bytes) -> Script:
    """Every request gets these bytes; the connection is kept."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(data)

    return script


async def endless(peer: Peer) -> None:
    """A stream of small chunks every 2 ms, until the client is gone."""
    await peer.request()
    await peer.send(CHUNKED_HEAD)
    gone = asyncio.ensure_future(peer.gone())
    try:
        while not gone.done():
            await peer.send(chunk(b"data: tick\n\n"))
            await asyncio.wait([gone], timeout=0.002)
    finally:
        gone.cancel()
