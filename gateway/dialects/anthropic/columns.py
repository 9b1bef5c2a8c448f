"""The Messages API's column of the loss table: what a request can carry there.

`CARRIES` holds for every conversation. Some features are carried only where all that bears them can be (an opaque
block of this very dialect, a temperature within its range): `column` adds those after a look at the conversation.

Not in the column, with reasons
- `image_file`, `document_file`: a file id means nothing at another provider.
- `candidates`, `logprobs`, `audio_input`, `video_input`: no counterpart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.core.messages import AnyPart, Conversation, Media, Reasoning, Text, Tool
from gateway.dialects.anthropic.generations import takes_prefill
from gateway.dialects.issuers import carried_whole, every_part
from gateway.dialects.losses import Verdict

CARRIES: Final[dict[str, Verdict]] = {
    "system": "carries",
    "system_mid_conversation": "carries",
    "image_data": "carries",
    "image_url": "carries",
    "document_data": "carries",  # PDF, and text/* as a text document
    "document_url": "carries",
    "document_text": "carries",
    "tool_calls": "carries",
    "tool_arguments": "approximates",  # {"input": …}
    "tool_results": "carries",
    "tool_result_media": "carries",
    "tool_result_error": "carries",
    "refusal_replay": "approximates",  # as text
    "cache_control": "carries",
    "citations_request": "carries",
    "assistant_prefill": "carries",
    "max_output_tokens": "carries",
    "temperature": "carries",
    "top_p": "carries",
    "top_k": "carries",
    "stop": "carries",
    "json_object": "approximates",  # by the words that OpenAI demands in such a prompt; the API has no such mode
    "json_schema": "carries",
    "tools": "carries",
    "tool_strict": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "tool_choice_allowed": "approximates",  # the other tools are not offered
    "parallel_tool_calls": "carries",
    "custom_tool": "approximates",  # a function of one text
    "custom_tool_grammar": "approximates",  # in the description
    "reasoning": "carries",  # an approximation is declared where effort and budget stand for each other
    "user": "carries",
    "service_tier": "carries",
}

TIERS: Final = {
    "auto": "auto",
    "priority": "auto",  # priority capacity where the account has it
    "default": "standard_only",
    "standard": "standard_only",
    "standard_only": "standard_only",
}
"""Service tiers by the clients' names; others (flex) have no counterpart."""

LIFETIMES: Final = frozenset((None, "5m", "1h"))
"""How long the API keeps what a mark asks it to cache; None is its default."""

MAX_TEMPERATURE = 1.0


def column(conversation: Conversation, model: str) -> dict[str, Verdict]:
    """`CARRIES`, adjusted to what this conversation really holds, and to what `model` takes."""
    adjusted = dict(CARRIES)
    if not takes_prefill(model):
        del adjusted["assistant_prefill"]
    for feature in carried_whole(conversation, "anthropic"):
        adjusted[feature] = "carries"
    if any(_is_unreadable(part) for part in every_part(conversation)):
        del adjusted["document_data"]
    if "cache_control" in conversation.features and any(ttl not in LIFETIMES for ttl in _lifetimes(conversation)):
        adjusted["cache_control"] = "approximates"
    if any(not stop.strip() for stop in conversation.stop):
        del adjusted["stop"]  # the API refuses white space alone
    if conversation.temperature is not None and conversation.temperature > MAX_TEMPERATURE:
        adjusted["temperature"] = "approximates"
    if conversation.service_tier not in TIERS:
        del adjusted["service_tier"]
    elif conversation.service_tier == "priority":
        adjusted["service_tier"] = "approximates"
    return adjusted


def _lifetimes(conversation: Conversation) -> Iterator[str | None]:
    bearers = [*every_part(conversation), *(tool for tool in conversation.tools if isinstance(tool, Tool))]
    return (bearer.cache.ttl for bearer in bearers if bearer.cache is not None)


def _is_unreadable(part: AnyPart) -> bool:
    if not isinstance(part, Media) or part.kind != "document" or part.data is None:
        return False
    return not readable_document(part.media_type)


def own_state(part: Reasoning) -> bool:
    return part.provider_state is not None and part.provider_state.dialect == "anthropic"


def own_citations(part: Text) -> list[Any]:
    """Citations are pairs of dialect and value."""
    return [value for dialect, value in part.citations if dialect == "anthropic"]


def readable_document(media_type: str | None) -> bool:
    return media_type is None or media_type == "application/pdf" or media_type.startswith("text/")
