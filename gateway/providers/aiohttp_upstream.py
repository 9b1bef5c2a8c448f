"""The way to a provider over aiohttp: the `Upstream` seam, one session and one pool per provider account.

Promise: `gateway.providers.transport`, whole; held to it by `tests/wire/test_upstream_*.py`.

Invariants
- Nothing is sent twice: no retry of aiohttp's, no redirect, not even for GET.
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
from aiohttp.payload import BytesPayload, Payload
from multidict import CIMultiDict
from yarl import URL

from gateway.core.policy import Timeouts
from gateway.errors import (
    UpstreamCut,
    UpstreamError,
    UpstreamNonsense,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from gateway.providers.aiohttp_guard import CURRENT_CALL, Call, GuardedConnection, GuardedConnector
from gateway.providers.transport import Offer, RawHeaders, UpstreamRequest
from gateway.tls import tls_context

READ_BUFFER_BYTES = 65536
"""What aiohttp reads ahead of the reader; it holds the provider back at twice this."""

LINE_BYTES = 16384
HEADER_BYTES = 131072
"""The longest header of an answer, name and value."""

AUTOMATIC_HEADERS: CIMultiDict[None] = CIMultiDict(
    (name, None) for name in ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
)

POOL_CLOSED = "The connections to this provider are closed: its settings have changed, or the gateway is stopping."

FAILURES = (aiohttp.ClientError, OSError)
"""All that aiohttp raises for what happens on the wire; `TimeoutError` is an `OSError`."""


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
        self._origin = origin
        self._loop = asyncio.get_running_loop()
        self._connector = GuardedConnector(max_connections, tls)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request,
            skip_auto_headers=AUTOMATIC_HEADERS,
            auto_decompress=False,
            trust_env=False,
            read_bufsize=READ_BUFFER_BYTES,
            max_line_size=LINE_BYTES,
            max_field_size=HEADER_BYTES,
        )
        # Else aiohttp sends GET, PUT and DELETE again where a pooled connection is lost.
        self._session._retry_connection = False  # noqa: SLF001

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> AiohttpResponse:
        """Ask, and wait for the head.

        Raises UpstreamUnreachable (not sent), UpstreamTimedOut, UpstreamCut (sent, no head), UpstreamNonsense (sent,
        malformed head); ValueError for a request that HTTP cannot carry as given.
        """
        url = _url(self._origin, request.path)
        _check_framing(request.headers, len(request.body))
        if self._session.closed:
            raise UpstreamUnreachable(POOL_CLOSED)
        call = Call(request.headers, timeouts, self._loop.time())
        token = CURRENT_CALL.set(call)
        try:
            response = await self._session.request(
                request.method,
                url,
                data=_Body(request.body) if request.body else None,
                timeout=_connect_timeout(min(timeouts.connect, timeouts.total)),
                allow_redirects=False,
            )
        except FAILURES as failure:
            error = _before_head(failure, call)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._connector.closed or (task is not None and task.cancelling()):
                raise
            # Nobody cancelled us: closing the pool cancels those who wait for a place in it.
            error = UpstreamUnreachable(POOL_CLOSED)
        else:
            if response.status != 101:
                call.response = response
                return AiohttpResponse(response, call)
            response.close()
            error = UpstreamNonsense("The provider changed the protocol without being asked.")
        finally:
            CURRENT_CALL.reset(token)
        raise error

    @property
    def open_connections(self) -> int:
        return self._connector.count_open()

    async def close(self) -> None:
        """End every connection, in use or idle. Calls under way raise UpstreamCut or UpstreamUnreachable."""
        await self._session.close()
        await asyncio.sleep(0)  # one turn, in which the loop reports the sockets closed


class AiohttpResponse:
    """An answer whose head has come."""

    __slots__ = ("_call", "_closed", "_response", "headers", "raw_headers", "status")

    def __init__(self, response: aiohttp.ClientResponse, call: Call) -> None:
        self._response = response
        self._call = call
        self._closed = False
        self.status: int = response.status
        self.raw_headers: list[tuple[bytes, bytes]] = list(response.raw_headers)
        self.headers: dict[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.raw_headers
        }

    def chunks(self) -> AsyncIterator[bytes]:
        return _Chunks(self, self._response.content)

    def offer(self, take: Offer) -> None:
        connection = self._response.connection
        if connection is not None and isinstance(connection.protocol, GuardedConnection):
            connection.protocol.offer = take

    async def read(self, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for chunk in _Chunks(self, self._response.content):
            size += len(chunk)
            if size > limit:
                self.close()
                raise UpstreamNonsense("The provider's answer is longer than the gateway takes.")
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._closed = True
        self._response.close()

    def broke_off(self) -> bytes:
        """What came before the failure; raises the failure where that was handed out."""
        error = _in_body(self._call)
        unread = self._response.content._buffer  # noqa: SLF001
        if unread and not self._closed:
            arrived = b"".join(unread)
            unread.clear()
            return arrived
        self.close()
        try:
            raise error
        finally:
            del error  # this frame lives as long as what aiohttp raised, and the error leads to whoever asked


class _Chunks:
    """An iterator, not a generator: one left half-way needs no clean-up task."""

    __slots__ = ("_answer", "_read")

    def __init__(self, answer: AiohttpResponse, content: aiohttp.StreamReader) -> None:
        self._answer = answer
        self._read = content.readany

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._read()
        except FAILURES:
            chunk = self._answer.broke_off()
        if chunk:
            return chunk
        raise StopAsyncIteration


class _Request(aiohttp.ClientRequest):
    """A request with the headers as given: aiohttp's merging drops one of two names that differ only in case."""

    def update_headers(self, headers: Any) -> None:
        self.headers = CIMultiDict((("Host", self.url.host_port_subcomponent or ""), *CURRENT_CALL.get().headers))

    def update_auto_headers(self, skip_auto_headers: Any) -> None:
        self._skip_auto_headers = AUTOMATIC_HEADERS


class _Body(BytesPayload):
    """Bytes, without aiohttp's warning for more than 1 MiB: a prompt with images is longer."""

    def __init__(self, value: bytes) -> None:
        Payload.__init__(self, value, content_type="application/octet-stream")
        self._size = len(value)


@functools.lru_cache(maxsize=1024)
def _url(origin: str, path: str) -> URL:
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path or "#" in path:
        raise ValueError("a path begins with / and is quoted already")
    return URL(origin + path, encoded=True)


@functools.lru_cache(maxsize=64)
def _connect_timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Waiting for a place in the pool, resolving, connecting and TLS together; the rest is the guard's clock."""
    return aiohttp.ClientTimeout(connect=seconds, ceil_threshold=seconds)


def _check_framing(headers: RawHeaders, body_length: int) -> None:
    for name, value in headers:
        size = len(name)
        if size == 14 and name.lower() == "content-length" and value != str(body_length):
            raise ValueError("the Content-Length given is not the body's")
        if size == 4 and name.lower() == "host":
            raise ValueError("Host is the origin's")
        if size == 17 and name.lower() == "transfer-encoding":
            raise ValueError("Transfer-Encoding is the transport's own")


def _before_head(failure: Exception, call: Call) -> UpstreamError:
    match failure:
        case aiohttp.ClientConnectorCertificateError():
            return UpstreamUnreachable("The provider's certificate was refused: check its ca_file and its host name.")
        case aiohttp.ClientConnectorSSLError():
            return UpstreamUnreachable("TLS with the provider could not be established.")
        case aiohttp.ClientConnectorDNSError():
            return UpstreamUnreachable("The provider's host name could not be resolved.")
        case aiohttp.ConnectionTimeoutError():
            late = UpstreamUnreachable("No connection to the provider, and no free one, within the connect timeout.")
            late.waited = True
            return late
        case _ if not call.acquired:
            return UpstreamUnreachable("The connection to the provider failed.")
        case _ if call.certificate_refused:
            # An alert of the handshake: in TLS 1.3 it comes after our side is done with it, never after an answer.
            return UpstreamUnreachable("The provider refused the client certificate.")
        case _ if call.overdue:
            return UpstreamTimedOut("The provider did not begin to answer in time.")
        case aiohttp.ClientResponseError():
            return UpstreamNonsense("The provider's answer is not HTTP.")
        case _:
            return UpstreamCut("The provider closed the connection before it answered.")


def _in_body(call: Call) -> UpstreamError:
    if call.overdue:
        return UpstreamTimedOut("The provider stopped in the middle of its answer, or took too long over it.")
    return UpstreamCut("The provider's answer broke off before its end.")
