"""Usage between the wire and `core.usage`, whose convention is OpenAI's own.

What differs among those who speak this dialect:
- xAI leaves reasoning out of `completion_tokens`; the total tells (prompt + completion + reasoning).
- Cached tokens may stand beside the details: `num_cached_tokens` (Mistral), `prompt_cache_hit_tokens` (DeepSeek).
- Mistral tells the service tier inside usage, OpenAI beside it.
- SGLang tells `reasoning_tokens` beside the other totals.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.usage import Usage, count
from gateway.dialects.billed_calls import calls_counted

_TOTALS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")
_OF_TOKENS: Final = frozenset({*_TOTALS, "prompt_tokens_details", "completion_tokens_details"})
SERVICE_TIERS: Final = frozenset({"auto", "default", "flex", "scale", "priority", "fast"})


def read_usage(tree: Any, service_tier: str | None = None) -> Usage | None:
    """None where `tree` counts nothing at all."""
    if type(tree) is not dict or all(tree.get(name) is None for name in _TOTALS):
        return None
    prompt_details = counted_apart(tree, "prompt_tokens_details")
    completion_details = counted_apart(tree, "completion_tokens_details")
    prompt, completion = count(tree.get("prompt_tokens")), count(tree.get("completion_tokens"))
    total = count(tree.get("total_tokens"))
    reasoning = count(completion_details.get("reasoning_tokens")) or count(tree.get("reasoning_tokens"))
    if reasoning and total == prompt + completion + reasoning:
        completion += reasoning
    elif tree.get("completion_tokens") is None and total > prompt:
        completion = total - prompt
    tier = tree.get("service_tier")
    return Usage(
        input_tokens=prompt,
        output_tokens=completion,
        cached_tokens=count(prompt_details.get("cached_tokens"))
        or count(tree.get("num_cached_tokens"))
        or count(tree.get("prompt_cache_hit_tokens")),
        cache_write_tokens=count(prompt_details.get("cache_write_tokens")),
        reasoning_tokens=reasoning,
        input_audio_tokens=count(prompt_details.get("audio_tokens")),
        output_audio_tokens=count(completion_details.get("audio_tokens")),
        service_tier=tier if type(tier) is str else service_tier,
        calls=None if tree.keys() <= _OF_TOKENS else calls_counted(tree),
    )


def counted_apart(tree: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of that name inside usage; empty where there is none."""
    details = tree.get(name)
    return details if type(details) is dict else {}


def usage_body(usage: Usage) -> dict[str, Any]:
    """`usage` as a chat completion shows it."""
    prompt_details = {"cached_tokens": usage.cached_tokens, "audio_tokens": usage.input_audio_tokens}
    if usage.cache_write_tokens:
        prompt_details["cache_write_tokens"] = usage.cache_write_tokens
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": prompt_details,
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.output_audio_tokens,
        },
    }
