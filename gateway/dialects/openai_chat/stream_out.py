"""Events, written as chat completion chunks.

Invariants
- The first chunk of a choice carries its role; every chunk has `finish_reason`, null until the end.
- Usage comes in a chunk of its own, without choices, and only where the client asked for it.
- `[DONE]` follows a proper end and nothing else; after an error frame nothing follows. An answer of which the provider
  says that it failed ends with such a frame.
- Reasoning that carries another dialect's provider state is kept until a tool call opens, whose id takes it along.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gateway.core.events import (
    BlockClosed,
    BlockKind,
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
from gateway.dialects.failed_answers import model_failed
from gateway.dialects.freeform import FreeformCalls
from gateway.dialects.openai_chat.annotations import annotation
from gateway.dialects.openai_chat.answer_out import freeform_names, speaks_legacy
from gateway.dialects.openai_chat.errors_out import error_frame
from gateway.dialects.openai_chat.media_out import shown_media
from gateway.dialects.openai_chat.reasons import shown
from gateway.dialects.openai_chat.usage import usage_body
from gateway.dialects.openai_chat.wire import chunk_head, encode_json
from gateway.dialects.state_in_ids import seal
from gateway.dialects.token_probabilities import for_chat

_MEMBER: Final[dict[BlockKind, str]] = {"text": "content", "reasoning": "reasoning_content", "refusal": "refusal"}


class _Choice:
    """What one choice has shown. `waiting`: reasoning blocks to be sealed into the next tool call's id."""

    __slots__ = ("calls", "greeted", "length", "refused", "waiting")

    def __init__(self) -> None:
        self.greeted = False
        self.refused = False
        self.calls = 0
        self.length = 0
        self.waiting: list[_Block] = []


class _Block:
    __slots__ = ("call", "choice", "custom", "head", "kind", "number", "provider_state", "spoke", "start", "texts")

    def __init__(self, opened: BlockOpened, choice: _Choice) -> None:
        self.kind = opened.kind
        self.number = opened.candidate
        self.choice = choice
        self.custom = opened.custom
        self.provider_state: ProviderState | None = opened.provider_state
        self.texts: list[str] = []
        self.call = 0
        self.spoke = False
        self.start = choice.length
        self.head: bytes | None = None


class ChatStreamEncoder:
    """One answer's state."""

    def __init__(self, facts: AnswerFacts) -> None:
        self._facts = facts
        self._legacy = speaks_legacy(facts)
        names = freeform_names(facts.request)
        self._freeform = FreeformCalls(names) if names else None
        self._usage_null = b',"usage":null' if facts.include_usage else b""
        self._tail = b'},"logprobs":null,"finish_reason":null}]' + self._usage_null + b"}\n\n"
        self._choices: dict[int, _Choice] = {}
        self._blocks: dict[int, _Block] = {}
        self._usage: Usage | None = None
        self._over = False
        self._failed: list[Finished] = []
        self._fine = False
        self._id = facts.fallback_id
        self._name(Started())

    def heartbeat(self) -> bytes:
        return b": keep-alive\n\n"

    def feed(self, events: Iterable[Event]) -> bytes:
        out: list[bytes] = []
        for event in events if self._freeform is None else self._freeform.shown(events):
            if self._over:
                break
            if type(event) is Delta:
                block = self._blocks[event.block]
                if block.kind == "text" and block.head is not None:
                    text = event.text
                    block.choice.length += len(text)
                    out.append(block.head + encode_json(text) + self._tail)
                else:
                    self._write_delta(block, event.text, out)
            else:
                self._write(event, out)
        return out[0] if len(out) == 1 else b"".join(out)

    def _write(self, event: Event, out: list[bytes]) -> None:
        match event:
            case Started():
                self._name(event)
            case BlockOpened():
                self._open(event, out)
            case Delta():
                self._write_delta(self._blocks[event.block], event.text, out)
            case Signed():
                self._blocks[event.block].provider_state = event.provider_state
            case Cited():
                block = self._blocks[event.block]
                said = annotation(event.dialect, event.citation, block.start, block.choice.length)
                if said is not None:
                    self._chunk(block.number, {"annotations": [said]}, out)
            case LogprobsReported():
                logprobs = {"content": for_chat(event.content), "refusal": for_chat(event.refusal)}
                self._chunk(event.candidate, {}, out, logprobs=logprobs)
            case UsageReported():
                self._usage = event.usage
            case Finished():
                if event.reason == "error":
                    self._failed.append(event)  # whether all failed is known at the end
                else:
                    self._fine = True
                    self._finish(event, out)
            case Ended():
                self._over = True
                if self._failed and not self._fine:
                    out.append(error_frame(model_failed(self._failed[0].raw_reason)))
                    return
                for failed in self._failed:
                    self._finish(failed, out)
                if self._facts.include_usage and self._usage is not None:
                    usage = encode_json(usage_body(self._usage))
                    out.append(self._head + b'],"usage":' + usage + b"}\n\n")
                out.append(b"data: [DONE]\n\n")
            case Failed():
                self._over = True
                out.append(error_frame(event.error))
            case Produced():
                pass  # never part of a conversation
            case OpaqueEvent():
                self._put_back(event, out)
            case BlockClosed():
                block = self._blocks[event.block]
                if block.kind == "tool_call" and not (block.spoke or block.custom):
                    self._write_delta(block, "{}", out)  # clients parse the arguments as JSON

    def _finish(self, event: Finished, out: list[bytes]) -> None:
        choice = self._choice(event.candidate)
        reason = shown(event.reason, refused=choice.refused)
        if reason == "tool_calls" and self._legacy:
            reason = "function_call"
        silent: dict[str, Any] = {} if choice.greeted else {"content": ""}
        self._chunk(event.candidate, silent, out, finish_reason=reason)

    def _name(self, started: Started) -> None:
        self._id = started.id or self._facts.fallback_id
        self._head = chunk_head(started, self._facts)

    def _choice(self, number: int) -> _Choice:
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice()
        return choice

    def _open(self, event: BlockOpened, out: list[bytes]) -> None:
        choice = self._choice(event.candidate)
        block = self._blocks[event.block] = _Block(event, choice)
        match event.kind:
            case "tool_call":
                block.call = choice.calls
                choice.calls += 1
                self._chunk(event.candidate, self._opened_call(event, block), out)
            case "reasoning":
                choice.waiting.append(block)
            case "refusal":
                choice.refused = True
            case "media" if event.media is not None:
                if shown_as := shown_media(event.media, self._id):
                    self._chunk(event.candidate, shown_as, out)
            case _:
                pass  # text opens with its first delta; an opaque block of another dialect has no reader here

    def _opened_call(self, event: BlockOpened, block: _Block) -> dict[str, Any]:
        reasoning = tuple(
            Reasoning(text="".join(thought.texts), provider_state=thought.provider_state)
            for thought in block.choice.waiting
        )
        block.choice.waiting.clear()
        if self._legacy:
            return {"function_call": {"name": event.name, "arguments": ""}}
        call_id = seal(event.id, event.provider_state, reasoning)
        if event.custom:
            call = {"id": call_id, "type": "custom", "custom": {"name": event.name, "input": ""}}
        else:
            call = {"id": call_id, "type": "function", "function": {"name": event.name, "arguments": ""}}
        return {"tool_calls": [{"index": block.call, **call}]}

    def _write_delta(self, block: _Block, text: str, out: list[bytes]) -> None:
        if block.kind == "tool_call":
            block.spoke = True
            if self._legacy:
                delta: dict[str, Any] = {"function_call": {"arguments": text}}
            elif block.custom:
                delta = {"tool_calls": [{"index": block.call, "custom": {"input": text}}]}
            else:
                delta = {"tool_calls": [{"index": block.call, "function": {"arguments": text}}]}
            self._chunk(block.number, delta, out)
            return
        member = _MEMBER.get(block.kind)
        if member is None:
            return
        if block.kind == "text":
            block.choice.length += len(text)
        elif block.kind == "reasoning":
            block.texts.append(text)
        self._chunk(block.number, {member: text}, out)
        if block.kind == "text":
            block.head = self._head + f'{{"index":{block.number},"delta":{{"content":'.encode()

    def _chunk(
        self,
        number: int,
        delta: dict[str, Any],
        out: list[bytes],
        *,
        logprobs: dict[str, Any] | None = None,
        finish_reason: str | None = None,
    ) -> None:
        choice = self._choice(number)
        if not choice.greeted:
            choice.greeted = True
            delta = {"role": "assistant", "content": None, **delta}
        said = {"index": number, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}
        out.append(self._head + encode_json(said) + b"]" + self._usage_null + b"}\n\n")

    def _put_back(self, event: OpaqueEvent, out: list[bytes]) -> None:
        """Members that this dialect's own decoder kept as they were."""
        if event.dialect != "openai_chat" or type(event.value) is not dict:
            return
        number, delta, body = event.value.get("candidate"), event.value.get("delta"), event.value.get("body")
        if type(number) is int and type(delta) is dict:
            self._chunk(number, delta, out)
        elif type(body) is dict and body:
            out.append(self._head + b"]," + encode_json(body)[1:] + b"\n\n")
