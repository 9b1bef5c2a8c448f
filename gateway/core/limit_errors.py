"""What limits refuse with: a branch of the tree of `gateway.errors`, where it is drawn."""

from __future__ import annotations

from gateway.errors import BadParameter, GatewayError, Kind, NotPermitted, Overloaded


class BudgetSpent(GatewayError):
    """Money, not time, is what is missing: no SDK tries this again."""

    status = 402
    code = "budget_spent"
    kind: Kind = "billing"
    budget: str = ""
    """The one that has no room."""
    instead: str | None = None
    """The model that it names to answer instead."""


class PriceUnknown(GatewayError):
    """What has a budget is not spent on what has no price."""

    status = 422
    code = "price_unknown"
    kind: Kind = "invalid_request"


class QuotaExceeded(GatewayError):
    status = 429
    code = "rate_limit_exceeded"
    kind: Kind = "rate_limit"
    worth_retrying: bool = True
    """Whether the client should come back by itself."""


class KeySuspended(NotPermitted):
    """Somebody else may have the key: a person has to look."""

    code = "key_suspended"


class LimitsUnavailable(Overloaded):
    """What a request may spend cannot be checked, so nothing is spent."""

    code = "limits_unavailable"


class ContextTooLong(BadParameter):
    """No target has room for the request and its answer."""

    code = "context_length_exceeded"
