"""Token counts, both ways.

Anthropic counts cache reads and writes outside `input_tokens`; the canonical Usage counts them inside.
In a stream the numbers of `message_delta` are running totals that replace those of `message_start`; what a delta
leaves out stays.

What summarising the conversation used (`compaction` in `iterations`) is billed like the rest and stands outside the
totals; the canonical Usage has it inside. What an advisor used is another model's, and told apart. Where another model
took over, the last of `iterations` names it (`fallback_message`, or a `message` of one that declined in its turn) and
the totals are its own. Each that declined before has entries of its own, and is billed if it had said something.
Source: `BetaUsage`, `BetaIterationsUsage` and `BetaFallbackBlock` of the Messages API; its guide to refusals.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.core.calls import MOST_CONSULTED
from gateway.core.events import UsageReported
from gateway.core.usage import IN_THE_US, NO_CALLS, Calls, Usage, calls_or_none, count

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


def calls_seen(content: Any) -> Calls:
    """What is billed by the call among the blocks of an answer: searches, and one container for all programs.

    Fetching is not billed, nor is a container in which programs only sort what searches found: such a search names the
    program as its caller.
    """
    searches = ran = 0
    sorted_by_programs = False
    for block in content if type(content) is list else ():
        if type(block) is dict and block.get("type") == "server_tool_use":
            name, caller = str(block.get("name")), block.get("caller")
            searches += name == "web_search"
            ran |= "code_execution" in name
            called_by = str(caller.get("type")) if type(caller) is dict else ""
            sorted_by_programs |= name.startswith("web_") and called_by.startswith("code_execution")
    return Calls(web_search=searches, code_session=0 if sorted_by_programs else ran)


def canonical(wire: dict[str, Any], seen: Calls = NO_CALLS) -> Usage:
    """Usage of Anthropic's numbers; whatever is not a sane count is 0. `seen`: calls among the blocks until now."""
    tier = wire.get("service_tier")
    if wire.get("speed") == "fast":
        tier = "fast"  # dearer than any tier, and told beside it
    if wire.get("inference_geo") == "us":
        tier = f"{tier if type(tier) is str else 'standard'}{IN_THE_US}"
    used = _tokens(wire)
    for summarising in _iterations(wire, "compaction"):
        used = used.with_tokens_of(_tokens(summarising))
    return msgspec.structs.replace(
        used,
        service_tier=tier if type(tier) is str else None,
        calls=_calls(wire.get("server_tool_use"), seen),
    )


def reported(wire: dict[str, Any], seen: Calls) -> UsageReported:
    """`canonical`, and beside it what each model used that gave advice, or declined when it had said something, at the
    tier of the whole. Where more are told of than anybody asks, the last that fits has what the rest used.
    """
    used = canonical(wire, seen)
    if "iterations" not in wire:
        return UsageReported(used)
    hops = _iterations(wire, "message", "fallback_message")
    answered_by = _answering(hops)
    declined = _by_model(one for one in hops if answered_by and one.get("model") != answered_by)
    billed = [(model, tokens) for model, tokens in declined.items() if tokens.output_tokens]
    consulted: dict[str, Usage] = {}
    for model, tokens in (*billed, *_by_model(_iterations(wire, "advisor_message")).items()):
        fits = model in consulted or len(consulted) < MOST_CONSULTED
        name = model if fits else next(reversed(consulted))
        consulted[name] = consulted.get(name, Usage(service_tier=used.service_tier)).with_tokens_of(tokens)
    return UsageReported(used, tuple(consulted.items()), answered_by)


def taken_over(wire: dict[str, Any], block: dict[str, Any], blocks: int) -> dict[str, Any]:
    """The wire numbers behind a `fallback` block, the first after so many others, until the end tells them: as if
    `iterations` told of the hop. What the model that takes over has read is reckoned by what the one before it read.
    """
    match block:
        case {"from": {"model": str(before)}, "to": {"model": str(after)}}:
            declined = _iterations(wire, "message")
            said = max(count(wire.get("output_tokens")), 1) if blocks > len(declined) else 0
            hop = {name: value for name, value in wire.items() if name in _KNOWN}
            declined.append({**hop, "type": "message", "model": before, "output_tokens": said})
            hops = [*declined, {"type": "fallback_message", "model": after}]
            return {**wire, "output_tokens": 0, "iterations": hops}
        case _:
            return wire


def _answering(hops: list[dict[str, Any]]) -> str | None:
    """Who answers in place of the model that was asked."""
    match hops:
        case [*_, {"type": "fallback_message", "model": str(model)}] if model:
            return model
        case [{"model": str(asked)}, *_, {"model": str(model)}] if model and model != asked:
            return model
        case _:
            return None


def _by_model(told: Iterable[dict[str, Any]]) -> dict[str, Usage]:
    """Tokens of each model that is named."""
    found: dict[str, Usage] = {}
    for one in told:
        if type(model := one.get("model")) is str and model:
            found[model] = found.get(model, Usage()).with_tokens_of(_tokens(one))
    return found


def _iterations(wire: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    told = wire.get("iterations")
    return [one for one in told if type(one) is dict and one.get("type") in kinds] if type(told) is list else []


def _tokens(wire: dict[str, Any]) -> Usage:
    cached, written = count(wire.get("cache_read_input_tokens")), count(wire.get("cache_creation_input_tokens"))
    by_lifetime, details = wire.get("cache_creation"), wire.get("output_tokens_details")
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
    )


def _calls(told: Any, seen: Calls) -> Calls | None:
    """The provider counts searches, and no containers."""
    if type(told) is dict and type(searches := told.get("web_search_requests")) is int:
        seen = msgspec.structs.replace(seen, web_search=count(searches))
    return calls_or_none(seen)


def extras(wire: dict[str, Any]) -> dict[str, Any]:
    """The members that Usage has no place for (`server_tool_use`, `inference_geo`, `speed`, …); all of them where the
    totals are without a part that `iterations` tells.
    """
    known = frozenset() if _iterations(wire, "compaction") else _KNOWN
    return {name: value for name, value in wire.items() if name not in known and value is not None}


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
        "service_tier": _TIERS.get(usage.tier_alone or ""),
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
