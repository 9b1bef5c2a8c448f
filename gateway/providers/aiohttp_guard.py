"""aiohttp's client connection, made safe to pool and exact about time.

Promise: a connection from here answers what was asked, when it was asked, or it is closed.

Invariants
- Bytes that arrive while nothing is asked (before the first request, between two) close the connection unread.
- One answer a request: a second head, or the beginning of one behind a complete answer, closes the connection.
- A connection whose socket has something to read, or its end, is never taken from the pool.
- A body ends as HTTP says, or in an exception: a reset, a broken chunk and our own closing wake the reader.
- Letting go is immediate: nothing unsent is flushed, no TLS goodbye is waited for.
- One timer a call, set when the connection is there: first byte, then idle and total. Data only notes the time; the
  timer looks at the note when it goes off. While our own reader holds the stream back, the provider is not late.

Assumes of aiohttp (read in 3.14.5; `tests/wire/test_upstream_unasked.py` and its neighbours fail where it changes):
`TCPConnector` makes connections by `_factory` and asks `is_connected` before it reuses one; every head is handed to
`feed_data`; `_payload` is the body being received, whose `_waiter` is set while somebody waits for more of it; `close`
and `abort` are the only ways by which aiohttp ends a connection.
"""

from __future__ import annotations

import asyncio
import functools
import select
import socket
import ssl
import weakref
from typing import Any

from aiohttp import ClientPayloadError, SocketTimeoutError, TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import AddrInfoType
from aiohttp.helpers import TimerNoop
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.resolver import ThreadedResolver
from aiohttp.streams import StreamReader

from gateway.core.policy import Timeouts
from gateway.providers.transport import Offer, UpstreamResponse

RECEIVE_BUFFER_BYTES = 256 * 1024
"""What the kernel takes in of an answer before it holds the provider back; Linux doubles it. Left alone it would be
megabytes, for each client that does not read. 256 KiB let some 2.5 MB a second through over 100 ms."""

READ_BUFFER_BYTES = 65536
"""What aiohttp reads ahead of the reader; it holds the provider back at twice this."""

LINE_BYTES = 16384
HEADER_BYTES = 131072
"""The longest header of an answer, name and value."""

NO_TIMER = TimerNoop()
"""Time is the guard's business, not the reader's."""

IDLE_SECONDS = 15.0
"""How long an unused connection is kept: below what providers and the balancers before them keep theirs."""


class Call:
    """One request: its limits, and how far it got. Times in seconds of `loop.time()`."""

    __slots__ = (
        "acquired",
        "answered",
        "certificate_refused",
        "deadline",
        "heard",
        "limits",
        "overdue",
        "response",
    )

    def __init__(self, limits: Timeouts, now: float) -> None:
        self.limits = limits
        self.deadline = now + limits.total
        self.heard = now
        self.acquired = False
        """A connection was there; from here on the provider may have got the request."""
        self.answered = False
        """The head of the answer has come."""
        self.overdue = False
        self.certificate_refused = False
        self.response: UpstreamResponse | None = None

    def due(self) -> float:
        """The moment at which silence becomes a failure."""
        return min(self.heard + (self.limits.idle if self.answered else self.limits.first_byte), self.deadline)


class GuardedConnection(ResponseHandler):
    """One connection to a provider. `call` is set from asking to the last byte of the answer; else it is idle."""

    call: Call | None = None
    offer: Offer | None = None
    """Who is asked first, while the reader of the body waits."""
    alarm: asyncio.TimerHandle | None = None
    poller: select.poll | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.poller = select.poll()
        self.poller.register(_file_number(transport), select.POLLIN)

    def is_connected(self) -> bool:
        """Fit for use. An idle socket that is readable holds what nobody asked for, or its end."""
        if not super().is_connected():
            return False
        return self.call is not None or self.poller is None or not self.poller.poll(0)

    def begin(self, call: Call, *, bodiless: bool) -> None:
        """Now `call` is asked. `bodiless`: its answer has no body, whatever its head tells."""
        self.call = call
        call.acquired = True
        call.heard = self._loop.time()
        self.alarm = self._loop.call_at(call.due(), self._look_at_the_clock)
        self.set_response_params(
            timer=NO_TIMER,
            skip_payload=bodiless,
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=READ_BUFFER_BYTES,
            max_line_size=LINE_BYTES,
            max_field_size=HEADER_BYTES,
        )

    def data_received(self, data: bytes) -> None:
        call = self.call
        if call is None:
            if data:
                self.abort()
            return
        if call.answered:  # what comes before the head (interim answers, a head in drips) buys no time
            call.heard = self._loop.time()
        super().data_received(data)
        if self.call is None and self._holds_the_beginning_of_more():
            self.abort()

    def feed_data(self, data: tuple[Any, StreamReader], size: int = 0) -> None:
        message, payload = data
        if 100 <= message.code < 200 and message.code != 101:
            super().feed_data(data, size)
            return
        call = self.call
        if call is None or call.answered:
            self.abort()
            return
        call.answered = True
        call.heard = self._loop.time()
        if type(payload) is StreamReader:
            payload.__class__ = _OfferingReader
        payload.on_eof(self._end_call)
        super().feed_data(data, size)
        if self.alarm is not None and call.due() < self.alarm.when():
            self.alarm.cancel()
            self.alarm = self._loop.call_at(call.due(), self._look_at_the_clock)

    def resume_reading(self, resume_parser: bool = True) -> None:
        # aiohttp asks after every chunk; where nothing was held back there is nothing to do.
        if self._reading_paused:
            if self.call is not None:
                self.call.heard = self._loop.time()
            super().resume_reading(resume_parser)

    def connection_lost(self, exc: BaseException | None) -> None:
        call, payload = self.call, self._payload
        if call is not None and isinstance(exc, ssl.SSLError):
            reason = getattr(exc, "reason", None) or ""  # OpenSSL's name for it; absent where Python raised
            call.certificate_refused = "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason)
        if exc is not None:
            _cut(payload)  # first: the parser takes every end for a proper one where a body has no length
        self._end_call()
        super().connection_lost(exc)
        _cut(payload)

    def abort(self) -> None:
        payload = self._payload
        self._end_call()
        self.force_close()
        super().abort()
        _cut(payload)

    close = abort

    def _holds_the_beginning_of_more(self) -> bool:
        """Whether something follows a complete answer. Spends the parser; every request gets a new one."""
        try:
            return self._parser is not None and self._parser.feed_eof() is not None
        except HttpProcessingError:
            return True

    def _end_call(self) -> None:
        self.call = self.offer = None
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None

    def _look_at_the_clock(self) -> None:
        call = self.call
        if call is None:
            return
        now = self._loop.time()
        if self._reading_paused:
            call.heard = now
        due = call.due()
        if due > now:
            self.alarm = self._loop.call_at(due, self._look_at_the_clock)
            return
        call.overdue = True
        failure = SocketTimeoutError()
        if self._payload is not None:
            self._payload.set_exception(failure)
        self.set_exception(failure)
        if call.response is not None:  # gives the place in the pool back, even where nobody reads any more
            call.response.close()


class _OfferingReader(StreamReader):
    """Offers what arrives while its own reader waits. Without fields, since aiohttp's parser has made it already."""

    __slots__ = ()

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        connection: Any = self._protocol
        offer, waiter = connection.offer, self._waiter
        if offer is not None and waiter is not None and not waiter.done():
            try:
                if offer(data):
                    return False
            except Exception as error:  # noqa: BLE001  raised where somebody waits; the parser would call it a cut
                self.set_exception(error)
                return False
        return super().feed_data(data, size)


def _cut(payload: StreamReader | None) -> None:
    if payload is not None and not payload.is_eof() and payload.exception() is None:
        payload.set_exception(ClientPayloadError())


def _bounded_socket(address: AddrInfoType) -> socket.socket:
    """With a bound on what the kernel takes in for a client that does not read; set before the window is told."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return made


class GuardedConnector(TCPConnector):
    """A pool of guarded connections to one origin. `connections` holds each as long as somebody holds it."""

    def __init__(self, limit: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            limit=limit,
            ssl=True if tls is None else tls,
            keepalive_timeout=IDLE_SECONDS,
            resolver=ThreadedResolver(),
            socket_factory=_bounded_socket,
        )
        self.connections: weakref.WeakSet[GuardedConnection] = weakref.WeakSet()
        self._factory = functools.partial(self._make_connection)

    def _make_connection(self) -> ResponseHandler:
        connection = GuardedConnection(self._loop)
        self.connections.add(connection)
        return connection

    def count_open(self) -> int:
        # By the socket: where connecting was cancelled, uvloop closes it without a word to the connection.
        transports = [connection.transport for connection in self.connections]
        return sum(transport is not None and _file_number(transport) >= 0 for transport in transports)


def _file_number(transport: asyncio.BaseTransport) -> int:
    number: int = transport.get_extra_info("socket").fileno()
    return number
