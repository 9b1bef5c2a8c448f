"""Vectors that all replicas have in common: each compares its own copy, and reads what others added as it is asked for.

Invariants
- A vector leaves the process sealed: it tells something of a text. It opens in its own bucket only, and a value that a
  store altered or mixed up is none.
- Only buckets that somebody asks for are read, and of those only what came since.
- Without a store, or with one that does not answer, a replica knows what it has answered itself, and what it has read.
"""

from __future__ import annotations

import secrets
from array import array
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.caching.vector_index import MOST_DIMENSIONS, MOST_IN_A_BUCKET, Entry, VectorIndex
from gateway.core.caching import VectorStore
from gateway.core.ports import Clock
from gateway.tasks import spawn

NONCE_BYTES: Final = 12


class _Shared(msgspec.Struct, frozen=True, array_like=True):
    """`until` in Unix seconds; `vector`: 32-bit floats as this kind of machine writes them."""

    key: bytes
    until: float
    vector: bytes

    def __repr__(self) -> str:
        return f"<_Shared of {len(self.vector)} bytes>"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Shared).decode


class SharedVectorIndex:
    """Of one process. `secret`: 32 bytes that all replicas have."""

    def __init__(self, store: VectorStore | None, secret: bytes, clock: Clock) -> None:
        self._own = VectorIndex(clock)
        self._store = store
        self._cipher = AESGCM(secret)
        self._clock = clock

    async def nearest(self, bucket: bytes, vector: array[float]) -> tuple[Entry, float] | None:
        """(the entry, its cosine) of the text most like it, whoever answered that."""
        if self._store is not None:
            for identifier, sealed in await self._store.since(bucket, self._own.read_until(bucket)):
                self._learn(bucket, identifier, sealed)
        return self._own.nearest(bucket, vector)

    def add(self, bucket: bytes, vector: array[float], key: bytes, ttl: float) -> None:
        """Remember that a text was answered, and where, and let the others know."""
        self._own.add(bucket, vector, key, ttl)
        if self._store is not None:
            sealed = self._seal(bucket, _Shared(key, self._clock.now() + ttl, vector.tobytes()))
            spawn(self._store.add(bucket, sealed, ttl, MOST_IN_A_BUCKET), "share a vector")

    def _learn(self, bucket: bytes, identifier: bytes, sealed: bytes) -> None:
        shared = self._open(bucket, sealed)
        left = 0.0 if shared is None else shared.until - self._clock.now()
        if shared is not None and left > 0:
            vector: array[float] = array("f")
            vector.frombytes(shared.vector)
            self._own.add(bucket, vector, shared.key, left)
        self._own.read(bucket, identifier)

    def _seal(self, bucket: bytes, shared: _Shared) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, _encode(shared), bucket)

    def _open(self, bucket: bytes, sealed: bytes) -> _Shared | None:
        """None where it is not whole, or not of this bucket."""
        try:
            shared = _decode(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bucket))
        except (InvalidTag, ValueError, msgspec.DecodeError):
            return None
        fits = 0 < len(shared.vector) <= 4 * MOST_DIMENSIONS and len(shared.vector) % 4 == 0
        return shared if fits else None
