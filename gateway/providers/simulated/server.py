"""The simulated providers as one server on loopback, and what tests may ask it afterwards.

    server = await serve_simulated()
    …  base URLs: f"{server.url}/openai/v1", f"{server.url}/anthropic", f"{server.url}/gemini", …
    assert server.requests[-1].outcome == "completed"
    await server.close()

Invariants
- `requests` holds the last MAX_REMEMBERED exchanges, oldest first, refused ones included; a gateway's looks at health,
  metrics and models are none.
- Equal requests get equal bodies; answers are kept and sent again, so that a benchmark measures its own side.
- `close` leaves no connection and no task behind.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Any
from urllib.parse import parse_qs

import msgspec

from gateway.providers.simulated import faults as fault_items
from gateway.providers.simulated.ask import Refusal, invalid
from gateway.providers.simulated.faults import Faults
from gateway.providers.simulated.objects import SimulatedObjects
from gateway.providers.simulated.operations import Order, perform
from gateway.providers.simulated.refusals import Surface, error_body, error_frame, of_status
from gateway.providers.simulated.replies import EVENT_STREAM, JSON, Exchange, Reply, Request, header_lines
from gateway.providers.simulated.routes import Route, check_credential, find, surface_of
from gateway.providers.simulated.signatures import short_digest
from gateway.providers.simulated.wire_http import Connection

MAX_REMEMBERED = 4096
_LOOKS = ("/health", "/metrics", "/api/version", "/local/v1/models")
_MAX_KEPT = 512
_MAX_KEPT_BYTES = 64 * 1024

_ID_HEADERS: dict[Surface, bytes] = {
    "openai": b"x-request-id",
    "anthropic": b"request-id",
    "gemini": b"",
    "mistral": b"mistral-correlation-id",
    "xai": b"x-request-id",
    "local": b"",
}
_EXTRA_HEADERS: dict[Surface, tuple[tuple[bytes, bytes], ...]] = {
    "openai": (
        (b"openai-processing-ms", b"12"),
        (b"openai-version", b"2020-10-01"),
        (b"x-ratelimit-limit-requests", b"5000"),
        (b"x-ratelimit-remaining-requests", b"4999"),
        (b"x-ratelimit-reset-requests", b"12ms"),
    ),
    "anthropic": (
        (b"anthropic-ratelimit-requests-limit", b"4000"),
        (b"anthropic-ratelimit-requests-remaining", b"3999"),
        (b"anthropic-ratelimit-requests-reset", b"2026-09-21T14:13:20Z"),
    ),
    "gemini": (),
    "mistral": ((b"x-ratelimit-limit-req-minute", b"100"), (b"x-ratelimit-remaining-req-minute", b"99")),
    "xai": ((b"x-ratelimit-limit-requests", b"1800"), (b"x-ratelimit-remaining-requests", b"1799")),
    "local": (),
}
_KEY_HEADERS = ("x-simulate", "authorization", "x-api-key", "x-goog-api-key", "anthropic-version")
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.encode


class SimulatedServer:
    """`url` without a slash at its end, such as http://127.0.0.1:41000."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: deque[Exchange] = deque(maxlen=MAX_REMEMBERED)
        self._peers: set[Connection] = set()
        self._kept: OrderedDict[tuple[str | bytes | None, ...], tuple[str, Reply]] = OrderedDict()
        self._counted = 0
        self._objects = SimulatedObjects(self._asked)
        self._listener: asyncio.Server | None = None

    @property
    def open_connections(self) -> int:
        return len(self._peers)

    @property
    def open_streams(self) -> int:
        """Exchanges that have begun and not ended."""
        return sum(1 for peer in self._peers if peer.exchange is not None)

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError where the address is taken; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self.respond, self._peers), host, port, backlog=1024
        )
        taken = self._listener.sockets[0].getsockname()[1]
        self.url = f"http://{host}:{taken}"

    async def close(self) -> None:
        """Stop listening, drop every connection, wait until they are gone. Idempotent."""
        if self._listener is None:
            return
        listener, self._listener = self._listener, None
        listener.close()
        for peer in tuple(self._peers):
            await peer.leave()
        await listener.wait_closed()

    def respond(self, request: Request) -> tuple[Exchange, Reply]:
        """The answer to one request; never raises for what a caller may send."""
        self._counted += 1
        surface = surface_of(request.path)
        identifier = _identifier(surface, self._counted)
        if (about := self._about_objects(surface, request, identifier)) is not None:
            return about
        key = (request.method, request.path, request.query, request.body, *map(request.headers.get, _KEY_HEADERS))
        if (kept := self._kept.get(key)) is not None:
            model, reply = kept
        else:
            model, reply = self._answer(surface, request, identifier)
            if reply.status == 200 and len(request.body) <= _MAX_KEPT_BYTES and request.method == "POST":
                self._kept[key] = model, reply
                if len(self._kept) > _MAX_KEPT:
                    self._kept.popitem(last=False)
        keeps = request.path.endswith("/responses") and reply.frames is None and not reply.faults.garbage
        if reply.status == 200 and keeps:
            self._objects.remember_answer(surface, reply.body)
        exchange = Exchange(request=request, id=identifier, model=model, status=reply.status, bill=reply.bill)
        if reply.frames is not None and reply.bill is not None:
            exchange.bill = msgspec.structs.replace(reply.bill, output_tokens=0)
        if not request.path.endswith(_LOOKS):
            self.requests.append(exchange)
        return exchange, reply

    def _about_objects(self, surface: Surface, request: Request, identifier: str) -> tuple[Exchange, Reply] | None:
        """The answer to a call about objects, which is never kept; None where it is about none."""
        try:
            reply = self._objects.reply(request)
            if reply is None:
                return None
            check_credential(surface, request)
        except Refusal as refusal:
            reply = _refused(surface, refusal, identifier, fault_items.NONE)
        reply.id_header = _ID_HEADERS[surface]
        exchange = Exchange(request=request, id=identifier, status=reply.status)
        self.requests.append(exchange)
        return exchange, reply

    def _asked(self, path: str, body: bytes) -> tuple[int, Any]:
        """One request of a batch, answered as if it had been sent alone."""
        headers = {"authorization": "Bearer batch", "x-goog-api-key": "batch", "anthropic-version": "2023-06-01"}
        request = Request(method="POST", path=path, query="", headers=headers, body=body)
        _, reply = self._answer(surface_of(path), request, "batch")
        return reply.status, _decode(reply.body)

    def _answer(self, surface: Surface, request: Request, identifier: str) -> tuple[str, Reply]:
        faults = fault_items.NONE
        model = ""
        try:
            route = _route(request)
            if route.operation == "metrics":
                return "", self._metrics()
            items = fault_items.from_header(request.headers.get("x-simulate"))
            body = _object(request) if route.method == "POST" else {}
            model, more = fault_items.from_model(route.model or str(body.get("model") or ""))
            faults = fault_items.parse(items + more)
            if route.operation != "health":
                check_credential(surface, request)
            return model, _reply(route, request, body, model, faults)
        except Refusal as refusal:
            return model, _refused(surface, refusal, identifier, faults)

    def _metrics(self) -> Reply:
        """The gauges that vLLM has; `running` is true, the others are zero."""
        lines = (
            f"vllm:num_requests_running {self.open_streams}",
            "vllm:num_requests_waiting 0",
            "vllm:kv_cache_usage_perc 0.0",
        )
        return Reply(headers=header_lines(b"text/plain; version=0.0.4"), body="\n".join((*lines, "")).encode())


async def serve_simulated(host: str = "127.0.0.1", port: int = 0) -> SimulatedServer:
    """A server that listens; the caller closes it."""
    server = SimulatedServer()
    await server.listen(host, port)
    return server


def _route(request: Request) -> Route:
    route = find(request.path)
    if route is None:
        raise Refusal(404, "not_found", f"Unknown request URL: {request.method} {request.path}.")
    if request.method != route.method and (request.method, route.method) != ("HEAD", "GET"):
        raise Refusal(405, "invalid", f"{request.method} is not allowed here.")
    return route


def _object(request: Request) -> dict[str, Any]:
    try:
        tree = _decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid("The body is not valid JSON.") from None
    if not isinstance(tree, dict):
        raise invalid("The body must be a JSON object.")
    return tree


def _reply(route: Route, request: Request, body: dict[str, Any], model: str, faults: Faults) -> Reply:
    surface = route.surface
    if faults.status is not None:
        raise of_status(faults.status)
    if route.method == "POST" and not model:
        raise invalid("you must provide a model parameter", param="model")
    sse = parse_qs(request.query).get("alt") == ["sse"]
    # Faults change what they say and nothing else, so their suffix is no part of what the answer depends on.
    asked = route.model or str(body.get("model") or "")
    seed = short_digest(
        *(text.replace(asked, model) for text in (request.path, request.body.decode("utf-8", "replace")))
    )
    try:
        made = perform(Order(route=route, model=model, body=body, seed=seed, sse=sse, faults=faults))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        raise invalid("The request does not have the expected shape.") from None
    streams = made.frames is not None and (route.operation != "streamGenerateContent" or sse)
    return Reply(
        headers=header_lines(EVENT_STREAM if streams else JSON, _EXTRA_HEADERS[surface]),
        id_header=_ID_HEADERS[surface],
        body=b"" if made.frames is not None else _body(made.body, faults),
        frames=made.frames,
        bill=made.bill,
        faults=faults,
        native_error=error_frame(surface, request.path) if made.frames is not None else b"",
    )


def _body(tree: Any, faults: Faults) -> bytes:
    return b"<html>this is no JSON</html>" if faults.garbage else _encode(tree)


def _refused(surface: Surface, refusal: Refusal, identifier: str, faults: Faults) -> Reply:
    extra = (
        [(b"retry-after", faults.retry_after.encode())]
        if faults.retry_after is not None and refusal.status == faults.status
        else []
    )
    return Reply(
        status=refusal.status,
        headers=header_lines(JSON, extra),
        id_header=_ID_HEADERS[surface],
        body=error_body(surface, refusal, identifier),
        faults=faults,
    )


def _identifier(surface: Surface, number: int) -> str:
    if surface in ("mistral", "xai"):
        return f"00000000-0000-4000-8000-{number:012x}"
    return f"req_{number:024x}"
