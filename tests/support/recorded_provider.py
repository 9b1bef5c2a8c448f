"""A provider that answers with what it was given: recorded answers, whole or spoiled, byte by byte as told.

The first segment of a request's path names the performance; the rest of the path is the provider's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

Ending = Literal["proper", "unfinished", "reset"]
"""`unfinished`: the connection closes before the body's end; `reset`: it is torn down."""

_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Performance:
    """One answer. `pieces` are written one by one, each on its own. `headers` may hold a false content-length."""

    status: int
    headers: dict[str, str]
    pieces: tuple[bytes, ...]
    ending: Ending = "proper"

    @property
    def streamed(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class RecordedProvider:
    """`url` of the root; `received` holds the requests of each performance, by its name. `before`: what is performed
    under a name before its own, each once.
    """

    url: str
    performances: dict[str, Performance]
    before: dict[str, list[Performance]] = field(default_factory=dict)
    received: dict[str, list[Received]] = field(default_factory=dict)

    def asked(self, name: str) -> list[Any]:
        """The bodies that came for a performance. What has none is the gateway's look at a local server, as it has one
        every other second.
        """
        return [one.body for one in self.received.get(name, ()) if one.body is not None]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                request, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                _, name, path = request.split(" ")[1].split("/", 2)
                self.received.setdefault(name, []).append(
                    Received("/" + path, headers, json.loads(body) if body else None)
                )
                before = self.before.get(name) if body else None
                if not await _perform(before.pop(0) if before else self.performances[name], writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the gateway has left
        finally:
            writer.close()


async def _perform(performance: Performance, writer: asyncio.StreamWriter) -> bool:
    """Whether the connection can serve another request."""
    headers = {"content-type": "application/json"} | performance.headers
    if performance.streamed:
        headers["transfer-encoding"] = "chunked"
    else:
        headers.setdefault("content-length", str(sum(map(len, performance.pieces))))
    lines = [f"HTTP/1.1 {performance.status} Recorded", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    for piece in performance.pieces:
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if performance.streamed else piece)
        await writer.drain()
    if performance.ending == "reset":
        await asyncio.sleep(0.02)  # a reset overtakes what was just written
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        writer.transport.abort()
    elif performance.ending == "proper":
        if performance.streamed:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True
    return False


@contextlib.asynccontextmanager
async def playing(performances: dict[str, Performance]) -> AsyncIterator[RecordedProvider]:
    """A provider on a loopback port."""
    provider = RecordedProvider("", performances)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, limit=64 * 1024 * 1024)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.close()
