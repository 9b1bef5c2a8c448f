"""Gemini's `usageMetadata` and the gateway's convention, both ways.

Gemini's `promptTokenCount` includes `cachedContentTokenCount`; `candidatesTokenCount` excludes `thoughtsTokenCount`;
`toolUsePromptTokenCount` (what server tools fed back) stands beside the prompt. Ours: both are inside.
"""

from __future__ import annotations

from typing import Any

from gateway.core.usage import Calls, Usage, count

_TIER_OF_TRAFFIC = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "PROVISIONED_THROUGHPUT": "provisioned",
}
_TRAFFIC_OF_TIER = {tier: traffic for traffic, tier in _TIER_OF_TRAFFIC.items()} | {"default": "ON_DEMAND"}


def usage_in(told: dict[str, Any], calls: Calls | None = None) -> Usage:
    """Gemini's counts as ours. `calls`: what is billed beside the tokens, which usage does not tell."""
    thoughts = count(told.get("thoughtsTokenCount"))
    tool_prompt = count(told.get("toolUsePromptTokenCount"))
    tier = told.get("serviceTier")
    if type(tier) is not str:
        tier = _TIER_OF_TRAFFIC.get(str(told.get("trafficType")))
    return Usage(
        input_tokens=count(told.get("promptTokenCount")) + tool_prompt,
        output_tokens=count(told.get("candidatesTokenCount")) + thoughts,
        cached_tokens=count(told.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
        input_audio_tokens=_audio(told.get("promptTokensDetails")) + _audio(told.get("toolUsePromptTokensDetails")),
        output_audio_tokens=_audio(told.get("candidatesTokensDetails")),
        output_image_tokens=_of(told.get("candidatesTokensDetails"), "IMAGE"),
        tool_prompt_tokens=tool_prompt,
        service_tier=tier,
        calls=calls,
    )


def usage_out(usage: Usage) -> dict[str, Any]:
    """Our counts as Gemini's. Zero counts of what is optional are left out, as Gemini leaves them out."""
    prompt = max(usage.input_tokens - usage.tool_prompt_tokens, 0)
    candidates = max(usage.output_tokens - usage.reasoning_tokens, 0)
    told: dict[str, Any] = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "totalTokenCount": usage.total_tokens,
    }
    if usage.cached_tokens:
        told["cachedContentTokenCount"] = usage.cached_tokens
    if usage.reasoning_tokens:
        told["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.tool_prompt_tokens:
        told["toolUsePromptTokenCount"] = usage.tool_prompt_tokens
    if usage.input_audio_tokens:
        told["promptTokensDetails"] = _modalities(prompt, usage.input_audio_tokens)
    if usage.output_audio_tokens or usage.output_image_tokens:
        told["candidatesTokensDetails"] = _modalities(candidates, usage.output_audio_tokens, usage.output_image_tokens)
    # Gemini says `serviceTier` here too, but its SDK's types know only this word for it.
    if (traffic := _TRAFFIC_OF_TIER.get(usage.tier_alone or "")) is not None:
        told["trafficType"] = traffic
    return told


def _audio(details: Any) -> int:
    return _of(details, "AUDIO")


def _of(details: Any, modality: str) -> int:
    if type(details) is not list:
        return 0
    return sum(count(one.get("tokenCount")) for one in details if type(one) is dict and one.get("modality") == modality)


def _modalities(total: int, audio: int, pictures: int = 0) -> list[dict[str, Any]]:
    told = [{"modality": "TEXT", "tokenCount": max(total - audio - pictures, 0)}]
    beside = (("AUDIO", audio), ("IMAGE", pictures))
    return told + [{"modality": name, "tokenCount": some} for name, some in beside if some]
