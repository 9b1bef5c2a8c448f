"""The way to a provider over aiohttp: the `Upstream` seam, one pool per provider account.

Promise: `gateway.providers.transport`, whole; held to it by `tests/wire/test_upstream_*.py`.

aiohttp keeps the pool and connects. Its session, request, response and parser are left out: what they are for (merged
headers, cookies, redirects, proxies, retries) is what this seam forbids, and it costs every call.

Invariants
- Nothing is sent twice.
- Nothing is added to a request but Host, and Content-Length where a body or the method wants one and none was given.
- Host and framing are ours: a Host, a Transfer-Encoding, or a Content-Length other than the body's, is refused before
  anything is sent.
- Messages are fixed sentences: no address, header, body or text of an exception is ever part of one, and no exception
  of aiohttp's (some quote what the provider sent) is chained to ours.
- Cancelling one read leaves the answer readable; whoever holds the answer closes it.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from yarl import URL

from gateway.core.policy import Timeouts
from gateway.errors import (
    UpstreamCut,
    UpstreamError,
    UpstreamNonsense,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from gateway.providers.aiohttp_guard import GuardedConnector
from gateway.providers.arriving import ArrivingBody
from gateway.providers.guarded_connection import GuardedConnection
from gateway.providers.request_head import RequestHeads
from gateway.providers.transport import Offer, UpstreamRequest
from gateway.providers.wire_call import Call
from gateway.tls import tls_context

COPIED_BYTES = 65536
"""A body up to here is put behind its head, and both are one write."""

POOL_CLOSED = "The connections to this provider are closed: its settings have changed, or the gateway is stopping."

FAILURES = (aiohttp.ClientError, OSError)
"""All that aiohttp raises where there is no connection; `TimeoutError` is an `OSError`."""


class AiohttpUpstream:
    """One provider account over aiohttp. To be made inside the running loop that will use it.

    `origin` is `http(s)://host[:port]`. Without `tls` an https origin is verified against the system's authorities.
    """

    def __init__(self, origin: str, max_connections: int, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("an origin is http(s)://host[:port], without path, query or slash at the end")
        if "@" in parts.netloc:
            raise ValueError("an origin holds no credentials")
        if tls is None and parts.scheme == "https":
            tls = tls_context()
        self._loop = asyncio.get_running_loop()
        self._connector = GuardedConnector(max_connections, tls)
        self._place = _Place(origin, self._loop)
        self._heads = RequestHeads(self._place.url.host_port_subcomponent or "")

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> AiohttpResponse:
        """Ask, and wait for the head.

        Raises UpstreamUnreachable (not sent), UpstreamTimedOut, UpstreamCut (sent, no head), UpstreamNonsense (sent,
        malformed head); ValueError for a request that HTTP cannot carry as given.
        """
        head = self._heads.head_of(request)
        if self._is_closed():
            raise UpstreamUnreachable(POOL_CLOSED)
        call = Call(timeouts, self._loop)
        try:
            connection = await self._connector.connect(
                self._place, [], _connect_timeout(min(timeouts.connect, timeouts.total))
            )
            try:
                protocol: Any = connection.protocol  # a GuardedConnection: the connector makes no others
                protocol.begin(call, bodiless=request.method == "HEAD")
                _write(protocol, head, request.body)
                await call.head
            except BaseException:
                connection.close()
                raise
        except FAILURES as failure:
            error = _before_head(call) if call.acquired else _no_connection(failure)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._is_closed() or (task is not None and task.cancelling()):
                raise
            # Nobody cancelled us: closing the pool cancels those who wait for a place in it.
            error = UpstreamUnreachable(POOL_CLOSED)
        else:
            if call.body is not None:
                return AiohttpResponse(call, call.body, connection)
            connection.close()
            error = _before_head(call)
        raise error

    def _is_closed(self) -> bool:
        return self._connector.closed

    @property
    def open_connections(self) -> int:
        return self._connector.count_open()

    async def close(self) -> None:
        """End every connection, in use or idle. Calls under way raise UpstreamCut or UpstreamUnreachable."""
        await self._connector.close()
        await asyncio.sleep(0)  # one turn, in which the loop reports the sockets closed


class AiohttpResponse:
    """An answer whose head has come."""

    __slots__ = ("_body", "_call", "_connection", "headers", "raw_headers", "status")

    def __init__(self, call: Call, body: ArrivingBody, connection: Connection) -> None:
        self._call = call
        self._body = body
        self._connection: Connection | None = connection
        self.status = call.status
        self.raw_headers = call.fields
        self.headers: dict[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in call.fields
        }
        call.holder = self
        if body.complete:
            self.give_back()

    def chunks(self) -> AsyncIterator[bytes]:
        return _Chunks(self, self._body)

    def offer(self, take: Offer) -> None:
        if self._connection is not None:  # else nothing more will arrive, and what is never called is not kept
            self._body.offer = take

    async def read(self, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for chunk in _Chunks(self, self._body):
            size += len(chunk)
            if size > limit:
                self.close()
                raise UpstreamNonsense("The provider's answer is longer than the gateway takes.")
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._body.forget()
        connection = self._connection
        if connection is not None:
            self._connection = self._call.holder = None
            connection.close()

    def give_back(self) -> None:
        """The answer is complete. Its connection is fit for another, unless the provider would not read all."""
        connection = self._connection
        if connection is not None:
            self._connection = self._call.holder = None
            protocol: Any = connection.protocol
            if protocol.writing_paused:
                connection.close()
            else:
                connection.release()

    def broke_off(self) -> UpstreamError:
        """Why there is no more of it. The connection is let go."""
        self.close()
        if self._call.overdue:
            return UpstreamTimedOut("The provider stopped in the middle of its answer, or took too long over it.")
        return UpstreamCut("The provider's answer broke off before its end.")


class _Chunks:
    """An iterator, not a generator: one left half-way needs no clean-up task."""

    __slots__ = ("_answer", "_body")

    def __init__(self, answer: AiohttpResponse, body: ArrivingBody) -> None:
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


class _Place(aiohttp.ClientRequest):
    """Where an upstream is: what the connector wants of a request, the same for all."""

    def __init__(self, origin: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__("GET", URL(origin), loop=loop)

    @functools.cached_property
    def connection_key(self) -> ConnectionKey:
        return super().connection_key


def _write(connection: GuardedConnection, head: bytes, body: bytes) -> None:
    transport = connection.transport
    if transport is None or transport.is_closing():
        connection.abort()  # it ended in this moment: nothing will be heard from it
    elif len(body) <= COPIED_BYTES:
        transport.write(head + body)
    else:
        transport.write(head)
        transport.write(body)


@functools.lru_cache(maxsize=64)
def _connect_timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Waiting for a place in the pool, resolving, connecting and TLS together; the rest is the guard's clock."""
    return aiohttp.ClientTimeout(connect=seconds, ceil_threshold=seconds)


def _no_connection(failure: Exception) -> UpstreamUnreachable:
    match failure:
        case aiohttp.ClientConnectorCertificateError():
            return UpstreamUnreachable("The provider's certificate was refused: check its ca_file and its host name.")
        case aiohttp.ClientConnectorSSLError():
            return UpstreamUnreachable("TLS with the provider could not be established.")
        case aiohttp.ClientConnectorDNSError():
            return UpstreamUnreachable("The provider's host name could not be resolved.")
        case TimeoutError():
            late = UpstreamUnreachable("No connection to the provider, and no free one, within the connect timeout.")
            late.waited = True
            return late
        case _:
            return UpstreamUnreachable("The connection to the provider failed.")


def _before_head(call: Call) -> UpstreamError:
    if call.certificate_refused:
        # An alert of the handshake: in TLS 1.3 it comes after our side is done with it, never after an answer.
        return UpstreamUnreachable("The provider refused the client certificate.")
    if call.overdue:
        return UpstreamTimedOut("The provider did not begin to answer in time.")
    if call.is_nonsense:
        return UpstreamNonsense("The provider's answer is not HTTP, or changes the protocol without being asked.")
    return UpstreamCut("The provider closed the connection before it answered.")
