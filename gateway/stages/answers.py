"""A provider's answer as batches of frames: what `Call` hands on.

Invariants
- Frames keep their bytes; what a frame means is decoded once, here.
- What came before a failure is handed on before the failure, which is the last event: Failed, never an exception, once
  something was said.
- A stream that calls itself something else is told by its first bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.core.events import Event, Failed, Frame, OpaqueEvent, Started, UsageReported
from gateway.dialects.codec import ProviderCodec, StreamDecoder
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.errors import GatewayError, UpstreamNonsense
from gateway.exchange import Batch
from gateway.providers.transport import UpstreamResponse

MAX_ANSWER_BYTES = 64 * 1024 * 1024

_STREAM_BEGINNINGS = (b"data:", b"event:")
"""Relays and engines are seen to call an event stream JSON or text, and no JSON begins so."""

_PRELUDE = frozenset({Started, UsageReported, OpaqueEvent})
"""Events that promise nothing yet: another attempt may still take over behind them."""


class WholeAnswer:
    """A body that came whole, as one batch of one frame."""

    __slots__ = ("_batch",)

    def __init__(self, frame: Frame) -> None:
        self._batch: Batch | None = [frame]

    def __aiter__(self) -> WholeAnswer:
        return self

    async def __anext__(self) -> Batch:
        batch, self._batch = self._batch, None
        if batch is None:
            raise StopAsyncIteration
        return batch

    async def aclose(self) -> None:
        """Nothing is held."""


class StreamedAnswer:
    """A stream, a batch for each read. `begin` first."""

    __slots__ = ("_chunks", "_decoder", "_ended", "_held", "_splitter")

    def __init__(self, chunks: AsyncIterator[bytes], decoder: StreamDecoder) -> None:
        self._chunks = chunks
        self._decoder = decoder
        self._splitter = SseSplitter()
        self._held: Batch = []
        self._ended = False

    def __aiter__(self) -> StreamedAnswer:
        return self

    async def __anext__(self) -> Batch:
        if self._held:
            held, self._held = self._held, []
            return held
        while not self._ended:
            if batch := await self._read():
                return batch
        raise StopAsyncIteration

    async def begin(self, *, past_prelude: bool) -> None:
        """Wait for the first event, or `past_prelude` for the first that promises content.

        Raises the error of a stream that fails before: it is a refusal, as if it had never been a stream.
        """
        while not self._ended:
            batch = await self._read()
            self._held += batch
            for frame in batch:
                for event in frame.events:
                    if isinstance(event, Failed):
                        raise event.error
                    if not past_prelude or type(event) not in _PRELUDE:
                        return
        if not self._held:
            raise UpstreamNonsense("The provider answered with an empty stream.")

    async def aclose(self) -> None:
        """The response behind the chunks is let go by who holds it."""
        self._ended = True

    async def _read(self) -> Batch:
        """The frames of one read; the failure or the end of the stream as its last."""
        try:
            chunk = await anext(self._chunks, None)
        except GatewayError as error:
            self._ended = True
            return [Frame([Failed(error)])]
        if chunk is not None:
            return self._frames(self._splitter, chunk)
        batch = [] if self._ended else self._decoded(self._splitter.close())
        if not self._ended:
            self._ended = True
            if ending := self._decoder.close():
                batch.append(Frame(ending))
        return batch

    def _frames(self, splitter: SseSplitter, chunk: bytes) -> Batch:
        try:
            return self._decoded(splitter.feed(chunk))
        except UpstreamNonsense as error:  # an event without an end
            self._ended = True
            return [Frame([Failed(error)])]

    def _decoded(self, parts: list[ServerSentEvent]) -> Batch:
        batch: Batch = []
        feed = self._decoder.feed
        for part in parts:
            try:
                events: list[Event] = feed(part)
            except UpstreamNonsense as error:
                self._ended = True
                batch.append(Frame([Failed(error)]))
                break
            batch.append(Frame(events, part.raw))
        return batch


async def read_answer(
    response: UpstreamResponse, codec: ProviderCodec, *, past_prelude: bool
) -> WholeAnswer | StreamedAnswer:
    """The answer behind a head with status 200, of which something was said already; raises UpstreamError."""
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        whole = await response.read(MAX_ANSWER_BYTES)
        if not whole.startswith(_STREAM_BEGINNINGS):
            return WholeAnswer(Frame(codec.decode_answer(whole), whole))
        answer = StreamedAnswer(_once(whole), codec.stream_decoder())
    else:
        answer = StreamedAnswer(response.chunks(), codec.stream_decoder())
    await answer.begin(past_prelude=past_prelude)
    return answer


async def _once(whole: bytes) -> AsyncIterator[bytes]:
    yield whole
