"""Mistral's column of the loss table.

Its API refuses unknown members, so what is not here is never sent.

Not in the column, with reasons
- `participant_name`, `user`, `logit_bias`, `verbosity`, `video_input`: no such members.
- `image_file`, `document_file`: a file id means nothing at another account.
- `opaque_part`, `server_tool`: their shape is another dialect's.
"""

from __future__ import annotations

from typing import Final

from gateway.core.messages import Conversation
from gateway.dialects.losses import Verdict
from gateway.dialects.mistral.messages_out import displaced
from gateway.dialects.openai_chat.columns import column as chat_column

SERVICE_TIERS: Final = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}
EFFORTS: Final = frozenset({"none", "high"})
"""What Mistral's own models take in `reasoning_effort`; its schema names more words, and they answer 400 to those."""
MAX_TEMPERATURE: Final = 1.5

CARRIES: Final[dict[str, Verdict]] = {
    "system": "carries",
    "system_mid_conversation": "carries",
    "image_data": "carries",
    "image_url": "carries",
    "image_detail": "carries",
    "audio_input": "carries",
    "document_data": "carries",
    "document_url": "carries",
    "document_text": "approximates",  # as text
    "tool_calls": "carries",
    "tool_arguments": "carries",
    "tool_results": "carries",
    "tool_result_media": "approximates",  # in the user's words behind it
    "reasoning_replay": "approximates",  # thinking that no other dialect's provider state binds
    "refusal_replay": "approximates",  # as text
    "assistant_prefill": "carries",
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
    "tool_strict": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "tool_choice_allowed": "approximates",  # the other tools are not offered
    "parallel_tool_calls": "carries",
    "custom_tool": "approximates",  # a function of one text
    "custom_tool_grammar": "approximates",  # in the description
    "reasoning": "approximates",  # on or off: see request_out
    "metadata": "carries",
    "prompt_cache": "carries",  # prompt_cache_key
    "service_tier": "approximates",  # auto and standard_only
}


def column(conversation: Conversation) -> dict[str, Verdict]:
    """`CARRIES` for this conversation."""
    column = chat_column(conversation, CARRIES, "mistral", service_tiers=SERVICE_TIERS, efforts=EFFORTS)
    if conversation.seed is not None and conversation.seed < 0:
        column = {name: verdict for name, verdict in column.items() if name != "seed"}  # the API knows none below 0
    near: dict[str, Verdict] = {}
    if conversation.temperature is not None and conversation.temperature > MAX_TEMPERATURE:
        near["temperature"] = "approximates"
    if "system_mid_conversation" in conversation.features and displaced(conversation):
        near["system_mid_conversation"] = "approximates"  # keeps its authority, loses its place
    return column | near if near else column
