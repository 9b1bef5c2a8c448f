"""Refusals for OpenAI clients: the body as in chat completions, and the last frames of a broken stream.

A stream that breaks ends with two events, as the API's own do: `error`, whose `error` member makes the SDK raise, and
`response.failed`, which agents that read events themselves (Codex) wait for. Nothing follows them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.dialects.openai_chat.errors_out import error_body
from gateway.dialects.openai_responses.endings import failed_code
from gateway.dialects.openai_responses.ids import response_id
from gateway.dialects.openai_responses.wire import decode_tree, encode_json
from gateway.dialects.sse import frame
from gateway.errors import GatewayError

BEHIND_ALL: Final = 2**31 - 2
"""A sequence number behind those of every frame that may have been relayed before."""


def failed_error(error: GatewayError) -> dict[str, Any]:
    """`error` of a failed response."""
    return {"code": failed_code(error), "message": error.message}


def last_frames(error: GatewayError, number: int, response: msgspec.Raw) -> bytes:
    """`number`: the first of the two sequence numbers; `response`: the response, failed."""
    inner: dict[str, Any] = decode_tree(error_body(error))["error"]
    told = {
        "type": "error",
        "sequence_number": number,
        "code": inner["code"],
        "message": inner["message"],
        "param": inner["param"],
        "error": inner,
    }
    failed = {"type": "response.failed", "sequence_number": number + 1, "response": response}
    return frame(encode_json(told), b"error") + frame(encode_json(failed), b"response.failed")


def last_frames_alone(error: GatewayError, request_id: str) -> bytes:
    """The same behind frames that went out as they came: of the response nothing is known here but that it failed."""
    response = {
        "id": response_id(request_id),
        "object": "response",
        "created_at": 0,
        "status": "failed",
        "error": failed_error(error),
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "",
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }
    return last_frames(error, BEHIND_ALL, msgspec.Raw(encode_json(response)))
