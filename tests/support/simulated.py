"""A simulated server for a test, and the plainest client for it: raw requests, whole answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from gateway.providers.simulated.server import SimulatedServer, serve_simulated

HEADERS = {
    "authorization": "Bearer sk-test-1",
    "x-api-key": "sk-ant-test",
    "x-goog-api-key": "goog-test",
    "anthropic-version": "2023-06-01",
}


@dataclass
class Got:
    """`text` is the body; `events` the JSON of each data line of a stream."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        lines = [line[5:].strip() for line in self.text.splitlines() if line.startswith("data:")]
        return [json.loads(line) for line in lines if line != "[DONE]"]


class Caller:
    def __init__(self, server: SimulatedServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def post(self, path: str, body: Any, **headers: str) -> Got:
        """Header names with underscores for dashes; an empty value leaves a header of HEADERS out."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (HEADERS | changed).items() if value}
        async with self.session.post(self.server.url + path, json=body, headers=sent) as answer:
            return Got(answer.status, _lower(answer.headers), await answer.text())

    async def get(self, path: str) -> Got:
        async with self.session.get(self.server.url + path, headers=HEADERS) as answer:
            return Got(answer.status, _lower(answer.headers), await answer.text())


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextlib.asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    """A fresh server and a caller of it, on this loop."""
    server = await serve_simulated()
    try:
        async with aiohttp.ClientSession() as session:
            yield Caller(server, session)
    finally:
        await server.close()


@contextlib.contextmanager
def simulated_in_thread() -> Iterator[SimulatedServer]:
    """A server on a loop of its own, for clients that block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated providers", daemon=True)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(serve_simulated(), loop).result(10)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
