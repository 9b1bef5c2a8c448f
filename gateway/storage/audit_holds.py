"""Legal holds, and what they are on.

Invariants
- What is held is neither destroyed nor erased.
- Whose content it is, is told by a row that comes with the person's first record. Where that record is not in the
  database yet (set aside, or on another machine's disk), the person may be anybody: what would destroy their content,
  or would when it comes, finds it held as long as any person is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.audit_log import Values
from gateway.storage.audit_places import batches, places_of
from gateway.storage.audit_tables import audit_hold, audit_key, audit_person, audit_record
from gateway.storage.engine import Connection


class AuditHolds:
    """Database errors pass through."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def place(self, connection: Connection, values: Values) -> None:
        await connection.execute(insert(audit_hold).values(values))

    async def release(self, connection: Connection, hold_id: str, by: str, now: float) -> bool:
        """False where no such hold stands."""
        c = audit_hold.c
        change = update(audit_hold).where(c.id == hold_id, c.released_at.is_(None))
        return (await connection.execute(change.values(released_by=by, released_at=now))).rowcount == 1

    async def all(self, *, released: bool = False) -> list[Row[Any]]:
        """In the order in which they were placed; those that were `released`, too."""
        wanted = select(audit_hold).order_by(audit_hold.c.placed_at)
        async with self._engine.connect() as connection:
            return list(await connection.execute(wanted if released else wanted.where(_STANDS)))

    async def on_day(
        self, connection: Connection, teams: Sequence[str], day: str, between: tuple[int, int]
    ) -> set[str]:
        """Those of the teams on which a hold is, or on a person of whom there is content under the team's data keys of
        that day. `between`, in microseconds: all that those keys can have sealed.
        """
        c, key = audit_record.c, audit_key.c
        time = (c.team.in_(teams), c.at >= between[0], c.at < between[1])
        held: set[str] = set()
        holds = await _standing(connection)
        for hold in holds:
            if hold.scope == "team":
                held.update({hold.whose}.intersection(teams))
                continue
            for some in batches(await people_of(connection, bytes.fromhex(hold.whose))):
                said = select(key.team).join_from(audit_record, audit_key, key.id == c.key).distinct()
                under = (key.team.in_(teams), key.day == day)
                there = c.place.in_(places_of(*time, c.person.in_(some)))
                held.update(row.team for row in await connection.execute(said.where(there, _READABLE, *under)))
        if any(hold.scope == "subject" for hold in holds):
            said = select(c.team).join_from(audit_record, audit_key, key.id == c.key, isouter=True).distinct()
            under_that_day = or_(key.day == day, key.id.is_(None))  # a key comes with a first record, too
            there = c.place.in_(places_of(*time, c.person != ""))
            found = await connection.execute(said.where(there, _READABLE, _OF_NOBODY_KNOWN, under_that_day))
            held.update(row.team for row in found)
        return held

    async def on_person(self, connection: Connection, subject: bytes) -> Row[Any] | None:
        """The hold on the person, or on a team in whose records there is content of theirs."""
        for hold in await _standing(connection):
            if hold.scope == "subject" and hold.whose == subject.hex():
                return hold
            if hold.scope == "team" and await _may_have_said(connection, subject, hold.whose):
                return hold
        return None


_STANDS = audit_hold.c.released_at.is_(None)
_READABLE = audit_record.c.content.is_not(None)
_OF_NOBODY_KNOWN = ~exists(select(audit_person.c.id).where(audit_person.c.id == audit_record.c.person))


async def people_of(connection: Connection, subject: bytes) -> list[str]:
    """Ids of the salts that a person has."""
    c = audit_person.c
    return [row.id for row in await connection.execute(select(c.id).where(c.subject == subject))]


async def _standing(connection: Connection) -> Sequence[Row[Any]]:
    return (await connection.execute(select(audit_hold).where(_STANDS).order_by(audit_hold.c.placed_at))).all()


async def _may_have_said(connection: Connection, subject: bytes, team: str) -> bool:
    """Whether there is content in the team's records that is the person's, or may be."""
    c = audit_record.c

    async def said(narrowed: ColumnElement[bool], *more: ColumnElement[bool]) -> bool:
        within = places_of(c.team == team, narrowed)
        found = select(c.place).where(c.place.in_(within), _READABLE, *more).limit(1)
        return (await connection.execute(found)).first() is not None

    for some in batches(await people_of(connection, subject)):
        if await said(c.person.in_(some)):
            return True
    return await said(c.person != "", _OF_NOBODY_KNOWN)
