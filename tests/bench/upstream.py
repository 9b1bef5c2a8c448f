"""The provider of the benches: answers at once and in full, or streams 60 events 10 ms apart.

    python -m tests.bench.upstream PORT

Knows just enough HTTP/1.1 to keep a connection alive: requests with a content-length, one at a time.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import cast

import uvloop

from tests.bench.wire import ANSWERS, EVENT_INTERVAL, STREAM_END, STREAM_HEAD, STREAMS

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STREAMED = re.compile(rb'"stream" *: *true')
_MODELS = b'{"object":"list","data":[{"id":"bench-model","object":"model","owned_by":"bench"}]}'


class Provider(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.received = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same shape

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.received[: end + 2]
        length = _LENGTH.search(head)
        total = end + 4 + (int(length[1]) if length else 0)
        if len(self.received) < total:
            return
        body, self.received = self.received[end + 4 : total], self.received[total:]
        self.answer(head[: head.find(b"\r\n")], body)

    def answer(self, line: bytes, body: bytes) -> None:
        assert self.transport
        if line.startswith(b"GET"):
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                % (len(_MODELS), _MODELS)
            )
            return
        dialect = "anthropic" if b"/messages" in line else "openai"
        if not _STREAMED.search(body):
            self.transport.write(ANSWERS[dialect])
            return
        self.transport.write(STREAM_HEAD)
        self.send_event(STREAMS[dialect], 0)

    def send_event(self, events: list[bytes], index: int) -> None:
        if self.transport is None:
            return
        if index + 1 == len(events):
            self.transport.write(events[index] + STREAM_END)
            return
        self.transport.write(events[index])
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(EVENT_INTERVAL, self.send_event, events, index + 1)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
