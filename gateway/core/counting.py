"""What limits are counted with: lines that are reserved together, and settled by what really happened.

A reservation is a few lines under one id: each adds an amount to a counter that may not pass its limit. All of them
fit, or none is taken. Whole numbers only.

- `spend`: what was posted plus what is reserved stays within the limit. Settling posts the actual amount. The counter
  must have been told what the ledger says before it admits anything, so that one that was lost is not taken for empty.
- `slots`: as `spend`, but nothing is ever posted: what counts is what is held at this moment.
- `rate`: a bucket that holds `limit` and fills up again within a minute. Settling gives back what was not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

LineKind = Literal["spend", "slots", "rate"]

BITS = 53
BIGGEST = (1 << BITS) - 1
"""The largest amount and limit: Lua's numbers are exact to there."""
MINUTE = 60_000_000
"""Microseconds."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """`until`: Unix seconds at which the counter may be forgotten; 0 for counters that forget by themselves."""

    kind: LineKind
    counter: str
    amount: int
    limit: int
    until: float = 0.0


Due = tuple[str, tuple[int, ...]]
"""A reservation that is to end, and what each of its lines came to."""

Held = dict[str, tuple[tuple[Line, ...], float]]
"""What a process holds: id -> its lines, and the seconds that they were reserved for."""


class Reserved(msgspec.Struct, frozen=True, gc=False):
    """All lines are taken. `left`: what each counter still has room for."""

    left: tuple[int, ...]


class LimitReached(msgspec.Struct, frozen=True, gc=False):
    """Nothing is taken, since `line` does not fit. `wait`: seconds until a rate will have room, else 0."""

    line: int
    left: int
    wait: float = 0.0


class NotLoaded(msgspec.Struct, frozen=True):
    """Nothing is taken: these counters are cold, as they do not know yet what was spent. `load` them, and try again.

    `life` names the counters' present life: what is read from the ledger is for that life only.
    """

    counters: tuple[str, ...]
    life: str = ""


Verdict = Reserved | LimitReached | NotLoaded


class CountersDown(Exception):
    """The counters cannot be asked."""


class CountersAway(CountersDown):
    """Nor were they asked for anything: whoever wanted a reservation has none, and nothing to settle."""


class CountersMoved(CountersDown):
    """Somebody else counts now, or will as soon as every process has taken note."""


Place = Literal["redis", "database"]


class Home(msgspec.Struct, frozen=True):
    """Where budgets are counted now. Each move is a new `turn`; `age`: seconds since it began."""

    place: Place
    turn: int
    age: float


class Counters(Protocol):
    """Idempotent by id, so that whoever does not know whether he was heard asks again. All raise CountersDown."""

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        """Take all lines, or none. A reservation that nobody settles or extends ends by itself after `seconds`:
        `spend` is posted as reserved, and the rest is released.
        """
        ...

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        """Put in what is being spent anyway: whether or not it fits, and into a counter that is cold, too. Nothing
        happens where the reservation is known, or has ended within ten minutes.
        """
        ...

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        """End a reservation by what each line really came to; False where it has ended, or is not known."""
        ...

    async def settle_all(self, due: Sequence[Due]) -> None:
        """The same for many at once. Where it raises, some may have been settled."""
        ...

    async def extend(self, ids: list[str], seconds: float) -> None:
        """Those that are still held live on for so long from now; of what ended by its time within the hour those
        without `spend` are held again, fitting or not: it is under way.
        """
        ...

    async def quiet(self) -> None:
        """Return when every process has put in what it holds, and shipped what it knows: read the ledger then."""
        ...

    async def counted(self, counter: str) -> list[str]:
        """Ids of reservations that ended while the counter was cold: it knows their amounts already."""
        ...

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        """Tell a cold counter what the ledger says, but for what `counted` says; another life's is thrown away, and
        a counter that knows already keeps what it knows.
        """
        ...

    async def read(self, counter: str) -> tuple[int, int]:
        """(posted, reserved) of a `spend` or `slots` counter."""
        ...

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        """The same of many, in their order, by one question. Some hundred at most: others wait meanwhile."""
        ...
