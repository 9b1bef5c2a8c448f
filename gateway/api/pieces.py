"""What the server offers beside ASGI, for pieces of a stream that take the fast path (`stages.fast_path`)."""

from __future__ import annotations

from typing import Protocol


class Pieces(Protocol):
    """A way for pieces of a body that needs no awaiting."""

    def wanted(self) -> bool:
        """Whether the client takes more at the moment."""
        ...

    def write(self, data: bytes) -> None:
        """Send a piece, behind all that was sent before. Only where `wanted`, and while the body has begun."""
        ...
