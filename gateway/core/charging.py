"""From what a call used to what its row says that it cost.

Promise: one way to price a row, whether its tokens were told or counted; and a call of a paid model that left no cost
is marked, since a free month is a defect until somebody has looked at it.
"""

from __future__ import annotations

from typing import Final

from gateway.core.bills import Bill
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook, UsageRow

OWN_KINDS: Final = frozenset({"local", "simulated"})
"""Providers that send no bill."""
_CHARGED: Final = frozenset(
    {"chat", "embeddings", "completions", "fim", "moderations", "compact", "batches", "responses"}
)
"""Operations that a hosted provider may charge for; what is free there has a price that says so."""
OVERRUN: Final = 2
SOME_TOKENS: Final = 64
"""Of an answer: a word's end, a provider's own way to count."""
_SERVED: Final = frozenset({"ok", "upstream_cut", "client_closed"})


def charge(row: UsageRow, policy: Policy, prices: PriceBook, bill: Bill | None = None) -> None:
    """Write what the row's usage costs into it, as far as prices are known. `bill`: the usage's own, if it is known."""
    if row.provider is None or row.model is None:
        return
    if bill is None:
        bill = prices.bill(policy, row.provider, row.model, row.usage, row.at)
    if bill is not None:
        row.billed(bill)
    provider = policy.providers.get(row.provider)
    if provider is not None and provider.kind == "local":
        row.hosted_cost = _hosted_cost(row, policy, prices)


def is_unpriced(row: UsageRow, policy: Policy) -> bool:
    """Whether a paid model was used, and for it or for a tool of its provider no money was counted."""
    if row.provider is None or not row.attempts or row.operation not in _CHARGED:
        return False
    if row.status not in _SERVED and not row.usage.billed:
        return False
    provider = policy.providers.get(row.provider)  # None: the policy named it when the call was made
    if provider is not None and provider.kind in OWN_KINDS:
        return False
    if row.unpriced_calls:
        return True
    return row.cost is None or (not row.cost.nano and not (row.price_source or "").endswith(("free", "cache")))


def has_overrun(row: UsageRow) -> bool:
    """Whether the provider said, and bills, far more than it was allowed."""
    allowed = row.said_at_most
    return allowed is not None and row.usage.output_tokens > allowed * OVERRUN + SOME_TOKENS


def _hosted_cost(row: UsageRow, policy: Policy, prices: PriceBook) -> Money | None:
    """Of the first target of the alias that sends a bill and has a price."""
    alias = policy.models.get(row.model_asked or "")
    for target in (*alias.targets, *alias.fallbacks) if alias is not None else ():
        provider = policy.providers.get(target.provider)
        if provider is not None and provider.kind not in OWN_KINDS:
            priced = prices.cost(policy, target.provider, target.model, row.usage, row.at)
            if priced is not None:
                return priced[0]
    return None
