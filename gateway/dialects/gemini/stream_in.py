"""Answers from the provider: a body that came whole, and the decoder of a stream.

Gemini's streams have no terminal event: the proper end is a finish reason for each candidate (or a blocked prompt),
and then the end of the bytes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import Delta, Ended, Event, Failed, OpaqueEvent, UsageReported
from gateway.core.usage import Usage
from gateway.dialects.gemini.answer_in import AnswerReader
from gateway.dialects.gemini.errors import refusal_in_stream
from gateway.dialects.gemini.text_pieces import learned
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import UpstreamCut, UpstreamNonsense

_decode = msgspec.json.Decoder().decode


def decode_answer(body: bytes) -> list[Event]:
    """The events of a whole body, or of the JSON array that a stream without `alt=sse` is; raises UpstreamNonsense."""
    tree = _parsed(body)
    reader = AnswerReader()
    events: list[Event] = []
    for one in tree if type(tree) is list else [tree]:
        events += reader.feed(one)
        if reader.failed:
            return events  # under status 200 no SDK looks for one
    ending = reader.finish_all()
    if not ending:
        raise UpstreamNonsense("The provider sent an answer without a candidate.")
    events += ending
    events.append(Ended())
    return events


class GeminiStreamDecoder:
    """Events of one stream. After an end nothing more comes."""

    __slots__ = ("_done", "_piece", "_reader")

    def __init__(self) -> None:
        self._reader = AnswerReader()
        self._done = False
        self._piece: tuple[bytes, bytes, Usage, Delta] | None = None
        """(raw, data, usage, text) of the last event, where it was a piece of text."""

    @property
    def pattern(self) -> TextPattern | None:
        """Learned when it is asked for, once a read, however many events that brings."""
        return None if self._piece is None else learned(*self._piece)

    def feed(self, event: ServerSentEvent) -> list[Event]:
        self._piece = None
        if self._done:
            return []
        data = event.data
        if not data:
            # An error may come as plain JSON lines in place of the stream; anything else without data is a comment.
            data = event.raw.strip()
            if not data.startswith((b"{", b"[")):
                return []
        if data == b"[DONE]":  # some relays add OpenAI's terminal
            return []
        tree = _parsed(data)
        events: list[Event] = []
        for one in tree if type(tree) is list else [tree]:
            events += self._reader.feed(one)
            if self._reader.failed:
                self._done = True
                # In an array, or beside the events, no SDK reads an error; nor one of several lines.
                is_read = type(tree) is not list and event.data and data.find(b"\n") < 0
                return [Failed(refusal_in_stream(tree, data))] if is_read else events
        if not events:  # a reason alone, or more of a call's arguments: told later, and must be seen all the same
            events.append(OpaqueEvent("gemini", {}))
        if len(events) == 2 and type(told := events[0]) is UsageReported and type(more := events[1]) is Delta:
            self._piece = event.raw, data, told.usage, more
        return events

    def close(self) -> list[Event]:
        if self._done:
            return []
        self._done = True
        if self._reader.finished:
            return [*self._reader.finish_all(), Ended()]
        return [Failed(UpstreamCut("The provider's answer broke off."))]


def _parsed(data: bytes) -> Any:
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise UpstreamNonsense("The provider sent something that is not JSON.") from None
