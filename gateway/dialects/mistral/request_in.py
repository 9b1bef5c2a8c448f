"""A request of Mistral's SDK, read, where it differs from OpenAI's.

Source: the Mistral API reference, "chat completion".
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gateway.core.messages import Conversation, ReasoningWish
from gateway.dialects.claims import Claims, Ledger
from gateway.dialects.codec import Envelope
from gateway.dialects.mistral.parts_in import PART_READERS
from gateway.dialects.openai_chat.messages_in import read_messages
from gateway.dialects.openai_chat.request_in import effort_wish, filled, parallel_calls, sampling
from gateway.dialects.openai_chat.tools_in import read_response_format, read_tool_choice, read_tools


def read_request(tree: dict[str, Any], envelope: Envelope) -> Conversation:
    """Raises BadParameter."""
    ledger = Ledger()
    claims = Claims(tree, (), ledger)
    claims.any("model")
    claims.any("stream")
    messages = read_messages(claims.items("messages") or [], ledger, "mistral", PART_READERS)
    claims.any("n", "candidates" if envelope.candidates > 1 else None)
    claims.any("max_tokens", "max_output_tokens")
    tool_choice, tools = read_tool_choice(claims, ledger, read_tools(claims, ledger, "mistral"))
    claims.any("safe_prompt", "safety" if claims.flag("safe_prompt") else None)
    claims.any("guardrails", "guard" if claims.items("guardrails") else None)
    claims.any("prediction", "prediction" if (claims.object("prediction") or {}).get("content") else None)
    service_tier = claims.text("service_tier")
    if service_tier not in {None, "auto"}:
        claims.any("service_tier", "service_tier")
    settings = sampling(claims)
    conversation = Conversation(
        model=envelope.model,
        messages=messages,
        stream=envelope.stream,
        include_usage=True,
        tools=tools,
        tool_choice=tool_choice,
        parallel_tool_calls=parallel_calls(claims),
        response_format=read_response_format(claims, ledger),
        reasoning=_reasoning(claims),
        max_output_tokens=envelope.max_output_tokens,
        candidates=envelope.candidates if envelope.candidates > 1 else None,
        seed=claims.integer("random_seed", "seed"),
        metadata=filled(claims, "metadata"),
        service_tier=service_tier,
        prompt_cache_key=claims.text("prompt_cache_key", "prompt_cache"),
        features=ledger.features,
        further=ledger.further,
        **settings,
    )
    claims.leave()
    # Only now are the books complete.
    return replace(conversation, unclaimed=tuple(ledger.unclaimed)) if ledger.unclaimed else conversation


def _reasoning(claims: Claims) -> ReasoningWish | None:
    """`reasoning_effort`, or the older `prompt_mode: reasoning`: think, as much as the model likes."""
    effort = claims.text("reasoning_effort", "reasoning")
    mode = claims.text("prompt_mode")
    if mode != "reasoning":
        return effort_wish(effort)
    claims.any("prompt_mode", "reasoning")
    return effort_wish(effort) or ReasoningWish(enabled=True)
