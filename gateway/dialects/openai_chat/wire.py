"""One chunk of an answer as typed structs: the shape that nearly every chunk has, decoded without a tree.

Source: the OpenAI API reference, "chat completion chunk object"; `reasoning_content` and `reasoning` as vLLM, SGLang,
llama.cpp, Ollama, xAI and DeepSeek send them; `stop_reason` is vLLM's, `matched_stop` SGLang's stop text.

Invariants
- Every field may be missing or null.
- A member of a delta that is not named here fails the typed decode, so that nobody drops it unseen: `lenient` reads
  such chunks from a tree. Unknown members of a chunk or a choice (fingerprints, timings, padding) carry no answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import Started
from gateway.dialects.codec import AnswerFacts


class WireFunction(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class WireCustom(msgspec.Struct, gc=False):
    name: str | None = None
    input: str | None = None


class WireCall(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: WireFunction | None = None
    custom: WireCustom | None = None


class WireDelta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[WireCall] | None = None
    function_call: WireFunction | None = None


class WireChoice(msgspec.Struct, gc=False):
    index: int = 0
    delta: WireDelta | None = None
    finish_reason: str | None = None
    logprobs: Any = None
    stop_reason: Any = None
    matched_stop: Any = None
    message: Any = None
    """Of a body that came whole; in a stream it sends the chunk down the lenient way."""


class WireChunk(msgspec.Struct, gc=False):
    choices: list[WireChoice] | None = None
    usage: Any = None
    id: str | None = None
    model: str | None = None
    created: int | None = None
    service_tier: str | None = None
    error: Any = None
    citations: Any = None


class _PlainDelta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str
    role: str | None = None
    refusal: None = None
    reasoning_content: None = None
    reasoning: None = None
    tool_calls: None = None
    function_call: None = None


class _PlainChoice(msgspec.Struct, gc=False):
    delta: _PlainDelta
    index: int = 0
    finish_reason: None = None
    logprobs: None = None
    message: None = None


class PlainChunk(msgspec.Struct, gc=False):
    """More text of one candidate, and nothing else that says anything: what most of a stream consists of."""

    choices: tuple[_PlainChoice]
    usage: None = None
    error: None = None
    citations: None = None


decode_plain_chunk = msgspec.json.Decoder(PlainChunk).decode
decode_chunk = msgspec.json.Decoder(WireChunk).decode
decode_tree = msgspec.json.Decoder().decode
encode_json = msgspec.json.Encoder().encode


def chunk_head(started: Started, facts: AnswerFacts) -> bytes:
    """How every frame of one answer begins, up to its choices."""
    named = {
        "id": started.id or facts.fallback_id,
        "object": "chat.completion.chunk",
        "created": started.created or facts.now,
        "model": started.model or facts.model,
    }
    return b"data: " + encode_json(named)[:-1] + b',"choices":['
