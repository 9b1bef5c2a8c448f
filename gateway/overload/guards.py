"""All that keeps one process from drowning, put together."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gateway.core.ports import Clock
from gateway.overload.gate import Gate
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.strain import HeldBytes, LoopLag
from gateway.overload.turns import Turns


class Guards(msgspec.Struct, frozen=True):
    lag: LoopLag
    bodies: HeldBytes
    turns: Turns
    gate: Gate
    shedder: LoadShedder

    def strain(self) -> float:
        """How near the process is to its end, from 0 to 1."""
        return max(self.lag.strain, self.bodies.strain)


def guards_of(clock: Clock, draw: Callable[[], float]) -> Guards:
    """`draw` gives 0 up to, not including, 1."""
    lag, bodies = LoopLag(), HeldBytes()
    turns = Turns(lambda: max(lag.strain, bodies.strain), draw, clock.monotonic)
    gate = Gate(turns.refusal, clock.monotonic)
    return Guards(lag, bodies, turns, gate, LoadShedder(turns, gate, clock))
