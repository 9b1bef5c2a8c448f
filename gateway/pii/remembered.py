"""Which rules found anything in a text that was read before: a conversation comes again with every question.

Invariants
- No text is kept, no value, and no place of one: only numbers of rules, under a hash that nobody can try texts against
  without a key that this process drew for one rule set and never tells. What was found is found anew, by those rules.
- The hash is Python's own (SipHash, 64 bits) twice, each time behind a secret of its own: with `MOST` texts known, one
  in 2^113 that are new is taken for another. It costs a third of BLAKE2's; a conversation's every text pays it.
- At most twice `most` texts; the longest unread are forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final

MOST: Final = 16_384

Places = tuple[int, ...]
Digest = tuple[int, int]


class Remembered:
    """Shared by all rule sets of a process; each asks by a `digest` of its own."""

    __slots__ = ("_before", "_most", "_recent")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._recent: dict[Digest, Places] = {}
        self._before: dict[Digest, Places] = {}

    def __len__(self) -> int:
        return len(self._recent) + len(self._before)

    def of(self, digest: Digest) -> Places | None:
        """What was kept; None where the text is new, or forgotten."""
        places = self._recent.get(digest)
        if places is None and (places := self._before.get(digest)) is not None:
            self.keep(digest, places)
        return places

    def keep(self, digest: Digest, places: Places) -> None:
        if len(self._recent) >= self._most:
            self._before, self._recent = self._recent, {}
        self._recent[digest] = places


def digests() -> Callable[[str, Sequence[str]], Digest]:
    """A hash of a text and its names, with keys of its own."""
    first, second = secrets.token_hex(16), secrets.token_hex(16)

    def digest(text: str, names: Sequence[str]) -> Digest:
        told = "".join([f"{len(name)}:{name}" for name in names]) + ":" if names else ":"
        text = told + text
        return hash(first + text), hash(second + text)

    return digest
