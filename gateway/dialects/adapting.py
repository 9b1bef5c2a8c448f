"""Adapts a conversation to what its target takes: the last turn, ids of calls, tools on offer, arguments of calls.

Last turn: OpenAI answers a conversation whatever its last words are; others want a user's turn to end it. System text
that ends a conversation, behind the model's own words or behind nobody's, is what is asked: "Now sum up." Where only a
user can ask, it goes as the user's turn, and that is declared. In a prompt of several system messages and no turn, the
last one asks. A user's turn at the end that says nothing asks for an answer all the same; some take none that is empty.
What stands before it then asks in its stead, unless that is the model's own turn, which would be continued, or nothing.

Ids of calls: servers that number the calls of each answer from 0 give the same ones again and again, and some give
none. An id that is there once stays as it is, and so does the first of several; a result goes to the call before it
that waits for one of this id longest.

Arguments: models write arguments that are no JSON, most often because they ran out of tokens in the middle. OpenAI and
Mistral take such a call back in the history, as they take any text; Claude, Gemini and the templates of local engines
read objects only. There it goes as `{"input": "the text"}`, like what a freeform tool was told, and the client hears of
it (`tool_arguments`): a refusal would end the conversation, since no later request could be without that call.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from gateway.core.edits import Path, dotted
from gateway.core.messages import AnyPart, Conversation, Message, ServerTool, Text, Tool, ToolCall, ToolResult
from gateway.dialects.claims import Ledger
from gateway.dialects.state_in_ids import short_id
from gateway.errors import DialectCannotCarry

SYSTEM = ("system", "developer")


def with_system_as_last_turn(conversation: Conversation) -> tuple[Conversation, str | None]:
    """The conversation with such system text as the user's, and the feature that is approximated by it, if any."""
    messages = conversation.messages
    if not messages or messages[-1].role not in SYSTEM:
        return conversation, None
    turns = [number for number, message in enumerate(messages) if message.role not in SYSTEM]
    if turns and messages[turns[-1]].role != "assistant":
        return conversation, None
    first = turns[-1] + 1 if turns else len(messages) - 1
    told = tuple(msgspec.structs.replace(message, role="user") for message in messages[first:])
    feature = "system_mid_conversation" if turns else "system"
    return msgspec.structs.replace(conversation, messages=(*messages[:first], *told)), feature


def without_empty_last_turn(conversation: Conversation) -> Conversation:
    """The conversation without a user's turn at its end that says nothing.

    Raises DialectCannotCarry where nothing is left that could ask in its stead.
    """
    messages = conversation.messages
    last = len(messages)
    while last and messages[last - 1].role in SYSTEM:
        last -= 1
    ends = last
    while ends and is_empty_turn(messages[ends - 1]):
        ends -= 1
    if ends == last:
        return conversation
    left = messages[:ends] + messages[last:]
    if not left or left[-1].role == "assistant":
        place = dotted(messages[last - 1].at)
        raise DialectCannotCarry(
            f"{place} is empty, and the model that is to answer takes no empty turn. Say something in it.", param=place
        )
    return msgspec.structs.replace(conversation, messages=left)


def is_empty_turn(message: Message) -> bool:
    """Whether this is a user's turn of blanks, or of nothing at all."""
    return message.role == "user" and all(isinstance(part, Text) and not part.text.strip() for part in message.parts)


def tools_on_offer(conversation: Conversation) -> tuple[Tool | ServerTool, ...]:
    """The tools to offer: where several are allowed, those alone, so that to demand any tool is to demand one of them.

    What the provider runs itself stays.
    """
    choice = conversation.tool_choice
    if choice is None or len(choice.names) < 2:
        return conversation.tools
    return tuple(tool for tool in conversation.tools if isinstance(tool, ServerTool) or tool.name in choice.names)


def with_distinct_ids(conversation: Conversation) -> Conversation:
    """The conversation itself where there is nothing to tell apart."""
    ids = [part.id for message in conversation.messages for part in message.parts if isinstance(part, ToolCall)]
    if len(set(ids)) == len(ids) and "" not in ids:
        return conversation
    told: dict[str, deque[str]] = {}
    seen: set[str] = set()
    messages = []
    for message in conversation.messages:
        parts: list[AnyPart] = []
        for part in message.parts:
            if isinstance(part, ToolCall):
                own = part.id
                if not own or own in seen:
                    own = f"call_{short_id(f'{part.id} {len(seen)}', 22)}"
                seen.add(own)
                told.setdefault(part.id, deque()).append(own)
                parts.append(msgspec.structs.replace(part, id=own))
            elif isinstance(part, ToolResult) and (waiting := told.get(part.call_id)):
                parts.append(msgspec.structs.replace(part, call_id=waiting.popleft()))
            else:
                parts.append(part)
        messages.append(msgspec.structs.replace(message, parts=tuple(parts)))
    return msgspec.structs.replace(conversation, messages=tuple(messages))


_object = msgspec.json.Decoder(dict[str, Any]).decode
_EMPTY = msgspec.Raw(b"{}")


def note_arguments(arguments: str, at: Path, ledger: Ledger) -> None:
    """Note arguments that are no object as the feature that only some dialects carry."""
    if arguments.strip() and object_text(arguments) is None:
        ledger.note("tool_arguments", at)


def arguments_object(arguments: str) -> msgspec.Raw | dict[str, Any]:
    """The object, digit for digit; no arguments are an empty one, and text that is none stands in `input`."""
    if not arguments.strip():
        return _EMPTY
    raw = object_text(arguments)
    return {"input": arguments} if raw is None else raw


def object_text(text: str) -> msgspec.Raw | None:
    """`text` where it is a JSON object, on one line."""
    if not text.lstrip(" \t\r\n").startswith("{"):
        return None
    try:
        _object(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    raw = text.encode("utf-8")
    return msgspec.Raw(msgspec.json.format(raw, indent=-1) if "\n" in text or "\r" in text else raw)
