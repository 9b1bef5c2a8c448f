"""POST /v1/messages, read the way Anthropic validates it.

Source: Anthropic's API reference and published Python types (1.x and 2.x), recorded traffic.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated import words
from gateway.providers.simulated.anthropic_models import check_model, version_of
from gateway.providers.simulated.anthropic_order import check_messages
from gateway.providers.simulated.ask import Ask, Tool, ToolResult, invalid
from gateway.providers.simulated.reading import image_of, prompt_tokens, string_list, text_of
from gateway.providers.simulated.signatures import opened, valid

_FIELDS = frozenset(
    (
        *("betas", "billing_policy", "cache_control", "compaction", "container", "context_management", "diagnostics"),
        *("fallback_credit_token", "fallbacks", "inference_geo", "max_tokens", "mcp_servers", "messages", "metadata"),
        *("model", "output_config", "output_format", "service_tier", "speed", "stop_sequences", "stream", "system"),
        *("temperature", "thinking", "thread", "tool_choice", "tools", "top_k", "top_p", "user_profile_id"),
        "workspace_id",
    )
)
_TOOL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")
_MIN_BUDGET = 1024
_LEAST_TOP_P = 0.95
_MAX_CACHE_MARKS = 4


def read(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what Anthropic refuses."""
    for name in body:
        if name not in _FIELDS:
            raise invalid(f"{name}: Extra inputs are not permitted")
    limit = body.get("max_tokens")
    if not isinstance(limit, int) or limit < 1:
        raise invalid("max_tokens: Field required" if limit is None else "max_tokens: must be at least 1")
    ask = read_prompt(body, model)
    ask.stream = bool(body.get("stream"))
    ask.in_the_us = body.get("inference_geo") == "us"
    ask.max_tokens = limit
    ask.stops = string_list(body.get("stop_sequences"))
    if any(not stop.strip() for stop in ask.stops):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")
    temperature = body.get("temperature")
    if temperature is not None and not 0 <= temperature <= 1:
        raise invalid("temperature: range: 0..1")
    if (version := version_of(model)) is not None:
        check_model(body, version)
    _read_thinking(ask, body)
    _read_choice(ask, body.get("tool_choice"))
    form = body.get("output_format") or (body.get("output_config") or {}).get("format")
    if isinstance(form, dict) and form.get("type") == "json_schema":
        ask.schema = form.get("schema") or {}
        _check_closed(ask.schema)
    return ask


def read_prompt(body: dict[str, Any], model: str) -> Ask:
    """What count_tokens also reads: system, messages, tools, and the tokens of all of it."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("messages: Field required" if messages is None else "messages: at least one message is required")
    ask = Ask(model=model, images=[], tool_results=[], cache_marks=[])
    ask.tools = _tools(body.get("tools"))
    ask.system_text = text_of(body.get("system"))
    thinks = (body.get("thinking") or {}).get("type") == "enabled"
    names = check_messages(messages, thinks=thinks, model=model)
    texts = [ask.system_text]
    for tool in body.get("tools") or []:
        _mark(ask, tool, texts)
    system = body.get("system")
    for block in system if isinstance(system, list) else []:
        _mark(ask, block, texts)
    for place, message in enumerate(messages):
        _read_message(ask, message, place, names, texts)
    if len(ask.cache_marks) > _MAX_CACHE_MARKS:
        raise invalid(f"A maximum of {_MAX_CACHE_MARKS} blocks with cache_control may be provided.")
    ask.prompt_tokens = prompt_tokens(ask, texts)
    if isinstance(body.get("cache_control"), dict):
        ask.cache_marks.append(str(body["cache_control"].get("ttl") or "5m"))
        ask.cacheable_tokens = ask.prompt_tokens
    return ask


def _read_message(ask: Ask, message: dict[str, Any], place: int, names: dict[str, str], texts: list[str]) -> None:
    content = message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if message["role"] == "assistant":
        ask.continues = True
    said: list[str] = []
    results: list[ToolResult] = []
    images: list[str] = []
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        where = f"messages.{place}.content.{index}"
        match block.get("type"):
            case "text":
                if not str(block.get("text") or "").strip():
                    fault = "contain non-whitespace text" if block.get("text") else "be non-empty"
                    raise invalid(f"messages: text content blocks must {fault}")
                said.append(block["text"])
            case "image" | "document":
                images.append(_media(block))
            case "tool_result":
                results.append(ToolResult(names.get(str(block.get("tool_use_id")), ""), text_of(block.get("content"))))
                nested = block.get("content")
                images += [_media(part) for part in nested or [] if isinstance(part, dict) and part.get("source")]
                texts.append(results[-1].text)
            case "tool_use":
                texts.append(str(block.get("input")))
            case "thinking":
                if not valid("anthropic-thinking", block.get("signature"), str(block.get("thinking"))):
                    raise invalid(f"{where}: Invalid `signature` in `thinking` block")
            case "redacted_thinking":
                if opened("anthropic-redacted", str(block.get("data"))) is None:
                    raise invalid(f"{where}: Invalid `data` in `redacted_thinking` block")
            case None:
                raise invalid(f"{where}.type: Field required")
            case str(kind) if kind in _OTHER_BLOCKS:
                texts.append(str(block))
            case kind:
                raise invalid(f"{where}: Input tag '{kind}' is not one of the expected tags")
        _mark(ask, block, [*texts, *said])
    texts.append("\n".join(said))
    if message["role"] == "user":
        ask.user_text, ask.tool_results, ask.images = "\n".join(said), results, images


_OTHER_BLOCKS = frozenset(
    (
        *("server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result"),
        *("bash_code_execution_tool_result", "text_editor_code_execution_tool_result", "tool_search_tool_result"),
        *("mcp_tool_use", "mcp_tool_result", "search_result", "container_upload", "tool_reference", "compaction"),
    )
)


def _media(block: dict[str, Any]) -> str:
    source = block.get("source") or {}
    kind = "document" if block.get("type") == "document" else "image"
    match source.get("type"):
        case "base64":
            return image_of(source.get("media_type"), source.get("data"), kind)
        case "url" | "file" | "text" | "content":
            return f"{kind} at an address"
        case other:
            raise invalid(f"{kind}.source: Input tag '{other}' is not one of the expected tags")


def _mark(ask: Ask, block: dict[str, Any], texts: list[str]) -> None:
    if isinstance(mark := block.get("cache_control"), dict):
        if mark.get("ttl") not in (None, "5m", "1h"):
            raise invalid("cache_control.ephemeral.ttl: Input should be '5m' or '1h'")
        ask.cache_marks.append(str(mark.get("ttl") or "5m"))
        ask.cacheable_tokens = sum(map(words.count, [str(ask.tools) if ask.tools else "", *texts]))


def _read_thinking(ask: Ask, body: dict[str, Any]) -> None:
    thinking = body.get("thinking") or {}
    match thinking.get("type"):
        case None | "disabled":
            return
        case "enabled":
            budget = thinking.get("budget_tokens")
            if not isinstance(budget, int) or budget < _MIN_BUDGET:
                raise invalid(f"thinking.enabled.budget_tokens: must be at least {_MIN_BUDGET}")
            if ask.max_tokens is not None and ask.max_tokens <= budget:
                raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`")
            ask.thinking_limit = budget
        case "adaptive":
            pass
        case other:
            raise invalid(f"thinking: Input tag '{other}' is not one of the expected tags")
    if body.get("temperature") not in (None, 1):
        raise invalid("`temperature` may only be set to 1 when thinking is enabled.")
    if body.get("top_k") is not None:
        raise invalid("`top_k` must be unset when thinking is enabled.")
    if body.get("top_p") is not None and body["top_p"] < _LEAST_TOP_P:
        raise invalid("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.")
    if (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        raise invalid("Thinking may not be enabled when tool_choice forces tool use.")
    ask.thinks = ask.shows_thinking = True


def _read_choice(ask: Ask, choice: Any) -> None:
    match choice:
        case None:
            return
        case {"type": "auto"}:
            pass
        case {"type": "none"}:
            ask.allow_tools = False
        case {"type": "any"}:
            ask.forced = "*"
        case {"type": "tool", "name": str(name)}:
            ask.forced = name
            if name not in ask.tools:
                raise invalid(f"Tool '{name}' not found in provided tools")
        case _:
            raise invalid("tool_choice: Input should be an object with a known type")
    if not ask.tools:
        raise invalid("tool_choice: may only be specified while providing `tools`.")
    ask.one_call = choice.get("disable_parallel_tool_use") is True


def _tools(offered: Any) -> dict[str, Tool]:
    tools: dict[str, Tool] = {}
    for place, tool in enumerate(offered if isinstance(offered, list) else []):
        if tool.get("type") not in (None, "custom"):
            continue  # a tool that runs at the provider: the imitated model never uses it
        name, schema = str(tool.get("name")), tool.get("input_schema")
        if not _TOOL_NAME.match(name):
            raise invalid(f"tools.{place}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            raise invalid(f"tools.{place}.custom.input_schema.type: Field required")
        tools[name] = Tool(name, schema)
    return tools


def _check_closed(schema: Any) -> None:
    """Structured output wants every object closed."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            raise invalid("output_format.schema: 'additionalProperties' must be explicitly set to false for objects")
        for child in [*(schema.get("properties") or {}).values(), schema.get("items")]:
            _check_closed(child)
