"""One request over all replicas: whoever asks for an answer has a claim on its key, and the others wait.

Invariants
- A claim is renewed for as long as its request lasts, and given back once, where the request's flight lands. That of a
  process that died, stands still, or lost its store lapses after LEASE_SECONDS.
- A store that does not answer keeps nobody waiting who knows of no other: then each replica asks for itself. It is
  told of the claim as soon as it answers again, and whoever comes after that waits. Who was told of another waits for
  as long as that claim may stand: a connection that is made anew must not have all who wait ask at once.
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

    async def held(self) -> bool:
        """Return once nobody else has it; from then on nobody else gets it. Whether another had it until then."""
        began = self._loop.time()
        lapses: float | None = None
        while not (taken := await self._is_taken()):
            now = self._loop.time()
            if taken is False:
                lapses = now + LEASE_SECONDS
            elif lapses is None or now >= lapses:
                break
            await asyncio.sleep(min(max(SHORTEST_PAUSE, PART * (now - began)), LONGEST_PAUSE))
        self._renew_later()
        return lapses is not None

    def give_back(self) -> None:
        """Whoever waits is next: at once, or as it lapses where the store is not told. Idempotent."""
        if self._given_back:
            return
        self._given_back = True
        if self._renewal is not None:
            self._renewal.cancel()
        self._tell_given_back()

    async def _is_taken(self) -> bool | None:
        """None where the store does not answer."""
        for _ in range(TRIES):
            taken = await self._store.take(self.key, self._owner, LEASE_SECONDS)
            if taken is not None:
                return taken
        return None

    def _renew_later(self) -> None:
        if not self._given_back:
            self._renewal = self._loop.call_later(RENEWED_AFTER, self._renew)

    def _renew(self) -> None:
        spawn_unawaited(self._renewed(), "renew a claim")

    async def _renewed(self) -> None:
        await self._store.take(self.key, self._owner, LEASE_SECONDS)
        if self._given_back:  # meanwhile: the store may have heard of that first
            self._tell_given_back()
        self._renew_later()

    def _tell_given_back(self) -> None:
        spawn_unawaited(self._store.give_back(self.key, self._owner), "give back a claim")
