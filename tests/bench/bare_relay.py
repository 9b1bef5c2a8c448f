"""The reference of every ratio: the gateway's own upstream client behind the gateway's own server, and no stage."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from gateway.core.policy import Timeouts
from gateway.providers.http_upstream import HttpUpstream
from gateway.providers.transport import UpstreamRequest

_TIMEOUTS = Timeouts()
_KEPT = ("content-type", "content-length")


@cache
def upstream() -> HttpUpstream:
    return HttpUpstream(os.environ["BENCH_UPSTREAM"], max_connections=256, tls=None)


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    headers = (("content-type", "application/json"), ("content-length", str(len(body))))
    request = UpstreamRequest(method="POST", path=scope["path"], headers=headers, body=body)
    answer = await upstream().send(request, _TIMEOUTS)
    kept = [(name.encode(), answer.headers[name].encode()) for name in _KEPT if name in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": kept})
    async for chunk in answer.chunks():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
