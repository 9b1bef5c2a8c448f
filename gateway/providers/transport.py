"""The one seam to the network: a request out, a status and bytes back.

Promise: whoever implements `Upstream` passes the tests of `tests/wire`, all of them.

Invariants
- A cancelled call stops at once: the connection is closed, the pool slot returned, the provider sees the close.
- Bytes are exact: nothing is decompressed, no header is added that was not given (beyond Host and framing).
- No cookies, no redirects, no proxies from the environment.
- An answer cut short raises UpstreamCut; it never looks like a proper end.
- Bytes that arrive on an idle connection are never taken for the next answer.
- Errors are the tree's UpstreamError classes; `worked` False only where the provider surely got nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol

import msgspec

from gateway.core.policy import Timeouts

RawHeaders = tuple[tuple[str, str], ...]

NOT_SENT: Final = "not sent"
"""In the arguments of a CancelledError: the call was cancelled before anything of it was sent."""

Offer = Callable[[bytes], bool]
"""Whether somebody takes a chunk of a body, now and without waiting."""


class UpstreamRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`path` with query, below the upstream's origin (`/v1/chat/completions`). Headers in the order to send."""

    method: str
    path: str
    headers: RawHeaders
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<UpstreamRequest {self.method} {self.path.partition('?')[0]}>"


class UpstreamResponse(Protocol):
    """The head has arrived; the body is read at the reader's pace (what is not read, is not fetched)."""

    status: int
    headers: dict[str, str]
    """Lower-case names; of duplicates the last."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, never empty chunks; raises UpstreamCut, UpstreamTimedOut."""
        ...

    def offer(self, take: Offer) -> None:
        """While somebody waits for the next chunk, ask `take` first: what it takes is not read. To the body's end.

        What `take` raises is raised where the chunk was waited for. An implementation may never ask.
        """
        ...

    async def read(self, limit: int) -> bytes:
        """The whole body; raises UpstreamNonsense where it is longer than `limit` bytes."""
        ...

    def close(self) -> None:
        """Let go, at once and without waiting. Idempotent. A body not read to its end closes the connection."""
        ...


class Upstream(Protocol):
    """One provider account: one origin, one credential, one pool of connections."""

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        """Raises UpstreamUnreachable (not sent), UpstreamTimedOut, UpstreamCut (sent, no head).

        Cancelled before it has sent anything, it says so (NOT_SENT).
        """
        ...

    @property
    def open_connections(self) -> int:
        """In use and idle: for tests, metrics and the leak check."""
        ...

    async def close(self) -> None: ...
