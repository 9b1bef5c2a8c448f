"""The settings of a Gemini request: generation, tools, tool choice."""

from __future__ import annotations

from typing import Any

from gateway.core.edits import Path
from gateway.core.messages import ReasoningWish, ResponseFormat, ServerTool, Tool, ToolChoice
from gateway.dialects.claims import Ledger, wrong
from gateway.dialects.gemini.field_case import Members
from gateway.dialects.gemini.schema import json_schema

JSON = "application/json"
_MODES = ("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED")
"""By their numbers in Google's protocol buffers."""


def read_generation(config: Members, ledger: Ledger) -> dict[str, Any]:
    """The fields of a Conversation that `generationConfig` sets."""
    made: dict[str, Any] = {
        "max_output_tokens": config.integer("maxOutputTokens", "max_output_tokens"),
        "temperature": config.number("temperature", "temperature"),
        "top_p": config.number("topP", "top_p"),
        "seed": config.integer("seed", "seed"),
        "presence_penalty": config.number("presencePenalty"),
        "frequency_penalty": config.number("frequencyPenalty"),
        "candidates": config.integer("candidateCount"),
        "response_format": _response_format(config, ledger),
    }
    for feature, name in (("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty")):
        if made[feature]:
            ledger.note(feature, config.at(name))
    top_k = config.number("topK", "top_k")
    made["top_k"] = None if top_k is None else int(top_k)
    if (made["candidates"] or 1) > 1:
        ledger.note("candidates", config.at("candidateCount"))
    stops = config.items("stopSequences")
    if stops:
        if any(type(stop) is not str for stop in stops):
            raise wrong(config.at("stopSequences"), "must be an array of texts")
        ledger.note("stop", config.at("stopSequences"))
        made["stop"] = tuple(stops)
    made["logprobs"] = config.flag("responseLogprobs")
    made["top_logprobs"] = config.integer("logprobs")
    if made["logprobs"]:
        ledger.note("logprobs", config.at("responseLogprobs"))
    thinking = config.inside("thinkingConfig")
    if thinking is not None:
        made["reasoning"] = _reasoning(thinking, config.at("thinkingConfig"), ledger)
    modalities = config.items("responseModalities")
    if modalities and any(modality != "TEXT" for modality in modalities):
        ledger.note("output_modalities", config.at("responseModalities"))
    config.any("responseFormat", "output_modalities")
    config.any("speechConfig", "audio_output")
    config.any("mediaResolution", "media_resolution")
    config.leave()
    return made


def _response_format(config: Members, ledger: Ledger) -> ResponseFormat | None:
    media_type = config.text("responseMimeType")
    if media_type is not None and media_type not in {JSON, "text/plain"}:
        ledger.note("enum_output", config.at("responseMimeType"))
    schema = config.object("responseJsonSchema")
    at = config.at("responseJsonSchema")
    if schema is None and (schema := config.object("responseSchema")) is not None:
        schema, at = json_schema(schema), config.at("responseSchema")
    if schema is not None:
        ledger.note("json_schema", at)
        return ResponseFormat(kind="json_schema", schema=schema, strict=True)  # as Gemini always holds to it
    if media_type == JSON:
        ledger.note("json_object", config.at("responseMimeType"))
        return ResponseFormat(kind="json_object")
    return None


def _reasoning(thinking: Members, at: Path, ledger: Ledger) -> ReasoningWish | None:
    budget = thinking.integer("thinkingBudget")
    level = thinking.text("thinkingLevel")
    show = thinking.flag("includeThoughts")
    thinking.leave()
    effort = None if level is None or level.upper() == "THINKING_LEVEL_UNSPECIFIED" else level.lower()
    if budget is None and effort is None and show is None:
        return None
    ledger.note("reasoning", at)
    enabled = None if budget is None else budget != 0
    return ReasoningWish(enabled=enabled, effort=effort, budget_tokens=budget or None, show=show)


def read_tools(tools: list[tuple[Path, Any]], ledger: Ledger) -> tuple[Tool | ServerTool, ...]:
    made: list[Tool | ServerTool] = []
    for at, value in tools:
        tool = Members(value, at, ledger)
        for where, declaration in tool.several("functionDeclarations"):
            ledger.note("tools", where)
            made.append(_function(Members(declaration, where, ledger)))
        for name, setting in tool.rest().items():
            ledger.note("server_tool", tool.at(name))
            made.append(ServerTool(dialect="gemini", type=name, value=setting, at=tool.at(name)))
    return tuple(made)


def _function(declaration: Members) -> Tool:
    name = declaration.text("name")
    if not name:
        raise wrong(declaration.at("name"), "must be the function's name")
    schema = declaration.object("parametersJsonSchema")
    if schema is None:
        schema = json_schema(declaration.object("parameters"))
    made = Tool(name=name, description=declaration.text("description"), schema=schema, at=declaration.path)
    declaration.leave()
    return made


def read_tool_choice(
    config: Members, ledger: Ledger, tools: tuple[Tool | ServerTool, ...]
) -> tuple[ToolChoice | None, tuple[Tool | ServerTool, ...]]:
    """(the choice, the tools on offer), from `toolConfig`.

    VALIDATED is `auto` with calls held to their schemas; the functions that it allows are the only ones on offer.
    """
    calling = config.inside("functionCallingConfig")
    config.leave()
    if calling is None:
        return None, tools
    mode = (calling.word("mode", _MODES) or "AUTO").upper()
    names: tuple[str, ...] = ()
    if mode in {"ANY", "VALIDATED"}:
        listed = calling.items("allowedFunctionNames") or []
        if any(type(name) is not str for name in listed):
            raise wrong(calling.at("allowedFunctionNames"), "must be an array of names")
        names = tuple(listed)
    at = calling.at("mode")
    calling.leave()
    match mode:
        case "ANY" if names:
            ledger.note("tool_choice_named" if len(names) == 1 else "tool_choice_allowed", at)
            return ToolChoice(mode="named", names=names), tools
        case "ANY":
            ledger.note("tool_choice", at)
            return ToolChoice(mode="required"), tools
        case "NONE":
            ledger.note("tool_choice", at)
            return ToolChoice(mode="none"), tools
        case "AUTO" | "MODE_UNSPECIFIED":
            return ToolChoice(mode="auto"), tools
        case "VALIDATED":
            ledger.note("tool_strict", at)
            offered = [tool for tool in tools if not names or isinstance(tool, ServerTool) or tool.name in names]
            return ToolChoice(mode="auto"), tuple(offered)
        case _:
            raise wrong(at, "must be AUTO, ANY, NONE or VALIDATED")
