"""A conversation's messages, written for this dialect.

Invariants
- One text alone is a string; anything else is an array of parts.
- Each tool result is a message of its own, right after the call's message, as it stood; media of results, which such
  a message cannot hold, begin the user's words behind them.
- A message of nothing but reasoning that is left out is left out with it.
- Reasoning is left out for hosted APIs; local engines get its text where no other dialect's provider state binds it.
- Call ids longer than the API takes are replaced by stand-ins, the same in call and result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from gateway.dialects.openai_chat.flavours import Flavour
from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.state_in_ids import short_id

_FORMATS: Final = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}


def write_messages(conversation: Conversation, flavour: Flavour) -> list[dict[str, Any]]:
    shows_reasoning = flavour.replays_reasoning and replayable(conversation, "openai_chat")
    written: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []  # media of results, for the user's words behind them
    for message in conversation.messages:
        if message.role == "tool":
            results, beside = _results(message, flavour)
            written += results
            waiting += beside
            continue
        if message.role == "user" and waiting:
            words = [write_part(part) for part in message.parts]
            written.append(_named(message, {"role": "user", "content": [*waiting, *words]}))
            waiting = []
            continue
        waiting = write_waiting(waiting, written)
        if message.role == "assistant":
            said = _assistant(message, flavour, shows_reasoning)
            if not message.parts or said["content"] != "" or "reasoning_content" in said:
                written.append(said)
        else:
            role = "system" if message.role == "developer" and not flavour.developer_role else message.role
            written.append(_named(message, {"role": role, "content": write_content(message.parts, write_part)}))
    write_waiting(waiting, written)
    return written


def write_waiting(waiting: list[dict[str, Any]], written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Media of tools' results go into the user's words behind them; gives the list that waits next."""
    if waiting:
        written.append({"role": "user", "content": waiting})
    return []


def _named(message: Message, body: dict[str, Any]) -> dict[str, Any]:
    return body if message.name is None else {**body, "name": message.name}


def write_content(parts: Iterable[AnyPart], write: Callable[[AnyPart], dict[str, Any]]) -> str | list[dict[str, Any]]:
    """A single text as it is, anything else as a list. Raises what `write` does."""
    listed = list(parts)
    if not listed:
        return ""
    if len(listed) == 1 and isinstance(listed[0], Text):
        return listed[0].text
    return [write(part) for part in listed]


def write_part(part: AnyPart) -> dict[str, Any]:
    """Raises DialectCannotCarry for a part that the column let pass and no part type can hold."""
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Refusal():
            return {"type": "refusal", "refusal": part.text}
        case Media(text=str()):
            return {"type": "text", "text": part.text}
        case Media(kind="image") if (url := media_url(part, "image/png")) is not None:
            image = {"url": url} if part.detail is None else {"url": url, "detail": part.detail}
            return {"type": "image_url", "image_url": image}
        case Media(kind="audio", data=str()):
            media_type = part.media_type or "audio/wav"
            encoding = _FORMATS.get(media_type, media_type.partition("/")[2])
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": encoding}}
        case Media(kind="document", data=str()):
            file = {"file_data": media_url(part, "application/pdf"), "filename": part.name or "document.pdf"}
            return {"type": "file", "file": file}
        case Media(kind="video") if (url := media_url(part, "video/mp4")) is not None:
            return {"type": "video_url", "video_url": {"url": url}}
        case Media() | Opaque() | Reasoning() | ToolCall() | ToolResult():
            raise cannot_carry("openai_chat", part.at)


def media_url(media: Media, default_type: str) -> str | None:
    """Where it is, or a data URL of what it is."""
    if media.data is not None:
        return f"data:{media.media_type or default_type};base64,{media.data}"
    return media.url


def _assistant(message: Message, flavour: Flavour, shows_reasoning: bool) -> dict[str, Any]:
    said = [part for part in message.parts if not isinstance(part, (ToolCall, Reasoning))]
    calls = [part for part in message.parts if isinstance(part, ToolCall)]
    body: dict[str, Any] = {
        "role": "assistant",
        "content": write_content(said, write_part) if said or not calls else None,
    }
    if len(said) == 1 and isinstance(said[0], Refusal):
        body |= {"content": None, "refusal": said[0].text}
    if calls:
        body["tool_calls"] = [_call(call, flavour) for call in calls]
    if shows_reasoning:
        thoughts = "".join(part.text for part in message.parts if isinstance(part, Reasoning))
        if thoughts:
            body["reasoning_content"] = thoughts
    return _named(message, body)


def _call(call: ToolCall, flavour: Flavour) -> dict[str, Any]:
    call_id = fitting_id(call.id, flavour.longest_call_id)
    if call.custom and not flavour.functions_only:
        return {"id": call_id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    arguments = call.arguments or "{}"
    if flavour.functions_only:
        arguments = encode_json(arguments_as_object(call)).decode()
    return {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _results(message: Message, flavour: Flavour) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(a message for each result, what of them no such message holds: media, each result's behind a line naming it)."""
    written: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    for part in message.parts:
        if not isinstance(part, ToolResult):
            written.append({"role": "user", "content": write_content((part,), write_part)})
            continue
        call_id = fitting_id(part.call_id, flavour.longest_call_id)
        media = [inner for inner in part.parts if isinstance(inner, Media) and inner.text is None]
        texts = [inner for inner in part.parts if not isinstance(inner, Media) or inner.text is not None]
        written.append({"role": "tool", "tool_call_id": call_id, "content": write_content(texts, write_part)})
        if media:
            name = call_id if part.name is None else f"{part.name} ({call_id})"
            beside += [{"type": "text", "text": f"Result of {name}:"}, *map(write_part, media)]
    return written, beside


def fitting_id(call_id: str, longest: int | None) -> str:
    if longest is None or len(call_id) <= longest:
        return call_id
    return f"call_{short_id(call_id, 22)}"


def fitting_user(user: str | None, longest: int | None) -> str | None:
    """Who asks, or a stand-in of letters that the API takes: Claude Code's names are over a hundred characters long."""
    if user is None or longest is None or len(user) <= longest:
        return user
    return f"user_{short_id(user, 22)}"
