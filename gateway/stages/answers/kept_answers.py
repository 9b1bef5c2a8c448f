"""Answers on their way into a store and out of it: what Recall and Replay have in common.

Invariants
- What is kept is the provider's own bytes, sealed; given again, they are read again: whatever is done to an answer on
  its way back is done to this one, for this reader.
- Nothing partial is kept, nothing longer than MAX_BYTES, and nothing that whoever remembers calls unfit.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from gateway.caching.entry import MAX_BYTES, KeptAnswer, Sealer
from gateway.caching.flights import Flight
from gateway.core.caching import AnswerStore, CacheUse
from gateway.core.events import Ended, Event, Frame
from gateway.core.messages import Dialect
from gateway.core.policy import Policy, Target
from gateway.core.ports import Clock
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.dialects.renaming import RenamedBack, own_names
from gateway.errors import UpstreamError, UpstreamTimedOut
from gateway.exchange import Attempt, Batch, Exchange, Flow
from gateway.providers.provider import Provider
from gateway.stages.answers.fast_path import Way, hand_to
from gateway.stages.answers.flows import StreamedAnswer, WholeAnswer, once
from gateway.stages.calls.client_timeouts import time_left

T = TypeVar("T")

EVENT_PAUSE: Final = 0.015
"""Seconds between two events of a stream at its natural pace: some sixty a second."""

Judges = Mapping[Any, Callable[[Any], bool]]
"""Kind of event -> whether one of it is fit to be kept."""

EVENT: Final = re.compile(rb".+?(?:\r?\n\r?\n|\Z)", re.DOTALL)


class KeptAnswers:
    """The store, and the way of an exchange into it and out of it."""

    def __init__(
        self,
        store: AnswerStore,
        sealer: Sealer,
        provider_of: Callable[[Policy, str], Provider | None],
        codec_of: Callable[[Operation, Provider, Dialect], ProviderCodec],
        clock: Clock,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._provider_of = provider_of
        self._codec_of = codec_of
        self._clock = clock

    async def find(self, key: bytes, tries: int = 1) -> KeptAnswer | None:
        """What is kept under this key. `tries`: a store whose reply is late has nothing."""
        for _ in range(tries):
            sealed = await self._store.get(key)
            if sealed is not None:
                return self._sealer.open(key, sealed, self._clock.now())
        return None

    async def in_time(self, exchange: Exchange, equal_request: Awaitable[T]) -> T:
        """What it brings; raises UpstreamTimedOut where this client would not wait so long."""
        left = time_left(exchange, self._clock.monotonic())
        try:
            async with asyncio.timeout(None if math.isinf(left) else max(left, 0.0)):
                return await equal_request
        except TimeoutError:
            raise UpstreamTimedOut("The provider did not begin to answer an equal request in time.") from None

    def can_give(self, exchange: Exchange, kept: KeptAnswer) -> bool:
        """Whether the policy still has the provider that said it, which tells how it is read."""
        return self._provider_of(exchange.policy, kept.provider) is not None

    async def give(self, exchange: Exchange, kept: KeptAnswer, use: CacheUse, *, natural: bool = False) -> bool:
        """Set in the exchange what Call would have set; a stream at its natural pace, or at once.

        False, and nothing is set, where it cannot be read: another release kept it, and read it otherwise.
        """
        provider = self._provider_of(exchange.policy, kept.provider)
        assert provider is not None, "only what can be given is"
        codec, record = self._codec_of(exchange.inbound.operation, provider, kept.dialect), exchange.record
        translated = kept.restated or kept.dialect != exchange.reader.dialect
        renames = use == "replay" and translated  # only these may call tools
        if renames and (own := own_names(exchange.request, kept.dialect)):
            codec = RenamedBack(codec, own)
        try:
            if kept.streamed:
                answer = StreamedAnswer((paced if natural else once)(kept.body), codec.stream_decoder())
                await answer.begin(past_prelude=False)
                exchange.answer = answer
            else:
                exchange.answer = WholeAnswer(Frame(codec.decode_answer(kept.body), kept.body))
        except UpstreamError:
            return False
        record.cache = use
        record.provider, record.model, record.region = kept.provider, kept.model, kept.region
        record.dropped = kept.dropped
        exchange.attempt = Attempt(Target(provider=kept.provider, model=kept.model), kept.dialect, kept.region)
        exchange.streamed = kept.streamed
        exchange.native = kept.dialect == exchange.inbound.dialect and not kept.restated
        exchange.spoken = codec
        record.status = "upstream_cut"  # until the end is seen, as of a live answer
        return True

    async def events_of(self, exchange: Exchange, kept: KeptAnswer) -> list[Event]:
        """What a kept answer says, for nobody to be shown."""
        provider = self._provider_of(exchange.policy, kept.provider)
        assert provider is not None, "only what can be given is"
        codec = self._codec_of(exchange.inbound.operation, provider, kept.dialect)
        if not kept.streamed:
            return codec.decode_answer(kept.body)
        answer = StreamedAnswer(once(kept.body), codec.stream_decoder())
        return [event async for batch in answer for frame in batch for event in frame.events]

    def capture(self, exchange: Exchange, flow: Flow, capture: AnswerCapture) -> Flow:
        """The flow as it is; its answer is kept before the last of it goes on."""
        return _CapturedFlow(self, exchange, flow, capture)

    async def keep(self, exchange: Exchange, capture: AnswerCapture) -> None:
        kept = self._kept_answer(exchange, capture)
        await self._store.put(capture.key, self._sealer.seal(capture.key, kept), capture.ttl)
        capture.flight.land(kept)
        if capture.on_stored is not None:
            capture.on_stored()

    def _kept_answer(self, exchange: Exchange, capture: AnswerCapture) -> KeptAnswer:
        attempt, record = exchange.attempt, exchange.record
        return KeptAnswer(
            provider=attempt.target.provider,
            model=attempt.target.model,
            region=attempt.region,
            dialect=attempt.dialect,
            streamed=exchange.streamed,
            body=b"".join(capture.pieces),
            until=self._clock.now() + capture.ttl,
            asked=capture.asked,
            request_id=record.request_id,
            at=record.at,
            dropped=record.dropped,
            restated=attempt.dialect == exchange.inbound.dialect and not exchange.native,
        )


class _CapturedFlow:
    """An answer on its way through, that is kept. No generator: the loop keeps a list of those."""

    __slots__ = ("_capture", "_exchange", "_flow", "_kept", "_next")

    def __init__(self, kept: KeptAnswers, exchange: Exchange, flow: Flow, capture: AnswerCapture) -> None:
        self._kept = kept
        self._exchange = exchange
        self._flow = flow
        self._next = flow.__anext__
        self._capture = capture

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        batch = await self._next()
        if self._capture.take(batch):
            await self._kept.keep(self._exchange, self._capture)
        return batch

    def hand_to(self, way: Way) -> None:
        """See `stages.answers.fast_path`: a piece of text does not complete an answer."""
        take, keep = way.take, self._capture.take

        def take_and_keep(batch: Batch) -> bool:
            if not take(batch):
                return False
            keep(batch)
            return True

        hand_to(self._flow, Way(way.is_open, take_and_keep))

    async def aclose(self) -> None:
        await self._flow.aclose()


async def paced(body: bytes) -> AsyncIterator[bytes]:
    """A kept stream event by event; its bytes are the same."""
    for event in EVENT.findall(body):
        yield event
        await asyncio.sleep(EVENT_PAUSE)


class AnswerCapture:
    """The answer of one request, as it comes by. `flight` has those who wait for it."""

    __slots__ = ("_fit", "_judges", "_size", "asked", "flight", "key", "on_stored", "pieces", "ttl")

    def __init__(self, key: bytes, ttl: float, flight: Flight, judges: Judges, asked: bytes = b"") -> None:
        """`judges`: of those kinds only that may make an answer unfit."""
        self.key = key
        self.ttl = ttl
        self.flight = flight
        self.asked = asked
        self.on_stored: Callable[[], None] | None = None
        """Called once the answer is."""
        self.pieces: list[bytes] = []
        self._judges = judges
        self._size = 0
        self._fit = True

    def take(self, batch: Batch) -> bool:
        """Keep the pieces; True once, where the answer is whole and fit to be kept."""
        if not self._fit:
            return False
        ended = False
        judges = self._judges
        for frame in batch:
            silent = frame.raw is None
            if frame.raw is not None:
                self.pieces.append(frame.raw)
                self._size += len(frame.raw)
            for event in frame.events:
                kind = type(event)
                if kind is Ended:
                    ended = True
                elif silent or (kind in judges and not judges[kind](event)):
                    self._fit = False
        self._fit &= self._size <= MAX_BYTES
        whole, self._fit = self._fit and ended, self._fit and not ended
        return whole

    def settle(self, exchange: Exchange) -> None:
        """The request has ended: whoever waits goes on, with nothing where nothing was kept."""
        self.flight.land("cut" if exchange.record.status == "client_closed" else "nothing")
