"""What the server offers beside ASGI, for pieces of a stream that take the fast path (`stages.answers.fast_path`)."""

from __future__ import annotations

from typing import Final, Protocol

PIECES: Final = "gateway.pieces"
"""In an ASGI scope's extensions: `Pieces`, where there are any."""


class Pieces(Protocol):
    """A way for pieces of a body that needs no awaiting."""

    def wanted(self) -> bool:
        """Whether the client takes more at the moment."""
        ...

    def write(self, data: bytes) -> bool:
        """Send a piece, behind all that was sent before, while the body has begun. False, and nothing is sent, where
        none is `wanted`.
        """
        ...
