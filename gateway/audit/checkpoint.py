"""Signed checkpoints: what the log was, in a form that other programs read (C2SP signed-note and tlog-checkpoint).

    llm-gateway/audit
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    previous 20852101

    — llm-gateway/audit Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

Invariants
- Ed25519 (RFC 8032) over the text above the empty line; the key's name and id stand before the signature.
- `previous` is the size of the checkpoint before, so that a missing one shows.
- A checkpoint that does not parse exactly, or has no good signature of the key asked for, is BadCheckpoint.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.chain import HASH_BYTES

ORIGIN: Final = "llm-gateway/audit"
_ED25519: Final = b"\x01"
_PREVIOUS: Final = "previous "
_DASH: Final = "— "


class BadCheckpoint(Exception):
    """The note is no checkpoint of this log, or nobody with the key signed it."""


class Head(msgspec.Struct, frozen=True):
    """The log at one moment: how many records, and the root of their tree."""

    size: int
    root: bytes
    previous: int = 0
    """Size of the checkpoint before it."""


class VerifyKey:
    """The public half. Its text, for auditors and witnesses: `name+id+base64`."""

    def __init__(self, public: bytes, name: str = ORIGIN) -> None:
        self._public = Ed25519PublicKey.from_public_bytes(public)
        self._raw = public
        self.name = name
        self.id = sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self._raw).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifyKey:
        """Raises ValueError."""
        name, plus, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = base64.b64decode(encoded, validate=True)
        if not (name and plus) or raw[:1] != _ED25519 or len(raw) != 33:
            raise ValueError("a verifying key is written as name+id+base64, as `gateway audit key` prints it")
        key = cls(raw[1:], name)
        if key.id.hex() != key_id:
            raise ValueError("the id of the verifying key does not belong to it")
        return key

    def opened(self, note: str) -> str:
        """The signed text of `note`; raises BadCheckpoint."""
        text, gap, signatures = note.rpartition("\n\n")
        if not gap or not signatures.endswith("\n"):
            raise BadCheckpoint("no signed note")
        for line in signatures.splitlines():
            name, _, encoded = line.removeprefix(_DASH).partition(" ")
            if line.startswith(_DASH) and name == self.name and self._is_good(encoded, text + "\n"):
                return text + "\n"
        raise BadCheckpoint("no good signature of this key")

    def is_another_of(self, note: str) -> bool:
        """Whether the signatures of `note` that bear this key's name say that they are another key's, good or not."""
        ids = set()
        for line in note.rpartition("\n\n")[2].splitlines():
            name, _, encoded = line.removeprefix(_DASH).partition(" ")
            if name == self.name:
                with contextlib.suppress(binascii.Error, ValueError):
                    ids.add(base64.b64decode(encoded, validate=True)[:4])
        return bool(ids) and self.id not in ids

    def _is_good(self, encoded: str, text: str) -> bool:
        try:
            signature = base64.b64decode(encoded, validate=True)
            if signature[:4] != self.id:
                return False
            self._public.verify(signature[4:], text.encode())
        except (binascii.Error, ValueError, InvalidSignature):
            return False
        return True

    def read(self, note: str) -> Head:
        """The head that `note` vouches for; raises BadCheckpoint."""
        lines = self.opened(note).split("\n")
        if len(lines) != 5 or lines[0] != self.name or lines[4] or not lines[3].startswith(_PREVIOUS):
            raise BadCheckpoint("no checkpoint of this log")
        try:
            root = base64.b64decode(lines[2], validate=True)
            size, previous = _number(lines[1]), _number(lines[3].removeprefix(_PREVIOUS))
        except ValueError:
            raise BadCheckpoint("no checkpoint of this log") from None
        if len(root) != HASH_BYTES:
            raise BadCheckpoint("no checkpoint of this log")
        return Head(size, root, previous)


class SigningKey:
    """The private half, from 32 random bytes. Shows in no repr."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verify_key = VerifyKey(self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"<SigningKey {self.verify_key.name}>"

    def signed(self, text: str) -> str:
        """`text`, which ends with a newline, as a signed note."""
        signature = base64.b64encode(self.verify_key.id + self._private.sign(text.encode())).decode()
        return f"{text}\n{_DASH}{self.verify_key.name} {signature}\n"

    def checkpoint(self, head: Head) -> str:
        root = base64.b64encode(head.root).decode()
        return self.signed(f"{self.verify_key.name}\n{head.size}\n{root}\n{_PREVIOUS}{head.previous}\n")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 18:
        raise ValueError
    return int(text)
