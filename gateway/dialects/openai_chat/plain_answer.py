"""The body that nearly every chat answer has, read without a tree: one choice, text, usage.

Promise: where `plain_answer` gives events, they are those that `decode_answer` would give; everything else it leaves
to it by giving None. It saves the larger half of reading an answer that is then relayed as it came.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.core.events import BlockClosed, BlockOpened, Delta, Ended, Event, Finished, Started, UsageReported
from gateway.core.usage import MAX_TOKENS, Usage
from gateway.dialects.openai_chat.reasons import unified


class _Message(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str
    role: str | None = None
    refusal: None = None
    annotations: list[None] | None = None
    audio: None = None
    tool_calls: list[None] | None = None
    function_call: None = None
    reasoning_content: None = None
    reasoning: None = None


class _Choice(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    message: _Message
    finish_reason: str
    index: int = 0
    logprobs: None = None
    stop_reason: None = None
    matched_stop: None = None
    token_ids: None = None
    content_filter_results: msgspec.Raw | None = None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    audio_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    service_tier: None = None
    num_cached_tokens: None = None
    prompt_cache_hit_tokens: None = None
    num_sources_used: Literal[0] | None = None
    connectors: None = None
    prompt_audio_seconds: None = None
    server_tool_use: None = None
    server_side_tool_usage_details: None = None


class _Body(msgspec.Struct, gc=False):
    choices: tuple[_Choice]
    usage: _Usage
    id: str | None = None
    model: str | None = None
    created: int | None = None
    service_tier: str | None = None
    error: None = None
    citations: None = None
    moderation: None = None


_decode = msgspec.json.Decoder(_Body).decode
_NOTHING = _Details()


def plain_answer(body: bytes) -> list[Event] | None:
    """The events of a plain answer; None for any other body, right or wrong."""
    try:
        answer = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    choice, told = answer.choices[0], answer.usage
    message, created = choice.message, answer.created
    if (
        choice.index != 0
        or not message.content
        or not choice.finish_reason
        or message.annotations
        or message.tool_calls
    ):
        return None
    usage = _usage(told, answer.service_tier)
    if usage is None:
        return None
    return [
        Started(answer.id or None, answer.model or None, created if created and 0 < created <= MAX_TOKENS else None),
        BlockOpened(0, "text"),
        Delta(0, message.content),
        BlockClosed(0),
        Finished(unified(choice.finish_reason, called=False, refused=False, stopped_by=None), choice.finish_reason),
        UsageReported(usage),
        Ended(),
    ]


def _usage(told: _Usage, tier: str | None) -> Usage | None:
    """None where a count is out of range; xAI's reasoning is added to its completion, as in `usage`."""
    asked, answered = told.prompt_tokens_details or _NOTHING, told.completion_tokens_details or _NOTHING
    reasoning = answered.reasoning_tokens or 0
    completion = told.completion_tokens
    if reasoning and told.total_tokens == told.prompt_tokens + completion + reasoning:
        completion += reasoning
    counts = (
        told.prompt_tokens,
        completion,
        asked.cached_tokens or 0,
        asked.cache_write_tokens or 0,
        reasoning,
        asked.audio_tokens or 0,
        answered.audio_tokens or 0,
    )
    if min(counts) < 0 or max(counts) > MAX_TOKENS:
        return None
    return Usage(
        input_tokens=counts[0],
        output_tokens=completion,
        cached_tokens=counts[2],
        cache_write_tokens=counts[3],
        reasoning_tokens=reasoning,
        input_audio_tokens=counts[5],
        output_audio_tokens=counts[6],
        service_tier=tier,
    )
