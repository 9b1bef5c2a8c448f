"""A conversation, written as a Responses request.

How much to think: as in `openai_chat` (an effort as it is, a budget as the nearest effort); the wish to see thoughts is
`reasoning.summary: auto`.

Invariants
- Nothing is stored at the provider unless the client asked for it; then reasoning comes back encrypted, so that the
  next request can replay it.
- `strict` is always written: left out, the API would close the schema by itself.
- max_output_tokens is at least 16, the least that the API takes; a raised one is declared as approximated.
- What the column carries is written, but for what the model refuses (`openai_chat.reasoning_models`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.messages import Conversation, ReasoningWish, ResponseFormat, ServerTool, Tool, ToolChoice
from gateway.dialects.codec import Encoded
from gateway.dialects.losses import assess
from gateway.dialects.openai_chat.flavours import HOSTED
from gateway.dialects.openai_chat.messages_out import fitting_user
from gateway.dialects.openai_chat.reasoning_models import settings_refused, taken_effort, takes_effort
from gateway.dialects.openai_chat.request_out import effort_of
from gateway.dialects.openai_responses import xai
from gateway.dialects.openai_responses.columns import LEAST_OUTPUT_TOKENS, TIERS, column
from gateway.dialects.openai_responses.encryption import Issuer
from gateway.dialects.openai_responses.items_out import write_items
from gateway.dialects.openai_responses.request_in import ENCRYPTED, LOGPROBS
from gateway.dialects.schemas import held_strictly, json_wish

_encode = msgspec.json.Encoder().encode


def write_request(conversation: Conversation, model: str, strict: bool, reader: Issuer) -> Encoded:
    """Raises DialectCannotCarry. `reader` is who will read it: another's encrypted reasoning is lost."""
    if reader == "xai":
        conversation = xai.told(conversation)
    wanted = None if conversation.reasoning is None else effort_of(conversation.reasoning)
    effort = None if wanted is None else taken_effort(model, wanted)
    carries = column(conversation, reader, efforts=HOSTED.efforts if effort == wanted else ())
    refused = settings_refused(conversation, model, effort)
    told_to_think = takes_effort(model)
    if not told_to_think and effort not in (None, "none"):
        refused |= {"reasoning"}
    if refused:
        carries = {feature: verdict for feature, verdict in carries.items() if feature not in refused}
    losses = assess(conversation, "openai_responses", carries, strict=strict)
    store = "store" in conversation.features
    body: dict[str, Any] = {"model": model, "input": write_items(conversation, reader), "store": store}
    include = [] if store else [ENCRYPTED]
    if conversation.stream:
        body["stream"] = True
    _write_tools(body, conversation)
    if conversation.parallel_tool_calls is False and "tools" in body and "parallel_tool_calls" not in refused:
        body["parallel_tool_calls"] = False  # true is the default, and some models refuse to hear it
    _write_text(body, conversation)
    if conversation.reasoning is not None and told_to_think and (wish := _reasoning(conversation.reasoning, effort)):
        body["reasoning"] = wish
    if conversation.max_output_tokens is not None:
        body["max_output_tokens"] = max(conversation.max_output_tokens, LEAST_OUTPUT_TOKENS)
    if conversation.logprobs or conversation.top_logprobs:
        include.append(LOGPROBS)
        if conversation.top_logprobs is not None:
            body["top_logprobs"] = conversation.top_logprobs
    if include:
        body["include"] = include
    settings: dict[str, Any] = {
        "temperature": conversation.temperature,
        "top_p": conversation.top_p,
        "user": fitting_user(conversation.user, HOSTED.longest_user),
        "service_tier": TIERS.get(conversation.service_tier or ""),
        "prompt_cache_key": conversation.prompt_cache_key,
    }
    body |= {name: value for name, value in settings.items() if value is not None and name not in refused}
    if conversation.metadata is not None and "metadata" in carries:
        body["metadata"] = conversation.metadata
    return Encoded(_encode(body), losses)


def _write_tools(body: dict[str, Any], conversation: Conversation) -> None:
    if not conversation.tools:
        return
    body["tools"] = [_tool(tool) for tool in conversation.tools]
    if conversation.tool_choice is not None:
        body["tool_choice"] = _choice(conversation.tool_choice, conversation.tools)


def _tool(tool: Tool | ServerTool) -> Any:
    if isinstance(tool, ServerTool):
        return tool.value
    described: dict[str, Any] = {"type": "custom" if tool.custom else "function", "name": tool.name}
    if tool.description is not None:
        described["description"] = tool.description
    if tool.grammar is not None:
        described["format"] = {
            "type": "grammar",
            "syntax": tool.grammar.syntax,
            "definition": tool.grammar.definition,
        }
    if not tool.custom:
        described["parameters"] = {"type": "object", "properties": {}} if tool.schema is None else tool.schema
        described["strict"] = tool.strict is True
    return described


def _choice(choice: ToolChoice, tools: tuple[Tool | ServerTool, ...]) -> str | dict[str, Any]:
    if choice.mode != "named":
        return choice.mode
    custom = {tool.name for tool in tools if isinstance(tool, Tool) and tool.custom}
    hosted = {tool.type for tool in tools if isinstance(tool, ServerTool)}
    named = [
        {"type": name} if name in hosted else {"type": "custom" if name in custom else "function", "name": name}
        for name in choice.names
    ]
    if len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "mode": "required", "tools": named}


def _write_text(body: dict[str, Any], conversation: Conversation) -> None:
    text: dict[str, Any] = {}
    if (form := json_wish(conversation)) is not None:
        text["format"] = _format(form)
    if conversation.verbosity is not None:
        text["verbosity"] = conversation.verbosity
    if text:
        body["text"] = text


def _format(wish: ResponseFormat) -> dict[str, Any]:
    if wish.kind != "json_schema":
        return {"type": wish.kind}
    described: dict[str, Any] = {"type": "json_schema", "name": wish.name or "response", "schema": wish.schema}
    if wish.description is not None:
        described["description"] = wish.description
    if (strict := held_strictly(wish)) is not None:
        described["strict"] = strict
    return described


def _reasoning(wish: ReasoningWish, effort: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {} if effort is None else {"effort": effort}
    if wish.show:
        told["summary"] = "auto"
    return told
