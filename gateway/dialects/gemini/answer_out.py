"""A whole answer as a GenerateContentResponse."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.answer import Answer, Candidate
from gateway.core.messages import AnyPart, Media, Opaque, Reasoning, Refusal, Text, ToolCall, ToolResult
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.gemini.logprobs import logprobs_out
from gateway.dialects.gemini.parts_out import (
    Extras,
    answered_media_part,
    call_part,
    candidate_object,
    citation_metadata,
    response_object,
    words_part,
)
from gateway.dialects.gemini.reasons import reason_out
from gateway.dialects.gemini.signatures import signature_text

Json = dict[str, Any]


def encode_answer(answer: Answer, facts: AnswerFacts) -> bytes:
    """The body. Thoughts are parts with `thought: true`; foreign provider states travel in `thoughtSignature`."""
    extras = Extras()
    for event in answer.opaque:
        extras.add(event)
    candidates: list[Json] = []
    for index, candidate in enumerate(answer.candidates):
        if candidate.parts or not extras.blocked:
            candidates.append(_candidate(index, candidate, extras.candidates.get(index, {})))
    return msgspec.json.encode(
        response_object(candidates, answer.usage, answer.id, answer.model, facts, extras.response)
    )


def _candidate(index: int, candidate: Candidate, extra: Json) -> Json:
    parts: list[Json] = []
    before: list[Reasoning] = []
    citations: list[Any] = []
    for part in candidate.parts:
        if isinstance(part, Reasoning):
            before.append(part)
        elif isinstance(part, Text):
            citations += part.citations
        made = _part(part, before)
        if made is not None:
            parts.append(made)
        if isinstance(part, ToolCall):
            before = []
    more = dict(extra)
    cited = citation_metadata(citations)
    if cited is not None:
        more.setdefault("citationMetadata", cited)
    if candidate.logprobs:
        more["logprobsResult"] = logprobs_out(candidate.logprobs)
    return candidate_object(index, parts or [{"text": ""}], reason_out(candidate.reason, candidate.raw_reason), more)


def _part(part: AnyPart, before: list[Reasoning]) -> Json | None:
    match part:
        case Text() | Reasoning():
            made = words_part(part.text, isinstance(part, Reasoning))
            signature = signature_text(part.provider_state, part_id=part.id if isinstance(part, Reasoning) else None)
            if signature is not None:
                made["thoughtSignature"] = signature
            return made if part.text or signature is not None else None
        case Refusal():
            return words_part(part.text, thought=False)
        case ToolCall():
            return call_part(part.id, part.name, part.arguments, part.custom, part.provider_state, before)
        case Media():
            return answered_media_part(part)
        case Opaque():
            return part.value if part.dialect == "gemini" and type(part.value) is dict else None
        case ToolResult():
            return None  # results are in no answer
