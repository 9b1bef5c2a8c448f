"""From ASGI to the pipeline and back.

One task walks the road; the server's own task watches for the client to leave, and then cancels the walk, once.
So a cancellation has one source, and nothing but the client's leaving (or a reader stuck for too long) cuts a request.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from gateway.api import routes
from gateway.api.answer import Answering, Send, error_headers
from gateway.api.body import BodyReader, Receive
from gateway.api.models import ModelLists
from gateway.core.messages import Dialect
from gateway.core.ports import Clock, UsageRow
from gateway.dialects.codec import ClientCodec, ProviderCodec
from gateway.errors import GatewayError, Overloaded
from gateway.exchange import Exchange, Inbound
from gateway.pipeline import Pipeline
from gateway.tasks import spawn

Scope = Mapping[str, Any]


class Edge:
    """The ASGI application of everything that SDKs call."""

    def __init__(
        self,
        pipeline: Pipeline,
        models: ModelLists,
        client_codecs: Mapping[Dialect, ClientCodec],
        provider_codecs: Mapping[Dialect, ProviderCodec],
        clock: Clock,
    ) -> None:
        self._pipeline = pipeline
        self._models = models
        self._client_codecs = client_codecs
        self._provider_codecs = provider_codecs
        self._clock = clock
        self._draining = False
        self.in_flight: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        received = self._clock.monotonic()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = _path(scope["raw_path"])
        dialect, below = routes.surface(path, headers)
        answering = Answering(send, self._provider_codecs, self._clock)
        request_id = "req_" + secrets.token_hex(12)
        try:
            if self._draining:
                raise Overloaded("This replica is shutting down. Try again.", retry_after=1)
            route = routes.match(scope["method"], path, dialect, below)
            if route.operation != "chat":
                await self._models.answer(route, headers, _presented_key(headers), answering, request_id)
                return
        except GatewayError as error:
            codec = self._client_codecs[dialect]
            own = [(b"x-gateway-request-id", request_id.encode()), *error_headers(error)]
            await answering.send_whole(error.status, own, codec.encode_error(error, request_id), b"application/json")
            return
        body = BodyReader(receive, _declared_length(headers))
        exchange = Exchange(
            Inbound(
                dialect=route.dialect,
                operation=route.operation,
                headers=headers,
                presented_key=_presented_key(headers),
                key_in_query=_key_in_query(scope["query_string"]),
                read_body=body.read,
                received=received,
                path_model=route.model,
                path_stream=route.stream,
            ),
            self._client_codecs[route.dialect],
            UsageRow(
                request_id=request_id,
                at=self._clock.now(),
                key_id="",
                team="",
                operation=route.operation,
                dialect=route.dialect,
            ),
        )
        await self._walk(exchange, answering, body, receive)

    async def _walk(self, exchange: Exchange, answering: Answering, body: BodyReader, receive: Receive) -> None:
        walk = spawn(self._pipeline.run(exchange, answering), exchange.record.request_id)
        self.in_flight.add(walk)
        walk.add_done_callback(self.in_flight.discard)
        walk.add_done_callback(lambda _: body.finish())
        try:
            await body.finished
            if not walk.done():
                # Returns when the client has left, or when the reply is complete (ASGI's own promise).
                await receive()
                if not answering.complete:
                    walk.cancel()
        except asyncio.CancelledError:
            walk.cancel()
            raise
        finally:
            if not walk.done():
                await asyncio.wait({walk})

    async def drain(self, seconds: float) -> None:
        """Let no request in any more, and wait so long for those that are being served."""
        self._draining = True
        if self.in_flight:
            await asyncio.wait(set(self.in_flight), timeout=seconds)
        for walk in set(self.in_flight):
            walk.cancel()
        if self.in_flight:
            await asyncio.wait(set(self.in_flight), timeout=5)


def _path(raw_path: bytes) -> str:
    """The path as the client sent it: a framework that mounts us may have rewritten `path`."""
    return unquote(raw_path.decode("latin-1")) if b"%" in raw_path else raw_path.decode("latin-1")


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
    return b"key=" in query and any(pair.startswith(b"key=") for pair in query.split(b"&"))
