"""What a request is presumed to read that names what its provider keeps, however little it sends itself.

Promise: where it is known of the key's earlier requests like it, what these seldom exceed; else the model's context,
but nothing for a stored prompt or a store to search, of which little is read.
"""

from __future__ import annotations

from typing import Final

from gateway.exchange import Exchange
from gateway.quota.usual_tokens import UsualTokens
from gateway.stages.money.believable_usage import usage_so_far

MOST_NAMED: Final = 200_000
"""Tokens that a request may come to which names what the provider keeps, where no `context` of its target is told."""


class InputAtProvider:
    def __init__(self) -> None:
        self._usual = UsualTokens()

    def presumed(self, exchange: Exchange, provider: str | None, model: str | None) -> int:
        """Tokens of input, with what is sent; 0 where the request names nothing, or nothing is known."""
        if not exchange.names_kept:
            return 0
        known = self._usual.expected(exchange.record.key_id, model or "")
        if known is not None:
            return known
        if not exchange.reads_kept:
            return 0
        targets = [attempt.target for attempt in exchange.attempts]
        told = [each.context for each in targets if each.context and (each.provider, each.model) == (provider, model)]
        return max(told, default=MOST_NAMED)

    def learn(self, exchange: Exchange) -> None:
        """The request has ended: what it read shows what the key's next one like it may read."""
        record = exchange.record
        if not exchange.names_kept or record.model is None or not record.attempts:
            return
        usage = usage_so_far(exchange)
        if usage.input_tokens and not usage.estimated:
            self._usual.learn(record.key_id, record.model, usage.input_tokens)
