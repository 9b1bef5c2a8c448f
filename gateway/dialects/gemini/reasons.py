"""Why an answer ended: Gemini's words and the gateway's, both ways.

Source of the words: the `FinishReason` and `BlockedReason` enumerations of the Gemini API. Gemini says STOP also where
the model waits for tool results, so the content decides.
"""

from __future__ import annotations

from gateway.core.events import FinishReason

UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"

_IN: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "JAILBREAK": "content_filter",
    "PUP_LIMITED_DISABLED": "content_filter",
    "LANGUAGE": "other",
    "OTHER": "other",
    "IMAGE_OTHER": "other",
    "NO_IMAGE": "other",
    "ESCALATION": "other",
    "CONTINUATION": "pause",
    "MALFORMED_FUNCTION_CALL": "error",
    "MALFORMED_RESPONSE": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "MISSING_THOUGHT_SIGNATURE": "error",
}

_PROMPT_ONLY = frozenset({"JAILBREAK"})
"""Reasons to block a prompt that are no reasons to finish."""

_OUT: dict[FinishReason, str] = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "tool_use": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
    "pause": "OTHER",
    "error": "OTHER",
    "other": "OTHER",
}


def reason_in(word: str, calls: bool) -> FinishReason:
    """The unified reason; `calls`: the candidate holds a function call."""
    reason = _IN.get(word, "other")
    return "tool_use" if reason == "stop" and calls else reason


def reason_out(reason: FinishReason, raw: str | None) -> str:
    """Gemini's own word where it was Gemini's, else the nearest one; STOP where nobody told why it ended."""
    if reason == "other" and not raw:
        return _OUT["stop"]
    if raw is None or raw in _PROMPT_ONLY:
        return _OUT[reason]
    return raw if _IN.get(raw) == reason else _OUT[reason]
