"""Events, written as a Responses stream: a state machine for one answer.

Invariants
- `response.created` and `response.in_progress` first; every event has its name and the next `sequence_number`;
  `response.completed`, `.incomplete` or `.failed` last, with the whole response and its usage.
- Items are numbered from 0 in the order of their opening and may be open at the same time; each opens and closes once,
  under one id.
- Texts and refusals that follow one another are parts of one message, which closes when another item opens.
- A block goes out with its first content: no part is empty.
- Provider states of other dialects: see `answer_out`. Log probabilities are told with the part that they measure, at
  its end: no event says which delta they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable

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
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.freeform import FreeformCalls
from gateway.dialects.openai_responses import items_shown
from gateway.dialects.openai_responses.echo import Echo
from gateway.dialects.openai_responses.endings import ending
from gateway.dialects.openai_responses.errors_out import failed_error, last_frames
from gateway.dialects.openai_responses.event_writer import EventWriter
from gateway.dialects.openai_responses.namespaces import freeform_names, namespaces_in
from gateway.dialects.openai_responses.open_items import Call, Message, Part, Thought


class ResponsesStreamEncoder:
    """One answer's state."""

    def __init__(self, facts: AnswerFacts) -> None:
        self._facts = facts
        self._writer = EventWriter()
        self._echo: Echo | None = None
        self._blocks: dict[int, Part | Thought | Call] = {}
        self._message: Message | None = None
        self._last_part: Part | None = None
        self._waiting: list[Thought] = []
        self._usage: Usage | None = None
        self._finished = Finished("stop")
        self._refused = self._over = False
        names = freeform_names(facts.request)
        self._freeform = FreeformCalls(names) if names else None
        self._joined: dict[str, tuple[str, str]] | None = None

    def heartbeat(self) -> bytes:
        return b": keep-alive\n\n"

    def feed(self, events: Iterable[Event]) -> bytes:
        """The frames for these events, possibly none."""
        writer = self._writer
        for event in events if self._freeform is None else self._freeform.shown(events):
            if self._over:
                break
            if type(event) is Delta:
                block = self._blocks.get(event.block)
                if block is not None and event.text:
                    block.say(event.text)
            else:
                self._write(event)
        return writer.taken()

    def _write(self, event: Event) -> None:
        match event:
            case Started():
                self._begin(event)
            case BlockOpened():
                if event.candidate == 0:
                    self._open(event)
            case Signed():
                if (block := self._blocks.get(event.block)) is not None:
                    block.sign(event.provider_state)
            case Cited():
                if (block := self._blocks.get(event.block)) is not None:
                    block.cite(event.dialect, event.citation)
            case BlockClosed():
                if (block := self._blocks.pop(event.block, None)) is not None:
                    block.close()
            case LogprobsReported():
                if event.candidate == 0 and event.content is not None and self._last_part is not None:
                    self._last_part.measure(event.content)
            case UsageReported():
                self._usage = event.usage
            case Finished():
                if event.candidate == 0:
                    self._finished = event
            case Ended():
                self._end()
            case Failed():
                self._fail(event)
            case Produced():
                pass  # never part of a conversation
            case OpaqueEvent():
                pass  # progress of a tool that the provider runs, or another dialect's: no state of the answer
            case Delta():
                pass  # see `feed`

    def _begin(self, start: Started) -> Echo:
        if self._echo is None:
            self._echo = self._writer.echo = Echo(self._facts, start)
            response = self._echo.response("in_progress", ())
            self._writer.write("response.created", {"response": response})
            self._writer.write("response.in_progress", {"response": response})
        return self._echo

    def _open(self, event: BlockOpened) -> None:
        self._begin(Started())
        writer = self._writer
        match event.kind:
            case "text" | "refusal":
                message = self._message
                if message is None or not message.takes(event):
                    self._leave_message()
                    message = self._message = Message(writer, event.provider_state)
                self._blocks[event.block] = self._last_part = Part(message, event.kind)
                self._refused = self._refused or event.kind == "refusal"
            case "reasoning":
                self._leave_message()
                thought = self._blocks[event.block] = Thought(writer, event)
                self._waiting.append(thought)
            case "tool_call":
                self._leave_message()
                reasoning = tuple(state for thought in self._waiting if (state := thought.state()) is not None)
                self._waiting.clear()
                self._blocks[event.block] = Call(writer, event, reasoning, self._namespaces().get(event.name))
            case "media" | "opaque":
                if (item := items_shown.whole(event, writer.item_id("ig"))) is not None:
                    self._leave_message()
                    index = writer.new_number()
                    writer.added(index, item)
                    writer.done(index, item)

    def _namespaces(self) -> dict[str, tuple[str, str]]:
        if self._joined is None:
            self._joined = namespaces_in(self._facts.request)
        return self._joined

    def _leave_message(self) -> None:
        """Another item opens: no more parts come into this message."""
        if self._message is not None:
            self._message.leave()
            self._message = None

    def _end(self) -> None:
        self._over = True
        echo = self._begin(Started())
        for block in list(self._blocks.values()):
            block.close()
        end = ending(self._finished, refused=self._refused)
        if self._message is not None:
            self._message.leave("incomplete" if end.status == "incomplete" else "completed")
        response = echo.ended(end, self._writer.output(), self._usage)
        self._writer.write(f"response.{end.status}", {"response": response})

    def _fail(self, event: Failed) -> None:
        self._over = True
        echo = self._begin(Started())
        output = self._writer.output()
        response = echo.response("failed", output, self._usage, error=failed_error(event.error))
        self._writer.put(last_frames(event.error, self._writer.next_number(), response))
