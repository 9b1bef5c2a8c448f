"""A whole answer, written for Mistral's SDK, which refuses an answer that lacks a member.

Invariants
- id, object, created, model, usage and every choice's finish_reason are always there.
- Thinking is a `thinking` chunk in the content; without any, content is a string.
- A refusal is text: the dialect knows no other way to say it.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.answer import Answer, Candidate
from gateway.core.events import FinishReason
from gateway.core.messages import Media, Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall, ToolResult
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.openai_chat.messages_out import media_url
from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.state_in_ids import seal
from gateway.dialects.token_probabilities import for_mistral

_SHOWN: Final[dict[FinishReason, str]] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tool_use": "tool_calls",
    "content_filter": "error",
    "refusal": "error",  # by a filter, as content_filter; what the model declines in words ends with `stop`
    "pause": "stop",
    "error": "error",
    "other": "stop",
}


def write_answer(answer: Answer, facts: AnswerFacts) -> bytes:
    body = {
        "id": answer.id or facts.fallback_id,
        "object": "chat.completion",
        "created": answer.created or facts.now,
        "model": answer.model or facts.model,
        "choices": [_choice(candidate, number) for number, candidate in enumerate(answer.candidates)],
        "usage": usage_body(answer.usage or Usage()),
    }
    return encode_json(body)


def usage_body(usage: Usage) -> dict[str, Any]:
    """`usage` as Mistral shows it. Thinking is counted where OpenAI counts it: Mistral's own schema has no place."""
    body: dict[str, Any] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }
    if usage.reasoning_tokens:
        body["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.service_tier is not None:
        body["service_tier"] = usage.tier_alone
    return body


def shown(reason: FinishReason, *, refused: bool) -> str:
    """The word for Mistral's SDK; `refused`: the candidate's refusal text says the rest."""
    return "stop" if reason == "refusal" and refused else _SHOWN[reason]


def thinking_chunk(text: str, provider_state: ProviderState | None) -> dict[str, Any]:
    chunk: dict[str, Any] = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
    if provider_state is not None and provider_state.dialect == "mistral":
        chunk["signature"] = provider_state.value
    return chunk


def media_chunk(media: Media) -> dict[str, Any] | None:
    """None where the dialect has no chunk for this kind."""
    url = media_url(media, "image/png")
    return {"type": "image_url", "image_url": url} if media.kind == "image" and url is not None else None


def call_body(call: ToolCall, index: int, waiting: tuple[Reasoning, ...]) -> dict[str, Any]:
    """A whole call; state that only another dialect can read travels in its id. The text that a freeform tool was told
    goes inside an object, since clients parse what they find there.
    """
    provider_state = call.provider_state
    foreign = None if provider_state is None or provider_state.dialect == "mistral" else provider_state
    arguments = encode_json({"input": call.arguments}).decode() if call.custom else call.arguments or "{}"
    return {
        "id": seal(call.id, foreign, waiting),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
        "index": index,
    }


def _choice(candidate: Candidate, number: int) -> dict[str, Any]:
    chunks: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    waiting: list[Reasoning] = []
    for part in candidate.parts:
        match part:
            case Text() | Refusal():
                chunks.append({"type": "text", "text": part.text})
                if isinstance(part, Text):
                    chunks += [citation for dialect, citation in part.citations if dialect == "mistral"]
            case Reasoning():
                if part.text or (part.provider_state is not None and part.provider_state.dialect == "mistral"):
                    chunks.append(thinking_chunk(part.text, part.provider_state))
                if part.provider_state is not None and part.provider_state.dialect != "mistral":
                    waiting.append(part)
            case ToolCall():
                calls.append(call_body(part, len(calls), tuple(waiting)))
                waiting.clear()
            case Media():
                if (drawn := media_chunk(part)) is not None:
                    chunks.append(drawn)
            case Opaque():
                if part.dialect == "mistral":
                    chunks.append(part.value)
            case ToolResult():
                pass  # never in an answer
    refused = any(isinstance(part, Refusal) for part in candidate.parts)
    plain = all(chunk.get("type") == "text" and type(chunk.get("text")) is str for chunk in chunks)
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(chunk["text"] for chunk in chunks) if plain else chunks,
        "tool_calls": calls or None,
    }
    word = shown(candidate.reason, refused=refused)
    choice: dict[str, Any] = {"index": number, "message": message, "finish_reason": word}
    if candidate.logprobs is not None:
        choice["logprobs"] = {"content": for_mistral(candidate.logprobs)}
    return choice
