"""Sealing of contents: AES-256-GCM under a key that dies with the team's day or with the person.

    record key ‖ commitment = HKDF-SHA256(data key, salt = the person's, info = the purpose)        RFC 5869
    content = 0x01 ‖ nonce (12) ‖ commitment (32) ‖ AES-GCM(record key, nonce, plain, header)

Invariants
- Without the data key, or without the person's salt, nothing opens: destroying either erases.
- The header is the associated data: a content that is moved under another header does not open.
- GCM does not commit to its key; the commitment does, and is compared first: no second key opens the same bytes.
- Nonces are 96 random bits from the system (`gateway.nonces`), none of which a fork can repeat. A data key belongs to
  one writer, team and day, far below the 2^32 messages that SP 800-38D allows.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.nonces import NONCE_BYTES, nonce

DATA_KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE: Final = NONCE_BYTES
_KEY: Final = 32
_COMMITMENT: Final = 32
_HEAD: Final = len(_VERSION) + _NONCE + _COMMITMENT
_PURPOSE: Final = b"llm-gateway/audit/record"


class CannotOpen(Exception):
    """The content does not open: another key, another header, or changed bytes."""


class Content(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What only an auditor with leave may read. The repr shows none of it."""

    prompt: bytes = b""
    """The request as it stood after every stage that treats it: with stand-ins where policy asks for them."""
    changes: tuple[tuple[str, str], ...] = ()
    """(path, stage) of every edit."""
    answer: Any = None
    """Parts of the answer, as values; of an answer that broke off, what had come."""
    address: str = ""
    """Where the request came from."""
    model_asked: str = ""
    details: dict[str, str] = {}

    def __repr__(self) -> str:
        return "<Content>"


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract of RFC 5869, with SHA-256."""
    return hmac.digest(salt, secret, "sha256")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand of RFC 5869, with SHA-256."""
    block, output = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        output += block
    return output[:length]


class Sealer:
    """Seals and opens what one data key and one person's salt protect. Shows in no repr.

    The cipher is made for each record: it takes OpenSSL 0.8 µs, and one that is kept 2.3 kB, of each person of a day,
    which would have left the processor's caches long before it is used again.
    """

    __slots__ = ("_derived",)

    def __init__(self, data_key: bytes, salt: bytes) -> None:
        self._derived = expand(extract(salt, data_key), _PURPOSE, _KEY + _COMMITMENT)
        """In one piece, since there are as many as people."""

    def __repr__(self) -> str:
        return "<Sealer>"

    def seal(self, plain: bytes, header: bytes) -> bytes:
        once, derived = nonce(), self._derived
        return b"".join((_VERSION, once, derived[_KEY:], AESGCM(derived[:_KEY]).encrypt(once, plain, header)))

    def open(self, content: bytes, header: bytes) -> bytes:
        """Raises CannotOpen."""
        if len(content) < _HEAD or content[:1] != _VERSION:
            raise CannotOpen
        if not hmac.compare_digest(content[1 + _NONCE : _HEAD], self._derived[_KEY:]):
            raise CannotOpen
        try:
            return AESGCM(self._derived[:_KEY]).decrypt(content[1 : 1 + _NONCE], content[_HEAD:], header)
        except InvalidTag:
            raise CannotOpen from None


_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1

_encode_content = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode_content = msgspec.msgpack.Decoder(Content).decode


def decode_content(data: bytes) -> Content:
    return _decode_content(data)


def encode_content(content: Content) -> bytes:
    """The bytes that are sealed.

    Whole numbers of more than 64 bits, for which MessagePack has no form, are kept as their digits: models write them.
    """
    try:
        return _encode_content(content)
    except OverflowError:
        answer = [msgspec.to_builtins(content.answer, enc_hook=str, builtin_types=(bytes,))]
        _spell_out(answer)
        return _encode_content(msgspec.structs.replace(content, answer=answer[0]))


def _spell_out(tree: list[Any]) -> None:
    """Change it in place, however deep it is."""
    left: list[Any] = [tree]
    while left:
        node = left.pop()
        for name, value in list(node.items() if type(node) is dict else enumerate(node)):
            if type(value) is int and not _LEAST <= value <= _MOST:
                node[name] = str(value)
            elif type(value) is tuple:
                node[name] = list(value)
            if type(node[name]) in (dict, list):
                left.append(node[name])
