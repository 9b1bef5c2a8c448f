"""The client of the benches: so many connections, each asking again as soon as it was answered.

    python -m tests.bench.load '{"port": 8080, "path": "/v1/chat/completions", …}'

Prints one JSON object: `completed`, `bad` (not 200, cut short, or without the expected end), `seconds`,
and the medians `p50_ms` and `first_byte_p50_ms`. Every request that was sent is answered or counted as bad
before it ends, so that processor time divided by `completed` is exact. Streams begin spread over the length of one:
all at once they would queue for their first byte, and again at every restart.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httptools
import msgspec
import uvloop

from tests.bench.wire import EVENT_INTERVAL, EVENTS, request_body

LETTERS = bytes(97 + byte % 26 for byte in range(256))


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`end`: the bytes that a whole answer contains near its end."""

    port: int
    path: str
    model: str
    stream: bool
    connections: int
    seconds: float
    headers: dict[str, str] = {}
    keys: str = ""
    """A file with one key a line, of which each request takes the next, from the line `first` on; after the last, the
    first."""
    first: int = 0
    fresh: bool = False
    """Whether each prompt has a word that no other has."""
    personal: bool = False
    """Whether the prompt holds an address of mail."""
    only: int = 0
    """So many of the keys; 0: all."""


class Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, requests: Iterator[bytes], mark: bytes, deadline: float, done: asyncio.Future[None]) -> None:
        self.requests, self.mark, self.deadline, self.done = requests, mark, deadline, done
        self.latencies: list[float] = []
        self.first_bytes: list[float] = []
        self.bad = 0
        self.pending = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same shape
        self.ask()

    def ask(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""
        self.seen_first = False
        self.pending = True
        self.started = time.perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        if not self.seen_first:
            self.seen_first = True
            self.first_bytes.append(time.perf_counter() - self.started)
        self.body = (self.body + body)[-2048:]

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.pending = False
        if self.parser.get_status_code() == 200 and self.mark in self.body:
            self.latencies.append(now - self.started)
        else:
            self.bad += 1
        if now >= self.deadline or not self.parser.should_keep_alive():
            self.transport.close()
        else:
            self.ask()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.bad += self.pending
        if not self.done.done():
            self.done.set_result(None)


async def run(task: Task) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    body = request_body(task.model, stream=task.stream)
    headers = {"host": f"127.0.0.1:{task.port}", "content-type": "application/json", **task.headers}
    head = f"POST {task.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    requests = _requests(task, f"{head}content-length: {len(body)}\r\n".encode(), b"\r\n" + body)
    mark = b"[DONE]" if task.stream else b'"finish_reason"'
    started = time.perf_counter()
    clients: list[Client] = []
    futures: list[asyncio.Future[None]] = []
    for number in range(task.connections):
        if task.stream and number:
            await asyncio.sleep(EVENTS * EVENT_INTERVAL / task.connections)
        done: asyncio.Future[None] = loop.create_future()
        client = Client(requests, mark, started + task.seconds, done)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", task.port)  # type: ignore[misc]
        clients.append(client)
        futures.append(done)
    await asyncio.gather(*futures)
    seconds = time.perf_counter() - started
    latencies = [value for client in clients for value in client.latencies]
    first_bytes = [value for client in clients for value in client.first_bytes]
    return {
        "completed": len(latencies),
        "bad": sum(client.bad for client in clients),
        "seconds": seconds,
        "p50_ms": statistics.median(latencies) * 1000 if latencies else 0.0,
        "first_byte_p50_ms": statistics.median(first_bytes) * 1000 if first_bytes else 0.0,
    }


def _requests(task: Task, head: bytes, rest: bytes) -> Iterator[bytes]:
    if task.personal:
        before, words, behind = rest.partition(b"revenue by region")
        assert words
        rest = before + b"anna.m@bluewin.ch" + behind  # as long as they are
    if task.fresh:
        before, word, behind = rest.partition(b"quarterly")
        assert word
        return (
            b"".join((head, before, secrets.token_bytes(len(word)).translate(LETTERS), behind))
            for _ in itertools.repeat(None)
        )
    if not task.keys:
        return itertools.repeat(head + rest)
    keys = Path(task.keys).read_bytes().split()[: task.only or None]
    first = task.first % len(keys)
    return (
        b"%sauthorization: Bearer %s\r\n%s" % (head, key, rest) for key in itertools.cycle(keys[first:] + keys[:first])
    )


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(msgspec.json.decode(sys.argv[1].encode(), type=Task)))))
