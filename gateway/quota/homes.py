"""The two homes of counters of money, and the row that says whose turn it is, as `quota.failover` needs them."""

from __future__ import annotations

from typing import Protocol

from gateway.core.counting import Counters, Home, Place


class TurnCounters(Counters, Protocol):
    async def adopt(self, turn: int) -> None:
        """Count in this turn from now on: put in all that this process holds. Raises CountersDown."""
        ...

    @property
    def life(self) -> str:
        """Names what the counters remember: another, once they have lost it."""
        ...

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """Settle without waiting, where this process can by itself; else False."""
        ...


class FencedCounters(TurnCounters, Protocol):
    def fence(self, turn: int) -> None:
        """Have turns before this one admit nothing here, from when the counters can be asked on."""
        ...


class HomeRow(Protocol):
    """All methods raise CountersDown where the database cannot be asked."""

    async def look(self) -> Home: ...

    async def acknowledge(self, turn: int, *, sees_redis: bool) -> None:
        """A sign of life; all that this process holds is put into the counters of the turn."""
        ...

    async def leave(self) -> None: ...

    async def move(self, turn: int, place: Place) -> None:
        """End that turn, unless it has ended already, for one at `place`, which may be the same."""
        ...

    async def opened(self, turn: int, life: str) -> bool:
        """Whether every process has acknowledged the turn. It ends where its counters had another life before."""
        ...

    async def seen_by_all(self) -> bool:
        """Whether every process sees Redis."""
        ...
