"""Answers to texts that mean the same: what Recall asks where no equal request was answered.

Invariants
- Only for a team whose policy says so, and for a single text of a person: one turn, no tools, no images.
- Only where a rule set looked for personal data and found none: who has no rule set has no such answers.
- All but the text must be equal: team, regions, data class, policy, target, every parameter, the system prompt. So must
  be what turns a text into another (`caching.wording`).
- The text goes to the model that the policy names, within the team's regions, as a call of its own: held, accounted for
  and on record. Where it does not answer in time, the request is one without an answer, and nothing more.
- A share of what would be answered so is asked for anew, and both answers are compared: `gateway report cache` tells.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from gateway.caching.entry import KeptAnswer
from gateway.caching.key import Scope, cache_key
from gateway.caching.shared_vector_index import SharedVectorIndex
from gateway.caching.wording import fixed_part, without
from gateway.core.caching import Check, SemanticPolicy
from gateway.core.messages import Conversation, Text
from gateway.exchange import Exchange
from gateway.routing.answer_similarity import ComparedAnswer, compared_answer, overlap
from gateway.stages.answers.kept_answers import KeptAnswers

LONGEST: Final = 2000
"""Characters of a text: what is longer means more than one thing."""

SAME, CLOSE = 90, 50
"""Percent of words in common from which on two answers count as the same, or as close."""


class Embedder(Protocol):
    async def vector(self, exchange: Exchange, text: str, model: str) -> array[float] | None:
        """Of length one; None where nobody may be asked, or nobody answered in time."""
        ...


class SimilarityQuery(msgspec.Struct):
    """One request's text: where it belongs, and its direction."""

    bucket: bytes
    vector: array[float]
    rules: SemanticPolicy
    cached_answer: ComparedAnswer | None = None
    """What it would have been answered, where it is asked all the same."""


class SimilarAnswers:
    """`draw` gives 0 up to, not including, 1."""

    def __init__(
        self, kept: KeptAnswers, secret: bytes, index: SharedVectorIndex, embedder: Embedder, draw: Callable[[], float]
    ) -> None:
        self._kept = kept
        self._secret = secret
        self._index = index
        self._embedder = embedder
        self._draw = draw
        self.counts: Counter[tuple[str, str]] = Counter()
        """(model that makes vectors, outcome) -> requests."""

    async def seek(
        self, exchange: Exchange, rules: SemanticPolicy, scope: Scope, tree: dict[str, Any]
    ) -> tuple[SimilarityQuery | None, KeptAnswer | None]:
        """What to remember the answer by, and an answer that serves. Sets the record's `similarity` with it."""
        text = single_text(exchange)
        if text is None:
            return None, None
        rest, found = without(tree, text)
        if found != 1:
            return None, None
        vector = await self._embedder.vector(exchange, text, rules.model)
        if vector is None:
            self.counts[rules.model, "unanswered"] += 1
            return None, None
        bucket = cache_key(self._secret, scope, {"alike": rules.model, "fixed": fixed_part(text), "rest": rest})
        query = SimilarityQuery(bucket, vector, rules)
        nearest = await self._index.nearest(bucket, vector)
        kept = None
        if nearest is not None and nearest[1] * 100 >= rules.floor:
            kept = await self._kept.find(nearest[0].key)
        if nearest is None or kept is None or not self._kept.can_give(exchange, kept):
            self.counts[rules.model, "none"] += 1
            return query, None
        if self._draw() * 100 < rules.checked:
            query.cached_answer = compared_answer(await self._kept.events_of(exchange, kept))
            exchange.record.cache = "checked"
            return query, None
        exchange.record.similarity = min(1.0, nearest[1])
        self.counts[rules.model, "answered"] += 1
        return query, kept

    def remember(self, query: SimilarityQuery, key: bytes, ttl: float) -> None:
        """The request was answered, and the answer is kept under `key`."""
        self._index.add(query.bucket, query.vector, key, ttl)

    def compare(self, exchange: Exchange, query: SimilarityQuery) -> None:
        """The request has ended: how near the answer comes to what it would have been answered. Sets `record.cache`."""
        if query.cached_answer is not None and exchange.record.status == "ok":
            common = overlap(query.cached_answer, compared_answer(exchange.trail.answer))
            if common is None or common >= SAME:
                outcome: Check = "checked_same"
            else:
                outcome = "checked_close" if common >= CLOSE else "checked_different"
            exchange.record.cache = outcome
            self.counts[query.rules.model, outcome] += 1


def single_text(exchange: Exchange) -> str | None:
    """The one text of one person that the request is, where it may be compared with others."""
    redacted = exchange.redacted
    if redacted is None or redacted.found or redacted.sovereign_only or exchange.owned_objects:
        return None
    request = exchange.request
    if not isinstance(request, Conversation) or request.tools or request.unclaimed or "tools" in exchange.tree:
        return None
    asked = [message for message in request.messages if message.role not in ("system", "developer")]
    if len(asked) != 1 or asked[0].role != "user" or len(asked[0].parts) != 1:
        return None
    part = asked[0].parts[0]
    return part.text if isinstance(part, Text) and 0 < len(part.text) <= LONGEST else None
