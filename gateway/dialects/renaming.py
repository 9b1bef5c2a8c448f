"""Names of tools that the target does not take, under names that it does: other letters, or more of them, than its API
allows. In translation only; within one dialect the client's bytes go out.

Gemini's clients may use dots, and Claude's twice as many letters as OpenAI takes (agents join the names of a server and
of its tool). A tool goes out under such a stand-in wherever it is named: offered, chosen, called and answered in the
history. A call that comes back has the client's own name again. Which names those are is read off the client's own
request, so nothing is kept here.

Invariants
- Equal names get equal stand-ins, in every request: prompt caches stay warm. No two names of a request meet in one.
- A name that fits is sent as it is.

Sources: the vendors' API references, `tools[].function.name` (OpenAI, Mistral), `tools[].name` (Anthropic),
`FunctionDeclaration.name` (Gemini, whose older models take 64 letters).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

import msgspec

from gateway.core.edits import Edit, Path
from gateway.core.events import BlockOpened, Event
from gateway.core.messages import AnyPart, Conversation, Dialect, Message, Tool, ToolCall, ToolResult
from gateway.dialects.codec import Encoded, Envelope, ProviderCodec, Request, StreamDecoder
from gateway.dialects.losses import Loss
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.state_in_ids import short_id
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import UpstreamRefused

_PLAIN: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TAKEN: Final[dict[Dialect, re.Pattern[str]]] = {
    "openai_chat": _PLAIN,
    "openai_responses": _PLAIN,
    "mistral": _PLAIN,
    "anthropic": re.compile(r"[a-zA-Z0-9_-]{1,128}"),
    "gemini": re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}"),
}
_NOT_PLAIN: Final = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST: Final = 64
_DIGITS: Final = 9


class Renamed(msgspec.Struct, frozen=True):
    """The request with stand-ins; `own`: the client's names by stand-in."""

    request: Conversation
    own: Mapping[str, str]
    losses: tuple[Loss, ...]


def renamed(request: Request, dialect: Dialect) -> Renamed | None:
    """None where the target takes all names."""
    if not isinstance(request, Conversation):
        return None
    taken = TAKEN[dialect]
    named = dict(_names(request))
    instead = {name: _stand_in(name, named) for name in named if not taken.fullmatch(name)}
    if not instead:
        return None
    choice = request.tool_choice
    told = msgspec.structs.replace(
        request,
        tools=tuple(
            msgspec.structs.replace(tool, name=instead[tool.name])
            if isinstance(tool, Tool) and tool.name in instead
            else tool
            for tool in request.tools
        ),
        tool_choice=choice
        and msgspec.structs.replace(choice, names=tuple(instead.get(name, name) for name in choice.names)),
        messages=tuple(_message(message, instead) for message in request.messages),
    )
    why = f"{dialect} takes other names of tools"
    losses = tuple(Loss(named[name], "tools", "approximated", why) for name in instead)
    return Renamed(told, {stand_in: name for name, stand_in in instead.items()}, losses)


def own_names(request: Request, dialect: Dialect) -> Mapping[str, str]:
    """The client's names by stand-in, of a request that was sent before."""
    found = renamed(request, dialect)
    return {} if found is None else found.own


def _names(request: Conversation) -> Iterator[tuple[str, Path]]:
    """(name, where), those first that the dictionary of all is to forget."""
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolCall | ToolResult) and part.name is not None:
                yield part.name, part.at
    for name in () if request.tool_choice is None else request.tool_choice.names:
        yield name, ("tool_choice",)
    for tool in request.tools:
        if isinstance(tool, Tool):
            yield tool.name, tool.at


def _stand_in(name: str, others: Container[str]) -> str:
    plain = _NOT_PLAIN.sub("_", name)[: _LONGEST - _DIGITS - 2]
    if not plain[:1].isalpha():
        plain = f"_{plain}"
    digest = short_id(name, _DIGITS)  # keeps apart what other letters, or the cut, make alike
    while (stand_in := f"{plain}_{digest}") in others:
        digest = short_id(f"{digest} {name}", _DIGITS)
    return stand_in


def _message(message: Message, instead: Mapping[str, str]) -> Message:
    if not any(isinstance(part, ToolCall | ToolResult) and part.name in instead for part in message.parts):
        return message
    return msgspec.structs.replace(message, parts=tuple(_part(part, instead) for part in message.parts))


def _part(part: AnyPart, instead: Mapping[str, str]) -> AnyPart:
    if isinstance(part, ToolCall | ToolResult) and part.name is not None and part.name in instead:
        return msgspec.structs.replace(part, name=instead[part.name])
    return part


class RenamedBack:
    """A provider's codec whose answers have the client's names. Implements `codec.ProviderCodec`."""

    def __init__(self, codec: ProviderCodec, own: Mapping[str, str]) -> None:
        self._codec = codec
        self._own = own
        self.dialect: Dialect = codec.dialect

    def encode_request(self, conversation: Any, model: str, strict: bool) -> Encoded:
        return self._codec.encode_request(conversation, model, strict)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...] | None:
        return self._codec.retarget(tree, envelope, model)

    def decode_answer(self, body: bytes) -> list[Event]:
        return _shown(self._codec.decode_answer(body), self._own)

    def stream_decoder(self) -> StreamDecoder:
        return _Stream(self._codec.stream_decoder(), self._own)

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return self._codec.decode_error(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        return self._codec.hides(events, envelope)


class _Stream:
    """Implements `codec.StreamDecoder`."""

    def __init__(self, decoder: StreamDecoder, own: Mapping[str, str]) -> None:
        self._decoder = decoder
        self._own = own

    @property
    def pattern(self) -> TextPattern | None:
        return self._decoder.pattern

    def feed(self, event: ServerSentEvent) -> list[Event]:
        return _shown(self._decoder.feed(event), self._own)

    def close(self) -> list[Event]:
        return _shown(self._decoder.close(), self._own)


def _shown(events: list[Event], own: Mapping[str, str]) -> list[Event]:
    return [
        msgspec.structs.replace(event, name=own[event.name])
        if isinstance(event, BlockOpened) and event.kind == "tool_call" and event.name in own
        else event
        for event in events
    ]
