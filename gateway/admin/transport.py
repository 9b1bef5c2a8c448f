"""What every request and answer of the admin port goes through, before any route is looked for.

Invariants
- One Host header, which names an address or a host that we know: a rebound or doctored name gets a 400, and decides
  nothing anyway. A target in absolute form gets one, too.
- Every answer forbids framing, sniffing, caching, and scripts that are not ours; none invites another origin.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from gateway.admin.refusals import ErrorAnswer, ErrorBody

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

_HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?")

SECURITY_HEADERS: Final = [
    (
        b"content-security-policy",
        b"; ".join(
            (
                b"default-src 'none'",
                *(b"%b 'self'" % what for what in (b"script-src", b"style-src", b"connect-src", b"img-src")),
                b"base-uri 'none'",
                b"form-action 'self'",
                b"frame-ancestors 'none'",
            )
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")


class Transport:
    """`url`: where browsers find the port, if that is another name than an address or localhost."""

    def __init__(self, application: Application, url: str | None) -> None:
        self._application = application
        self._names = {"localhost"}
        self._headers = list(SECURITY_HEADERS)
        if url is not None:
            self._names.add((urlsplit(url).hostname or "").lower())
            if url.startswith("https://"):
                self._headers.append(STRICT_TRANSPORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._headers}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in own]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        if scope["type"] != "http" or not self._is_addressed_to_us(scope):
            await _refuse(hardened)
        else:
            await self._application(scope, receive, hardened)

    def _is_addressed_to_us(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None or not scope["raw_path"].startswith(b"/") or scope["raw_path"].startswith(b"//"):
            return False
        name = found[1].decode().lower()
        if name in self._names:
            return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


async def _refuse(send: Send) -> None:
    body = msgspec.json.encode(ErrorAnswer(ErrorBody("wrong_host", "Ask the admin port by its own name or address.")))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
