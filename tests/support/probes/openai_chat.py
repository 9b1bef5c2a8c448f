"""Probes of chat completion requests, field by field after the types of OpenAI's SDK."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

from openai.types import chat
from openai.types.chat.completion_create_params import CompletionCreateParamsBase
from openai.types.shared_params import FunctionDefinition
from openai.types.shared_params.response_format_json_schema import JSONSchema

from tests.support.probes.probe import Probe, Schema, Tree, members

PNG: Final = "data:image/png;base64,iVBORw0KGgo="
PDF: Final = "data:application/pdf;base64,JVBERi0xLjQ="
SCHEMA: Final[Tree] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
USER: Final[Tree] = {"role": "user", "content": "hi"}
IN_JSON: Final[Tree] = {**USER, "content": "hi, in JSON"}
FUNCTION: Final[Tree] = {"name": "weather", "parameters": SCHEMA}
OTHER: Final[Tree] = {"name": "clock", "parameters": SCHEMA}
TOOLS: Final = [{"type": "function", "function": FUNCTION}, {"type": "function", "function": OTHER}]
CALL: Final[Tree] = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city":"Bern"}'},
}
CUSTOM: Final[Tree] = {"type": "custom", "custom": {"name": "shell", "description": "Runs it."}}
GRAMMAR: Final[Tree] = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "[a-z]+"}}

BASE: Final[Tree] = {"model": "m", "messages": [USER]}
WITH_TOOLS: Final[Tree] = {**BASE, "tools": TOOLS}
ANSWERED: Final[Tree] = {**BASE, "messages": [USER, {"role": "assistant", "content": "yes"}, USER]}
JSON_ANSWER: Final[Tree] = {
    **BASE,
    "response_format": {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA}},
}


def _said(*messages: Tree) -> Tree:
    return {**BASE, "messages": list(messages)}


def _part(name: str, part: Tree, plain: Tree | None = None) -> Probe:
    """A part beside a text; `plain`: the same part without the field."""
    text = {"type": "text", "text": "hi"}
    base = [text] if plain is None else [text, plain]
    return Probe(name, _said({"role": "user", "content": [text, part]}), _said({"role": "user", "content": base}))


def _assistant(name: str, /, **told: Any) -> Probe:
    """Members of an assistant's message in the history."""
    plain = {"role": "assistant", "content": "yes"}
    return Probe(name, _said(USER, {**plain, **told}, USER), _said(USER, plain, USER))


def _tool(name: str, tool: Tree, plain: Tree) -> Probe:
    return Probe(name, {**BASE, "tools": [tool]}, {**BASE, "tools": [plain]})


def _function(**more: Any) -> Tree:
    return {"type": "function", "function": {"name": "weather", "parameters": SCHEMA, **more}}


def _format(**told: Any) -> Tree:
    return {
        **BASE,
        "response_format": {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA, **told}},
    }


_TOOL_TURN = _said(USER, {"role": "assistant", "content": None, "tool_calls": [CALL]})
_RESULT: Tree = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
_ANSWERED_TURN = _said(*_TOOL_TURN["messages"], _RESULT)


def _called(arguments: str) -> Tree:
    call = {**CALL, "function": {"name": "weather", "arguments": arguments}}
    return _said(USER, {"role": "assistant", "content": None, "tool_calls": [call]})


_LEGACY_CALL: Tree = {"name": "weather", "arguments": '{"city":"Bern"}'}
_LEGACY = _said(USER, {"role": "assistant", "content": "yes", "function_call": _LEGACY_CALL})

PROBES: Final = [
    *members(
        BASE,
        audio={"voice": "alloy", "format": "wav"},
        frequency_penalty=0.5,
        frequency_penalty__zero=0,
        functions=[FUNCTION],
        logit_bias={"50256": -100},
        logit_bias__empty={},
        logprobs=True,
        logprobs__off=False,
        max_completion_tokens=50,
        max_tokens=50,
        metadata={"ticket": "7"},
        modalities=["text", "audio"],
        modalities__text=["text"],
        moderation={"model": "omni-moderation-latest", "policy": {"input": {"mode": "block"}}},
        moderation__score={"model": "omni-moderation-latest", "policy": {"input": {"mode": "score"}}},
        n=2,
        n__one=1,
        prediction={"type": "content", "content": "hi there"},
        presence_penalty=0.5,
        prompt_cache_key="k",
        prompt_cache_options={"mode": "explicit", "ttl": "30m"},
        prompt_cache_retention="24h",
        reasoning_effort="high",
        reasoning_effort__none="none",
        reasoning_effort__minimal="minimal",
        reasoning_effort__xhigh="xhigh",
        response_format={"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA}},
        response_format__json_object={"type": "json_object"},
        response_format__text={"type": "text"},
        safety_identifier="u1",
        seed=7,
        service_tier="flex",
        service_tier__priority="priority",
        service_tier__scale="scale",
        service_tier__auto="auto",
        stop=["END"],
        store=True,
        store__off=False,
        stream_options={"include_usage": True},
        temperature=0.5,
        temperature__high=1.7,
        tools=TOOLS,
        top_p=0.5,
        top_p__one=1,
        user="u1",
        verbosity="low",
        verbosity__medium="medium",
        web_search_options={"search_context_size": "low"},
        top_k=5,
        reasoning={"effort": "low"},
        reasoning__budget={"max_tokens": 3000},
        chat_template_kwargs={"enable_thinking": False},
        chat_template_kwargs__other={"tone": "dry"},
        not_known_to_anyone=1,
    ),
    *members({**BASE, "logprobs": True}, top_logprobs=3),
    *members({**BASE, "functions": [FUNCTION]}, function_call={"name": "weather"}),
    *members(
        WITH_TOOLS,
        parallel_tool_calls=False,
        parallel_tool_calls__on=True,
        tool_choice="required",
        tool_choice__auto="auto",
        tool_choice__none="none",
        tool_choice__named={"type": "function", "function": {"name": "weather"}},
        tool_choice__allowed={
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "required",
                "tools": [{"type": "function", "function": {"name": name}} for name in ("weather", "clock")],
            },
        },
        tool_choice__offered={
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "clock"}}]},
        },
    ),
    Probe("request.response_format/json_object, in words",
          {**_said(IN_JSON), "response_format": {"type": "json_object"}}, _said(IN_JSON)),
    Probe("system.content", _said({"role": "system", "content": "brief"}, USER), BASE),
    Probe("system.name", _said({"role": "system", "content": "brief", "name": "ops"}, USER),
          _said({"role": "system", "content": "brief"}, USER)),
    Probe("developer.content", _said({"role": "developer", "content": "brief"}, USER), BASE),
    Probe("developer.content/later", _said(*ANSWERED["messages"], {"role": "developer", "content": "brief"}), ANSWERED),
    Probe("developer.name", _said({"role": "developer", "content": "brief", "name": "ops"}, USER),
          _said({"role": "developer", "content": "brief"}, USER)),
    Probe("user.name", _said({**USER, "name": "Ada"}), BASE),
    _assistant("assistant.content", content="no"),
    _assistant("assistant.name", name="Bot"),
    _assistant("assistant.refusal", content=None, refusal="no"),
    _assistant("assistant.audio", audio={"id": "audio_1"}),
    _assistant("assistant.annotations", annotations=[
        {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A", "start_index": 0,
                                                  "end_index": 1}}]),
    _assistant("assistant.reasoning_content", reasoning_content="hmm"),
    Probe("assistant.function_call", _LEGACY, _said(USER, {"role": "assistant", "content": "yes"})),
    Probe("assistant.tool_calls", _TOOL_TURN, _said(USER, {"role": "assistant", "content": ""})),
    Probe("assistant.tool_calls/no_object", _called("{broken"), _called("")),
    Probe("assistant.tool_calls/custom",
          _said(USER, {"role": "assistant", "content": "yes", "tool_calls": [
              {"id": "call_1", "type": "custom", "custom": {"name": "shell", "input": "ls"}}]}),
          _said(USER, {"role": "assistant", "content": "yes"})),
    Probe("assistant.continue_final_message", {**_said(USER, {"role": "assistant", "content": "ye"}),
                                               "continue_final_message": True},
          BASE),
    Probe("tool.content", _ANSWERED_TURN, _TOOL_TURN),
    Probe("tool.content/image", _said(*_TOOL_TURN["messages"], {
        **_RESULT, "content": [{"type": "text", "text": "sunny"}, {"type": "image_url", "image_url": {"url": PNG}}]}),
          _ANSWERED_TURN),
    Probe("function.content", _said(*_LEGACY["messages"], {"role": "function", "name": "weather", "content": "sunny"}),
          _LEGACY),
    _part("text.prompt_cache_breakpoint",
          {"type": "text", "text": "ho", "prompt_cache_breakpoint": {"mode": "explicit"}},
          {"type": "text", "text": "ho"}),
    _part("text.cache_control", {"type": "text", "text": "ho", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
          {"type": "text", "text": "ho"}),
    _part("image.image_url", {"type": "image_url", "image_url": {"url": PNG}}),
    _part("image.image_url/address", {"type": "image_url", "image_url": {"url": "https://a.example/a.png"}}),
    _part("image.image_url/detail", {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
          {"type": "image_url", "image_url": {"url": PNG}}),
    _part("image.prompt_cache_breakpoint",
          {"type": "image_url", "image_url": {"url": PNG}, "prompt_cache_breakpoint": {"mode": "explicit"}},
          {"type": "image_url", "image_url": {"url": PNG}}),
    _part("audio.input_audio", {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}),
    _part("audio.prompt_cache_breakpoint",
          {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"},
           "prompt_cache_breakpoint": {"mode": "explicit"}},
          {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}),
    _part("file.file/data", {"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}}),
    _part("file.file/name", {"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}},
          {"type": "file", "file": {"file_data": PDF}}),
    _part("file.file/id", {"type": "file", "file": {"file_id": "file-1"}}),
    _part("file.file/address", {"type": "file", "file": {"file_data": "https://a.example/a.pdf"}}),
    _part("video.video_url", {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}}),
    _part("part.of_a_later_day", {"type": "hologram", "hologram": {}}),
    _tool("function_definition.description", _function(description="Tells it."), _function()),
    _tool("function_definition.strict", _function(strict=True), _function()),
    _tool("function_definition.strict/off", _function(strict=False), _function()),
    _tool("function_definition.parameters", _function(),
          {"type": "function", "function": {"name": "weather"}}),
    Probe("custom_tool.custom", {**BASE, "tools": [CUSTOM]}, BASE),
    _tool("custom_tool.custom/grammar", {"type": "custom", "custom": {**CUSTOM["custom"], "format": GRAMMAR}}, CUSTOM),
    _tool("custom_tool.custom/text", {"type": "custom", "custom": {**CUSTOM["custom"], "format": {"type": "text"}}},
          CUSTOM),
    Probe("json_schema.name", _format(name="town"), JSON_ANSWER),
    Probe("json_schema.description", _format(description="A town."), JSON_ANSWER),
    Probe("json_schema.strict", _format(strict=True), JSON_ANSWER),
]  # fmt: skip


def _names(of: Any) -> frozenset[str]:
    return frozenset(get_type_hints(of))


_STRUCTURE: Final = "what makes it the thing it is; in every probe of its group"
SCHEMA_OF_SDK: Final = Schema(
    groups={
        "request": _names(CompletionCreateParamsBase),
        "system": _names(chat.ChatCompletionSystemMessageParam),
        "developer": _names(chat.ChatCompletionDeveloperMessageParam),
        "user": _names(chat.ChatCompletionUserMessageParam),
        "assistant": _names(chat.ChatCompletionAssistantMessageParam),
        "tool": _names(chat.ChatCompletionToolMessageParam),
        "function": _names(chat.ChatCompletionFunctionMessageParam),
        "text": _names(chat.ChatCompletionContentPartTextParam),
        "image": _names(chat.ChatCompletionContentPartImageParam),
        "audio": _names(chat.ChatCompletionContentPartInputAudioParam),
        "function_definition": _names(FunctionDefinition),
        "custom_tool": _names(chat.ChatCompletionCustomToolParam),
        "json_schema": _names(JSONSchema),
    },
    without_probe={
        "request.messages": "the base",
        "request.model": "chosen by the gateway",
        "json_schema.schema": "every probe of a schema has one",
        "user.content": "the base",
        "text.text": "the base",
        "tool.tool_call_id": _STRUCTURE,
        "function.name": _STRUCTURE,
        "function_definition.name": _STRUCTURE,
        **{f"{group}.role": _STRUCTURE for group in ("system", "developer", "user", "assistant", "tool", "function")},
        **{f"{group}.type": _STRUCTURE for group in ("text", "image", "audio", "custom_tool")},
    },
)
