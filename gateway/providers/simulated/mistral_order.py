"""The order of messages that Mistral insists on, and what calls and results in them must look like.

Source: mistral-common 1.13 (`MistralRequestValidatorV11`), and refusals of the API as users of it reported them. A user
may speak right behind a tool's result, as a recording of August 2026 shows.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.providers.simulated.ask import Refusal

_CALL_ID = re.compile(r"^[a-zA-Z0-9]{9}$")
_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_BEHIND = {
    "system": ("user", "assistant", "system"),
    "user": ("assistant", "system", "user"),
    "assistant": ("assistant", "user", "tool"),
    "tool": ("assistant", "tool", "user"),
}


def check_order(messages: list[dict[str, Any]]) -> None:
    """Raises Refusal."""
    last = messages[-1]
    if last["role"] == "assistant" and not last.get("prefix"):
        raise _wrong("Expected last role User or Tool (or Assistant with prefix True) but got assistant")
    before = None
    waiting: list[str] = []
    for message in messages:
        role = message["role"]
        if before is not None and role not in _BEHIND[before]:
            raise _wrong(f"Unexpected role '{role}' after role '{before}'")
        before = role
        if role == "tool":
            call = str(message.get("tool_call_id"))
            _check_id(call)
            if call not in waiting:
                raise _wrong(f"Unexpected tool call id {call} in tool results")
            waiting.remove(call)
        elif role == "assistant":
            if waiting:
                raise _wrong("Not the same number of function calls and responses")
            waiting = _calls(message, message is last)
    if waiting:
        raise _wrong("Not the same number of function calls and responses")


def _calls(message: dict[str, Any], last: bool) -> list[str]:
    """The ids of the calls in an assistant's message."""
    calls = message.get("tool_calls") or []
    if not message.get("content") and not calls:
        raise _refused("Assistant message must have either content or tool_calls, but not none.", "assistant", "3240")
    if message.get("prefix") and not last:
        raise _refused("Assistant message with prefix True must be last message", "assistant", "3240")
    ids: list[str] = []
    for call in calls:
        _check_id(str(call.get("id")))
        if call["id"] in ids:
            raise _wrong(f"Duplicate tool call id {call['id']} in assistant message")
        name = (call.get("function") or {}).get("name")
        if not _NAME.match(str(name)):
            raise _refused(
                f"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, "
                "with a maximum length of 64.",
                "function_call",
                "3280",
            )
        ids.append(str(call["id"]))
    return ids


def _check_id(call: str) -> None:
    if not _CALL_ID.match(call):
        raise _refused(
            f"Tool call id was {call} but must be a-z, A-Z, 0-9, with a length of 9.", "function_call", "3280"
        )


def _wrong(message: str) -> Refusal:
    return _refused(message, "message_order", "3230")


def _refused(message: str, what: str, code: str) -> Refusal:
    return Refusal(400, "invalid", message, code=code, word=f"invalid_request_{what}")
