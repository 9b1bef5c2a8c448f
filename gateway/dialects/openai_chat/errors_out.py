"""Refusals for OpenAI clients: `{"error": {"message", "type", "param", "code"}}`.

The SDK chooses its class by the status alone.
"""

from __future__ import annotations

from typing import Final

from gateway.dialects.openai_chat.wire import encode_json
from gateway.dialects.sse import frame
from gateway.errors import GatewayError, Kind

_TYPE_OF_KIND: Final[dict[Kind, str]] = {
    "invalid_request": "invalid_request_error",
    "authentication": "authentication_error",
    "billing": "insufficient_quota",
    "permission": "permission_error",
    "not_found": "not_found_error",
    "too_large": "invalid_request_error",
    "rate_limit": "rate_limit_error",
    "overloaded": "overloaded_error",
    "timeout": "timeout_error",
    "api": "api_error",
}


def error_body(error: GatewayError) -> bytes:
    """The body of a refusal. The request's id has its place in the `x-request-id` header, which the SDK reads."""
    told = {
        "message": error.message,
        "type": _TYPE_OF_KIND[error.kind],
        "param": error.param,
        "code": error.code,
    }
    return encode_json({"error": told})


def error_frame(error: GatewayError) -> bytes:
    """The same as the last event of a stream."""
    return frame(error_body(error))
