"""The head of a request as HTTP/1.1 writes it.

Invariants
- Nothing is added but Host, first, and Content-Length, last, where a body or the method wants one and none was given.
- Host and framing are ours: a Host, a Transfer-Encoding, or a Content-Length other than the body's, is refused.
- No name, value or path can begin another line.
"""

from __future__ import annotations

import functools

from gateway.core.heads import has_control_characters
from gateway.providers.transport import UpstreamRequest

BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that say nothing of a body that is not there."""


def head_of(request: UpstreamRequest, host: str) -> bytes:
    """The request line and the headers; raises ValueError for what HTTP cannot carry."""
    _check_path(request.path)
    length = len(request.body)
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    framed = length == 0 and request.method in BODILESS
    for name, value in request.headers:
        size = len(name)
        if size == 14 and name.lower() == "content-length":
            if value != str(length):
                raise ValueError("the Content-Length given is not the body's")
            framed = True
        if size == 4 and name.lower() == "host":
            raise ValueError("Host is the origin's")
        if size == 17 and name.lower() == "transfer-encoding":
            raise ValueError("Transfer-Encoding is the transport's own")
        lines.append(f"{name}: {value}")
    if not framed:
        lines.append(f"Content-Length: {length}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    if has_control_characters(head, len(lines) + 1):
        raise ValueError("a header holds a character that HTTP does not carry")
    return head


@functools.lru_cache(maxsize=1024)
def _check_path(path: str) -> None:
    if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path or "#" in path:
        raise ValueError("a path begins with / and is quoted already")
