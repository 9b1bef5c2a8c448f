"""Events gathered into the whole answer, for clients that did not ask for a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.core.events import (
    BlockOpened,
    Cited,
    Delta,
    Event,
    Failed,
    Finished,
    FinishReason,
    LogprobsReported,
    OpaqueEvent,
    Produced,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import AnyPart, Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall
from gateway.core.operations import EmbeddingsAnswer, TokenCount
from gateway.core.usage import Usage


class Candidate(msgspec.Struct):
    """One choice: its parts in the order of opening, and why it ended."""

    parts: list[AnyPart]
    reason: FinishReason = "stop"
    raw_reason: str | None = None
    stop_sequence: str | None = None
    logprobs: list[Any] | None = None
    refusal_logprobs: list[Any] | None = None


class Answer(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    created: int | None = None
    candidates: list[Candidate] = []
    usage: Usage | None = None
    opaque: list[OpaqueEvent] = []
    result: EmbeddingsAnswer | TokenCount | None = None
    """Of an operation that is no conversation; there are no candidates then."""


class _Block:
    __slots__ = ("citations", "opened", "provider_state", "texts")

    def __init__(self, opened: BlockOpened) -> None:
        self.opened = opened
        self.texts: list[str] = []
        self.provider_state: ProviderState | None = opened.provider_state
        self.citations: list[Any] = []

    def part(self) -> AnyPart:
        opened, text = self.opened, "".join(self.texts)
        match opened.kind:
            case "text":
                return Text(text=text, citations=tuple(self.citations), provider_state=self.provider_state)
            case "reasoning":
                return Reasoning(text=text, provider_state=self.provider_state, id=opened.id or None)
            case "tool_call":
                return ToolCall(
                    id=opened.id,
                    name=opened.name,
                    arguments=text,
                    provider_state=self.provider_state,
                    custom=opened.custom,
                )
            case "refusal":
                return Refusal(text=text)
            case "media":
                assert opened.media is not None
                return opened.media
            case "opaque":
                dialect, value = opened.opaque
                return Opaque(dialect=dialect, value=value)


def gather(events: Iterable[Event]) -> Answer:
    """The answer that `events` tell; raises the error of a Failed event."""
    answer = Answer()
    blocks: dict[int, _Block] = {}
    candidates: dict[int, Candidate] = {}

    def candidate(number: int) -> Candidate:
        if number not in candidates:
            candidates[number] = Candidate(parts=[])
        return candidates[number]

    for event in events:
        match event:
            case Delta():
                blocks[event.block].texts.append(event.text)
            case BlockOpened():
                blocks[event.block] = _Block(event)
            case Signed():
                blocks[event.block].provider_state = event.provider_state
            case Cited():
                blocks[event.block].citations.append((event.dialect, event.citation))
            case Started():
                answer.id, answer.model, answer.created = event.id, event.model, event.created
            case UsageReported():
                answer.usage = event.usage
            case LogprobsReported():
                told = candidate(event.candidate)
                if event.content is not None:
                    told.logprobs = [*(told.logprobs or ()), *event.content]
                if event.refusal is not None:
                    told.refusal_logprobs = [*(told.refusal_logprobs or ()), *event.refusal]
            case Finished():
                ended = candidate(event.candidate)
                ended.reason, ended.raw_reason = event.reason, event.raw_reason
                ended.stop_sequence = event.stop_sequence
            case OpaqueEvent():
                answer.opaque.append(event)
            case Produced():
                answer.result = event.result
            case Failed():
                raise event.error
            case _:
                pass  # BlockClosed and Ended say nothing that the parts do not
    for number in sorted(blocks):
        block = blocks[number]
        candidate(block.opened.candidate).parts.append(block.part())
    answer.candidates = [candidates[number] for number in sorted(candidates)]
    return answer
