"""The implementations of the `Upstream` seam that the wire tests hold to it."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from gateway.core.policy import Timeouts
from gateway.providers.http_upstream import HttpUpstream
from gateway.providers.transport import RawHeaders, Upstream, UpstreamRequest

Implementation = Callable[[str, int, ssl.SSLContext | None], Upstream]
"""From origin, the most connections, and TLS; called inside the running loop."""

IMPLEMENTATIONS: dict[str, Implementation] = {"http": HttpUpstream}

JSON: RawHeaders = (("Content-Type", "application/json"),)


def post(path: str = "/v1/chat/completions", body: bytes = b"{}", headers: RawHeaders = JSON) -> UpstreamRequest:
    return UpstreamRequest(method="POST", path=path, headers=headers, body=body)


def get(path: str = "/v1/models", headers: RawHeaders = ()) -> UpstreamRequest:
    return UpstreamRequest(method="GET", path=path, headers=headers)


def limits(connect: float = 10.0, first_byte: float = 10.0, idle: float = 10.0, total: float = 60.0) -> Timeouts:
    """Seconds; long enough that a test which meets one by accident fails by its assertion."""
    return Timeouts(connect=connect, first_byte=first_byte, idle=idle, total=total)


async def ask(upstream: Upstream, request: UpstreamRequest | None = None, timeouts: Timeouts | None = None) -> bytes:
    """The whole body of one call."""
    answer = await upstream.send(request or post(), timeouts or limits())
    try:
        return await answer.read(1 << 30)
    finally:
        answer.close()
