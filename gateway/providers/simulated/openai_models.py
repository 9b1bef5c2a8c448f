"""What one model of OpenAI's refuses and another takes, told by its name.

Source: OpenAI's API reference and reasoning guide, recorded refusals, and those that users of the API reported.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated.ask import invalid

_REASONING_MODEL = re.compile(r"^(o[134]|gpt-5)")
_NEVER_THINKS = re.compile(r"gpt-3\.5|gpt-4|chatgpt-4o|gpt-5-chat")
_O_SERIES = re.compile(r"o[134](-|$)")
_EFFORTS = [
    (re.compile(models), efforts.split())
    for models, efforts in (
        (r"o[134](-|$)", "low medium high"),
        (r"gpt-5-pro", "high"),
        (r"gpt-5($|-(mini|nano|2025))", "minimal low medium high"),
        (r"gpt-5\.1($|-2025)", "none low medium high"),
        (r"gpt-5\.[24]($|-(mini|nano|20))", "none low medium high xhigh"),
    )
]
"""OpenAI's models whose efforts are known: its documentation, and refusals that users reported."""


def never_reasons(model: str) -> bool:
    """True where OpenAI's model of this name refuses any effort."""
    return _NEVER_THINKS.match(model) is not None


def reasons(model: str, effort: Any) -> bool:
    """True where OpenAI's model of this name thinks: o3 and gpt-5 unless told not to, gpt-5.1 and later if told to."""
    if effort is None:
        return _REASONING_MODEL.match(model) is not None and not model.startswith("gpt-5.")
    return effort not in ("none", "minimal") and _REASONING_MODEL.match(model) is not None


def check_effort(model: str, effort: Any, param: str) -> None:
    """Raises Refusal for an effort that this model of OpenAI's does not know."""
    supported = next((efforts for models, efforts in _EFFORTS if models.match(model)), None)
    if effort is None or supported is None or effort in supported:
        return
    told = [f"'{one}'" for one in supported]
    values = told[0] if len(told) == 1 else f"{', '.join(told[:-1])}, and {told[-1]}"
    raise invalid(
        f"Unsupported value: '{effort}' is not supported with the '{model}' model. Supported values are: {values}.",
        param=param,
        code="unsupported_value",
    )


def check_parallel(model: str, body: dict[str, Any]) -> None:
    """Raises Refusal where the o-series is told how to call tools."""
    if body.get("parallel_tool_calls") is not None and _O_SERIES.match(model):
        raise invalid(
            "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.",
            param="parallel_tool_calls",
            code="unsupported_parameter",
        )


def check_settings(model: str, body: dict[str, Any], *, thinks: bool) -> None:
    """Raises Refusal for what models that think refuse in chat completions."""
    if not _REASONING_MODEL.match(model):
        return
    for name, instead in (("max_tokens", " Use 'max_completion_tokens' instead."), ("stop", ""), ("logprobs", "")):
        if body.get(name):
            message = f"Unsupported parameter: '{name}' is not supported with this model.{instead}"
            raise invalid(message, param=name, code="unsupported_parameter")
    if thinks and body.get("temperature") not in (None, 1):
        raise invalid("'temperature' must be 1 with this model.", param="temperature", code="unsupported_value")
