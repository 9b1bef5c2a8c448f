"""Probes of Messages requests, field by field after the types of Anthropic's SDK, its betas included."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

from anthropic import types
from anthropic.types.beta.message_create_params import MessageCreateParamsBase as BetaParams
from anthropic.types.message_create_params import MessageCreateParamsBase

from tests.support.probes.openai_chat import SCHEMA
from tests.support.probes.probe import Probe, Schema, Tree, members

USER: Final[Tree] = {"role": "user", "content": "hi"}
YES: Final[Tree] = {"role": "assistant", "content": [{"type": "text", "text": "yes"}]}
TOOL: Final[Tree] = {"name": "weather", "input_schema": SCHEMA}
OTHER: Final[Tree] = {"name": "clock", "input_schema": SCHEMA}
EPHEMERAL: Final[Tree] = {"type": "ephemeral"}

BASE: Final[Tree] = {"model": "m", "max_tokens": 4000, "messages": [USER]}
WITH_TOOLS: Final[Tree] = {**BASE, "tools": [TOOL, OTHER]}


def _said(*messages: Tree) -> Tree:
    return {**BASE, "messages": list(messages)}


def _block(name: str, block: Tree, plain: Tree | None = None, role: str = "user") -> Probe:
    """A block beside a text; `plain`: the same block without the field."""
    text = {"type": "text", "text": "hi"}
    full, bare = [text, block], [text] if plain is None else [text, plain]
    if role == "user":
        return Probe(name, _said({"role": role, "content": full}), _said({"role": role, "content": bare}))
    return Probe(
        name,
        _said(USER, {"role": role, "content": [block, text]}, USER),
        _said(USER, {"role": role, "content": [text] if plain is None else [plain, text]}, USER),
    )


def _tool(name: str, /, **more: Any) -> Probe:
    return Probe(name, {**BASE, "tools": [{**TOOL, **more}]}, {**BASE, "tools": [TOOL]})


_USE: Final[Tree] = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Bern"}}
_RESULT: Final[Tree] = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}


def _turn(use: Tree = _USE, result: Tree = _RESULT) -> Tree:
    return _said(USER, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]})


def _use(name: str, /, **more: Any) -> Probe:
    return Probe(name, _turn(use={**_USE, **more}), _turn())


def _result(name: str, /, **more: Any) -> Probe:
    return Probe(name, _turn(result={**_RESULT, **more}), _turn())


_PNG: Final[Tree] = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
_PDF: Final[Tree] = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQ="}
_IMAGE: Final[Tree] = {"type": "image", "source": _PNG}
_DOCUMENT: Final[Tree] = {"type": "document", "source": _PDF}
_TEXT: Final[Tree] = {"type": "text", "text": "ho"}
_CITATION: Final[Tree] = {
    "type": "char_location",
    "cited_text": "y",
    "document_index": 0,
    "document_title": "A",
    "start_char_index": 0,
    "end_char_index": 1,
}

PROBES: Final = [
    *members(
        BASE,
        anthropic_beta=["token-efficient-tools-2025-02-19"],
        anthropic_version="2023-06-01",
        betas=["token-efficient-tools-2025-02-19"],
        billing_policy={"type": "billing_policy", "bill_to": "user_profile"},
        cache_control=EPHEMERAL,
        compaction={"type": "summarize"},
        container="container_1",
        context_management={"edits": [{"type": "clear_tool_uses_20250919"}]},
        diagnostics={"previous_message_id": "msg_1"},
        fallback_credit_token="t",
        fallbacks="default",
        inference_geo="us",
        max_tokens=50,
        mcp_servers=[{"type": "url", "name": "s", "url": "https://a.example/mcp"}],
        metadata={"user_id": "u1"},
        metadata__long={"user_id": "user_" + "0" * 64},
        output_config={"effort": "high"},
        output_config__format={"format": {"type": "json_schema", "schema": SCHEMA}},
        output_format={"type": "json_schema", "schema": SCHEMA},
        service_tier="standard_only",
        service_tier__auto="auto",
        speed="fast",
        speed__standard="standard",
        stop_sequences=["END"],
        system="brief",
        system__blocks=[{"type": "text", "text": "brief"}],
        temperature=0.5,
        thinking={"type": "enabled", "budget_tokens": 2000},
        thinking__adaptive={"type": "adaptive"},
        thinking__disabled={"type": "disabled"},
        thinking__later={"type": "telepathic"},
        thread={"type": "continue", "previous_message_id": "msg_1"},
        tools=[TOOL],
        tools__web_search=[{"type": "web_search_20250305", "name": "web_search"}],
        top_k=5,
        top_p=0.5,
        user_profile_id="up_1",
        not_known_to_anyone=1,
    ),
    *members(
        WITH_TOOLS,
        tool_choice={"type": "any"},
        tool_choice__auto={"type": "auto"},
        tool_choice__none={"type": "none"},
        tool_choice__tool={"type": "tool", "name": "weather"},
    ),
    *members(
        {**WITH_TOOLS, "tool_choice": {"type": "auto"}},
        tool_choice__serial={"type": "auto", "disable_parallel_tool_use": True},
    ),
    Probe("thinking.display", {**BASE, "thinking": {"type": "adaptive", "display": "omitted"}},
          BASE),
    Probe("message.later_system", _said(USER, YES, USER, {"role": "system", "content": "brief"}),
          _said(USER, YES, USER)),
    Probe("message.prefill", _said(USER, {"role": "assistant", "content": "ye"}), BASE),
    _block("text.cache_control", {**_TEXT, "cache_control": {"type": "ephemeral", "ttl": "1h"}}, _TEXT),
    _block("text.citations", {**_TEXT, "citations": [_CITATION]}, _TEXT, "assistant"),
    _block("image.source", _IMAGE),
    _block("image.source/url", {"type": "image", "source": {"type": "url", "url": "https://a.example/a.png"}}),
    _block("image.source/file", {"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
    _block("image.cache_control", {**_IMAGE, "cache_control": EPHEMERAL}, _IMAGE),
    _block("image.transformations", {**_IMAGE, "transformations": [{"type": "resize"}]}, _IMAGE),
    _block("document.source", _DOCUMENT),
    _block("document.source/url", {"type": "document", "source": {"type": "url", "url": "https://a.example/a.pdf"}}),
    _block("document.source/file", {"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
    _block("document.source/text", {"type": "document", "source": {"type": "text", "media_type": "text/plain",
                                                                   "data": "ho"}}),
    _block("document.source/blocks", {"type": "document", "source": {"type": "content", "content": [_TEXT]}}),
    _block("document.title", {**_DOCUMENT, "title": "a.pdf"}, _DOCUMENT),
    _block("document.context", {**_DOCUMENT, "context": "old"}, _DOCUMENT),
    _block("document.citations", {**_DOCUMENT, "citations": {"enabled": True}}, _DOCUMENT),
    _block("document.citations/off", {**_DOCUMENT, "citations": {"enabled": False}}, _DOCUMENT),
    _block("document.cache_control", {**_DOCUMENT, "cache_control": EPHEMERAL}, _DOCUMENT),
    _block("block.search_result", {"type": "search_result", "source": "s", "title": "t", "content": [_TEXT]}),
    _block("block.of_a_later_day", {"type": "hologram"}),
    _block("thinking_block.thinking", {"type": "thinking", "thinking": "hmm", "signature": ""}, role="assistant"),
    _block("thinking_block.signature", {"type": "thinking", "thinking": "hmm", "signature": "c2ln"}, role="assistant"),
    _block("redacted_thinking.data", {"type": "redacted_thinking", "data": "c2ln"}, role="assistant"),
    Probe("tool_use.name", _turn(), _said(USER)),
    _use("tool_use.cache_control", cache_control=EPHEMERAL),
    _use("tool_use.caller", caller={"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}),
    _use("tool_use.caller/direct", caller={"type": "direct"}),
    _use("tool_use.toolset_name", toolset_name="crm"),
    _result("tool_result.content", content="rain"),
    _result("tool_result.content/image", content=[{"type": "text", "text": "sunny"}, _IMAGE]),
    _result("tool_result.is_error", is_error=True),
    _result("tool_result.is_error/not", is_error=False),
    _result("tool_result.cache_control", cache_control=EPHEMERAL),
    _result("tool_result.toolset_name", toolset_name="crm"),
    _tool("tool.description", description="Tells it."),
    _tool("tool.strict", strict=True),
    _tool("tool.cache_control", cache_control=EPHEMERAL),
    _tool("tool.allowed_callers", allowed_callers=["code_execution_20250825"]),
    _tool("tool.defer_loading", defer_loading=True),
    _tool("tool.eager_input_streaming", eager_input_streaming=True),
    _tool("tool.input_examples", input_examples=[{"city": "Bern"}]),
]  # fmt: skip


def _names(of: Any) -> frozenset[str]:
    return frozenset(get_type_hints(of))


_STRUCTURE: Final = "what makes it the thing it is; in every probe of its group"
SCHEMA_OF_SDK: Final = Schema(
    groups={
        "request": _names(MessageCreateParamsBase) | _names(BetaParams),
        "text": _names(types.TextBlockParam),
        "image": _names(types.ImageBlockParam),
        "document": _names(types.DocumentBlockParam),
        "tool_use": _names(types.ToolUseBlockParam),
        "tool_result": _names(types.ToolResultBlockParam),
        "thinking_block": _names(types.ThinkingBlockParam),
        "tool": _names(types.ToolParam),
    },
    without_probe={
        "request.messages": "the base",
        "request.model": "chosen by the gateway",
        "request.workspace_id": "a header, of the client's credential there",
        "text.text": "the base",
        "tool_use.id": _STRUCTURE,
        "tool_use.input": _STRUCTURE,
        "tool_result.tool_use_id": _STRUCTURE,
        "tool.name": _STRUCTURE,
        "tool.input_schema": _STRUCTURE,
        **{
            f"{group}.type": _STRUCTURE
            for group in ("text", "image", "document", "tool_use", "tool_result", "thinking_block", "tool")
        },
    },
)
