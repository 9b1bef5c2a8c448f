"""An answer as it is kept: the provider's own bytes, sealed.

Promise: what opens is exactly what was sealed under the same key, or nothing: a value that a store altered, mixed up
or kept too long is no answer.

AES-256-GCM with a random 96-bit nonce; the cache key is the associated data, so that no value opens under another.
"""

from __future__ import annotations

from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.core.messages import Dialect
from gateway.nonces import NONCE_BYTES, nonce

MAX_BYTES: Final = 1024 * 1024
"""Of one answer; a longer one is not kept."""


class KeptAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What the provider said: `body` as received, whole or the frames of a stream one after the other."""

    provider: str
    model: str
    region: str
    dialect: Dialect
    streamed: bool
    body: bytes
    until: float
    """Unix seconds."""
    asked: bytes = b""
    """What must be asked again to get it, as a digest; empty where the key says all."""
    request_id: str = ""
    at: float = 0.0
    """Of the request that it first answered."""
    dropped: str | None = None
    """What of that request could not be carried to the provider, as `x-gateway-dropped` tells it."""
    restated: bool = False
    """The request was translated although the provider speaks its dialect, and so is the answer."""

    def __repr__(self) -> str:
        return f"<KeptAnswer of {self.provider}/{self.model}, {len(self.body)} bytes>"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KeptAnswer).decode


class Sealer:
    """Seals and opens with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, key: bytes, answer: KeptAnswer) -> bytes:
        once = nonce()
        return once + self._cipher.encrypt(once, _encode(answer), key)

    def open(self, key: bytes, sealed: bytes, now: float) -> KeptAnswer | None:
        """None where it is not whole, not of this key, or past its time."""
        try:
            answer = _decode(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key))
        except (InvalidTag, ValueError, msgspec.DecodeError):
            return None
        return answer if answer.until > now else None
