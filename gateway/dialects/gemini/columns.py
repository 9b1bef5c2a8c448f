"""What a request can carry to Gemini: its column of the table in `gateway.dialects.losses`.

Not named, and why: another provider's file ids, server tools and opaque parts mean nothing here; OpenAI's `metadata`
breaks the rules of Gemini's `labels`; `tool_strict` would need the preview mode VALIDATED; Gemini calls tools in
parallel as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.core.messages import Conversation, Media, Reasoning
from gateway.dialects.gemini.media import is_own_file
from gateway.dialects.issuers import carried_whole, every_part
from gateway.dialects.losses import Verdict

CARRIES: dict[str, Verdict] = {
    "system": "carries",
    "system_mid_conversation": "approximates",  # joins systemInstruction: keeps its authority, loses its place
    "image_data": "carries",
    "image_url": "approximates",  # fileData.fileUri: newer models fetch public addresses, older ones refuse
    "audio_input": "carries",
    "video_input": "carries",
    "document_data": "carries",
    "document_url": "approximates",  # as image_url
    "document_text": "carries",
    "tool_calls": "carries",
    "tool_arguments": "approximates",  # {"input": …}
    "tool_results": "carries",
    "tool_result_media": "carries",
    "tool_result_error": "carries",  # {"error": …}
    "reasoning_replay": "approximates",  # own signatures and unsigned thoughts; what another dialect signed stays out
    "refusal_replay": "approximates",  # as text
    "assistant_prefill": "approximates",  # a last content of the model, which most models continue
    "max_output_tokens": "carries",
    "temperature": "carries",
    "top_p": "carries",
    "top_k": "carries",
    "stop": "carries",
    "seed": "carries",
    "presence_penalty": "carries",
    "frequency_penalty": "carries",
    "candidates": "carries",
    "logprobs": "carries",
    "json_object": "carries",
    "json_schema": "carries",
    "tools": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "tool_choice_allowed": "carries",
    "custom_tool": "approximates",  # a function of one text
    "custom_tool_grammar": "approximates",  # in the description
    "reasoning": "approximates",  # levels and budgets, see thinking.py
    "service_tier": "carries",
}

TIERS = {"flex": "flex", "priority": "priority", "standard": "standard", "default": "standard"}
"""Service tiers by the clients' names; others (scale) have no counterpart."""

MAX_STOPS = 5
MAX_SEED = 2**31 - 1
"""A 32-bit number, with its sign."""

_PENALTIES = frozenset({"presence_penalty", "frequency_penalty"})
_LOOKED_AT = _PENALTIES | {
    *("server_tool", "opaque_part", "image_file", "document_file", "reasoning_replay", "service_tier", "stop", "seed")
}
"""Features that the conversation decides, or the model."""
_NO_PENALTIES = re.compile(r"(?:^|/)gemini-(?:2\.5|[3-9]|(?:pro|flash)(?:-lite)?-latest)")
"""Models since 2.5 answer 400 to any but 0 (github.com/google-gemini/cookbook#1290, vercel/ai#8943)."""


def column_for(conversation: Conversation, model: str) -> Mapping[str, Verdict]:
    """CARRIES, with what only Gemini carries where all of that kind in the conversation is Gemini's own, and without
    what `model` refuses.
    """
    features = conversation.features
    if _LOOKED_AT.isdisjoint(features):
        return CARRIES
    column = dict(CARRIES)
    if _NO_PENALTIES.search(model):
        column = {feature: verdict for feature, verdict in column.items() if feature not in _PENALTIES}
    if not takes_seed(conversation.seed):
        del column["seed"]
    if len(conversation.stop) > MAX_STOPS:
        del column["stop"]
    if conversation.service_tier not in TIERS:
        del column["service_tier"]
    whole = carried_whole(conversation, "gemini")
    for feature in ("server_tool", "opaque_part"):
        if feature in whole:
            column[feature] = "carries"
    if "reasoning_replay" in features and "reasoning_replay" not in whole and not _has_unsigned(conversation):
        del column["reasoning_replay"]
    files = [part.file_id for part in every_part(conversation) if isinstance(part, Media) and part.file_id is not None]
    if files and all(map(is_own_file, files)):
        column["image_file"] = column["document_file"] = "carries"
    return column


def takes_seed(seed: int | None) -> bool:
    return seed is None or -MAX_SEED <= seed <= MAX_SEED


def _has_unsigned(conversation: Conversation) -> bool:
    """Whether a thought may go out although another dialect's stay: one that nobody signed, or Gemini's own."""
    return any(
        isinstance(part, Reasoning) and (part.provider_state is None or part.provider_state.dialect == "gemini")
        for part in every_part(conversation)
    )
