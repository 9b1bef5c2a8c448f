"""A provider's stream, read: chunks to events.

The stream's proper end is `[DONE]`; where a server omits it, every candidate's finish reason followed by the end of
the bytes. Anything else is a cut.

Invariants
- Started comes with the first chunk that says something, once; Ended or Failed is last, and nothing follows it.
- An error inside the stream, in any of its shapes, is Failed with the provider's own status and words.
- A plain chunk is decoded into structs and costs one decode; whatever that decode refuses is read from a tree.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import Delta, Ended, Event, Failed, OpaqueEvent, Started, UsageReported
from gateway.core.messages import Dialect
from gateway.core.usage import count
from gateway.dialects.openai_chat.assembly import Assembler
from gateway.dialects.openai_chat.lenient import lenient_choices, nonsense, started
from gateway.dialects.openai_chat.refusals import failed, read_error, tells_error
from gateway.dialects.openai_chat.usage import read_usage
from gateway.dialects.openai_chat.wire import (
    WireCall,
    WireChoice,
    WireChunk,
    WireDelta,
    WireFunction,
    decode_chunk,
    decode_plain_chunk,
    decode_tree,
)
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern, learned
from gateway.errors import UpstreamCut

_SILENT = WireDelta()


class ChatStreamDecoder:
    """One answer's state. `dialect` stamps provider states, citations and opaque events."""

    __slots__ = ("_assembler", "_in_text", "_over", "_started", "_tier", "pattern")

    def __init__(self, dialect: Dialect = "openai_chat") -> None:
        self._assembler = Assembler(dialect)
        self._started = False
        self._over = False
        self._in_text = False
        """The last chunk was plain, so the next is likely to be."""
        self._tier: str | None = None
        self.pattern: TextPattern | None = None

    def feed(self, event: ServerSentEvent) -> list[Event]:
        data = event.data
        if self._in_text and not self._over and (more := self._more_text(data)) is not None:
            return more
        self.pattern = None
        if not data or self._over:
            return []
        if data == b"[DONE]":
            return self._done()
        try:
            chunk = decode_chunk(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._feed_lenient(data)
        choices = chunk.choices
        self._in_text = choices is not None and len(choices) == 1 and choices[0].finish_reason is None
        events = self._feed_typed(chunk, data)
        if self._in_text and len(events) == 1 and type(events[0]) is Delta:
            self.pattern = learned(data, events[0].text, events[0].block, _thought_or_argued)
        return events

    def _more_text(self, data: bytes) -> list[Event] | None:
        """More text of the block that is open; None where the chunk is not as plain as that."""
        try:
            (wire,) = decode_plain_chunk(data).choices
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._in_text = False
            return None
        choice = self._assembler.choices.get(wire.index)
        if choice is None or choice.kind != "text" or not wire.delta.content:
            return None
        text = wire.delta.content
        if self.pattern is None:
            self.pattern = learned(data, text, choice.block, _said)
        return [Delta(choice.block, text)]

    def close(self) -> list[Event]:
        if self._over:
            return []
        self._over = True
        choices = self._assembler.choices.values()
        if choices and all(choice.finished for choice in choices):
            events: list[Event] = []
            self._assembler.hush_all(events)
            return [*events, Ended()]
        return [Failed(_cut())]

    def _feed_typed(self, chunk: WireChunk, data: bytes) -> list[Event]:
        if chunk.error is not None or chunk.choices is None or any(c.message is not None for c in chunk.choices):
            return self._feed_lenient(data)
        events: list[Event] = []
        if not self._started:
            start = Started(chunk.id or None, chunk.model or None, count(chunk.created) or None)
            self._start(start, bool(chunk.choices), events)
        for wire in chunk.choices:
            self._assembler.take(wire, wire.delta if wire.delta is not None else _SILENT, events)
        self._account(chunk.usage, chunk.service_tier, chunk.citations, events)
        return events

    def _feed_lenient(self, data: bytes) -> list[Event]:
        try:
            tree = decode_tree(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if data.strip() == b"[DONE]":
                return self._done()
            raise nonsense("a chunk is not JSON") from None
        if tree == ["DONE"]:
            return self._done()
        if type(tree) is not dict:
            raise nonsense("a chunk is no object")
        if tells_error(tree):
            self._over = True
            return [failed(tree) if self._assembler.dialect == "openai_chat" else Failed(read_error(tree))]
        if "choices" not in tree and "usage" not in tree:
            return [OpaqueEvent(self._assembler.dialect, tree)]
        events: list[Event] = []
        strange = lenient_choices(tree)
        if not self._started:
            self._start(started(tree), bool(strange), events)
        for choice in strange:
            self._assembler.take_lenient(choice, events)
        self._account(tree.get("usage"), tree.get("service_tier"), tree.get("citations"), events)
        return events

    def _start(self, start: Started, says: bool, events: list[Event]) -> None:
        """Azure's first chunk has neither id nor choices: the answer has not begun with it."""
        if says or start.id:
            self._started = True
            self._assembler.start = start
            events.append(start)

    def _account(self, usage: Any, tier: Any, citations: Any, events: list[Event]) -> None:
        if type(tier) is str:
            self._tier = tier
        if usage is not None and (told := read_usage(usage, self._tier)) is not None:
            events.append(UsageReported(told))
        if citations:
            events.append(OpaqueEvent(self._assembler.dialect, {"body": {"citations": citations}}))

    def _done(self) -> list[Event]:
        self._over = True
        if not self._assembler.choices:
            return [Failed(_cut())]
        events: list[Event] = []
        for choice in self._assembler.choices.values():
            if not choice.finished:
                self._assembler.finish(choice, None, None, events)
        self._assembler.hush_all(events)
        events.append(Ended())
        return events


def _said(data: bytes) -> str | None:
    try:
        return decode_plain_chunk(data).choices[0].delta.content
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _thought_or_argued(data: bytes) -> str | None:
    """The reasoning, or more arguments of one call, of a chunk that tells nothing else."""
    try:
        chunk = decode_chunk(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match chunk:
        case WireChunk(
            error=None, usage=None, citations=None, choices=[WireChoice(finish_reason=None, message=None) as choice]
        ):
            delta = choice.delta
        case _:
            return None
    if (
        delta is None
        or delta.content
        or delta.refusal
        or delta.function_call is not None
        or choice.logprobs is not None
    ):
        return None
    if not delta.tool_calls:
        return delta.reasoning_content or delta.reasoning
    match delta:
        case WireDelta(
            reasoning_content=None | "",
            reasoning=None | "",
            tool_calls=[WireCall(index=int(), custom=None, function=WireFunction(name=None | "", arguments=text))],
        ):
            return text
        case _:
            return None


def _cut() -> UpstreamCut:
    return UpstreamCut("The provider's answer ended before it was complete.")
