"""One request and its answer on a connection: what ASGI is told of it, and how the answer is written.

In place of uvicorn's own cycle, which searches every header by itself and writes head and body apart.

Invariants
- A head waits for what follows it: an answer that comes whole is one write to the kernel, which costs as much as a
  stage does; of a stream, head and first piece are one.
- No value can begin another line: a head with a control character is never written.
- An answer with a length is as long as it says, or its connection ends.
- A client of HTTP/1.0 gets streams without chunks, up to the end of the connection (RFC 9112, 6.1): nginx asks so
  by default, and plainer clients take the chunks' lengths for words of the model.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gateway.core.request_heads import has_control_characters

Header = tuple[bytes, bytes]

CYCLE: Final = "gateway.cycle"
"""In an ASGI scope: the request's own `Cycle`, for what ASGI has no message for, or a dear one."""

_LINE: Final = b": ".join
_BODILESS: Final = frozenset({204, 304})
_FAILED: Final = b"Internal Server Error"

_log = logging.getLogger("uvicorn.error")


class Cycle:
    """What uvicorn's connection wants of one: `run_asgi`, and the fields without an underscore."""

    __slots__ = (
        "_chunked",
        "_flow",
        "_head",
        "_invited",
        "_left",
        "_transport",
        "body",
        "default_headers",
        "disconnected",
        "keep_alive",
        "message_event",
        "more_body",
        "on_left",
        "on_response",
        "response_complete",
        "response_started",
        "scope",
    )

    def __init__(
        self,
        scope: dict[str, Any],
        transport: asyncio.Transport,
        flow: FlowControl,
        default_headers: Sequence[Header],
        on_response: Callable[[], None],
        *,
        keep_alive: bool,
    ) -> None:
        """`on_response` ends the connection where `keep_alive` is False by then."""
        self.scope = scope
        self.default_headers = default_headers
        self.on_response = on_response
        self.on_left: Callable[[], None] = _nothing
        """Called when the client leaves before its answer is complete; set by whoever serves the request."""
        self.message_event = asyncio.Event()
        self.keep_alive = keep_alive
        self.body = b""
        self.more_body = True
        self.disconnected = self.response_started = self.response_complete = False
        self._transport = transport
        self._flow = flow
        self._invited = False
        self._head = b""
        self._chunked = False
        self._left: int | None = None
        """Bytes of the body that are still to come, where its length was told."""

    async def run_asgi(self, application: Callable[..., Awaitable[None]]) -> None:
        """Serve the request; never raises."""
        self.scope[CYCLE] = self
        try:
            await application(self.scope, self.receive, self.send)
        except BaseException as error:  # noqa: BLE001  as uvicorn does it: there is nobody above
            _log.error("Exception in ASGI application\n", exc_info=error)
        finally:
            self.on_response, ended = _nothing, self.on_response
            del self.scope[CYCLE]
        if self.response_complete or self.disconnected:
            return
        if self.response_started:
            self._transport.close()
            return
        self.on_response = ended
        self._begin(500, [(b"content-length", b"%d" % len(_FAILED)), (b"connection", b"close")])
        self._go_on(_FAILED, more=False)

    def take_body(self) -> bytes | None:
        """All of the body, at once: in place of the first `receive`, without a wait that might have to be bounded.

        Most bodies come with their head. None where more is to come, or the client has left, which `receive` tells.
        """
        if self.more_body or self.disconnected:
            return None
        self._flow.resume_reading()
        self.message_event.clear()
        body, self.body = self.body, b""
        return body

    async def receive(self) -> dict[str, Any]:
        """ASGI's."""
        if not self._invited:
            self._invited = True
            if _awaits_invitation(self.scope["headers"]) and not self._transport.is_closing():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self.disconnected and not self.response_complete:
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        self._flow.resume_reading()  # also behind the last piece: only who is read from is known to have left
        body, self.body = self.body, b""
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def leave(self) -> None:
        """The client has left."""
        self.disconnected = True
        self.message_event.set()
        self.on_left()

    async def send(self, message: dict[str, Any]) -> None:
        """ASGI's."""
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._begin(message["status"], message.get("headers", ()))
        else:
            self._go_on(message.get("body", b""), more=message.get("more_body", False))

    def _begin(self, status: int, headers: Sequence[Header]) -> None:
        if self.response_started:
            raise RuntimeError("the answer has begun already")
        scope = self.scope
        lines = [STATUS_LINE[status][:-2], *map(_LINE, self.default_headers), *map(_LINE, headers)]
        told = dict(headers)
        length = told.get(b"content-length")
        left = None if length is None else int(length)
        connection = told.get(b"connection")
        if connection is not None and connection.lower().find(b"close") >= 0:
            self.keep_alive = False
        elif not self.keep_alive:
            lines.append(b"connection: close")
        if scope["method"] == "HEAD" or status in _BODILESS:
            left = 0
        chunked = left is None and scope["http_version"] != "1.0"
        if chunked:
            lines.append(b"transfer-encoding: chunked")
        head = b"\r\n".join((*lines, b"", b""))
        if has_control_characters(head, len(lines) + 1):
            raise RuntimeError("a header holds a character that HTTP does not carry")
        self._head, self._left, self._chunked = head, left, chunked
        self.response_started = self._invited = True

    def _go_on(self, body: bytes, *, more: bool) -> None:
        if not self.response_started or self.response_complete:
            raise RuntimeError("the answer has not begun, or is complete")
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            body = b""
        if self._chunked:
            if body:
                body = b"%x\r\n%s\r\n" % (len(body), body)
            if not more:
                body += b"0\r\n\r\n"
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the answer is not as long as it said")
        if head or body:
            self._transport.write(head + body if head else body)
        if not more:
            self.response_complete = True
            self.message_event.set()
            self.on_response()


def _awaits_invitation(fields: Sequence[Header]) -> bool:
    """Whether the client sends its body once it was told to: few do. Asked only where a body is waited for."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in fields)


def _nothing() -> None:
    """In place of what an ended cycle would call: it refers to the connection, which refers to the cycle."""
