"""Recall: an answer that was given before, to a request that is equal in everything that matters.

Invariants
- Only for a team whose policy says so. What is kept never crosses a team (`caching.key`), is sealed, and is bounded
  in bytes and time.
- Nothing partial, failed, filtered or cut short is kept, and no answer with tool calls, which is meant for one moment.
- Requests that ask for variety (several choices, a temperature above 0) or carry images, audio or files are not
  answered from memory.
- Equal requests at the same time make one call.
- Where the policy says so, a text that means the same as an answered one gets its answer (`recall_similar`).
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any, Final

from gateway.caching.entry import KeptAnswer
from gateway.caching.flights import Flights
from gateway.caching.key import Scope, cache_key
from gateway.core.caching import CachePolicy
from gateway.core.events import BlockOpened, Finished
from gateway.core.messages import Conversation, Text
from gateway.core.tree import parse_object
from gateway.dialects.openai_chat.plain_request import PLAIN_DIALECTS, is_plain
from gateway.errors import BadParameter, GatewayError
from gateway.exchange import Exchange, Flow
from gateway.stages.answers.kept_answers import AnswerCapture, Judges, KeptAnswers
from gateway.stages.answers.recall_similar import SimilarAnswers
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage

OPERATIONS = frozenset({"chat", "embeddings", "embed_content"})
WISH = "x-gateway-cache"
WISHES = frozenset({"no-store", "refresh"})
"""What the header may say: `no-store` keeps out of the cache, `refresh` asks anew and keeps that."""

KEPT_ENDS = frozenset({"stop", "stop_sequence"})
SILENT_BLOCKS = frozenset({"text", "reasoning"})
WORTH_KEEPING: Final[Judges] = {
    Finished: lambda event: event.reason in KEPT_ENDS,
    BlockOpened: lambda event: event.kind in SILENT_BLOCKS,
}
"""Nothing cut or filtered, and no tool calls."""


class Recall(Stage):
    """Sets `exchange.cache_capture`; and where it has an answer, what Call would have set."""

    after = (Choose,)  # the key names the target, and the request as it leaves
    answers = True

    def __init__(self, kept: KeptAnswers, secret: bytes, similar: SimilarAnswers) -> None:
        self._kept = kept
        self._similar = similar
        self._secret = secret
        self._flights = Flights()

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        rules, wish = exchange.team.cache, exchange.inbound.headers.get(WISH)
        wish = wish and wish.lower()
        if wish is not None and wish not in WISHES:
            # Taken for no wish at all, it would keep an answer that nobody wanted kept.
            raise BadParameter(f"{WISH} must be no-store or refresh.", param=WISH)
        if rules is None or not rules.enabled or wish == "no-store":
            return None
        if exchange.inbound.operation.name not in OPERATIONS:
            return None
        return self._look_for(exchange, rules, wish)

    async def _look_for(self, exchange: Exchange, rules: CachePolicy, wish: str | None) -> None:
        scope, tree = self._asked(exchange)
        if not _is_cacheable(exchange, rules, tree):
            return
        exchange.record.cache = "miss"
        natural = rules.pace == "natural"
        key = cache_key(self._secret, scope, tree)
        while wish != "refresh":
            kept = await self._kept.find(key)
            if kept is not None and await self._kept.give(exchange, kept, "hit", natural=natural):
                return
            flight = self._flights.under_way(key)
            if flight is None:
                break
            landing = await self._kept.in_time(exchange, flight.landed())
            if isinstance(landing, KeptAnswer) and await self._kept.give(exchange, landing, "shared", natural=natural):
                return
            if landing != "cut":
                break
        capture = AnswerCapture(key, rules.ttl, self._flights.lead(key), WORTH_KEEPING)
        exchange.cache_capture = capture
        if rules.semantic is None or wish == "refresh":
            return
        query, kept = await self._similar.seek(exchange, rules.semantic, scope, tree)
        if kept is not None and await self._kept.give(exchange, kept, "similar", natural=natural):
            capture.flight.land("nothing")  # who waits asks for itself, and is told how similar it was
            return
        if kept is not None:
            exchange.record.similarity = None
        if query is not None:
            exchange.similarity_query = query
            capture.on_stored = partial(self._similar.remember, query, key, rules.ttl)

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        capture = exchange.cache_capture
        if capture is None or exchange.attempt is not exchange.attempts[0]:
            return flow  # what a fallback said is not what the key promises
        return self._kept.capture(exchange, flow, capture)

    def settle(self, exchange: Exchange) -> None:
        capture = exchange.cache_capture
        if capture is not None:
            capture.settle(exchange)
            if (query := exchange.similarity_query) is not None:
                self._similar.compare(exchange, query)

    def _asked(self, exchange: Exchange) -> tuple[Scope, dict[str, Any]]:
        attempt, team = exchange.attempts[0], exchange.team
        outgoing = exchange.outgoing(attempt)  # with words for personal data, which no key is made of
        tree = parse_object(outgoing.within_dialect(())) if exchange.edits else outgoing.tree
        scope = Scope(
            team=team.name,
            regions=team.regions,
            operators=team.operators,
            data_class=team.data_class,
            policy=exchange.policy.version,
            operation=exchange.inbound.operation.name,
            strict=exchange.strict,
            dialect=exchange.reader.dialect,
            target=(attempt.target.provider, attempt.target.model, attempt.dialect),
        )
        return scope, tree


def _is_cacheable(exchange: Exchange, rules: CachePolicy, tree: dict[str, Any]) -> bool:
    """Whether an earlier answer would serve."""
    if exchange.words_only or (exchange.reader.dialect in PLAIN_DIALECTS and is_plain(tree)):
        return exchange.envelope.candidates == 1 and not (tree.get("temperature") and not rules.sampled)
    try:
        request = exchange.request
    except GatewayError:  # the provider may still understand it
        return False
    if not isinstance(request, Conversation):
        return True
    if (request.candidates or 1) > 1 or (request.temperature and not rules.sampled):
        return False
    return all(isinstance(part, Text) for message in request.messages for part in message.parts)
