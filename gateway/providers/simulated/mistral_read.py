"""Mistral's POST /v1/chat/completions, read the way it validates it: nothing that it does not know.

Source: Mistral's published Python types (3.7), recorded traffic.
"""

from __future__ import annotations

from typing import Any

from gateway.providers.simulated import openai_chat_read
from gateway.providers.simulated.ask import Ask, Refusal, invalid
from gateway.providers.simulated.mistral_order import check_order

_FIELDS = frozenset(
    (
        *("model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata"),
        *("response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "min_tokens"),
        *("repetition_penalty", "top_k", "logprobs", "top_logprobs", "prompt_logprobs", "top_prompt_logprobs", "n"),
        *("prediction", "parallel_tool_calls", "reasoning_effort", "prompt_mode", "guardrails", "prompt_cache_key"),
        *("service_tier", "safe_prompt"),
    )
)
_MESSAGE_FIELDS = {
    "system": frozenset(("role", "content")),
    "user": frozenset(("role", "content")),
    "assistant": frozenset(("role", "content", "tool_calls", "prefix")),
    "tool": frozenset(("role", "content", "tool_call_id", "name")),
}
_PARTS = frozenset(("text", "image_url", "document_url", "reference", "file", "thinking", "input_audio"))
_CALL_FIELDS = frozenset(("id", "type", "function", "index"))
_FUNCTION_FIELDS = frozenset(("name", "description", "strict", "parameters"))
_EFFORTS = frozenset((None, "none", "low", "medium", "high"))


def read(body: dict[str, Any], model: str) -> Ask:
    """The ask; raises Refusal for what Mistral refuses."""
    _only(body, _FIELDS, ["body"])
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise unprocessable("missing", ["body", "messages"], "Field required")
    for place, message in enumerate(messages):
        _check_message(message, ["body", "messages", place])
    for place, tool in enumerate(body.get("tools") or []):
        _only(tool, frozenset(("type", "function")), ["body", "tools", place])
        _only(tool.get("function") or {}, _FUNCTION_FIELDS, ["body", "tools", place, "function"])
    if body.get("reasoning_effort") not in _EFFORTS:
        raise unprocessable("literal_error", ["body", "reasoning_effort"], "Input should be 'none' or 'high'")
    if body.get("temperature") == 0 and body.get("top_p") not in (None, 1):
        raise invalid("top_p must be 1 when using greedy sampling.")
    if isinstance(seed := body.get("random_seed"), int) and seed < 0:
        raise unprocessable("greater_than_equal", ["body", "random_seed"], "Input should be greater than or equal to 0")
    check_order(messages)
    plain = [_without_thinking(message) for message in messages]
    ask = openai_chat_read.read(body | {"messages": plain}, model)
    effort = body.get("reasoning_effort")
    ask.thinks = ask.shows_thinking = effort not in (None, "none") or model.startswith("magistral")
    return ask


def unprocessable(kind: str, where: list[str | int], message: str) -> Refusal:
    """A 422 with Mistral's list of validation errors."""
    return Refusal(422, "invalid", message, detail=[{"type": kind, "loc": where, "msg": message, "input": None}])


def _only(tree: dict[str, Any], names: frozenset[str], where: list[str | int]) -> None:
    for name in tree:
        if name not in names:
            raise unprocessable("extra_forbidden", [*where, name], "Extra inputs are not permitted")


def _check_message(message: Any, where: list[str | int]) -> None:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in _MESSAGE_FIELDS:
        raise unprocessable("union_tag_invalid", where, "Input tag should be 'system', 'user', 'assistant' or 'tool'")
    _only(message, _MESSAGE_FIELDS[role], [*where, role])
    content = message.get("content")
    for index, part in enumerate(content if isinstance(content, list) else []):
        if part.get("type") not in _PARTS:
            raise unprocessable("union_tag_invalid", [*where, role, "content", index], "Input tag is not known")
    for call in message.get("tool_calls") or []:
        _only(call, _CALL_FIELDS, [*where, role, "tool_calls"])


def _without_thinking(message: dict[str, Any]) -> dict[str, Any]:
    """The message in the shape that the shared reader knows."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    kept = [part for part in content if part["type"] in ("text", "image_url")]
    return message | {"content": kept}
