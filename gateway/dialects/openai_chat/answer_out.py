"""A whole answer, written as a chat completion.

Invariants
- Everything the OpenAI SDK requires is there: id, object, created, model, choices with index, message, finish_reason.
- Thinking is `reasoning_content`, which vLLM's and LangChain's readers know.
- State that only another dialect can read travels in the ids of tool calls.
"""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer, Candidate
from gateway.core.messages import Media, Opaque, Reasoning, Refusal, Text, ToolCall, ToolResult
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.failed_answers import refuse_failed
from gateway.dialects.freeform import shown_candidate
from gateway.dialects.openai_chat.annotations import annotation
from gateway.dialects.openai_chat.media_out import shown_media
from gateway.dialects.openai_chat.reasons import shown
from gateway.dialects.openai_chat.usage import SERVICE_TIERS, usage_body
from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.state_in_ids import seal
from gateway.dialects.token_probabilities import for_chat


def write_answer(answer: Answer, facts: AnswerFacts) -> bytes:
    """Raises UpstreamError: see `failed_answers`."""
    refuse_failed(answer.candidates)
    legacy, freeform = speaks_legacy(facts), freeform_names(facts.request)
    answer_id = answer.id or facts.fallback_id
    body: dict[str, Any] = {
        "id": answer_id,
        "object": "chat.completion",
        "created": answer.created or facts.now,
        "model": answer.model or facts.model,
        "choices": [
            _choice(shown_candidate(candidate, freeform) if freeform else candidate, number, answer_id, legacy)
            for number, candidate in enumerate(answer.candidates)
        ],
    }
    if answer.usage is not None:
        body["usage"] = usage_body(answer.usage)
        if (tier := answer.usage.tier_alone) in SERVICE_TIERS:
            body["service_tier"] = tier
    for event in answer.opaque:
        if event.dialect == "openai_chat":
            _put_back(body, event.value)
    return encode_json(body)


def speaks_legacy(facts: AnswerFacts) -> bool:
    """The client offered `functions`: it reads `function_call`, not tool calls."""
    return bool(facts.request.get("functions")) and not facts.request.get("tools")


def freeform_names(tree: dict[str, Any]) -> frozenset[str]:
    """Of a client's request: the tools that it offers as `custom`. Trusts no type in it."""
    tools, found = tree.get("tools"), []
    for tool in tools if type(tools) is list else ():
        match tool:
            case {"type": "custom", "custom": {"name": str(name)}} | {"type": "custom", "name": str(name)}:
                found.append(name)  # the second form: a Responses request that came to this path
            case _:
                pass
    return frozenset(found)


def _choice(candidate: Candidate, number: int, answer_id: str, legacy: bool) -> dict[str, Any]:
    content = ""
    refusal: str | None = None
    reasoning = ""
    calls: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    extra: dict[str, Any] = {}
    waiting: list[Reasoning] = []
    for part in candidate.parts:
        match part:
            case Text():
                start = len(content)
                content += part.text
                for dialect, citation in part.citations:
                    said = annotation(dialect, citation, start, len(content))
                    if said is not None:
                        annotations.append(said)
            case Reasoning():
                reasoning += part.text
                if part.provider_state is not None:
                    waiting.append(part)
            case ToolCall():
                shown_id = seal(part.id, part.provider_state, tuple(waiting))
                waiting.clear()
                calls.append(_call(part, shown_id))
            case Refusal():
                refusal = (refusal or "") + part.text
            case Media():
                for name, value in shown_media(part, answer_id).items():
                    extra[name] = [*extra[name], *value] if type(extra.get(name)) is list else value
            case Opaque() | ToolResult():
                pass  # no member of a message holds it
    spoke = bool(content) or not (calls or refusal is not None or extra)
    message: dict[str, Any] = {"role": "assistant", "content": content if spoke else None, "refusal": refusal, **extra}
    if reasoning:
        message["reasoning_content"] = reasoning
    if annotations:
        message["annotations"] = annotations
    reason = shown(candidate.reason, refused=refusal is not None)
    if calls and legacy and "function" in calls[0]:
        message["function_call"] = calls[0]["function"]
        reason = "function_call" if reason == "tool_calls" else reason
    elif calls:
        message["tool_calls"] = calls
    logprobs = None
    if candidate.logprobs is not None or candidate.refusal_logprobs is not None:
        logprobs = {"content": for_chat(candidate.logprobs), "refusal": for_chat(candidate.refusal_logprobs)}
    return {"index": number, "message": message, "logprobs": logprobs, "finish_reason": reason}


def _call(part: ToolCall, shown_id: str) -> dict[str, Any]:
    if part.custom:
        return {"id": shown_id, "type": "custom", "custom": {"name": part.name, "input": part.arguments}}
    arguments = part.arguments or "{}"
    return {"id": shown_id, "type": "function", "function": {"name": part.name, "arguments": arguments}}


def _put_back(body: dict[str, Any], value: Any) -> None:
    """Members that this dialect's own decoder kept as they were."""
    if type(value) is not dict:
        return
    if type(value.get("body")) is dict:
        body.update(value["body"])
    number, delta = value.get("candidate"), value.get("delta")
    if type(number) is int and type(delta) is dict and number < len(body["choices"]):
        message = body["choices"][number]["message"]
        message.update({name: kept for name, kept in delta.items() if message.get(name) is None})
