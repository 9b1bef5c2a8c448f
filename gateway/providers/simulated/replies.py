"""One exchange as values: the request that arrived, the answer to send, and what a test may ask about it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from gateway.core.usage import Usage
from gateway.providers.simulated.faults import NONE, Faults

Outcome = Literal["running", "completed", "refused", "aborted", "faulted"]
"""Under way · answered in full · refused with an error status · the caller left first · ended by a fault asked for."""

EVENT_STREAM = b"text/event-stream; charset=utf-8"
JSON = b"application/json"


class Request(msgspec.Struct, kw_only=True):
    """`path` is percent-decoded and without query; header names are lower case, of duplicates the last."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One flush of a stream, and the output tokens that it carries (for the bill of a stream that broke off)."""

    data: bytes
    tokens: int = 0
    wire: bytes = b""
    """`data` as a chunk of HTTP/1.1 transfer encoding."""


def frame(data: bytes, tokens: int = 0) -> Frame:
    return Frame(data, tokens, b"%x\r\n%b\r\n" % (len(data), data))


class Reply(msgspec.Struct, kw_only=True):
    """An answer ready to send: `body` whole, or `frames` of a stream. `bill` is what the provider would charge.

    `headers` are lines without the request's id, which `id_header` names and the server counts up.
    """

    status: int = 200
    headers: bytes = b""
    id_header: bytes = b""
    body: bytes = b""
    frames: list[Frame] | None = None
    bill: Usage | None = None
    faults: Faults = NONE
    native_error: bytes = b""
    """The frame of an error within a stream."""


class Exchange(msgspec.Struct, kw_only=True):
    """What the server remembers of a request. `bill` counts what was sent; None where nothing is charged."""

    request: Request
    id: str = ""
    model: str = ""
    status: int = 0
    outcome: Outcome = "running"
    frames_sent: int = 0
    bill: Usage | None = None

    @property
    def body(self) -> bytes:
        return self.request.body

    @property
    def path(self) -> str:
        return self.request.path

    def __repr__(self) -> str:
        return f"<Exchange {self.request.method} {self.request.path} {self.status} {self.outcome}>"


def header_lines(content_type: bytes, extra: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """`name: value` lines, each with its line end."""
    return b"content-type: %b\r\n" % content_type + b"".join(b"%b: %b\r\n" % pair for pair in extra)
