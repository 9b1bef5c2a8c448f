"""Whether a request does something beside being answered: then it must not be sent to two providers."""

from __future__ import annotations

from gateway.core.messages import Conversation, ServerTool
from gateway.errors import GatewayError
from gateway.exchange import Exchange


def has_side_effects(exchange: Exchange) -> bool:
    """Whether a provider would do something by itself: run tools, or work on in the background."""
    if exchange.envelope.deferred:
        return True
    try:
        request = exchange.request
    except GatewayError:  # Call says what is wrong with it
        return True
    return isinstance(request, Conversation) and any(isinstance(tool, ServerTool) for tool in request.tools)


def keeps_answer(exchange: Exchange) -> bool:
    """Whether one of its attempts would have the provider keep the answer."""
    stored = exchange.tree.get("store")
    return bool(stored) or (
        stored is not False and any(attempt.dialect == "openai_responses" for attempt in exchange.attempts)
    )
