"""HTTP/1.1 from the socket up: the part of a server that can also do what servers must not.

Own protocol rather than ASGI, since a reset, a cut in the middle of a chunk and a silence need the transport.

Invariants
- Keep-alive and pipelining follow the standard while no fault is asked for: one answer per request, in order.
- Reading never pauses, so that a caller's leaving is noticed within the same loop turn, also in a silence.
- A caller that reads slowly is waited for: frames are not produced ahead of the transport's buffer.
- Every exchange ends with an outcome other than `running`, once.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import unquote

import httptools
import msgspec

from gateway.providers.simulated.replies import Exchange, Frame, Outcome, Reply, Request, frame

MAX_BODY_BYTES = 64 * 1024 * 1024
_BUFFER_BYTES = 256 * 1024
_STATUS_LINES = {status.value: b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode()) for status in HTTPStatus}
_STRAY = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstray"
_STRAY_DELAY = 0.01
"""Seconds; long enough for the answer's reader to have put the connection back into its pool."""

Respond = Callable[[Request], tuple[Exchange, Reply]]


class Connection(asyncio.Protocol):
    """One client connection. `peers` holds the open ones; `streams` counts the exchanges under way."""

    def __init__(self, respond: Respond, peers: set[Connection]) -> None:
        self._respond = respond
        self._peers = peers
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = asyncio.Event()
        self._transport: asyncio.Transport
        self.exchange: Exchange | None = None
        self._begin()

    # ------------------------------------------------------------------ asyncio's side
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self._transport.set_write_buffer_limits(high=_BUFFER_BYTES)
        self._peers.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._peers.discard(self)
        self._lost.set()
        self._waiting.clear()
        self._writable.set()
        if self._task is not None:
            self._task.cancel()
        self._end("aborted")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._transport.close()
        except httptools.HttpParserError:
            self._transport.write(_STATUS_LINES[400] + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self._transport.close()

    # ------------------------------------------------------------------ httptools' side
    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > MAX_BODY_BYTES:
            self._transport.abort()

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            path=unquote(path),
            query=query,
            headers=self._headers,
            body=bytes(self._body),
        )
        keep_alive = self._parser.should_keep_alive()
        self._begin()
        if self.exchange is None and not self._waiting:
            self._serve(request, keep_alive=keep_alive)
        else:
            self._waiting.append((request, keep_alive))

    # ------------------------------------------------------------------ answering
    def _serve(self, request: Request, *, keep_alive: bool) -> None:
        self.exchange, reply = self._respond(request)
        if reply.frames is None and not _troubled(reply):
            head = _head(reply, self.exchange.id, keep_alive=keep_alive)
            self._transport.write(head + reply.body if request.method != "HEAD" else head)
            self._finish(keep_alive=keep_alive)
            return
        self._task = asyncio.get_running_loop().create_task(self._perform(reply, keep_alive=keep_alive))

    def _finish(self, *, keep_alive: bool) -> None:
        exchange = self.exchange
        self._end("completed" if exchange is not None and exchange.status < 400 else "refused")
        self._task = None
        if not keep_alive:
            self._transport.close()
        elif self._waiting and not self._transport.is_closing():
            request, keep = self._waiting.popleft()
            self._serve(request, keep_alive=keep)

    def _end(self, outcome: Outcome) -> None:
        if self.exchange is not None:
            self.exchange.outcome = outcome
            self.exchange = None

    async def _perform(self, reply: Reply, *, keep_alive: bool) -> None:
        """Everything that takes time: streams, and answers with faults."""
        exchange, faults, write = self.exchange, reply.faults, self._transport.write
        assert exchange is not None
        if faults.first_byte_delay:
            await asyncio.sleep(faults.first_byte_delay)
        write(_head(reply, exchange.id, keep_alive=keep_alive))
        if reply.frames is None:
            frames = [Frame(b"", 0, piece) for piece in _pieces(reply.body, faults.split)]
        else:
            frames = _staged(reply)
        for number in (faults.cut_after, faults.reset_after, faults.stall_after):
            if number is not None:
                frames = [Frame(b"", 0, reply.body[:number])] if reply.frames is None else frames[:number]
        bill = exchange.bill
        output = 0
        for part in frames:
            if not self._writable.is_set():
                await self._writable.wait()
            write(part.wire)
            exchange.frames_sent += 1
            if part.tokens and bill is not None:
                output += part.tokens
                exchange.bill = msgspec.structs.replace(
                    bill, output_tokens=output, reasoning_tokens=min(bill.reasoning_tokens, output)
                )
            if faults.slow:
                await asyncio.sleep(faults.slow)
        await self._depart(reply, keep_alive=keep_alive)

    async def _depart(self, reply: Reply, *, keep_alive: bool) -> None:
        faults, transport = reply.faults, self._transport
        if faults.stall_after is not None:
            await asyncio.get_running_loop().create_future()
        if faults.cut_after is not None or faults.reset_after is not None:
            transport.set_write_buffer_limits(high=0)
            await self._writable.wait()
            self._end("faulted")
            if faults.reset_after is not None:
                plug = transport.get_extra_info("socket")
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                transport.abort()
            else:
                transport.close()
            return
        if reply.frames is not None:
            transport.write(b"0\r\n\r\n")
            if faults.end_after is not None or faults.error_after is not None:
                self._end("faulted")
        if faults.stray:
            asyncio.get_running_loop().call_later(_STRAY_DELAY, transport.write, _STRAY)
        self._finish(keep_alive=keep_alive and not faults.hang_up)

    async def leave(self) -> None:
        """Close at once and wait for it; what is under way counts as aborted."""
        self._transport.abort()
        await self._lost.wait()


def _troubled(reply: Reply) -> bool:
    faults = reply.faults
    return bool(
        faults.first_byte_delay
        or faults.split
        or faults.hang_up
        or faults.stray
        or faults.cut_after is not None
        or faults.reset_after is not None
        or faults.stall_after is not None
    )


def _head(reply: Reply, identifier: str, *, keep_alive: bool) -> bytes:
    line = _STATUS_LINES.get(reply.status) or b"HTTP/1.1 %d Unknown\r\n" % reply.status
    framing = b"content-length: %d\r\n" % len(reply.body) if reply.frames is None else b"transfer-encoding: chunked\r\n"
    named = b"%b: %b\r\n" % (reply.id_header, identifier.encode()) if reply.id_header else b""
    return line + reply.headers + named + framing + (b"\r\n" if keep_alive else b"connection: close\r\n\r\n")


def _pieces(body: bytes, size: int | None) -> list[bytes]:
    step = size or max(len(body), 1)
    return [body[start : start + step] for start in range(0, len(body), step)]


def _staged(reply: Reply) -> list[Frame]:
    """The frames with the faults that change them: an early end, a native error, garbage, other borders."""
    frames, faults = reply.frames or [], reply.faults
    if faults.end_after is not None:
        frames = frames[: faults.end_after]
    if faults.error_after is not None:
        frames = [*frames[: faults.error_after], frame(reply.native_error)]
    if faults.garbage:
        frames = [*frames[:2], frame(b"data: {not json\n\n"), *frames[3:]]
    if faults.split:
        tokens = sum(part.tokens for part in frames)
        pieces = _pieces(b"".join(part.data for part in frames), faults.split)
        frames = [frame(piece, tokens if number == 0 else 0) for number, piece in enumerate(pieces)]
    return frames
