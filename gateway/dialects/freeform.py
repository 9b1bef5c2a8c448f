"""Freeform tools (OpenAI's `custom`), whose input is text, for providers that know functions alone.

Such a tool goes out as a function with one text, `input`, and its grammar in the description; what it was told before
goes as `{"input": …}`. The call that comes back is shown to the client as one of a freeform tool again. Which tools
those are is read off the client's own request, so nothing is kept here.

Invariants
- Calls of tools that the request does not name as freeform pass as they are.
- Arguments that are no object with one text `input` are the input themselves: nothing that a model wrote is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gateway.core.answer import Candidate
from gateway.core.events import BlockClosed, BlockOpened, Delta, Event
from gateway.core.messages import Tool, ToolCall
from gateway.dialects.adapting import arguments_object

_INPUT: Final = {"type": "string", "description": "The whole input of the tool, as it is."}
_SCHEMA: Final = {
    "type": "object",
    "properties": {"input": _INPUT},
    "required": ["input"],
    "additionalProperties": False,
}
_decode = msgspec.json.Decoder().decode


def as_function(tool: Tool) -> Tool:
    """The tool as a function; one that is a function already comes back as it is."""
    if not tool.custom:
        return tool
    said = [tool.description] if tool.description else []
    if tool.grammar is not None:
        said.append(f"The input must follow this {tool.grammar.syntax} grammar:\n{tool.grammar.definition}")
    description = "\n\n".join(said) or None
    return msgspec.structs.replace(tool, description=description, schema=_SCHEMA, custom=False, grammar=None)


def arguments_as_object(call: ToolCall) -> msgspec.Raw | dict[str, Any]:
    """A call's arguments as an object, whichever kind of tool it called."""
    return {"input": call.arguments} if call.custom else arguments_object(call.arguments)


def shown_candidate(candidate: Candidate, names: frozenset[str]) -> Candidate:
    """The candidate with calls of the tools `names` as a client that offered them freeform reads them."""
    parts = [
        msgspec.structs.replace(part, custom=True, arguments=_input(part.arguments))
        if isinstance(part, ToolCall) and part.name in names and not part.custom
        else part
        for part in candidate.parts
    ]
    return msgspec.structs.replace(candidate, parts=parts)


class FreeformCalls:
    """The same for the events of one stream: a call's input is told at its end, when it can be read."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._held: dict[int, list[str]] = {}

    def shown(self, events: Iterable[Event]) -> list[Event]:
        told: list[Event] = []
        for event in events:
            match event:
                case BlockOpened(kind="tool_call", custom=False) if event.name in self._names:
                    self._held[event.block] = []
                    told.append(msgspec.structs.replace(event, custom=True))
                case Delta() if event.block in self._held:
                    self._held[event.block].append(event.text)
                case BlockClosed() if event.block in self._held:
                    if text := _input("".join(self._held.pop(event.block))):
                        told.append(Delta(event.block, text))
                    told.append(event)
                case _:
                    told.append(event)
        return told


def _input(arguments: str) -> str:
    try:
        told = _decode(arguments)
    except (msgspec.MsgspecError, RecursionError):
        return arguments
    match told:
        case {"input": str(text)} if len(told) == 1:
            return text
        case _:
            return arguments
