"""POST /v1/chat/completions, read the way OpenAI validates it; xAI and local servers with fewer rules.

Source: OpenAI's API reference and published Python types (3.54), recorded refusals.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated.ask import Ask, Refusal, Tool, ToolResult, invalid
from gateway.providers.simulated.openai_models import (
    check_effort,
    check_parallel,
    check_settings,
    never_reasons,
    reasons,
)
from gateway.providers.simulated.reading import image_at, image_of, number, prompt_tokens, string_list, text_of

_FIELDS = frozenset(
    [
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "metadata",
        "modalities",
        "model",
        "moderation",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    ]
)
TOOL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_ROLES = frozenset(("developer", "system", "user", "assistant", "tool", "function"))
_PARTS = {
    "developer": frozenset(("text",)),
    "system": frozenset(("text",)),
    "user": frozenset(("text", "image_url", "input_audio", "file")),
    "assistant": frozenset(("text", "refusal")),
    "tool": frozenset(("text",)),
    "function": frozenset(("text",)),
}
_MAX_ID = 64


def read_openai(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what OpenAI refuses."""
    for name in body:
        if name not in _FIELDS:
            raise invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    if body.get("reasoning_effort") is not None and never_reasons(model):
        raise invalid("Unrecognized request argument supplied: reasoning_effort")
    check_effort(model, body.get("reasoning_effort"), "reasoning_effort")
    check_parallel(model, body)
    thinks = reasons(model, body.get("reasoning_effort"))
    check_settings(model, body, thinks=thinks)
    number(body, "temperature", 0, 2)
    number(body, "top_p", 0, 1)
    number(body, "n", 1, 128)
    if body.get("stream_options") is not None and not body.get("stream"):
        raise invalid("'stream_options' needs 'stream' to be true.", param="stream_options")
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise invalid("'top_logprobs' needs 'logprobs' to be true.", param="top_logprobs")
    if len(string_list(body.get("stop"))) > 4:
        raise invalid("Invalid 'stop': at most 4 sequences.", param="stop", code="array_above_max_length")
    for tool in body.get("tools") or []:
        if tool.get("type") == "function" and not TOOL_NAME.match(str(tool.get("function", {}).get("name"))):
            raise invalid(
                "Invalid 'tools[].function.name': letters, digits, _ and - only, at most 64.",
                param="tools[0].function.name",
                code="invalid_value",
            )
        if (tool.get("function") or {}).get("strict"):
            check_strict(tool["function"].get("parameters"), "tools[0].function.parameters")
    ask = read(body, model)
    if ask.schema == {} and "json" not in f"{ask.system_text} {_all_text(body)}".lower():
        raise invalid("'messages' must contain the word 'json' for this 'response_format'.", param="messages")
    wanted = (body.get("response_format") or {}).get("json_schema") or {}
    if wanted.get("strict") and ask.schema:
        check_strict(ask.schema, "response_format")
    ask.thinks = thinks
    return ask


def read_xai(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for freeform tools, which only OpenAI knows."""
    for place, tool in enumerate(body.get("tools") or []):
        if tool.get("type") not in ("function", "live_search"):
            known = "expected `function` or `live_search`"
            raise undeserialized(f"tools[{place}].type: unknown variant `{tool.get('type')}`, {known}")
    calls = [call for message in body.get("messages") or [] for call in message.get("tool_calls") or []]
    if any(call.get("type") != "function" for call in calls):
        raise undeserialized("messages: unknown variant of a tool call, expected `function`")
    return read(body, model)


def undeserialized(why: str) -> Refusal:
    """As xAI refuses what its types do not know."""
    return Refusal(422, "invalid", f"Failed to deserialize the JSON body into the target type: {why}")


def read(body: dict[str, Any], model: str) -> Ask:
    """The ask, with the rules that every server of this dialect keeps."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter")
    ask = Ask(model=model, stream=bool(body.get("stream")), images=[], tool_results=[])
    ask.tools = _tools(body.get("tools"))
    texts = [_read_message(ask, message, place) for place, message in enumerate(messages)]
    _check_tool_order(messages)
    names = _called_names(messages)
    ask.tool_results = [ToolResult(names.get(result.name, result.name), result.text) for result in ask.tool_results]
    _read_choice(ask, body.get("tool_choice"))
    ask.one_call = body.get("parallel_tool_calls") is False
    match (body.get("response_format") or {}).get("type"):
        case "json_object":
            ask.schema = {}
        case "json_schema":
            ask.schema = (body["response_format"].get("json_schema") or {}).get("schema") or {}
        case _:
            ask.schema = None
    limits = [body.get("max_completion_tokens"), body.get("max_tokens")]
    ask.max_tokens = next((limit for limit in limits if isinstance(limit, int)), None)
    ask.stops = string_list(body.get("stop"))
    ask.choices = body.get("n") or 1
    if body.get("logprobs"):
        ask.top_logprobs = body.get("top_logprobs") or 0
    ask.prompt_tokens = prompt_tokens(ask, texts)
    return ask


def check_strict(schema: Any, param: str) -> None:
    """Strict schemas must close every object and require every property."""
    code = "invalid_function_parameters" if param.startswith("tools") else "invalid_json_schema"
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict) or schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise invalid(
                f"Invalid schema for {param}: 'additionalProperties' must be supplied and false.",
                param=param,
                code=code,
            )
        if set(properties or {}) != set(schema.get("required") or []):
            raise invalid(
                f"Invalid schema for {param}: 'required' must name every property.",
                param=param,
                code=code,
            )
    below = [*(properties or {}).values(), *(schema.get("$defs") or {}).values(), schema.get("items")]
    for child in [*below, *(schema.get("anyOf") or [])]:
        check_strict(child, param)


def _read_message(ask: Ask, message: Any, place: int) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in _ROLES:
        raise invalid(
            f"Invalid value for 'messages[{place}].role'.", param=f"messages[{place}].role", code="invalid_value"
        )
    content = message.get("content")
    images: list[str] = []
    for index, part in enumerate(content if isinstance(content, list) else []):
        where = f"messages[{place}].content[{index}]"
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in _PARTS[role]:
            raise invalid(f"Invalid value: '{kind}' at {where}.type.", param=f"{where}.type", code="invalid_value")
        if kind == "image_url":
            images.append(image_at(part.get("image_url")))
        elif kind == "input_audio":
            images.append(image_of(part["input_audio"].get("format"), part["input_audio"].get("data"), "audio"))
        elif kind == "file":
            images.append(image_at((part.get("file") or {}).get("file_data")).replace("image", "file", 1))
    if content is None and role != "assistant":
        raise invalid(
            f"Missing content in 'messages[{place}]'.", param=f"messages[{place}].content", code="invalid_type"
        )
    text = text_of(content)
    if role == "user":
        ask.user_text, ask.images, ask.tool_results = text, images, []
    elif role in ("system", "developer"):
        ask.system_text = f"{ask.system_text}\n{text}".strip()
    elif role == "assistant":
        ask.continues, ask.tool_results = True, []
        return text + str(message.get("tool_calls") or "")
    else:
        ask.tool_results = [*ask.tool_results, ToolResult(str(message.get("tool_call_id") or ""), text)]
    return text


def _check_tool_order(messages: list[dict[str, Any]]) -> None:
    """Every call is answered by the tool messages right after it, and by them only."""
    waiting: dict[str, int] = {}
    for place, message in enumerate(messages):
        if message["role"] == "tool":
            if waiting.pop(str(message.get("tool_call_id")), None) is None:
                raise invalid(
                    "A message with role 'tool' must answer a call of the message before.",
                    param=f"messages.[{place}].role",
                )
            continue
        if waiting:
            raise invalid(
                f"No tool message answers these calls: {', '.join(waiting)}.", param=f"messages.[{place}].role"
            )
        for index, call in enumerate(message.get("tool_calls") or []):
            where = f"messages[{place}].tool_calls[{index}].id"
            if len(str(call.get("id"))) > _MAX_ID:
                raise invalid(f"Invalid '{where}': longer than {_MAX_ID}.", param=where, code="string_above_max_length")
            waiting[str(call.get("id"))] = place
    if waiting:
        raise invalid(f"No tool message answers these calls: {', '.join(waiting)}.", param="messages")


def _called_names(messages: list[dict[str, Any]]) -> dict[str, str]:
    """The function's name of each call's id."""
    calls = [call for message in messages for call in message.get("tool_calls") or []]
    return {str(call.get("id")): str((call.get("function") or call.get("custom") or {}).get("name")) for call in calls}


def _tools(offered: Any) -> dict[str, Tool]:
    tools: dict[str, Tool] = {}
    for tool in offered if isinstance(offered, list) else []:
        match tool:
            case {"type": "function", "function": {"name": str(name)}}:
                tools[name] = Tool(name, tool["function"].get("parameters") or {})
            case {"type": "custom", "custom": {"name": str(name)}}:
                tools[name] = Tool(name, {}, custom=True)
            case _:
                raise invalid("Invalid value in 'tools'.", param="tools[0].type", code="invalid_value")
    return tools


def _read_choice(ask: Ask, choice: Any) -> None:
    match choice:
        case None | "auto":
            pass
        case "none":
            ask.allow_tools = False
        case "required" | "any":
            ask.forced = "*"
        case {"type": "function", "function": {"name": str(name)}} | {"type": "custom", "custom": {"name": str(name)}}:
            ask.forced = name
        case {"type": "allowed_tools", "allowed_tools": {"mode": mode}}:
            ask.forced = "*" if mode == "required" else None
        case _:
            raise invalid("Invalid value for 'tool_choice'.", param="tool_choice", code="invalid_value")
    if choice is not None and choice not in ("none", "auto") and not ask.tools:
        raise invalid("'tool_choice' needs 'tools'.", param="tool_choice")


def _all_text(body: dict[str, Any]) -> str:
    return " ".join(text_of(message.get("content")) for message in body["messages"])
