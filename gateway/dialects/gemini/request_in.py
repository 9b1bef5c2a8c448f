"""A generateContent request as a Conversation."""

from __future__ import annotations

from typing import Any

from gateway.core.messages import Conversation
from gateway.dialects.claims import Ledger
from gateway.dialects.codec import Envelope
from gateway.dialects.gemini.contents_in import ContentsReader
from gateway.dialects.gemini.field_case import Members
from gateway.dialects.gemini.settings_in import read_generation, read_tool_choice, read_tools


def decode_request(tree: dict[str, Any], envelope: Envelope) -> Conversation:
    """The whole request; raises BadParameter where a field has a wrong type."""
    ledger = Ledger()
    body = Members(tree, (), ledger)
    body.any("model")
    reader = ContentsReader(ledger)
    if body.has("systemInstruction"):
        reader.system(body.any("systemInstruction"), body.at("systemInstruction"))
    for at, value in body.several("contents"):
        reader.content(value, at)
    reader.finish()
    fields: dict[str, Any] = {}
    config = body.inside("generationConfig")
    if config is not None:
        fields = read_generation(config, ledger)
    tools = read_tools(body.several("tools"), ledger)
    tool_config = body.inside("toolConfig")
    if tool_config is not None:
        fields["tool_choice"], tools = read_tool_choice(tool_config, ledger, tools)
    fields["tools"] = tools
    body.any("safetySettings", "safety")
    body.any("modelArmorConfig", "guard")
    body.any("cachedContent", "cached_content")
    body.any("continuationToken", "server_state")
    fields["metadata"] = body.object("labels", "metadata")
    tier = body.text("serviceTier")
    if tier is not None and tier.lower() not in {"unspecified", "service_tier_unspecified"}:
        fields["service_tier"] = tier.lower()
        ledger.note("service_tier", body.at("serviceTier"))
    if body.flag("store"):
        ledger.note("store", body.at("store"))
    body.leave()
    return Conversation(
        model=envelope.model,
        messages=tuple(reader.messages),
        stream=envelope.stream,
        include_usage=True,
        features=ledger.features,
        further=ledger.further,
        unclaimed=tuple(ledger.unclaimed),
        **fields,
    )
