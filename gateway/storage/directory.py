"""Who holds a key: the database's answer, remembered for a few seconds.

Promise: a key is found in microseconds, a revoked one is refused within `FRESH` seconds, and a database that is down
locks nobody out for `STALE` seconds.

Invariants
- A text that cannot be one of our keys never reaches the database.
- An unknown id costs the same HMAC as a wrong secret and gets the same message; what else is wrong with a key
  (revoked, expired, rotated away) is told only to who knows its secret.
- Only a lookup writes into the memory, stamped with the moment at which it began: no request revives what was revoked.
- That a key was read and hashed before spares that work only: its record is compared and its state checked each time.
- Both memories, of known and of unknown ids, are bounded, and unknown ids cannot push out known ones.
- Requests that miss the same id at the same time share one query; while the database is down, one request at a time
  tries it and the others do not wait.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections import OrderedDict
from hashlib import sha256
from typing import Final

import msgspec

from gateway.core.identity import Principal
from gateway.core.ports import Clock
from gateway.core.virtual_key import parse
from gateway.errors import NotAuthenticated, Overloaded
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.keys import KeyRecord, KeyStore, secret_hash
from gateway.tasks import spawn

FRESH: Final = 5.0
"""Seconds for which a record is used unasked."""
STALE: Final = 900.0
"""Seconds for which a record is used while the database does not answer."""
CAPACITY: Final = 10_000
"""Records remembered of each kind, known and unknown."""
LOOKUP_SECONDS: Final = 2.0
"""The longest wait for the database."""
PAUSE: Final = 1.0
"""Seconds between two tries of a database that is down."""

_REFUSED: Final = "The API key is not valid."


class _Remembered(msgspec.Struct, frozen=True):
    """`at`: monotonic seconds at which the lookup began. `record` None: no key has this id."""

    at: float
    record: KeyRecord | None
    principal: Principal | None


def _read(pepper: bytes, presented: str) -> tuple[str, bytes]:
    """(id, what the database holds of a key with this text); raises NotAuthenticated where it cannot be one of ours."""
    key = parse(presented)
    return key.id, secret_hash(pepper, key)


class StoredKeys:
    """Implements `core.ports.KeyDirectory`."""

    def __init__(self, store: KeyStore, pepper: bytes, clock: Clock, capacity: int = CAPACITY) -> None:
        self._store = store
        self._pepper = pepper
        self._clock = clock
        self._capacity = capacity
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._unknown: OrderedDict[str, _Remembered] = OrderedDict()
        self._lookups: dict[str, asyncio.Task[_Remembered | None]] = {}
        self._next_try = 0.0
        self._proven: dict[bytes, tuple[str, bytes]] = {}
        """SHA-256 of a whole key that was good -> its id and stored form: reading it again is the dear part."""
        self._decoy = secrets.token_bytes(32)

    async def find(self, presented: str) -> Principal:
        """The holder of `presented`; raises NotAuthenticated, or Overloaded where the database cannot be asked."""
        digest = sha256(presented.encode("utf-8", "surrogatepass")).digest()
        proven = self._proven.get(digest)
        key_id, hashed = proven or _read(self._pepper, presented)
        remembered = self._known.get(key_id)
        if remembered is None or self._clock.monotonic() - remembered.at > FRESH:
            remembered = await self._ask(key_id, remembered)
        else:
            self._known.move_to_end(key_id)
        principal = self._principal(hashed, remembered)
        if proven is None:
            if len(self._proven) >= self._capacity:
                self._proven.clear()
            self._proven[digest] = key_id, hashed
        return principal

    def _principal(self, presented: bytes, remembered: _Remembered) -> Principal:
        record = remembered.record
        current = self._decoy if record is None else record.secret_hash
        previous = self._decoy if record is None or record.previous_hash is None else record.previous_hash
        is_current = hmac.compare_digest(presented, current)
        is_previous = hmac.compare_digest(presented, previous)
        if record is None or remembered.principal is None or not (is_current or is_previous):
            raise NotAuthenticated(_REFUSED)
        now = self._clock.now()
        match record.state(now):
            case "revoked":
                raise NotAuthenticated(f"The API key {record.id} was revoked. Ask for a new one.")
            case "expired":
                raise NotAuthenticated(f"The API key {record.id} has expired. Ask for a new one.")
            case "live":
                pass
        if not is_current and (record.previous_until is None or record.previous_until <= now):
            raise NotAuthenticated(f"The API key {record.id} was replaced by a newer one: use that.")
        return remembered.principal

    async def _ask(self, key_id: str, known: _Remembered | None) -> _Remembered:
        """What the database says; while it does not answer, what it said within STALE seconds."""
        unknown = self._unknown.get(key_id) if known is None else None
        if unknown is not None and self._clock.monotonic() - unknown.at <= FRESH:
            return unknown
        found = await self._look_up(key_id)
        if found is not None:
            return found
        if known is not None and self._clock.monotonic() - known.at <= STALE:
            return known
        raise Overloaded("API keys cannot be checked at the moment. Try again shortly.", retry_after=2 * PAUSE)

    async def _look_up(self, key_id: str) -> _Remembered | None:
        task = self._lookups.get(key_id)
        if task is None:
            now = self._clock.monotonic()
            if now < self._next_try:
                return None
            if self._next_try:  # it was down: this lookup is the one that tries
                self._next_try = now + LOOKUP_SECONDS + PAUSE
            task = self._lookups[key_id] = spawn(self._query(key_id, now), "look up a key")
        return await asyncio.shield(task)  # who gives up waiting does not take the answer from the others

    async def _query(self, key_id: str, began: float) -> _Remembered | None:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                record = await self._store.fetch(key_id)
        except DATABASE_ERRORS:
            self._next_try = self._clock.monotonic() + PAUSE
            return None
        finally:
            del self._lookups[key_id]
        self._next_try = 0.0
        return self._remember(key_id, record, began)

    def _remember(self, key_id: str, record: KeyRecord | None, began: float) -> _Remembered:
        if record is None:
            remembered, memory, other = _Remembered(began, None, None), self._unknown, self._known
        else:
            principal = Principal(key_id=record.id, team=record.team, name=record.name, user=record.user)
            remembered, memory, other = _Remembered(began, record, principal), self._known, self._unknown
        other.pop(key_id, None)
        memory[key_id] = remembered
        memory.move_to_end(key_id)
        if len(memory) > self._capacity:
            memory.popitem(last=False)
        return remembered
