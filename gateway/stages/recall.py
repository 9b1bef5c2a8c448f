"""Recall: an answer that was given before, to a request that is equal in everything that matters.

Invariants
- Only for a team whose policy says so. What is kept never crosses a team (`caching.key`), is sealed, and is bounded
  in bytes and time.
- Nothing partial, failed, filtered or cut short is kept, and no answer with tool calls, which is meant for one moment.
- Requests that ask for variety (several choices, a temperature above 0) or carry images, audio or files are not
  answered from memory.
- The answer is the provider's own bytes, read again: whatever is done to an answer on its way back is done to this
  one, for this reader.
- Equal requests at the same time make one call.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final

from gateway.caching.entry import MAX_BYTES, KeptAnswer, Sealer
from gateway.caching.flights import Flight, Flights
from gateway.caching.key import Scope, cache_key
from gateway.core.caching import AnswerStore, CachePolicy
from gateway.core.events import BlockOpened, Ended, Finished, Frame
from gateway.core.messages import Conversation, Dialect, Text
from gateway.core.policy import Policy
from gateway.core.ports import Clock
from gateway.core.tree import parse_object
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.errors import GatewayError
from gateway.exchange import Batch, Exchange, Flow
from gateway.providers.provider import Provider
from gateway.stages.answers import StreamedAnswer, WholeAnswer, once
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage

OPERATIONS = frozenset({"chat", "embeddings", "embed_content"})
WISH = "x-gateway-cache"
"""The header: `no-store` keeps out of the cache, `refresh` asks anew and keeps that."""

EVENT_PAUSE: Final = 0.015
"""Seconds between two events of a stream at its natural pace: some sixty a second."""

KEPT_ENDS = frozenset({"stop", "stop_sequence"})
EVENT: Final = re.compile(rb".+?(?:\r?\n\r?\n|\Z)", re.DOTALL)
SILENT_BLOCKS = frozenset({"text", "reasoning"})


class Recall(Stage):
    """Sets `exchange.remembering`; and where it has an answer, what Call would have set."""

    after = (Choose,)  # the key names the target, and the request as it leaves
    answers = True

    def __init__(
        self,
        store: AnswerStore,
        sealer: Sealer,
        secret: bytes,
        provider_of: Callable[[Policy, str], Provider | None],
        codec_of: Callable[[Operation, Provider, Dialect], ProviderCodec],
        clock: Clock,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._secret = secret
        self._provider_of = provider_of
        self._codec_of = codec_of
        self._clock = clock
        self._flights = Flights()

    async def enter(self, exchange: Exchange) -> None:
        rules, wish = exchange.team.cache, exchange.inbound.headers.get(WISH)
        if rules is None or not rules.enabled or wish == "no-store" or not _may_be_remembered(exchange, rules):
            return
        exchange.record.cache = "miss"
        key = self._key(exchange)
        while wish != "refresh":
            if (kept := await self._kept(key)) is not None:
                await self._answer(exchange, kept)
                return
            flight = self._flights.under_way(key)
            if flight is None:
                break
            landing = await flight.landed()
            if isinstance(landing, KeptAnswer):
                await self._answer(exchange, landing)
                return
            if landing == "nothing":
                break
        exchange.remembering = Remembering(key, rules.ttl, self._flights.lead(key))

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        remembering = getattr(exchange, "remembering", None)
        if remembering is None or exchange.attempt is not exchange.attempts[0]:
            return flow  # what a fallback said is not what the key promises
        return self._remember(exchange, flow, remembering)

    def settle(self, exchange: Exchange) -> None:
        remembering = getattr(exchange, "remembering", None)
        if remembering is not None:
            remembering.flight.land("cut" if exchange.record.status == "client_closed" else "nothing")

    async def _remember(self, exchange: Exchange, flow: Flow, remembering: Remembering) -> AsyncGenerator[Batch]:
        async for batch in flow:
            if remembering.take(batch):
                kept = self._kept_answer(exchange, remembering)
                await self._store.put(remembering.key, self._sealer.seal(remembering.key, kept), remembering.ttl)
                remembering.flight.land(kept)
            yield batch

    def _kept_answer(self, exchange: Exchange, remembering: Remembering) -> KeptAnswer:
        attempt = exchange.attempt
        return KeptAnswer(
            provider=attempt.target.provider,
            model=attempt.target.model,
            region=attempt.region,
            dialect=attempt.dialect,
            streamed=exchange.streamed,
            body=b"".join(remembering.pieces),
            until=self._clock.now() + remembering.ttl,
        )

    async def _kept(self, key: bytes) -> KeptAnswer | None:
        sealed = await self._store.get(key)
        return None if sealed is None else self._sealer.open(key, sealed, self._clock.now())

    async def _answer(self, exchange: Exchange, kept: KeptAnswer) -> None:
        provider = self._provider_of(exchange.policy, kept.provider)
        assert provider is not None, "the key names the policy, and the policy has the provider"
        codec, record = self._codec_of(exchange.inbound.operation, provider, kept.dialect), exchange.record
        record.cache = "hit"
        record.provider, record.model, record.region = kept.provider, kept.model, kept.region
        if kept.streamed:
            rules = exchange.team.cache
            natural = rules is not None and rules.pace == "natural"
            answer = StreamedAnswer((paced if natural else once)(kept.body), codec.stream_decoder())
            await answer.begin(past_prelude=False)
            exchange.answer = answer
        else:
            exchange.answer = WholeAnswer(Frame(codec.decode_answer(kept.body), kept.body))
        exchange.attempt = exchange.attempts[0]
        exchange.streamed = kept.streamed
        exchange.native = kept.dialect == exchange.inbound.dialect
        exchange.spoken = codec
        record.status = "upstream_cut"  # until the end is seen, as of a live answer

    def _key(self, exchange: Exchange) -> bytes:
        attempt, team = exchange.attempts[0], exchange.team
        outgoing = exchange.outgoing(attempt)  # with words for personal data, which no key is made of
        tree = parse_object(outgoing.within_dialect(())) if exchange.edits else outgoing.tree
        scope = Scope(
            team=team.name,
            regions=team.regions,
            data_class=team.data_class,
            policy=exchange.policy.version,
            operation=exchange.inbound.operation.name,
            dialect=exchange.reader.dialect,
            target=(attempt.target.provider, attempt.target.model, attempt.dialect),
        )
        return cache_key(self._secret, scope, tree)


async def paced(body: bytes) -> AsyncIterator[bytes]:
    """A kept stream event by event; its bytes are the same."""
    for event in EVENT.findall(body):
        yield event
        await asyncio.sleep(EVENT_PAUSE)


class Remembering:
    """The answer of one request, as it comes by. `flight` has those who wait for it."""

    __slots__ = ("_fit", "_size", "flight", "key", "pieces", "ttl")

    def __init__(self, key: bytes, ttl: float, flight: Flight) -> None:
        self.key = key
        self.ttl = ttl
        self.flight = flight
        self.pieces: list[bytes] = []
        self._size = 0
        self._fit = True

    def take(self, batch: Batch) -> bool:
        """Keep the pieces; True once, where the answer is whole and fit to be kept."""
        if not self._fit:
            return False
        ended = False
        for frame in batch:
            if frame.raw is None and not all(type(event) is Ended for event in frame.events):
                self._fit = False
            elif frame.raw is not None:
                self.pieces.append(frame.raw)
                self._size += len(frame.raw)
            for event in frame.events:
                kind = type(event)
                if kind is Finished:
                    self._fit &= event.reason in KEPT_ENDS  # type: ignore[union-attr]
                elif kind is BlockOpened:
                    self._fit &= event.kind in SILENT_BLOCKS  # type: ignore[union-attr]
                elif kind is Ended:
                    ended = True
        self._fit &= self._size <= MAX_BYTES
        whole, self._fit = self._fit and ended, self._fit and not ended
        return whole


def _may_be_remembered(exchange: Exchange, rules: CachePolicy) -> bool:
    """Whether an earlier answer would serve."""
    if exchange.inbound.operation.name not in OPERATIONS:
        return False
    try:
        request = exchange.request
    except GatewayError:  # the provider may still understand it
        return False
    if not isinstance(request, Conversation):
        return True
    if (request.candidates or 1) > 1 or (request.temperature and not rules.sampled):
        return False
    return all(isinstance(part, Text) for message in request.messages for part in message.parts)
