"""Token maps in the database, sealed: `core.token_maps.TokenMaps`.

Invariants
- Nothing in the table can be read without the key, and nothing opens under another team's or object's name: AES-256-GCM
  with a random 96-bit nonce, the team and the id as associated data.
- What has run out is neither told nor kept: each write takes away what is past its time.
- What requests of one conversation write at once is kept of all: a row is locked before it is read and added to.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Index,
    Insert,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.ports import Clock
from gateway.core.token_maps import TokenValues, merged
from gateway.errors import Overloaded
from gateway.storage.column_types import Instant
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.tables import metadata

NONCE_BYTES: Final = 12

table: Final = Table(
    "token_map",
    metadata,
    Column("team", String(255), primary_key=True),
    Column("object_id", String(128), primary_key=True),
    # AES-GCM over the tokens that an object of a provider's holds, and what they stand for.
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "expires_at"),
)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, dict[str, str]]).decode


class StoredTokenMaps:
    """See the module's docstring."""

    def __init__(self, engine: AsyncEngine, key: bytes, clock: Clock) -> None:
        self._engine = engine
        self._cipher = AESGCM(key)
        self._clock = clock
        build: Callable[[Any], Any] = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
        insert = build(table)
        self._lock: Insert = insert.on_conflict_do_update(
            index_elements=[table.c.team, table.c.object_id], set_={"expires_at": insert.excluded.expires_at}
        )
        """Makes the row, empty, if there is none; a `SELECT … FOR UPDATE` would lock nothing then."""
        old = select(table.c.team, table.c.object_id).where(table.c.expires_at < bindparam("now"))
        self._let_go = delete(table).where(
            tuple_(table.c.team, table.c.object_id).in_(old.with_for_update(skip_locked=True))
        )
        """Takes away what ran out, but for what another is at: of two that wait for each other, one would fail."""

    async def keep(self, team: str, object_ids: Iterable[str], values: TokenValues, until: float) -> None:
        ids = sorted(set(object_ids))
        if not ids or not values:
            return
        try:
            async with self._engine.begin() as connection:
                await connection.execute(self._let_go, {"now": self._clock.now()})
            async with self._engine.begin() as connection:
                for object_id in ids:
                    row = {"team": team, "object_id": object_id, "sealed": b"", "expires_at": until}
                    await connection.execute(self._lock, row)
                    known = await self._opened(connection, team, [object_id])
                    sealed = self._seal(team, object_id, merged(known, values))
                    ours = (table.c.team == team, table.c.object_id == object_id)
                    await connection.execute(update(table).where(*ours).values(sealed=sealed))
        except DATABASE_ERRORS:
            raise _unreachable() from None

    async def find(self, team: str, object_ids: Iterable[str]) -> TokenValues:
        ids = sorted(set(object_ids))
        if not ids:
            return {}
        try:
            async with self._engine.connect() as connection:
                return await self._opened(connection, team, ids)
        except DATABASE_ERRORS:
            raise _unreachable() from None

    async def forget(self, team: str, object_id: str) -> None:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(table).where(table.c.team == team, table.c.object_id == object_id))
        except DATABASE_ERRORS:
            raise _unreachable() from None

    async def _opened(self, connection: AsyncConnection, team: str, ids: list[str]) -> TokenValues:
        wanted = select(table.c.object_id, table.c.sealed).where(
            table.c.team == team, table.c.object_id.in_(ids), table.c.expires_at >= self._clock.now()
        )
        values: TokenValues = {}
        for object_id, sealed in (await connection.execute(wanted.order_by(table.c.object_id))).all():
            values = merged(values, self._open(team, object_id, sealed))
        return values

    def _seal(self, team: str, object_id: str, values: TokenValues) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, _encode(values), _name(team, object_id))

    def _open(self, team: str, object_id: str, sealed: bytes) -> TokenValues:
        try:
            return _decode(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _name(team, object_id)))
        except (InvalidTag, ValueError, msgspec.DecodeError):
            return {}  # not ours, or altered: nothing is restored from it


def _name(team: str, object_id: str) -> bytes:
    return b"%s\0%s" % (team.encode(), object_id.encode())


def _unreachable() -> Overloaded:
    return Overloaded("The values behind tokens cannot be asked for at the moment. Try again shortly.", retry_after=5)
