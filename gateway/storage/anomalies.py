"""What rules on unusual keys need to know, and what was decided. Database errors pass through everywhere.

A restriction is one key's of one hour: replicas that find the same at once record it once, and only a graver one
replaces it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Integer, String, Table, Text, and_, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.anomaly import GRADES, Habit, Restriction
from gateway.core.reporting import Reporting
from gateway.core.shadows import SHADOW_KEY
from gateway.storage.column_types import Instant
from gateway.storage.costs import AT_ONCE, requests_in_steps
from gateway.storage.tables import TEXT_LENGTH, metadata, usage

HOUR: Final = 3600.0
ENOUGH_DAYS: Final = 14
"""Of history, before anything of a team is called unusual; and of a key, before a model is new to it."""

key_restriction: Final = Table(
    "key_restriction",
    metadata,
    Column("key_id", String(TEXT_LENGTH), primary_key=True),
    # The hour in which it was found.
    Column("since", Instant, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("team", String(TEXT_LENGTH), nullable=False),
    # A place in core.anomaly.GRADES.
    Column("grade", Integer, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("lifted_at", Instant),
)

MOST_NAMED: Final = 500
"""Keys or teams that a statement names. Where there are more, it asks for all: most are wanted then, days are read
whole anyway, and no database takes any number of names.
"""

_encode = msgspec.json.Encoder().encode


class Habits(msgspec.Struct, frozen=True):
    """What was read for many keys at once."""

    known: AbstractSet[str]
    """Teams with a history."""
    usual: Sequence[Mapping[str, int]]
    """A past week each: team -> its calls in this hour of the week; none where it made none."""
    used: Mapping[str, AbstractSet[str]]
    """Key -> `provider/model` of these weeks."""
    grown: AbstractSet[str]
    """Keys that are old enough to have habits."""

    def of(self, key_id: str, team: str) -> Habit:
        """The team's calls in the same hour of each past week, and what the key used in these weeks."""
        if team not in self.known:
            return Habit()
        models = frozenset(self.used.get(key_id, ())) if key_id in self.grown else None
        return Habit(usual=tuple([calls.get(team, 0) for calls in self.usual]), models=models)


class AnomalyBooks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def last_hour(self, now: float) -> dict[str, tuple[str, dict[str, int]]]:
        """Key -> (team, calls by `provider/model`)."""
        columns = usage.c.key_id, usage.c.team, usage.c.provider, usage.c.model
        calls = select(*columns, func.count()).where(
            usage.c.at >= now - HOUR,
            usage.c.at <= now,
            usage.c.attempts > 0,
            usage.c.provider.is_not(None),
            usage.c.key_id != SHADOW_KEY,  # nobody holds it, so nobody can have stolen it
        )
        found: dict[str, tuple[str, dict[str, int]]] = {}
        async with self._engine.connect() as connection:
            grouped = calls.group_by(*columns).execution_options(yield_per=AT_ONCE)
            async for key_id, team, provider, model, count in await connection.stream(grouped):
                found.setdefault(key_id, (team, {}))[1][f"{provider}/{model}"] = count
        return found

    async def habits(self, teams_of: Mapping[str, str], now: float, weeks: int, reporting: Reporting) -> Habits:
        """Of these keys, given with their teams. As many statements for ten thousand keys as for one."""
        today = date.fromisoformat(reporting.day_of(now))
        first, last = (today - timedelta(days=7 * weeks)).isoformat(), (today - timedelta(days=1)).isoformat()
        old = (today - timedelta(days=ENOUGH_DAYS)).isoformat()
        used: dict[str, set[str]] = {}
        grown: set[str] = set()
        async with self._engine.connect() as connection:
            known = await self._with_history(connection, set(teams_of.values()), first, old)
            if not known:
                return Habits(known, [], used, grown)
            past = reporting.by_the_clock(now, range(7, 7 * weeks + 1, 7))
            usual = [await self._calls_of(connection, known, end) for end in past]
            by = "key_id", "provider", "model"
            async for row in requests_in_steps(connection, first, last, by, _only("key_id", teams_of)):
                key_id, provider, model, first_day, requests = row
                if key_id not in teams_of:
                    continue
                if requests:
                    used.setdefault(key_id, set()).add(f"{provider}/{model}")
                if first_day <= old:
                    grown.add(key_id)
        return Habits(known, usual, used, grown)

    async def _with_history(self, connection: AsyncConnection, teams: set[str], first: str, old: str) -> set[str]:
        """Those that have made a request between these days."""
        groups = requests_in_steps(connection, first, old, ("team",), _only("team", teams))
        return {team async for team, _, requests in groups if requests and team in teams}

    async def _calls_of(self, connection: AsyncConnection, teams: set[str], end: float) -> dict[str, int]:
        """Team -> its calls in the hour that ends then; none where it made none."""
        counted = select(usage.c.team, func.count()).where(
            usage.c.at > end - HOUR,
            usage.c.at <= end,
            usage.c.attempts > 0,
            usage.c.key_id != SHADOW_KEY,
            *(usage.c[name].in_(values) for name, values in _only("team", teams).items()),
        )
        grouped = counted.group_by(usage.c.team).execution_options(yield_per=AT_ONCE)
        return {team: count async for team, count in await connection.stream(grouped) if team in teams}

    async def restrict(self, restriction: Restriction, now: float) -> bool:
        """Record it; whether it is new, or graver than what is in force. Where the key was released within the hour
        that was looked at, a person has judged these calls, and nothing is recorded.
        """
        table = key_restriction
        build: Any = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        values = {
            "key_id": restriction.key_id,
            "since": restriction.since,
            "until": restriction.until,
            "team": restriction.team,
            "grade": GRADES.index(restriction.grade),
            "evidence": _encode(restriction.evidence).decode(),
        }
        insert = build(table).values(values)
        graver = insert.on_conflict_do_update(
            index_elements=[table.c.key_id, table.c.since],
            set_={name: insert.excluded[name] for name in ("until", "grade", "evidence")},
            where=insert.excluded.grade > table.c.grade,
        )
        lifted = table.c.lifted_at > now - HOUR
        in_force = and_(table.c.until > now, table.c.lifted_at.is_(None), table.c.grade >= values["grade"])
        known = select(func.count(case((lifted, 1))), func.count(case((in_force, 1))))
        async with self._engine.begin() as connection:
            released, stands = (await connection.execute(known.where(table.c.key_id == restriction.key_id))).one()
            return not released and (await connection.execute(graver)).rowcount > 0 and not stands

    async def restrictions(self, now: float) -> list[Restriction]:
        """Those in force, a key's gravest last."""
        table = key_restriction
        held = select(table).where(table.c.until > now, table.c.lifted_at.is_(None))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(held.order_by(table.c.grade, table.c.until))).all()
        return [
            Restriction(
                key_id=row.key_id,
                team=row.team,
                since=row.since,
                until=row.until,
                grade=GRADES[row.grade],
                evidence=tuple(msgspec.json.decode(row.evidence)),
            )
            for row in rows
        ]

    async def release(self, key_id: str, now: float) -> int:
        """Lift what holds for the key, and what this hour would bring again; how many were in force."""
        table = key_restriction
        async with self._engine.begin() as connection:
            lifted = await connection.execute(
                update(table)
                .where(table.c.key_id == key_id, table.c.until > now, table.c.lifted_at.is_(None))
                .values(lifted_at=now, grade=len(GRADES) - 1)
            )
        return int(lifted.rowcount)


def _only(name: str, values: Collection[str]) -> dict[str, Collection[str]]:
    return {name: sorted(values)} if len(values) <= MOST_NAMED else {}
