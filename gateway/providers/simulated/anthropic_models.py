"""What one generation of Claude refuses and another takes, told by the model's name.

Source: Anthropic's documentation ("what's new in Claude 4.6", "extended thinking", "adaptive thinking", "effort", the
migration guide) and the API's refusals as users of it reported them. Names that are not Anthropic's own are held to
none of it.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated.ask import invalid

_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d)(?:-(\d)(?!\d))?")
_NO_XHIGH = {(4, 5), (4, 6)}


def version_of(model: str) -> tuple[int, int] | None:
    """(major, minor) of `claude-3-7-sonnet`, `claude-sonnet-4-5-20250929`, `claude-opus-5`; None for any other name."""
    found = _VERSION.match(model)
    return None if found is None else (int(found[1]), int(found[2] or 0))


def check_model(body: dict[str, Any], version: tuple[int, int]) -> None:
    """Raises Refusal for settings that the model of this version refuses."""
    _check_sampling(body, version)
    kind = (body.get("thinking") or {}).get("type")
    if kind == "enabled" and version < (3, 7):
        raise invalid("thinking: this model does not support extended thinking.")
    if kind == "enabled" and version >= (4, 7):
        raise invalid(
            '"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        )
    if kind == "adaptive" and version < (4, 6):
        raise invalid("adaptive thinking is not supported on this model")
    effort = (body.get("output_config") or {}).get("effort")
    if effort is not None and version < (4, 5):
        raise invalid("output_config.effort: This model does not support the effort parameter.")
    if (effort == "xhigh" and version in _NO_XHIGH) or (effort == "max" and version == (4, 5)):
        raise invalid(f"output_config.effort: This model does not support effort level '{effort}'.")
    messages = body["messages"]
    if version >= (4, 6) and messages[-1]["role"] == "assistant" and not _is_paused(messages[-1]):
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )


def _check_sampling(body: dict[str, Any], version: tuple[int, int]) -> None:
    if version >= (4, 7):
        for name in ("temperature", "top_p", "top_k"):
            if body.get(name) is not None:
                raise invalid(f"`{name}` is deprecated for this model.")
    if version >= (4, 1) and body.get("temperature") is not None and body.get("top_p") is not None:
        raise invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")


def _is_paused(message: dict[str, Any]) -> bool:
    """Whether Claude itself goes on with the turn: it called tools that run at the provider."""
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    return any(str(block.get("type")).startswith("server_tool") for block in blocks)
