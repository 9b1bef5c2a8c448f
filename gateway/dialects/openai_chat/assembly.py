"""Deltas in, canonical events out: shared by streams and by bodies that came whole (one big delta a choice).

Invariants
- Blocks are numbered in the order of opening; a choice has at most one text, reasoning or refusal block open, and
  any number of tool calls; a change of kind closes the one and opens another.
- A tool call opens once its name is known, with one id, which no other call of its choice has; repeated ids and names
  say nothing new.
- Parallel calls stay apart by index; where a server gives none, or one index for all, by id, by place in the list,
  by name.
- Text that follows a choice's finish reason is a block of its own, open until the answer ends (`hush_all`); what else
  follows it, or has no canonical form, becomes an OpaqueEvent: a `delta` of its `candidate`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import (
    BlockClosed,
    BlockKind,
    BlockOpened,
    Cited,
    Delta,
    Event,
    Finished,
    LogprobsReported,
    OpaqueEvent,
    Started,
)
from gateway.core.messages import Dialect, Media
from gateway.dialects.openai_chat.lenient import LenientChoice
from gateway.dialects.openai_chat.pieces import read_piece
from gateway.dialects.openai_chat.reasons import unified
from gateway.dialects.openai_chat.wire import WireCall, WireChoice, WireDelta, WireFunction
from gateway.dialects.state_in_ids import short_id

_NOBODY = Started()
_NO_ID = "null"
"""What Mistral says in the place of an id that it did not give; its own SDK's default, too."""


_TOLD = frozenset({"role", "content", "reasoning_content", "reasoning", "refusal"})
"""Members of a delta that have blocks, or say nothing new."""


class _Call:
    """A tool call; `block` is -1 until its name is known."""

    __slots__ = ("block", "custom", "held", "id")

    def __init__(self) -> None:
        self.block = -1
        self.custom = False
        self.held = ""
        self.id = ""


class Choice:
    """Where one candidate stands. `block` is the open text-like block of `kind`, -1 where none is open."""

    __slots__ = ("block", "by_index", "calls", "finished", "kind", "number", "refused")

    def __init__(self, number: int) -> None:
        self.number = number
        self.block = -1
        self.kind: BlockKind | None = None
        self.calls: list[_Call] = []
        self.by_index: dict[int, _Call] = {}
        self.refused = False
        self.finished = False


class Assembler:
    """The blocks of one answer. `start` seeds the ids of tool calls to which the provider gave none."""

    __slots__ = ("_next", "choices", "dialect", "start")

    def __init__(self, dialect: Dialect, start: Started = _NOBODY) -> None:
        self.dialect: Dialect = dialect
        self.start = start
        self.choices: dict[int, Choice] = {}
        self._next = 0

    def choice(self, number: int) -> Choice:
        choice = self.choices.get(number)
        if choice is None:
            choice = self.choices[number] = Choice(number)
        return choice

    def take(self, wire: WireChoice, delta: WireDelta, events: list[Event]) -> None:
        """A choice of the usual shape."""
        choice = self.choice(wire.index)
        if choice.finished:
            self._late(choice, delta, events)
            return
        self._take_delta(choice, delta, events)
        self._take_end(choice, wire, events)

    def take_lenient(self, strange: LenientChoice, events: list[Event]) -> None:
        """A choice read from a tree."""
        wire = strange.choice
        choice = self.choice(wire.index)
        if choice.finished:
            for piece in strange.pieces:
                read_piece(self, choice, piece, events)
            self._late(choice, strange.delta, events)
            return
        if strange.pieces or strange.annotations:
            # Content comes between reasoning and calls; calls that came with it wait for it.
            calls, strange.delta.tool_calls = strange.delta.tool_calls, None
            for piece in strange.pieces:
                read_piece(self, choice, piece, events)
            self._take_delta(choice, strange.delta, events)
            for annotation in strange.annotations:
                self.cite(choice, annotation, events)
            strange.delta = WireDelta(tool_calls=calls)
        self._take_delta(choice, strange.delta, events)
        for picture in strange.pictures:
            self.draw(choice, picture, events)
        if strange.extra:
            events.append(OpaqueEvent(self.dialect, {"candidate": choice.number, "delta": strange.extra}))
        self._take_end(choice, wire, events)

    def say(self, choice: Choice, kind: BlockKind, text: str, events: list[Event]) -> None:
        """More text of `kind`, in the block that is open for it or in a new one."""
        if not text:
            return
        self.ensure(choice, kind, events)
        events.append(Delta(choice.block, text))

    def ensure(self, choice: Choice, kind: BlockKind, events: list[Event]) -> None:
        if choice.kind != kind:
            self.hush(choice, events)
            choice.kind, choice.block = kind, self._number()
            events.append(BlockOpened(choice.block, kind, candidate=choice.number))

    def hush(self, choice: Choice, events: list[Event]) -> None:
        """Close the text-like block, if one is open."""
        if choice.kind is not None:
            events.append(BlockClosed(choice.block))
            choice.kind, choice.block = None, -1

    def hush_all(self, events: list[Event]) -> None:
        """Close what was told behind a finish reason: over many chunks it is one text, whose words they may cut."""
        for choice in self.choices.values():
            self.hush(choice, events)

    def cite(self, choice: Choice, citation: Any, events: list[Event]) -> None:
        self.ensure(choice, "text", events)
        events.append(Cited(choice.block, self.dialect, citation))

    def draw(self, choice: Choice, picture: Media, events: list[Event]) -> None:
        self.hush(choice, events)
        number = self._number()
        events.append(BlockOpened(number, "media", candidate=choice.number, media=picture))
        events.append(BlockClosed(number))

    def keep_opaque(self, choice: Choice, value: Any, events: list[Event]) -> None:
        """A whole piece of content without a canonical form."""
        self.hush(choice, events)
        number = self._number()
        events.append(BlockOpened(number, "opaque", candidate=choice.number, opaque=(self.dialect, value)))
        events.append(BlockClosed(number))

    def finish(self, choice: Choice, raw: str | None, stopped_by: str | None, events: list[Event]) -> None:
        self.hush(choice, events)
        for call in choice.calls:
            if call.block < 0 and (call.id or call.held):
                self._open_call(choice, call, "", events)
            if call.block >= 0:
                events.append(BlockClosed(call.block))
        choice.finished = True
        reason = unified(raw, called=bool(choice.calls), refused=choice.refused, stopped_by=stopped_by)
        events.append(Finished(reason, raw, choice.number, stopped_by if reason == "stop_sequence" else None))

    def _take_delta(self, choice: Choice, delta: WireDelta, events: list[Event]) -> None:
        if reasoning := delta.reasoning_content or delta.reasoning:
            self.say(choice, "reasoning", reasoning, events)
        if delta.content:
            self.say(choice, "text", delta.content, events)
        if delta.refusal:
            choice.refused = True
            self.say(choice, "refusal", delta.refusal, events)
        if delta.tool_calls:
            seen: list[_Call] = []
            for piece in delta.tool_calls:
                self._take_call(choice, piece, seen, events)
        if delta.function_call is not None:
            self._take_call(choice, WireCall(index=-1, function=delta.function_call), [], events)

    def _take_end(self, choice: Choice, wire: WireChoice, events: list[Event]) -> None:
        if type(wire.logprobs) is dict:
            content, refusal = wire.logprobs.get("content"), wire.logprobs.get("refusal")
            content = content if type(content) is list and content else None
            refusal = refusal if type(refusal) is list and refusal else None
            if content is not None or refusal is not None:
                events.append(LogprobsReported(choice.number, content, refusal))
        if wire.finish_reason:
            stop = wire.stop_reason if type(wire.stop_reason) is str else wire.matched_stop
            self.finish(choice, wire.finish_reason, stop if type(stop) is str else None, events)

    def _late(self, choice: Choice, delta: WireDelta, events: list[Event]) -> None:
        """Some servers tell the reason to end before the last of the text, which is the answer's all the same."""
        self.say(choice, "reasoning", delta.reasoning_content or delta.reasoning or "", events)
        self.say(choice, "text", delta.content or "", events)
        self.say(choice, "refusal", delta.refusal or "", events)
        more = {name: value for name, value in msgspec.to_builtins(delta).items() if value and name not in _TOLD}
        if more:
            events.append(OpaqueEvent(self.dialect, {"candidate": choice.number, "delta": more}))

    def _take_call(self, choice: Choice, piece: WireCall, seen: list[_Call], events: list[Event]) -> None:
        if piece.id == _NO_ID:
            piece.id = None
        custom = piece.custom
        function = piece.function or (WireFunction(custom.name, custom.input) if custom is not None else WireFunction())
        name, text = function.name or "", function.arguments or ""
        call = self._find_call(choice, piece, bool(name), seen)
        seen.append(call)
        if call.block >= 0:
            if text:
                events.append(Delta(call.block, text))
            return
        call.custom = call.custom or custom is not None
        call.id = call.id or piece.id or ""
        call.held += text
        if name:
            self._open_call(choice, call, name, events)

    def _find_call(self, choice: Choice, piece: WireCall, named: bool, seen: list[_Call]) -> _Call:
        if piece.index is not None:
            call = choice.by_index.get(piece.index)
            other_id = call is not None and piece.id and call.id and piece.id != call.id
            if call is not None and not (named and (other_id or call in seen)):
                return call
        elif piece.id:
            for call in choice.calls:
                if call.id == piece.id and not (named and call in seen):
                    return call
        elif choice.calls and not named:
            return choice.calls[-1]
        call = _Call()
        choice.calls.append(call)
        if piece.index is not None:
            choice.by_index[piece.index] = call
        return call

    def _open_call(self, choice: Choice, call: _Call, name: str, events: list[Event]) -> None:
        self.hush(choice, events)
        call.block = self._number()
        shown = call.id
        if not shown or any(other.id == shown and other.block >= 0 for other in choice.calls if other is not call):
            seed = self.start.id or f"{self.start.model} {self.start.created}"
            shown = f"call_{short_id(seed, 12)}_{call.block}"
        call.id = call.id or shown
        events.append(
            BlockOpened(call.block, "tool_call", id=shown, name=name, candidate=choice.number, custom=call.custom)
        )
        if call.held:
            events.append(Delta(call.block, call.held))
            call.held = ""

    def _number(self) -> int:
        number = self._next
        self._next += 1
        return number
