"""A Conversation as a generateContent request. Model and stream go into the URL, not the body.

A choice among functions is written only where there are functions: the API refuses it otherwise.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import msgspec

from gateway.core.messages import Conversation, ServerTool, Tool, ToolChoice
from gateway.dialects.adapting import with_system_as_last_turn
from gateway.dialects.codec import Encoded
from gateway.dialects.freeform import as_function
from gateway.dialects.gemini.columns import TIERS, column_for, takes_seed
from gateway.dialects.gemini.contents_out import system_and_contents
from gateway.dialects.gemini.settings_in import JSON
from gateway.dialects.gemini.thinking import thinking_config
from gateway.dialects.losses import assess
from gateway.dialects.schemas import described_schema

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "named": "ANY"}


def encode_request(conversation: Conversation, model: str, strict: bool) -> Encoded:
    """The request for `model`; raises DialectCannotCarry. `strict`: refuse what would be dropped."""
    conversation, turned = with_system_as_last_turn(conversation)
    carries = column_for(conversation, model)
    losses = assess(
        conversation, "gemini", carries if turned is None else {**carries, turned: "approximates"}, strict=strict
    )
    system, contents = system_and_contents(conversation.messages)
    body: Json = {"contents": contents}
    if system:
        body["systemInstruction"] = {"parts": system}
    if conversation.tools:
        body["tools"] = _tools(conversation.tools)
    if conversation.tool_choice is not None and any(isinstance(tool, Tool) for tool in conversation.tools):
        body["toolConfig"] = {"functionCallingConfig": _calling(conversation.tool_choice)}
    generation = _generation(conversation, model, carries)
    if generation:
        body["generationConfig"] = generation
    tier = TIERS.get(conversation.service_tier or "")
    if tier is not None:
        body["serviceTier"] = tier
    return Encoded(body=_encode(body), losses=losses)


def _generation(conversation: Conversation, model: str, carries: Container[str]) -> Json:
    config: Json = {
        "maxOutputTokens": conversation.max_output_tokens,
        "temperature": conversation.temperature,
        "topP": conversation.top_p,
        "topK": conversation.top_k,
        "stopSequences": list(conversation.stop) or None,
        "seed": conversation.seed if takes_seed(conversation.seed) else None,
        "presencePenalty": conversation.presence_penalty if "presence_penalty" in carries else None,
        "frequencyPenalty": conversation.frequency_penalty if "frequency_penalty" in carries else None,
        "candidateCount": conversation.candidates,
        "responseLogprobs": conversation.logprobs,
        "logprobs": conversation.top_logprobs if conversation.logprobs else None,
    }
    wanted = conversation.response_format
    if wanted is not None and wanted.kind != "text":
        config["responseMimeType"] = JSON
        config["responseJsonSchema"] = described_schema(wanted)
    if conversation.reasoning is not None:
        config["thinkingConfig"] = thinking_config(conversation.reasoning, model)
    return {name: value for name, value in config.items() if value is not None}


def _tools(tools: tuple[Tool | ServerTool, ...]) -> list[Json]:
    functions: list[Json] = []
    others: list[Json] = []
    for tool in tools:
        match tool:
            case Tool():
                functions.append(_function(tool))
            case ServerTool():
                others.append({tool.type: tool.value})
    return [{"functionDeclarations": functions}, *others] if functions else others


def _function(tool: Tool) -> Json:
    tool = as_function(tool)
    declared: Json = {"name": tool.name}
    if tool.description is not None:
        declared["description"] = tool.description
    if tool.schema is not None:
        declared["parametersJsonSchema"] = tool.schema
    return declared


def _calling(choice: ToolChoice) -> Json:
    calling: Json = {"mode": _MODES[choice.mode]}
    if choice.mode == "named":
        calling["allowedFunctionNames"] = list(choice.names)
    return calling
