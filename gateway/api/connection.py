"""A client's connection: what it may cost before a request is there, and how soon a client that is gone is noticed.

Invariants
- A head that is not whole HEAD_SECONDS after the connection was made, or after its first byte, ends the connection.
- Where there are more connections than `most`, those give way that have no request under way: who never asked before
  who may ask again, the oldest first. So connections that send nothing lock nobody out.
- The kernel holds at most SEND_BUFFER_BYTES (which Linux doubles) for a client that does not read; left alone it would
  take megabytes off the provider's hands, and the relay would hold nobody back.
- The kernel asks a silent client whether it is still there, and gives up after KEEP_ALIVE_SECONDS; so it does with
  what a client does not acknowledge. A stream that is still says something after 20 s at the latest
  (`answer.HEARTBEAT_SECONDS`, and a tick), so that whoever has vanished is noticed within 75 s whatever it waits for.
- An offer to go on in HTTP/2 in clear (`Upgrade: h2c`, which Java's own client makes with each first request) is
  declined by reading on as if it had not been made: the parser would let go of the connection, and of the body.
- An answer that comes whole is one write to the kernel, head and all: a write costs as much as a stage does.
- A client of HTTP/1.0 gets streams without chunks, up to the end of the connection (RFC 9112, 6.1): nginx asks so
  by default, and plainer clients take the chunks' lengths for words of the model.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import Any, ClassVar, Final

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0
MOST_CONNECTIONS: Final = 16_384
SEND_BUFFER_BYTES: Final = 128 * 1024
FIRST_PROBE_SECONDS, PROBE_SECONDS, PROBES = 30, 10, 2
KEEP_ALIVE_SECONDS: Final = FIRST_PROBE_SECONDS + PROBES * PROBE_SECONDS

OPTIONS: Final = tuple(
    (level, getattr(socket, name), value)
    for level, name, value in (
        (socket.SOL_SOCKET, "SO_SNDBUF", SEND_BUFFER_BYTES),
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", FIRST_PROBE_SECONDS),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", PROBE_SECONDS),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", PROBES),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", KEEP_ALIVE_SECONDS * 1000),
    )
    if hasattr(socket, name)
)

PIECES: Final = "gateway.pieces"
"""In an ASGI scope's extensions: `answer.Pieces`."""

_CHUNKED: Final = b"transfer-encoding: chunked\r\n"
_OFFERING: Final = frozenset({b"upgrade", b"http2-settings"})


def most_connections() -> int:
    """Half of the files that this process may have open: the other half is for providers, databases and the journal."""
    return min(MOST_CONNECTIONS, max(16, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))


class _HeadWithBody:
    """In place of the transport, until a head is out: one with a length waits for the body, which uvicorn writes next.

    Refers to the cycle, and it to this, until then, or until the connection is lost.
    """

    __slots__ = ("_cycle", "_head", "_transport")

    def __init__(self, cycle: RequestResponseCycle, transport: asyncio.Transport) -> None:
        self._cycle = cycle
        self._transport = transport
        self._head = b""

    def write(self, data: bytes) -> None:
        cycle = self._cycle
        if not cycle.response_started:  # 100 Continue
            self._transport.write(data)
        elif cycle.chunked_encoding and cycle.scope["http_version"] == "1.0":
            cycle.transport = _WithoutChunks(self._transport)  # type: ignore[assignment]
            self._transport.write(data.replace(_CHUNKED, b"", 1))
        elif cycle.chunked_encoding or self._head:
            cycle.transport = self._transport
            self._transport.write(self._head + data)
        else:
            self._head = data

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._cycle.transport = self._transport
        if self._head:
            self._transport.write(self._head)
        self._transport.close()


class _WithoutChunks:
    """In place of the transport of a client that knows no chunks, behind the head: uvicorn writes a chunk at a time."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        length, _, rest = data.partition(b"\r\n")
        if length:  # an empty piece of an answer is no chunk
            self._transport.write(rest[: int(length, 16)])

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()


class _Pieces:
    """Implements `answer.Pieces`, for answers in chunks: what uvicorn would write, at once."""

    __slots__ = ("_flow", "_transport")

    def __init__(self, transport: asyncio.Transport, flow: FlowControl) -> None:
        self._transport = transport
        self._flow = flow

    @property
    def wanted(self) -> bool:
        return not (self._flow.write_paused or self._transport.is_closing())

    def write(self, data: bytes) -> None:
        if data:  # a chunk of no bytes would be the last
            self._transport.write(b"%x\r\n%s\r\n" % (len(data), data))


class Connection(HttpToolsProtocol):
    """Uvicorn's, within bounds."""

    head_seconds: ClassVar[float] = HEAD_SECONDS
    most: ClassVar[int] = most_connections()
    silent: ClassVar[dict[Connection, None]] = {}
    """Those that never asked, the oldest first."""
    idle: ClassVar[dict[Connection, None]] = {}
    """Those that have been answered, who was answered first first."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._declining = False
        self._extensions: dict[str, Any] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._extensions = {PIECES: _Pieces(transport, self.flow)}
        connected = transport.get_extra_info("socket")
        if connected is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
            for option in OPTIONS:
                connected.setsockopt(*option)
        self._wait_for_the_head()
        self.silent[self] = None
        if len(self.connections) > self.most:
            oldest = next(iter(self.silent)) if len(self.silent) > 1 else next(iter(self.idle), None)
            if oldest is not None:
                oldest.give_way()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        self.silent.pop(self, None)
        self.idle.pop(self, None)
        if self.cycle is not None:
            self.cycle.transport = self.transport
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        while data:
            try:
                self.parser.feed_data(data)
                break
            except httptools.HttpParserError:
                self.logger.warning("Invalid HTTP request received.")
                self.send_400_response("Invalid HTTP request received.")
                return
            except httptools.HttpParserUpgrade as offer:
                if not self._declining:
                    break  # the edge answers in words, and closes
                data = self._head_without_the_offer() + data[offer.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
                self._declining = False
        if self._in_head and self._head_timer is None:
            self._wait_for_the_head()

    def _head_without_the_offer(self) -> bytes:
        """What was read of a request, less what would change the protocol (RFC 9110, 7.8 and 7.6.1)."""
        lines = [b"%s %s HTTP/1.1" % (self.parser.get_method(), self.url)]
        for name, value in self.headers:
            if name == b"connection":
                kept = [token for token in value.split(b",") if token.strip().lower() not in _OFFERING]
                lines.append(b"connection: " + b",".join(kept))
            elif name not in _OFFERING:
                lines.append(b"%s: %s" % (name, value))
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and self._get_upgrade() == b"h2c":
            self._declining = True
            return
        self._in_head = False
        if self._head_timer is not None:
            self._head_is_here()
            self.silent.pop(self, None)
        self.idle.pop(self, None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._declining:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self.idle[self] = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # of whose body nothing is written
            cycle.transport = _HeadWithBody(cycle, self.transport)  # type: ignore[assignment]
            if cycle.scope["http_version"] == "1.1":
                cycle.scope["extensions"] = self._extensions
        super()._start_asgi_task(cycle, app)

    def give_way(self) -> None:
        """Nothing is under way here, and others need the place."""
        self.silent.pop(self, None)
        self.idle.pop(self, None)
        self.transport.close()

    def _wait_for_the_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.give_way)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
