"""The way to a provider: the `Upstream` seam, one pool per provider account.

Promise: `gateway.providers.transport`, whole; held to it by `tests/wire/test_upstream_*.py`.

Invariants
- Nothing is sent twice.
- Nothing is added to a request but Host, and Content-Length where a body or the method wants one and none was given.
- Host and framing are ours: a Host, a Transfer-Encoding, or a Content-Length other than the body's, is refused before
  anything is sent.
- Messages are fixed sentences: no address, header, body or text of an exception is ever part of one, and no exception
  of a library (some quote what the provider sent) is chained to ours.
- Cancelling one read leaves the answer readable; whoever holds the answer closes it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

from gateway.core.policy import Timeouts
from gateway.errors import (
    UpstreamCut,
    UpstreamError,
    UpstreamNonsense,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from gateway.providers.arriving_body import ArrivingBody
from gateway.providers.guarded_connection import GuardedConnection
from gateway.providers.pool import Pool
from gateway.providers.request_head import RequestHeads
from gateway.providers.transport import NOT_SENT, Offer, UpstreamRequest
from gateway.providers.wire_call import Call
from gateway.tls import tls_context

_PORTS: Final = {"http": 80, "https": 443}


class HttpUpstream:
    """One provider account. To be made inside the running loop that will use it.

    `origin` is `http(s)://host[:port]`. Without `tls` an https origin is verified against the system's authorities.
    """

    def __init__(self, origin: str, max_connections: int, tls: ssl.SSLContext | None) -> None:
        """Raises ValueError."""
        parts = urlsplit(origin)
        if parts.scheme not in _PORTS or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("an origin is http(s)://host[:port], without path, query or slash at the end")
        if "@" in parts.netloc:
            raise ValueError("an origin holds no credentials")
        if parts.scheme == "http":
            tls = None
        elif tls is None:
            tls = tls_context()
        host = parts.hostname.rstrip(".").encode("idna").decode()
        usual = _PORTS[parts.scheme]
        port = usual if parts.port is None else parts.port
        named = f"[{host}]" if ":" in host else host
        self._loop = asyncio.get_running_loop()
        self._pool = Pool(host, port, max_connections, tls)
        self._heads = RequestHeads(named if port == usual else f"{named}:{port}")

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> HttpResponse:
        """Ask, and wait for the head.

        Raises UpstreamUnreachable (not sent), UpstreamTimedOut, UpstreamCut (sent, no head), UpstreamNonsense (sent,
        malformed head); ValueError for a request that HTTP cannot carry as given.
        """
        head = self._heads.head_of(request)
        call = Call(timeouts, self._loop)
        try:
            connection = self._pool.idle() or await self._pool.connection(min(timeouts.connect, timeouts.total))
        except asyncio.CancelledError:
            raise asyncio.CancelledError(NOT_SENT) from None
        connection.begin(call, head, request.body, bodiless=request.method == "HEAD")
        try:
            await call.head
        except BaseException:
            connection.let_go(call)
            raise
        if call.body is None:
            raise _before_head(call)
        return HttpResponse(call, call.body, connection)

    @property
    def open_connections(self) -> int:
        return self._pool.open_connections

    async def close(self) -> None:
        """End every connection, in use or idle. Calls under way raise UpstreamCut or UpstreamUnreachable."""
        self._pool.close()
        await asyncio.sleep(0)  # one turn, in which the loop reports the sockets closed


class HttpResponse:
    """An answer whose head has come."""

    __slots__ = ("_body", "_call", "_connection", "headers", "status")

    def __init__(self, call: Call, body: ArrivingBody, connection: GuardedConnection) -> None:
        self._call = call
        self._body = body
        self._connection = connection
        self.status = call.status
        self.headers: dict[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1").rstrip(" \t") for name, value in call.fields
        }

    def chunks(self) -> AsyncIterator[bytes]:
        return _Chunks(self, self._body)

    def offer(self, take: Offer) -> None:
        if not self._body.has_ended:  # else nothing more will arrive, and what is never called is not kept
            self._body.offer = take

    async def read(self, limit: int) -> bytes:
        body, parts, size = self._body, [], 0
        while part := await body.read():
            size += len(part)
            if size > limit:
                self.close()
                raise UpstreamNonsense("The provider's answer is longer than the gateway takes.")
            parts.append(part)
        if not body.complete:
            raise self.broke_off()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._body.forget()
        self._connection.let_go(self._call)

    def broke_off(self) -> UpstreamError:
        """Why there is no more of it. The connection is let go."""
        self.close()
        if self._call.overdue:
            return UpstreamTimedOut("The provider stopped in the middle of its answer, or took too long over it.")
        return UpstreamCut("The provider's answer broke off before its end.")


class _Chunks:
    """An iterator, not a generator: one left half-way needs no clean-up task."""

    __slots__ = ("_answer", "_body")

    def __init__(self, answer: HttpResponse, body: ArrivingBody) -> None:
        self._answer = answer
        self._body = body

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        body = self._body
        chunk = await body.read()
        if chunk:
            return chunk
        if body.complete:
            raise StopAsyncIteration
        raise self._answer.broke_off()


def _before_head(call: Call) -> UpstreamError:
    if call.certificate_refused:
        # An alert of the handshake: in TLS 1.3 it comes after our side is done with it, never after an answer.
        return UpstreamUnreachable("The provider refused the client certificate: renew it, or see `gateway doctor`.")
    if call.overdue:
        return UpstreamTimedOut("The provider did not begin to answer in time.")
    if call.is_nonsense:
        return UpstreamNonsense("The provider's answer is not HTTP, or changes the protocol without being asked.")
    return UpstreamCut("The provider closed the connection before it answered.")
