"""Messages as Gemini's `systemInstruction` and `contents`.

Invariants
- All system and developer text goes to `systemInstruction`, in order; the authority of a text outweighs its place.
- Neighbouring contents of one role are merged; the responses to parallel calls stand in the order of the calls, since
  Gemini pairs those without ids by name and order.
- Gemini takes no request without contents, and no call that nobody's turn stands before: a blank one does. So does
  one behind a model's turn where the user's own is empty: without it the model would go on with its own words.
- A response is an object: an object as it came, anything else as {"output": …}, an error as {"error": …}.
- Only Gemini's own provider states are replayed. A model's first call without one bears Google's word for calls made
  elsewhere, which Gemini 3 demands.
"""

from __future__ import annotations

from typing import Any

from gateway.core.messages import (
    AnyPart,
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
from gateway.dialects.adapting import SYSTEM, is_empty_turn, object_text
from gateway.dialects.freeform import arguments_as_object
from gateway.dialects.gemini.call_ids import is_invented
from gateway.dialects.gemini.media import media_part
from gateway.dialects.gemini.signatures import UNVALIDATED

Json = dict[str, Any]


def system_and_contents(messages: tuple[Message, ...]) -> tuple[list[Json], list[Json]]:
    """The parts of `systemInstruction`, and `contents`."""
    calls = [part for message in messages for part in message.parts if isinstance(part, ToolCall)]
    names = {call.id: call.name for call in calls}
    order = {call.id: number for number, call in enumerate(calls)}
    system: list[Json] = []
    contents: list[Json] = []
    for message in messages:
        if message.role in SYSTEM:
            system.extend(_parts(message.parts, names))
            continue
        parts = message.parts
        if message.role == "tool":
            parts = tuple(sorted(parts, key=lambda part: _place(part, order)))
        made = _parts(parts, names)
        if not made:
            continue
        role = "model" if message.role == "assistant" else "user"
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"].extend(made)
        else:
            contents.append({"role": role, "parts": made})
    for content in contents:
        _mark_foreign_calls(content)
        _order_responses(content)
    if not contents or (
        contents[0]["role"] == "model" and any("functionCall" in part for part in contents[0]["parts"])
    ):
        contents.insert(0, _blank())
    last = next((message for message in reversed(messages) if message.role not in SYSTEM), None)
    if contents[-1]["role"] == "model" and last is not None and is_empty_turn(last):
        contents.append(_blank())
    return system, contents


def _blank() -> Json:
    return {"role": "user", "parts": [{"text": " "}]}


def _place(part: AnyPart, order: dict[str, int]) -> int:
    return order.get(part.call_id, len(order)) if isinstance(part, ToolResult) else len(order)


def _parts(parts: tuple[AnyPart, ...], names: dict[str, str]) -> list[Json]:
    return [made for part in parts if (made := _part(part, names)) is not None]


def _part(part: AnyPart, names: dict[str, str]) -> Json | None:
    match part:
        case Text():
            return _signed({"text": part.text}, part.provider_state) if part.text or _own(part.provider_state) else None
        case Refusal():
            return {"text": part.text} if part.text else None
        case Reasoning():
            if part.provider_state is not None and part.provider_state.dialect != "gemini":
                return None
            return (
                _signed({"text": part.text, "thought": True}, part.provider_state)
                if part.text or part.provider_state
                else None
            )
        case Media():
            return media_part(part)
        case ToolCall():
            call: Json = {"name": part.name, "args": arguments_as_object(part)}
            if not is_invented(part.id):
                call["id"] = part.id
            return _signed({"functionCall": call}, part.provider_state)
        case ToolResult():
            return {"functionResponse": _response(part, names)}
        case Opaque():
            return part.value if part.dialect == "gemini" and type(part.value) is dict else None


def _response(result: ToolResult, names: dict[str, str]) -> Json:
    made: Json = {"name": names.get(result.call_id) or result.name or "tool"}
    if not is_invented(result.call_id):
        made["id"] = result.call_id
    texts = [part.text for part in result.parts if isinstance(part, Text)]
    text = texts[0] if len(texts) == 1 else "\n".join(texts)
    whole = None if result.is_error else object_text(text)
    made["response"] = whole if whole is not None else {"error" if result.is_error else "output": text}
    parts: list[Json] = []
    for part in result.parts:
        match part:
            case Media():
                parts.append(media_part(part))
            case Opaque() if part.dialect == "gemini":
                parts.append(part.value)
            case _:
                pass  # texts are the response
    if parts:
        made["parts"] = parts
    return made


def _own(provider_state: ProviderState | None) -> bool:
    return provider_state is not None and provider_state.dialect == "gemini"


def _signed(part: Json, provider_state: ProviderState | None) -> Json:
    if provider_state is not None and provider_state.dialect == "gemini":
        part["thoughtSignature"] = provider_state.value
    return part


def _mark_foreign_calls(content: Json) -> None:
    calls = [part for part in content["parts"] if "functionCall" in part]
    if calls and not any("thoughtSignature" in call for call in calls):
        calls[0]["thoughtSignature"] = UNVALIDATED


def _order_responses(content: Json) -> None:
    """Responses first: they must answer the calls of the content before."""
    parts = content["parts"]
    if len(parts) > 1 and any("functionResponse" in part for part in parts):
        content["parts"] = sorted(parts, key=lambda part: "functionResponse" not in part)
