"""What a policy was read from, as bytes that can be kept: in memory, and on disk for the next start.

They are a merged document with its places in MessagePack, compressed to a tenth, as most of it are places, one like the
other. Credentials that are written out are in it as they stand, so whoever keeps it on a disk seals it.

It is packed entry by entry: one call for all of it would keep the interpreter from the event loop, the longer the more
teams there are (2.4 ms for a thousand).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from gateway.policy.complaints import Mark
from gateway.policy.documents import Items, Members, Node, Scalar

_ENTRY_DEPTH: Final = 2
"""A team, a key or a model of a merged document lies so deep."""

_PORTION: Final = 1 << 16
"""Bytes that are compressed at once. That lets go of the interpreter, and with small ones would do little else."""
_LEVEL: Final = 1
_PAIR, _TAGGED = b"\x92", b"\x93"
"""Arrays of two and of three in MessagePack: a member's (key, value), and the (tag, mark, members) of `Members`."""

_encode = msgspec.msgpack.Encoder().encode


class _Section(msgspec.Struct, frozen=True, tag="Members", array_like=True):
    """A mapping whose entries are not decoded yet."""

    mark: Mark
    members: dict[str, tuple[Scalar, msgspec.Raw]]


_decode: Callable[[msgspec.Raw], Node] = msgspec.msgpack.Decoder(Node).decode
_decode_section = msgspec.msgpack.Decoder(Scalar | Items | _Section).decode


def packed(document: Members) -> bytes:
    """A merged document, with its places."""
    compressor = zlib.compressobj(_LEVEL)
    done: list[bytes] = []
    portion = bytearray()
    for piece in _pieces(document, _ENTRY_DEPTH):
        portion += piece
        if len(portion) >= _PORTION:
            done.append(compressor.compress(portion))
            portion.clear()
    done += [compressor.compress(portion), compressor.flush()]
    return b"".join(done)


def unpacked(content: bytes, team: str | None = None) -> Members:
    """The document again, or what of it concerns one team; raises zlib.error and msgspec.MsgspecError."""
    whole = _decode_section(zlib.decompress(content))
    if not isinstance(whole, _Section):
        raise msgspec.ValidationError("a document is a mapping")
    return Members(
        whole.mark,
        {name: (key, _read(value, team if name == "teams" else None)) for name, (key, value) in whole.members.items()},
    )


def file_of_team(content: bytes, name: str) -> str | None:
    """The file that names the team, as it was called when it was read; None where none does."""
    _, teams = unpacked(content, name).members.get("teams", (None, None))
    if not isinstance(teams, Members) or name not in teams.members:
        return None
    return teams.members[name][0].mark.file


def _read(packed: msgspec.Raw, only: str | None) -> Node:
    """Entry by entry, as it was written."""
    section = _decode_section(packed)
    if isinstance(section, Scalar | Items):
        return section
    members: dict[str, tuple[Scalar, Node]] = {}
    for name, (key, value) in section.members.items():
        if only in {None, name}:
            members[name] = key, _decode(value)
    return Members(section.mark, members)


def _pieces(node: Node, depth: int) -> Iterator[bytes]:
    """What `_encode` makes of it, with all that lies `depth` mappings down in one piece each."""
    if depth == 0 or not isinstance(node, Members):
        yield _encode(node)
        return
    yield _TAGGED + _encode(Members.__name__) + _encode(node.mark) + _map_of(len(node.members))
    for name, (key, value) in node.members.items():
        yield _encode(name) + _PAIR + _encode(key)
        yield from _pieces(value, depth - 1)


def _map_of(length: int) -> bytes:
    """The beginning of a map: fixmap, map 16 or map 32 of MessagePack's specification."""
    if length < 1 << 4:
        return bytes([0x80 | length])
    return b"\xde" + length.to_bytes(2) if length < 1 << 16 else b"\xdf" + length.to_bytes(4)
