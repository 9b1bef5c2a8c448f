"""What administration keeps in the database: its log, the sessions of its console, and the replicas that serve.

Invariants
- An entry of the log is never changed or deleted here.
- A session is found by the SHA-256 of its secret, which is kept nowhere; a subject has one at a time, since a new one
  ends those before it, on every replica at once.
- A replica speaks for itself; one that has been silent for `FORGOTTEN_SECONDS` is forgotten.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.administration import AdminEntry, Proof
from gateway.storage.tables import admin_log, admin_session, replica

FORGOTTEN_SECONDS: Final = 3600.0


class StoredAdminLog:
    """Implements `core.ports.AdminLog`. Database errors pass through: what cannot be recorded is not done."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(self, entry: AdminEntry) -> None:
        async with self._engine.begin() as connection:
            await put_entry(connection, entry)

    async def newest(self, limit: int, before: float | None = None, after: str | None = None) -> list[AdminEntry]:
        """Newest first; with `before`, only those older than that; with `after`, those that follow the entry of this
        id. Raises KeyError where there is none.
        """
        at, id_ = admin_log.c.at, admin_log.c.id
        wanted = select(admin_log).order_by(at.desc(), id_).limit(limit)
        if before is not None:
            wanted = wanted.where(at < before)
        async with self._engine.connect() as connection:
            if after is not None:
                last = (await connection.execute(select(at).where(id_ == after))).scalar_one_or_none()
                if last is None:
                    raise KeyError(after)
                wanted = wanted.where((at < last) | ((at == last) & (id_ > after)))
            return [_entry(row) for row in await connection.execute(wanted)]


async def put_entry(connection: AsyncConnection, entry: AdminEntry) -> None:
    """Into the log, with what else the transaction does."""
    values = msgspec.structs.asdict(entry)
    for name in ("before", "after"):
        if values[name] is not None:
            values[name] = msgspec.json.encode(values[name]).decode()
    await connection.execute(insert(admin_log).values(values))


def _entry(row: Row[Any]) -> AdminEntry:
    values = dict(row._mapping)
    for name in ("before", "after"):
        if values[name] is not None:
            values[name] = msgspec.json.decode(values[name])
    return AdminEntry(**values)


class AdminSession(msgspec.Struct, frozen=True, kw_only=True):
    """`groups`: what the identity provider said of the subject; what it may do is told from them at each request."""

    digest: bytes
    subject: str
    proof: Proof
    groups: tuple[str, ...]
    created_at: float
    expires_at: float

    def __repr__(self) -> str:
        return f"<AdminSession of {self.subject}>"


class AdminSessions:
    """Database errors pass through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(self, session: AdminSession) -> None:
        """Keep it, and end the subject's others."""
        over = (admin_session.c.subject == session.subject) | (admin_session.c.expires_at <= session.created_at)
        async with self._engine.begin() as connection:
            await connection.execute(delete(admin_session).where(over))
            await connection.execute(insert(admin_session).values(msgspec.structs.asdict(session)))

    async def find(self, digest: bytes, now: float) -> AdminSession | None:
        wanted = select(admin_session).where(admin_session.c.digest == digest, admin_session.c.expires_at > now)
        async with self._engine.connect() as connection:
            row = (await connection.execute(wanted)).first()
        return None if row is None else AdminSession(**row._mapping)

    async def number(self, subject: str, now: float) -> int:
        """How many the subject has."""
        live = (admin_session.c.subject == subject) & (admin_session.c.expires_at > now)
        async with self._engine.connect() as connection:
            return int((await connection.execute(select(func.count()).where(live))).scalar_one())

    async def end(self, subject: str) -> int:
        """How many of the subject's were ended."""
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(admin_session).where(admin_session.c.subject == subject))).rowcount


class ReplicaRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`seen_at`: when it last said so itself."""

    id: str
    version: str
    started_at: float
    seen_at: float
    policy_version: str
    problems: tuple[str, ...]


class Replicas:
    """Database errors pass through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def say(self, record: ReplicaRecord) -> None:
        """Keep what a replica says of itself."""
        values = msgspec.structs.asdict(record)
        async with self._engine.begin() as connection:
            known = await connection.execute(update(replica).where(replica.c.id == record.id).values(values))
            if not known.rowcount:
                await connection.execute(delete(replica).where(replica.c.seen_at < record.seen_at - FORGOTTEN_SECONDS))
                await connection.execute(insert(replica).values(values))

    async def leave(self, replica_id: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(replica).where(replica.c.id == replica_id))

    async def all(self) -> list[ReplicaRecord]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(replica).order_by(replica.c.started_at, replica.c.id))
            return [ReplicaRecord(**row._mapping) for row in rows]
