"""Alerts in the database: one row an occasion, told by one replica.

Invariants
- The first who writes an occasion down wins; later records of it are left alone.
- Who tells one claims it first, in one statement: two replicas cannot claim the same. A claim is let go where telling
  failed, and taken up again after `AGAIN` seconds, and after `QUICK_TRIES` of them every `LATER` seconds.
- What is older than `STALE` is told no more: who is first named as a destination hears of nothing that is long over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Index, Integer, String, Table, Text, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.alerting import Alert
from gateway.core.ports import Record
from gateway.storage.column_types import Instant
from gateway.storage.tables import metadata

AGAIN: Final = 60.0
QUICK_TRIES: Final = 10
LATER: Final = 3600.0
STALE: Final = 3 * 86400.0
"""Seconds: a weekend at which nobody minds a webhook that is down."""
AT_ONCE: Final = 50
"""That are looked at, in case other replicas are about the first of them."""

alert: Final = Table(
    "alert",
    metadata,
    Column("key", String(512), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("title", String(512), nullable=False),
    Column("text", Text, nullable=False),
    Column("claimed_at", Instant),
    Column("told_at", Instant),
    Column("tries", Integer, nullable=False),
    Index(None, "told_at", "claimed_at"),
)


class StoredAlerts:
    """`project` is the projector of the journal's kind `alert`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._build: Any = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    async def project(self, connection: AsyncConnection, records: Sequence[Record]) -> None:
        alerts = [msgspec.msgpack.decode(record.payload, type=Alert) for record in records]
        rows = [
            {"key": each.key[:512], "at": each.at, "title": each.title[:512], "text": each.text, "tries": 0}
            for each in sorted(alerts, key=lambda each: each.key)
        ]
        await connection.execute(self._build(alert).on_conflict_do_nothing(index_elements=[alert.c.key]), rows)

    async def claim(self, now: float) -> Alert | None:
        """One that is now this replica's to tell, the oldest; None where there is none. Database errors pass through.

        Each is claimed when its turn has come: of many that were claimed at once, others would tell the last again.
        """
        free = and_(
            alert.c.told_at.is_(None),
            alert.c.at > now - STALE,
            or_(
                alert.c.claimed_at.is_(None),
                alert.c.claimed_at < now - LATER,
                and_(alert.c.tries < QUICK_TRIES, alert.c.claimed_at < now - AGAIN),
            ),
        )
        async with self._engine.begin() as connection:
            found = (await connection.execute(select(alert).where(free).order_by(alert.c.at).limit(AT_ONCE))).all()
            for row in found:
                mine = await connection.execute(
                    update(alert)
                    .where(alert.c.key == row.key, alert.c.tries == row.tries, alert.c.told_at.is_(None))
                    .values(claimed_at=now, tries=row.tries + 1)
                )
                if mine.rowcount:
                    return Alert(key=row.key, at=row.at, title=row.title, text=row.text)
        return None

    async def mark_delivered(self, key: str, now: float) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(alert).where(alert.c.key == key).values(told_at=now))
