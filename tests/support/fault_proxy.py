"""A TCP proxy that harms what it carries, between the gateway and a provider that works.

Promise: the provider behind it is untouched, so that what it has seen can judge what became of a fault; and the fault
can be changed while connections stand, which is how a provider breaks and heals.

Invariants
- Only the way back (provider to gateway) is harmed; what the gateway sends arrives as it was sent.
- Nothing of HTTP is known here: a fault begins after so many bytes of an answer's connection, or behind some bytes
  that are looked for.
- Loopback only; leaving `proxied` ends every connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from typing import Literal

import msgspec

READ_BYTES = 65536


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """`behind`: so many bytes, or what the bytes end with, that still come through; None: nothing is harmed.

    `then`: the connection is reset (RST), closed (FIN), says nothing more for ever or until the fault is another, or
    comes with every byte changed. `latency`: seconds before each piece. `pace`: (bytes, seconds) that the answer
    drips with.
    """

    behind: int | bytes | None = None
    then: Literal["reset", "close", "silence", "wait", "corrupt"] = "reset"
    latency: float = 0.0
    pace: tuple[int, float] | None = None


HEALTHY = Fault()


class FaultProxy:
    """`url` is what the gateway is told; `fault` holds for connections from now on and for those that stand."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.fault = HEALTHY
        self.accepted = 0
        self.open = 0
        self.carried = 0
        """Bytes of answers that were passed on."""
        self.held = 0
        """Bytes of answers that were read of the provider and could not be passed on yet."""
        self._port = port
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.accepted += 1
        self.open += 1
        behind: asyncio.StreamWriter | None = None
        try:
            answers, behind = await asyncio.open_connection("127.0.0.1", self._port)
            there = asyncio.ensure_future(_carry(reader, behind))
            back = asyncio.ensure_future(self._harm(answers, writer))
            try:
                await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in (there, back):
                    way.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._serving.discard(task)
            for side in (writer, behind):
                if side is not None:
                    side.close()

    async def end(self) -> None:
        serving = set(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _harm(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the answers on, as far as the fault lets them."""
        seen = b""
        while piece := await answers.read(READ_BYTES):
            if self.fault.latency:
                await asyncio.sleep(self.fault.latency)
            fault = self.fault
            through = _through(fault.behind, seen, piece)
            seen += piece
            if through is None:
                await self._pass(writer, piece)
                continue
            await self._pass(writer, piece[:through])
            match fault.then:
                case "reset":
                    raw: socket.socket = writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.transport.abort()
                    return
                case "close":
                    return
                case "silence":
                    await asyncio.Event().wait()
                case "wait":
                    while self.fault is fault:
                        await asyncio.sleep(0.005)
                    await self._pass(writer, piece[through:])
                case "corrupt":
                    await self._pass(writer, bytes(byte ^ 0x55 for byte in piece[through:]))

    async def _pass(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        size, pause = self.fault.pace or (len(data) or 1, 0.0)
        self.held += len(data)
        for start in range(0, len(data), size):
            if pause:
                await asyncio.sleep(pause)
            writer.write(data[start : start + size])
            await writer.drain()
            self.carried += len(data[start : start + size])
            self.held -= len(data[start : start + size])


def _through(behind: int | bytes | None, seen: bytes, piece: bytes) -> int | None:
    """How many bytes of this piece still come through; None: all, and the next too."""
    match behind:
        case None:
            return None
        case int():
            return max(behind - len(seen), 0) if len(seen) + len(piece) > behind else None
        case bytes():
            found = (seen + piece).find(behind)
            return max(found + len(behind) - len(seen), 0) if found >= 0 else None


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_BYTES):
        writer.write(data)
        await writer.drain()


@contextlib.asynccontextmanager
async def proxied(url: str) -> AsyncIterator[FaultProxy]:
    """A proxy before the server at `http://127.0.0.1:PORT`."""
    proxy = FaultProxy(int(url.rpartition(":")[2]))
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, backlog=1024)
    for each in listener.sockets:  # accepted ones have it, too: what the proxy's kernel holds is no part of the gateway
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
    proxy.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.end()
        await listener.wait_closed()


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """The URL of a port that neither takes nor refuses a connection: its queue is full, so that Linux drops SYNs."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
