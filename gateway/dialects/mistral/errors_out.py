"""Refusals for Mistral's SDK: `{"object": "error", "message", "type", "param", "code"}`."""

from __future__ import annotations

from typing import Any, Final

from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.sse import frame
from gateway.errors import GatewayError, Kind

_TYPE_OF_KIND: Final[dict[Kind, str]] = {
    "invalid_request": "invalid_request_error",
    "authentication": "authentication_error",
    "billing": "billing_error",
    "permission": "permission_error",
    "not_found": "not_found_error",
    "too_large": "invalid_request_error",
    "rate_limit": "rate_limited",
    "overloaded": "overloaded_error",
    "timeout": "timeout_error",
    "api": "internal_server_error",
}


def native_form(tree: Any) -> bool:
    """Whether `tree` is an error as Mistral's API tells one: words, or complaints about fields (422)."""
    if type(tree) is not dict:
        return False
    return (tree.get("object") == "error" and type(tree.get("message")) is str) or type(tree.get("detail")) is list


def error_body(error: GatewayError, request_id: str | None) -> bytes:
    body = {
        "object": "error",
        "message": error.message,
        "type": _TYPE_OF_KIND[error.kind],
        "param": error.param,
        "code": error.code,
    }
    return encode_json(body if request_id is None else {**body, "request_id": request_id})


def error_frame(error: GatewayError, request_id: str | None) -> bytes:
    """The same as the last event of a stream: not a chunk, so that the SDK raises rather than reads on."""
    return frame(error_body(error, request_id))
