"""What a policy was read from, as bytes that can be kept: on disk, for the next start.

Credentials that are written out are in it as they stand, so whoever keeps it on a disk seals it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.policy.documents import Members, Node

_ENTRY_DEPTH: Final = 2
"""A team, a key or a model of a merged document lies so deep."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Members).decode


def content_of(document: Members) -> bytes:
    """A merged document, with its places.

    It is written entry by entry: one call for all of it would keep the interpreter from the event loop for too long.
    """
    return _encode(_in_pieces(document, _ENTRY_DEPTH))


def document_of(content: bytes) -> Members:
    """The document again; raises msgspec.MsgspecError."""
    return _decode(content)


def _in_pieces(node: Node, depth: int) -> Any:
    """The same, with all that lies `depth` mappings down encoded already."""
    if depth == 0 or not isinstance(node, Members):
        return msgspec.Raw(_encode(node))
    members: Any = {name: (key, _in_pieces(value, depth - 1)) for name, (key, value) in node.members.items()}
    return Members(node.mark, members)
