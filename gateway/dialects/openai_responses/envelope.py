"""The fields that cost or endanger, checked on every request before anything else.

Invariants
- The input is not walked, but for the type of each item, which may offer tools: no look into what was said.
- null counts as absent; true is no number; every refusal names its field.
- `input` may be absent only where something stored at the provider stands for it.
"""

from __future__ import annotations

from types import NoneType
from typing import Any, Final

from gateway.dialects.claims import checked_count
from gateway.dialects.codec import Envelope
from gateway.dialects.offered_tools import every_tool_offered
from gateway.dialects.openai_chat.envelope import MAX_MODEL_NAME, MAX_TOOLS, MAX_TOP_LOGPROBS
from gateway.errors import BadParameter

STORED: Final = ("prompt", "previous_response_id", "conversation")
"""Fields that name something kept at the provider."""


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter."""
    model = tree.get("model")
    if type(model) is not str or not 0 < len(model) <= MAX_MODEL_NAME:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_NAME} characters.", param="model")
    given = tree.get("input")
    if given is None and any(tree.get(name) is not None for name in STORED):
        given = ""
    if type(given) is not str and (type(given) is not list or not given):
        raise BadParameter("input must be a text or an array with at least one item.", param="input")
    for name in ("stream", "background"):
        flag = tree.get(name)
        if flag is not None and type(flag) is not bool:
            raise BadParameter(f"{name} must be true or false.", param=name)
    if type(tree.get("tools")) not in (list, NoneType):
        raise BadParameter("tools must be an array.", param="tools")
    if any(number == MAX_TOOLS for number, _ in enumerate(every_tool_offered(tree))):
        raise BadParameter(
            f"tools must be at most {MAX_TOOLS}, with those of namespaces and of the input's items.", param="tools"
        )
    options = tree.get("stream_options")
    if options is not None and type(options) is not dict:
        raise BadParameter("stream_options must be an object.", param="stream_options")
    checked_count(tree, "top_logprobs", least=0, most=MAX_TOP_LOGPROBS)
    checked_count(tree, "max_tool_calls")
    return Envelope(
        model=model,
        stream=tree.get("stream") is True,
        # A Responses stream always tells its usage.
        include_usage=True,
        max_output_tokens=checked_count(tree, "max_output_tokens"),
        deferred=tree.get("background") is True,
    )
