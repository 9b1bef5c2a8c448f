"""GenerateContentResponse objects, one or many, as events.

Promise: the same reader serves a body that came whole and each chunk of a stream.

Invariants
- Text chunks of one kind are one open block; it closes when the kind changes, a signature ends it, or its candidate
  finishes.
- A function call comes whole: opened with its provider state, one delta, closed.
- What has no canonical form (grounding, citations, safety ratings, prompt feedback) is an OpaqueEvent whose value is a
  partial response, so that Gemini's client side can merge it back.
- A prompt that was blocked is an answer: Finished("content_filter"), no error.
- Candidates are told to have finished once nothing more can come: older models give a reason with every chunk.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from gateway.core.events import (
    BlockClosed,
    BlockKind,
    BlockOpened,
    Delta,
    Event,
    Failed,
    Finished,
    LogprobsReported,
    OpaqueEvent,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import ProviderState
from gateway.dialects.gemini.call_ids import invented
from gateway.dialects.gemini.errors import refusal_in_stream
from gateway.dialects.gemini.field_case import standard_base64
from gateway.dialects.gemini.grounding import Grounding
from gateway.dialects.gemini.logprobs import logprobs_in
from gateway.dialects.gemini.media import media_of_blob, media_of_file
from gateway.dialects.gemini.partial_calls import PartialCall
from gateway.dialects.gemini.reasons import UNSPECIFIED, reason_in
from gateway.dialects.gemini.signatures import KIND
from gateway.dialects.gemini.usage import usage_in
from gateway.errors import UpstreamNonsense

_READ_OF_RESPONSE = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_READ_OF_CANDIDATE = frozenset({"content", "finishReason", "index", "logprobsResult"})
_encode = msgspec.json.Encoder().encode


class _Candidate:
    __slots__ = ("calls", "finished", "kind", "number", "open", "partial", "word")

    def __init__(self, number: int) -> None:
        self.number = number
        self.open: int | None = None
        self.kind: BlockKind = "text"
        self.partial: PartialCall | None = None
        self.calls = False
        self.word: str | None = None
        """The finish reason that was told last."""
        self.finished: Finished | None = None


class AnswerReader:
    """State of one answer. `failed`: an error object came."""

    def __init__(self) -> None:
        self.failed = False
        self._started = False
        self._id = ""
        self._blocks = 0
        self._call_ids: set[str] = set()
        self._grounding = Grounding()
        self._model = ""
        self._candidates: dict[int, _Candidate] = {}

    @property
    def finished(self) -> bool:
        """Whether each candidate that began has a reason to have ended."""
        return bool(self._candidates) and all(one.finished or one.word for one in self._candidates.values())

    def feed(self, tree: Any) -> list[Event]:
        """The events of one response object; raises UpstreamNonsense."""
        if type(tree) is not dict:
            raise UpstreamNonsense("The provider sent something that is no object.")
        events: list[Event] = []
        if tree.get("error") is not None:
            self.failed = True
            return [Failed(refusal_in_stream(tree))]
        if not self._started:
            self._start(tree, events)
        candidates = tree.get("candidates")
        if candidates is not None and type(candidates) is not list:
            raise UpstreamNonsense("The provider sent candidates that are no array.")
        for candidate in candidates or ():
            self._grounding.take(candidate)
        if type(usage := tree.get("usageMetadata")) is dict:
            events.append(UsageReported(usage_in(usage, self._grounding.calls(self._model))))
        rest = {name: tree[name] for name in tree.keys() - _READ_OF_RESPONSE if tree[name] is not None}
        if rest:
            events.append(OpaqueEvent("gemini", rest))
        for candidate in candidates or ():
            self._candidate(candidate, events)
        feedback = tree.get("promptFeedback")
        if not self._candidates and type(feedback) is dict and type(feedback.get("blockReason")) is str:
            self._state(0).finished = Finished("content_filter", feedback["blockReason"])
        return events

    def finish_all(self) -> list[Event]:
        """Close what is open, and tell how each candidate ended; to be called once, when no more responses come."""
        events: list[Event] = []
        for one in self._candidates.values():
            self._close(one, events)
            events.append(one.finished or Finished(reason_in(one.word or "OTHER", one.calls), one.word, one.number))
        return events

    def _start(self, tree: dict[str, Any], events: list[Event]) -> None:
        self._started = True
        answer_id, model = tree.get("responseId"), tree.get("modelVersion")
        self._model = model if type(model) is str else ""
        answer_id = answer_id if type(answer_id) is str and answer_id else None
        self._id = answer_id or hashlib.sha256(_encode(tree)).hexdigest()[:24]
        events.append(Started(answer_id, model if type(model) is str and model else None))

    def _state(self, number: int) -> _Candidate:
        if number not in self._candidates:
            self._candidates[number] = _Candidate(number)
        return self._candidates[number]

    def _candidate(self, candidate: Any, events: list[Event]) -> None:
        if type(candidate) is not dict:
            raise UpstreamNonsense("The provider sent a candidate that is no object.")
        number = candidate.get("index")
        state = self._state(number if type(number) is int and number >= 0 else 0)
        content = candidate.get("content")
        if content is not None:
            parts = content.get("parts") if type(content) is dict else content
            if parts is not None and type(parts) is not list:
                raise UpstreamNonsense("The provider sent parts that are no array.")
            for part in parts or ():
                if type(part) is not dict:
                    raise UpstreamNonsense("The provider sent a part that is no object.")
                self._part(state, part, events)
        if candidate.get("logprobsResult") is not None:
            probabilities = logprobs_in(candidate["logprobsResult"])
            if probabilities is not None:
                events.append(LogprobsReported(state.number, probabilities))
        if len(candidate) > 3 or candidate.keys() - _READ_OF_CANDIDATE:
            rest = {name: candidate[name] for name in candidate.keys() - _READ_OF_CANDIDATE}
            rest = {name: value for name, value in rest.items() if value is not None}
            if rest:
                events.append(OpaqueEvent("gemini", {"candidates": [{"index": state.number, **rest}]}))
        word = candidate.get("finishReason")
        if type(word) is str and word and word != UNSPECIFIED:
            state.word = word

    def _part(self, state: _Candidate, part: dict[str, Any], events: list[Event]) -> None:
        signature = part.get("thoughtSignature")
        provider_state = (
            ProviderState("gemini", KIND, standard_base64(signature)) if type(signature) is str and signature else None
        )
        thought = part.get("thought") is True
        if type(text := part.get("text")) is str:
            self._words(state, "reasoning" if thought else "text", text, provider_state, events)
        elif part.get("functionCall") is not None:
            self._call(state, part["functionCall"], provider_state, events)
        elif type(blob := part.get("inlineData")) is dict and type(blob.get("data")) is str and not thought:
            media = media_of_blob(blob["data"], _text(blob.get("mimeType")), _text(blob.get("displayName")))
            self._whole(state, BlockOpened(self._blocks, "media", candidate=state.number, media=media), events)
        elif type(file := part.get("fileData")) is dict and type(file.get("fileUri")) is str:
            media = media_of_file(file["fileUri"], _text(file.get("mimeType")), _text(file.get("displayName")))
            self._whole(state, BlockOpened(self._blocks, "media", candidate=state.number, media=media), events)
        elif any(value is not None for name, value in part.items() if name not in {"thought", "thoughtSignature"}):
            self._whole(
                state, BlockOpened(self._blocks, "opaque", candidate=state.number, opaque=("gemini", part)), events
            )
        elif provider_state is not None:
            self._words(state, "reasoning" if thought else "text", "", provider_state, events)

    def _words(
        self, state: _Candidate, kind: BlockKind, text: str, provider_state: ProviderState | None, events: list[Event]
    ) -> None:
        if not text and provider_state is None:
            return
        if state.open is None or state.kind != kind or state.partial is not None:
            self._close(state, events)
            state.open, state.kind = self._blocks, kind
            self._blocks += 1
            events.append(BlockOpened(state.open, kind, candidate=state.number))
        if text:
            events.append(Delta(state.open, text))
        if provider_state is not None:
            events.append(Signed(state.open, provider_state))
            self._close(state, events)

    def _call(self, state: _Candidate, call: Any, provider_state: ProviderState | None, events: list[Event]) -> None:
        if type(call) is not dict:
            raise UpstreamNonsense("The provider sent a function call that is no object.")
        name = call.get("name")
        if state.partial is not None and not name:
            if state.partial.add(call):
                self._close(state, events)
            return
        if type(name) is not str or not name:
            raise UpstreamNonsense("The provider sent a function call without a name.")
        self._close(state, events)
        call_id = _text(call.get("id"))
        if call_id is None or call_id in self._call_ids:
            call_id = invented(self._id, len(self._call_ids))
        self._call_ids.add(call_id)
        state.calls = True
        number = self._blocks
        self._blocks += 1
        events.append(BlockOpened(number, "tool_call", call_id, name, state.number, provider_state=provider_state))
        state.partial = PartialCall(number)
        if state.partial.add(call):
            self._close(state, events)

    def _whole(self, state: _Candidate, opened: BlockOpened, events: list[Event]) -> None:
        self._close(state, events)
        # The block was numbered when it was made; closing numbers nothing, so it is still the next.
        self._blocks += 1
        events.append(opened)
        events.append(BlockClosed(opened.block))

    def _close(self, state: _Candidate, events: list[Event]) -> None:
        if state.partial is not None:
            events.append(Delta(state.partial.block, state.partial.arguments()))
            events.append(BlockClosed(state.partial.block))
            state.partial = None
        elif state.open is not None:
            events.append(BlockClosed(state.open))
        state.open = None


def _text(value: Any) -> str | None:
    return value if type(value) is str and value else None
