"""The head of a request as HTTP/1.1 writes it.

Invariants
- Nothing is added but Host, first, and Content-Length, last, where a body or the method wants one and none was given.
- Host and framing are ours: a Host, a Transfer-Encoding, or a Content-Length other than the body's, is refused.
- No name, value or path can begin another line.
"""

from __future__ import annotations

from typing import Final

from gateway.core.request_heads import has_control_characters
from gateway.providers.transport import RawHeaders, UpstreamRequest

BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that say nothing of a body that is not there."""

MOST_KEPT: Final = 256
"""Heads that are kept written: of calls for an answer there are a few, of calls about objects one for each object."""


class RequestHeads:
    """Writes the heads for one origin. What differs from call to call is only the length, so the rest is kept."""

    __slots__ = ("_host", "_kept")

    def __init__(self, host: str) -> None:
        """`host`: as the header of that name tells it."""
        self._host = host
        self._kept: dict[tuple[str, str, RawHeaders], tuple[bytes, str | None]] = {}
        """(all but a length of our own and the empty line, the length that was given)."""

    def head_of(self, request: UpstreamRequest) -> bytes:
        """The request line and the headers; raises ValueError for what HTTP cannot carry."""
        same = request.method, request.path, request.headers
        kept = self._kept.get(same)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[same] = _written(request, self._host)
        head, given = kept
        length = len(request.body)
        if given is not None:
            if given != str(length):
                raise ValueError("the Content-Length given is not the body's")
        elif length or request.method not in BODILESS:
            return b"%sContent-Length: %d\r\n\r\n" % (head, length)
        return head + b"\r\n"


def _written(request: UpstreamRequest, host: str) -> tuple[bytes, str | None]:
    path, length = request.path, None
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path or "#" in path:
        raise ValueError("a path begins with / and is quoted already")
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {host}"]
    for name, value in request.headers:
        lower = name.lower()
        if lower == "content-length":
            length = value
        elif lower == "host":
            raise ValueError("Host is the origin's")
        elif lower == "transfer-encoding":
            raise ValueError("Transfer-Encoding is the transport's own")
        lines.append(f"{name}: {value}")
    head = ("\r\n".join(lines) + "\r\n").encode()
    if has_control_characters(head, len(lines)):
        raise ValueError("a header holds a character that HTTP does not carry")
    return head, length
