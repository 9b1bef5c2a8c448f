"""What a policy was read from, as bytes that can be kept: on disk, for the next start.

Credentials that are written out are in it as they stand, so whoever keeps it on a disk seals it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from gateway.background_work import yield_interpreter
from gateway.policy.complaints import Mark
from gateway.policy.documents import Items, Members, Node, Scalar

_ENTRY_DEPTH: Final = 2
"""A team, a key or a model of a merged document lies so deep."""

_encode = msgspec.msgpack.Encoder().encode


class _Section(msgspec.Struct, frozen=True, tag="Members", array_like=True):
    """A mapping whose entries are not decoded yet."""

    mark: Mark
    members: dict[str, tuple[Scalar, msgspec.Raw]]


_decode: Callable[[msgspec.Raw], Node] = msgspec.msgpack.Decoder(Node).decode
_decode_section = msgspec.msgpack.Decoder(Scalar | Items | _Section).decode


def content_of(document: Members) -> bytes:
    """A merged document, with its places.

    It is written entry by entry: one call for all of it would keep the interpreter from the event loop for too long.
    """
    return _encode(_in_pieces(document, _ENTRY_DEPTH))


def document_of(content: bytes, team: str | None = None) -> Members:
    """The document again, or what of it concerns one team; raises msgspec.MsgspecError."""
    whole = _decode_section(content)
    if not isinstance(whole, _Section):
        raise msgspec.ValidationError("a document is a mapping")
    return Members(
        whole.mark,
        {name: (key, _read(value, team if name == "teams" else None)) for name, (key, value) in whole.members.items()},
    )


def _read(packed: msgspec.Raw, only: str | None) -> Node:
    """Entry by entry, as it was written."""
    section = _decode_section(packed)
    if isinstance(section, Scalar | Items):
        return section
    members: dict[str, tuple[Scalar, Node]] = {}
    for name, (key, value) in section.members.items():
        if only in {None, name}:
            members[name] = key, _decode(value)
            yield_interpreter()
    return Members(section.mark, members)


def _in_pieces(node: Node, depth: int) -> Any:
    """The same, with all that lies `depth` mappings down encoded already."""
    if depth == 0 or not isinstance(node, Members):
        return msgspec.Raw(_encode(node))
    members: Any = {name: (key, _in_pieces(value, depth - 1)) for name, (key, value) in node.members.items()}
    return Members(node.mark, members)
