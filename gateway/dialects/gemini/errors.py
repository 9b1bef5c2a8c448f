"""Errors, both ways: Google's `{"error": {code, message, status, details}}`.

Source: google.rpc.Status and the detail types ErrorInfo, RetryInfo, BadRequest and RequestInfo (google.rpc
`error_details`). The SDKs choose their class by the HTTP status, and in a stream by `error.code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.dialects.http_refusals import UNTOLD_STATUS, UNTOLD_WORDS, bounded_seconds, kind_of_status, retry_after
from gateway.dialects.sse import frame
from gateway.errors import GatewayError, Kind, UpstreamRefused

_DETAIL = "type.googleapis.com/google.rpc."
_MAX_MESSAGE = 2000

_STATUS_WORD: dict[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    451: "PERMISSION_DENIED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
_KIND_OF_WORD: dict[str, Kind] = {
    "UNAUTHENTICATED": "authentication",
    "PERMISSION_DENIED": "permission",
    "NOT_FOUND": "not_found",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "UNAVAILABLE": "overloaded",
    "DEADLINE_EXCEEDED": "timeout",
}
_STATUS_OF_WORD: dict[str, int] = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_EXPIRED", "CREDENTIALS_MISSING"})
_OUR_CREDENTIAL = "The provider refused the gateway's credential."


def error_object(error: GatewayError, request_id: str | None = None) -> dict[str, Any]:
    """The `error` member. Our code stands in ErrorInfo.reason, in upper case as Google's reasons are."""
    details: list[dict[str, Any]] = [
        {"@type": f"{_DETAIL}ErrorInfo", "reason": error.code.upper(), "domain": "llm-gateway"}
    ]
    if error.param is not None:
        violation = {"field": error.param, "description": error.message}
        details.append({"@type": f"{_DETAIL}BadRequest", "fieldViolations": [violation]})
    if error.retry_after is not None:
        details.append({"@type": f"{_DETAIL}RetryInfo", "retryDelay": _duration(error.retry_after)})
    if request_id is not None:
        details.append({"@type": f"{_DETAIL}RequestInfo", "requestId": request_id})
    word = _STATUS_WORD.get(error.status) or ("INVALID_ARGUMENT" if error.status < 500 else "INTERNAL")
    return {"code": error.status, "message": error.message, "status": word, "details": details}


def encode_error(error: GatewayError, request_id: str) -> bytes:
    return msgspec.json.encode({"error": error_object(error, request_id)})


def ending_stream(error: bytes) -> bytes:
    """An error's body as the last event of a stream, and then bare, as nothing that ends: google-genai 1 (npm), which
    Gemini CLI is built on, and its forerunner take every event for a piece of the answer, and raise for what is left.
    Everybody else has raised by then.
    """
    return frame(error) + error


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
    """The provider's refusal as a value; never raises. `headers` with lower-case names.

    A refused key (also HTTP 400 with the reason API_KEY_INVALID) is the gateway's own: Google's words stay here.
    """
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        tree = None
    return _refusal(tree, status, retry_after(headers), body if native_form(tree) else None)


def native_form(tree: Any) -> bool:
    """Whether `tree` is an error as Google tells one."""
    match tree:
        case {"error": {"code": int(), "message": str(), "status": str()}}:
            return True
        case _:
            return False


def refusal_in_stream(tree: Any, body: bytes | None = None) -> UpstreamRefused:
    """The error that a stream told in place of an answer; its `code` or `status` is the HTTP status it stands for.
    `body`: how it was told, where SDKs would read it.
    """
    error = _error_member(tree)
    code, word = error.get("code"), error.get("status")
    status = code if type(code) is int and 400 <= code <= 599 else _STATUS_OF_WORD.get(str(word), UNTOLD_STATUS)
    return _refusal(tree, status, None, body if native_form(tree) else None, UNTOLD_WORDS)


def _refusal(
    tree: Any, status: int, retry_after: float | None, body: bytes | None, wordless: str | None = None
) -> UpstreamRefused:
    """`wordless`: what to say where the provider says nothing; by default, its status."""
    error = _error_member(tree)
    word = error.get("status")
    word = word if type(word) is str else None
    reason: str | None = None
    param: str | None = None
    for detail in _details(error):
        match str(detail.get("@type", "")).rpartition(".")[2]:
            case "ErrorInfo":
                reason = _text(detail.get("reason")) or reason
            case "RetryInfo":
                retry_after = _seconds(detail.get("retryDelay")) if retry_after is None else retry_after
            case "BadRequest":
                violations = detail.get("fieldViolations")
                if type(violations) is list and violations and type(violations[0]) is dict:
                    param = _text(violations[0].get("field"))
            case _:
                pass  # links and debug notes
    ours = status in {401, 403} or reason in _KEY_REASONS
    kind = _KIND_OF_WORD.get(word or "") if 400 <= status < 500 and status not in {401, 403, 408} else None
    told = _text(error.get("message")) or _text(error.get("detail"))
    message = told or wordless or f"The provider answered with status {status}."
    return UpstreamRefused(
        _OUR_CREDENTIAL if ours else message[:_MAX_MESSAGE],
        status=status,
        kind="authentication" if reason in _KEY_REASONS else kind or kind_of_status(status),
        code=reason or word,
        type=word,
        param=param,
        retry_after=retry_after,
        raw=None if ours else body,
    )


def _error_member(tree: Any) -> dict[str, Any]:
    """The `error` object in the shapes that are seen: wrapped, bare, in an array, or as a text."""
    if type(tree) is list and tree:
        tree = tree[0]
    if type(tree) is not dict:
        return {}
    error = tree.get("error", tree)
    if type(error) is str:
        return {"message": error}
    return error if type(error) is dict else {}


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    details = error.get("details")
    return [detail for detail in details if type(detail) is dict] if type(details) is list else []


def _text(value: Any) -> str | None:
    return value if type(value) is str and value else None


def _seconds(value: Any) -> float | None:
    """A protobuf duration (`"1.5s"`, or {seconds, nanos}) in seconds."""
    if type(value) is dict:
        seconds = value.get("seconds", 0)
        return bounded_seconds(str(seconds))
    return bounded_seconds(value[:-1]) if type(value) is str and value.endswith("s") else None


def _duration(seconds: float) -> str:
    return f"{seconds:g}s"
