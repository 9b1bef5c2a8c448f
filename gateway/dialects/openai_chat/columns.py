"""Columns of the loss table: what a chat completion request can carry, hosted and local.

`CARRIES` and `LOCAL_CARRIES` hold for every conversation; `column` takes away, after a look at the conversation, what
this one cannot have carried, and grants what it can be given exactly.

Not in the columns, with reasons
- `assistant_prefill`: hosted models answer anew after an assistant message, and local engines differ in how they are
  asked to continue one.
- `image_file`, `document_file`: a file id means nothing at another account.
- `metadata`: OpenAI takes it only with `store`, which is not ours to ask for.
- `cache_control`: OpenAI caches by itself; its explicit marks are refused by most models.
- `document_url`, and hosted `video_input`: no part type.
- `opaque_part`, `server_tool`: their shape is another dialect's.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from gateway.core.messages import Conversation, Dialect, Media, Reasoning, ToolResult
from gateway.dialects.losses import Verdict
from gateway.dialects.schemas import held_strictly, json_wish

_BOTH: Final[dict[str, Verdict]] = {
    "system": "carries",
    "system_mid_conversation": "carries",
    "participant_name": "carries",
    "image_data": "carries",
    "image_url": "carries",
    "image_detail": "carries",
    "audio_input": "carries",
    "document_text": "approximates",  # as text
    "tool_calls": "carries",
    "tool_results": "carries",
    "tool_result_media": "approximates",  # a tool message holds text only: in the user's words behind it
    "refusal_replay": "carries",
    "max_output_tokens": "carries",
    "temperature": "carries",
    "top_p": "carries",
    "stop": "carries",
    "seed": "carries",
    "presence_penalty": "carries",
    "frequency_penalty": "carries",
    "candidates": "carries",
    "logprobs": "carries",
    "logit_bias": "carries",
    "json_object": "carries",
    "json_schema": "carries",
    "tools": "carries",
    "tool_strict": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "parallel_tool_calls": "carries",
    "reasoning": "approximates",  # a budget becomes an effort
    "user": "carries",
}

CARRIES: Final[dict[str, Verdict]] = {
    **_BOTH,
    "tool_arguments": "carries",
    "document_data": "carries",
    "tool_choice_allowed": "carries",
    "custom_tool": "carries",
    "custom_tool_grammar": "carries",
    "service_tier": "carries",
    "verbosity": "carries",
    "prompt_cache": "carries",  # prompt_cache_key
}
"""Hosted: OpenAI, and who else follows the reference to the letter."""

_FUNCTIONS_ONLY: Final[dict[str, Verdict]] = {
    "tool_arguments": "approximates",  # {"input": …}: templates read objects
    "tool_choice_allowed": "approximates",  # the other tools are not offered
    "custom_tool": "approximates",  # a function of one text
    "custom_tool_grammar": "approximates",  # in the description
}

XAI_CARRIES: Final[dict[str, Verdict]] = {**CARRIES, **_FUNCTIONS_ONLY}

LOCAL_CARRIES: Final[dict[str, Verdict]] = {
    **_BOTH,
    **_FUNCTIONS_ONLY,
    "top_k": "carries",
    "video_input": "carries",
    "reasoning_replay": "approximates",  # reasoning_content, without signatures
}
"""Local engines: vLLM, llama.cpp, Ollama, SGLang, Triton."""


def column(
    conversation: Conversation,
    carries: dict[str, Verdict],
    dialect: Dialect,
    *,
    service_tiers: Container[str],
    efforts: Container[str],
    longest_user: int | None = None,
    strict_subset: bool = True,
) -> dict[str, Verdict]:
    """`carries` for this conversation. `service_tiers` and `efforts`: the words that have a counterpart.

    `strict_subset`: answers are held to some schemas only (engines make a grammar of any), and to JSON of any kind only
    where the prompt says the word.
    """
    features = conversation.features
    column = carries
    wish = conversation.reasoning
    if "reasoning" in features and wish is not None and wish.budget_tokens is None and wish.effort in efforts:
        column = {**column, "reasoning": "carries"}
    if longest_user is not None and conversation.user is not None and len(conversation.user) > longest_user:
        column = {**column, "user": "approximates"}  # a stand-in, the same for the same user
    wanted = conversation.response_format
    if strict_subset and wanted is not None and wanted.strict and held_strictly(wanted) is None:
        column = {**column, "json_schema": "approximates"}  # told, but not enforced
    if "json_object" in features and strict_subset and dialect != "mistral" and json_wish(conversation) is not wanted:
        column = {**column, "json_object": "approximates"}  # by a schema
    lost = []
    if "service_tier" in features and conversation.service_tier not in service_tiers:
        lost.append("service_tier")
    if "prompt_cache" in features and conversation.prompt_cache_key is None:
        lost.append("prompt_cache")
    if "user" in features and conversation.user is None:
        lost.append("user")
    if "reasoning_replay" in features and not (_thinks(conversation) and replayable(conversation, dialect)):
        lost.append("reasoning_replay")
    if dialect == "openai_chat" and "audio_input" in features and _has_audio_url(conversation):
        lost.append("audio_input")
    return {name: verdict for name, verdict in column.items() if name not in lost} if lost else column


def replayable(conversation: Conversation, dialect: Dialect) -> bool:
    """Whether every reasoning part of the history may be shown to `dialect`: none carries another's provider state."""
    return all(
        part.provider_state is None or part.provider_state.dialect == dialect
        for message in conversation.messages
        for part in message.parts
        if isinstance(part, Reasoning)
    )


def _thinks(conversation: Conversation) -> bool:
    return any(isinstance(part, Reasoning) for message in conversation.messages for part in message.parts)


def _has_audio_url(conversation: Conversation) -> bool:
    for message in conversation.messages:
        for part in message.parts:
            inner = part.parts if isinstance(part, ToolResult) else (part,)
            if any(isinstance(one, Media) and one.kind == "audio" and one.data is None for one in inner):
                return True
    return False
