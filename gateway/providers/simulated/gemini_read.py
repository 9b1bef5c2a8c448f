"""generateContent, read the way Google's proto-JSON front end and the model behind it validate it.

Source: Google's API reference and published Python types (google-genai 3.4), recorded traffic. Field names come in
camel case or in snake case, as proto JSON allows.

Invariants
- An unknown field is refused where the front end knows the message: the request, generationConfig, schemas, parts.
- Function calls come right behind a user's turn or behind responses; function responses answer the calls of the turn
  before them, as many as there were calls.
- A thought signature must be one of ours; models called gemini-3… want it back with the first call of a turn.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from gateway.providers.simulated.ask import Ask, Refusal, Tool, ToolResult, invalid
from gateway.providers.simulated.reading import image_of, prompt_tokens
from gateway.providers.simulated.signatures import opened

SIGNATURE_LABEL = "gemini-thought"
_WAIVERS = frozenset(("skip_thought_signature_validator", "context_engineering_is_the_way_to_go"))
"""Words that Google documents as stand-ins where a signature cannot be had."""

_REQUEST = frozenset(
    ("model", "contents", "tools", "toolConfig", "safetySettings", "systemInstruction", "generationConfig")
) | {"cachedContent", "labels", "serviceTier", "store"}
_CONFIG = frozenset(
    (
        *("audioTimestamp", "audioTranscriptionConfig", "candidateCount", "enableAffectiveDialog"),
        *("enableEnhancedCivicAnswers", "frequencyPenalty", "logprobs", "maxOutputTokens", "mediaResolution"),
        *("modelSelectionConfig", "presencePenalty", "responseFormat", "responseJsonSchema", "responseLogprobs"),
        *("responseMimeType", "responseModalities", "responseSchema", "routingConfig", "seed", "speechConfig"),
        *("stopSequences", "temperature", "thinkingConfig", "topK", "topP", "translationConfig", "imageConfig"),
    )
)
_THINKING = frozenset(("includeThoughts", "thinkingBudget", "thinkingLevel"))
_SCHEMA = frozenset(
    (
        *("additionalProperties", "$defs", "$ref", "defs", "ref", "anyOf", "default", "description", "enum", "example"),
        *("format", "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength"),
        *("minProperties", "minimum", "nullable", "pattern", "properties", "propertyOrdering", "required"),
        *("title", "type"),
    )
)
_PART = frozenset(
    (
        *("text", "thought", "thoughtSignature", "inlineData", "fileData", "functionCall", "functionResponse"),
        *("executableCode", "codeExecutionResult", "videoMetadata", "mediaResolution", "partMetadata"),
        *("toolCall", "toolResponse", "mediaProcessing"),
    )
)
_MOST_STOPS = 5
_PENALTIES = re.compile(r"gemini-(1|2\.0)")
_ROLES = frozenset((None, "user", "model", "function"))


def camel(tree: Any) -> dict[str, Any]:
    """The object with its own field names in camel case; what lies below is left as it is."""
    if not isinstance(tree, dict):
        return {}
    named: dict[str, Any] = {}
    for name, value in tree.items():
        head, *rest = name.split("_")
        named[head + "".join(word.capitalize() for word in rest) if head else name] = value
    return named


def read(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what Google refuses."""
    request = known(body, _REQUEST, "")
    ask = Ask(model=model, images=[], tool_results=[])
    ask.tools = _tools(request.get("tools"))
    ask.system_text = "\n".join(_texts(camel(request.get("systemInstruction")).get("parts")))
    texts = [ask.system_text, *_read_contents(ask, request.get("contents"), model)]
    _read_config(ask, known(request.get("generationConfig"), _CONFIG, "generation_config"), model)
    _read_tool_config(ask, camel(request.get("toolConfig")))
    ask.prompt_tokens = prompt_tokens(ask, texts)
    return ask


def known(tree: Any, names: frozenset[str], where: str) -> dict[str, Any]:
    """`camel(tree)`; raises Refusal for a field that is not in `names`."""
    named = camel(tree)
    for name in named:
        if name not in names:
            place = f" at '{where}'" if where else ""
            message = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
            violation = {"field": where, "description": message}
            kind = "type.googleapis.com/google.rpc.BadRequest"
            raise Refusal(400, "invalid", message, detail=[{"@type": kind, "fieldViolations": [violation]}])
    return named


def _read_contents(ask: Ask, contents: Any, model: str) -> list[str]:
    contents = [contents] if isinstance(contents, dict) else contents
    if not isinstance(contents, list) or not contents:
        raise invalid("* GenerateContentRequest.contents: contents is not specified")
    texts: list[str] = []
    open_calls: list[str] = []
    turns = [camel(content) for content in contents]
    current = max((place for place, turn in enumerate(turns) if _asks(turn)), default=0)
    for place, turn in enumerate(turns):
        if turn.get("role") not in _ROLES:
            raise invalid("Please use a valid role: user, model.")
        parts = turn.get("parts")
        parts = [parts] if isinstance(parts, dict) else parts
        if not isinstance(parts, list) or not parts:
            raise invalid(f"* GenerateContentRequest.contents[{place}].parts: contents.parts must not be empty.")
        read_parts = [known(part, _PART, f"contents[{place}].parts[{index}]") for index, part in enumerate(parts)]
        results = [camel(part["functionResponse"]) for part in read_parts if "functionResponse" in part]
        if len(results) != len(open_calls):
            raise invalid("The number of function response parts must equal that of the calls in the turn before.")
        _read_turn(ask, turn, read_parts, results)
        strict = model.startswith("gemini-3") and place > current
        open_calls = _calls(read_parts, wants_signature=strict)
        if open_calls and (place == 0 or turns[place - 1].get("role") == "model"):
            raise invalid(
                "Please ensure that function call turn comes immediately after a user turn or after a function "
                "response turn."
            )
        texts.append("\n".join(_texts(parts)))
    if open_calls:
        raise invalid("A turn with function calls must be followed by a turn with their responses.")
    return texts


def _asks(turn: dict[str, Any]) -> bool:
    """True for a user's turn that holds more than function responses."""
    parts = turn.get("parts")
    parts = parts if isinstance(parts, list) else [parts]
    return turn.get("role") != "model" and any("functionResponse" not in camel(part) for part in parts)


def _read_turn(ask: Ask, turn: dict[str, Any], parts: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
    for part in parts:
        signature = part.get("thoughtSignature")
        if signature is not None and signature not in _WAIVERS and opened(SIGNATURE_LABEL, str(signature)) is None:
            raise invalid("Corrupted thought signature.")
    if turn.get("role") == "model":
        ask.continues, ask.tool_results = True, []
        return
    for result in results:
        if not isinstance(result.get("response"), dict):
            raise invalid("Invalid value at 'function_response.response' (type.googleapis.com/google.protobuf.Struct)")
    ask.tool_results = [ToolResult(str(result.get("name")), str(result["response"])) for result in results]
    if texts := _texts(parts):
        ask.user_text = "\n".join(texts)
    ask.images = [_media(part) for part in parts if "inlineData" in part or "fileData" in part]


def _media(part: dict[str, Any]) -> str:
    if "fileData" in part:
        return "image at an address"
    blob = camel(part["inlineData"])
    try:  # proto JSON takes both alphabets of base64
        standard = str(blob.get("data")).replace("-", "+").replace("_", "/")
        data = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Invalid value at 'inline_data.data' (TYPE_BYTES), Base64 decoding failed") from None
    return image_of(blob.get("mimeType"), base64.b64encode(data).decode())


def _calls(parts: list[dict[str, Any]], *, wants_signature: bool) -> list[str]:
    calls = [part for part in parts if "functionCall" in part]
    if calls and wants_signature and "thoughtSignature" not in calls[0]:
        raise invalid("Function call is missing a thought_signature in functionCall parts.")
    return [str(camel(part["functionCall"]).get("name")) for part in calls]


def _texts(parts: Any) -> list[str]:
    parts = [parts] if isinstance(parts, dict) else parts
    texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return [text for text in texts if isinstance(text, str)]


def _read_config(ask: Ask, config: dict[str, Any], model: str) -> None:
    limit = config.get("maxOutputTokens")
    ask.max_tokens = limit if isinstance(limit, int) and limit > 0 else None
    ask.stops = list(config.get("stopSequences") or [])
    if isinstance(seed := config.get("seed"), int) and not -(2**31) <= seed < 2**31:
        raise invalid(f"Invalid value at 'generation_config.seed' (TYPE_INT32), {seed}")
    if len(ask.stops) > _MOST_STOPS:
        raise invalid(f"* GenerateContentRequest.generation_config.stop_sequences: at most {_MOST_STOPS} are allowed.")
    if (config.get("presencePenalty") or config.get("frequencyPenalty")) and not _PENALTIES.search(model):
        raise invalid("Penalty is not enabled for this model")
    ask.choices = config.get("candidateCount") or 1
    if config.get("responseMimeType") == "application/json":
        ask.schema = config.get("responseSchema") or config.get("responseJsonSchema") or {}
        if config.get("responseSchema"):
            check_schema(config["responseSchema"], "generation_config.response_schema")
    if config.get("responseLogprobs"):
        ask.top_logprobs = config.get("logprobs") or 0
    thinking = known(config.get("thinkingConfig"), _THINKING, "generation_config.thinking_config")
    budget = thinking.get("thinkingBudget")
    ask.thinks = budget != 0 and ("2.5" in model or "gemini-3" in model or bool(thinking))
    ask.shows_thinking = ask.thinks and bool(thinking.get("includeThoughts"))
    ask.thinking_limit = budget if isinstance(budget, int) and budget > 0 else None


def check_schema(schema: Any, where: str) -> None:
    """Google's Schema is not all of JSON Schema: an unknown keyword is refused."""
    for name, value in known(schema, _SCHEMA, where).items():
        if name == "properties":
            for child in value.values():
                check_schema(child, where)
        elif name == "items":
            check_schema(value, where)
        elif name == "anyOf":
            for child in value:
                check_schema(child, where)


_FUNCTION_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")


def _tools(offered: Any) -> dict[str, Tool]:
    tools: dict[str, Tool] = {}
    offered = [offered] if isinstance(offered, dict) else offered
    for place, group in enumerate(offered if isinstance(offered, list) else []):
        for declaration in camel(group).get("functionDeclarations") or []:
            named = camel(declaration)
            if not _FUNCTION_NAME.fullmatch(str(named.get("name"))):
                raise invalid(
                    f"Invalid tools[{place}].function_declarations[0].name: it begins with a letter or an underscore, "
                    "holds letters, digits, underscores, dots, colons and dashes, and at most 64 of them."
                )
            if named.get("parameters"):
                check_schema(named["parameters"], f"tools[{place}].function_declarations[0].parameters")
            schema = named.get("parameters") or named.get("parametersJsonSchema") or {}
            tools[str(named.get("name"))] = Tool(str(named.get("name")), schema)
    return tools


def _read_tool_config(ask: Ask, config: dict[str, Any]) -> None:
    calling = camel(config.get("functionCallingConfig"))
    allowed = calling.get("allowedFunctionNames") or []
    match str(calling.get("mode") or "AUTO").upper():
        case "NONE":
            ask.allow_tools = False
        case "ANY":
            ask.forced = allowed[0] if len(allowed) == 1 else "*"
        case "AUTO" | "VALIDATED" | "MODE_UNSPECIFIED":
            pass
        case _:
            raise invalid("Invalid value at 'tool_config.function_calling_config.mode'")
