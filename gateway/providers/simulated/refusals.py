"""Each provider's own shape of an error, as a body and as a frame within a stream.

Sources: recorded traffic of each provider; the documented error lists of OpenAI, Anthropic, Google, Mistral, xAI;
vLLM's `ErrorResponse`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.providers.simulated.ask import Refusal

Surface = Literal["openai", "anthropic", "gemini", "mistral", "xai", "local"]

_encode = msgspec.json.encode

_OPENAI_TYPES = {"rate_limit": "rate_limit_error", "api": "server_error", "overloaded": "server_error"}
_OPENAI_CODES = {
    "authentication": "invalid_api_key",
    "not_found": "model_not_found",
    "rate_limit": "rate_limit_exceeded",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_GOOGLE_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_XAI_CODES = {400: "invalid-argument", 404: "not-found", 429: "resource-exhausted", 503: "unavailable"}
_VLLM_TYPES = {400: "BadRequestError", 401: "Unauthorized", 404: "NotFoundError", 429: "TooManyRequestsError"}


def of_status(status: int) -> Refusal:
    """The refusal that a fault asked for by its status."""
    kinds = {401: "authentication", 403: "permission", 404: "not_found", 429: "rate_limit", 529: "overloaded"}
    otherwise = "invalid" if 400 <= status < 500 else "api"
    return Refusal(status, kinds.get(status, otherwise), f"Simulated failure with status {status}.")


def error_body(surface: Surface, refusal: Refusal, request_id: str) -> bytes:
    """The JSON body of an error answer."""
    return _encode(_error(surface, refusal, request_id))


def error_frame(surface: Surface, path: str) -> bytes:
    """An error in the middle of a stream: the provider says that it cannot go on."""
    match surface:
        case "anthropic":
            refusal = Refusal(529, "overloaded", "Overloaded")
            return b"event: error\ndata: %b\n\n" % _encode(
                {"type": "error", "error": {"type": "overloaded_error", "message": refusal.message}}
            )
        case "gemini":
            body = error_body(surface, Refusal(503, "overloaded", "The model is overloaded."), "")
            return b"data: %b\r\n\r\n" % body
        case "openai" | "xai" | "local" | "mistral":
            message = "The server had an error while it answered."
            if path.endswith("/responses"):
                event = {"type": "error", "code": "server_error", "message": message, "param": None}
                return b"event: error\ndata: %b\n\n" % _encode(event | {"sequence_number": 1000})
            if path.endswith("/messages"):
                return error_frame("anthropic", path)
            return b"data: %b\n\n" % error_body(surface, Refusal(500, "api", message), "")


def _error(surface: Surface, refusal: Refusal, request_id: str) -> dict[str, Any]:
    status, message = refusal.status, refusal.message
    match surface:
        case "openai":
            return {
                "error": {
                    "message": message,
                    "type": _OPENAI_TYPES.get(refusal.kind, "invalid_request_error"),
                    "param": refusal.param,
                    "code": refusal.code or _OPENAI_CODES.get(refusal.kind),
                }
            }
        case "anthropic":
            kind = _ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
            return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
        case "gemini":
            word = _GOOGLE_STATUSES.get(status, "INTERNAL" if status >= 500 else "FAILED_PRECONDITION")
            error = {"code": status, "message": message, "status": word}
            return {"error": error | ({"details": refusal.detail} if refusal.detail else {})}
        case "mistral":
            if refusal.detail is not None:
                return {"detail": refusal.detail}
            if refusal.kind == "authentication":
                return {"detail": message}
            kind = "invalid_request_error" if status < 500 else "internal_server_error"
            if status == 429:
                kind = "rate_limited"
            kind = refusal.word or kind
            return {"object": "error", "message": message, "type": kind, "param": refusal.param, "code": refusal.code}
        case "xai":
            return {"code": _XAI_CODES.get(status, "internal-error" if status >= 500 else "failed"), "error": message}
        case "local":
            kind = _VLLM_TYPES.get(status, "InternalServerError" if status >= 500 else "BadRequestError")
            return {"error": {"message": message, "type": kind, "param": refusal.param, "code": status}}
