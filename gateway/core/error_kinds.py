"""What an HTTP status stands for, where a provider gives no better word."""

from __future__ import annotations

from gateway.errors import Kind

KIND_BY_STATUS: dict[int, Kind] = {
    401: "authentication",
    402: "billing",
    403: "permission",
    404: "not_found",
    408: "timeout",
    413: "too_large",
    429: "rate_limit",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}


def kind_of_status(status: int) -> Kind:
    """The kind that an HTTP status stands for when a provider gives no better word."""
    return KIND_BY_STATUS.get(status, "invalid_request" if 400 <= status < 500 else "api")
