"""Events, written as the chunks that Mistral's SDK reads.

Invariants
- Every chunk has id, object, created, model and, in each choice, a `finish_reason`, null until the end.
- A tool call comes whole, in one chunk: the SDK takes each piece of a call for a call.
- The last choice's end carries the usage; `[DONE]` follows a proper end and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
from gateway.core.messages import ProviderState, Reasoning, ToolCall
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.mistral.answer_out import call_body, media_chunk, shown, thinking_chunk, usage_body
from gateway.dialects.mistral.errors_out import error_frame
from gateway.dialects.openai_chat.wire import chunk_head, encode_json
from gateway.dialects.token_probabilities import for_mistral


class _Choice:
    __slots__ = ("calls", "greeted", "refused", "waiting")

    def __init__(self) -> None:
        self.greeted = self.refused = False
        self.calls = 0
        self.waiting: list[_Block] = []


class _Block:
    """`order` is a call's place among its choice's calls; `waiting` the reasoning to seal into its id."""

    __slots__ = ("head", "opened", "order", "provider_state", "texts", "waiting")

    def __init__(self, opened: BlockOpened) -> None:
        self.opened = opened
        self.provider_state: ProviderState | None = opened.provider_state
        self.texts: list[str] = []
        self.order = 0
        self.waiting: tuple[Reasoning, ...] = ()
        self.head: bytes | None = None

    def reasoning(self) -> Reasoning:
        return Reasoning(text="".join(self.texts), provider_state=self.provider_state)


class MistralStreamEncoder:
    """One answer's state."""

    def __init__(self, facts: AnswerFacts) -> None:
        self._facts = facts
        self._choices: dict[int, _Choice] = {}
        self._blocks: dict[int, _Block] = {}
        self._finished: list[Finished] = []
        self._usage = Usage()
        self._over = False
        self._name(Started())

    def heartbeat(self) -> bytes:
        return b": keep-alive\n\n"

    def feed(self, events: Iterable[Event]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if self._over:
                break
            self._write(event, out)
        return out[0] if len(out) == 1 else b"".join(out)

    def _write(self, event: Event, out: list[bytes]) -> None:
        match event:
            case Delta():
                self._write_delta(self._blocks[event.block], event.text, out)
            case Started():
                self._name(event)
            case BlockOpened():
                self._open(event, out)
            case Signed():
                self._sign(event, out)
            case Cited():
                if event.dialect == "mistral":
                    self._chunk(self._blocks[event.block].opened.candidate, {"content": [event.citation]}, out)
            case BlockClosed():
                self._close(self._blocks[event.block], out)
            case LogprobsReported():
                if event.content is not None:
                    self._chunk(event.candidate, {}, out, logprobs={"content": for_mistral(event.content)})
            case UsageReported():
                self._usage = event.usage
            case Finished():
                self._finished.append(event)  # waits for the usage, which may come later
            case Ended():
                self._end(out)
            case Failed():
                self._over = True
                out.append(error_frame(event.error, None))
            case Produced():
                pass  # never part of a conversation
            case OpaqueEvent():
                self._put_back(event, out)

    def _name(self, started: Started) -> None:
        self._head = chunk_head(started, self._facts)

    def _choice(self, number: int) -> _Choice:
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice()
        return choice

    def _open(self, event: BlockOpened, out: list[bytes]) -> None:
        choice = self._choice(event.candidate)
        block = self._blocks[event.block] = _Block(event)
        if event.kind == "tool_call":
            block.order = choice.calls
            choice.calls += 1
            waiting = [thought.reasoning() for thought in choice.waiting]
            block.waiting = tuple(
                part for part in waiting if part.provider_state is not None and part.provider_state.dialect != "mistral"
            )
            choice.waiting.clear()
        elif event.kind == "reasoning":
            choice.waiting.append(block)
        elif event.kind == "refusal":
            choice.refused = True
        elif event.kind == "media" and event.media is not None:
            if (drawn := media_chunk(event.media)) is not None:
                self._chunk(event.candidate, {"content": [drawn]}, out)
        elif event.kind == "opaque" and event.opaque[0] == "mistral":
            self._chunk(event.candidate, {"content": [event.opaque[1]]}, out)

    def _write_delta(self, block: _Block, text: str, out: list[bytes]) -> None:
        number = block.opened.candidate
        match block.opened.kind:
            case "text" | "refusal":
                if block.head is not None:
                    out.append(block.head + encode_json(text) + b'},"finish_reason":null}]}\n\n')
                    return
                self._chunk(number, {"content": text}, out)
                block.head = self._head + f'{{"index":{number},"delta":{{"content":'.encode()
            case "reasoning":
                block.texts.append(text)
                self._chunk(number, {"content": [thinking_chunk(text, None)]}, out)
            case "tool_call":
                block.texts.append(text)
            case "media" | "opaque":
                pass  # came whole with its opening

    def _sign(self, event: Signed, out: list[bytes]) -> None:
        block = self._blocks[event.block]
        block.provider_state = event.provider_state
        if event.provider_state.dialect == "mistral" and block.opened.kind == "reasoning":
            self._chunk(block.opened.candidate, {"content": [thinking_chunk("", event.provider_state)]}, out)

    def _close(self, block: _Block, out: list[bytes]) -> None:
        opened = block.opened
        if opened.kind == "tool_call":
            call = ToolCall(
                id=opened.id,
                name=opened.name,
                arguments="".join(block.texts),
                provider_state=block.provider_state,
                custom=opened.custom,
            )
            self._chunk(opened.candidate, {"tool_calls": [call_body(call, block.order, block.waiting)]}, out)

    def _end(self, out: list[bytes]) -> None:
        self._over = True
        for place, finished in enumerate(self._finished, 1):
            usage = self._usage if place == len(self._finished) else None
            word = shown(finished.reason, refused=self._choice(finished.candidate).refused)
            self._chunk(finished.candidate, {"content": ""}, out, finish_reason=word, usage=usage)
        out.append(b"data: [DONE]\n\n")

    def _chunk(
        self,
        number: int,
        delta: dict[str, Any],
        out: list[bytes],
        *,
        logprobs: dict[str, Any] | None = None,
        finish_reason: str | None = None,
        usage: Usage | None = None,
    ) -> None:
        choice = self._choice(number)
        if not choice.greeted:
            choice.greeted = True
            delta = {"role": "assistant", **delta}
        said: dict[str, Any] = {"index": number, "delta": delta, "finish_reason": finish_reason}
        if logprobs is not None:
            said["logprobs"] = logprobs
        counted = b"" if usage is None else b',"usage":' + encode_json(usage_body(usage))
        out.append(self._head + encode_json(said) + b"]" + counted + b"}\n\n")

    def _put_back(self, event: OpaqueEvent, out: list[bytes]) -> None:
        """Members that this dialect's own decoder kept as they were."""
        if event.dialect == "mistral" and type(event.value) is dict:
            number, delta = event.value.get("candidate"), event.value.get("delta")
            if type(number) is int and type(delta) is dict:
                self._chunk(number, delta, out)
