"""What a policy was read from, as bytes that can be kept: on disk, for the next start.

Promise: no secret is in it. Every credential that is written out in place of `${NAME}` is replaced by `LEFT_OUT`, so
that its provider is disabled, and says why, where the content is loaded again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.policy import schema, shapes
from gateway.policy.documents import Items, Members, Node, Scalar
from gateway.policy.read import REFERENCE

LEFT_OUT: Final = "${WRITTEN_IN_THE_POLICY_AND_NOT_KEPT}"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Members).decode


def content_of(document: Members) -> bytes:
    """A merged document, with its places and without its secrets.

    It is written entry by entry: one call for all of it would keep the interpreter from the event loop for too long,
    and so would freeing a copy of it.
    """
    return _encode(_in_pieces(document, schema.POLICY, 2))


def _in_pieces(node: Node, shape: shapes.Shape, depth: int) -> Any:
    """The same, with all that lies `depth` mappings down encoded already."""
    below = _below(node, shape)
    if depth == 0 or below is None or not isinstance(node, Members):
        return msgspec.Raw(_encode(_cleaned(node, shape)))
    members: Any = {
        name: (key, _in_pieces(value, below[name], depth - 1)) for name, (key, value) in node.members.items()
    }
    return Members(node.mark, members)


def document_of(content: bytes) -> Members:
    """The document again; raises msgspec.MsgspecError."""
    return _decode(content)


def _cleaned(node: Node, shape: shapes.Shape) -> Node:
    match node, shape:
        case Members(), _ if below := _below(node, shape):
            members = {name: (key, _cleaned(value, below[name])) for name, (key, value) in node.members.items()}
            return Members(node.mark, members)
        case Items(), shapes.ListOf(item=item):
            return Items(node.mark, [_cleaned(below, item) for below in node.items])
        case Scalar(), shapes.SecretText() if not REFERENCE.fullmatch(node.text):
            return Scalar(node.mark, LEFT_OUT, plain=False)
        case _:
            return node


def _below(node: Node, shape: shapes.Shape) -> Mapping[str, shapes.Shape] | None:
    """The shapes of a mapping's values, by their names; None where it is no mapping that has any."""
    match node, shape:
        case Members(), shapes.Table(keys=keys):
            return {name: known.shape for name, known in keys.items()}
        case Members(), shapes.Named(item=item):
            return dict.fromkeys(node.members, item)
        case Members(), shapes.Either(table=table):
            return _below(node, table)
        case _:
            return None
