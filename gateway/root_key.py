"""The root key: 32 random bytes, of which every other key is derived.

Promise: a key that someone could guess is refused, whatever it is called: too short, typed by hand, or a pattern.
In development one is made, once, for its owner alone.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32
FILE_NAME: Final = "root.key"
RANDOM_KEY: Final = "32 random bytes in base64, as of `openssl rand -base64 32`"
ADVICE: Final = f"give {RANDOM_KEY}"


class WeakKey(ValueError):
    """The key protects nothing. The text says why and never quotes it."""


def decode_key(text: str) -> bytes:
    """The 32 bytes that `text` holds in base64, either alphabet; raises WeakKey."""
    try:
        key = base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError):
        raise WeakKey(f"is not base64; {ADVICE}") from None
    if len(key) != KEY_BYTES:
        raise WeakKey(f"holds {len(key)} bytes instead of {KEY_BYTES}; {ADVICE}")
    # Of random keys fewer than one in 10^13 is refused by any of these.
    if len(set(key)) < 16:
        raise WeakKey(f"repeats itself; {ADVICE}")
    if len({(after - before) % 256 for before, after in pairwise(key)}) < 8:
        raise WeakKey(f"is a sequence; {ADVICE}")
    if all(0x20 <= byte < 0x7F for byte in key):
        raise WeakKey(f"is text and not random; {ADVICE}")
    return key


def generated_key(state_dir: Path, file_name: str = FILE_NAME) -> str:
    """The key kept in that file of `state_dir`, made there where there is none yet; raises OSError.

    Several processes may start at once: the file appears whole or not at all, and the first one's stays.
    """
    path = state_dir / file_name
    with suppress(FileNotFoundError):
        return path.read_text("ascii", errors="replace").strip()
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = state_dir / f".{file_name}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text("ascii", errors="replace").strip()
