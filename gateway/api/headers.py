"""The headers by which the gateway tells of an answer, or of an error, beside what the dialect has."""

from __future__ import annotations

import math
from typing import Final, get_args

from gateway.core.caching import CHECKS, RECALLED, CacheUse
from gateway.core.idempotency import IdempotencyConflict
from gateway.core.limit_errors import QuotaExceeded
from gateway.core.request_heads import DoubtfulHead
from gateway.errors import (
    GatewayError,
    GatewayFault,
    MethodNotAllowed,
    NotAuthenticated,
    ShuttingDown,
    UpstreamNonsense,
)
from gateway.exchange import Exchange

Headers = list[tuple[bytes, bytes]]

MAX_HEADER_VALUE = 512
MAX_RETRY_AFTER = 60
"""Seconds. Some SDKs sleep for whatever they are told, so a longer wait stands in the message only."""

_PASSING_STATUSES = frozenset({408, 409, 425, 429})
"""Refusals that the same request may not meet again."""
_FINAL = (IdempotencyConflict, UpstreamNonsense, GatewayFault)
"""Errors that SDKs would ask about again, by their status, and that stay as they are. The last two may come after the
provider has answered: each further try would be billed once more, for an answer that nobody can read.
"""

_CACHE_TOLD: Final[dict[CacheUse, bytes]] = {
    use: b"hit" if use in RECALLED or use == "replay" else b"miss" if use in CHECKS else use.encode()
    for use in get_args(CacheUse)
}
"""Hit, miss or bypass: clients were promised no fourth word."""


def answer_headers(exchange: Exchange, own_milliseconds: int) -> Headers:
    """The gateway's own headers, so far as the values are known by now."""
    record = exchange.record
    request_id = record.request_id.encode()
    headers = [
        (b"x-gateway-request-id", request_id),
        (b"x-request-id", request_id),
        (b"x-gateway-cache", _CACHE_TOLD[record.cache]),
        (b"x-gateway-overhead-ms", b"%d" % own_milliseconds),
    ]
    if exchange.inbound.dialect == "anthropic":
        headers.append((b"request-id", request_id))
    if record.provider is not None:
        headers.append((b"x-gateway-provider", record.provider.encode()))
        headers.append((b"x-gateway-model", _printable(record.model or "")))
    if record.cost is not None:
        headers.append((b"x-gateway-cost", str(record.cost).encode()))
    if record.dropped is not None:
        headers.append((b"x-gateway-dropped", record.dropped.encode("ascii", "replace")))
    if record.cache == "replay":
        headers.append((b"idempotent-replayed", b"true"))
    if record.similarity is not None:
        headers.append((b"x-gateway-cache-similarity", b"%.4f" % record.similarity))
    if record.tried is not None:
        headers.append((b"x-gateway-tried", _printable(record.tried)))
    if record.chosen is not None:
        headers.append((b"x-gateway-chosen", _printable(record.chosen)))
    if record.downgraded is not None:
        headers.append((b"x-gateway-downgraded", b"budget " + _printable(record.downgraded)))
    if "upgrade" in exchange.inbound.headers:  # the server's parser has let go of the connection
        headers.append((b"connection", b"close"))
    headers += exchange.limit_headers
    return headers


def error_headers(error: GatewayError) -> Headers:
    """What SDKs and proxies read of an error: whether and when to come back; that a body unread ends the connection."""
    headers: Headers = []
    if error.retry_after is not None:
        seconds = min(MAX_RETRY_AFTER, max(0, error.retry_after))
        headers.append((b"retry-after", b"%d" % math.ceil(seconds)))
        headers.append((b"retry-after-ms", b"%d" % math.ceil(seconds * 1000)))
    if (
        (400 <= error.status < 500 and error.status not in _PASSING_STATUSES)
        or error.status == 501
        or isinstance(error, _FINAL)
    ):
        # SDKs know that by themselves, but some agents ask ten times over minutes before they tell of a wrong key.
        headers.append((b"x-should-retry", b"false"))
    elif isinstance(error, QuotaExceeded):
        headers.append((b"x-should-retry", b"true" if error.worth_retrying else b"false"))
    if isinstance(error, NotAuthenticated):
        headers.append((b"www-authenticate", b'Bearer realm="gateway"'))  # RFC 9110, 15.5.2
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allow.encode()))
    if error.status in (408, 413) or isinstance(error, ShuttingDown | DoubtfulHead):
        headers.append((b"connection", b"close"))
    return headers


def _printable(text: str) -> bytes:
    if text.isascii() and text.isprintable() and len(text) <= MAX_HEADER_VALUE:
        return text.encode()
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text[:MAX_HEADER_VALUE]).encode()
