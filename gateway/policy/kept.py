"""The last policy that could be enforced, kept on disk: what a gateway starts with when its folder is broken.

Promise: what is recalled was kept by a gateway with the same root key, byte for byte, and decides as it did: a
credential that was written out in place of `${NAME}` is in it, so all of it is sealed.

Invariants
- The file is replaced at once, and is for its owner alone.
- A file that is missing, cut, altered or of another form is no policy; nobody is told more than that.
- Environment and certificates are looked up anew when it is recalled.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.policy.complaints import PolicyErrors
from gateway.policy.content import unpacked
from gateway.policy.load import Loaded, load_documents

FILE_NAME: Final = "policy.kept"
PURPOSE: Final = "policy-kept"
"""The label of the key that seals it."""

_NONCE_BYTES: Final = 12


class KeptPolicy:
    """One file in the state folder. `key`, of 32 bytes, seals it."""

    def __init__(self, state_dir: Path, key: bytes) -> None:
        self._path = state_dir / FILE_NAME
        self._cipher = AESGCM(key)

    def keep(self, loaded: Loaded) -> None:
        """Replace what was kept; a disk that takes nothing is not an obstacle to serving."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, loaded.content, None)
        temporary = self._path.with_name(f"{FILE_NAME}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(temporary, "wb", opener=_for_the_owner) as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)

    def holds(self, content: bytes) -> bool:
        """Whether this is what was kept last."""
        return self._content() == content

    def recall(self, folder: Path, environ: Mapping[str, str]) -> Loaded | None:
        """What was kept last, its files looked for from `folder`; None where nothing can be trusted and loaded."""
        content = self._content()
        if content is None:
            return None
        try:
            return load_documents([unpacked(content)], folder, environ)
        except (zlib.error, msgspec.MsgspecError, PolicyErrors):  # kept by another version of the gateway
            return None

    def _content(self) -> bytes | None:
        """What was kept last; None where it is not as it was sealed."""
        try:
            sealed = self._path.read_bytes()
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (OSError, ValueError, InvalidTag):  # ValueError: cut within the nonce
            return None


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
