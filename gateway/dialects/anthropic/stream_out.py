"""Canonical events as Claude's stream, for a client of this dialect: a state machine for one answer.

Invariants
- `message_start` first, blocks numbered from 0 without gaps, one open at a time, `message_delta`, `message_stop`.
- Blocks that come interleaved go out one after another: the first opened flows through, the others wait in memory
  until it closes, and follow in the order of their opening.
- A block goes out with its first content: none is ever empty, but tool calls.
- After Failed nothing follows the error frame; `message_delta` waits for Ended, for usage may come after Finished.
- Only candidate 0 is shown. Provider states of other dialects: see `answer_out`.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    LogprobsReported,
    OpaqueEvent,
    Produced,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import ProviderState, Reasoning
from gateway.core.usage import Usage
from gateway.dialects.anthropic import reasons, usage
from gateway.dialects.anthropic.answer_out import is_foreign, merged_extras, message_skeleton
from gateway.dialects.anthropic.errors import error_frame
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.failed_answers import model_failed
from gateway.dialects.sse import frame
from gateway.dialects.state_in_ids import seal

PING: Final = b'event: ping\ndata: {"type": "ping"}\n\n'
_Content = Delta | Signed | Cited | OpaqueEvent
_encode = msgspec.json.Encoder().encode
_DELTAS: Final = {
    "text": ("text_delta", "text"),
    "refusal": ("text_delta", "text"),
    "reasoning": ("thinking_delta", "thinking"),
    "tool_call": ("input_json_delta", "partial_json"),
}


class _Block:
    """A block of the answer and how far it has got."""

    __slots__ = ("closed", "head", "index", "opening", "tail", "text", "waiting")

    def __init__(self, opening: BlockOpened) -> None:
        self.opening = opening
        self.waiting: list[_Content] = []
        self.closed = False
        self.index = -1
        """Its number on the wire; -1 until its start went out."""
        self.head = self.tail = b""
        """The bytes of a delta's frame around its JSON string."""
        self.text: list[str] = []
        """What reasoning said, to be sealed; a freeform call's input, to be wrapped."""


class AnthropicStreamEncoder:
    __slots__ = (
        "_blocks",
        "_current",
        "_done",
        "_extras",
        "_facts",
        "_finished",
        "_next",
        "_provider_states",
        "_queue",
        "_refused",
        "_start_sent",
        "_started",
        "_usage",
    )

    def __init__(self, facts: AnswerFacts) -> None:
        self._facts = facts
        self._blocks: dict[int, _Block] = {}
        self._queue: list[_Block] = []
        self._current: _Block | None = None
        self._next = 0
        self._provider_states: list[tuple[_Block, ProviderState]] = []
        self._started: Started | None = None
        self._start_sent = self._done = self._refused = False
        self._usage: Usage | None = None
        self._finished: Finished | None = None
        self._extras: list[OpaqueEvent] = []

    def feed(self, events: Iterable[Event]) -> bytes:
        """The frames for these events, possibly none."""
        out: list[bytes] = []
        for event in events:
            if self._done:
                break
            match event:
                case Delta(block=number) | Signed(block=number) | Cited(block=number) | OpaqueEvent(within=int(number)):
                    if (block := self._blocks.get(number)) is not None:
                        self._content(block, event, out)
                case BlockOpened():
                    if event.candidate == 0:
                        self._refused = self._refused or event.kind == "refusal"
                        self._open(event, out)
                case BlockClosed():
                    if (block := self._blocks.pop(event.block, None)) is not None:
                        self._close(block, out)
                case Started():
                    self._started = event
                case UsageReported():
                    self._usage = event.usage
                case Finished():
                    if event.candidate == 0:
                        self._finished = event
                case OpaqueEvent():
                    self._opaque(event, out)
                case LogprobsReported() | Produced():
                    pass  # no place in this dialect, or in a conversation
                case Ended():
                    self._end(out)
                case Failed():
                    self._done = True
                    out.append(error_frame(event.error, None))
        if self._started is not None and not self._start_sent and not self._done:
            # Not earlier: usage told together with the start belongs into it.
            self._start(out)
        return b"".join(out)

    def heartbeat(self) -> bytes:
        return PING

    def _start(self, out: list[bytes]) -> None:
        if self._start_sent:
            return
        self._start_sent = True
        started = self._started or Started()
        members, counts = merged_extras(self._extras)
        self._extras.clear()
        message = message_skeleton(started.id, started.model, self._facts) | members
        message["usage"] = usage.in_full(self._usage) | counts
        out.append(_named(b"message_start", {"type": "message_start", "message": message}))

    def _opaque(self, event: OpaqueEvent, out: list[bytes]) -> None:
        if event.dialect != "anthropic":
            return
        kind = event.value.get("type") if type(event.value) is dict else None
        if type(kind) is str:
            self._start(out)
            out.append(_named(kind.encode(), event.value))
        else:
            self._extras.append(event)

    def _open(self, opening: BlockOpened, out: list[bytes]) -> None:
        self._start(out)
        block = self._blocks[opening.block] = _Block(opening)
        if self._current is None:
            self._current = block
            self._begin(block, out)
        else:
            self._queue.append(block)

    def _content(self, block: _Block, event: _Content, out: list[bytes]) -> None:
        if block is self._current:
            self._write(block, event, out)
        else:
            block.waiting.append(event)

    def _close(self, block: _Block, out: list[bytes]) -> None:
        block.closed = True
        if block is not self._current:
            return
        self._stop(block, out)
        self._current = None
        while self._queue:
            following = self._queue.pop(0)
            self._begin(following, out)
            for event in following.waiting:
                self._write(following, event, out)
            following.waiting.clear()
            if not following.closed:
                self._current = following
                return
            self._stop(following, out)

    def _begin(self, block: _Block, out: list[bytes]) -> None:
        """The start frame, for the kinds that need no content to be worth one."""
        opening = block.opening
        match opening.kind:
            case "tool_call":
                provider_state = opening.provider_state if is_foreign(opening.provider_state) else None
                reasoning = tuple(
                    Reasoning(text="".join(of.text), provider_state=own) for of, own in self._provider_states
                )
                shown_id = seal(opening.id, provider_state, reasoning)
                self._provider_states.clear()
                self._announce(block, {"type": "tool_use", "id": shown_id, "name": opening.name, "input": {}}, out)
            case "opaque":
                dialect, value = opening.opaque
                if dialect == "anthropic":
                    self._announce(block, value, out)
            case "reasoning" if opening.provider_state is not None:
                if is_foreign(opening.provider_state):
                    self._write(block, Signed(opening.block, opening.provider_state), out)
                elif opening.provider_state.kind == "redacted_thinking":
                    self._announce(block, {"type": "redacted_thinking", "data": opening.provider_state.value}, out)
            case "reasoning" | "text" | "refusal" | "media":
                pass  # with the first content; media never (see `answer_out`)

    def _announce(self, block: _Block, content: Any, out: list[bytes]) -> None:
        block.index = self._next
        self._next += 1
        start = {"type": "content_block_start", "index": block.index, "content_block": content}
        out.append(_named(b"content_block_start", start))

    def _announce_shown(self, block: _Block, out: list[bytes]) -> None:
        if block.index < 0:
            empty = {"type": "text", "text": ""}
            if block.opening.kind == "reasoning":
                empty = {"type": "thinking", "thinking": "", "signature": ""}
            self._announce(block, empty, out)

    def _write(self, block: _Block, event: _Content, out: list[bytes]) -> None:
        kind = block.opening.kind
        match event:
            case Delta() if kind in _DELTAS and event.text:
                if kind == "reasoning" or block.opening.custom:
                    block.text.append(event.text)
                    if block.opening.custom:
                        return
                self._announce_shown(block, out)
                if not block.head:
                    block.head, block.tail = _around(block.index, *_DELTAS[kind])
                out.append(block.head + _encode(event.text) + block.tail)
            case Signed() if kind == "reasoning":
                if is_foreign(event.provider_state):
                    self._provider_states.append((block, event.provider_state))
                elif event.provider_state.kind == "signature":
                    self._piece(block, {"type": "signature_delta", "signature": event.provider_state.value}, out)
            case Cited() if kind == "text" and event.dialect == "anthropic":
                self._piece(block, {"type": "citations_delta", "citation": event.citation}, out)
            case OpaqueEvent() if event.dialect == "anthropic":
                self._piece(block, event.value, out)
            case _:
                pass  # empty, or without a form here

    def _piece(self, block: _Block, delta: dict[str, Any], out: list[bytes]) -> None:
        self._announce_shown(block, out)
        event = {"type": "content_block_delta", "index": block.index, "delta": delta}
        out.append(_named(b"content_block_delta", event))

    def _stop(self, block: _Block, out: list[bytes]) -> None:
        if block.opening.custom:
            wrapped = _encode({"input": "".join(block.text)}).decode()
            self._piece(block, {"type": "input_json_delta", "partial_json": wrapped}, out)
        if block.index >= 0:
            out.append(_named(b"content_block_stop", {"type": "content_block_stop", "index": block.index}))

    def _end(self, out: list[bytes]) -> None:
        self._done = True
        self._start(out)
        for block in list(self._blocks.values()):
            self._close(block, out)
        finished = self._finished or Finished("stop")
        if finished.reason == "error":
            out.append(error_frame(model_failed(finished.raw_reason), None))
            return
        members, counts = merged_extras(self._extras)
        delta = {
            "stop_reason": reasons.own(finished.reason, finished.raw_reason, self._refused),
            "stop_sequence": finished.stop_sequence,
        } | members
        totals = usage.in_delta(self._usage) | counts
        out.append(_named(b"message_delta", {"type": "message_delta", "delta": delta, "usage": totals}))
        out.append(_named(b"message_stop", {"type": "message_stop"}))


def _named(name: bytes, value: Any) -> bytes:
    return frame(_encode(value), name)


def _around(index: int, kind: str, member: str) -> tuple[bytes, bytes]:
    """The bytes of a `content_block_delta` before and after its text: only the text differs from one to the next."""
    whole = _named(
        b"content_block_delta",
        {"type": "content_block_delta", "index": index, "delta": {"type": kind, member: "\x00"}},
    )
    head, _, tail = whole.partition(b'"\\u0000"')
    return head, tail
