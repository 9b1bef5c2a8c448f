"""One text while it is looked at.

Invariants
- Of many short texts few objects are kept: a request in JSON may hold a hundred thousand, and the garbage collector
  goes through all that is kept of each while every thread waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from gateway.pii.folding import fold
from gateway.pii.reading import Reading, hides, reveal
from gateway.pii.stand_ins import StandIns
from gateway.pii.view import Found, View

MANY: Final = 512
"""Texts of one request that are kept as they were read; behind them, short ones are read again."""

_SHORT: Final = 512
"""Characters of such a text."""


class Look(msgspec.Struct, gc=False):
    """Folded once somebody reads it: what is known to hold nothing need not be. It is part of no circle."""

    text: str
    names: tuple[str, ...]
    stand_ins: StandIns
    sought: frozenset[str] = frozenset()
    one_of_many: bool = False
    joined: bool = False
    found: list[Found] | None = None
    kept_reading: Reading | None = None
    kept_view: View | None = None

    def __repr__(self) -> str:
        return f"<Look at {len(self.text)}>"

    def add(self, found: Iterable[Found]) -> None:
        """Where nothing is found there is no list, either."""
        if self.found is not None:
            self.found.extend(found)
        elif made := list(found):
            self.found = made

    def own(self) -> Sequence[Found]:
        """What may be looked for elsewhere (`Leaf.joined`)."""
        return () if self.joined else self.found or ()

    @property
    def is_unread(self) -> bool:
        """Whether to ask anything of it is to read it first, and nothing was found in it."""
        return self.kept_view is None and not self.found

    @property
    def reading(self) -> Reading:
        if self.kept_reading is None:
            data = fold(self.text)
            self.kept_reading = reveal(self.text, data) if hides(self.text, data) else Reading(data)
        return self.kept_reading

    @property
    def view(self) -> View:
        if self.kept_view is None:
            self.kept_view = View(self.stand_ins.blanked(self.reading.data), self.names)
        return self.kept_view

    def data(self) -> bytes:
        """As it is read, for whoever asks nothing else of it."""
        data = self.view.data
        self.put_away()
        return data

    def put_away(self) -> None:
        """Nothing is asked of it for a while: a short one of many is read again when something is."""
        if self.one_of_many and len(self.text) <= _SHORT:
            self.kept_reading = self.kept_view = None
