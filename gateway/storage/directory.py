"""Who holds a key: all keys, mirrored in memory and kept up by what changes.

Promise: a request is judged in microseconds and without the database, however many keys there are and however many
wrong ones are tried; a change anywhere (issued, rotated, revoked) is known here within `POLL_SECONDS`, and within
milliseconds where Redis carries the news. A database that is down locks nobody out for `STALE` seconds.

Invariants
- Only the reader of changes writes the mirror, in the order of their versions: no request, however long in flight,
  revives what was revoked.
- Nobody is refused on old knowledge: before a key is called unknown or wrong, everything committed before it came has
  been read, by one query that all who wait share, at most one every `PACE`. So a flood of wrong keys costs the
  database no more than one wrong key, and a key that was issued a moment ago is good.
- Unknown and wrong take one and the same way: the same HMAC, the same comparisons, the same wait, the same words. What
  else is wrong with a key (revoked, expired, rotated away) is told only to who knows its secret.
- A key that news speaks of is not accepted again before the database was asked.
- A text that cannot be one of our keys is refused without any of this.
- While the database is known to be down, who is known does not wait for the next try of it.
- The mirror is as large as the table; the other memories are bounded, and hold nothing that could be presented.
- Whose secret a text is, is worked out once, and stands until the key's row changes or the secret's time is over. A
  request reads few objects then: of ten thousand keys none is in a cache of the processor.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from hashlib import sha256
from typing import Final

from gateway.core.bounded_memory import make_room
from gateway.core.identity import Principal
from gateway.core.ports import Clock
from gateway.core.virtual_key import parse
from gateway.errors import NotAuthenticated, Overloaded
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.key_holders import Held, VerifiedSecret, good_until, principal_of
from gateway.storage.keys import MOST_AT_ONCE, KeyRecord, KeyStore, secret_hash
from gateway.tasks import cancel, spawn, spawn_for_good

CHANNEL: Final = "gateway:keys"
"""Where the ids of changed keys are published, after the change is committed."""

POLL_SECONDS: Final = 1.0
"""Between two looks for changes, where nobody tells of them."""
PACE: Final = 0.02
"""Seconds between the beginnings of two looks, however many are asked for."""
FRESH: Final = 5.0
"""Seconds for which the mirror is used without a look."""
STALE: Final = 900.0
"""Seconds for which it is used while the database does not answer."""
CAPACITY: Final = 10_000
"""Texts remembered that were refused."""
MOST_PROVEN: Final = 65_536
"""Texts remembered that were good."""
LOOKUP_SECONDS: Final = 2.0
"""The longest wait for the database, of each thing that it is asked."""
PAUSE: Final = 1.0
"""Seconds between two tries of a database that is down."""
USE_SECONDS: Final = 60.0
"""Between two notes of when keys were last used."""
NOTED_AT_ONCE: Final = 500
"""Keys whose use is noted in one transaction: so many rows are locked at a time, and so many wait where it fails."""

_REFUSED: Final = "The API key is not valid."
_CANNOT_CHECK: Final = "API keys cannot be checked at the moment. Try again shortly."


class StoredKeys:
    """Implements `core.ports.KeyDirectory`. Looks for changes when asked; with `start`, by itself as well."""

    def __init__(self, store: KeyStore, pepper: bytes, clock: Clock) -> None:
        self._store = store
        self._pepper = pepper
        self._clock = clock
        self._held: dict[str, Held] = {}
        self._seen = 0
        self._looked_at = float("-inf")
        self._next_try = 0.0
        self._doubted: set[str] = set()
        self._verified: dict[bytes, VerifiedSecret] = {}
        """By the SHA-256 of a whole key that was good: reading it again is the dear part."""
        self._refused: set[bytes] = set()
        """SHA-256 of texts that were unknown or wrong: nobody can have guessed a secret before it was drawn."""
        self._used: list[Held] = []
        """Each once."""
        self._decoy = secrets.token_bytes(32)
        self._look: asyncio.Task[bool] | None = None
        """The one that whoever asks now may wait for."""
        self._latest_look: asyncio.Task[bool] | None = None
        """Done when all are: one begins when the one before has ended."""
        self._looking = asyncio.Lock()
        self._began = float("-inf")
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def hears_changes(self) -> bool:
        """Whether the database answers, as far as this reader of it knows."""
        return self._clock.monotonic() - self._looked_at <= FRESH

    @property
    def are_known(self) -> bool:
        """Whether anybody can be served: not before the first look, nor when the database was away for too long."""
        return self._clock.monotonic() - self._looked_at <= STALE

    async def find(self, presented: str) -> Principal:
        """The holder of `presented`; raises NotAuthenticated, or Overloaded where the database cannot be asked."""
        digest = sha256(presented.encode("utf-8", "surrogatepass")).digest()
        now, is_fresh = self._clock.now(), self._clock.monotonic() - self._looked_at <= FRESH
        proven = self._verified.get(digest)
        if proven is not None and is_fresh and now < proven.until and not (proven.held.replaced or self._doubted):
            return self._in_use(proven.held, now)
        if digest in self._refused:
            raise NotAuthenticated(_REFUSED)
        key_id, hashed = self._read(presented) if proven is None else (proven.held.record.id, proven.hashed)
        held = self._holder(key_id, hashed)
        if held is None or key_id in self._doubted or not is_fresh:
            tided_over = held is not None and self._next_try > 0.0 and self._is_good_enough(key_id)
            looking = self._begin_look()
            if not tided_over and not await asyncio.shield(looking):
                held = self._holder(key_id, hashed)
                if held is None or not self._is_good_enough(key_id):
                    raise Overloaded(_CANNOT_CHECK, retry_after=2 * PAUSE)
            held = self._holder(key_id, hashed)
        if held is None:
            _remember(self._refused, digest)
            raise NotAuthenticated(_REFUSED)
        now = self._clock.now()
        until = good_until(held.record, hashed, now)
        make_room(self._verified, MOST_PROVEN)
        ours = held.record.secret_hash  # which the mirror holds already: no second copy for each key
        self._verified[digest] = VerifiedSecret(held, ours if hmac.compare_digest(hashed, ours) else hashed, until)
        return self._in_use(held, now)

    def hear(self, key_id: bytes) -> None:
        """News of a key: it is not accepted before the next look."""
        name = key_id.decode("ascii", "replace")
        if name in self._held:
            self._doubted.add(name)
        self._news.set()

    def miss(self) -> None:
        """News may have been missed."""
        self._news.set()

    async def look(self) -> bool:
        """Return when all that was committed before this call is known; False where the database does not say."""
        return await asyncio.shield(self._begin_look())  # who gives up does not take the answer from the others

    def _begin_look(self) -> asyncio.Task[bool]:
        if self._look is None:
            self._look = self._latest_look = spawn(self._look_next(), "look for changes of keys")
        return self._look

    def start(self) -> None:
        """Look by itself from now on; on the running loop."""
        if not self._tasks:
            self._tasks = [
                spawn_for_good(self._keep_looking(), "follow keys", vital=True),
                spawn_for_good(self._keep_noting(), "note use of keys"),
            ]

    async def close(self) -> None:
        await cancel(*self._tasks)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOKUP_SECONDS):
                if self._latest_look is not None:  # it would ask a database that is closed by then
                    await asyncio.wait([self._latest_look])
                await self._note_use()

    def _read(self, presented: str) -> tuple[str, bytes]:
        """(id, what the database holds of a key with this text); raises NotAuthenticated."""
        key = parse(presented)
        return key.id, secret_hash(self._pepper, key)

    def _holder(self, key_id: str, presented: bytes) -> Held | None:
        """Whose secret this is, or was until it was rotated."""
        held = self._held.get(key_id)
        current = self._decoy if held is None else held.record.secret_hash
        previous = (None if held is None else held.record.previous_hash) or self._decoy
        is_current = hmac.compare_digest(presented, current)
        is_previous = hmac.compare_digest(presented, previous)
        return held if is_current or is_previous else None

    def _in_use(self, held: Held, now: float) -> Principal:
        if not held.used_at:
            self._used.append(held)
        held.used_at = now
        return held.principal

    def _is_good_enough(self, key_id: str) -> bool:
        """Whether what is held of a key may be used while the database does not answer."""
        return key_id not in self._doubted and self._clock.monotonic() - self._looked_at <= STALE

    async def _look_next(self) -> bool:
        async with self._looking:
            await asyncio.sleep(max(0.0, self._began + PACE - asyncio.get_running_loop().time()))
            self._look = None  # who asks from now on needs a later one
            self._began = asyncio.get_running_loop().time()
            return await self._read_changes()

    async def _read_changes(self) -> bool:
        began = self._clock.monotonic()
        if began < self._next_try:
            return False
        doubted = set(self._doubted)
        try:
            version, changed = await self._changes_since(self._seen)
            restored = version < self._seen
            if restored:  # an older database took this one's place
                version, changed = await self._changes_since(0)
        except DATABASE_ERRORS:
            self._next_try = self._clock.monotonic() + PAUSE
            return False
        if restored:
            for held in self._held.values():
                held.replaced = True
            self._held.clear()
            self._refused.clear()
        for record in changed:
            if (before := self._held.get(record.id)) is not None:
                before.replaced = True
            self._held[record.id] = Held(principal_of(record), record)
        self._seen, self._looked_at, self._next_try = version, began, 0.0
        self._doubted -= doubted
        return True

    async def _changes_since(self, version: int) -> tuple[int, list[KeyRecord]]:
        """(the newest version, all keys that changed after `version`). A start reads all that there are: however many,
        the database has time for each portion.
        """
        changed: list[KeyRecord] = []
        while True:
            async with asyncio.timeout(LOOKUP_SECONDS):
                newest, some = await self._store.changes_since(version)
            changed += some
            if len(some) < MOST_AT_ONCE:
                return newest, changed
            version = some[-1].version

    async def _keep_looking(self) -> None:
        while True:
            self._news.clear()
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._news.wait()

    async def _keep_noting(self) -> None:
        while True:
            await asyncio.sleep(USE_SECONDS)
            await self._note_use()

    async def _note_use(self) -> None:
        """A transaction for some keys at a time. What failed is tried again the next time, after the others."""
        used, self._used = self._used, []
        while used:
            some, used = used[:NOTED_AT_ONCE], used[NOTED_AT_ONCE:]
            moments = [held.used_at for held in some]
            for held in some:
                held.used_at = 0.0
            noted = False
            try:
                async with asyncio.timeout(LOOKUP_SECONDS):
                    await self._store.used({held.record.id: at for held, at in zip(some, moments, strict=True)})
                noted = True
            except DATABASE_ERRORS:
                return
            finally:
                if not noted:
                    self._used = used + self._not_noted(some, moments) + self._used

    def _not_noted(self, some: list[Held], moments: list[float]) -> list[Held]:
        """Those that were not used again meanwhile, which stand among the others then."""
        left: list[Held] = []
        for held, at in zip(some, moments, strict=True):
            if not held.used_at:
                held.used_at = at
                left.append(held)
        return left


def _remember(texts: set[bytes], digest: bytes) -> None:
    if len(texts) >= CAPACITY:
        texts.clear()
    texts.add(digest)
