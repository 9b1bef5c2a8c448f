"""Legacy `POST /v1/completions`, as OpenAI defines it and local engines follow: relayed, with its usage read.

Source: the types of openai 3.54; llama.cpp's and vLLM's answers.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.edits import Edit
from gateway.core.events import (
    BlockOpened,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    FinishReason,
    Started,
    UsageReported,
)
from gateway.core.usage import count
from gateway.dialects.bounds import prompts_in
from gateway.dialects.claims import checked_count
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.envelope import MAX_CANDIDATES, MAX_TOP_LOGPROBS
from gateway.dialects.openai_chat.refusals import failed, read_error, tells_error
from gateway.dialects.openai_chat.usage import read_usage
from gateway.dialects.relayed import RelayedProvider, checked_flag, checked_model, checked_texts
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern
from gateway.dialects.unstreamed import answer_object, nonsense
from gateway.errors import BadParameter, UpstreamCut

_REASONS: Final[dict[str, FinishReason]] = {"stop": "stop", "length": "length", "content_filter": "content_filter"}


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter."""
    model = checked_model(tree)
    checked_texts(tree, "prompt")
    options = tree.get("stream_options")
    if options is not None and type(options) is not dict:
        raise BadParameter("stream_options must be an object.", param="stream_options")
    checked_count(tree, "logprobs", least=0, most=MAX_TOP_LOGPROBS)
    drawn = checked_count(tree, "n", most=MAX_CANDIDATES), checked_count(tree, "best_of", most=MAX_CANDIDATES)
    return Envelope(
        model=model,
        stream=checked_flag(tree, "stream"),
        include_usage=checked_flag(options or {}, "include_usage"),
        max_output_tokens=checked_count(tree, "max_tokens", least=0),
        candidates=max(1, *[count or 1 for count in drawn]) * prompts_in(tree),
    )


class CompletionsProvider(RelayedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        edits = list(super().retarget(tree, envelope, model))
        if envelope.stream and not envelope.include_usage:
            if tree.get("stream_options") is None:
                edits.append(Edit(("stream_options",), {"include_usage": True}, "retarget"))
            else:
                edits.append(Edit(("stream_options", "include_usage"), True, "retarget"))
        return tuple(edits)

    def decode_answer(self, body: bytes) -> list[Event]:
        tree = answer_object(body)
        if tells_error(tree):
            return [Failed(read_error(tree))]
        reader = _Reader()
        events = reader.take(tree)
        if not reader.opened:
            raise nonsense("it has no choices")
        return [*events, Ended()]

    def stream_decoder(self) -> CompletionsStream:
        return CompletionsStream()

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        """The usage chunk that the gateway's own `include_usage` called forth."""
        return bool(events) and not envelope.include_usage and all(type(event) is UsageReported for event in events)


class _Reader:
    """Bodies and chunks have one shape: `choices` with a piece of `text` each."""

    def __init__(self) -> None:
        self.opened: set[int] = set()
        self.finished: set[int] = set()
        self._started = False

    def take(self, tree: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        choices = tree.get("choices")
        choices = choices if type(choices) is list else []
        if choices and not self._started:
            self._started = True
            events.append(Started(_text(tree.get("id")), _text(tree.get("model"))))
        for choice in choices:
            if type(choice) is not dict:
                raise nonsense("a choice is no object")
            index = count(choice.get("index"))
            if index not in self.opened:
                self.opened.add(index)
                events.append(BlockOpened(index, "text", candidate=index))
            if text := _text(choice.get("text")):
                events.append(Delta(index, text))
            if (reason := _text(choice.get("finish_reason"))) is not None:
                self.finished.add(index)
                events.append(Finished(_REASONS.get(reason, "other"), reason, index))
        usage = read_usage(tree.get("usage"))
        if usage is not None:
            events.append(UsageReported(usage))
        return events


class CompletionsStream:
    """A stream's proper end is `[DONE]`, or the bytes' end once every choice has said why it ended."""

    pattern: TextPattern | None = None

    def __init__(self) -> None:
        self._reader = _Reader()
        self._over = False

    def feed(self, event: ServerSentEvent) -> list[Event]:
        if not event.data or self._over:
            return []
        if event.data == b"[DONE]":
            self._over = True
            return [Ended()]
        tree = answer_object(event.data)
        if tells_error(tree):
            self._over = True
            return [failed(tree)]
        return self._reader.take(tree)

    def close(self) -> list[Event]:
        if self._over:
            return []
        self._over = True
        if self._reader.opened and self._reader.opened == self._reader.finished:
            return [Ended()]
        return [Failed(UpstreamCut("The provider's stream ended before it was done."))]


def _text(value: Any) -> str | None:
    return value if type(value) is str else None
