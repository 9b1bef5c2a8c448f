"""A conversation, written as a request that Mistral's API takes.

How much to think: Mistral's models think or do not (`reasoning_effort: high | none`), so any wish to think is the
first, and `minimal` the second. Magistral Medium always thinks, and knows only `prompt_mode`.

Invariants
- No member is written that the API reference does not name: it refuses the request otherwise.
- Call ids are exactly nine letters and digits, the same in call and result.
- System text that is the question goes as a user's turn (`adapting`). An assistant message at the end is marked
  `prefix`: the API refuses it unmarked.
- No top_p beside temperature 0, where it means nothing and the API refuses it.
"""

from __future__ import annotations

from typing import Any

from gateway.core.messages import Conversation, ReasoningWish, ServerTool, Tool
from gateway.dialects.adapting import tools_on_offer, with_system_as_last_turn
from gateway.dialects.codec import Encoded
from gateway.dialects.freeform import as_function
from gateway.dialects.losses import assess
from gateway.dialects.mistral.columns import MAX_TEMPERATURE, SERVICE_TIERS, column
from gateway.dialects.mistral.messages_out import write_messages
from gateway.dialects.openai_chat.request_out import effort_of, named_tool, write_format, write_tool
from gateway.dialects.openai_chat.wire import encode_json


def write_request(conversation: Conversation, model: str, strict: bool) -> Encoded:
    """Raises DialectCannotCarry."""
    conversation, turned = with_system_as_last_turn(conversation)
    carries = column(conversation)
    losses = assess(
        conversation, "mistral", carries if turned is None else {**carries, turned: "approximates"}, strict=strict
    )
    body: dict[str, Any] = {"model": model, "messages": write_messages(conversation), "stream": conversation.stream}
    tools = [_tool(tool) for tool in tools_on_offer(conversation) if not isinstance(tool, ServerTool)]
    if tools:
        body["tools"] = tools
        if (choice := conversation.tool_choice) is not None:
            modes = {"auto": "auto", "none": "none", "required": "any", "named": "any"}
            named = choice.mode == "named" and len(choice.names) == 1
            body["tool_choice"] = named_tool(choice.names[0]) if named else modes[choice.mode]
        if conversation.parallel_tool_calls is False:  # true is the default, and some models refuse to hear it
            body["parallel_tool_calls"] = False
    if conversation.response_format is not None:
        body["response_format"] = write_format(conversation.response_format)
    temperature = conversation.temperature
    settings = {
        "max_tokens": conversation.max_output_tokens,
        "temperature": None if temperature is None else min(temperature, MAX_TEMPERATURE),
        "top_p": None if temperature == 0 else conversation.top_p,
        "top_k": conversation.top_k,
        "random_seed": conversation.seed if (conversation.seed or 0) >= 0 else None,
        "presence_penalty": conversation.presence_penalty,
        "frequency_penalty": conversation.frequency_penalty,
        "n": conversation.candidates,
        "logprobs": conversation.logprobs,
        "top_logprobs": conversation.top_logprobs,
        "metadata": conversation.metadata,
        "prompt_cache_key": conversation.prompt_cache_key,
        "service_tier": SERVICE_TIERS.get(conversation.service_tier or ""),
    }
    body |= {name: value for name, value in settings.items() if value is not None}
    if conversation.stop:
        body["stop"] = list(conversation.stop)
    if conversation.reasoning is not None:
        body |= _thinking(conversation.reasoning, model)
    return Encoded(encode_json(body), losses)


def _thinking(wish: ReasoningWish, model: str) -> dict[str, str]:
    effort = effort_of(wish)
    if effort is None and not wish.enabled and wish.budget_tokens is None:
        return {}
    thinks = effort not in ("none", "minimal")
    if "magistral-medium" in model:
        return {"prompt_mode": "reasoning"} if thinks else {}
    return {"reasoning_effort": "high" if thinks else "none"}


def _tool(tool: Tool) -> dict[str, Any]:
    """The API demands `parameters`."""
    written = write_tool(as_function(tool))
    written["function"].setdefault("parameters", {"type": "object", "properties": {}})
    return written
