"""Finish reasons between the wire and the unified words."""

from __future__ import annotations

from typing import Final

from gateway.core.events import FinishReason

_UNIFIED: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filter",
    "error": "error",
    # Words of others who speak the dialect.
    "model_length": "length",  # Mistral
    "max_tokens": "length",
    "eos": "stop",
    "eos_token": "stop",  # Hugging Face's TGI
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "abort": "error",  # vLLM, SGLang
    "insufficient_system_resource": "error",  # DeepSeek
}

_SHOWN: Final[dict[FinishReason, str]] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "pause": "stop",
    "error": "content_filter",  # one of several candidates; where all failed, the answer is an error
    "other": "stop",
}


def unified(raw: str | None, *, called: bool, refused: bool, stopped_by: str | None) -> FinishReason:
    """What `raw` means, given what the candidate holds: servers say `stop` for forced tools and for refusals, or a word
    of their own, or nothing.
    """
    reason = "other" if raw is None else _UNIFIED.get(raw, "other")
    if reason == "other" and called:
        return "tool_use"
    if reason == "tool_use" and not called:
        return "stop"
    if reason == "stop":
        if called:
            return "tool_use"
        if refused:
            return "refusal"
        if stopped_by is not None:
            return "stop_sequence"
    return reason


def shown(reason: FinishReason, *, refused: bool) -> str:
    """The word for an OpenAI client; `refused`: the candidate's refusal text says the rest."""
    return "stop" if reason == "refusal" and refused else _SHOWN[reason]
