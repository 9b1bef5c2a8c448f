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
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from gateway.api.headers import Headers, answer_headers, error_headers
from gateway.api.pieces import Pieces
from gateway.api.translated import declare_losses, is_as_asked, translated, unwanted_thoughts
from gateway.core.answer import gather
from gateway.core.events import Delta, Event, Failed, Frame, Produced, shown_events
from gateway.core.operations import TokenCount
from gateway.core.ports import Clock
from gateway.dialects.answer_losses import answer_losses
from gateway.dialects.codec import AnswerFacts, StreamEncoder
from gateway.errors import GatewayError, GatewayFault, UpstreamRefused
from gateway.exchange import Batch, Exchange
from gateway.pipeline import Note
from gateway.stages.answers.fast_path import Way, hand_to
from gateway.stages.answers.long_content import LongContent
from gateway.tasks import spawn

Send = Callable[[Any], Awaitable[None]]

TICK_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
STUCK_SECONDS = 60.0


class Answering:
    """Sends one reply over ASGI. Implements `gateway.pipeline.Reply`."""

    def __init__(self, send: Send, clock: Clock, pieces: Pieces | None = None) -> None:
        """`pieces`: where the server has such a way."""
        self._send = send
        self._clock = clock
        self._pieces = pieces
        self.begun = False
        self.complete = False
        self.ended_by: GatewayError | None = None
        self._writes = self._writes_seen = self._ticks = 0
        self._writing = self._in_pieces = False
        self._ticker: asyncio.TimerHandle | None = None
        self._encoder: StreamEncoder | None = None
        """What has told the answer so far, where its frames are ours."""
        self.give_up: Callable[[], None] = _keep_on
        """Called when a reader has taken nothing for too long."""

    async def relay(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        """Send the answer that `flow` tells, as a stream or whole, as the client asked."""
        if isinstance(exchange.answer, LongContent):
            await self._relay_pieces(exchange, flow, note)
        elif exchange.record.stream:
            await self._relay_stream(exchange, flow, note, exchange.relays_frames)
        else:
            await self._relay_whole(exchange, flow, note, exchange.relays_whole)

    async def refuse(self, exchange: Exchange, error: GatewayError) -> None:
        """Send an error with its status, or as a frame where the answer has begun."""
        request_id = exchange.record.request_id
        if self.begun:
            if not self._in_pieces:  # else the connection ends without an end: nothing else tells that some is missing
                await self._end(self._last_words(exchange, error))
            return
        if isinstance(error, UpstreamRefused) and error.raw and _native(exchange):
            body = error.raw
        else:
            body = exchange.codec.encode_error(error, request_id)
        headers = answer_headers(exchange, self._own_milliseconds(exchange))
        headers += error_headers(error)
        await self.send_whole(error.status, headers, body, b"application/json")

    def _last_words(self, exchange: Exchange, error: GatewayError) -> bytes:
        """By who has told the answer so far, and knows what may follow, unless the fault may be its own."""
        if self._encoder is None or isinstance(error, GatewayFault):
            return exchange.codec.encode_stream_error(error, exchange.record.request_id)
        return self._encoder.feed([Failed(error)])

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
        if native and len(raw) == 1 and raw[0] is not None and is_as_asked(events, exchange):
            body = raw[0]
        else:
            if (thoughts := unwanted_thoughts(exchange)) is not None:
                events = thoughts.without(events)
                declare_losses(exchange, thoughts.losses)
            body = exchange.codec.encode_answer(gather(events), self._facts(exchange))
            declare_losses(exchange, answer_losses(events, exchange.inbound.dialect))
        self._answered(exchange)
        headers = answer_headers(exchange, self._own_milliseconds(exchange))
        if events and type(events[0]) is Produced and _is_estimate(events[0]):
            headers.append((b"x-gateway-estimated", b"1"))
        await self.send_whole(200, headers, body, exchange.media_type)

    async def _relay_pieces(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        """What came whole, but is too long to be held."""
        self._in_pieces = True
        try:
            async for batch in flow:
                note(exchange, batch)
                if not self.begun:
                    self._answered(exchange)
                    headers = answer_headers(exchange, self._own_milliseconds(exchange))
                    await self._start([*headers, (b"content-type", exchange.media_type)], None)
                await self._write(b"".join(frame.raw or b"" for frame in batch))
            await self._end(b"")
        finally:
            if self._ticker is not None:
                self._ticker.cancel()

    async def _relay_stream(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note, native: bool) -> None:
        encoder = exchange.codec.stream_encoder(self._facts(exchange))
        if native:
            render = self._native_renderer(exchange)
        else:
            render, self._encoder = translated(encoder, exchange, lambda: self.begun), encoder
        if self._pieces is not None:
            hand_to(flow, self._as_they_come(self._pieces) if native else self._rendered(self._pieces, render))
        try:
            async for batch in flow:
                note(exchange, batch)
                data = render(batch)
                if not self.begun:
                    self._answered(exchange)
                    await self._start_stream(exchange, encoder)
                if data or not self._writes:  # as `_write` does it, without a call of its own for every piece
                    self._writes += 1
                    self._writing = True
                    await self._send({"type": "http.response.body", "body": data, "more_body": True})
                    self._writing = False
            await self._end(b"")
        finally:
            if self._ticker is not None:
                self._ticker.cancel()

    def _as_they_come(self, pieces: Pieces) -> Way:
        """For what arrives while the loop above waits for its next batch, which is behind the first: so it writes
        nothing itself, and a heartbeat that waits for its turn may as well come behind a piece as before it.

        Of pieces of text there is nothing to hide, and none is handed on behind an error: its pattern ends with it.
        """

        def take(batch: Batch) -> bool:
            data = batch[0].raw if len(batch) == 1 else b"".join([frame.raw or b"" for frame in batch])
            if data:  # nothing, where all of a text is held back
                if not pieces.write(data):
                    return False
                self._writes += 1
            return True

        return Way(pieces.wanted, take)

    def _rendered(self, pieces: Pieces, render: Callable[[Batch], bytes]) -> Way:
        """As `_as_they_come`, where what is said of them is ours, and said once."""

        def take(batch: Batch) -> bool:
            if not pieces.wanted():
                return False
            if data := render(batch):
                self._writes += 1
                pieces.write(data)
            return True

        return Way(pieces.wanted, take)

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
        headers = answer_headers(exchange, self._own_milliseconds(exchange))
        headers += [
            (b"content-type", exchange.codec.stream_content_type.encode()),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
        ]
        await self._start(headers, encoder)

    async def _start(self, headers: Headers, encoder: StreamEncoder | None) -> None:
        self.begun = True
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, encoder)

    def _tick(self, encoder: StreamEncoder | None) -> None:
        """Every TICK_SECONDS of a stream: one timer a stream, and no clock read for a frame."""
        if self._writes != self._writes_seen:
            self._writes_seen, self._ticks = self._writes, 0
        else:
            self._ticks += 1
            if self._writing and self._ticks * TICK_SECONDS >= STUCK_SECONDS:
                self.give_up()
                return
            is_due = encoder is not None and not self._writing and self._ticks * TICK_SECONDS >= HEARTBEAT_SECONDS
            if encoder is not None and is_due and (beat := encoder.heartbeat()):
                spawn(self._write(beat), "heartbeat")
        self._ticker = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick, encoder)

    async def _write(self, data: bytes) -> None:
        if self.complete:  # it ended while this waited for its turn
            return
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


def _native(exchange: Exchange) -> bool:
    """Whether who was asked last speaks the client's dialect."""
    record = exchange.record
    asked = record.provider, record.model
    return any(
        (attempt.target.provider, attempt.target.model) == asked and attempt.dialect == exchange.inbound.dialect
        for attempt in getattr(exchange, "attempts", ())
    )
