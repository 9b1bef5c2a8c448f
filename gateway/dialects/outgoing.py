"""What an attempt may send: the client's own request, as it was edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.core.edits import Edit, apply_edits
from gateway.dialects.codec import Request


class Outgoing:
    """A request as one attempt may see it. Nothing leaves the house but through this."""

    __slots__ = ("_body", "_decode", "_edits", "tree")

    def __init__(
        self, body: bytes, tree: dict[str, Any], edits: tuple[Edit, ...], decode: Callable[[dict[str, Any]], Request]
    ) -> None:
        self._body = body
        self._edits = edits
        self._decode = decode
        self.tree = tree

    def within_dialect(self, more: tuple[Edit, ...]) -> bytes:
        """The client's bytes with every edit made, and `more`."""
        return apply_edits(self._body, (*self._edits, *more))

    @property
    def request(self) -> Request:
        """The same, canonical, for another dialect."""
        return self._decode(self.tree)
