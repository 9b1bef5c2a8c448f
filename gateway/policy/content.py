"""What a policy was read from, as bytes that can be kept: on disk, for the next start, and in the database, by version.

Promise: no secret is in it. Every credential that is written out in place of `${NAME}` is replaced by `LEFT_OUT`, so
that its provider is disabled, and says why, where the content is loaded again.
"""

from __future__ import annotations

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

    It is written entry by entry: one call for all of it would keep the interpreter from the event loop for too long.
    """
    cleaned = _cleaned(document, schema.POLICY)
    assert isinstance(cleaned, Members)
    return _encode(_in_pieces(cleaned, 2))


def _in_pieces(node: Node, depth: int) -> Any:
    """The same, with all that lies `depth` mappings down encoded already."""
    if not isinstance(node, Members):
        return node
    if depth == 0:
        return msgspec.Raw(_encode(node))
    members: Any = {name: (key, _in_pieces(value, depth - 1)) for name, (key, value) in node.members.items()}
    return Members(node.mark, members)


def document_of(content: bytes) -> Members:
    """The document again; raises msgspec.MsgspecError."""
    return _decode(content)


def _cleaned(node: Node, shape: shapes.Shape) -> Node:
    match node, shape:
        case Members(), shapes.Table(keys=keys):
            return _members(node, {name: known.shape for name, known in keys.items()})
        case Members(), shapes.Named(item=item):
            return _members(node, dict.fromkeys(node.members, item))
        case Members(), shapes.Either(table=table):
            return _cleaned(node, table)
        case Items(), shapes.ListOf(item=item):
            return Items(node.mark, [_cleaned(below, item) for below in node.items])
        case Scalar(), shapes.SecretText() if not REFERENCE.fullmatch(node.text):
            return Scalar(node.mark, LEFT_OUT, plain=False)
        case _:
            return node


def _members(node: Members, shape_of: dict[str, shapes.Shape] | dict[str, shapes.Table]) -> Members:
    members = {name: (key, _cleaned(value, shape_of[name])) for name, (key, value) in node.members.items()}
    return Members(node.mark, members)
