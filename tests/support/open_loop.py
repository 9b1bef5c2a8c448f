"""Clients that ask at a rate of their own, whatever becomes of the answers; cheap, so that they do not weigh.

A real crowd does not wait for each other's answers: under an open loop a server that falls behind is asked no less.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import httptools
import msgspec

LONGEST_STEP = 0.1
"""Seconds that the clients may be late."""


class Outcome(msgspec.Struct, frozen=True):
    """Of one request: who asked, the status (0: the connection broke), and seconds since the first was asked."""

    kind: str
    status: int
    asked: float
    ended: float

    @property
    def took(self) -> float:
        return self.ended - self.asked


class _Connection(asyncio.Protocol):
    """One request at a time; back into `idle` where it may be used again."""

    def __init__(self, idle: list[_Connection]) -> None:
        self._idle = idle
        self._answer: asyncio.Future[int] | None = None
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self._parser = httptools.HttpResponseParser(self)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())
        if self._parser.should_keep_alive():
            self._idle.append(self)
        else:
            self.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)

    def close(self) -> None:
        self._transport.close()


class Crowd:
    """Asks one server. Use `crowd_before`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Connection] = []

    async def ask(self, request: bytes) -> int:
        """The status; 0 where the connection broke."""
        while self._idle:
            connection = self._idle.pop()
            if connection.open and (status := await connection.ask(request)):
                return status  # else the server let go of an idle connection in the same moment
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: _Connection(self._idle), "127.0.0.1", self._port)
        return await made.ask(request)

    async def at_a_rate(self, requests: Iterator[tuple[str, bytes]], rate: float, seconds: float) -> list[Outcome]:
        """So many (kind, request) a second for so long; returns when all have ended.

        What the clients were kept from asking for longer than `LONGEST_STEP` is not asked at once: no crowd does that.
        """
        outcomes: list[Outcome] = []
        began = time.monotonic()

        async def one(kind: str, request: bytes) -> None:
            asked = time.monotonic() - began
            status = await self.ask(request)
            outcomes.append(Outcome(kind, status, asked, time.monotonic() - began))

        owed, before = 0.0, 0.0
        async with asyncio.TaskGroup() as asking:
            while (now := time.monotonic() - began) < seconds:
                before, owed = now, owed + min(now - before, LONGEST_STEP) * rate
                while owed > 0:
                    asking.create_task(one(*next(requests)))
                    owed -= 1
                await asyncio.sleep(0.002)
        return outcomes

    def close(self) -> None:
        for connection in self._idle:
            connection.close()


@asynccontextmanager
async def crowd_before(url: str) -> AsyncIterator[Crowd]:
    """Clients of the server at `url`, which is told by its address and port."""
    with contextlib.closing(Crowd(int(url.rpartition(":")[2]))) as made:
        yield made


def chat_request(model: str, headers: Mapping[str, str], text: str = "hi") -> bytes:
    """The bytes of a chat request."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]}).encode()
    lines = {"host": "gateway", "content-type": "application/json", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n".encode() + body
