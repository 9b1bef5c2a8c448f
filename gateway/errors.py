"""Everything that can go wrong, as one tree.

    GatewayError
    ├── BadRequest 400 invalid_request
    │   ├── MalformedBody 400 malformed_body
    │   ├── DoubtfulHead 400 doubtful_head
    │   ├── BadParameter 400 invalid_parameter
    │   │   ├── ContextTooLong 400 context_length_exceeded
    │   │   └── ThreadUnsupported 400 thread_unsupported_request
    │   └── DialectCannotCarry 400 untranslatable
    ├── NotAuthenticated 401 invalid_api_key
    │   └── KeyInQuery 401 api_key_in_query
    ├── BudgetSpent 402 budget_spent
    ├── NotPermitted 403 not_permitted
    │   ├── AddressNotPermitted 403 address_not_permitted
    │   ├── ModelNotPermitted 403 model_not_permitted
    │   ├── OperationNotPermitted 403 operation_not_permitted
    │   └── KeySuspended 403 key_suspended
    ├── NotFound 404 not_found
    │   ├── UnknownModel 404 model_not_found
    │   └── UnknownRoute 404 unknown_route
    ├── MethodNotAllowed 405 method_not_allowed
    ├── BodyTimedOut 408 body_timeout
    ├── IdempotencyConflict 409 idempotency_conflict
    ├── BodyTooLarge 413 body_too_large
    ├── EncodingNotSupported 415 encoding_not_supported
    ├── PriceUnknown 422 price_unknown
    ├── PersonalDataRefused 422 personal_data
    │   └── PersonalDataUnread 422 personal_data_unread
    ├── WebSocketNotServed 426 websocket_not_served
    ├── QuotaExceeded 429 rate_limit_exceeded
    ├── NoPermittedRegion 451 no_permitted_region
    ├── GatewayFault 500 internal_error
    ├── NotImplementedHere 501 not_implemented
    ├── Overloaded 503 overloaded
    │   ├── AuditUnavailable 503 audit_unavailable
    │   ├── JournalUnavailable 503 journal_unavailable
    │   ├── LimitsUnavailable 503 limits_unavailable
    │   └── ShuttingDown 503 shutting_down
    └── UpstreamError 502 upstream_error
        ├── UpstreamRefused (the provider's own status and code)
        ├── UpstreamUnreachable 502 upstream_unreachable
        │   └── CircuitOpen 503 upstream_circuit_open
        │       └── TargetBusy 503 upstream_busy
        ├── UpstreamTimedOut 504 upstream_timeout
        ├── UpstreamCut 502 upstream_cut
        └── UpstreamNonsense 502 upstream_invalid

Promise: a client can meet no other, and every client dialect can encode each (`tests/laws/test_errors.py`).

Invariants
- `status`, `code` and `kind` never depend on the dialect; a codec maps `kind` to its own words.
- `message` is for the caller: it says what to do next and holds no secret, no prompt, no value of a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal[
    "invalid_request",
    "authentication",
    "billing",
    "permission",
    "not_found",
    "too_large",
    "rate_limit",
    "overloaded",
    "timeout",
    "api",
]


class GatewayError(Exception):
    """Root of the tree; never raised itself."""

    status: int = 500
    code: str = "internal_error"
    kind: Kind = "api"
    next_step: str = ""
    """What to do, where that is the same whatever went wrong: said behind the message."""

    def __init__(self, message: str, *, param: str | None = None, retry_after: float | None = None) -> None:
        self.message = f"{message} {self.next_step}" if self.next_step else message
        super().__init__(self.message)
        self.param = param
        self.retry_after = retry_after
        """Seconds; at most 60, since some SDKs obey any value."""


class BadRequest(GatewayError):
    status, code = 400, "invalid_request"
    kind: Kind = "invalid_request"


class MalformedBody(BadRequest):
    code = "malformed_body"


class BadParameter(BadRequest):
    code = "invalid_parameter"


class ThreadUnsupported(BadParameter):
    code = "thread_unsupported_request"  # Anthropic's own: its SDKs then send the whole history


class DialectCannotCarry(BadRequest):
    """A field that would change the answer's meaning has no counterpart in any permitted target's dialect."""

    code = "untranslatable"


class NotAuthenticated(GatewayError):
    status, code = 401, "invalid_api_key"
    kind: Kind = "authentication"


class KeyInQuery(NotAuthenticated):
    code = "api_key_in_query"


class NotPermitted(GatewayError):
    status, code = 403, "not_permitted"
    kind: Kind = "permission"


class AddressNotPermitted(NotPermitted):
    code = "address_not_permitted"


class ModelNotPermitted(NotPermitted):
    code = "model_not_permitted"


class OperationNotPermitted(NotPermitted):
    code = "operation_not_permitted"


class NotFound(GatewayError):
    status, code = 404, "not_found"
    kind: Kind = "not_found"


class UnknownModel(NotFound):
    code = "model_not_found"


class UnknownRoute(NotFound):
    code = "unknown_route"


class MethodNotAllowed(GatewayError):
    status, code = 405, "method_not_allowed"
    kind: Kind = "invalid_request"
    allow = ""  # the methods that are, for the `Allow` header


class BodyTimedOut(GatewayError):
    status, code = 408, "body_timeout"
    kind: Kind = "timeout"


class BodyTooLarge(GatewayError):
    status, code = 413, "body_too_large"
    kind: Kind = "too_large"


class EncodingNotSupported(GatewayError):
    status, code = 415, "encoding_not_supported"
    kind: Kind = "invalid_request"


class WebSocketNotServed(GatewayError):
    """426 is what clients that prefer WebSockets (Codex) take as word to go back to plain requests."""

    status, code = 426, "websocket_not_served"
    kind: Kind = "invalid_request"


class PersonalDataRefused(GatewayError):
    """What a team's rules do not let out. The message and `counts` name types and numbers, never a value."""

    status, code = 422, "personal_data"
    kind: Kind = "invalid_request"
    counts: Mapping[str, int] = {}


class PersonalDataUnread(PersonalDataRefused):  # nobody could look: the detector failed, or took too long
    code = "personal_data_unread"


class NoPermittedRegion(GatewayError):
    status, code = 451, "no_permitted_region"
    kind: Kind = "permission"


class GatewayFault(GatewayError):
    """A defect of ours. The text never quotes the exception behind it."""


class NotImplementedHere(GatewayError):
    status, code = 501, "not_implemented"
    kind: Kind = "invalid_request"


class Overloaded(GatewayError):
    status, code = 503, "overloaded"
    kind: Kind = "overloaded"


class JournalUnavailable(Overloaded):
    code = "journal_unavailable"  # what is to be kept of a request cannot be written down, so it is not made


class ShuttingDown(Overloaded):
    code = "shutting_down"  # the replica stops: the next try reaches another one


class AuditUnavailable(Overloaded):
    code = "audit_unavailable"  # what policy wants written down cannot be: nothing is sent, or no answer finished


class UpstreamError(GatewayError):
    """The provider, or the way to it, failed. `worked` is False where nobody did the work that might be billed."""

    status, code = 502, "upstream_error"
    worked: bool = True
    used: Any = None  # `core.usage.Usage`, where the provider told what it used all the same
    presumed: Any = None  # the same, where it may go on with an answer of which nobody will hear


class UpstreamUnreachable(UpstreamError):
    code, worked = "upstream_unreachable", False
    waited = False  # for the whole connect time-out: who did so once does not do it again for the same target


class CircuitOpen(UpstreamUnreachable):
    """Every target failed just now, again and again: they are left alone until a probe finds one well."""

    status, code = 503, "upstream_circuit_open"
    kind: Kind = "overloaded"


class TargetBusy(CircuitOpen):
    code = "upstream_busy"  # as many calls are under way there as it takes, or it told us to wait


class UpstreamTimedOut(UpstreamError):
    status, code = 504, "upstream_timeout"
    kind: Kind = "timeout"
    next_step = "Try again, or wait longer."
    impatient = False  # the client would not have waited longer: it says nothing of the target


class UpstreamCut(UpstreamError):
    next_step = "Try again."
    code = "upstream_cut"  # the answer ended, or the connection broke, before the provider said that it was done


class UpstreamNonsense(UpstreamError):
    next_step = "Name another model: each further try may be billed, and come to the same."
    code = "upstream_invalid"  # the provider answered with something its dialect does not allow


class UpstreamRefused(UpstreamError):
    """The provider answered with an error; its status, code and words are kept.

    `raw` is the provider's body as received, relayed only within one dialect, and never for 401 and 403,
    where providers quote parts of the gateway's own credential.
    """

    worked = False

    def __init__(
        self,
        message: str,
        *,
        status: int,
        kind: Kind,
        code: str | None = None,
        type: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        raw: bytes | None = None,
    ) -> None:
        super().__init__(message, param=param, retry_after=retry_after)
        self.status = status
        self.kind = kind
        self.code = code or f"upstream_{status}"
        self.type = type
        self.raw = raw
