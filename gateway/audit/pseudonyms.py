"""What headers call teams and people, for those who may not read names."""

from __future__ import annotations

import hmac
from typing import Final

ID_BYTES: Final = 16


class Pseudonyms:
    """Names for those who may not read names. Equal names give equal pseudonyms, and nothing leads back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def team(self, name: str) -> str:
        return hmac.digest(self._key, b"team\0" + name.encode("utf-8", "replace"), "sha256")[:ID_BYTES].hex()

    def subject(self, name: str) -> bytes:
        return hmac.digest(self._key, b"subject\0" + name.encode("utf-8", "replace"), "sha256")
