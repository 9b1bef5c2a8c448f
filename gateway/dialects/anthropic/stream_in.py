"""Claude's stream, from server-sent events to canonical events: a state machine for one answer.

Invariants
- A block that this code does not know (server tools, their results, what is to come) is gathered and given as one
  opaque block at its end, its input and what else its deltas told whole. Of other blocks, deltas that it does not know
  become OpaqueEvents.
- Usage of `message_delta` replaces that of `message_start` number by number.
- A tool call told without any piece of arguments has those of its opening (`{}`).
- After Ended or Failed nothing more comes out; an end without `message_stop` is Failed(UpstreamCut).
- Whatever the bytes, the only exception is UpstreamNonsense.
"""

from __future__ import annotations

from typing import Any

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
from gateway.dialects.anthropic.answer_in import (
    arguments_of,
    extras_of,
    nonsense,
    opened,
    opening_content,
    text_of,
    with_delta,
    with_input,
)
from gateway.dialects.anthropic.errors import native_form, read_refusal
from gateway.dialects.anthropic.reasons import unified
from gateway.dialects.anthropic.wire import DELTA_HEAD, BlockDelta, decode_delta, said
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern, learned
from gateway.errors import UpstreamCut

_decode_any = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _Open:
    """A block between its start and its stop."""

    __slots__ = ("block", "kind", "number", "pieces")

    def __init__(self, number: int, kind: str, block: dict[str, Any]) -> None:
        self.number = number
        self.kind = kind
        self.block = block
        self.pieces: list[str] = []
        """Of an opaque block's input; of a tool call's arguments one entry says that some came."""


class AnthropicStreamDecoder:
    __slots__ = (
        "_called",
        "_counted_to_the_end",
        "_done",
        "_finished",
        "_id",
        "_next",
        "_open",
        "_reason",
        "_served",
        "_started",
        "_stop",
        "_usage",
        "pattern",
    )

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._next = 0
        self._started = self._finished = self._done = self._called = False
        self._usage: dict[str, Any] = {}
        self._served: list[dict[str, Any]] = []
        """Tools that the provider ran: type, name and caller."""
        self._counted_to_the_end = False
        self._id: str | None = None
        self._reason: str | None = None
        self._stop: str | None = None
        self.pattern: TextPattern | None = None

    def feed(self, event: ServerSentEvent) -> list[Event]:
        """The events of one server-sent event; raises UpstreamNonsense."""
        if self._done or not event.data:
            return []
        data = event.data
        # Nearly every event is a delta of a block: one typed decode, no dictionary.
        if event.name == b"content_block_delta" or not event.name:
            try:
                piece = decode_delta(data)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # another event, an unknown delta, or nonsense: the general way tells
            else:
                return self._delta(piece, event)
        self.pattern = None  # its block may have ended
        try:
            tree = _decode_any(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise nonsense() from None
        if type(tree) is not dict:
            raise nonsense()
        index = tree.get("index")
        if type(index) is float and index.is_integer():  # as writers of JSON without integers have it
            return self.feed(msgspec.structs.replace(event, data=_encode(tree | {"index": int(index)})))
        return self._event(tree, event.name)

    def close(self) -> list[Event]:
        """Nothing after a proper end, else the failure."""
        if self._done:
            return []
        self._done = True
        return [Failed(UpstreamCut("The provider's stream ended before the answer did."))]

    def _delta(self, piece: BlockDelta, event: ServerSentEvent) -> list[Event]:
        block = self._open.get(piece.index)
        if block is None:
            raise nonsense()
        delta = piece.delta
        kind = delta.type
        if kind == "text_delta" and block.kind == "text":
            return self._more(block, delta.text, event)
        if kind == "input_json_delta" and block.kind in ("tool_call", "opaque"):
            text = delta.partial_json
            if not text:
                return []
            if block.kind == "opaque":
                block.pieces.append(text)
                return []
            if not block.pieces:
                block.pieces.append("")
            return self._more(block, text, event)
        if kind == "thinking_delta" and block.kind == "reasoning":
            return self._more(block, delta.thinking, event)
        if kind == "signature_delta" and block.kind == "reasoning":
            signature = delta.signature
            return [Signed(block.number, ProviderState("anthropic", "signature", signature))] if signature else []
        if kind == "citations_delta" and block.kind == "text":
            return [Cited(block.number, "anthropic", delta.citation)] if delta.citation is not None else []
        return self._other_delta(block, _decode_any(event.data))

    def _other_delta(self, block: _Open, tree: dict[str, Any]) -> list[Event]:
        """A delta that only the vendor knows. An opaque block is told at its end, and what its deltas said with it."""
        if block.kind != "opaque":
            return [OpaqueEvent("anthropic", tree["delta"], block.number)]
        block.block = with_delta(block.block, tree["delta"])
        return []

    def _more(self, block: _Open, text: str | None, event: ServerSentEvent) -> list[Event]:
        if not text:
            return []
        if self.pattern is None and event.raw == DELTA_HEAD + event.data + b"\n\n":
            self.pattern = learned(event.data, text, block.number, said, DELTA_HEAD)
        return [Delta(block.number, text)]

    def _event(self, tree: dict[str, Any], name: bytes) -> list[Event]:
        match tree:
            case {"type": "ping"}:
                return []
            case {"type": "error"}:
                self._done = True
                error = read_refusal(tree)
                return [Failed(error, name == b"error" and native_form(tree) and error.status not in (401, 403))]
            case {"type": "message_start", "message": dict(message)} if not self._started:
                return self._start(message)
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)} if self._started:
                return self._block_start(index, block)
            case {
                "type": "content_block_delta",
                "index": int(index),
                "delta": {"type": str(kind)},
            } if index in self._open and kind not in _KNOWN_DELTAS:
                return self._other_delta(self._open[index], tree)
            case {"type": "content_block_stop", "index": int(index)} if self._started:
                return self._block_stop(index) if index in self._open else []
            case {"type": "message_delta", "delta": dict(delta)} if self._started:
                return self._message_delta(delta, tree.get("usage"))
            case {"type": "message_stop"} if self._started:
                self._done = True
                return [*self._finish(), *self._uncounted(), Ended()]
            case {"type": str(kind)} if kind not in _KNOWN:
                # Before the start there is no answer yet that it could belong to.
                return [OpaqueEvent("anthropic", tree)] if self._started else []
            case _:
                raise nonsense()

    def _start(self, message: dict[str, Any]) -> list[Event]:
        self._started = True
        self._id = text_of(message.get("id"))
        events: list[Event] = [Started(self._id, text_of(message.get("model")))]
        wire = message.get("usage")
        events += self._counted(wire)
        if (extras := extras_of(message, wire)) is not None:
            events.append(extras)
        return events

    def _counted(self, wire: Any) -> list[Event]:
        if type(wire) is not dict:
            return []
        self._usage = usage.merged(self._usage, wire)
        return [usage.reported(self._usage, usage.calls_seen(self._served))]

    def _uncounted(self) -> list[Event]:
        """Where nobody told the end's count: what `message_start` told was of the answer's first piece."""
        if self._counted_to_the_end or not self._usage:
            return []
        return self._counted({"output_tokens": 0})

    def _block_start(self, index: int, block: dict[str, Any]) -> list[Event]:
        events: list[Event] = self._block_stop(index) if index in self._open else []
        opening = opened(self._next, block, self._id)
        self._open[index] = _Open(self._next, opening.kind, block)
        if opening.kind == "opaque":
            if block.get("type") == "server_tool_use":  # billed by now, whether or not the stream ends well
                self._served.append({name: block.get(name) for name in ("type", "name", "caller")})
                events += self._counted({})
            elif block.get("type") == "fallback":
                self._usage = usage.taken_over(self._usage, block, self._next)
                events += self._counted({})
            return events  # given at its end, whole; its number is taken then
        self._called = self._called or opening.kind == "tool_call"
        self._next += 1
        return [*events, opening, *opening_content(opening.block, block)]

    def _block_stop(self, index: int) -> list[Event]:
        block = self._open.pop(index)
        if block.kind == "opaque":
            number, self._next = self._next, self._next + 1
            whole = with_input(block.block, "".join(block.pieces))
            return [BlockOpened(number, "opaque", opaque=("anthropic", whole)), BlockClosed(number)]
        if block.kind == "tool_call" and not block.pieces:
            return [Delta(block.number, arguments_of(block.block)), BlockClosed(block.number)]
        return [BlockClosed(block.number)]

    def _message_delta(self, delta: dict[str, Any], wire: Any) -> list[Event]:
        events = self._counted(wire)
        if type(wire) is dict and wire.get("output_tokens") is not None:
            self._counted_to_the_end = True
        if (extras := extras_of(delta, wire)) is not None:
            events.append(extras)
        self._stop = text_of(delta.get("stop_sequence")) or self._stop
        self._reason = text_of(delta.get("stop_reason")) or self._reason
        return [*events, *self._finish()] if self._reason is not None else events

    def _finish(self) -> list[Event]:
        if self._finished:
            return []
        self._finished = True
        events: list[Event] = [event for index in list(self._open) for event in self._block_stop(index)]
        return [*events, Finished(unified(self._reason, self._called), self._reason, 0, self._stop)]


_KNOWN = frozenset(
    (
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    )
)
_KNOWN_DELTAS = frozenset(("text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta"))
