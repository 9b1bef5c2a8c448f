"""How much a model says to a key, learned from its answers: what a request is expected to cost before it is made.

Promise: of the last answers, all but a twentieth were at most so long. A key that was never seen asks for nothing
learned, and the caller reserves the most that the request may come to.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import Final

ANSWERS: Final = 64
"""Remembered of each key and model."""
ENOUGH: Final = 20
"""Answers before anything is concluded from them: fewer have no twentieth."""
KEPT: Final = 32_768
"""Pairs of a key and a model, of up to half a kilobyte each."""
_LONGEST: Final = 2**32 - 1

_Name = tuple[str, str]


class _Lengths:
    __slots__ = ("last", "usual")

    def __init__(self) -> None:
        self.last = array("I")
        """In one piece: of ten thousand keys they lie in no cache of the processor, and are all read at each answer."""
        self.usual: int | None = None


class Outputs:
    def __init__(self) -> None:
        self._lengths: OrderedDict[_Name, _Lengths] = OrderedDict()

    def learn(self, key_id: str, model: str, tokens: int) -> None:
        name = (key_id, model)
        known = self._lengths.get(name)
        if known is None:
            if len(self._lengths) >= KEPT:
                self._lengths.popitem(last=False)
            known = self._lengths[name] = _Lengths()
        if len(known.last) == ANSWERS:
            del known.last[0]
        known.last.append(min(tokens, _LONGEST))
        if len(known.last) >= ENOUGH:
            known.usual = sorted(known.last)[-(-len(known.last) * 19 // 20) - 1]

    def expected(self, key_id: str, model: str) -> int | None:
        """Tokens that an answer seldom exceeds; None where too little is known."""
        known = self._lengths.get((key_id, model))
        return None if known is None else known.usual
