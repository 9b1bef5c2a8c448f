"""Which rules found anything in a text that was read before: a conversation comes again with every question.

Invariants
- No text is kept, no value, and no place of one: only numbers of rules, under a hash that nobody can try texts against
  without a key that this process drew for one rule set and never tells. What was found is found anew, by those rules.
- At most twice `most` texts; the longest unread are forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final

MOST: Final = 16_384

Places = tuple[int, ...]


class Remembered:
    """Shared by all rule sets of a process; each asks by a `digest` of its own."""

    __slots__ = ("_before", "_most", "_recent")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._recent: dict[bytes, Places] = {}
        self._before: dict[bytes, Places] = {}

    def __len__(self) -> int:
        return len(self._recent) + len(self._before)

    def of(self, digest: bytes) -> Places | None:
        """What was kept; None where the text is new, or forgotten."""
        places = self._recent.get(digest)
        if places is None and (places := self._before.get(digest)) is not None:
            self.keep(digest, places)
        return places

    def keep(self, digest: bytes, places: Places) -> None:
        if len(self._recent) >= self._most:
            self._before, self._recent = self._recent, {}
        self._recent[digest] = places


def digests() -> Callable[[str, Sequence[str]], bytes]:
    """A hash of a text and its names, with a key of its own."""
    key = secrets.token_bytes(32)

    def digest(text: str, names: Sequence[str]) -> bytes:
        told = blake2b(key=key, digest_size=16)
        for name in names:
            written = name.encode("utf-8", "surrogatepass")
            told.update(b"%d:" % len(written))
            told.update(written)
        told.update(b":")
        told.update(text.encode("utf-8", "surrogatepass"))
        return told.digest()

    return digest
