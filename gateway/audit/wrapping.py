"""Keys that wrap the data keys: one port, and the key from file or environment behind it.

Promise: the database never holds what opens a record; who rotates the wrapping key re-wraps the data keys and touches
no record.

Invariants
- Wrapped is bound to the id of the data key: a wrapped key moved to another row does not unwrap.
- Every purpose has its key (PURPOSES), derived with its own label: nothing made for one is good for another.
- What wrapped a key stands in its text (`kek`), so that several versions can be loaded while a rotation goes on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.core.keys import derive_key

PURPOSES: Final = {
    "wrapping": "audit-key-encryption",  # the data keys
    "pseudonyms": "audit-pseudonyms",  # of teams and people
    "places": "audit-places",  # which record stands where
    "checkpoints": "audit-checkpoints",  # the signing key's seed
}
"""Names of keys that are derived of the root key. A name, once used, stays."""

_NONCE: Final = 12


class CannotUnwrap(Exception):
    """No key at hand unwraps this one, or the keeper of the keys does not answer. The text holds no secret."""


class KeyWrapper(Protocol):
    """Wraps 32-byte data keys. May block: call it from a thread, or from a command.

    Implemented here, by `vault.VaultTransit`, and by what `GATEWAY_AUDIT_KEEPER` names (a KMS, an HSM).
    """

    @property
    def current(self) -> str:
        """The name of the key, with its version, that `wrap` uses now."""
        ...

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        """(name of the wrapping key, wrapped). Raises CannotUnwrap where the keeper does not answer."""
        ...

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        """The data key; raises CannotUnwrap."""
        ...


class LocalKeys:
    """Wrapping keys held in the process, newest first. The older ones only unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys`: 32 random bytes each, at least one."""
        derived = [derive_key(key, PURPOSES["wrapping"]) for key in keys]
        self._ciphers = {f"local:{sha256(key).hexdigest()[:12]}": AESGCM(key) for key in derived}
        self.current = next(iter(self._ciphers))

    def __repr__(self) -> str:
        return f"<LocalKeys {', '.join(self._ciphers)}>"

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(_NONCE)
        return self.current, nonce + self._ciphers[self.current].encrypt(nonce, data_key, key_id)

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        cipher = self._ciphers.get(kek)
        if cipher is None:
            raise CannotUnwrap(f"the wrapping key {kek} is not loaded; give it as GATEWAY_AUDIT_KEY_PREVIOUS")
        try:
            return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id)
        except (InvalidTag, ValueError):  # the latter of what is too short to hold a nonce
            raise CannotUnwrap(f"{kek} does not open this data key: it was changed or moved") from None
