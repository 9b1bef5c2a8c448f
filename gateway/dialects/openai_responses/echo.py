"""The response object around the output: what it says of itself, and what it repeats of the request.

Source: the `Response` type of the OpenAI SDK 3.54, and answers as the API gives them.

Invariants
- Every member that the SDK requires is there; what the client left out has the API's default.
- The repetition is encoded once an answer, however many events carry it.
- `store` is false, whatever was asked: an answer that is written here is kept by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gateway.core.events import Started
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.openai_chat.usage import SERVICE_TIERS
from gateway.dialects.openai_responses.endings import Ending
from gateway.dialects.openai_responses.ids import response_id
from gateway.dialects.openai_responses.usage import usage_body
from gateway.dialects.openai_responses.wire import encode_json

_DEFAULTS: Final[dict[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


class Echo:
    """One answer's response object, at any moment of it."""

    def __init__(self, facts: AnswerFacts, start: Started) -> None:
        self.id = response_id(start.id or facts.fallback_id)
        self._head: dict[str, Any] = {
            "id": self.id,
            "object": "response",
            "created_at": start.created or facts.now,
            "model": start.model or facts.model,
        }
        self._repeated = encode_json(_repeated(facts.request))[1:]

    def response(
        self,
        status: str,
        output: Sequence[Any],
        usage: Usage | None = None,
        *,
        reason: str | None = None,
        error: dict[str, Any] | None = None,
    ) -> msgspec.Raw:
        """`reason` stands in incomplete_details."""
        body = {
            **self._head,
            "status": status,
            "error": error,
            "incomplete_details": None if reason is None else {"reason": reason},
            "output": output,
            "usage": None if usage is None else usage_body(usage),
        }
        if usage is not None and (tier := usage.tier_alone) in SERVICE_TIERS:
            body["service_tier"] = tier
        return msgspec.Raw(encode_json(body)[:-1] + b"," + self._repeated)

    def ended(self, end: Ending, output: Sequence[Any], usage: Usage | None) -> msgspec.Raw:
        error = None
        if end.status == "failed":
            error = {"code": "server_error", "message": "The model could not complete its answer."}
        return self.response(end.status, output, usage, reason=end.reason, error=error)


def _repeated(request: dict[str, Any]) -> dict[str, Any]:
    told = {name: request[name] if request.get(name) is not None else default for name, default in _DEFAULTS.items()}
    told["store"] = False
    told["reasoning"] = {"effort": None, "summary": None, **_object(request.get("reasoning"))}
    told["text"] = {"format": {"type": "text"}, **_object(request.get("text"))}
    tools = request.get("tools")
    told["tools"] = [_tool(tool) for tool in tools] if type(tools) is list else []
    return told


def _object(value: Any) -> dict[str, Any]:
    """The members that are not null."""
    return {name: member for name, member in value.items() if member is not None} if type(value) is dict else {}


def _tool(tool: Any) -> Any:
    """A function as the API repeats it: with all members that it has."""
    if type(tool) is dict and tool.get("type") == "function":
        return {"description": None, "parameters": None, "strict": True, **tool}
    return tool
