"""What the tests send and must never be found where it does not belong, and how to hear it.

Ordinary tests sing by themselves: every virtual key that is minted in a test process has KEY in its secret, providers'
keys begin with PROVIDER_KEY, the simulated providers say SAID and think THOUGHT. What they are told of people is
PEOPLE's. `tests.support.overheard` looks for all of it at the end of the run.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import mmap
import os
import zlib
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import re2

from gateway.core import virtual_key
from gateway.core.keys import derive_key

KEY: Final = "CanaryOfTheTests"
"""In the secret of each virtual key that a test process mints; base 62, as all of it."""
PROVIDER_KEY: Final = "provider-secret-"
ADMIN_TOKEN: Final = "kT7vXq2mNc8RbW4zLp9sYd3fHj6gQa1e"
DATABASE_PASSWORD: Final = "pw-canary-of-the-tests"
_ROOT_KEY: Final = hashlib.sha256(b"the tests' root key").digest()
ROOT_KEY: Final = base64.b64encode(_ROOT_KEY).decode()

PURPOSES: Final = (
    "admin-login",
    "answer-cache",
    "answer-cache-names",
    "answer-likeness",
    "audit-checkpoints",
    "audit-key-encryption",
    "audit-places",
    "audit-pseudonyms",
    "engine-cache-salts",
    "personal-data-maps",
    "personal-data-tokens",
    "policy-kept",
    "report-closing",
    "virtual-key-pepper",
)
"""What keys are derived for, of the root key."""

EMAIL: Final = "anna.meier@example.ch"
IBAN: Final = "CH93 0076 2011 6238 5295 7"
AHV: Final = "756.9217.0769.85"
PHONE: Final = "+41 79 123 45 67"
CARD: Final = "4111 1111 1111 1111"
PEOPLE: Final = {"e-mail": EMAIL, "IBAN": IBAN, "AHV number": AHV, "phone": PHONE, "card": CARD}

SAID: Final = "No model was asked."
THOUGHT: Final = "I think about it, then answer."

ALL: Final[Mapping[str, str | bytes]] = {
    "virtual key": KEY,
    "provider key": PROVIDER_KEY,
    "admin token": ADMIN_TOKEN,
    "database password": DATABASE_PASSWORD,
    "root key": ROOT_KEY,
    "root key, as bytes": _ROOT_KEY,
    **{f"key for {purpose}": derive_key(_ROOT_KEY, purpose) for purpose in PURPOSES},
    "answer": SAID,
    "reasoning": THOUGHT,
    **PEOPLE,
}

_CLOSE: Final = str.maketrans("", "", " .-")
_BYTES: Final = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1
_BYTES.max_mem = 64 << 20
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_SHORTEST: Final = 12
"""Bytes: a shorter form may stand somewhere by chance."""
_PACKED: Final = re2.compile(
    rb"\x1f\x8b\x08|x[\x01\x5e\x9c\xda]|(?:H4sI|eA[E-H]|eF[4-7]|eJ[w-z]|eN[o-r])[A-Za-z0-9+/_-]{16,}", _BYTES
)
"""How gzip and zlib begin, and how that looks in base64."""
BLOCK: Final = 1 << 12
"""Bytes that are compared at once, a page of SQLite; no form of a canary is as long."""
_MOST_KEPT: Final = 4 << 20
"""Bytes of a file that others of its name are compared with."""
_DATA, _HOLE = getattr(os, "SEEK_DATA", None), getattr(os, "SEEK_HOLE", None)


def forms(canary: str | bytes) -> dict[bytes, str]:
    """How it may look in a file, and what that is called: as it is, in UTF-16, as JSON, an URL, hexadecimal or base64
    would write it; numbers without what groups their digits, too.
    """
    raw = canary.encode() if isinstance(canary, str) else canary
    found = {raw.hex().encode(): "hexadecimal", raw.hex().upper().encode(): "hexadecimal"}
    for shift in range(3):  # base64 looks different at each of three places; the ends depend on the neighbours
        encoded = base64.b64encode(b"\0" * shift + raw)
        start = 0 if not shift else shift + 1
        found |= dict.fromkeys((encoded[start:-4], encoded[start:-4].translate(_URL_SAFE)), "base64")
    if isinstance(canary, str):
        found |= {quote(canary, safe="").encode(): "URL", json.dumps(canary)[1:-1].encode(): "JSON"}
        found |= {canary.encode("utf-16-le"): "UTF-16"}
        if sum(map(str.isdigit, canary)) > len(canary) // 2:
            found[canary.translate(_CLOSE).encode()] = "close"
    found[raw] = "plain"
    return {form: name for form, name in found.items() if len(form) >= _SHORTEST}


class Ear:
    """Listens for canaries: name -> what must not be found. Whole virtual keys of whatever origin it hears besides.

    Most databases are copies of one, with rows of their own: of a file, what stood at the same place in the last of its
    name is not searched again, unless something was heard there.

    `searched`: how many bytes it has been through, or knew.
    """

    def __init__(self, canaries: Mapping[str, str | bytes]) -> None:
        self.searched = 0
        self._quiet: dict[str, bytes] = {}  # name of a file -> the last in which nothing was heard
        self._names: dict[bytes, str] = {}
        for name, canary in canaries.items():
            for form, look in forms(canary).items():
                self._names[form] = f"{name}, {look}"
        spelled = [re2.escape(form) for form in sorted(self._names, key=len, reverse=True)]
        self._search = re2.compile(b"|".join([*spelled, virtual_key.PATTERN.encode()]), _BYTES)

    def in_bytes(self, data: Any, start: int = 0) -> Iterator[tuple[str, int]]:
        """(which and how it looks, where it begins) of each that is in `data`, of which `start` is the place."""
        self.searched += len(data)
        for match in self._search.finditer(data):
            name = self._names.get(match[0])
            if name is not None:
                yield name, start + match.start()
            elif virtual_key.check_digits(match[0][:-7].decode()) == match[0][-6:].decode():
                yield "virtual key, whole", start + match.start()

    def in_packed(self, data: bytes) -> Iterator[tuple[str, int]]:
        """As `in_bytes`, of what gzip or zlib made smaller, wherever in `data` that begins, also in base64."""
        for match in _PACKED.finditer(data):
            encoded = match[0].translate(_STANDARD)
            whole = encoded[: len(encoded) // 4 * 4]
            packed = base64.b64decode(whole) if len(whole) > _SHORTEST else memoryview(data)[match.start() :]
            for which, _ in self.in_bytes(_unpacked(packed)):
                yield f"{which}, packed", match.start()

    def in_file(self, path: Path) -> Iterator[tuple[str, int]]:
        """As `in_bytes`; room on the disk that was never written to is passed over. Raises OSError."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            for start, end in _written(file.fileno(), size):
                page = start - start % mmap.ALLOCATIONGRANULARITY
                with mmap.mmap(file.fileno(), end - page, offset=page, access=mmap.ACCESS_READ) as data:
                    if page or end > _MOST_KEPT:
                        yield from self.in_bytes(data, page)
                    else:
                        yield from self._in_copy(path.name, data[:])

    def _in_copy(self, name: str, data: bytes) -> Iterator[tuple[str, int]]:
        heard = False
        self.searched += len(data)
        for start, end in _differing(data, self._quiet.get(name, b"")):
            self.searched -= end - start
            for found in self.in_bytes(data[start:end], start):
                heard = True
                yield found
        if not heard:
            self._quiet[name] = data

    def below(self, folder: Path, but: Container[str] = ()) -> Iterator[str]:
        """A line for each file below `folder` in which one is heard: which, how it looks, and where it is first.
        Folders with a name in `but` are left out.
        """
        for place, folders, files in os.walk(folder):
            folders[:] = [name for name in folders if name not in but]
            for name in files:
                path = Path(place, name)
                if path.is_symlink() or not path.is_file():
                    continue
                first: dict[str, int] = {}
                for which, at in self.in_file(path):
                    first.setdefault(which, at)
                if first:
                    yield f"{path}: " + "; ".join(f"{which}, at byte {at}" for which, at in first.items())


def _written(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each stretch of a file that holds something."""
    at = 0
    while at < size:
        if _DATA is None or _HOLE is None:
            start, end = 0, size
        else:
            try:
                start = os.lseek(descriptor, at, _DATA)
            except OSError:  # nothing but a hole from here on
                return
            end = os.lseek(descriptor, start, _HOLE)
        yield start, end
        at = end


def _differing(data: bytes, known: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each stretch of `data` that is not there in `known`, with a block of what is on either side: a
    canary may begin or end in what is known. The first may be empty.
    """
    start = end = 0
    for at in range(0, len(data), BLOCK):
        if known.startswith(data[at : at + BLOCK], at):
            continue
        if at - BLOCK > end:
            yield start, end
            start = at - BLOCK
        end = min(at + 2 * BLOCK, len(data))
    yield start, end


def _unpacked(packed: bytes | memoryview) -> bytes:
    """As far as it can be: what only looks so ends after a few bytes."""
    inflater = zlib.decompressobj(32 + zlib.MAX_WBITS)
    found = bytearray()
    with contextlib.suppress(zlib.error):
        for start in range(0, len(packed), 4096):
            found += inflater.decompress(packed[start : start + 4096])
            if inflater.eof:
                break
    return bytes(found)
