"""A connection to a provider, safe to pool and exact about time. It stands in aiohttp's pool in place of aiohttp's own.

Promise: a connection from here answers what was asked, when it was asked, or it is closed.

Invariants
- Bytes that arrive while nothing is asked (before the first request, between two) close the connection unread.
- One answer a request: what follows a complete answer closes the connection.
- A connection whose socket has something to read, or its end, is never taken from the pool.
- A body ends as HTTP says, or is broken off: a reset, a broken chunk and our own closing wake the reader.
- What is no body (a head of MOST_FIELDS, chunks' lengths, trailers) is HEAD_BYTES long at most.
- Letting go is immediate: nothing unsent is flushed, no TLS goodbye is waited for.
- One timer a call, set when the connection is there: first byte, then idle and total. Data only notes the time; the
  timer looks at the note when it goes off. While our own reader holds the stream back, the provider is not late.

The parser is llhttp, as aiohttp's is, and as lenient as that; pieces of a body go straight to whoever reads them.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from typing import Final

import httptools

from gateway.providers.arriving import ArrivingBody
from gateway.providers.wire_call import Call, Fields

HEAD_BYTES: Final = 128 * 1024
MOST_FIELDS: Final = 128


class GuardedConnection(asyncio.Protocol):
    """One connection to a provider. `call` is set from asking to the last byte of the answer; else it is idle.

    What aiohttp's pool asks of it: `transport`, `is_connected`, `should_close`, `closed`, `close`, `abort`.
    """

    __slots__ = (
        "__weakref__",
        "_alarm",
        "_bodiless",
        "_closed",
        "_fields",
        "_gone",
        "_head_size",
        "_loop",
        "_parser",
        "_poller",
        "_reading_paused",
        "_surplus",
        "_unread",
        "call",
        "should_close",
        "transport",
        "writing_paused",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.transport: asyncio.Transport | None = None
        self.call: Call | None = None
        self.should_close = False
        self.writing_paused = False
        self._reading_paused = False
        self._parser: httptools.HttpResponseParser | None = None
        self._fields: Fields = []
        self._head_size = 0
        self._bodiless = False
        self._surplus = False
        """Something came behind a complete answer."""
        self._unread = 0
        """Bytes that came since the last piece of a body."""
        self._alarm: asyncio.TimerHandle | None = None
        self._poller = select.poll()
        self._gone = False
        self._closed: asyncio.Future[None] | None = None

    @property
    def closed(self) -> asyncio.Future[None] | None:
        """Done once the connection is lost; None where it is."""
        if self._closed is None and not self._gone:
            self._closed = self._loop.create_future()
        return self._closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self._poller.register(file_number(transport), select.POLLIN)

    def is_connected(self) -> bool:
        """Fit for use. An idle socket that is readable holds what nobody asked for, or its end."""
        if self.transport is None or self.transport.is_closing():
            return False
        return self.call is not None or not self._poller.poll(0)

    def begin(self, call: Call, *, bodiless: bool) -> None:
        """Now `call` is asked. `bodiless`: its answer has no body, whatever its head tells."""
        self.call = call
        call.acquired = True
        call.heard = self._loop.time()
        self._alarm = self._loop.call_at(call.due(), self._look_at_the_clock)
        self._fields = []
        self._bodiless = bodiless
        self._head_size = self._unread = 0
        if self._parser is None:
            self._parser = httptools.HttpResponseParser(self)
            self._parser.set_dangerous_leniencies(
                lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
            )

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
        elif not begun and self._alarm is not None and call.due() < self._alarm.when():
            self._alarm.cancel()
            self._alarm = self._loop.call_at(call.due(), self._look_at_the_clock)

    # What the parser calls, in the order of an answer. Its errors are those of `feed_data`.

    def on_message_begin(self) -> None:
        if self.call is None or self.call.body is not None:
            self._surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.call is not None and self.call.body is None:  # else a trailer
            value = value.rstrip(b" \t")
            self._head_size += len(name) + len(value)
            if b"\0" in value or len(self._fields) >= MOST_FIELDS or self._head_size > HEAD_BYTES:
                raise ValueError("a header holds what HTTP does not carry, or too much")
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        call, parser = self.call, self._parser
        if call is None or parser is None or call.body is not None:
            self._surplus = True
            return
        status = parser.get_status_code()
        if status == 101:
            raise ValueError("the provider changes the protocol without being asked")
        if 100 <= status < 200:  # an interim answer, of which there may be any number
            self._fields = []
            return
        call.status, call.fields = status, self._fields
        call.heard = self._loop.time()
        call.body = ArrivingBody(self, self._loop)
        self.should_close = not parser.should_keep_alive()
        if self._bodiless:
            self._parser = None  # it would take what comes next for the body; and be told that it is none
            self._complete(call, call.body)
        call.told()

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
        self._gone = self.should_close = True
        if call is not None:
            if isinstance(exc, ssl.SSLError):
                reason = getattr(exc, "reason", None) or ""  # OpenSSL's name for it; absent where Python raised
                call.certificate_refused = "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason)
            if exc is None and call.body is not None and _ends_with_its_connection(call.fields):
                self._complete(call, call.body)
            else:
                self._fail(call)
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        self.writing_paused = True

    def resume_writing(self) -> None:
        self.writing_paused = False

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
        self.should_close = True
        if self.call is not None:
            self._fail(self.call)
        if transport is not None:
            transport.abort()

    close = abort

    def _complete(self, call: Call, body: ArrivingBody) -> None:
        self._end_call()
        body.end()
        if call.holder is not None:
            call.holder.give_back()

    def _fail(self, call: Call) -> None:
        self._end_call()
        if call.body is not None:
            call.body.break_off()
        call.told()

    def _end_call(self) -> None:
        self.call = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _look_at_the_clock(self) -> None:
        call = self.call
        if call is None:
            return
        now = self._loop.time()
        if self._reading_paused:
            call.heard = now
        due = call.due()
        if due > now:
            self._alarm = self._loop.call_at(due, self._look_at_the_clock)
            return
        call.overdue = True
        holder = call.holder
        self.abort()
        if holder is not None:  # gives the place in the pool back, even where nobody reads any more
            holder.close()


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
