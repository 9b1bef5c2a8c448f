"""Output items in, canonical events out: shared by streams and by bodies that came whole.

Invariants
- A content part of a message is a block; a reasoning item is one block, its parts paragraphs; a call is one block.
- An item without a canonical form is one opaque block, given whole once the item is done.
- What deltas told is not told again by the `done` that follows; what they left out (servers that send no deltas) is.
- A reasoning item's provider state is the item itself, where it holds state.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from gateway.core.events import (
    BlockClosed,
    BlockKind,
    BlockOpened,
    Cited,
    Delta,
    Event,
    LogprobsReported,
    Signed,
    Started,
)
from gateway.core.messages import ProviderState
from gateway.dialects.openai_responses.calls import call_state
from gateway.dialects.openai_responses.encryption import Issuer
from gateway.dialects.openai_responses.items_in import PHASE
from gateway.dialects.openai_responses.reasoning import BORDER, holds_state, provider_state_of
from gateway.dialects.openai_responses.reasoning import text_of as reasoning_text
from gateway.dialects.openai_responses.wire import objects, text_of
from gateway.dialects.state_in_ids import short_id


class Block:
    """A block of the answer, and what was told of it."""

    __slots__ = ("cited", "kind", "measured", "number", "place", "said")

    def __init__(self, number: int, kind: BlockKind) -> None:
        self.number = number
        self.kind = kind
        self.said = False
        self.cited = 0
        self.measured = False
        """Its log probabilities came."""
        self.place: tuple[str, int] | None = None
        """Of reasoning: the part that the last delta belonged to."""


class Item:
    """An output item. `parts`: a message's open blocks by content index; None once they are closed."""

    __slots__ = ("block", "kind", "parts", "provider_state")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.block: Block | None = None
        self.parts: dict[int, Block | None] = {}
        self.provider_state: ProviderState | None = None


class OutputReader:
    """The blocks of one answer.

    `start` seeds the ids of calls to which the provider gave none; `begun`: type -> how many items of it began.
    `issuer`: whose answer it is. xAI's `custom_tool_call` tells of its own search, which it has run already.
    """

    __slots__ = ("_calls", "_next", "begun", "called", "items", "refused", "start")

    def __init__(self, issuer: Issuer) -> None:
        self._calls = {"function_call"} if issuer == "xai" else {"function_call", "custom_tool_call"}
        self.start = Started()
        self.items: dict[int, Item] = {}
        self.begun: Counter[str] = Counter()
        self.called = self.refused = False
        self._next = 0

    def added(self, index: int, wire: dict[str, Any], events: list[Event]) -> Item:
        """An item begins: reasoning and calls open at once, messages with their first content."""
        kind = text_of(wire.get("type")) or ""
        self.begun[kind] += index not in self.items
        item = self.items[index] = Item(kind)
        phase = text_of(wire.get("phase"))
        if kind == "message" and phase is not None:
            item.provider_state = ProviderState("openai_responses", PHASE, phase)
        elif kind == "reasoning":
            item.block = self._open("reasoning", events, id=text_of(wire.get("id")) or "")
        elif kind in self._calls and (name := text_of(wire.get("name"))) is not None:
            item.block = self._open(
                "tool_call",
                events,
                id=text_of(wire.get("call_id")) or f"call_{short_id(self._seed(), 12)}_{self._next}",
                name=name,
                custom=kind == "custom_tool_call",
                provider_state=call_state(wire),
            )
            self.called = True
        return item

    def say(self, index: int, part: int, kind: BlockKind, text: str, events: list[Event]) -> None:
        """More text of a message's part."""
        if text:
            block = self._part(index, part, kind, events)
            if block is not None:
                block.said = True
                events.append(Delta(block.number, text))

    def think(self, index: int, place: tuple[str, int], text: str, events: list[Event]) -> None:
        """More text of a reasoning item; `place` names the part of it."""
        item = self.items.get(index) or self.added(index, {"type": "reasoning"}, events)
        block = item.block
        if not text or block is None or block.kind != "reasoning":
            return
        if block.said and place != block.place:
            text = BORDER + text
        block.said, block.place = True, place
        events.append(Delta(block.number, text))

    def tells_of_own(self, index: int) -> bool:
        """Whether the item tells of a tool that the provider runs itself, so that its deltas are nobody's arguments."""
        item = self.items.get(index)
        return item is not None and item.kind == "custom_tool_call" and item.kind not in self._calls

    def argue(self, index: int, text: str, events: list[Event]) -> None:
        """More of a call's arguments; of a call that is not open yet, its end will tell them."""
        item = self.items.get(index)
        if text and item is not None and item.block is not None and item.block.kind == "tool_call":
            item.block.said = True
            events.append(Delta(item.block.number, text))

    def cite(self, index: int, part: int, citation: Any, events: list[Event]) -> None:
        block = self._part(index, part, "text", events)
        if block is not None:
            block.cited += 1
            events.append(Cited(block.number, "openai_responses", citation))

    def measure(self, index: int, part: int, logprobs: Any, events: list[Event]) -> None:
        if type(logprobs) is list and logprobs:
            block = self._part(index, part, "text", events)
            if block is not None:
                block.measured = True
                events.append(LogprobsReported(0, content=logprobs))

    def text_done(self, index: int, part: int, text: str, logprobs: Any, events: list[Event]) -> None:
        """A text, whole; its part stays open."""
        item = self.items.get(index)
        block = None if item is None else item.parts.get(part)
        if block is None or not block.said:
            self.say(index, part, "text", text, events)
        if block is None or not block.measured:
            self.measure(index, part, logprobs, events)

    def part_done(self, index: int, number: int, wire: dict[str, Any], events: list[Event]) -> None:
        """A message's part, whole; it closes."""
        item = self.items.get(index)
        if item is None or item.kind != "message" or item.parts.get(number, item) is None:
            return
        match wire:
            case {"type": "output_text", "text": str(text)}:
                self.text_done(index, number, text, wire.get("logprobs"), events)
                block, told = item.parts.get(number), wire.get("annotations")
                for citation in (told if type(told) is list else ())[0 if block is None else block.cited :]:
                    self.cite(index, number, citation, events)
            case {"type": "refusal", "refusal": str(text)}:
                block = self._part(index, number, "refusal", events)
                if block is not None and not block.said:
                    self.say(index, number, "refusal", text, events)
            case _ if item.parts.get(number) is None:  # else its deltas told it
                self._opaque({"type": "message", "role": "assistant", "content": [wire]}, events)
        self._close_part(item, number, events)

    def done(self, index: int, wire: dict[str, Any], events: list[Event]) -> None:
        """An item, whole; it closes."""
        item = self.items.get(index)
        if item is not None and item.kind == "done":
            return
        if item is None or (item.block is None and item.kind != "message"):
            item = self.added(index, wire, events)  # not told before, or not enough to open it
        block = item.block
        if item.kind == "message":
            for number, part in enumerate(objects(wire.get("content"), "content")):
                self.part_done(index, number, part, events)
        elif block is not None and block.kind == "reasoning":
            if not block.said and (text := reasoning_text(wire)):
                events.append(Delta(block.number, text))
            if holds_state(wire):
                events.append(Signed(block.number, provider_state_of(wire)))
        elif block is not None:
            arguments = text_of(wire.get("input" if item.kind == "custom_tool_call" else "arguments"))
            if not block.said and arguments is not None:
                events.append(Delta(block.number, arguments))
        else:
            self._opaque(wire, events)
        self._close(item, events)

    def close_all(self, events: list[Event]) -> None:
        """The answer ends: what is open closes."""
        for item in self.items.values():
            self._close(item, events)

    def _seed(self) -> str:
        return self.start.id or f"{self.start.model} {self.start.created}"

    def _open(self, kind: BlockKind, events: list[Event], **told: Any) -> Block:
        block = Block(self._next, kind)
        self._next += 1
        events.append(BlockOpened(block.number, kind, **told))
        return block

    def _part(self, index: int, number: int, kind: BlockKind, events: list[Event]) -> Block | None:
        """The open block of a message's part; None where it is closed, or the item is no message."""
        item = self.items.get(index) or self.added(index, {"type": "message"}, events)
        if item.kind != "message":
            return None
        if number not in item.parts:
            item.parts[number] = self._open(
                kind, events, provider_state=item.provider_state if kind == "text" else None
            )
            self.refused = self.refused or kind == "refusal"
        return item.parts[number]

    def _opaque(self, value: Any, events: list[Event]) -> None:
        block = self._open("opaque", events, opaque=("openai_responses", value))
        events.append(BlockClosed(block.number))

    def _close_part(self, item: Item, number: int, events: list[Event]) -> None:
        block = item.parts.get(number)
        if block is not None:
            events.append(BlockClosed(block.number))
        item.parts[number] = None

    def _close(self, item: Item, events: list[Event]) -> None:
        for number in list(item.parts):
            self._close_part(item, number, events)
        if item.block is not None:
            events.append(BlockClosed(item.block.number))
            item.block = None
        item.kind = "done"
