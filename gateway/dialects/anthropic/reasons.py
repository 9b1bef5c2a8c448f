"""Why an answer ended: Anthropic's `stop_reason` and the canonical reason, both ways.

Source: the `StopReason` type of the Messages API, versions 2023-06-01 and 2026-10-21.
"""

from __future__ import annotations

from gateway.core.events import FinishReason

_UNIFIED: dict[str, FinishReason] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "pause_turn": "pause",
    "refusal": "refusal",
}

_OWN: dict[FinishReason, str] = {
    "stop": "end_turn",
    "stop_sequence": "stop_sequence",
    "length": "max_tokens",
    "tool_use": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
    # No word of the dialect says "failed" (such an answer is an error) or "for another reason"; SDKs check the words.
    "error": "end_turn",
    "other": "end_turn",
}


def unified(stop_reason: str | None, called_tools: bool) -> FinishReason:
    """The canonical reason; an answer that was merely done but holds tool calls waits for their results."""
    reason = _UNIFIED.get(stop_reason or "", "other")
    return "tool_use" if called_tools and reason in ("stop", "other") else reason


def own(reason: FinishReason, raw_reason: str | None, refused: bool) -> str:
    """The dialect's word; the provider's own, where it is one and means the same.

    `refused`: the answer holds a refusal, which some providers end like any other answer.
    """
    if refused and reason == "stop":
        return "refusal"
    if raw_reason is not None and _UNIFIED.get(raw_reason) == reason:
        return raw_reason
    return _OWN[reason]
