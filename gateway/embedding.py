"""Vectors of texts, asked of a provider beside a request: what the cache compares texts by.

Promise: the call goes nowhere where the request may not go; what it costs is held of the same budgets and stands in the
books under the same key; that it left the house stands in the audit, beside the request that it was made for.

Invariants
- It walks the pipeline's own stages from Account on, as a shadow does (`gateway.mirroring`).
- Nobody waits longer than PATIENCE_SECONDS for it; who leaves ends it.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from gateway.caching.vector_index import unit
from gateway.core.caching import VECTOR
from gateway.core.events import Produced
from gateway.core.operations import EmbeddingsAnswer, Vector
from gateway.core.policy import Policy, Target
from gateway.core.ports import Clock, UsageRow
from gateway.dialects.operations import OPERATIONS
from gateway.dialects.vectors import as_array
from gateway.errors import GatewayError, UpstreamNonsense, UpstreamTimedOut
from gateway.exchange import Attempt, Batch, Exchange
from gateway.pipeline import Note, Pipeline
from gateway.policy.model_names import may_see
from gateway.providers.provider import Provider
from gateway.stages.choosing.choose_among import attempt_at
from gateway.tasks import spawn

PATIENCE_SECONDS: Final = 1.0
OPERATION: Final = OPERATIONS["embeddings"]

_encode = msgspec.json.Encoder().encode
_numbers = msgspec.json.Decoder(list[float]).decode


class _Read:
    """Takes the vector from the answer. Implements `pipeline.Reply`."""

    def __init__(self) -> None:
        self.ended_by: GatewayError | None = None
        self.vector: Vector | None = None

    async def relay(self, exchange: Exchange, flow: AsyncIterator[Batch], note: Note) -> None:
        exchange.record.http_status = 200
        async for batch in flow:
            note(exchange, batch)
            for frame in batch:
                for event in frame.events:
                    if isinstance(event, Produced) and isinstance(event.result, EmbeddingsAnswer):
                        self.vector = next(iter(event.result.vectors), None)

    async def refuse(self, exchange: Exchange, error: GatewayError) -> None:
        """Without a vector the cache has nothing to say."""


class Embedding:
    """Implements `stages.answers.recall_similar.Embedder`. `pipeline`: as a shadow's, with the real calls' health."""

    def __init__(self, pipeline: Pipeline, provider_of: Callable[[Policy, str], Provider | None], clock: Clock) -> None:
        self._pipeline = pipeline
        self._provider_of = provider_of
        self._clock = clock

    async def vector(self, exchange: Exchange, text: str, model: str) -> array[float] | None:
        attempt = self._attempt(exchange, model)
        if attempt is None:
            return None
        other, reply = self._other(exchange, attempt, text, model), _Read()
        task = spawn(self._pipeline.run(other, reply), "make a vector")
        try:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        finally:
            if not task.done():
                reply.ended_by = UpstreamTimedOut(f"No vector came within {PATIENCE_SECONDS:.0f} s.")
                task.cancel()
        return None if reply.vector is None or not task.done() else _unit_vector(reply.vector)

    def _attempt(self, exchange: Exchange, model: str) -> Attempt | None:
        """The first target that the request may be shown to."""
        alias = exchange.policy.models.get(model)
        provider_name, _, name = model.partition("/")
        targets = alias.targets if alias is not None else (Target(provider=provider_name, model=name),)
        for target in targets:
            provider = self._provider_of(exchange.policy, target.provider)
            if provider is None or not may_see(exchange.team, provider.policy):
                continue
            attempt = attempt_at(provider, target, OPERATION, "openai_chat")
            if attempt is not None and (not exchange.stays_home or exchange.is_sovereign(attempt)):
                return attempt
        return None

    def _other(self, exchange: Exchange, attempt: Attempt, text: str, model: str) -> Exchange:
        record = exchange.record
        own = UsageRow(
            request_id=f"{record.request_id}{VECTOR}",
            at=self._clock.now(),
            key_id=record.key_id,
            team=record.team,
            user=record.user,
            operation=OPERATION.name,
            dialect="openai_chat",
            model_asked=model,
            cost_center=record.cost_center,
            project=record.project,
            tags=record.tags,
            policy_version=record.policy_version,
        )
        tree = {"model": model, "input": text}
        reader = OPERATION.clients["openai_chat"]
        inbound = msgspec.structs.replace(
            exchange.inbound,
            dialect="openai_chat",
            operation=OPERATION,
            headers={},
            received=self._clock.monotonic(),
            path_model=None,
            path_stream=False,
            query=b"",
        )
        other = Exchange(inbound, own)
        other.principal, other.policy, other.team = exchange.principal, exchange.policy, exchange.team
        other.body, other.tree, other.reader = _encode(tree), tree, reader
        other.envelope, other.edits, other.strict = reader.envelope(tree, None, False), [], False
        other.attempts = (attempt,)
        other.side_call_of = "vector_for", record.request_id
        other.payer = exchange.team, exchange.principal
        return other


def _unit_vector(vector: Vector) -> array[float] | None:
    try:
        return unit(_numbers(as_array(vector)))
    except (UpstreamNonsense, msgspec.DecodeError):
        return None
