"""The Responses API's column of the loss table: what a request can carry there.

`CARRIES` holds for every conversation; `column` takes away, after a look at the conversation, what this one cannot
have carried, and grants what it can be given exactly.

Not in the column, with reasons
- `stop`, `candidates`, `seed`, `presence_penalty`, `frequency_penalty`, `logit_bias`, `top_k`: no such fields.
- `audio_input`, `video_input`: no content part that the API takes.
- `assistant_prefill`: the model answers anew after an assistant message.
- `image_file`, `document_file`: a file id means nothing at another account.
- `participant_name`, `tool_result_error`: no members for them.
- `cache_control`: OpenAI caches by itself; its explicit marks are refused by most models.
- `server_state`, `truncation`, `include`: what they say has no place in a conversation, and goes out only with the
  client's own bytes.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from gateway.core.messages import Conversation
from gateway.dialects.issuers import carried_whole
from gateway.dialects.losses import Verdict
from gateway.dialects.openai_chat import columns
from gateway.dialects.openai_chat.flavours import HOSTED
from gateway.dialects.openai_chat.usage import SERVICE_TIERS
from gateway.dialects.openai_responses import xai
from gateway.dialects.openai_responses.encryption import Issuer, state_is_foreign

CARRIES: Final[dict[str, Verdict]] = {
    "system": "carries",
    "system_mid_conversation": "carries",
    "image_data": "carries",
    "image_url": "carries",
    "image_detail": "carries",
    "document_data": "carries",
    "document_url": "carries",
    "document_text": "approximates",  # as text
    "tool_calls": "carries",
    "tool_arguments": "carries",
    "tool_results": "carries",
    "tool_result_media": "carries",
    "refusal_replay": "carries",
    "max_output_tokens": "carries",
    "temperature": "carries",
    "top_p": "carries",
    "logprobs": "carries",
    "json_object": "carries",
    "json_schema": "carries",
    "tools": "carries",
    "tool_strict": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "tool_choice_allowed": "carries",
    "parallel_tool_calls": "carries",
    "custom_tool": "carries",
    "custom_tool_grammar": "carries",
    "reasoning": "approximates",  # a budget becomes an effort
    "user": "carries",
    "metadata": "carries",
    "service_tier": "carries",
    "store": "carries",
    "verbosity": "carries",
    "prompt_cache": "carries",  # prompt_cache_key
}

TIERS: Final = {**{tier: tier for tier in SERVICE_TIERS}, "standard_only": "default"}
"""`standard_only` is Anthropic's and Mistral's word."""

LEAST_OUTPUT_TOKENS: Final = 16
"""The API refuses a smaller max_output_tokens: it is raised to this, and declared."""

_MOST_METADATA: Final = 16
_LONGEST_NAME: Final = 64
_LONGEST_VALUE: Final = 512


def column(
    conversation: Conversation, reader: Issuer = "openai", *, efforts: Container[str] = HOSTED.efforts
) -> dict[str, Verdict]:
    """`CARRIES` for this conversation and this reader of encrypted state; `efforts`: the words that it takes."""
    shared = columns.column(
        conversation,
        CARRIES,
        "openai_responses",
        service_tiers=TIERS,
        efforts=efforts,
        longest_user=HOSTED.longest_user,
    )
    adjusted = {**shared, **xai.APPROXIMATES} if reader == "xai" else dict(shared)
    for feature in carried_whole(
        conversation, "openai_responses", lambda provider_state: not state_is_foreign(provider_state, reader)
    ):
        adjusted[feature] = "carries"
    limit = conversation.max_output_tokens
    if limit is not None and limit < LEAST_OUTPUT_TOKENS:
        adjusted["max_output_tokens"] = "approximates"
    if conversation.metadata is not None and not fitting_metadata(conversation.metadata):
        del adjusted["metadata"]
    return adjusted


def fitting_metadata(metadata: dict[str, Any]) -> bool:
    """At most 16 names of 64 characters, with texts of 512: the API's own bounds."""
    return len(metadata) <= _MOST_METADATA and all(
        len(name) <= _LONGEST_NAME and type(value) is str and len(value) <= _LONGEST_VALUE
        for name, value in metadata.items()
    )
