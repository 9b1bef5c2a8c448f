"""One record of the audit: a header in the clear, and a content that is sealed.

Promise: who holds the database learns from it that a team's key called a model, and nothing of what was said or by
whom; and cannot change a byte of it unseen.

Invariants
- The header holds ids, numbers and names of ours. No prompt, no answer, no name of a person or team: a team is a
  pseudonym, a person a random number that means nothing once the row behind it is gone.
- The leaf covers everything: `SHA-256(0x00 ‖ writer ‖ number ‖ previous leaf ‖ SHA-256(content) ‖ header)`, where all
  but the header have a fixed length. It is over the sealed content, so a record whose key is gone still proves.
- Each writer numbers its records from 0 without a gap and names in each the leaf before: what is missing shows.
- The header's bytes are stored as they were hashed; they are the only true copy, columns beside them are for searching.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from struct import Struct
from typing import Final, Literal, get_args

import msgspec

from gateway.audit.chain import HASH_BYTES, hash_leaf
from gateway.core.keys import hmac_states

Kind = Literal[
    "request",  # what is about to be sent, before it is
    "outcome",  # how a request ended: the answer, whole or in part, or the refusal
    "admin",  # a change made through the admin API or a command
    "read",  # somebody searched, exported or was shown content
    "key_destroyed",  # retention: a team's day cannot be read any more
    "person_erased",  # a person's content cannot be read any more
    "writer_open",
    "writer_close",
    "writer_recovered",  # records of a process that died were found and shipped
    "heartbeat",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

WRITER_BYTES: Final = 16
MAC_BYTES: Final = 16
FIRST_LINK: Final = bytes(HASH_BYTES)
NO_CONTENT: Final = sha256(b"").digest()
VERSION: Final = 1

_IN_EIGHT_BYTES: Final = Struct(">Q")


class Header(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """`at` in microseconds. `team`, `person`, `key` are the writer's to fill in: a pseudonym and ids, as hex.

    `edits` and `pii` are None where there are none: thousands of headers wait for the database, and an empty dict each
    would be most of what they are to the garbage collector.
    """

    v: int
    kind: Kind
    at: int
    team: str = ""
    person: str = ""
    key: str = ""
    request: str = ""
    virtual_key: str = ""
    operation: str = ""
    dialect: str = ""
    provider: str = ""
    model: str = ""
    region: str = ""
    status: str = ""
    http_status: int = 0
    error: str = ""
    finish: str = ""
    attempts: int = 0
    stream: bool = False
    recalled: bool = False
    """Answered from the gateway's own memory: nobody was asked."""
    partial: bool = False
    """The answer broke off: what is recorded is what had come."""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_nano: int | None = None
    currency: str = ""
    policy: str = ""
    mode: str = ""
    edits: dict[str, int] | None = None
    """Stage -> how many places of the request it changed."""
    losses: str = ""
    pii: dict[str, int] | None = None
    """Type of personal data -> how many were found."""
    about: dict[str, str] = {}
    """Of kinds that are no request: what was done, to what, under which ticket. Of a call beside a request's own:
    `shadow_of` or `hedge_of`, and that request."""


class Searched(msgspec.Struct, gc=False):
    """Of a header, what it is searched by: members as there."""

    at: int
    kind: Kind
    team: str = ""
    person: str = ""
    key: str = ""
    request: str = ""


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """As it is stored. `content` is None once it was dropped; its hash stays."""

    writer: bytes
    number: int
    previous: bytes
    header: bytes
    content: bytes | None
    content_hash: bytes

    def leaf(self) -> bytes:
        return leaf_of(self.writer, self.number, self.previous, self.content_hash, self.header)


_decode = msgspec.json.Decoder(Header).decode
read_searched = msgspec.json.Decoder(Searched).decode
"""As `read_header`, of a header that nobody has to understand whole."""


header_bytes = msgspec.json.Encoder(order="deterministic").encode
"""What is hashed and stored of a `Header`."""


def read_header(data: bytes) -> Header:
    """Raises msgspec.DecodeError."""
    return _decode(data)


def content_hash(content: bytes) -> bytes:
    return sha256(content).digest() if content else NO_CONTENT


def leaf_of(writer: bytes, number: int, previous: bytes, content: bytes, header: bytes) -> bytes:
    """`content`: its hash."""
    return hash_leaf(writer, _IN_EIGHT_BYTES.pack(number), previous, content, header)


def place_mac(key: bytes, index: int, leaf: bytes) -> bytes:
    """What binds a leaf to its place for those who hold the key: it tells which record was touched, not only that.

    HMAC-SHA-256 of `index ‖ leaf`, cut. `key` of 32 bytes.
    """
    return place_macs(key, index, (leaf,))[0]


def place_macs(key: bytes, first: int, leaves: Iterable[bytes]) -> list[bytes]:
    """Of leaves that follow one another, the first of them at place `first`."""
    inner_state, outer_state = hmac_states(key)
    begin_inner, begin_outer, in_eight_bytes = inner_state.copy, outer_state.copy, _IN_EIGHT_BYTES.pack
    macs: list[bytes] = []
    for index, leaf in enumerate(leaves, first):
        inner, outer = begin_inner(), begin_outer()
        inner.update(in_eight_bytes(index) + leaf)
        outer.update(inner.digest())
        macs.append(outer.digest()[:MAC_BYTES])
    return macs
