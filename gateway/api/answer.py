"""The way back: status, headers and bytes of an answer or an error, in the client's dialect.

Invariants
- Frames go out as they came where client and provider speak one dialect and nobody touched them.
- What breaks before the first byte is a status code; after it, the dialect's own error frame and a proper end:
  never a silent stop.
- A stream is never silent for longer than HEARTBEAT_SECONDS where the dialect has a heartbeat, and a reader that
  takes nothing for STUCK_SECONDS is cut.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, get_args

from gateway.core.answer import gather
from gateway.core.caching import CHECKS, RECALLED, CacheUse
from gateway.core.events import Delta, Event, Failed, Frame, Produced, shown_events
from gateway.core.heads import DoubtfulHead
from gateway.core.idempotency import IdempotencyConflict
from gateway.core.limit_errors import QuotaExceeded
from gateway.core.operations import TokenCount
from gateway.core.ports import Clock
from gateway.dialects.codec import AnswerFacts, StreamEncoder
from gateway.errors import GatewayError, MethodNotAllowed, NotImplementedHere, ShuttingDown, UpstreamRefused
from gateway.exchange import Batch, Exchange
from gateway.pipeline import Note
from gateway.tasks import spawn

Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_PASSING_STATUSES = frozenset({408, 409, 425, 429})
"""Refusals that the same request may not meet again."""
_FINAL = (IdempotencyConflict, NotImplementedHere)
"""Refusals that SDKs would ask about again, by their status, and that stay as they are."""

_CACHE_TOLD: Final[dict[CacheUse, bytes]] = {
    use: b"hit" if use in RECALLED else b"miss" if use in CHECKS else use.encode() for use in get_args(CacheUse)
}

TICK_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
STUCK_SECONDS = 60.0
MAX_HEADER_VALUE = 512
MAX_RETRY_AFTER = 60
"""Seconds. Some SDKs sleep for whatever they are told, so a longer wait stands in the message only."""


class Answering:
    """Sends one reply over ASGI. Implements `gateway.pipeline.Reply`."""

    def __init__(self, send: Send, clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self.begun = False
        self.complete = False
        self.ended_by: GatewayError | None = None
        self._writes = self._writes_seen = self._ticks = 0
        self._writing = False
        self._ticker: asyncio.TimerHandle | None = None
        self.give_up: Callable[[], None] = _keep_on
        """Called when a reader has taken nothing for too long."""

    async def relay(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        """Send the answer that `flow` tells, as a stream or whole, as the client asked."""
        if exchange.record.stream:
            await self._relay_stream(exchange, flow, note, exchange.relays_frames)
        else:
            await self._relay_whole(exchange, flow, note, exchange.relays_whole)

    async def refuse(self, exchange: Exchange, error: GatewayError) -> None:
        """Send an error with its status, or as a frame where the answer has begun."""
        request_id = exchange.record.request_id
        if self.begun:
            await self._end(exchange.codec.encode_stream_error(error, request_id))
            return
        if isinstance(error, UpstreamRefused) and error.raw and _native(exchange):
            body = error.raw
        else:
            body = exchange.codec.encode_error(error, request_id)
        headers = _headers(exchange, self._own_milliseconds(exchange))
        headers += error_headers(error)
        await self.send_whole(error.status, headers, body, b"application/json")

    async def send_whole(self, status: int, headers: Headers, body: bytes, content_type: bytes) -> None:
        """A reply in one piece."""
        headers += [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
        self.begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        self.complete = True
        await self._send({"type": "http.response.body", "body": body})

    async def _relay_whole(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note, native: bool) -> None:
        events: list[Event] = []
        raw: list[bytes | None] = []
        async for batch in flow:
            note(exchange, batch)
            for frame in batch:
                events += shown_events(frame)
                raw.append(frame.raw)
        if native and len(raw) == 1 and raw[0] is not None:
            body = raw[0]
        else:
            body = exchange.codec.encode_answer(gather(events), self._facts(exchange))
        self._answered(exchange)
        headers = _headers(exchange, self._own_milliseconds(exchange))
        if events and type(events[0]) is Produced and _is_estimate(events[0]):
            headers.append((b"x-gateway-estimated", b"1"))
        await self.send_whole(200, headers, body, exchange.media_type)

    async def _relay_stream(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note, native: bool) -> None:
        encoder = exchange.codec.stream_encoder(self._facts(exchange))
        render = self._native_renderer(exchange) if native else _encoding_renderer(encoder)
        try:
            async for batch in flow:
                note(exchange, batch)
                data = render(batch)
                if not self.begun:
                    self._answered(exchange)
                    await self._start_stream(exchange, encoder)
                if data:  # as `_write` does it, without a call of its own for every piece
                    self._writes += 1
                    self._writing = True
                    await self._send({"type": "http.response.body", "body": data, "more_body": True})
                    self._writing = False
            await self._end(b"")
        finally:
            if self._ticker is not None:
                self._ticker.cancel()

    def _native_renderer(self, exchange: Exchange) -> Callable[[Batch], bytes]:
        """Frames as they came, without those that only the gateway asked for."""
        hides = exchange.spoken.hides
        envelope, codec, request_id = exchange.envelope, exchange.codec, exchange.record.request_id
        over = False

        def shown(frame: Frame) -> bytes:
            nonlocal over
            events, raw = frame.events, frame.raw
            if over:
                return b""  # what a provider says behind its error would contradict the error written in its place
            if len(events) == 1 and type(events[0]) is Delta and raw is not None:
                return raw
            for event in events:
                if type(event) is Failed and not (event.native and raw is not None):
                    over = True
                    return codec.encode_stream_error(event.error, request_id)
            return b"" if raw is None or hides(events, envelope) else raw

        def render(batch: Batch) -> bytes:
            if len(batch) == 1:  # most of a stream: a piece of text a read
                [frame] = batch
                events, raw = frame.events, frame.raw
                if raw is not None and len(events) == 1 and type(events[0]) is Delta:
                    return raw
            return b"".join([shown(frame) for frame in batch])

        return render

    async def _start_stream(self, exchange: Exchange, encoder: StreamEncoder) -> None:
        headers = _headers(exchange, self._own_milliseconds(exchange))
        headers += [
            (b"content-type", exchange.codec.stream_content_type.encode()),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
        ]
        self.begun = True
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, encoder)

    def _tick(self, encoder: StreamEncoder) -> None:
        """Every TICK_SECONDS of a stream: one timer a stream, and no clock read for a frame."""
        if self._writes != self._writes_seen:
            self._writes_seen, self._ticks = self._writes, 0
        else:
            self._ticks += 1
            if self._writing and self._ticks * TICK_SECONDS >= STUCK_SECONDS:
                self.give_up()
                return
            if not self._writing and self._ticks * TICK_SECONDS >= HEARTBEAT_SECONDS and (beat := encoder.heartbeat()):
                spawn(self._write(beat), "heartbeat")
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, encoder)

    async def _write(self, data: bytes) -> None:
        self._writes += 1
        self._writing = True
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        self._writing = False

    async def _end(self, data: bytes) -> None:
        if not self.complete:
            self.complete = True
            await self._send({"type": "http.response.body", "body": data, "more_body": False})

    def _answered(self, exchange: Exchange) -> None:
        exchange.record.http_status = 200
        exchange.record.first_byte_ms = self._milliseconds(exchange)

    def _milliseconds(self, exchange: Exchange) -> int:
        """Since the request came."""
        return int((self._clock.monotonic() - exchange.inbound.received) * 1000)

    def _own_milliseconds(self, exchange: Exchange) -> int:
        """Until a provider was asked; where none was, all of the time is our own."""
        own = exchange.record.overhead_ms
        return self._milliseconds(exchange) if own is None else own

    def _facts(self, exchange: Exchange) -> AnswerFacts:
        request_id, at = exchange.said_as or (exchange.record.request_id, exchange.record.at)
        return AnswerFacts(
            fallback_id=request_id,
            now=int(at),
            model=exchange.envelope.model,
            include_usage=exchange.envelope.include_usage,
            request=exchange.tree,
        )


def _is_estimate(event: Produced) -> bool:
    return isinstance(event.result, TokenCount) and event.result.estimated


def _keep_on() -> None:
    pass


def _encoding_renderer(encoder: StreamEncoder) -> Callable[[Batch], bytes]:
    def render(batch: Batch) -> bytes:
        if len(batch) == 1:
            return encoder.feed(shown_events(batch[0]))
        return b"".join([encoder.feed(shown_events(frame)) for frame in batch])

    return render


def _native(exchange: Exchange) -> bool:
    attempts = getattr(exchange, "attempts", ())
    made = exchange.record.attempts
    return bool(attempts) and 0 < made <= len(attempts) and attempts[made - 1].dialect == exchange.inbound.dialect


def _headers(exchange: Exchange, own_milliseconds: int) -> Headers:
    """The gateway's own headers, so far as the values are known by now."""
    record = exchange.record
    request_id = record.request_id.encode()
    headers = [
        (b"x-gateway-request-id", request_id),
        (b"x-request-id", request_id),
        (b"x-gateway-cache", _CACHE_TOLD[record.cache]),
        (b"x-gateway-overhead-ms", b"%d" % own_milliseconds),
    ]
    if exchange.inbound.dialect == "anthropic":
        headers.append((b"request-id", request_id))
    if record.provider is not None:
        headers.append((b"x-gateway-provider", record.provider.encode()))
        headers.append((b"x-gateway-model", _printable(record.model or "")))
    if record.cost is not None:
        headers.append((b"x-gateway-cost", str(record.cost).encode()))
    if record.dropped is not None:
        headers.append((b"x-gateway-dropped", record.dropped.encode("ascii", "replace")))
    if record.similarity is not None:
        headers.append((b"x-gateway-cache-similarity", b"%.4f" % record.similarity))
    if record.tried is not None:
        headers.append((b"x-gateway-tried", _printable(record.tried)))
    if record.chosen is not None:
        headers.append((b"x-gateway-chosen", _printable(record.chosen)))
    if record.downgraded is not None:
        headers.append((b"x-gateway-downgraded", b"budget " + _printable(record.downgraded)))
    if "upgrade" in exchange.inbound.headers:  # the server's parser has let go of the connection
        headers.append((b"connection", b"close"))
    headers += exchange.limit_headers
    return headers


def error_headers(error: GatewayError) -> Headers:
    """What SDKs and proxies read of an error: whether and when to come back; that a body unread ends the connection."""
    headers: Headers = []
    if error.retry_after is not None:
        seconds = min(MAX_RETRY_AFTER, max(0, error.retry_after))
        headers.append((b"retry-after", b"%d" % math.ceil(seconds)))
        headers.append((b"retry-after-ms", b"%d" % math.ceil(seconds * 1000)))
    if (400 <= error.status < 500 and error.status not in _PASSING_STATUSES) or isinstance(error, _FINAL):
        # SDKs know that by themselves, but some agents ask ten times over minutes before they tell of a wrong key.
        headers.append((b"x-should-retry", b"false"))
    elif isinstance(error, QuotaExceeded):
        headers.append((b"x-should-retry", b"true" if error.worth_retrying else b"false"))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allow.encode()))
    if error.status in (408, 413) or isinstance(error, ShuttingDown | DoubtfulHead):
        headers.append((b"connection", b"close"))
    return headers


def _printable(text: str) -> bytes:
    if text.isascii() and text.isprintable() and len(text) <= MAX_HEADER_VALUE:
        return text.encode()
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text[:MAX_HEADER_VALUE]).encode()
