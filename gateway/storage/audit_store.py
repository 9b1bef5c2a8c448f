"""What auditors do in the database: search, destroy keys, erase people, ask for leave.

Invariants
- Destroying is one transaction with the record that says so, and leaves a mark (`audit_erasure`) by which running
  gateways know that a key or a salt at hand is no longer good.
- Leave is given by somebody else than who asked, and once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.audit_holds import AuditHolds, people_of
from gateway.storage.audit_log import Values, take_turn
from gateway.storage.audit_places import batches, in_order, looked_up, places_of
from gateway.storage.audit_tables import (
    audit_erasure,
    audit_key,
    audit_leave,
    audit_person,
    audit_record,
)
from gateway.storage.engine import Connection


class AuditStore:
    """Database errors pass through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.holds = AuditHolds(engine)

    # ------------------------------------------------------------------------------------------------------ search

    async def search(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        kinds: Sequence[str] = (),
        team: str | None = None,
        people: Sequence[str] | None = None,
        request: str | None = None,
    ) -> AsyncIterator[Row[Any]]:
        """Rows of `audit_record`, in order, without their content. Times in microseconds."""
        c = audit_record.c
        wanted: Select[Any] = select(c.place, c.header, c.content.is_not(None).label("readable")).order_by(c.place)
        if kinds:
            wanted = wanted.where(c.kind.in_(list(kinds)))
        if request is not None:
            wanted = wanted.where(c.request == request)
        within = [
            *([c.at >= since] if since is not None else []),
            *([c.at < until] if until is not None else []),
            *([c.team == team] if team is not None else []),
        ]
        for some in [None] if people is None else batches(people):
            narrowed = within if some is None else [*within, c.person.in_(some)]
            by_index = narrowed and request is None
            async for row in (
                looked_up(self.engine, wanted, narrowed) if by_index else in_order(self.engine, wanted.where(*narrowed))
            ):
                yield row

    async def people_of(self, subject: bytes) -> list[str]:
        """Ids of the salts that a person has or had until the erasure."""
        async with self.engine.connect() as connection:
            return await people_of(connection, subject)

    async def whole(self, places: Sequence[int]) -> list[tuple[Row[Any], Row[Any] | None, Row[Any] | None]]:
        """(record, data key, person) of each place, in order; None where there is none or it was destroyed."""
        found: list[tuple[Row[Any], Row[Any] | None, Row[Any] | None]] = []
        async with self.engine.connect() as connection:
            for some in batches(places):
                wanted = select(audit_record).where(audit_record.c.place.in_(some)).order_by(audit_record.c.place)
                rows = (await connection.execute(wanted)).all()
                for row in rows:
                    key = await self._key_of(connection, row)
                    person = None
                    if row.person:
                        asked = select(audit_person).where(audit_person.c.id == row.person)
                        person = (await connection.execute(asked)).first()
                    found.append((row, key, person))
        return found

    async def _key_of(self, connection: Connection, row: Row[Any]) -> Row[Any] | None:
        return (await connection.execute(select(audit_key).where(audit_key.c.id == row.key))).first()

    # -------------------------------------------------------------------------------------------- keys and destroying

    async def live_days(self) -> list[tuple[str, str]]:
        """(team, day) of the data keys that were not destroyed, oldest first."""
        c = audit_key.c
        wanted = select(c.day, c.team).where(c.wrapped.is_not(None)).distinct().order_by(c.day, c.team)
        async with self.engine.connect() as connection:
            return [(row.team, row.day) for row in await connection.execute(wanted)]

    async def wrapped_by(self) -> dict[str, int]:
        """Wrapping key -> how many data keys it wraps."""
        c = audit_key.c
        wanted = select(c.kek, func.count().label("number")).where(c.wrapped.is_not(None)).group_by(c.kek)
        async with self.engine.connect() as connection:
            return {row.kek: row.number for row in await connection.execute(wanted.order_by(c.kek))}

    async def keys_not_under(self, kek: str, limit: int, after: str) -> list[Row[Any]]:
        """In the order of their ids, those behind `after`."""
        c = audit_key.c
        wanted = select(audit_key).where(c.wrapped.is_not(None), c.kek != kek, c.id > after)
        async with self.engine.connect() as connection:
            return list((await connection.execute(wanted.order_by(audit_key.c.id).limit(limit))).all())

    async def rewrap(self, row: Row[Any], kek: str, wrapped: bytes) -> None:
        """Replace what was read by what was made of it; nothing where somebody else was first."""
        c = audit_key.c
        change = update(audit_key).where(c.id == row.id, c.wrapped == row.wrapped).values(kek=kek, wrapped=wrapped)
        async with self.engine.begin() as connection:
            await connection.execute(change)

    async def take_turn(self, connection: Connection) -> None:
        """Before destroying: what is being put into the log is waited for, and what comes later sees the marks."""
        await take_turn(connection)

    async def destroy_day(self, connection: Connection, team: str, day: str, mark: bytes, now: float) -> list[str]:
        """Destroy the team's data keys of the day; their ids."""
        ids = await self.keys_of_day(connection, team, day)
        await connection.execute(update(audit_key).where(*_live(team, day)).values(wrapped=None, destroyed_at=now))
        await self._mark(connection, mark, now)
        return ids

    async def keys_of_day(self, connection: Connection, team: str, day: str) -> list[str]:
        """The team's data keys of the day that were not destroyed."""
        return [row.id for row in await connection.execute(select(audit_key.c.id).where(*_live(team, day)))]

    async def destroyed_at(self, team: str, day: str) -> float | None:
        """When the last of the team's data keys of the day was destroyed; None where none was."""
        wanted = select(func.max(audit_key.c.destroyed_at)).where(audit_key.c.team == team, audit_key.c.day == day)
        async with self.engine.connect() as connection:
            return cast("float | None", await connection.scalar(wanted))

    async def erase(self, connection: Connection, subject: bytes, now: float) -> list[str]:
        """Destroy a person's salts; their ids. Nothing links them to anybody from now on."""
        c = audit_person.c
        ids = await people_of(connection, subject)
        await connection.execute(
            update(audit_person).where(c.subject == subject).values(subject=None, salt=None, erased_at=now)
        )
        await self._mark(connection, subject, now)
        return ids

    async def drop_day(
        self, connection: Connection, teams: Sequence[str], keys: Sequence[str], between: tuple[int, int]
    ) -> dict[str, int]:
        """Drop what these data keys of the teams' day sealed: key -> how many contents. `between` in microseconds."""
        dropped = await self.contents_under(connection, teams, keys, between)
        for some in batches(keys):
            await connection.execute(update(audit_record).where(*_sealed_by(some, teams, between)).values(content=None))
        return dropped

    async def contents_under(
        self, connection: Connection, teams: Sequence[str], keys: Sequence[str], between: tuple[int, int]
    ) -> dict[str, int]:
        """Data key -> how many contents there are that it sealed; `between` as above."""
        key = audit_record.c.key
        found: dict[str, int] = {}
        for some in batches(keys):
            theirs = _sealed_by(some, teams, between)
            counted = await connection.execute(select(key, func.count()).where(*theirs).group_by(key))
            found.update((row[0], row[1]) for row in counted)
        return found

    async def drop_people(self, connection: Connection, people: Sequence[str]) -> int:
        """Drop what was said by or to these persons; how many contents."""
        c = audit_record.c
        dropped = 0
        for some in batches(people):
            gone = update(audit_record).where(c.place.in_(places_of(c.person.in_(some))), c.content.is_not(None))
            dropped += (await connection.execute(gone.values(content=None))).rowcount
        return dropped

    async def _mark(self, connection: Connection, whose: bytes, now: float) -> None:
        await connection.execute(insert(audit_erasure).values(subject=whose, at=now))

    async def empty_log(self) -> bool:
        """What was destroyed stands in SQLite's log of pages until that is written over: empty it, after the commit.

        False where somebody held it up for longer than a lock is waited for. PostgreSQL keeps its own, see AUDIT.md.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        async with self.engine.connect() as connection:
            held_up, *_ = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return not held_up

    async def knows_team(self, team: str) -> bool:
        """Whether a data key was ever made for the team."""
        async with self.engine.connect() as connection:
            wanted = select(audit_key.c.id).where(audit_key.c.team == team).limit(1)
            return (await connection.execute(wanted)).first() is not None

    # -------------------------------------------------------------------------------------------------------- leave

    async def ask(self, connection: Connection, values: Values) -> None:
        await connection.execute(insert(audit_leave).values(values))

    async def leave(self, leave_id: str) -> Row[Any] | None:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(audit_leave).where(audit_leave.c.id == leave_id))).first()

    async def give(self, connection: Connection, leave_id: str, by: str, now: float) -> bool:
        """False where it was given before, or would be given by who asked."""
        c = audit_leave.c
        change = update(audit_leave).where(c.id == leave_id, c.given_at.is_(None), c.asked_by != by)
        return (await connection.execute(change.values(given_by=by, given_at=now))).rowcount == 1


def _live(team: str, day: str) -> tuple[ColumnElement[bool], ...]:
    c = audit_key.c
    return c.team == team, c.day == day, c.wrapped.is_not(None)


def _sealed_by(keys: Sequence[str], teams: Sequence[str], between: tuple[int, int]) -> tuple[ColumnElement[bool], ...]:
    c = audit_record.c
    within = places_of(c.team.in_(teams), c.at >= between[0], c.at < between[1])
    return c.place.in_(within), c.key.in_(keys), c.content.is_not(None)
