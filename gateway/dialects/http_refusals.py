"""What status and headers of a provider's refusal say, whatever its dialect.

Source of `Retry-After`: RFC 9110, 10.2.3; `retry-after-ms` is OpenAI's, and its SDKs and others' read it first.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import math
from collections.abc import Mapping
from typing import Final

from gateway.errors import Kind

LONGEST_WAIT: Final = 60.0
"""Seconds: some SDKs obey any value that they are told."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, 0 to LONGEST_WAIT; a date counts from the answer's own `date`. Never raises.

    `headers` with lower-case names; None where they tell nothing that can be read.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if (wait := bounded_seconds(headers.get(name, ""), unit)) is not None:
            return wait
    until, since = _moment(headers.get("retry-after")), _moment(headers.get("date"))
    if until is None or since is None:
        return None
    return min(max((until - since).total_seconds(), 0.0), LONGEST_WAIT)


def bounded_seconds(text: str, unit: float = 1.0) -> float | None:
    """`text`, a number of `unit` seconds, in bounds; None where it is none, or less than nothing."""
    try:
        seconds = float(text) * unit
    except ValueError:
        return None
    return min(seconds, LONGEST_WAIT) if math.isfinite(seconds) and seconds >= 0 else None


def _moment(text: str | None) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError, TypeError, IndexError):  # the parser knows strange dates too well
        return None
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    return moment


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


UNTOLD_STATUS: Final = 502
"""Of an error under status 200 that names none, and no kind that has one: 500 would be taken for the gateway's own."""
UNTOLD_WORDS: Final = "The provider answered with an error that says nothing more. Ask again, or another model."


def kind_of_status(status: int) -> Kind:
    """The kind that an HTTP status stands for when a provider gives no better word."""
    return KIND_BY_STATUS.get(status, "invalid_request" if 400 <= status < 500 else "api")
