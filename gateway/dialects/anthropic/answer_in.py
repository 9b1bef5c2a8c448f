"""A whole answer of Claude, from its bytes to events.

Invariants
- Members that no event has a place for travel in one OpaqueEvent, `{"message": …, "usage": …}`, so that an answer
  that must be written anew for a client of this dialect loses none of them.
- Bytes that are no message give UpstreamNonsense; an error under status 200 gives Failed.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.events import (
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    OpaqueEvent,
    Signed,
    Started,
)
from gateway.core.messages import ProviderState
from gateway.dialects.anthropic import usage
from gateway.dialects.anthropic.errors import read_refusal
from gateway.dialects.anthropic.reasons import unified
from gateway.dialects.state_in_ids import short_id
from gateway.errors import UpstreamNonsense

_KNOWN: Final = frozenset(("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"))
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def nonsense() -> UpstreamNonsense:
    return UpstreamNonsense("The provider's answer is not a message of the Anthropic dialect.")


def read_answer(body: bytes) -> list[Event]:
    """The events of a body that came whole; raises UpstreamNonsense."""
    try:
        tree = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise nonsense() from None
    if type(tree) is not dict:
        raise nonsense()
    if tree.get("type") == "error" or ("content" not in tree and tree.get("error")):  # or as imitations tell it
        return [Failed(read_refusal(tree))]
    content = tree.get("content")
    if content is None and tree.get("type") == "message":
        content = []
    if type(content) is not list:
        raise nonsense()
    events: list[Event] = [Started(text_of(tree.get("id")), text_of(tree.get("model")))]
    wire = tree.get("usage")
    if type(wire) is dict:
        events.append(usage.reported(wire, usage.calls_seen(content)))
    called = False
    for number, block in enumerate(content):
        if type(block) is not dict:
            raise nonsense()
        called = called or block.get("type") == "tool_use"
        events += _block(number, block, text_of(tree.get("id")))
    if (extras := extras_of(tree, wire)) is not None:
        events.append(extras)
    reason = text_of(tree.get("stop_reason"))
    events.append(Finished(unified(reason, called), reason, 0, text_of(tree.get("stop_sequence"))))
    events.append(Ended())
    return events


def text_of(value: Any) -> str | None:
    return value if type(value) is str else None


def extras_of(message: dict[str, Any], wire_usage: Any) -> OpaqueEvent | None:
    """The members without a canonical form, or None where there are none."""
    members = {name: value for name, value in message.items() if name not in _KNOWN and value is not None}
    counts = usage.extras(wire_usage) if type(wire_usage) is dict else {}
    if not members and not counts:
        return None
    return OpaqueEvent("anthropic", {"message": members, "usage": counts})


def opened(number: int, block: dict[str, Any], answer_id: str | None) -> BlockOpened:
    """The opening of a block, without the content that it may begin with.

    A call of an imitator's that has no id gets one, made of the answer's.
    """
    match block:
        case {"type": "text"}:
            return BlockOpened(number, "text")
        case {"type": "thinking"}:
            return BlockOpened(number, "reasoning")
        case {"type": "redacted_thinking", "data": str(data)}:
            return BlockOpened(
                number, "reasoning", provider_state=ProviderState("anthropic", "redacted_thinking", data)
            )
        case {"type": "tool_use", "name": str(name)}:
            call_id = text_of(block.get("id")) or f"toolu_{short_id(answer_id or '', 12)}_{number}"
            return BlockOpened(number, "tool_call", id=call_id, name=name)
        case {"type": "text" | "thinking" | "redacted_thinking" | "tool_use"}:
            raise nonsense()
        case _:
            return BlockOpened(number, "opaque", opaque=("anthropic", block))


def opening_content(number: int, block: dict[str, Any]) -> list[Event]:
    """What a text or thinking block holds already."""
    events: list[Event] = []
    match block.get("type"):
        case "text":
            if text := text_of(block.get("text")):
                events.append(Delta(number, text))
            citations = block.get("citations")
            if type(citations) is list:
                events += [Cited(number, "anthropic", citation) for citation in citations]
        case "thinking":
            if text := text_of(block.get("thinking")):
                events.append(Delta(number, text))
            if signature := text_of(block.get("signature")):
                events.append(Signed(number, ProviderState("anthropic", "signature", signature)))
        case _:
            pass  # a call's input waits for its end; the others are whole in their opening
    return events


def arguments_of(block: dict[str, Any]) -> str:
    """JSON text of a call's `input` as its block tells it."""
    arguments = block.get("input")
    return _encode({} if arguments is None else arguments).decode()


def with_input(block: dict[str, Any], text: str) -> dict[str, Any]:
    """The block with the input that its deltas told; text that is no JSON stays text."""
    if not text:
        return block
    try:
        return block | {"input": _decode(text)}
    except (msgspec.MsgspecError, RecursionError):
        return block | {"input": text}


def with_delta(block: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
    """The block with what a delta of a type that only the vendor knows told: more of a text, or a member whole."""
    told = {name: value for name, value in delta.items() if name != "type" and value is not None}
    for name, value in told.items():
        if type(value) is str and type(before := block.get(name)) is str:
            told[name] = before + value
    return block | told


def _block(number: int, block: dict[str, Any], answer_id: str | None) -> list[Event]:
    opening = opened(number, block, answer_id)
    events: list[Event] = [opening, *opening_content(number, block)]
    if opening.kind == "tool_call":
        events.append(Delta(number, arguments_of(block)))
    events.append(BlockClosed(number))
    return events
