"""A connection to a provider, safe to pool and exact about time.

Promise: a connection from here answers what was asked, when it was asked, or it is closed.

Invariants
- Bytes that arrive while nothing is asked (before the first request, between two) close the connection unread.
- One answer a request: what follows a complete answer closes the connection.
- A connection whose socket has something to read, or its end, is never taken from the pool.
- A body ends as HTTP says, or is broken off: a reset, a broken chunk and our own closing wake the reader.
- What is no body (a head of MOST_FIELDS, chunks' lengths, trailers) is HEAD_BYTES long at most.
- Letting go is immediate: nothing unsent is flushed, no TLS goodbye is waited for.
- A connection goes home to its pool by itself once an answer is complete; whoever still holds that answer has no hold
  of the connection any more (`let_go`).
- One timer a connection, for first byte, then idle and total. Data and new calls only note the time; the timer looks at
  the note when it goes off. While our own reader holds the stream back, the provider is not late.

The parser is llhttp, lenient where providers are careless; pieces of a body go straight to whoever reads them.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from typing import Final, Protocol

import httptools

from gateway.providers.arriving_body import ArrivingBody
from gateway.providers.wire_call import Call, Fields

HEAD_BYTES: Final = 128 * 1024
MOST_FIELDS: Final = 128
_FIELD: Final = b"".join
COPIED_BYTES: Final = 65536
"""A body up to here is put behind its head, and both are one write."""


class ConnectionKeeper(Protocol):
    """The pool that a connection belongs to."""

    def keep(self, connection: GuardedConnection) -> None:
        """It is idle, and fit for another call."""
        ...

    def lost(self, connection: GuardedConnection) -> None:
        """It is closed; may be told twice."""
        ...


class GuardedConnection(asyncio.Protocol):
    """One connection to a provider. `call` is set from asking to the last byte of the answer; else it is idle."""

    __slots__ = (
        "_alarm",
        "_bodiless",
        "_fields",
        "_keeper",
        "_loop",
        "_parser",
        "_poller",
        "_reading_paused",
        "_should_close",
        "_surplus",
        "_unread",
        "_writing_paused",
        "call",
        "heard",
        "transport",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, keeper: ConnectionKeeper) -> None:
        self._loop = loop
        self._keeper = keeper
        self.transport: asyncio.Transport | None = None
        self.call: Call | None = None
        self.heard = 0.0
        """When the last answer was heard of, in seconds of the loop."""
        self._should_close = False
        self._writing_paused = False
        self._reading_paused = False
        self._parser: httptools.HttpResponseParser | None = None
        self._fields: Fields = []
        self._bodiless = False
        self._surplus = False
        """Something came behind a complete answer."""
        self._unread = 0
        """Bytes that came since the last piece of a body."""
        self._alarm: asyncio.TimerHandle | None = None
        self._poller = select.poll()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._poller.register(file_number(transport), select.POLLIN)

    def is_fit(self) -> bool:
        """For use again. An idle socket that is readable holds what nobody asked for, or its end."""
        return self.transport is not None and not self.transport.is_closing() and not self._poller.poll(0)

    def begin(self, call: Call, head: bytes, body: bytes, *, bodiless: bool) -> None:
        """Ask. `bodiless`: the answer has no body, whatever its head tells."""
        self.call = call
        call.heard = self._loop.time()
        self._mind_the_clock(call)
        self._fields = []
        self._bodiless = bodiless
        self._unread = 0
        if self._parser is None:
            self._parser = httptools.HttpResponseParser(self)
            self._parser.set_dangerous_leniencies(
                lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
            )
        transport = self.transport
        if transport is None or transport.is_closing():
            self.abort()  # it ended in this moment: nothing will be heard from it
        elif len(body) <= COPIED_BYTES:
            transport.write(head + body)
        else:
            transport.write(head)
            transport.write(body)

    def let_go(self, call: Call) -> None:
        """Nobody wants more of this call: close at once, unless it is over and the connection has gone home."""
        if self.call is call:
            self.abort()

    def data_received(self, data: bytes) -> None:
        call, parser = self.call, self._parser
        if call is None or parser is None:
            self.abort()
            return
        begun = call.body is not None
        if begun:  # what comes before the head (interim answers, a head in drips) buys no time
            call.heard = self._loop.time()
        self._unread += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            call.is_nonsense = True
            self.abort()
            return
        if self._surplus or self._unread > HEAD_BYTES:
            call.is_nonsense = True
            self.abort()
        elif not begun and self.call is call:
            self._mind_the_clock(call)

    # What the parser calls, in the order of an answer. Its errors are those of `feed_data`.

    def on_message_begin(self) -> None:
        if self.call is None or self.call.body is not None:
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        call, parser = self.call, self._parser
        if call is None or parser is None or call.body is not None:
            self._surplus = True
            return
        fields, self._fields = self._fields, []  # what comes behind are trailers, or another head
        told = b"".join(map(_FIELD, fields))
        if 0 in told or len(fields) > MOST_FIELDS or len(told) > HEAD_BYTES:
            raise ValueError("a header holds what HTTP does not carry, or too much")
        status = parser.get_status_code()
        if status == 101:
            raise ValueError("the provider changes the protocol without being asked")
        if 100 <= status < 200:  # an interim answer, of which there may be any number
            return
        call.status, call.fields = status, fields
        call.heard = self._loop.time()
        call.body = ArrivingBody(self, self._loop)
        self._should_close = not parser.should_keep_alive()
        if self._bodiless:
            self._parser = None  # it would take what comes next for the body; and be told that it is none
            self._complete(call, call.body)
        call.release_reader()

    def on_body(self, data: bytes) -> None:
        self._unread = 0
        if self.call is None or self.call.body is None:
            self._surplus = True
        else:
            self.call.body.feed(data)

    def on_message_complete(self) -> None:
        call = self.call
        if call is not None and call.body is not None:
            self._complete(call, call.body)

    def connection_lost(self, exc: BaseException | None) -> None:
        call = self.call
        self.transport = self._parser = None
        self._should_close = True
        if call is not None:
            if isinstance(exc, ssl.SSLError):
                reason = getattr(exc, "reason", None) or ""  # OpenSSL's name for it; absent where Python raised
                call.certificate_refused = "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason)
            if exc is None and call.body is not None and _ends_with_its_connection(call.fields):
                self._complete(call, call.body)
            else:
                self._fail(call)
        self._leave()

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False

    def pause_reading(self) -> None:
        if self.transport is not None and not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self._reading_paused:
            self._reading_paused = False
            if self.call is not None:
                self.call.heard = self._loop.time()
            if self.transport is not None:
                self.transport.resume_reading()

    def abort(self) -> None:
        """Close at once; who waits for the call's answer is told."""
        transport, self.transport = self.transport, None
        if self.call is not None:
            self._fail(self.call)
        if transport is not None:
            transport.abort()
        self._leave()

    def _leave(self) -> None:
        self._should_close = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._keeper.lost(self)

    def _complete(self, call: Call, body: ArrivingBody) -> None:
        """All is there. The connection is fit for another, unless the provider would not read all."""
        self.call = None
        self.heard = call.heard
        body.end()
        if self._should_close or self._writing_paused:
            self.abort()
        else:
            self._keeper.keep(self)

    def _fail(self, call: Call) -> None:
        self.call = None
        if call.body is not None:
            call.body.break_off()
        call.release_reader()

    def _mind_the_clock(self, call: Call) -> None:
        """A timer that goes off too early costs less than one for each call."""
        due = call.due()
        if self._alarm is not None:
            if self._alarm.when() <= due:
                return
            self._alarm.cancel()
        self._alarm = self._loop.call_at(due, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        call, self._alarm = self.call, None
        if call is None:
            return
        now = self._loop.time()
        if self._reading_paused:
            call.heard = now
        if call.due() > now:
            self._mind_the_clock(call)
            return
        call.overdue = True
        self.abort()


def _ends_with_its_connection(fields: Fields) -> bool:
    """Whether nothing else tells where the body ends (RFC 9112, 6.3)."""
    codings = b""
    for name, value in fields:
        lower = name.lower()
        if lower == b"content-length":
            return False
        if lower == b"transfer-encoding":
            codings = value
    return codings.rpartition(b",")[2].strip().lower() != b"chunked"


def file_number(transport: asyncio.BaseTransport) -> int:
    number: int = transport.get_extra_info("socket").fileno()
    return number
