"""A conversation's messages, written as input items.

Invariants
- One text alone is a string; anything else is an array of parts.
- An assistant message is as many items as it needs, in the order of its parts: texts and refusals in messages,
  calls and reasoning as items of their own.
- A reasoning item goes out byte for byte as the API told it; other reasoning has no form here, and what another
  provider of this API encrypted is not shown to this one.
- Call ids longer than the API takes are replaced by stand-ins, the same in call and result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.core.messages import (
    AnyPart,
    Conversation,
    Media,
    Message,
    Opaque,
    ProviderState,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.freeform import arguments_as_object
from gateway.dialects.losses import cannot_carry
from gateway.dialects.openai_chat.messages_out import fitting_id, media_url, write_content
from gateway.dialects.openai_responses import xai
from gateway.dialects.openai_responses.calls import call_members
from gateway.dialects.openai_responses.encryption import Issuer, state_is_foreign
from gateway.dialects.openai_responses.ids import LONGEST_ID
from gateway.dialects.openai_responses.items_in import PHASE
from gateway.dialects.openai_responses.reasoning import ITEM

Item = dict[str, Any] | msgspec.Raw

_encode = msgspec.json.Encoder().encode


def write_items(conversation: Conversation, reader: Issuer) -> list[Item]:
    """Raises DialectCannotCarry for a part that the column let pass and no item can hold."""
    items: list[Item] = []
    for message in conversation.messages:
        if message.role == "assistant":
            _assistant(message, items, reader)
        elif message.role == "tool":
            items += [
                _result(part, reader) if isinstance(part, ToolResult) else _user((part,)) for part in message.parts
            ]
        else:
            items.append({"role": message.role, "content": write_content(message.parts, _input_part)})
    return items


def _user(parts: Iterable[AnyPart]) -> Item:
    return {"role": "user", "content": write_content(parts, _input_part)}


def _input_part(part: AnyPart) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "input_text", "text": part.text}
        case Refusal():
            return {"type": "input_text", "text": part.text}
        case Media(text=str()):
            return {"type": "input_text", "text": part.text}
        case Media(kind="image") if (url := media_url(part, "image/png")) is not None:
            return {"type": "input_image", "image_url": url, "detail": part.detail or "auto"}
        case Media(kind="document", data=str()):
            url = media_url(part, "application/pdf")
            return {"type": "input_file", "filename": part.name or "document.pdf", "file_data": url}
        case Media(kind="document", url=str()):
            return {"type": "input_file", "file_url": part.url}
        case Opaque(dialect="openai_responses"):
            return part.value  # type: ignore[no-any-return]  # a part of the client's own tree
        case Media() | Opaque() | Reasoning() | ToolCall() | ToolResult():
            raise cannot_carry("openai_responses", part.at)


def _assistant(message: Message, items: list[Item], reader: Issuer) -> None:
    said: list[Text | Refusal] = []
    for part in message.parts:
        match part:
            case Text() | Refusal():
                if said and _phase(said[0]) != _phase(part):
                    items.append(_message(said))
                    said = []
                said.append(part)
                continue
            case _:
                if said:
                    items.append(_message(said))
                    said = []
        match part:
            case ToolCall():
                items.append(_call(part, reader))
            case Reasoning():
                if part.provider_state is not None and _is_item(part.provider_state, reader):
                    value = part.provider_state.value
                    items.append(xai.reasoning_item(value) if reader == "xai" else msgspec.Raw(value.encode()))
            case Opaque(dialect="openai_responses"):
                items.append(part.value)
            case Opaque() | Media() | ToolResult():
                raise cannot_carry("openai_responses", part.at)
    if said or not message.parts:
        items.append(_message(said))


def _is_item(provider_state: ProviderState, reader: Issuer) -> bool:
    own = provider_state.dialect == "openai_responses" and provider_state.kind == ITEM
    return own and not state_is_foreign(provider_state, reader)


def _phase(part: Text | Refusal) -> str | None:
    provider_state = part.provider_state if isinstance(part, Text) else None
    if provider_state is None or provider_state.dialect != "openai_responses" or provider_state.kind != PHASE:
        return None
    return provider_state.value


def _message(said: list[Text | Refusal]) -> Item:
    item: dict[str, Any] = {"role": "assistant", "content": [_output_part(part) for part in said]}
    if len(said) <= 1 and all(isinstance(part, Text) and not _own_citations(part) for part in said):
        item["content"] = "".join(part.text for part in said)
    if said and (phase := _phase(said[0])) is not None:
        item["phase"] = phase
    return item


def _output_part(part: Text | Refusal) -> dict[str, Any]:
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    return {"type": "output_text", "text": part.text, "annotations": _own_citations(part)}


def _own_citations(part: Text) -> list[Any]:
    return [citation for dialect, citation in part.citations if dialect == "openai_responses"]


def _call(call: ToolCall, reader: Issuer) -> Item:
    custom = call.custom and reader != "xai"
    kind, member = ("custom_tool_call", "input") if custom else ("function_call", "arguments")
    arguments = _encode(arguments_as_object(call)).decode() if reader == "xai" else call.arguments
    return {
        "type": kind,
        "call_id": fitting_id(call.id, LONGEST_ID),
        "name": call.name,
        member: arguments or ("" if custom else "{}"),
        **call_members(call.provider_state),
    }


def _result(result: ToolResult, reader: Issuer) -> Item:
    return {
        "type": "custom_tool_call_output" if result.custom and reader != "xai" else "function_call_output",
        "call_id": fitting_id(result.call_id, LONGEST_ID),
        "output": write_content(result.parts, _input_part),
    }
