"""Equal requests at the same time: one asks, the others wait for what it learns.

Invariants
- Whoever leads a flight lands it, once, however its request ended.
- Who waits is never worse off than alone: a flight that brought nothing sends everybody on their own way, and one
  whose leader was cut (its client left) is led by the next.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from gateway.caching.claims import Claim
from gateway.caching.entry import KeptAnswer

Landing = KeptAnswer | Literal["nothing", "cut"]


class Flight:
    """One request to a provider that others may wait for."""

    def __init__(self, flights: dict[bytes, Flight], key: bytes) -> None:
        self._flights = flights
        self._key = key
        self._landing: asyncio.Future[Landing] = asyncio.get_running_loop().create_future()
        self.claim: Claim | None = None
        """On the key, over all replicas; given back with the landing."""
        flights[key] = self

    def land(self, landing: Landing) -> None:
        """What it brought. The first word counts."""
        if self._flights.get(self._key) is self:
            del self._flights[self._key]
        if not self._landing.done():
            if self.claim is not None:
                self.claim.give_back()  # before one of those who wait in this process takes it
            self._landing.set_result(landing)

    async def landed(self) -> Landing:
        """Wait; who is cancelled leaves the flight alone."""
        return await asyncio.shield(self._landing)


class Flights:
    """Of one process."""

    def __init__(self) -> None:
        self._under_way: dict[bytes, Flight] = {}

    def under_way(self, key: bytes) -> Flight | None:
        return self._under_way.get(key)

    def lead(self, key: bytes) -> Flight:
        return Flight(self._under_way, key)
