"""A client's connection: what it may cost before a request is there, and how soon a client that is gone is noticed.

Invariants
- A head that is not whole HEAD_SECONDS after the connection was made, or after its first byte, ends the connection.
- Where there are more connections than `most`, those give way that have no request under way: who never asked before
  who may ask again, the oldest first. So connections that send nothing lock nobody out.
- What the kernel holds for a client, and how it notices one that has vanished, is in `socket_options`.
- An offer to go on in HTTP/2 in clear (`Upgrade: h2c`, which Java's own client makes with each first request) is
  declined by reading on as if it had not been made: the parser would let go of the connection, and of the body.
- What is no whole head and no piece of a body (an endless head, a chunk's extension, a trailer) is UNFINISHED_BYTES and
  a read at most: the parser joins a value anew for each of its pieces, which would keep the loop from everybody else.
- Trailers are no headers: what a proxy in front takes out of heads must not come in by one.
- Requests that are sent before the answer to the last one wait, MOST_WAITING of them, all their bodies as bounded as
  one. What is more, or no request, is read and left: what came before is answered, in its order, and then the
  connection ends. When the client leaves, the request that is being answered is told, and none that waits is begun.
- An answer that ends the connection reaches a client that is still sending: what comes is read and left for
  LINGER_SECONDS, since closing before it is read resets the connection and takes the answer away (RFC 9112, 9.6).
- A client that ends its side of the connection has left, though it may only have ended its side: nothing tells the
  two apart before an answer is written, and a call that nobody waits for costs money.
- What waits between two requests has one timer, which looks at a note when it goes off; uvicorn sets one for each.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any, ClassVar, Final, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.api.cycle import Cycle
from gateway.api.no_request import refuse_no_request
from gateway.api.pieces import PIECES
from gateway.api.socket_options import set_options
from gateway.core.request_heads import MAX_HEAD_BYTES

HEAD_SECONDS: Final = 10.0
MOST_CONNECTIONS: Final = 16_384
MOST_WAITING: Final = 32
UNFINISHED_BYTES: Final = 2 * MAX_HEAD_BYTES  # a head that is only too long is told so (`core.request_heads`)
LINGER_SECONDS: Final = 5.0

_OFFERING: Final = frozenset({b"upgrade", b"http2-settings"})


def most_connections() -> int:
    """Half of the files that this process may have open: the other half is for providers, databases and the journal."""
    return min(MOST_CONNECTIONS, max(16, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))


class _Pieces:
    """Implements `pieces.Pieces`, for answers in chunks: what uvicorn would write, at once."""

    __slots__ = ("_flow", "_transport")

    def __init__(self, transport: asyncio.Transport, flow: FlowControl) -> None:
        self._transport = transport
        self._flow = flow

    def wanted(self) -> bool:
        return not (self._flow.write_paused or self._transport.is_closing())

    def write(self, data: bytes) -> bool:
        if self._flow.write_paused or self._transport.is_closing():
            return False
        if data:  # a chunk of no bytes would be the last
            self._transport.write(b"%x\r\n%s\r\n" % (len(data), data))
        return True


class _TooMuchWaits(Exception):
    """The parser stops here."""


class Connection(HttpToolsProtocol):
    """Uvicorn's, within bounds."""

    head_seconds: ClassVar[float] = HEAD_SECONDS
    linger_seconds: ClassVar[float] = LINGER_SECONDS
    most: ClassVar[int] = most_connections()
    silent: ClassVar[dict[Connection, None]] = {}
    """Those that never asked, the oldest first."""
    idle: ClassVar[dict[Connection, None]] = {}
    """Those that have been answered, who was answered first first."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._idle_since = 0.0
        self._declining = False
        self._deaf = False  # what comes is not read any more
        self._unfinished = 0  # bytes since the last that were a head's end or a body's
        self._answered: Cycle | None = None
        """Whose answer is under way, or was the last; `cycle` is who came last."""
        self._extensions: dict[str, Any] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._extensions = {PIECES: _Pieces(transport, self.flow)}
        set_options(transport.get_extra_info("socket"))
        self._wait_for_the_head()
        self.silent[self] = None
        if len(self.connections) > self.most:
            oldest = next(iter(self.silent)) if len(self.silent) > 1 else next(iter(self.idle), None)
            if oldest is not None:
                oldest.give_way()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        self._unset_keepalive_if_required()
        self.silent.pop(self, None)
        self.idle.pop(self, None)
        self.pipeline.clear()
        if (answered := self._answered) is not None and not answered.response_complete:
            answered.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._unfinished += len(data)
        while data:
            try:
                self.parser.feed_data(data)
                break
            except httptools.HttpParserError:
                self._refuse_the_rest()
                return
            except httptools.HttpParserUpgrade as offer:
                if not self._declining:
                    break  # the edge answers in words, and closes
                data = self._head_without_the_offer() + data[offer.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
                self._declining = False
        if self._unfinished > UNFINISHED_BYTES:
            self._refuse_the_rest()
        elif self._in_head and self._head_timer is None:
            self._wait_for_the_head()

    def _refuse_the_rest(self) -> None:
        """What came is no request, or too much; a request in whose body that is was none, either."""
        self._deaf = True
        self._head_is_here()
        waiting, last = self.pipeline, self._answered
        if waiting and waiting[0][0].more_body and not self._in_head:
            waiting.popleft()
        if waiting:
            waiting[0][0].keep_alive = False
        elif last is not None and last.response_complete and last.more_body:
            self._end()  # it was answered before its body ended, and a request has one answer
        elif last is None or last.response_complete or (last.more_body and not last.response_started):
            refuse_no_request(self.transport, self.server_state.default_headers)
        else:
            last.keep_alive = False

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

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        """As uvicorn does it, without its question for WebSockets."""
        self._unfinished = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if self.pipeline and sum(len(waiting.body) for waiting, _ in self.pipeline) > HIGH_WATER_LIMIT:
                raise _TooMuchWaits
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and self._get_upgrade() == b"h2c":
            self._declining = True
            return
        self._in_head = False
        self._unfinished = 0
        self.headers = []  # what comes behind are trailers
        if self._head_timer is not None:
            self._head_is_here()
            self.silent.pop(self, None)
        self.idle.pop(self, None)
        self._begin_cycle()

    def _begin_cycle(self) -> None:
        """As uvicorn does it, with a cycle of our own; it offers no WebSockets and bounds no connections here."""
        parser = self.parser
        scope: Any = self.scope
        method, version, url = parser.get_method().decode(), parser.get_http_version(), httptools.parse_url(self.url)
        scope["method"], scope["http_version"] = method, version
        raw_path: bytes = url.path if self.url.startswith(b"/") else self.url  # the edge refuses what names a host
        path = raw_path.decode("ascii")
        scope["raw_path"], scope["path"] = raw_path, unquote(path) if "%" in path else path
        scope["query_string"] = url.query or b""
        if version == "1.1" and method != "HEAD":  # of whose body nothing is written
            scope["extensions"] = self._extensions
        cycle = Cycle(
            scope,
            self.transport,
            self.flow,
            self.server_state.default_headers,
            self.on_response_complete,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
        )
        asked = cast("RequestResponseCycle", cycle)
        if self._answered is None or (self._answered.response_complete and not self.pipeline):
            self._answered = cycle
            self._start_asgi_task(asked, self.app)
        elif len(self.pipeline) < MOST_WAITING:
            self.pipeline.appendleft((asked, self.app))
        else:
            raise _TooMuchWaits
        self.cycle = asked

    def on_message_complete(self) -> None:
        if not self._declining:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """As uvicorn does it, but for the timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if not cast("Cycle", self._answered).keep_alive:
            self._end()
            return
        if self.pipeline:
            asked, application = self.pipeline.pop()
            self._answered = cast("Cycle", asked)
            self._start_asgi_task(asked, application)
            return
        self.idle[self] = None
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_in(self.timeout_keep_alive)

    def _end(self) -> None:
        if not (self._deaf or cast("Cycle", self._answered).more_body):
            self.transport.close()
            return
        self._deaf = True
        self._head_is_here()
        self._head_timer = self.loop.call_later(self.linger_seconds, self.give_way)
        self.idle[self] = None
        self._idle_since = self.loop.time()  # a timer of before may go off
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if self.transport.is_closing() or self._in_head or self not in self.idle:
            return  # with the answer to what is under way the time begins anew
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again_in(left)
        else:
            self.transport.close()

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def give_way(self) -> None:
        """Nothing is under way here, and others need the place."""
        self.silent.pop(self, None)
        self.idle.pop(self, None)
        self.transport.close()

    def _wait_for_the_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._answered is None or self._answered.response_complete:
            self.give_way()
        else:
            self._refuse_the_rest()

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
