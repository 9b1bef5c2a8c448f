"""The last policy that could be enforced, kept on disk: what a gateway starts with when its folder is broken.

Promise: what is recalled was kept by a gateway with the same root key, byte for byte, and holds no secret: it is the
folder's text as it was read, with every credential that was written out in place of `${NAME}` taken away.

Invariants
- The file is replaced at once, and is for its owner alone.
- A file that is missing, cut, altered or of another form is no policy; nobody is told more than that.
- Environment and certificates are looked up anew when it is recalled.
"""

from __future__ import annotations

import contextlib
import hmac
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from gateway.policy import schema, shapes
from gateway.policy.complaints import PolicyErrors
from gateway.policy.documents import Items, Members, Node, Scalar
from gateway.policy.load import Loaded, load_documents
from gateway.policy.read import REFERENCE

FILE_NAME: Final = "policy.kept"
PURPOSE: Final = "policy-kept"
"""The label of the key that signs it."""

LEFT_OUT: Final = "${WRITTEN_IN_THE_POLICY_AND_NOT_KEPT}"

_DIGEST: Final = sha256().digest_size


class KeptPolicy:
    """One file in the state folder. `key` signs it."""

    def __init__(self, state_dir: Path, key: bytes) -> None:
        self._path = state_dir / FILE_NAME
        self._key = key

    def keep(self, loaded: Loaded) -> None:
        """Replace what was kept; a disk that takes nothing is not an obstacle to serving."""
        content = msgspec.msgpack.encode(without_secrets(loaded.document))
        signed = hmac.digest(self._key, content, sha256) + content
        beside = self._path.with_name(f"{FILE_NAME}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(beside, "wb", opener=_for_the_owner) as file:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)

    def recall(self, folder: Path, environ: Mapping[str, str]) -> Loaded | None:
        """What was kept last, its files looked for from `folder`; None where nothing can be trusted and loaded."""
        try:
            signed = self._path.read_bytes()
        except OSError:
            return None
        signature, content = signed[:_DIGEST], signed[_DIGEST:]
        if not hmac.compare_digest(signature, hmac.digest(self._key, content, sha256)):
            return None
        try:
            return load_documents([msgspec.msgpack.decode(content, type=Members)], folder, environ)
        except (msgspec.MsgspecError, PolicyErrors):  # kept by another version of the gateway
            return None


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def without_secrets(document: Members) -> Members:
    """The document, with `LEFT_OUT` for every credential that is written out."""
    cleaned = _cleaned(document, schema.POLICY)
    assert isinstance(cleaned, Members)
    return cleaned


def _cleaned(node: Node, shape: shapes.Shape) -> Node:
    match node, shape:
        case Members(), shapes.Table(keys=keys):
            members = {name: (key, _cleaned(value, keys[name].shape)) for name, (key, value) in node.members.items()}
            return Members(node.mark, members)
        case Members(), shapes.Named(item=item):
            return Members(
                node.mark, {name: (key, _cleaned(value, item)) for name, (key, value) in node.members.items()}
            )
        case Members(), shapes.Either(table=table):
            return _cleaned(node, table)
        case Items(), shapes.ListOf(item=item):
            return Items(node.mark, [_cleaned(below, item) for below in node.items])
        case Scalar(), shapes.SecretText() if not REFERENCE.fullmatch(node.text):
            return Scalar(node.mark, LEFT_OUT, plain=False)
        case _:
            return node
