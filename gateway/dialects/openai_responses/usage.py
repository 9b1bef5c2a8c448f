"""Usage between the wire and `core.usage`, whose convention is this API's own."""

from __future__ import annotations

from typing import Any

from gateway.core.usage import Usage, count
from gateway.dialects.openai_chat.usage import counted_apart


def usage_told(tree: Any, service_tier: Any) -> Usage | None:
    """None where `tree` counts nothing at all."""
    if type(tree) is not dict or (tree.get("input_tokens") is None and tree.get("output_tokens") is None):
        return None
    read, written = counted_apart(tree, "input_tokens_details"), counted_apart(tree, "output_tokens_details")
    spent, made = count(tree.get("input_tokens")), count(tree.get("output_tokens"))
    reasoning = count(written.get("reasoning_tokens"))
    if reasoning and count(tree.get("total_tokens")) == spent + made + reasoning:
        made += reasoning  # left out of the output, as xAI does in chat completions; the total tells
    return Usage(
        input_tokens=spent,
        output_tokens=made,
        cached_tokens=count(read.get("cached_tokens")),
        cache_write_tokens=count(read.get("cache_write_tokens")),
        reasoning_tokens=reasoning,
        input_audio_tokens=count(read.get("audio_tokens")),
        output_audio_tokens=count(written.get("audio_tokens")),
        service_tier=service_tier if type(service_tier) is str else None,
    )


def usage_body(usage: Usage) -> dict[str, Any]:
    """`usage` as a response shows it."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }
