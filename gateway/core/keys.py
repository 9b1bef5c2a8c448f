"""Keys from the one root key.

Promise: keys of different purposes tell nothing about each other or about the root key, and the same root and
purpose always give the same key.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive_key(root: bytes, purpose: str) -> bytes:
    """32 bytes for `purpose`, by HKDF-SHA256 (RFC 5869) with the purpose as its info and no salt.

    `root` must be 32 uniformly random bytes. A purpose, once used, keeps its name for ever.
    """
    assert len(root) == KEY_BYTES
    assert purpose
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"llm-gateway/{purpose}".encode()).derive(root)
