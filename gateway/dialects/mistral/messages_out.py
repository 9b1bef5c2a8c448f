"""A conversation's messages, written for Mistral.

Invariants
- One text alone is a string; anything else is an array of chunks.
- An assistant message of which nothing is left is left out: the API refuses an empty one.
- Media of a tool's results, which most models take in a user's words only, begin those behind them.
- System text stands where the API takes it (`displaced`); what it takes nowhere near joins the beginning.
- Thinking that no other dialect's provider state binds is replayed as a `thinking` chunk, with its own signature if it
  had one; where one is bound, all are left out.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.messages import (
    AnyPart,
    Conversation,
    Media,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.freeform import arguments_as_object
from gateway.dialects.losses import cannot_carry
from gateway.dialects.openai_chat.columns import replayable
from gateway.dialects.openai_chat.messages_out import media_url, write_content, write_waiting
from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.state_in_ids import short_id

CALL_ID_LENGTH: Final = 9
_SYSTEM: Final = ("system", "developer")


def write_messages(conversation: Conversation) -> list[dict[str, Any]]:
    thinks = replayable(conversation, "mistral")
    written: list[dict[str, Any]] = []
    moved = displaced(conversation)
    waiting: list[dict[str, Any]] = []  # media of results, for the user's words behind them
    for number, message in enumerate(conversation.messages):
        if number in moved:
            continue
        match message.role:
            case "tool":
                for part in message.parts:
                    if isinstance(part, ToolResult):
                        written.append(_result(part))
                        waiting += _beside(part)
            case "assistant":
                waiting = write_waiting(waiting, written)
                said = _assistant(message, thinks)
                if said["content"] or "tool_calls" in said:
                    written.append(said)
            case "developer" | "system":
                waiting = write_waiting(waiting, written)
                written.append({"role": "system", "content": write_content(message.parts, _part)})
            case "user" if waiting:
                written.append({"role": "user", "content": [*waiting, *map(_part, message.parts)]})
                waiting = []
            case "user":
                written.append({"role": "user", "content": write_content(message.parts, _part)})
    write_waiting(waiting, written)
    if written and written[-1]["role"] == "assistant" and "tool_calls" not in written[-1]:
        written[-1]["prefix"] = True
    if moved:
        place = next((place for place, said in enumerate(written) if said["role"] != "system"), len(written))
        parts = [part for number in sorted(moved) for part in conversation.messages[number].parts]
        written.insert(place, {"role": "system", "content": write_content(parts, _part)})
    return written


def displaced(conversation: Conversation) -> set[int]:
    """Numbers of the system messages that the API refuses where they stand: behind an answer or a result, and at the
    end (mistral-common 1.13, `MistralRequestValidator._validate_message_order`).
    """
    messages = conversation.messages
    turns = [number for number, message in enumerate(messages) if message.role not in _SYSTEM]
    if not turns:
        return set()
    found: set[int] = set()
    behind = "system"
    for number, message in enumerate(messages):
        if message.role not in _SYSTEM:
            behind = message.role
        elif behind in {"assistant", "tool"} or number > turns[-1]:
            found.add(number)
    return found


def _part(part: AnyPart) -> dict[str, Any]:
    """Raises DialectCannotCarry for a part that the column let pass and no chunk can hold."""
    match part:
        case Text() | Media(text=str()):
            return {"type": "text", "text": part.text}
        case Refusal():
            return {"type": "text", "text": part.text}
        case Reasoning():
            thinking = {"type": "thinking", "thinking": [{"type": "text", "text": part.text}]}
            return thinking if part.provider_state is None else {**thinking, "signature": part.provider_state.value}
        case Media(kind="image") if (url := media_url(part, "image/png")) is not None:
            described = url if part.detail is None else {"url": url, "detail": part.detail}
            return {"type": "image_url", "image_url": described}
        case Media(kind="audio") if (sound := part.data or part.url) is not None:
            return {"type": "input_audio", "input_audio": sound}
        case Media(kind="document") if (url := media_url(part, "application/pdf")) is not None:
            document = {"type": "document_url", "document_url": url}
            return document if part.name is None else {**document, "document_name": part.name}
        case Media() | Opaque() | ToolCall() | ToolResult():
            raise cannot_carry("mistral", part.at)


def _assistant(message: Message, thinks: bool) -> dict[str, Any]:
    calls = [part for part in message.parts if isinstance(part, ToolCall)]
    said = [
        part for part in message.parts if not isinstance(part, ToolCall) and (thinks or not isinstance(part, Reasoning))
    ]
    body: dict[str, Any] = {"role": "assistant", "content": write_content(said, _part)}
    if calls:
        body["tool_calls"] = [
            {
                "id": short_id(call.id, CALL_ID_LENGTH),
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call)},
            }
            for call in calls
        ]
    return body


def _arguments(call: ToolCall) -> str:
    return encode_json(arguments_as_object(call)).decode() if call.custom else call.arguments or "{}"


def _result(result: ToolResult) -> dict[str, Any]:
    body: dict[str, Any] = {
        "role": "tool",
        "tool_call_id": short_id(result.call_id, CALL_ID_LENGTH),
        "content": write_content([part for part in result.parts if not _is_medium(part)], _part),
    }
    return body if result.name is None else {**body, "name": result.name}


def _beside(result: ToolResult) -> list[dict[str, Any]]:
    """Media of a result, behind a line naming it."""
    media = [_part(part) for part in result.parts if _is_medium(part)]
    call_id = short_id(result.call_id, CALL_ID_LENGTH)
    name = call_id if result.name is None else f"{result.name} ({call_id})"
    return [{"type": "text", "text": f"Result of {name}:"}, *media] if media else []


def _is_medium(part: AnyPart) -> bool:
    return isinstance(part, Media) and part.text is None
