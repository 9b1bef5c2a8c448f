"""One request over all replicas: whoever asks for an answer has a claim on its key, and the others wait.

Invariants
- A claim is renewed for as long as its request lasts, and given back once, where the request's flight lands. That of a
  process that died, stands still, or lost its store lapses after LEASE_SECONDS.
- A store that does not answer keeps nobody waiting: then each replica asks for itself. It is told of the claim as soon
  as it answers again, and whoever comes after that waits.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from gateway.core.caching import ClaimStore
from gateway.tasks import spawn_unawaited

LEASE_SECONDS: Final = 15.0
"""Longer than a loop or a store may stand still while a call goes on: who lets a claim lapse may pay for two calls."""
RENEWED_AFTER: Final = LEASE_SECONDS / 5
TRIES: Final = 3
"""Of a question to the store: a reply that is late by a moment must not cost a second call."""

SHORTEST_PAUSE: Final = 0.01
LONGEST_PAUSE: Final = 0.5
PART: Final = 0.1
"""Of what was waited for already: for so long at most a wait may go on after what it waits for."""


class Claim:
    """Of one request on one key. Given back by whoever made it, also where waiting for it was cancelled."""

    def __init__(self, store: ClaimStore, key: bytes) -> None:
        self._store = store
        self.key = key
        self._owner = secrets.token_bytes(16)
        self._loop = asyncio.get_running_loop()
        self._renewal: asyncio.TimerHandle | None = None
        self._given_back = False

    async def held(self) -> None:
        """Return once nobody else has it; from then on nobody else gets it."""
        began = self._loop.time()
        while not await self._is_taken():
            waited = self._loop.time() - began
            await asyncio.sleep(min(max(SHORTEST_PAUSE, PART * waited), LONGEST_PAUSE))
        self._renew_later()

    def give_back(self) -> None:
        """Whoever waits is next: at once, or as it lapses where the store is not told. Idempotent."""
        if self._given_back:
            return
        self._given_back = True
        if self._renewal is not None:
            self._renewal.cancel()
        spawn_unawaited(self._store.give_back(self.key, self._owner), "give back a claim")

    async def _is_taken(self) -> bool:
        for _ in range(TRIES):
            taken = await self._store.take(self.key, self._owner, LEASE_SECONDS)
            if taken is not None:
                return taken
        return True

    def _renew_later(self) -> None:
        if not self._given_back:
            self._renewal = self._loop.call_later(RENEWED_AFTER, self._renew)

    def _renew(self) -> None:
        spawn_unawaited(self._renewed(), "renew a claim")

    async def _renewed(self) -> None:
        await self._store.take(self.key, self._owner, LEASE_SECONDS)
        self._renew_later()
