"""Virtual keys at rest: issue, list, rotate, revoke.

Promise: the database never holds what would open the gateway.

Invariants
- Stored of a secret: HMAC-SHA-256(pepper, the key's text without its check digits). Without the pepper, which is
  derived from the root key, a copy of the database proves nothing; a hash moved to another row opens nothing.
- The text of a key leaves this module once, in `Issued`.
- At most two secrets of a key are good at once: the current one, and the one before it until its grace ends.
- A revoked key stays revoked; rows are never deleted, so that the ledger's key ids keep their meaning.
- Every change counts one shared version up, in its own transaction, before it touches the key: changes become visible
  in the order of their versions, so that "all since version N" misses none, whatever the clocks say.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core import virtual_key
from gateway.core.virtual_key import VirtualKey
from gateway.storage.tables import key_version
from gateway.storage.tables import virtual_key as table

GRACE_LIMIT: Final = 86_400.0
"""Seconds: the longest time that a rotated secret may live on."""

MOST_AT_ONCE: Final = 1000
"""Keys that one reading of changes tells: making them stops the event loop for some 10 µs each."""

KeyState = Literal["live", "expired", "revoked"]


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row. Times in Unix seconds; `expires_at` None: never.

    `models` are patterns as of a team, which the key may use if its team may; `networks` are the addresses that it may
    be used from, in CIDR form. None: all that the team may, from anywhere. `last_used_at` is some minutes behind.
    """

    id: str
    team: str
    user: str | None
    name: str | None
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    secret_hash: bytes
    previous_hash: bytes | None
    previous_until: float | None
    models: tuple[str, ...] | None = None
    networks: tuple[str, ...] | None = None
    last_used_at: float | None = None
    version: int = 0

    def state(self, now: float) -> KeyState:
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "live"

    def __repr__(self) -> str:
        return f"<KeyRecord {self.id} of team {self.team}>"


class Issued(msgspec.Struct, frozen=True):
    """A key just made or rotated: the only moment at which its text is known."""

    record: KeyRecord
    key: VirtualKey


class KeyMissing(Exception):
    """No key has this id."""


class KeyNotLive(Exception):
    """The key is revoked or has expired: `state` says which."""

    def __init__(self, state: KeyState) -> None:
        super().__init__(state)
        self.state = state


def secret_hash(pepper: bytes, key: VirtualKey) -> bytes:
    """What stands for the key's secret in the database, 32 bytes."""
    return hmac.digest(pepper, key.signed.encode("ascii"), "sha256")


class KeyStore:
    """Reads and revokes; needs no secret. Database errors pass through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def fetch(self, key_id: str) -> KeyRecord | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(table).where(table.c.id == key_id))).first()
        return None if row is None else _record(row)

    async def of_team(self, team: str | None = None) -> list[KeyRecord]:
        """All keys, or one team's, oldest first."""
        wanted = select(table).order_by(table.c.created_at, table.c.id)
        if team is not None:
            wanted = wanted.where(table.c.team == team)
        async with self._engine.connect() as connection:
            return [_record(row) for row in await connection.execute(wanted)]

    async def has_any(self) -> bool:
        """Whether a key was ever issued."""
        async with self._engine.connect() as connection:
            return await connection.scalar(select(table.c.id).limit(1)) is not None

    async def users(self) -> list[str]:
        """Every person to whom a key was ever issued."""
        wanted = select(table.c.user).where(table.c.user.is_not(None)).distinct()
        async with self._engine.connect() as connection:
            return list((await connection.execute(wanted)).scalars())

    async def page(self, limit: int, *, teams: Collection[str] | None, after: str | None = None) -> list[KeyRecord]:
        """So many keys by their ids, of these teams (None: all), behind the id `after`."""
        wanted = select(table).order_by(table.c.id).limit(limit)
        if teams is not None:
            wanted = wanted.where(table.c.team.in_(sorted(teams)))
        if after is not None:
            wanted = wanted.where(table.c.id > after)
        async with self._engine.connect() as connection:
            return [_record(row) for row in await connection.execute(wanted)]

    async def revoke(self, key_id: str, now: float) -> KeyRecord:
        """Revoke for good; a key already revoked keeps its first moment. Raises KeyMissing."""
        async with self._engine.begin() as connection:
            version = await _next_version(connection)
            change = update(table).where(table.c.id == key_id, table.c.revoked_at.is_(None))
            await connection.execute(change.values(revoked_at=now, version=version))
        return await self.existing(key_id)

    async def changes_since(self, version: int) -> tuple[int, list[KeyRecord]]:
        """(the newest version, the first MOST_AT_ONCE keys that changed after `version`, oldest change first)."""
        async with self._engine.connect() as connection:
            newest = (await connection.execute(select(key_version.c.version))).scalar_one()
            if newest == version:
                return newest, []
            changed = select(table).where(table.c.version > version).order_by(table.c.version).limit(MOST_AT_ONCE)
            records = [_record(row) for row in await connection.execute(changed)]
        return max(newest, records[-1].version if records else 0), records

    async def used(self, moments: Mapping[str, float]) -> None:
        """Note when keys (by id) were last used; no change that anybody has to hear of."""
        at: Any = bindparam("at")
        note = (
            update(table)
            .where(table.c.id == bindparam("key_id"), or_(table.c.last_used_at.is_(None), table.c.last_used_at < at))
            .values(last_used_at=at)
        )
        ordered = [{"key_id": key_id, "at": moment} for key_id, moment in sorted(moments.items())]
        async with self._engine.begin() as connection:
            await connection.execute(note, ordered)

    async def existing(self, key_id: str) -> KeyRecord:
        """As `fetch`, but raises KeyMissing."""
        record = await self.fetch(key_id)
        if record is None:
            raise KeyMissing(key_id)
        return record


class KeyIssuer:
    """Makes secrets. `pepper`: 32 bytes, kept outside the database; `env` goes into each key's text."""

    def __init__(
        self,
        engine: AsyncEngine,
        pepper: bytes,
        env: str,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._engine = engine
        self._store = KeyStore(engine)
        self._pepper = pepper
        self._env = env
        self._random_bytes = random_bytes

    def mint(self) -> VirtualKey:
        """A key that exists nowhere yet: for who must name it before it does."""
        return virtual_key.mint(self._env, self._random_bytes)

    async def create(
        self,
        *,
        team: str,
        now: float,
        user: str | None = None,
        name: str | None = None,
        expires_at: float | None = None,
        models: tuple[str, ...] | None = None,
        networks: tuple[str, ...] | None = None,
        key: VirtualKey | None = None,
    ) -> Issued:
        """Keep `key`, as it was minted, or one minted now."""
        key = key or self.mint()
        async with self._engine.begin() as connection:
            record = KeyRecord(
                id=key.id,
                team=team,
                user=user,
                name=name,
                created_at=now,
                expires_at=expires_at,
                revoked_at=None,
                secret_hash=secret_hash(self._pepper, key),
                previous_hash=None,
                previous_until=None,
                models=models,
                networks=networks,
                version=await _next_version(connection),
            )
            await connection.execute(insert(table).values(msgspec.structs.asdict(record)))
        return Issued(record, key)

    async def rotate(self, key_id: str, *, now: float, grace: float) -> Issued:
        """A new secret under the same id; the old one is good for `grace` more seconds (0 to GRACE_LIMIT).

        A secret that was still in its grace ends at once. Raises KeyMissing, KeyNotLive.
        """
        if not 0 <= grace <= GRACE_LIMIT:
            raise ValueError("a rotated secret lives on for 0 to 24 hours")
        minted = virtual_key.mint(self._env, self._random_bytes)
        key = VirtualKey(minted.env, key_id, minted.secret)
        live = table.c.revoked_at.is_(None) & (table.c.expires_at.is_(None) | (table.c.expires_at > now))
        change = update(table).where(table.c.id == key_id, live)
        async with self._engine.begin() as connection:
            new = {
                "secret_hash": secret_hash(self._pepper, key),
                "previous_hash": table.c.secret_hash,
                "previous_until": now + grace,
                "version": await _next_version(connection),
            }
            changed = (await connection.execute(change.values(new))).rowcount
        record = await self._store.existing(key_id)
        if not changed:
            raise KeyNotLive(record.state(now))
        return Issued(record, key)


async def _next_version(connection: AsyncConnection) -> int:
    """Taken first in a transaction: its row stays locked until the end, so that who is later is also newer."""
    counted = update(key_version).values(version=key_version.c.version + 1).returning(key_version.c.version)
    return int((await connection.execute(counted)).scalar_one())


def _record(row: Row[Any]) -> KeyRecord:
    return KeyRecord(**row._mapping)
