"""How much a model says to a key, or reads for it, learned from its answers: what a request is expected to cost before
it is made.

Promise: of the last answers, all but a twentieth were at most so long. A key that was never seen asks for nothing
learned, and the caller reserves the most that the request may come to.
"""

from __future__ import annotations

from array import array
from typing import Final

from gateway.core.bounded_memory import make_room

ANSWERS: Final = 64
"""Remembered of each key and model."""
ENOUGH: Final = 20
"""Answers before anything is concluded from them: fewer have no twentieth."""
KEPT: Final = 32_768
"""Pairs of a key and a model, of up to half a kilobyte each."""
_LONGEST: Final = 2**32 - 1

_Name = tuple[str, str]


class _Lengths:
    __slots__ = ("last", "oldest", "usual")

    def __init__(self) -> None:
        self.last = array("I")
        """In one piece: of ten thousand keys they lie in no cache of the processor."""
        self.oldest = 0
        """Once there are ANSWERS of them: the place of the next."""
        self.usual: int | None = None

    def add(self, tokens: int) -> None:
        last, usual = self.last, self.usual
        if len(last) < ANSWERS:
            last.append(tokens)
            gone = None
        else:
            place = self.oldest
            gone, last[place] = last[place], tokens
            self.oldest = (place + 1) % ANSWERS
        if usual is not None and gone is not None and (gone == tokens or (gone < usual and tokens < usual)):
            return  # as many are longer as before: the rest need not be read
        if len(last) >= ENOUGH:
            self.usual = sorted(last)[-(-len(last) * 19 // 20) - 1]


class UsualTokens:
    def __init__(self) -> None:
        self._lengths: dict[_Name, _Lengths] = {}

    def learn(self, key_id: str, model: str, tokens: int) -> None:
        name = (key_id, model)
        known = self._lengths.get(name)
        if known is None:
            make_room(self._lengths, KEPT)
            known = self._lengths[name] = _Lengths()
        known.add(min(tokens, _LONGEST))

    def expected(self, key_id: str, model: str) -> int | None:
        """Tokens that are seldom exceeded; None where too little is known."""
        known = self._lengths.get((key_id, model))
        return None if known is None else known.usual
