"""What rules on unusual keys need to know, and what was decided. Database errors pass through everywhere.

A restriction is one key's of one hour: replicas that find the same at once record it once, and only a graver one
replaces it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Integer, String, Table, Text, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.anomaly import GRADES, Habit, Restriction
from gateway.core.reporting import Reporting
from gateway.core.shadows import SHADOW_KEY
from gateway.storage.column_types import Instant
from gateway.storage.costs import cost_groups
from gateway.storage.tables import TEXT_LENGTH, metadata, usage

HOUR: Final = 3600.0
WEEK: Final = 7 * 86_400.0
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

_encode = msgspec.json.Encoder().encode


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
            for key_id, team, provider, model, count in await connection.execute(calls.group_by(*columns)):
                found.setdefault(key_id, (team, {}))[1][f"{provider}/{model}"] = count
        return found

    async def habit(self, key_id: str, team: str, now: float, weeks: int, reporting: Reporting) -> Habit:
        """The team's calls in the same hour of each past week, and what the key used in these weeks."""
        today = date.fromisoformat(reporting.day_of(now))
        first, last = (today - timedelta(days=7 * weeks)).isoformat(), (today - timedelta(days=1)).isoformat()
        old = (today - timedelta(days=ENOUGH_DAYS)).isoformat()
        usual: list[int] = []
        async with self._engine.connect() as connection:
            by, wanted = ("provider", "model", "local_day"), ("requests",)
            mine = await cost_groups(connection, first, last, by, {"key_id": key_id}, wanted)
            teams = await cost_groups(connection, first, old, ("local_day",), {"team": team}, wanted)
            if not any(group.sums["requests"] for group in teams):
                return Habit()
            for week in range(1, weeks + 1):
                end = now - week * WEEK
                counted = select(func.count()).where(
                    usage.c.at > end - HOUR,
                    usage.c.at <= end,
                    usage.c.team == team,
                    usage.c.attempts > 0,
                    usage.c.key_id != SHADOW_KEY,
                )
                usual.append(int(await connection.scalar(counted) or 0))
        used = {f"{group.key['provider']}/{group.key['model']}": group for group in mine if group.sums["requests"]}
        grown = any((group.key["local_day"] or "") <= old for group in mine)
        return Habit(usual=tuple(usual), models=frozenset(used) if grown else None)

    async def restrict(self, restriction: Restriction) -> bool:
        """Record it; whether it is new, or graver than what stood for that hour."""
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
        async with self._engine.begin() as connection:
            return (await connection.execute(graver)).rowcount > 0

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
