"""Probes of Responses requests, field by field after the types of OpenAI's SDK."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

from openai.types import responses
from openai.types.responses.response_create_params import ResponseCreateParamsBase
from openai.types.shared_params import Reasoning

from tests.support.probes.openai_chat import PDF, PNG, SCHEMA
from tests.support.probes.probe import Probe, Schema, Tree, members

USER: Final[Tree] = {"role": "user", "content": "hi"}
FUNCTION: Final[Tree] = {"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}
OTHER: Final[Tree] = {**FUNCTION, "name": "clock"}
CUSTOM: Final[Tree] = {"type": "custom", "name": "shell", "description": "Runs it."}
GRAMMAR: Final[Tree] = {"type": "grammar", "syntax": "regex", "definition": "[a-z]+"}
CALL: Final[Tree] = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city":"Bern"}',
}
RESULT: Final[Tree] = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}

BASE: Final[Tree] = {"model": "m", "input": [USER]}
WITH_TOOLS: Final[Tree] = {**BASE, "tools": [FUNCTION, OTHER]}
JSON_ANSWER: Final[Tree] = {
    **BASE,
    "text": {"format": {"type": "json_schema", "name": "response", "schema": SCHEMA}},
}


def _said(*items: Tree) -> Tree:
    return {**BASE, "input": list(items)}


def _part(name: str, part: Tree, plain: Tree | None = None) -> Probe:
    """A part beside a text; `plain`: the same part without the field."""
    text = {"type": "input_text", "text": "hi"}
    base = [text] if plain is None else [text, plain]
    return Probe(name, _said({"role": "user", "content": [text, part]}), _said({"role": "user", "content": base}))


def _item(name: str, item: Tree, plain: Tree | None = None) -> Probe:
    """An item between two turns of the user."""
    return Probe(name, _said(USER, item, USER), _said(USER, USER) if plain is None else _said(USER, plain, USER))


def _call(name: str, /, **more: Any) -> Probe:
    return Probe(name, _said(USER, {**CALL, **more}, RESULT), _said(USER, CALL, RESULT))


def _function(name: str, /, **more: Any) -> Probe:
    return Probe(name, {**BASE, "tools": [{**FUNCTION, **more}]}, {**BASE, "tools": [FUNCTION]})


def _custom(name: str, /, **more: Any) -> Probe:
    return Probe(name, {**BASE, "tools": [{**CUSTOM, **more}]}, {**BASE, "tools": [CUSTOM]})


def _answered(**more: Any) -> Tree:
    text = {"type": "output_text", "text": "yes", "annotations": [], **more}
    return {"type": "message", "role": "assistant", "content": [text]}


def _format(**told: Any) -> Tree:
    return {**BASE, "text": {"format": {"type": "json_schema", "name": "response", "schema": SCHEMA, **told}}}


_URL_CITATION: Final[Tree] = {
    "type": "url_citation",
    "url": "https://a.example",
    "title": "A",
    "start_index": 0,
    "end_index": 1,
}
_IMAGE: Final[Tree] = {"type": "input_image", "image_url": PNG}
_FILE: Final[Tree] = {"type": "input_file", "file_data": PDF}
_EXPLICIT: Final[Tree] = {"mode": "explicit"}
_THOUGHT: Final[Tree] = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hmm"}]}

PROBES: Final = [
    *members(
        BASE,
        access_programs={"cyber": "standard"},
        background=True,
        background__off=False,
        background_options={"completion_window": "2h"},
        context_management=[{"type": "compaction", "compact_threshold": 1000}],
        conversation="conv_1",
        image={"context_compression": "disabled"},
        include=["file_search_call.results"],
        include__encrypted=["reasoning.encrypted_content"],
        include__logprobs=["message.output_text.logprobs"],
        instructions="brief",
        max_output_tokens=50,
        max_output_tokens__small=5,
        max_tool_calls=3,
        metadata={"ticket": "7"},
        metadata__numbers={"ticket": 7},
        moderation={"model": "omni-moderation-latest", "policy": {"input": {"mode": "block"}}},
        previous_response_id="resp_1",
        prompt={"id": "pmpt_1"},
        prompt_cache_key="k",
        prompt_cache_options={"mode": "explicit"},
        prompt_cache_retention="24h",
        reasoning={"effort": "high"},
        safety_identifier="u1",
        service_tier="priority",
        service_tier__fast="fast",
        store=True,
        store__off=False,
        stream_options={"include_obfuscation": False},
        temperature=0.5,
        text={"verbosity": "low"},
        text__json_schema=JSON_ANSWER["text"],
        text__json_object={"format": {"type": "json_object"}},
        tools=[FUNCTION],
        tools__web_search=[{"type": "web_search"}],
        top_logprobs=3,
        top_p=0.5,
        truncation="auto",
        truncation__disabled="disabled",
        user="u1",
        not_known_to_anyone=1,
    ),
    *members(
        WITH_TOOLS,
        parallel_tool_calls=False,
        tool_choice="required",
        tool_choice__none="none",
        tool_choice__auto="auto",
        tool_choice__named={"type": "function", "name": "weather"},
        tool_choice__allowed={
            "type": "allowed_tools",
            "mode": "required",
            "tools": [{"type": "function", "name": "weather"}, {"type": "function", "name": "clock"}],
        },
    ),
    *members(
        {**BASE, "tools": [{"type": "web_search"}]},
        tool_choice__hosted={"type": "web_search"},
    ),
    Probe("reasoning.effort", {**BASE, "reasoning": {"effort": "low"}}, BASE),
    Probe("reasoning.summary", {**BASE, "reasoning": {"summary": "auto"}}, BASE),
    Probe("reasoning.generate_summary", {**BASE, "reasoning": {"generate_summary": "concise"}}, BASE),
    Probe("reasoning.mode", {**BASE, "reasoning": {"effort": "low", "mode": "pro"}},
          {**BASE, "reasoning": {"effort": "low"}}),
    Probe("reasoning.context", {**BASE, "reasoning": {"effort": "low", "context": "all_turns"}},
          {**BASE, "reasoning": {"effort": "low"}}),
    Probe("message.content", _said({"role": "developer", "content": "brief"}, USER), BASE),
    Probe("message.content/later", _said(USER, {"role": "system", "content": "brief"}), BASE),
    Probe("message.content/prefill", _said(USER, {"role": "assistant", "content": "ye"}), BASE),
    _item("message.phase", {"role": "assistant", "content": "yes", "phase": "commentary"},
          {"role": "assistant", "content": "yes"}),
    _item("message.id", {**_answered(), "id": "msg_1", "status": "completed"}, _answered()),
    _item("message.status", {**_answered(), "status": "completed"}, _answered()),
    _item("message.refusal", {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}),
    _item("output_text.annotations", _answered(annotations=[_URL_CITATION]), _answered()),
    _item("output_text.logprobs", _answered(logprobs=[{"token": "yes", "logprob": -0.1, "bytes": [], "top_logprobs": []}
                                                      ]), _answered()),
    _item("reasoning_item.summary", _THOUGHT),
    _item("reasoning_item.encrypted_content", {**_THOUGHT, "encrypted_content": "gAAAA"}),
    _item("reasoning_item.content", {**_THOUGHT, "content": [{"type": "reasoning_text", "text": "hm"}]}),
    _item("reasoning_item.status", {**_THOUGHT, "status": "completed"}, _THOUGHT),
    _item("item.item_reference", {"type": "item_reference", "id": "rs_1"}),
    _item("item.web_search_call", {"type": "web_search_call", "id": "ws_1", "status": "completed",
                                   "action": {"type": "search", "query": "q"}}),
    _item("item.of_a_later_day", {"type": "hologram", "id": "h_1"}),
    Probe("function_call.name", _said(USER, CALL, RESULT), _said(USER)),
    _call("function_call.id", id="fc_1"),
    _call("function_call.arguments/no_object", arguments="{broken"),
    _call("function_call.status", status="completed"),
    _call("function_call.namespace", namespace="crm"),
    _call("function_call.caller", caller={"type": "program", "caller_id": "call_0"}),
    _call("function_call.async", **{"async": True}),
    Probe("custom_tool_call.input",
          _said(USER, {"type": "custom_tool_call", "call_id": "call_1", "name": "shell", "input": "ls"}), BASE),
    Probe("function_call_output.output/image", _said(USER, CALL, {**RESULT, "output": [_IMAGE]}), _said(USER, CALL,
                                                                                                       RESULT)),
    _part("input_text.prompt_cache_breakpoint", {"type": "input_text", "text": "ho",
                                                 "prompt_cache_breakpoint": _EXPLICIT},
          {"type": "input_text", "text": "ho"}),
    _part("input_image.image_url", _IMAGE),
    _part("input_image.image_url/address", {"type": "input_image", "image_url": "https://a.example/a.png"}),
    _part("input_image.detail", {**_IMAGE, "detail": "low"}, _IMAGE),
    _part("input_image.file_id", {"type": "input_image", "file_id": "file-1"}),
    _part("input_image.prompt_cache_breakpoint", {**_IMAGE, "prompt_cache_breakpoint": _EXPLICIT}, _IMAGE),
    _part("input_file.file_data", _FILE),
    _part("input_file.filename", {**_FILE, "filename": "a.pdf"}, _FILE),
    _part("input_file.detail", {**_FILE, "detail": "low"}, _FILE),
    _part("input_file.file_url", {"type": "input_file", "file_url": "https://a.example/a.pdf"}),
    _part("input_file.file_id", {"type": "input_file", "file_id": "file-1"}),
    _part("input_file.prompt_cache_breakpoint", {**_FILE, "prompt_cache_breakpoint": _EXPLICIT}, _FILE),
    _part("part.input_audio", {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}),
    _part("part.of_a_later_day", {"type": "hologram", "hologram": {}}),
    _function("function_tool.description", description="Tells it."),
    _function("function_tool.strict", strict=True),
    _function("function_tool.defer_loading", defer_loading=True),
    _function("function_tool.allowed_callers", allowed_callers=["programmatic"]),
    _function("function_tool.output_schema", output_schema=SCHEMA),
    _function("function_tool.async", **{"async": True}),
    Probe("custom_tool.name", {**BASE, "tools": [CUSTOM]}, BASE),
    _custom("custom_tool.description", description="Runs them."),
    _custom("custom_tool.format", format=GRAMMAR),
    _custom("custom_tool.format/text", format={"type": "text"}),
    _custom("custom_tool.defer_loading", defer_loading=True),
    _custom("custom_tool.allowed_callers", allowed_callers=["programmatic"]),
    _custom("custom_tool.async", **{"async": True}),
    Probe("json_schema.name", _format(name="town"), JSON_ANSWER),
    Probe("json_schema.description", _format(description="A town."), JSON_ANSWER),
    Probe("json_schema.strict", _format(strict=True), JSON_ANSWER),
]  # fmt: skip


def _names(of: Any) -> frozenset[str]:
    return frozenset(get_type_hints(of))


_STRUCTURE: Final = "what makes it the thing it is; in every probe of its group"
SCHEMA_OF_SDK: Final = Schema(
    groups={
        "request": _names(ResponseCreateParamsBase),
        "reasoning": _names(Reasoning),
        "message": _names(responses.EasyInputMessageParam) | _names(responses.ResponseOutputMessageParam),
        "output_text": _names(responses.ResponseOutputTextParam),
        "reasoning_item": _names(responses.ResponseReasoningItemParam),
        "function_call": _names(responses.ResponseFunctionToolCallParam),
        "input_text": _names(responses.ResponseInputTextParam),
        "input_image": _names(responses.ResponseInputImageParam),
        "input_file": _names(responses.ResponseInputFileParam),
        "function_tool": _names(responses.FunctionToolParam),
        "custom_tool": _names(responses.CustomToolParam),
        "json_schema": _names(responses.ResponseFormatTextJSONSchemaConfigParam),
    },
    without_probe={
        "request.input": "the base",
        "request.model": "chosen by the gateway",
        "json_schema.schema": "every probe of a schema has one",
        "input_text.text": "the base",
        "output_text.text": "the base of its group",
        "message.role": _STRUCTURE,
        "reasoning_item.id": _STRUCTURE,
        "function_call.call_id": _STRUCTURE,
        "function_tool.name": _STRUCTURE,
        "function_tool.parameters": _STRUCTURE,
        **{
            f"{group}.type": _STRUCTURE
            for group in (
                "message",
                "output_text",
                "reasoning_item",
                "function_call",
                "input_text",
                "input_image",
                "input_file",
                "function_tool",
                "custom_tool",
                "json_schema",
            )
        },
    },
)
