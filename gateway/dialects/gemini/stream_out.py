"""Events as the chunks of streamGenerateContent, framed as SSE or as one JSON array.

Invariants
- Only `data:` frames: a comment, an event name or `[DONE]` makes the official SDK raise. So there is no heartbeat.
- One chunk for what comes together; text of one block is joined.
- Function calls go out whole, when their block closes.
- `finishReason` and `usageMetadata` stand in the last chunk, which is made when the answer ended: no provider's order
  of finish and usage matters.
- A failure is an `error` object, and nothing after it.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    LogprobsReported,
    OpaqueEvent,
    Produced,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import ProviderState, Reasoning
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.gemini.errors import ending_stream, error_object
from gateway.dialects.gemini.logprobs import logprobs_out
from gateway.dialects.gemini.parts_out import (
    Extras,
    answered_media_part,
    call_part,
    candidate_object,
    citation_metadata,
    response_object,
    words_part,
)
from gateway.dialects.gemini.reasons import reason_out
from gateway.dialects.gemini.signatures import signature_text
from gateway.dialects.sse import frame

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode


class _Block:
    __slots__ = ("opened", "provider_state", "texts")

    def __init__(self, opened: BlockOpened) -> None:
        self.opened = opened
        self.provider_state: ProviderState | None = opened.provider_state
        self.texts: list[str] = []


class ChunkMaker:
    """State of one answer; `done` once it ended or failed, `failed` with the last of the chunks."""

    def __init__(self, facts: AnswerFacts) -> None:
        self.done = self.failed = False
        self._facts = facts
        self._id: str | None = None
        self._model: str | None = None
        self._usage: Usage | None = None
        self._blocks: dict[int, _Block] = {}
        self._parts: dict[int, list[Json]] = {}
        """What the chunk in the making holds, by candidate."""
        self._tail: tuple[int, Json] | None = None
        """Number of the block of words that the chunk's last words belong to, and their part."""
        self._thoughts: dict[int, list[Reasoning]] = {}
        self._finished: dict[int, Finished] = {}
        self._logprobs: dict[int, list[Any]] = {}
        self._citations: dict[int, list[Any]] = {}
        self._extras = Extras()

    def feed(self, events: Iterable[Event]) -> list[bytes]:
        """JSON objects, possibly none."""
        chunks: list[bytes] = []
        for event in events:
            if self.done:
                break
            match event:
                case Ended():
                    self.done = True
                    chunks.append(self._last())
                case Failed():
                    self.done = self.failed = True
                    chunks += [*self._chunk(), _encode({"error": error_object(event.error)})]
                case _:
                    self._take(event)
        if not self.done:
            chunks += self._chunk()
        return chunks

    def _take(self, event: Event) -> None:
        match event:
            case Delta():
                self._delta(event)
            case BlockOpened():
                self._open(event)
            case BlockClosed():
                self._close(event.block)
            case Signed():
                self._sign(self._blocks[event.block], event.block, event.provider_state)
            case Started():
                self._id, self._model = event.id, event.model
            case UsageReported():
                self._usage = event.usage
            case Finished():
                self._finished[event.candidate] = event
            case Cited():
                number = self._blocks[event.block].opened.candidate
                self._citations.setdefault(number, []).append((event.dialect, event.citation))
            case LogprobsReported():
                self._logprobs.setdefault(event.candidate, []).extend(event.content or ())
            case Produced():
                pass  # never part of a conversation
            case OpaqueEvent():
                self._extras.add(event)
            case Ended() | Failed():
                pass  # `feed` saw to them

    def _add(self, candidate: int, part: Json) -> None:
        self._parts.setdefault(candidate, []).append(part)
        self._tail = None

    def _open(self, opened: BlockOpened) -> None:
        block = self._blocks[opened.block] = _Block(opened)
        if opened.kind == "media" and opened.media is not None:
            part = answered_media_part(opened.media)
            if part is not None:
                self._add(opened.candidate, part)
        elif opened.kind == "opaque":
            dialect, value = opened.opaque
            if dialect == "gemini" and type(value) is dict:
                self._add(opened.candidate, value)
        elif opened.provider_state is not None and opened.kind != "tool_call":
            self._sign(block, opened.block, opened.provider_state)

    def _delta(self, delta: Delta) -> None:
        block = self._blocks[delta.block]
        kind = block.opened.kind
        if kind == "tool_call":
            block.texts.append(delta.text)
            return
        if kind == "reasoning":
            block.texts.append(delta.text)
        if self._tail is not None and self._tail[0] == delta.block:
            self._tail[1]["text"] += delta.text
            return
        part = words_part(delta.text, kind == "reasoning")
        self._add(block.opened.candidate, part)
        self._tail = (delta.block, part)

    def _sign(self, block: _Block, number: int, provider_state: ProviderState) -> None:
        block.provider_state = provider_state
        opened = block.opened
        if opened.kind == "tool_call":
            return
        if self._tail is None or self._tail[0] != number:
            part = words_part("", opened.kind == "reasoning")
            self._add(opened.candidate, part)
        else:
            part = self._tail[1]
        signature = signature_text(provider_state, part_id=opened.id or None)
        if signature is not None:
            part["thoughtSignature"] = signature
        self._tail = None

    def _close(self, number: int) -> None:
        block = self._blocks.pop(number)
        opened = block.opened
        if opened.kind == "reasoning" and block.provider_state is not None:
            thought = Reasoning(text="".join(block.texts), provider_state=block.provider_state, id=opened.id or None)
            self._thoughts.setdefault(opened.candidate, []).append(thought)
        elif opened.kind == "tool_call":
            before = self._thoughts.pop(opened.candidate, [])
            arguments = "".join(block.texts)
            part = call_part(opened.id, opened.name, arguments, opened.custom, block.provider_state, before)
            self._add(opened.candidate, part)

    def _chunk(self) -> list[bytes]:
        if not self._parts:
            return []
        response, extras = self._extras.take()
        candidates = [
            candidate_object(index, parts, None, extras.pop(index, {})) for index, parts in self._parts.items()
        ]
        self._extras.candidates = extras
        self._parts, self._tail = {}, None
        return [_encode(response_object(candidates, None, self._id, self._model, self._facts, response))]

    def _last(self) -> bytes:
        for number in [number for number, block in self._blocks.items() if block.opened.kind == "tool_call"]:
            self._close(number)
        numbers = sorted({*self._finished, *self._parts})
        if self._extras.blocked and not self._parts:
            numbers = []
        response, extras = self._extras.take()
        candidates = [self._ended(index, extras.get(index, {})) for index in numbers]
        return _encode(response_object(candidates, self._usage, self._id, self._model, self._facts, response))

    def _ended(self, index: int, more: Json) -> Json:
        cited = citation_metadata(self._citations.get(index, ()))
        if cited is not None:
            more.setdefault("citationMetadata", cited)
        if index in self._logprobs:
            more["logprobsResult"] = logprobs_out(self._logprobs[index])
        finished = self._finished.get(index)
        word = reason_out(finished.reason, finished.raw_reason) if finished is not None else "OTHER"
        return candidate_object(index, self._parts.get(index) or [{"text": ""}], word, more)


class SseEncoder:
    """`data: {…}` frames, as with `alt=sse`."""

    __slots__ = ("_maker",)

    def __init__(self, facts: AnswerFacts) -> None:
        self._maker = ChunkMaker(facts)

    def feed(self, events: Iterable[Event]) -> bytes:
        chunks = self._maker.feed(events)
        if chunks and self._maker.failed:
            return b"".join(map(frame, chunks[:-1])) + ending_stream(chunks[-1])
        return b"".join(map(frame, chunks))

    def heartbeat(self) -> bytes:
        return b""


class ArrayEncoder:
    """One JSON array, as without `alt=sse`. Valid JSON at the end, also where the answer failed."""

    __slots__ = ("_began", "_ended", "_maker")

    def __init__(self, facts: AnswerFacts) -> None:
        self._maker = ChunkMaker(facts)
        self._began = False
        self._ended = False

    def feed(self, events: Iterable[Event]) -> bytes:
        made = bytearray()
        if self._ended:
            return b""
        for chunk in self._maker.feed(events):
            made += b",\r\n" if self._began else b"["
            made += chunk
            self._began = True
        self._ended = self._maker.done
        if self._ended:
            made += b"]"
        return bytes(made)

    def heartbeat(self) -> bytes:
        return b""
