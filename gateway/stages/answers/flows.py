"""A provider's answer as batches of frames: what `Call` hands on. `read_answer` makes it of a response.

Invariants
- Frames keep their bytes; what a frame means is decoded once, here.
- What came before a failure is handed on before the failure, which is the last event: Failed, never an exception, once
  something was said.
- What holds halves of characters is mended, bytes and all, before it is handed on.
- No failure quotes the credential that the provider was asked with, nor does what comes behind it.
- What the dialect itself has ended is whole: a connection that breaks behind that, or is left open by its provider,
  takes nothing from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from gateway.core.events import Ended, Failed, Frame, OpaqueEvent, Started, UsageReported
from gateway.core.policy import Secret
from gateway.dialects.codec import StreamDecoder
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.dialects.surrogates import SurrogateJoiner
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import GatewayError, UpstreamError, UpstreamNonsense
from gateway.exchange import Batch
from gateway.providers.transport import Offer
from gateway.stages.answers.fast_path import Way
from gateway.stages.calls.hidden_credential import hide_in_failure

MAX_ANSWER_BYTES = 64 * 1024 * 1024

MOST_UNSAID = 10_000
"""Frames that are held until one promises content: ten minutes of a sign of life every 60 ms, in a few megabytes."""

LAST_SECONDS = 1.0
"""What a provider has for closing a stream whose end it has told; within them its connection is fit for another."""

_PRELUDE = frozenset({Started, UsageReported, OpaqueEvent})
"""Events that promise nothing yet: another attempt may still take over behind them."""


class WholeAnswer:
    """A body that came whole, as one batch of one frame."""

    __slots__ = ("_batch",)

    def __init__(self, frame: Frame) -> None:
        self._batch: Batch | None = [frame]

    @property
    def answer_id(self) -> str | None:
        """The id that the provider gave its answer."""
        return _answer_id(self._batch or [])

    @property
    def tells_usage(self) -> bool:
        """Whether it has ended as far as what it costs goes."""
        events = (event for frame in self._batch or [] for event in frame.events)
        return any(isinstance(event, UsageReported) and event.usage.total_tokens for event in events)

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
    """A stream, a batch for each read; what takes the fast path is read by nobody. `begin` first."""

    __slots__ = (
        "_credential",
        "_decode",
        "_decoder",
        "_end_told",
        "_ended",
        "_failed",
        "_halves",
        "_held",
        "_next",
        "_offer",
        "_pattern",
        "_split",
        "_splitter",
        "_way",
        "unread",
    )

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        decoder: StreamDecoder,
        credential: Secret | None = None,
        offer: Callable[[Offer], None] | None = None,
    ) -> None:
        """`credential`: that the provider was asked with. `offer`: asks who brings the chunks to offer them, before
        they are read.
        """
        self._credential = credential
        self._next = chunks.__anext__
        self._offer = offer
        self._way: Way | None = None
        self._decoder = decoder
        self._decode = decoder.feed
        self._halves = SurrogateJoiner()
        self._splitter = SseSplitter()
        self._split = self._splitter.feed
        self._held: Batch = []
        self._pattern: TextPattern | None = None
        """Of the next read, where it consists of whole events."""
        self._end_told = False
        """By the dialect; what follows is the end of the bytes."""
        self._ended = self._failed = False
        self.unread = b""
        """What came of an answer that failed before it began, where none of it was an event."""

    @property
    def answer_id(self) -> str | None:
        """As of what was read by `begin`."""
        return _answer_id(self._held)

    def __aiter__(self) -> StreamedAnswer:
        return self

    async def __anext__(self) -> Batch:
        """What was held, or the frames of one read; the failure or the end of the stream as its last."""
        if self._held:
            held, self._held = self._held, []
            return held
        while not self._ended:
            batch: Batch = []
            try:
                if self._end_told:
                    async with asyncio.timeout(LAST_SECONDS):
                        chunk = await self._next()
                else:
                    chunk = await self._next()
                pattern = self._pattern
                if pattern is not None and (pieces := pattern.frames_of(chunk)) is not None:
                    return pieces
                for event in self._split(chunk):
                    frame = self._frame(event)
                    batch.append(frame)
                    if frame.events and type(frame.events[-1]) is Ended:
                        self._end_told = True
                self._pattern = self._decoder.pattern if self._splitter.is_between_events else None
            except (StopAsyncIteration, TimeoutError):
                self._ended = True
                self._finish(batch)
            except GatewayError as error:
                self._ended = True
                if not self._end_told:
                    batch.append(Frame([Failed(error)]))
            if batch:
                return batch
        raise StopAsyncIteration

    async def begin(self, *, past_prelude: bool) -> None:
        """Wait for the first event, or `past_prelude` for the first that promises content; no longer than for
        MOST_UNSAID frames, or for as many bytes as an answer may have.

        Raises the error of a stream that fails before: it is a refusal, as if it had never been a stream. So is one
        without any event until then.
        """
        read: Batch = []
        size = 0
        async for batch in self:
            read += batch
            for frame in batch:
                for event in frame.events:
                    if isinstance(event, Failed):
                        if not any(frame.events for frame in read[:-1]):
                            self.unread = b"".join([frame.raw or b"" for frame in read])
                        raise with_usage(event.error, read)
                    if not past_prelude or type(event) not in _PRELUDE:
                        self._held = read
                        return
                size += len(frame.raw or b"")
            if len(read) > MOST_UNSAID or size > MAX_ANSWER_BYTES:
                if not any(frame.events for frame in read):
                    raise UpstreamNonsense("The provider sent much, and said nothing.")
                break  # what it works at before its answer (an interpreter's code, say) is paid for
        if not read:
            raise UpstreamNonsense("The provider answered with an empty stream.")
        self._held = read

    async def aclose(self) -> None:
        """The response behind the chunks is let go by who holds it."""
        self._ended = True
        self._way = None

    def hand_to(self, way: Way) -> None:
        """See `stages.answers.fast_path`."""
        self._way = way
        if self._offer is not None:
            self._offer(self._offered)

    def _offered(self, chunk: bytes) -> bool:
        pattern, way = self._pattern, self._way
        if pattern is None or way is None or (pieces := pattern.frames_of(chunk)) is None:
            return False
        return way.take(pieces)

    def _frame(self, event: ServerSentEvent) -> Frame:
        """What an event says, and its bytes, mended where it could not be read; raises UpstreamNonsense."""
        try:
            frame = Frame(self._decode(event), event.raw)
        except UpstreamNonsense:
            whole = self._halves.mended(event)
            if whole is None:
                raise
            frame = Frame(self._decode(whole), whole.raw)
        if self._failed or (frame.events and type(frame.events[-1]) is Failed):
            self._failed = True
            hide_in_failure(frame, self._credential)  # some tell it twice
        return frame

    def _finish(self, batch: Batch) -> None:
        """The bytes have ended: what the splitter still holds, and what the decoder says to that."""
        try:
            for event in self._splitter.close():
                batch.append(self._frame(event))
            if ending := self._decoder.close():
                batch.append(Frame(ending))
        except UpstreamNonsense as error:
            batch.append(Frame([Failed(error)]))


def with_usage(error: GatewayError, read: Batch) -> GatewayError:
    """The failure, with what was told of usage before it."""
    told = [event.usage for frame in read for event in frame.events if isinstance(event, UsageReported)]
    if told and isinstance(error, UpstreamError):
        error.used = told[-1]
    return error


def _answer_id(batch: Batch) -> str | None:
    return next((event.id for frame in batch for event in frame.events if isinstance(event, Started)), None)


async def once(whole: bytes) -> AsyncIterator[bytes]:
    """All of a body at one read."""
    yield whole
