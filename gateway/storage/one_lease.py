"""One lease: what a process has of a counter, and how much of it it wants.

Invariants
- `given` is never less than `free`, what was given out and not told of, and `spent`, together.
"""

from __future__ import annotations

from typing import Final

from gateway.core.counting import Line

OFTEN: Final = 8.0
"""Reservations a second from which a counter is leased."""
AHEAD: Final = 1.0
"""Seconds of what is taken of a counter that are leased at a time."""
AT_LEAST: Final = 4
"""Reservations: a lease with room for fewer is not worth taking."""
PART: Final = 200
"""And of a budget's limit, at most one part in so many."""
HALVED_IN: Final = 0.5
"""Seconds in which half of an earlier pace is forgotten."""
ESCROW_KEPT: Final = 60.0
"""Seconds after which a counter that nothing is taken of has no escrow any more."""
BARRED: Final = 10.0
"""For so long nothing more is asked of a counter of which somebody else needed all."""


class Lease:
    __slots__ = (
        "barred", "counter", "free", "given", "idle", "kind", "limit", "often", "pace", "room", "spent", "taken",
        "times", "turned", "until",
    )  # fmt: skip

    def __init__(self, line: Line) -> None:
        self.kind = line.kind
        self.counter = line.counter
        self.limit = line.limit
        self.until = line.until
        self.free = 0
        self.spent = 0
        """And not told of."""
        self.given = 0
        """What Redis said last that it leases."""
        self.room = 0
        """What Redis said last that the counter has room for beside it."""
        self.taken = self.times = 0
        self.pace = self.often = 0.0
        """Amount and reservations a second."""
        self.barred = 0.0
        """Seconds for which it takes no more."""
        self.idle = 0.0
        """Seconds in which nothing was taken."""
        self.turned = False
        """Whether another limit holds now, so that it is on its way back."""

    def measure(self, seconds: float) -> None:
        """How much is taken of it, so long after that was measured last."""
        kept = 0.5 ** (seconds / HALVED_IN)
        self.pace = max(self.taken / seconds, self.pace * kept)
        self.often = max(self.times / seconds, self.often * kept)
        self.idle = 0.0 if self.times else self.idle + seconds
        self.taken = self.times = 0
        self.barred = max(self.barred - seconds, 0.0)

    def asks(self, escrow: int) -> tuple[int, int]:
        """What is wanted of it, and the least that is worth having."""
        if self.barred or self.turned:
            return 0, 0
        if escrow and self.kind == "spend":
            return (escrow, 1) if self.idle < ESCROW_KEPT else (0, 0)
        if self.often < OFTEN:
            return 0, 0
        wanted = int(self.pace * AHEAD) + 1
        if self.kind == "spend":
            wanted = min(wanted, self.limit // PART)
        return wanted, int(AT_LEAST * self.pace / self.often)

    def give_back(self) -> None:
        """All that is free, and ask for no more for a while."""
        self.free, self.barred = 0, BARRED

    def forget(self) -> None:
        """It is no more."""
        self.free = self.spent = self.given = self.room = 0
        self.turned = False
