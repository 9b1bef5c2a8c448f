"""A conversation, written as a chat completion request.

How much to think: an effort goes as it is (local engines know low, medium and high: the nearest of these); a budget
becomes an effort: 0 → none, up to 2,048 tokens → low, up to 8,192 → medium, above → high, -1 (as the model likes) →
nothing. "Do not think" is effort `none` for hosted APIs and `chat_template_kwargs.enable_thinking: false` for local
engines, whose templates read it.

Invariants
- What the column carries is written, but for what the model refuses (`reasoning_models`).
- Usage is asked for in every stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gateway.core.messages import Conversation, ReasoningWish, ResponseFormat, ServerTool, Tool, ToolChoice
from gateway.dialects.adapting import tools_on_offer
from gateway.dialects.codec import Encoded
from gateway.dialects.freeform import as_function
from gateway.dialects.losses import assess
from gateway.dialects.openai_chat.columns import column
from gateway.dialects.openai_chat.flavours import Flavour
from gateway.dialects.openai_chat.messages_out import fitting_user, write_messages
from gateway.dialects.openai_chat.reasoning_models import settings_refused, taken_effort, takes_effort
from gateway.dialects.openai_chat.usage import SERVICE_TIERS
from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.schemas import held_strictly, json_wish

MAX_STOPS: Final = 4
"""Of hosted APIs."""
_BUDGETS: Final = ((0, "none"), (2048, "low"), (8192, "medium"))
TIERS: Final = {**{tier: tier for tier in SERVICE_TIERS}, "standard_only": "default"}
"""`standard_only` is Anthropic's and Mistral's word."""
_NEAREST: Final = {"minimal": "low", "xhigh": "high", "max": "high"}


def write_request(conversation: Conversation, model: str, flavour: Flavour, strict: bool) -> Encoded:
    """Raises DialectCannotCarry."""
    wish = conversation.reasoning
    wanted = None if wish is None else effort_of(wish)
    effort = taken_effort(model, wanted) if wanted is not None and flavour.hosted else wanted
    carries = column(
        conversation,
        flavour.carries,
        "openai_chat",
        service_tiers=TIERS,
        efforts=flavour.efforts if effort == wanted else (),
        longest_user=flavour.longest_user,
        strict_subset=flavour.hosted,
    )
    refused = settings_refused(conversation, model, effort)
    if len(conversation.stop) > MAX_STOPS and flavour.hosted:
        refused |= {"stop"}
    told_to_think = not flavour.hosted or takes_effort(model)
    if not told_to_think and effort not in (None, "none"):
        refused |= {"reasoning"}
    if refused:
        carries = {feature: verdict for feature, verdict in carries.items() if feature not in refused}
    losses = assess(conversation, "openai_chat", carries, strict=strict)
    body: dict[str, Any] = {"model": model, "messages": write_messages(conversation, flavour)}
    if conversation.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    _write_tools(body, conversation, functions_only=flavour.functions_only)
    if conversation.parallel_tool_calls is False and "tools" in body and "parallel_tool_calls" not in refused:
        body["parallel_tool_calls"] = False  # true is the default, and some models refuse to hear it
    form = json_wish(conversation) if flavour.hosted else conversation.response_format
    if form is not None:
        body["response_format"] = write_format(form)
    for name, value in (
        (flavour.limit_field, conversation.max_output_tokens),
        ("temperature", conversation.temperature),
        ("top_p", conversation.top_p),
        ("seed", conversation.seed),
        ("presence_penalty", conversation.presence_penalty),
        ("frequency_penalty", conversation.frequency_penalty),
        ("n", conversation.candidates),
        ("logprobs", conversation.logprobs),
        ("top_logprobs", conversation.top_logprobs),
        ("logit_bias", conversation.logit_bias),
        ("user", fitting_user(conversation.user, flavour.longest_user)),
    ):
        if value is not None and name not in refused:
            body[name] = value
    for feature, name, told in (
        ("top_k", "top_k", conversation.top_k),
        ("service_tier", "service_tier", TIERS.get(conversation.service_tier or "")),
        ("verbosity", "verbosity", conversation.verbosity),
        ("prompt_cache", "prompt_cache_key", conversation.prompt_cache_key),
    ):
        if told is not None and feature in carries:
            body[name] = told
    if conversation.stop:
        body["stop"] = list(conversation.stop)
    if effort is not None and told_to_think:
        _write_reasoning(body, effort, flavour)
    return Encoded(encode_json(body), losses)


def _write_tools(body: dict[str, Any], conversation: Conversation, *, functions_only: bool) -> None:
    """`functions_only`: no freeform tools are known, and no list of allowed ones, so others are not offered."""
    on_offer = [tool for tool in conversation.tools if not isinstance(tool, ServerTool)]
    if functions_only:
        on_offer = [as_function(tool) for tool in tools_on_offer(conversation) if not isinstance(tool, ServerTool)]
    tools = [write_tool(tool) for tool in on_offer]
    if not tools:
        return
    body["tools"] = tools
    if conversation.tool_choice is not None:
        choice = conversation.tool_choice
        several = functions_only and len(choice.names) > 1
        body["tool_choice"] = "required" if several else _choice(choice, on_offer)


def write_tool(tool: Tool) -> dict[str, Any]:
    described: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        described["description"] = tool.description
    if tool.custom:
        if tool.grammar is not None:
            grammar = {"syntax": tool.grammar.syntax, "definition": tool.grammar.definition}
            described["format"] = {"type": "grammar", "grammar": grammar}
        return {"type": "custom", "custom": described}
    if tool.schema is not None:
        described["parameters"] = tool.schema
    if tool.strict is not None:
        described["strict"] = tool.strict
    return {"type": "function", "function": described}


def _choice(choice: ToolChoice, tools: Iterable[Tool]) -> str | dict[str, Any]:
    if choice.mode != "named":
        return choice.mode
    custom = {tool.name for tool in tools if tool.custom}
    named = [named_tool(name, "custom" if name in custom else "function") for name in choice.names]
    if len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": named}}


def named_tool(name: str, kind: str = "function") -> dict[str, Any]:
    return {"type": kind, kind: {"name": name}}


def write_format(wish: ResponseFormat) -> dict[str, Any]:
    if wish.kind != "json_schema":
        return {"type": wish.kind}
    described: dict[str, Any] = {"name": wish.name or "response", "schema": wish.schema}
    if wish.description is not None:
        described["description"] = wish.description
    if (strict := held_strictly(wish)) is not None:
        described["strict"] = strict
    return {"type": "json_schema", "json_schema": described}


def effort_of(wish: ReasoningWish) -> str | None:
    """The effort that `wish` comes nearest to; None: as the model likes."""
    if wish.effort is not None:
        return wish.effort
    if wish.enabled is False:
        return "none"
    if wish.budget_tokens is None or wish.budget_tokens < 0:
        return None
    return next((effort for most, effort in _BUDGETS if wish.budget_tokens <= most), "high")


def _write_reasoning(body: dict[str, Any], effort: str, flavour: Flavour) -> None:
    if effort in flavour.efforts:
        body["reasoning_effort"] = effort
    elif effort == "none":
        body["chat_template_kwargs"] = {"enable_thinking": False}
    else:
        body["reasoning_effort"] = _NEAREST.get(effort, "medium")
