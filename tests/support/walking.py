"""A request as stages meet it that decide before a body is read."""

from __future__ import annotations

from gateway.core.identity import Principal
from gateway.core.ports import UsageRow
from gateway.dialects.operations import OPERATIONS
from gateway.exchange import Exchange, Inbound


async def no_body(limit: int) -> bytes:
    raise AssertionError


def exchange_of(principal: Principal, operation: str = "chat") -> Exchange:
    inbound = Inbound(
        dialect="openai_chat",
        operation=OPERATIONS[operation],  # type: ignore[index]
        headers={},
        presented_key=None,
        key_in_query=False,
        read_body=no_body,
        received=0,
    )
    exchange = Exchange(inbound, UsageRow(request_id="r", at=0, key_id=principal.key_id, team=principal.team))
    exchange.principal = principal
    return exchange
