"""Errors of the admin API: a status, a stable code, and a sentence that says what to do next; never a cause's text."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from gateway.telemetry import logs


class ErrorBody(msgspec.Struct, frozen=True):
    code: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True):
    """What every error looks like."""

    error: ErrorBody


class Refusal(Exception):
    """Ends a request with this status; `message` holds no secret."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def identity_provider_down() -> Refusal:
    return Refusal(503, "identity_provider_down", "The identity provider does not answer. Try again.")


_DOCUMENT: Final = "/admin/v1/openapi.json says what it takes."
_FRAMEWORK: Final = {
    400: ("invalid_request", f"The request is not what this endpoint takes; {_DOCUMENT}"),
    404: ("not_found", "There is nothing here; /admin/v1/openapi.json lists what there is."),
    405: ("method_not_allowed", "This endpoint does not know that method."),
    413: ("body_too_large", "The body is longer than any that this API takes."),
}
_FAULT: Final = ("internal_error", "The gateway failed on this request; its log says where.")

_QUOTES_NOTHING: Final = ("Expected ", "Invalid RFC3339 ", "Object missing required field ")
"""How those of msgspec's complaints begin that hold nothing of what was sent."""

_UNKNOWN_FIELD: Final = "Object contains unknown field "
"""Whose name was sent, and is not told back."""
_ONE_TOO_MANY: Final = "Object contains a field that is unknown here"

_PAGE: Final = (
    '<!doctype html><html lang="en"><title>LLM gateway</title>'
    '<meta name="viewport" content="width=device-width">'
    '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/console.css">'
    '<main><p>{message}</p><p class="mono">{code}</p><p><a href="/">To the console</a></p></main></html>'
)

REFUSED: Final = {
    status: ResponseSpec(ErrorAnswer, description=what, generate_examples=False)
    for status, what in {
        400: "Not what this endpoint takes.",
        401: "Nobody who is known.",
        403: "Not allowed to this role.",
        404: "No such thing.",
        405: "No such method here.",
        409: "Not possible in its present state.",
        413: "Too long a body.",
        415: "Not JSON.",
        429: "Too many failed logins.",
        503: "What this needs cannot be reached.",
    }.items()
}
"""For the OpenAPI document: what any endpoint may answer with."""


def answer(status: int, code: str, message: str, retry_after: int | None = None) -> Response[ErrorAnswer]:
    headers = {"retry-after": str(retry_after)} if retry_after is not None else {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="gateway admin"'
    return Response(ErrorAnswer(ErrorBody(code, message)), status_code=status, headers=headers)


def refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[ErrorAnswer] | Response[str]:
    return _shown(request, answer(refusal.status, refusal.code, refusal.message, refusal.retry_after))


def refused_by_framework(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[ErrorAnswer] | Response[str]:
    """Litestar's own errors quote what was sent; ours do not."""
    code, message = _FRAMEWORK.get(error.status_code, _FAULT)
    if isinstance(error, ValidationException):
        message = _complaint(error) or message
    response = answer(error.status_code, code, message)
    for name, value in (error.headers or {}).items():
        response.set_header(name, value)
    return _shown(request, response)


def _complaint(error: ValidationException) -> str:
    """Which field or parameter is wrong, and how; "" where that would quote what was sent."""
    parts = [each for each in error.extra or () if isinstance(each, dict)]
    told = [(each["key"], each["message"]) for each in parts if each["message"].startswith(_QUOTES_NOTHING)]
    told += [(each["key"], _ONE_TOO_MANY) for each in parts if each["message"].startswith(_UNKNOWN_FIELD)]
    wrong = (f"{'the body' if key == 'data' else repr(key)}: {message}" for key, message in told)
    return f"The request is not what this endpoint takes: {'; '.join(wrong)}. {_DOCUMENT}" if told else ""


def _shown(request: Request[Any, Any, Any], told: Response[ErrorAnswer]) -> Response[ErrorAnswer] | Response[str]:
    """To a person whose browser went there, as at the end of a login, a page with the way back; else JSON."""
    if "text/html" not in request.headers.get("accept", ""):
        return told
    error = told.content.error
    page = _PAGE.format(message=escape(error.message), code=escape(error.code))
    return Response(page, status_code=told.status_code, headers=dict(told.headers), media_type="text/html")


def too_deep(_: Request[Any, Any, Any], __: Exception) -> Response[ErrorAnswer]:
    """A body that nests as none of ours does: nothing of the gateway's own calls itself that often."""
    return answer(400, *_FRAMEWORK[400])


def not_utf8(_: Request[Any, Any, Any], __: Exception) -> Response[ErrorAnswer]:
    """A body whose text is none: msgspec complains of that in no error of its own, and litestar knows only those."""
    return answer(400, "invalid_request", "The body is not valid UTF-8.")


def unreachable(_: Request[Any, Any, Any], error: Exception) -> Response[ErrorAnswer]:
    """The database failed; the log says how and where, since a defect of ours may be among the reasons."""
    logs.fault(None, error)
    return answer(503, "database_unavailable", "The database does not answer. Try again; `gateway doctor` tells more.")


def failed(_: Request[Any, Any, Any], error: Exception) -> Response[ErrorAnswer]:
    logs.fault(None, error)
    return answer(500, *_FAULT)
