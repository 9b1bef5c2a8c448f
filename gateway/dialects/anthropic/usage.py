"""Token counts, both ways.

Anthropic counts cache reads and writes outside `input_tokens`; the canonical Usage counts them inside.
In a stream the numbers of `message_delta` are running totals that replace those of `message_start`; what a delta
leaves out stays.
"""

from __future__ import annotations

from typing import Any

from gateway.core.usage import Usage, count

_KNOWN = frozenset(
    (
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "cache_creation",
        "output_tokens_details",
        "service_tier",
    )
)
# What the SDKs' type allows in `service_tier`, by the names that providers use.
_TIERS = {"standard": "standard", "default": "standard", "priority": "priority", "batch": "batch"}


def merged(before: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """The wire numbers after `news`."""
    return before | {name: value for name, value in news.items() if value is not None}


def canonical(wire: dict[str, Any]) -> Usage:
    """Usage of Anthropic's numbers; whatever is not a sane count is 0."""
    cached, written = count(wire.get("cache_read_input_tokens")), count(wire.get("cache_creation_input_tokens"))
    by_lifetime, details, tier = wire.get("cache_creation"), wire.get("output_tokens_details"), wire.get("service_tier")
    long_lived = short_lived = 0
    if type(by_lifetime) is dict:
        long_lived = count(by_lifetime.get("ephemeral_1h_input_tokens"))
        short_lived = count(by_lifetime.get("ephemeral_5m_input_tokens"))
    written = written or long_lived + short_lived
    return Usage(
        input_tokens=count(wire.get("input_tokens")) + cached + written,
        output_tokens=count(wire.get("output_tokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        cache_write_1h_tokens=min(long_lived, written),
        reasoning_tokens=count(details.get("thinking_tokens")) if type(details) is dict else 0,
        service_tier=tier if type(tier) is str else None,
    )


def extras(wire: dict[str, Any]) -> dict[str, Any]:
    """The members that Usage has no place for (`server_tool_use`, `inference_geo`, `speed`, …)."""
    return {name: value for name, value in wire.items() if name not in _KNOWN and value is not None}


def in_full(usage: Usage | None) -> dict[str, Any]:
    """The `usage` of a message."""
    usage = usage or Usage()
    short_lived = usage.cache_write_tokens - usage.cache_write_1h_tokens
    return {
        **in_delta(usage),
        "cache_creation": {
            "ephemeral_5m_input_tokens": max(short_lived, 0),
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        },
        "service_tier": _TIERS.get(usage.service_tier or ""),
    }


def in_delta(usage: Usage | None) -> dict[str, Any]:
    """The running totals of a `message_delta`."""
    usage = usage or Usage()
    outside = usage.cached_tokens + usage.cache_write_tokens
    totals: dict[str, Any] = {
        "input_tokens": max(usage.input_tokens - outside, 0),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        totals["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return totals
