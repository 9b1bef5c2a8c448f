"""The counters of processes without Redis: nobody answers, so that `FailoverCounters` stays in the database.

Several processes of one gateway would otherwise count budgets each for itself, and spend them as many times.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.counting import CountersAway, Due, Line, Verdict


class NoCounters:
    """Implements `quota.homes.FencedCounters`. Everything that would have to be asked raises CountersAway."""

    life = ""

    async def adopt(self, turn: int) -> None:
        raise CountersAway

    def fence(self, turn: int) -> None:
        """Nobody is admitted here."""

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        raise CountersAway

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        raise CountersAway

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        raise CountersAway

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        return False

    async def settle_all(self, due: Sequence[Due]) -> None:
        raise CountersAway

    async def extend(self, ids: list[str], seconds: float) -> None:
        raise CountersAway

    async def quiet(self) -> None:
        raise CountersAway

    async def counted(self, counter: str) -> list[str]:
        raise CountersAway

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        raise CountersAway

    async def read(self, counter: str) -> tuple[int, int]:
        raise CountersAway

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        raise CountersAway
