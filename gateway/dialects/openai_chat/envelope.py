"""The fields that cost or endanger, checked on every request before anything else.

Invariants
- The messages are not walked: a few dictionary look-ups, however long the conversation is.
- null counts as absent; true is no number; every refusal names its field.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.dialects.claims import checked_count
from gateway.dialects.codec import Envelope
from gateway.errors import BadParameter

MAX_MODEL_NAME: Final = 512
MAX_CANDIDATES: Final = 128
MAX_TOP_LOGPROBS: Final = 20
MAX_STOPS: Final = 64
MAX_TOOLS: Final = 4096


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter."""
    model = tree.get("model")
    if type(model) is not str or not 0 < len(model) <= MAX_MODEL_NAME:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_NAME} characters.", param="model")
    messages = tree.get("messages")
    if type(messages) is not list or not messages:
        raise BadParameter("messages must be an array with at least one message.", param="messages")
    stream = tree.get("stream")
    if stream is not None and type(stream) is not bool:
        raise BadParameter("stream must be true or false.", param="stream")
    if tree.get("deferred") is True:
        raise BadParameter(
            "deferred completions (xAI) are not served: their answer would have to be fetched later, from a path that "
            "the gateway does not have. Leave the field out, or send a batch.",
            param="deferred",
        )
    completion = checked_count(tree, "max_completion_tokens")
    older = checked_count(tree, "max_tokens")
    candidates = checked_count(tree, "n", most=MAX_CANDIDATES)
    logprobs = tree.get("logprobs")
    if logprobs is not None and type(logprobs) is not bool:
        raise BadParameter("logprobs must be true or false.", param="logprobs")
    checked_count(tree, "top_logprobs", least=0, most=MAX_TOP_LOGPROBS)
    stop = tree.get("stop")
    if type(stop) is list:
        if len(stop) > MAX_STOPS:
            raise BadParameter(f"stop must hold at most {MAX_STOPS} texts.", param="stop")
    elif stop is not None and type(stop) is not str:
        raise BadParameter("stop must be a text or an array of texts.", param="stop")
    for name in ("tools", "functions"):
        tools = tree.get(name)
        if tools is not None and (type(tools) is not list or len(tools) > MAX_TOOLS):
            raise BadParameter(f"{name} must be an array of at most {MAX_TOOLS} tools.", param=name)
    options = tree.get("stream_options")
    if options is not None and type(options) is not dict:
        raise BadParameter("stream_options must be an object.", param="stream_options")
    wish = None if options is None else options.get("include_usage")
    if wish is not None and type(wish) is not bool:
        raise BadParameter("stream_options.include_usage must be true or false.", param="stream_options.include_usage")
    return Envelope(
        model=model,
        stream=stream is True,
        include_usage=wish is True,
        max_output_tokens=older if completion is None else completion,
        candidates=1 if candidates is None else candidates,
    )
