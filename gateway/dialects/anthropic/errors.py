"""Refusals, both ways: `{"type": "error", "error": {"type", "message", "details"?}, "request_id"}`.

The SDKs choose a class by status and `error.details.error_code`; `error.type` is for people and older clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.dialects.http_refusals import UNTOLD_STATUS, UNTOLD_WORDS, kind_of_status, retry_after
from gateway.dialects.sse import frame
from gateway.errors import GatewayError, Kind, UpstreamRefused

_TYPE_OF_KIND: Final[dict[Kind, str]] = {
    "invalid_request": "invalid_request_error",
    "authentication": "authentication_error",
    "billing": "billing_error",
    "permission": "permission_error",
    "not_found": "not_found_error",
    "too_large": "request_too_large",
    "rate_limit": "rate_limit_error",
    "overloaded": "overloaded_error",
    "timeout": "timeout_error",
    "api": "api_error",
}
_KIND_OF_TYPE: Final[dict[str, Kind]] = {word: kind for kind, word in _TYPE_OF_KIND.items()}
# In a stream, and in a body under 200, no status line tells it.
_STATUS_OF_TYPE: Final = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": UNTOLD_STATUS,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_MAX_WORDS = 2000

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def error_body(error: GatewayError, request_id: str | None) -> bytes:
    """The body, the same for a status answer and for the stream's `error` event."""
    details: dict[str, Any] = {"error_code": error.code}
    if error.param is not None:
        details["param"] = error.param
    body: dict[str, Any] = {
        "type": "error",
        "error": {"type": _type_of(error), "message": error.message, "details": details},
    }
    if request_id is not None:
        body["request_id"] = request_id
    return _encode(body)


def error_frame(error: GatewayError, request_id: str | None) -> bytes:
    return frame(error_body(error, request_id), b"error")


def _type_of(error: GatewayError) -> str:
    # OpenAI says `invalid_request_error` with every 4xx: a word is Claude's where it goes with the status, too.
    if isinstance(error, UpstreamRefused) and error.type and _STATUS_OF_TYPE.get(error.type) == error.status:
        return error.type
    return _TYPE_OF_KIND[error.kind]


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
    """The provider's error answer, whatever its body is; never raises. `headers` with lower-case names."""
    try:
        tree = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        tree = None
    return _refused(tree, status, retry_after(headers), body if native_form(tree) else None)


def native_form(tree: Any) -> bool:
    """Whether `tree` is an error as Claude's API tells one, in a body or in a stream."""
    match tree:
        case {"type": "error", "error": {"type": str(), "message": str()}}:
            return True
        case _:
            return False


def read_refusal(tree: Any) -> UpstreamRefused:
    """An error object that came under status 200: as a stream's event, or as a body."""
    error = tree.get("error") if type(tree) is dict else None
    word = error.get("type") if type(error) is dict else None
    status = _STATUS_OF_TYPE.get(word, UNTOLD_STATUS) if type(word) is str else UNTOLD_STATUS
    return _refused(tree, status, None, None, UNTOLD_WORDS)


def _refused(
    tree: Any, status: int, retry_after: float | None, raw: bytes | None, wordless: str | None = None
) -> UpstreamRefused:
    """`wordless`: what to say where the provider says nothing; by default, its status."""
    if type(tree) is list and tree:  # Google's imitation
        tree = tree[0]
    error = tree.get("error") if type(tree) is dict else None
    if type(tree) is dict and type(error) is not dict:
        # Servers that imitate the dialect: {"error": "words"}, {"message": "words"}, {"detail": "words"}.
        error = {"message": error if type(error) is str else tree.get("message") or tree.get("detail")} | {
            name: tree[name] for name in ("type", "code", "param") if name in tree
        }
    told: dict[str, Any] = error if type(error) is dict else {}
    details = told.get("details")
    details = details if type(details) is dict else {}
    word, message = _text(told.get("type")), _text(told.get("message"))
    kind = _KIND_OF_TYPE.get(word or "") or kind_of_status(status)
    if kind == "invalid_request" and message is not None and "credit balance is too low" in message:
        kind = "billing"  # the account of the gateway is empty; the API says 400 invalid_request_error
    if status in (401, 403):
        # The provider refused the gateway's own credential and may quote it.
        message, raw = "The provider refused the gateway's credential or its permissions.", None
        kind = kind_of_status(status)
    return UpstreamRefused(
        message[:_MAX_WORDS] if message else wordless or f"The provider answered with status {status}.",
        status=status,
        kind=kind,
        code=_text(details.get("error_code")) or _text(told.get("code")) or word,
        type=word,
        param=_text(details.get("param")) or _text(told.get("param")),
        retry_after=retry_after,
        raw=raw,
    )


def _text(value: Any) -> str | None:
    return value if type(value) is str and value else None
