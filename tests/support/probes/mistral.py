"""Probes of Mistral's chat requests, field by field after the types of its SDK."""

from __future__ import annotations

from typing import Any, Final

from mistralai.client import models
from pydantic import BaseModel

from tests.support.probes.openai_chat import CALL, IN_JSON, PDF, PNG, SCHEMA, TOOLS, USER
from tests.support.probes.probe import Probe, Schema, Tree, members

BASE: Final[Tree] = {"model": "m", "messages": [USER]}
WITH_TOOLS: Final[Tree] = {**BASE, "tools": TOOLS}


def _said(*messages: Tree) -> Tree:
    return {**BASE, "messages": list(messages)}


def _chunk(name: str, chunk: Tree, plain: Tree | None = None) -> Probe:
    """A chunk beside a text; `plain`: the same chunk without the field."""
    text = {"type": "text", "text": "hi"}
    base = [text] if plain is None else [text, plain]
    return Probe(name, _said({"role": "user", "content": [text, chunk]}), _said({"role": "user", "content": base}))


def _thought(name: str, **more: Any) -> Probe:
    text = {"type": "text", "text": "yes"}
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}], **more}
    return Probe(
        name,
        _said(USER, {"role": "assistant", "content": [thinking, text]}, USER),
        _said(USER, {"role": "assistant", "content": [text]}, USER),
    )


def _function(name: str, /, **more: Any) -> Probe:
    plain = {"name": "weather", "parameters": SCHEMA}
    return Probe(
        name,
        {**BASE, "tools": [{"type": "function", "function": {**plain, **more}}]},
        {**BASE, "tools": [{"type": "function", "function": plain}]},
    )


def _format(**told: Any) -> Tree:
    return {
        **BASE,
        "response_format": {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA, **told}},
    }


_TOOL_TURN: Final = _said(USER, {"role": "assistant", "content": "", "tool_calls": [CALL]})
_RESULT: Final[Tree] = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}

PROBES: Final = [
    *members(
        BASE,
        frequency_penalty=0.5,
        guardrails=[{"block_on_error": True, "moderation_llm_v1": {}}],
        logprobs=True,
        max_tokens=50,
        metadata={"ticket": "7"},
        min_tokens=5,
        n=2,
        prediction={"type": "content", "content": "hi there"},
        prediction__empty={"type": "content", "content": ""},
        presence_penalty=0.5,
        prompt_cache_key="k",
        prompt_logprobs=True,
        prompt_mode="reasoning",
        random_seed=7,
        reasoning_effort="high",
        repetition_penalty=1.1,
        response_format={"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA}},
        response_format__json_object={"type": "json_object"},
        response_format__text={"type": "text"},
        safe_prompt=True,
        safe_prompt__off=False,
        service_tier="standard_only",
        stop="END",
        temperature=0.5,
        tools=TOOLS,
        tools__web_search=[{"type": "web_search"}],
        top_k=5,
        top_p=0.5,
        top_prompt_logprobs=2,
        not_known_to_anyone=1,
    ),
    *members({**BASE, "logprobs": True}, top_logprobs=3),
    *members(
        WITH_TOOLS,
        parallel_tool_calls=False,
        tool_choice="any",
        tool_choice__none="none",
        tool_choice__named={"type": "function", "function": {"name": "weather"}},
    ),
    Probe("request.response_format/json_object, in words",
          {**_said(IN_JSON), "response_format": {"type": "json_object"}}, _said(IN_JSON)),
    Probe("system.content", _said({"role": "system", "content": "brief"}, USER), BASE),
    Probe("system.content/later", _said(USER, {"role": "system", "content": "brief"}), BASE),
    Probe("assistant.prefix", _said(USER, {"role": "assistant", "content": "ye", "prefix": True}), BASE),
    Probe("assistant.tool_calls", _TOOL_TURN, _said(USER, {"role": "assistant", "content": ""})),
    Probe("tool.content", _said(*_TOOL_TURN["messages"], _RESULT), _TOOL_TURN),
    Probe("tool.name", _said(*_TOOL_TURN["messages"], {**_RESULT, "name": "weather"}),
          _said(*_TOOL_TURN["messages"], _RESULT)),
    Probe("tool.content/image",
          _said(*_TOOL_TURN["messages"], {**_RESULT, "content": [{"type": "text", "text": "sunny"},
                                                                 {"type": "image_url", "image_url": PNG}]}),
          _said(*_TOOL_TURN["messages"], _RESULT)),
    _chunk("image.image_url", {"type": "image_url", "image_url": PNG}),
    _chunk("image.image_url/detail", {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
           {"type": "image_url", "image_url": {"url": PNG}}),
    _chunk("document.document_url", {"type": "document_url", "document_url": "https://a.example/a.pdf"}),
    _chunk("document.document_url/data", {"type": "document_url", "document_url": PDF}),
    _chunk("document.document_name", {"type": "document_url", "document_url": PDF, "document_name": "a.pdf"},
           {"type": "document_url", "document_url": PDF}),
    _chunk("file.file_id", {"type": "file", "file_id": "f_1"}),
    _chunk("reference.reference_ids", {"type": "reference", "reference_ids": [1]}),
    _chunk("audio.input_audio", {"type": "input_audio", "input_audio": "UklGRg=="}),
    _chunk("audio.input_audio/address", {"type": "input_audio", "input_audio": "https://a.example/a.wav"}),
    _chunk("chunk.of_a_later_day", {"type": "hologram"}),
    _thought("thinking.thinking"),
    _thought("thinking.closed", closed=True),
    _thought("thinking.signature", signature="c2ln"),
    _function("function_definition.description", description="Tells it."),
    _function("function_definition.strict", strict=True),
    Probe("json_schema.name", _format(name="town"), _format()),
    Probe("json_schema.description", _format(description="A town."), _format()),
    Probe("json_schema.strict", _format(strict=True), _format()),
]  # fmt: skip


def _names(of: type[BaseModel]) -> frozenset[str]:
    return frozenset(of.model_fields)


_STRUCTURE: Final = "what makes it the thing it is; in every probe of its group"
SCHEMA_OF_SDK: Final = Schema(
    groups={
        "request": _names(models.ChatCompletionRequest),
        "system": _names(models.SystemMessage),
        "user": _names(models.UserMessage),
        "assistant": _names(models.AssistantMessage),
        "tool": _names(models.ToolMessage),
        "image": _names(models.ImageURLChunk),
        "document": _names(models.DocumentURLChunk),
        "file": _names(models.FileChunk),
        "reference": _names(models.ReferenceChunk),
        "audio": _names(models.AudioChunk),
        "thinking": _names(models.ThinkChunk),
        "function_definition": _names(models.Function),
        "json_schema": _names(models.JSONSchema),
    },
    without_probe={
        "request.messages": "the base",
        "request.model": "chosen by the gateway",
        "request.stream": "how the answer comes, not what it is",
        "user.content": "the base",
        "assistant.content": "the base of its group",
        "tool.tool_call_id": _STRUCTURE,
        "function_definition.name": _STRUCTURE,
        "function_definition.parameters": _STRUCTURE,
        "json_schema.schema_definition": "every probe of a schema has one",
        **{f"{group}.role": _STRUCTURE for group in ("system", "user", "assistant", "tool")},
        **{f"{group}.type": _STRUCTURE for group in ("image", "document", "file", "reference", "audio", "thinking")},
    },
)
