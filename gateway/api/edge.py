"""From ASGI to the pipeline and back.

The server's own task walks the pipeline, and is cancelled when the client leaves, as neither Litestar nor uvicorn does.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from gateway.api import routes
from gateway.api.answer import Answering, Send
from gateway.api.body import BodyReader, Receive
from gateway.api.cycle import CYCLE, Cycle
from gateway.api.headers import Headers, error_headers
from gateway.api.pieces import PIECES
from gateway.api.walk import Walk
from gateway.core.messages import Dialect
from gateway.core.operations import Route as OperationRoute
from gateway.core.overload import PRIORITY_HEADER
from gateway.core.ports import Clock, UsageRow
from gateway.core.request_heads import check_head
from gateway.dialects.codec import ClientCodec, Operation
from gateway.errors import GatewayError, ShuttingDown
from gateway.exchange import Exchange, Inbound
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.strain import HeldBytes
from gateway.pipeline import Pipeline

Scope = Mapping[str, Any]

CUT_SECONDS = 5.0
"""How long a request that was cut may take to settle."""


class RequestIds:
    """Ids that begin with the time, so that rows of one moment stand side by side in every index of every database.

    The random part is drawn from the system many at a time: a call to it for each costs as much as a stage.
    """

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def draw(self, now: float) -> str:
        """`req_` and 24 hexadecimal digits: 11 of the time (`now`, Unix seconds) in milliseconds, 13 by chance."""
        if not self._drawn:
            digits = secrets.token_hex(13 * 128)
            self._drawn = [digits[start : start + 13] for start in range(0, len(digits), 13)]
        return f"req_{int(now * 1000):011x}{self._drawn.pop()}"


class Edge:
    """The ASGI application of everything that SDKs call. To be made inside the loop that serves them."""

    def __init__(
        self,
        pipeline: Pipeline,
        client_codecs: Mapping[Dialect, ClientCodec],
        operations: Mapping[OperationRoute, Operation],
        clock: Clock,
        bodies: HeldBytes,
        shedder: LoadShedder,
    ) -> None:
        self._pipeline = pipeline
        self._client_codecs = client_codecs
        self._operations = operations
        self._clock = clock
        self._bodies = bodies
        self._shedder = shedder
        self._loop = asyncio.get_running_loop()
        self._draining = False
        self._request_ids = RequestIds()
        self.in_flight: set[Walk] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        received = self._clock.monotonic()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = _path(scope["raw_path"])
        dialect, below = routes.surface(path, headers)
        extensions = scope.get("extensions")
        answering = Answering(send, self._clock, None if extensions is None else extensions.get(PIECES))
        at = self._clock.now()
        request_id = self._request_ids.draw(at)
        try:
            check_head(scope["raw_path"], scope["headers"], headers, scope["http_version"])
            if "upgrade" in headers:
                routes.refuse_upgrade(headers["upgrade"])
            route = routes.match(scope["method"], path, dialect, below, scope["query_string"])
            dialect = route.dialect
            if self._draining:
                raise _shutting_down()
            presented_key = _presented_key(headers)
            if scope["method"] == "POST":
                await self._shedder.admit(presented_key, headers.get(PRIORITY_HEADER), received)
                if self._draining:
                    raise _shutting_down()
        except GatewayError as error:
            await self._refuse(error, dialect, request_id, received, answering)
            return
        operation = self._operations[route.operation]
        cycle: Cycle = scope[CYCLE]
        walk = Walk(cycle, answering, self._loop)
        body = BodyReader(receive, cycle.take_body, _declared_length(headers), self._bodies)
        exchange = Exchange(
            Inbound(
                dialect=route.dialect,
                operation=operation,
                headers=headers,
                presented_key=presented_key,
                key_in_query=_key_in_query(scope["query_string"]),
                read_body=body.read,
                received=received,
                path_model=route.model,
                path_stream=route.stream,
                call=route.call,
                head_only=scope["method"] == "HEAD",
                query=scope["query_string"],
                client=scope["client"][0] if scope["client"] else None,
            ),
            UsageRow(
                request_id=request_id,
                at=at,
                key_id="",
                team="",
                operation=operation.name,
                dialect=route.dialect,
            ),
        )
        self.in_flight.add(walk)
        self._idle.clear()
        try:
            await walk.through(self._pipeline, exchange)
        finally:
            body.forget()
            self.in_flight.discard(walk)
            if not self.in_flight:
                self._idle.set()

    async def _refuse(
        self, error: GatewayError, dialect: Dialect, request_id: str, received: float, answering: Answering
    ) -> None:
        """Answer a request that no stage will see."""
        milliseconds = int((self._clock.monotonic() - received) * 1000)
        own = [*_headers_of_early_refusal(request_id, dialect, milliseconds), *error_headers(error)]
        body = self._client_codecs[dialect].encode_error(error, request_id)
        await answering.send_whole(error.status, own, body, b"application/json")

    async def drain(self, seconds: float) -> None:
        """Let no request in any more, and wait so long for those that are being served; then end the rest."""
        self._draining = True
        await self._empty(seconds)
        for walk in set(self.in_flight):
            walk.end(_shutting_down())
        await self._empty(CUT_SECONDS)
        for walk in set(self.in_flight):
            walk.cut()
        await self._empty(CUT_SECONDS)

    async def _empty(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()


def _headers_of_early_refusal(request_id: str, dialect: Dialect, milliseconds: int) -> Headers:
    """What every answer tells, of one that no stage has seen."""
    headers = [
        (b"x-gateway-request-id", request_id.encode()),
        (b"x-request-id", request_id.encode()),
        (b"x-gateway-cache", b"bypass"),
        (b"x-gateway-overhead-ms", b"%d" % milliseconds),
    ]
    if dialect == "anthropic":
        headers.append((b"request-id", request_id.encode()))
    return headers


def _shutting_down() -> ShuttingDown:
    return ShuttingDown("This replica is shutting down. Try again.", retry_after=1)


def _path(raw_path: bytes) -> str:
    """The path as the client sent it: a framework that mounts us may have rewritten `path`."""
    path = raw_path.decode("latin-1")
    return unquote(path) if "%" in path else path


def _presented_key(headers: Mapping[str, str]) -> str | None:
    """The key from wherever the SDK puts it."""
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            return key.strip()
    return headers.get("x-api-key") or headers.get("x-goog-api-key") or None


def _declared_length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() and len(text) < 20 else None


def _key_in_query(query: bytes) -> bool:
    return query != b"" and any(pair.startswith(b"key=") for pair in query.split(b"&"))
