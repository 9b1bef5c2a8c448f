"""The fields of a Gemini request that cost or endanger, read without decoding it.

Model and stream come from the URL; a `model` in the body is taken only where the URL has none.
"""

from __future__ import annotations

from typing import Any

from gateway.dialects.claims import MAX_COUNT, whole_number
from gateway.dialects.codec import Envelope
from gateway.dialects.gemini.field_case import member
from gateway.errors import BadParameter

MAX_CANDIDATES = 128
MAX_LOGPROBS = 20
MAX_STOPS = 64
MAX_TOOLS = 4096
MAX_MODEL_LENGTH = 512


def read_envelope(tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
    """Raises BadParameter naming the field. `path_model` may hold slashes; a leading `models/` is not part of it."""
    model = tree.get("model") if path_model is None else path_model
    if type(model) is not str or not 0 < len(model := model.removeprefix("models/")) <= MAX_MODEL_LENGTH:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_LENGTH} characters.", param="model")
    contents = tree.get("contents")
    if type(contents) not in (list, dict) or not contents:
        raise BadParameter("contents must be an array with at least one content.", param="contents")
    tools = tree.get("tools")
    if tools is not None:
        _check_tools(tools)
    settings = member(tree, "generationConfig", "generation_config")
    if settings is None:
        return Envelope(model=model, stream=path_stream, include_usage=True)
    if type(settings) is not dict:
        raise BadParameter("generationConfig must be an object.", param="generationConfig")
    most = _whole(settings, "maxOutputTokens", "max_output_tokens", 1, MAX_COUNT)
    candidates = _whole(settings, "candidateCount", "candidate_count", 1, MAX_CANDIDATES)
    _whole(settings, "logprobs", "logprobs", 0, MAX_LOGPROBS)
    stops = member(settings, "stopSequences", "stop_sequences")
    if stops is not None and (type(stops) is not list or len(stops) > MAX_STOPS):
        raise BadParameter(
            f"generationConfig.stopSequences must be an array of at most {MAX_STOPS} texts.",
            param="generationConfig.stopSequences",
        )
    return Envelope(
        model=model, stream=path_stream, include_usage=True, max_output_tokens=most, candidates=candidates or 1
    )


def _check_tools(tools: Any) -> None:
    if type(tools) is dict:
        tools = [tools]
    if type(tools) is not list:
        raise BadParameter("tools must be an array.", param="tools")
    number = len(tools)
    for tool in tools:
        if type(tool) is dict:
            declared = member(tool, "functionDeclarations", "function_declarations")
            number += len(declared) if type(declared) is list else 0
    if number > MAX_TOOLS:
        raise BadParameter(f"tools must not declare more than {MAX_TOOLS} functions.", param="tools")


def _whole(settings: dict[str, Any], name: str, snake: str, least: int, most: int) -> int | None:
    value = settings.get(name)
    if value is None:
        value = settings.get(snake)
        if value is None:
            return None
    number = whole_number(value)
    if number is None or not least <= number <= most:
        field = f"generationConfig.{name}"
        raise BadParameter(f"{field} must be a whole number from {least} to {most}.", param=field)
    return number
