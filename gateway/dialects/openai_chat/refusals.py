"""A provider's error, read, in every shape that is met behind this dialect.

    {"error": {"message", "type", "param", "code"}}     OpenAI; llama.cpp and vLLM with a whole number as code
    {"code": "...", "error": "words"}                   xAI
    {"object": "error", "message", "type", "code"}      Mistral, older vLLM
    {"detail": "words"} | {"detail": [{"loc", "msg"}]}  FastAPI servers, Mistral
    {"message": "words", "raw_status_code": 401}        Mistral's front door
    [{"error": {...}}]                                  Google's imitation

Invariants
- Never raises; the provider's status is kept; `raw` is the body as received, where it has the form that the SDK of the
  client's dialect reads: what another server makes of that form is written anew.
- Where the provider refused the gateway's own credential, neither its words nor its body are kept: they quote the key.
- What xAI refuses for its content comes under 403, too, in words that name the gateway's team and key: of these, the
  checks that failed are kept, and it is not taken for a refused credential.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from gateway.core.events import Failed
from gateway.dialects.http_refusals import UNTOLD_STATUS, UNTOLD_WORDS, kind_of_status, retry_after
from gateway.dialects.openai_chat.wire import decode_tree
from gateway.errors import Kind, UpstreamRefused

MAX_WORDS: Final = 2000
MAX_CHECKS: Final = 9

CREDENTIAL_REFUSED: Final = "The provider refused the gateway's credential; the gateway's operators can mend that."

_CONTENT_REFUSED: Final = "Content violates usage guidelines"
_FAILED_CHECK: Final = re.compile(r"\bSAFETY_CHECK_TYPE_[A-Z_]+")

# The provider's word (code first, then type) where it says more than the status.
_KIND_OF_WORD: Final[dict[str, Kind]] = {
    "insufficient_quota": "billing",
    "billing_hard_limit_reached": "billing",
    "billing_not_active": "billing",
    "rate_limit_exceeded": "rate_limit",
    "rate_limit_error": "rate_limit",
    "rate_limited": "rate_limit",
    "overloaded_error": "overloaded",
    "overloaded": "overloaded",
    "engine_overloaded": "overloaded",
    "service_unavailable": "overloaded",
    "service_tier_capacity_exceeded": "overloaded",
    "unavailable_error": "overloaded",
    "context_length_exceeded": "invalid_request",
    "exceed_context_size_error": "invalid_request",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "NotFoundError": "not_found",
    "invalid_api_key": "authentication",
    "authentication_error": "authentication",
    "permission_error": "permission",
    "invalid_request_error": "invalid_request",
    "BadRequestError": "invalid_request",
}

# For an error inside a stream, or under status 200, which has no status of its own.
_STATUS_OF_KIND: Final[dict[Kind, int]] = {
    "invalid_request": 400,
    "authentication": 401,
    "billing": 429,
    "permission": 403,
    "not_found": 404,
    "too_large": 413,
    "rate_limit": 429,
    "overloaded": 503,
    "timeout": 504,
    "api": UNTOLD_STATUS,
}


def native_form(tree: Any) -> bool:
    """Whether `tree` is an error as OpenAI's API tells one: the first of the shapes, with words in it.

    Azure's filters say a type of null, and what they found in members of their own.
    """
    error = tree.get("error") if type(tree) is dict else None
    if type(error) is not dict or type(error.get("message")) is not str or "type" not in error:
        return False
    return all(error.get(name) is None or type(error[name]) is str for name in ("type", "param", "code"))


def refused(
    status: int, headers: Mapping[str, str], body: bytes, native: Callable[[Any], bool] = native_form
) -> UpstreamRefused:
    """The refusal that `body` tells, whatever it is. `native` tells the form of the dialect's own errors."""
    try:
        tree = decode_tree(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        tree = None
    return _refusal(tree, status, retry_after(headers), body if native(tree) else None)


def tells_error(tree: dict[str, Any]) -> bool:
    """Whether a chunk, or a body that came with status 200, is an error in one of the shapes."""
    if tree.get("error"):
        return True
    if tree.get("choices") is not None:
        return False
    return tree.get("object") == "error" or (
        "usage" not in tree and any(tree.get(name) for name in ("detail", "message"))
    )


def failed(tree: Any) -> Failed:
    """The end of a stream whose frame is `tree`."""
    error = read_error(tree)
    return Failed(error, native_form(tree) and in_its_words(error, tree["error"]))


def in_its_words(error: UpstreamRefused, inner: dict[str, Any]) -> bool:
    """Whether `error` says what its provider's object says: where it does not, that quotes the gateway's account."""
    return error.message == (_message(inner) or UNTOLD_WORDS)[:MAX_WORDS]


def read_error(tree: Any) -> UpstreamRefused:
    """An error told under status 200: the status is a whole number the error names, else what its kind stands for."""
    inner = _inner(tree)
    numbers = (inner.get(name) for name in ("code", "status", "status_code", "raw_status_code"))
    status = next((number for number in numbers if type(number) is int and 400 <= number <= 599), None)
    if status is None:
        kind = _kind_of_words(inner)
        status = _STATUS_OF_KIND[kind or "api"]
    return _refusal(tree, status, None, None, UNTOLD_WORDS)


def _refusal(
    tree: Any, status: int, wait: float | None, body: bytes | None, wordless: str | None = None
) -> UpstreamRefused:
    """`wordless`: what to say where the provider says nothing; by default, its status."""
    inner = _inner(tree)
    message = _message(inner)
    code, type_, param = inner.get("code"), inner.get("type"), inner.get("param")
    if type(code) is int and code != status:
        code = str(code)
    kind = _kind_of_words(inner) if status != 529 else "overloaded"
    if kind is None or kind == "invalid_request":  # the word stands beside every 4xx, and says less than most
        kind = kind_of_status(status)
    content = message is not None and message.startswith(_CONTENT_REFUSED)
    if content:
        message, body, kind = _without_account(message or ""), None, "invalid_request"
    elif status in {401, 403}:
        kind = kind_of_status(status)
    elif message is not None and message.lower().startswith(("incorrect api key", "invalid api key")):
        kind = "authentication"  # xAI, with status 400
    if not content and (kind == "authentication" or status in {401, 403}):
        message, body = CREDENTIAL_REFUSED, None
    return UpstreamRefused(
        message[:MAX_WORDS] if message else wordless or f"The provider answered with status {status}.",
        status=status,
        kind=kind,
        code=code if type(code) is str and code else None,
        type=type_ if type(type_) is str and type_ else None,
        param=param if type(param) is str and param else None,
        retry_after=wait,
        raw=body,
    )


def _without_account(message: str) -> str:
    """What xAI says of refused content, without the team and the key that it names."""
    checks = ", ".join(_FAILED_CHECK.findall(message)[:MAX_CHECKS])
    told = f" ({checks})" if checks else ""
    return f"{_CONTENT_REFUSED} of the provider{told}. Change what is asked, or name another model."


def _inner(tree: Any) -> dict[str, Any]:
    """The object that holds message and code."""
    if type(tree) is list and tree:
        tree = tree[0]
    if type(tree) is not dict:
        return {"message": tree} if type(tree) is str else {}
    error = tree.get("error")
    if type(error) is dict:
        return error
    return {**tree, "message": error} if type(error) is str else tree


def _message(inner: dict[str, Any]) -> str | None:
    for name in ("message", "detail", "msg"):
        words = _words(inner.get(name))
        if words:
            return words
    return None


def _words(value: Any) -> str | None:
    """A message that may itself be an object, or a list of complaints about fields."""
    match value:
        case str():
            return value
        case {"message": str(words)} | {"detail": str(words)}:
            return words
        case {"detail": list(complaints)}:
            return _words(complaints)
        case list():
            return "; ".join(filter(None, map(_complaint, value))) or None
        case _:
            return None


def _complaint(value: Any) -> str | None:
    match value:
        case str():
            return value
        case {"loc": list(place), "msg": str(words)}:
            return f"{'.'.join(map(str, place))}: {words}"
        case {"msg": str(words)} | {"message": str(words)}:
            return words
        case _:
            return None


def _kind_of_words(inner: dict[str, Any]) -> Kind | None:
    for name in ("code", "type"):
        word = inner.get(name)
        if type(word) is str and word in _KIND_OF_WORD:
            return _KIND_OF_WORD[word]
    return None
