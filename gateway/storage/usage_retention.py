"""How long usage rows are kept: whole months go, and what they came to stays.

Promise: no figure of a report changes when rows go. A day is summed up before its rows may go, and its sums stay.

Invariants
- In PostgreSQL a month's partition is dropped (`storage.partitions`); in SQLite its rows are deleted some at a time,
  so that no other writer waits for long.
- From the moment at which the first row of a day may be gone, `usage_kept` says so, and nobody sums that day again, or
  prices it again.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from sqlalchemy import Insert, delete, exists, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.storage.costs import roll_up
from gateway.storage.partitions import LOCK_TIMEOUT, drop, following, partitions
from gateway.storage.tables import usage, usage_kept

BATCH: Final = 2000
"""Rows in one transaction."""
PAUSE: Final = 0.02
"""Seconds between two of them, for whoever waits."""
MOST_BATCHES: Final = 500
"""At one look; what is left is deleted at the next."""


class RetentionOutcome(msgspec.Struct, frozen=True):
    months: list[str]
    """Whose partitions were dropped, as `202612`."""
    rows: int
    """That were deleted one by one."""


async def kept_from(connection: AsyncConnection) -> str:
    """The first day whose rows are all there; the empty text where all are."""
    return await connection.scalar(select(usage_kept.c.from_day)) or ""


async def retain(engine: AsyncEngine, before_day: str) -> RetentionOutcome:
    """Let go of rows of months that are over before that day. Database errors pass through."""
    first = f"{before_day[:7]}-01"
    async with engine.connect() as connection:
        oldest = await connection.scalar(select(func.min(usage.c.local_day)))
    if oldest is None or oldest >= first:
        return RetentionOutcome([], 0)
    await roll_up(engine, first)
    if engine.dialect.name == "postgresql":
        return RetentionOutcome(await _drop_months(engine, first), 0)
    await _say_kept_from(engine, first)
    return RetentionOutcome([], await _delete(engine, first))


async def _drop_months(engine: AsyncEngine, first: str) -> list[str]:
    """A partition is a month by UTC, and holds some hours of the next in the calendar of reports: it goes with that."""
    wanted = first[:4] + first[5:7]
    async with engine.connect() as connection:
        over = [month for month in await partitions(connection) if following(following(month)) <= wanted]
        kept = select(usage.c.request_id).where(usage.c.local_day >= first, text("tableoid = 'usage_until'::regclass"))
        before = await connection.scalar(select(~exists(kept)))
    dropped = []
    for month in over:
        after = following(following(month))
        await _say_kept_from(engine, f"{after[:4]}-{after[4:]}-01")
        if not await drop(engine, month):
            break
        dropped.append(month)
    if before:
        await _say_kept_from(engine, first)
        async with engine.begin() as connection:
            await connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
            await connection.execute(text("TRUNCATE usage_until"))
    return dropped


async def _delete(engine: AsyncEngine, first: str) -> int:
    some = select(usage.c.request_id).where(usage.c.local_day < first).limit(BATCH)
    deleted = 0
    for _ in range(MOST_BATCHES):
        async with engine.begin() as connection:
            found = (await connection.execute(delete(usage).where(usage.c.request_id.in_(some)))).rowcount
        deleted += found
        if found < BATCH:
            break
        await asyncio.sleep(PAUSE)
    return deleted


async def _say_kept_from(engine: AsyncEngine, day: str) -> None:
    build: Any = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    said = build(usage_kept).values(id=1, from_day=day)
    later: Insert = said.on_conflict_do_update(
        index_elements=[usage_kept.c.id], set_={"from_day": day}, where=usage_kept.c.from_day < day
    )
    async with engine.begin() as connection:
        await connection.execute(later)
