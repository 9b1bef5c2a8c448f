"""Mirror: a request that is over, offered to the shadows of its alias.

Offered at the very end, so that a shadow takes nothing from the answer that it is held against, and costs an alias
without shadows two look-ups. What becomes of it is `gateway.mirroring`'s business.
"""

from __future__ import annotations

from typing import Final, Protocol

from gateway.core.policy import Alias
from gateway.exchange import Exchange
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage

COMPARABLE: Final = frozenset({"ok", "upstream_error", "upstream_cut"})
"""How a request may have ended for its shadow to say something: a provider was asked, and the client stayed."""


class Shadows(Protocol):
    def offer(self, exchange: Exchange, alias: Alias) -> None:
        """Ask the shadows what the request asked, or leave it; never waits, never raises."""
        ...


class Mirror(Stage):
    """Entered where a provider is asked, so never for what the cache answers."""

    after = (Choose,)  # a shadow is under the same borders

    def __init__(self, shadows: Shadows) -> None:
        self._shadows = shadows

    def settle(self, exchange: Exchange) -> None:
        record = exchange.record
        alias = exchange.policy.models.get(record.model_asked or "")
        if alias is not None and alias.shadows and record.attempts and record.status in COMPARABLE:
            self._shadows.offer(exchange, alias)
