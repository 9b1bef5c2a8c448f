"""An answer as a message for a client of this dialect.

Invariants
- Exactly one candidate: the first.
- Reasoning that this dialect did not issue has an empty signature; its provider state, if any, travels sealed in the id
  of the first tool call behind it.
- Media and foreign opaque blocks have no form in an answer here and are left out; `dialects.answer_losses` declares it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.answer import Answer, Candidate
from gateway.core.events import OpaqueEvent
from gateway.core.messages import AnyPart, Media, Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall, ToolResult
from gateway.dialects.adapting import arguments_object
from gateway.dialects.anthropic import reasons, usage
from gateway.dialects.anthropic.columns import own_citations
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.failed_answers import refuse_failed
from gateway.dialects.state_in_ids import seal

_encode = msgspec.json.Encoder().encode


def write_answer(answer: Answer, facts: AnswerFacts) -> bytes:
    """Raises UpstreamError: see `failed_answers`."""
    refuse_failed(answer.candidates[:1])
    candidate = answer.candidates[0] if answer.candidates else Candidate(parts=[])
    members, counts = merged_extras(answer.opaque)
    message = message_skeleton(answer.id, answer.model, facts) | members
    message["content"] = _content(candidate.parts)
    message["stop_reason"] = reasons.own(
        candidate.reason, candidate.raw_reason, any(isinstance(part, Refusal) for part in candidate.parts)
    )
    message["stop_sequence"] = candidate.stop_sequence
    message["usage"] = usage.in_full(answer.usage) | counts
    return _encode(message)


def message_skeleton(answer_id: str | None, model: str | None, facts: AnswerFacts) -> dict[str, Any]:
    """A message without content, in the order of members that the API has."""
    return {
        "id": answer_id or facts.fallback_id,
        "type": "message",
        "role": "assistant",
        "model": model or facts.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def merged_extras(opaque: list[OpaqueEvent]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(members of the message, members of its usage) that this dialect's decoder could not place."""
    members: dict[str, Any] = {}
    counts: dict[str, Any] = {}
    for event in opaque:
        match event.value:
            case {"message": dict(told), "usage": dict(counted)} if event.dialect == "anthropic":
                members |= told
                counts |= counted
            case _:
                pass  # an event of a stream: a whole message has no place for it
    return members, counts


def _content(parts: list[AnyPart]) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    provider_states: tuple[Reasoning, ...] = ()
    for part in parts:
        match part:
            case Reasoning():
                if is_foreign(part.provider_state):
                    provider_states += (part,)
                if part.text or (part.provider_state is not None and not is_foreign(part.provider_state)):
                    content.append(_thinking(part))
            case ToolCall():
                content.append(_tool_use(part, provider_states))
                provider_states = ()
            case Text():
                if part.text:
                    block: dict[str, Any] = {"type": "text", "text": part.text}
                    if citations := own_citations(part):
                        block["citations"] = citations
                    content.append(block)
            case Refusal():
                if part.text:
                    content.append({"type": "text", "text": part.text})
            case Opaque():
                if part.dialect == "anthropic":
                    content.append(part.value)
            case Media() | ToolResult():
                pass  # see the invariants
    return content


def is_foreign(provider_state: ProviderState | None) -> bool:
    return provider_state is not None and provider_state.dialect != "anthropic"


def _thinking(part: Reasoning) -> dict[str, Any]:
    if (
        part.provider_state is not None
        and part.provider_state.kind == "redacted_thinking"
        and not is_foreign(part.provider_state)
    ):
        return {"type": "redacted_thinking", "data": part.provider_state.value}
    signature = "" if part.provider_state is None or is_foreign(part.provider_state) else part.provider_state.value
    return {"type": "thinking", "thinking": part.text, "signature": signature}


def _tool_use(call: ToolCall, reasoning: tuple[Reasoning, ...]) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": seal(call.id, call.provider_state if is_foreign(call.provider_state) else None, reasoning),
        "name": call.name,
        "input": {"input": call.arguments} if call.custom else arguments_object(call.arguments),
    }
