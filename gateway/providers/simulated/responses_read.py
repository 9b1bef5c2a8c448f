"""POST /v1/responses, read the way OpenAI validates it; xAI's with fewer rules.

Source: OpenAI's API reference and published Python types (3.54), recorded refusals; for xAI's list of tools, items and
refused members what its users were told (github.com: maximhq/bifrost#5428, router-for-me/CLIProxyAPI#3704,
lidge-jun/opencodex#2239).
"""

from __future__ import annotations

from typing import Any

from gateway.providers.simulated.ask import Ask, Tool, ToolResult, invalid
from gateway.providers.simulated.openai_chat_read import TOOL_NAME, check_strict, undeserialized
from gateway.providers.simulated.openai_models import check_effort, check_parallel, never_reasons, reasons
from gateway.providers.simulated.reading import image_at, number, prompt_tokens, text_of
from gateway.providers.simulated.signatures import unsealed

MIN_OUTPUT_TOKENS = 16

_FIELDS = frozenset(
    (
        *("access_programs", "background", "background_options", "client_metadata", "context_management"),
        *("conversation", "image"),
        *("include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model"),
        *("moderation", "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key"),
        *("prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier"),
        *("store", "stream", "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs"),
        *("top_p", "truncation", "user"),
    )
)
_SERVER_ITEMS = frozenset(
    (
        *("web_search_call", "file_search_call", "computer_call", "computer_call_output", "code_interpreter_call"),
        *("image_generation_call", "local_shell_call", "local_shell_call_output", "mcp_call", "mcp_list_tools"),
        *("mcp_approval_request", "mcp_approval_response", "compaction", "shell_call", "shell_call_output"),
        *("apply_patch_call", "apply_patch_call_output"),
    )
)
"""Items of tools that run at the provider, or with a protocol of their own; taken as they are."""
_CALLS = frozenset(("function_call", "custom_tool_call"))
_OUTPUTS = frozenset(("function_call_output", "custom_tool_call_output"))
_XAI_TOOLS = (
    *("function", "web_search", "x_search", "image_generation", "collections_search", "file_search"),
    *("code_execution", "code_interpreter", "mcp", "shell"),
)
_PARTS = {
    "user": frozenset(("input_text", "input_image", "input_file", "input_audio")),
    "system": frozenset(("input_text",)),
    "developer": frozenset(("input_text",)),
    "assistant": frozenset(("output_text", "refusal")),
}


def read_openai(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what OpenAI refuses."""
    for name in body:
        if name not in _FIELDS:
            raise invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    effort = (body.get("reasoning") or {}).get("effort")
    if effort is not None and never_reasons(model):
        message = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
        raise invalid(message, param="reasoning.effort", code="unsupported_parameter")
    check_effort(model, effort, "reasoning.effort")
    check_parallel(model, body)
    if reasons(model, effort) and body.get("temperature") not in (None, 1):
        raise invalid("Unsupported parameter: 'temperature'.", param="temperature", code="unsupported_parameter")
    limit = body.get("max_output_tokens")
    if isinstance(limit, int) and limit < MIN_OUTPUT_TOKENS:
        raise invalid(
            f"Invalid 'max_output_tokens': expected at least {MIN_OUTPUT_TOKENS}.",
            param="max_output_tokens",
            code="integer_below_min_value",
        )
    number(body, "temperature", 0, 2)
    for tool in body.get("tools") or []:
        if tool.get("type") == "function" and tool.get("strict"):
            check_strict(tool.get("parameters"), "tools[0].parameters")
    ask = read(body, model, "openai")
    wanted = (body.get("text") or {}).get("format") or {}
    if wanted.get("strict") and ask.schema:
        check_strict(ask.schema, "text.format.schema")
    if ask.schema == {} and "json" not in f"{body.get('instructions')} {body.get('input')}".lower():
        raise invalid("'input' must contain the word 'json' for this 'text.format'.", param="input")
    return ask


def read_xai(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what xAI refuses: tools and items that only OpenAI knows."""
    for tool in body.get("tools") or []:
        if tool.get("type") not in _XAI_TOOLS:
            known = ", ".join(f"`{kind}`" for kind in _XAI_TOOLS)
            raise undeserialized(f"unknown variant `{tool.get('type')}`, expected one of {known}")
        if "external_web_access" in tool:
            raise invalid("Argument not supported: external_web_access")
    given = body.get("input")
    for item in given if isinstance(given, list) else []:
        foreign = str(item.get("type")).startswith(("custom_tool_call", "additional_tools")) or "namespace" in item
        if foreign or (item.get("type") == "reasoning" and None in item.values()):
            raise undeserialized("data did not match any variant of untagged enum ModelInput")
    return read(body, model, "xai")


def read(body: dict[str, Any], model: str, label: str) -> Ask:
    """The ask, with the rules that every server of this dialect keeps. `label` signs encrypted reasoning."""
    given = body.get("input")
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list) or not given:
        raise invalid("Missing required parameter: 'input'.", param="input", code="missing_required_parameter")
    ask = Ask(model=model, stream=bool(body.get("stream")), images=[], tool_results=[])
    ask.tools = _tools(body.get("tools"))
    ask.system_text = str(body.get("instructions") or "")
    texts = [ask.system_text] + [_read_item(ask, item, place, label) for place, item in enumerate(given)]
    names = {str(item.get("call_id")): str(item["name"]) for item in given if "name" in item}
    ask.tool_results = [ToolResult(names.get(result.name, result.name), result.text) for result in ask.tool_results]
    _check_calls(given, has_past=bool(body.get("previous_response_id") or body.get("conversation")))
    _read_choice(ask, body.get("tool_choice"))
    ask.one_call = body.get("parallel_tool_calls") is False
    match (body.get("text") or {}).get("format"):
        case {"type": "json_object"}:
            ask.schema = {}
        case {"type": "json_schema", "schema": dict(schema)}:
            ask.schema = schema
        case _:
            ask.schema = None
    effort = (body.get("reasoning") or {}).get("effort")
    ask.thinks = reasons(model, effort) if label == "openai" else effort != "none"
    ask.shows_thinking = bool((body.get("reasoning") or {}).get("summary")) or label == "xai"
    limit = body.get("max_output_tokens")
    ask.max_tokens = limit if isinstance(limit, int) else None
    if "message.output_text.logprobs" in (body.get("include") or []):
        ask.top_logprobs = body.get("top_logprobs") or 0
    ask.prompt_tokens = prompt_tokens(ask, texts)
    return ask


def _read_item(ask: Ask, item: Any, place: int, label: str) -> str:
    kind = item.get("type", "message") if isinstance(item, dict) else None
    match kind:
        case "message":
            return _read_message(ask, item, place)
        case "function_call" | "custom_tool_call":
            ask.continues, ask.tool_results = True, []
            return f"{item.get('name')} {item.get('arguments') or item.get('input')}"
        case "function_call_output" | "custom_tool_call_output":
            output = item.get("output")
            text = output if isinstance(output, str) else text_of(output)
            ask.tool_results = [*ask.tool_results, ToolResult(str(item.get("call_id")), text)]
            return text
        case "reasoning":
            sealed = item.get("encrypted_content")
            if sealed is not None and unsealed(label, str(sealed)) is None:
                raise invalid(
                    "The encrypted content of a reasoning item could not be verified.",
                    param=f"input[{place}].encrypted_content",
                    code="invalid_encrypted_content",
                )
            return ""
        case "item_reference":
            return ""
        case "additional_tools":
            ask.tools |= _tools(item.get("tools"))
            return ""
        case str() if kind in _SERVER_ITEMS:
            return str(item)
        case _:
            raise invalid(f"Invalid value: '{kind}'.", param=f"input[{place}].type", code="invalid_value")


def _read_message(ask: Ask, item: dict[str, Any], place: int) -> str:
    role = str(item.get("role"))
    if role not in _PARTS:
        raise invalid(f"Invalid value: '{role}'.", param=f"input[{place}].role", code="invalid_value")
    content = item.get("content")
    images: list[str] = []
    for index, part in enumerate(content if isinstance(content, list) else []):
        where = f"input[{place}].content[{index}].type"
        if part.get("type") not in _PARTS[role]:
            raise invalid(f"Invalid value: '{part.get('type')}'.", param=where, code="invalid_value")
        if part["type"] == "input_image":
            images.append(image_at(part.get("image_url")))
        elif part["type"] == "input_file":
            images.append(image_at(part.get("file_data")).replace("image", "file", 1))
    text = text_of(content)
    if role == "user":
        ask.user_text, ask.images, ask.tool_results = text, images, []
    elif role == "assistant":
        ask.continues, ask.tool_results = True, []
    else:
        ask.system_text = f"{ask.system_text}\n{text}".strip()
    return text


def _check_calls(items: list[dict[str, Any]], *, has_past: bool) -> None:
    """Each call has its output and each output its call; a reasoning item is followed by what it led to."""
    calls = {item.get("call_id") for item in items if item.get("type") in _CALLS}
    outputs = {item.get("call_id") for item in items if item.get("type") in _OUTPUTS}
    if missing := calls - outputs:
        raise invalid(f"No tool output found for function call {min(map(str, missing))}.", param="input")
    if not has_past and (stray := outputs - calls):
        raise invalid(f"No tool call found for the output with call_id {min(map(str, stray))}.", param="input")
    for place, item in enumerate(items):
        if item.get("type") != "reasoning":
            continue
        follower = items[place + 1] if place + 1 < len(items) else {}
        if follower.get("role") == "user" or not follower or follower.get("type") in _OUTPUTS:
            raise invalid(f"Item '{item.get('id')}' of type 'reasoning' lacks the item that follows it.", param="input")


def _tools(offered: Any) -> dict[str, Tool]:
    tools: dict[str, Tool] = {}
    for tool in offered if isinstance(offered, list) else []:
        match tool:
            case {"type": "function" | "custom", "name": str(name)} if not TOOL_NAME.match(name):
                raise invalid(
                    "Invalid 'tools[0].name': letters, digits, _ and - only, at most 64.",
                    param="tools[0].name",
                    code="invalid_value",
                )
            case {"type": "function", "name": str(name)}:
                tools[name] = Tool(name, tool.get("parameters") or {})
            case {"type": "custom", "name": str(name)}:
                tools[name] = Tool(name, {}, custom=True)
            case {"type": "function" | "custom"}:
                raise invalid(
                    "Missing required parameter: 'tools[0].name'.",
                    param="tools[0].name",
                    code="missing_required_parameter",
                )
            case _:
                pass  # tools that run at the provider: the imitated model never uses them
    return tools


def _read_choice(ask: Ask, choice: Any) -> None:
    match choice:
        case None | "auto":
            pass
        case "none":
            ask.allow_tools = False
        case "required":
            ask.forced = "*"
        case {"type": "function" | "custom", "name": str(name)}:
            ask.forced = name
        case {"type": "allowed_tools", "mode": mode}:
            ask.forced = "*" if mode == "required" else None
        case {"type": str()}:
            pass
        case _:
            raise invalid("Invalid value for 'tool_choice'.", param="tool_choice", code="invalid_value")
