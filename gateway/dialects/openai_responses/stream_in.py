"""A provider's stream, read: wire events to canonical events.

The stream's proper end is `response.completed`, `.incomplete` or `.failed`. Anything else is a cut.

Invariants
- Started comes with the first event that tells the response, once; Ended or Failed is last, and nothing follows it.
- `error` events and failed responses are Failed with the provider's own code and words.
- Unknown events become OpaqueEvents, once the answer has started.
- Whatever the bytes, the only exception is UpstreamNonsense.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.events import Delta, Ended, Event, Failed, OpaqueEvent, UsageReported
from gateway.core.usage import NO_CALLS, Usage
from gateway.dialects.openai_responses.answer_in import accounted, started
from gateway.dialects.openai_responses.blocks_in import OutputReader
from gateway.dialects.openai_responses.encryption import Issuer
from gateway.dialects.openai_responses.endings import failed, finished
from gateway.dialects.openai_responses.item_numbers import ItemNumbers
from gateway.dialects.openai_responses.usage import calls_in
from gateway.dialects.openai_responses.wire import (
    WireDelta,
    decode_delta,
    decode_tree,
    index_of,
    nonsense,
    objects,
    text_of,
)
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern, learned
from gateway.errors import UpstreamCut

_TEXT: Final = "response.output_text.delta"
_TERMINAL: Final = frozenset(("response.completed", "response.incomplete", "response.failed"))
_LIFECYCLE: Final = frozenset(("response.created", "response.in_progress", "response.queued"))
_SILENT: Final = frozenset(
    (
        # Borders and repetitions of what other events tell.
        "response.content_part.added",
        "response.refusal.done",
        "response.function_call_arguments.done",
        "response.custom_tool_call_input.done",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.reasoning_summary_text.done",
        "response.reasoning_text.done",
        "keepalive",
        "ping",
    )
)


class ResponsesStreamDecoder:
    """One answer's state."""

    __slots__ = ("_calls", "_numbers", "_over", "_reader", "_started", "pattern")

    def __init__(self, issuer: Issuer) -> None:
        self._reader = OutputReader(issuer)
        self._numbers = ItemNumbers(self._reader.items)
        self._started = self._over = False
        self._calls = NO_CALLS
        self.pattern: TextPattern | None = None

    def feed(self, event: ServerSentEvent) -> list[Event]:
        data = event.data
        self.pattern = None  # of the delta before this event, which may have ended its block, or begun another part
        if not data or self._over:
            return []
        if not event.name or event.name.endswith(b".delta"):
            try:
                piece = decode_delta(data)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # another event, or nonsense: the general way tells
            else:
                if piece.output_index < 0 or self._numbers.by_name:
                    piece.output_index = self._numbers.of(decode_tree(data))
                events = self._delta(piece, data)
                head = b"event: %s\ndata: " % event.name if event.name else b"data: "
                if len(events) == 1 and type(more := events[0]) is Delta and event.raw == head + data + b"\n\n":
                    self.pattern = learned(data, more.text, more.block, _said, head)
                return events
        try:
            tree = decode_tree(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if data.strip() == b"[DONE]":
                return []  # of no meaning here: some servers send it after the terminal event
            raise nonsense("an event is not JSON") from None
        if type(tree) is not dict:
            raise nonsense("an event is no object")
        return self._event(tree)

    def close(self) -> list[Event]:
        if self._over:
            return []
        self._over = True
        return [Failed(UpstreamCut("The provider's answer ended before it was complete."))]

    def _delta(self, piece: WireDelta, data: bytes) -> list[Event]:
        kind, reader = piece.type, self._reader
        index, text = piece.output_index, piece.delta
        if kind == _TEXT and self._started and not piece.logprobs:
            # The plain delta: more text of the part that is open.
            item = reader.items.get(index)
            block = None if item is None else item.parts.get(piece.content_index)
            if block is not None and text:
                block.said = True
                return [Delta(block.number, text)]
        events = self._begin({})
        match kind:
            case "response.output_text.delta":
                reader.say(index, piece.content_index, "text", text, events)
                reader.measure(index, piece.content_index, piece.logprobs, events)
            case "response.refusal.delta":
                reader.say(index, piece.content_index, "refusal", text, events)
            case "response.custom_tool_call_input.delta" if reader.tells_of_own(index):
                events.append(OpaqueEvent("openai_responses", decode_tree(data)))
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                reader.argue(index, text, events)
            case "response.reasoning_summary_text.delta":
                reader.think(index, ("summary", piece.summary_index), text, events)
            case "response.reasoning_text.delta":
                reader.think(index, ("content", piece.content_index), text, events)
            case _:
                events.append(OpaqueEvent("openai_responses", decode_tree(data)))
        return events

    def _begin(self, response: dict[str, Any]) -> list[Event]:
        if self._started:
            return []
        self._started = True
        self._reader.start = started(response)
        return [self._reader.start]

    def _event(self, tree: dict[str, Any]) -> list[Event]:
        kind, response = tree.get("type"), tree.get("response")
        if kind == "error" or (type(kind) is not str and tree.get("error")):
            return self._fail(tree)
        if type(kind) is not str:
            raise nonsense("an event has no type")
        if kind in _LIFECYCLE | _TERMINAL:
            if type(response) is not dict:
                raise nonsense("an event has no response")
            return self._end(response) if kind in _TERMINAL else self._begin(response)
        if not self._started and not kind.startswith("response."):
            return []  # before the start there is no answer that it could belong to
        events = self._begin({})
        if kind not in _SILENT:
            self._content(kind, tree, events)
        return events

    def _content(self, kind: str, tree: dict[str, Any], events: list[Event]) -> None:
        reader = self._reader
        if kind == "response.output_item.added" and type(item := tree.get("item")) is dict:
            reader.added(self._numbers.begin(tree), item, events)
            return
        index, number = self._numbers.of(tree), index_of(tree.get("content_index"))
        match kind, tree:
            case "response.output_item.done", {"item": dict(item)}:
                reader.done(index, item, events)
                if (calls := calls_in((item,))) != NO_CALLS:
                    # Billed by now, whether or not the stream ends well. One container may be told several times.
                    told = self._calls + calls
                    self._calls = msgspec.structs.replace(told, code_session=min(told.code_session, 1))
                    events.append(UsageReported(Usage(calls=self._calls)))
            case "response.content_part.done", {"part": dict(part)}:
                reader.part_done(index, number, part, events)
            case "response.output_text.done", {"text": str(text)}:
                reader.text_done(index, number, text, tree.get("logprobs"), events)
            case "response.output_text.annotation.added", {"annotation": citation} if citation is not None:
                reader.cite(index, number, citation, events)
            case "response.output_item.added" | "response.output_item.done" | "response.content_part.done", _:
                raise nonsense("an event has no content")
            case _:
                events.append(OpaqueEvent("openai_responses", tree))

    def _end(self, response: dict[str, Any]) -> list[Event]:
        if response.get("status") == "failed":
            return self._fail(response)
        self._over = True
        events = self._begin(response)
        reader = self._reader
        # Some servers tell calls, or everything, only here; some what they told before, by other ids and numbers.
        told = reader.begun.copy()
        for index, item in enumerate(objects(response.get("output"), "output")):
            kind = text_of(item.get("type")) or ""
            if index not in reader.items and not self._numbers.knows(item) and told[kind] <= 0:
                reader.done(index, item, events)
            told[kind] -= 1
        reader.close_all(events)
        events += accounted(response, self._calls)
        events.append(finished(response, called=reader.called, refused=reader.refused))
        events.append(Ended())
        return events

    def _fail(self, tree: dict[str, Any]) -> list[Event]:
        self._over = True
        error = tree.get("error")
        if error is None:
            # {"type": "error", "code", "message", "param"}
            error = {name: tree.get(name) for name in ("code", "message", "param")}
        events: list[Event] = []
        if text_of(tree.get("status")) == "failed":
            events += accounted(tree, self._calls)
        # The API's own `error` event has no member that makes the SDK raise: it is written anew, with one.
        native = text_of(tree.get("status")) == "failed"
        return [*events, failed(error, native=native)]


def _said(data: bytes) -> str | None:
    """The text of a delta that says nothing else."""
    try:
        piece = decode_delta(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if piece.logprobs else piece.delta
