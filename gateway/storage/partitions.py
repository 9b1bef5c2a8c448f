"""Usage rows by the month, in PostgreSQL: so that a month is dropped at once, however many rows it had.

The table `usage` is cut by request ids, which begin with their time (`api.edge.RequestIds`): so a row's primary key
stays its request's id alone, and writing a row twice still writes it once. Ids of another form lie in the first or the
last partition, by their letters, as all others without a month do.

    usage_until         what was there before the first month
    usage_m202612       a month, by UTC
    usage_later         what has no month yet; months are cut off its front long before they begin

Invariants
- Every id has a partition, whether or not anybody cut one off in time.
- A lock that is not given within `LOCK_TIMEOUT` is given up, and asked for again at the next look: nobody queues up
  behind it for longer.
- One replica at a time, by an advisory lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import DDL, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

AHEAD: Final = 6
"""Months that are there before they begin."""
LOCK_TIMEOUT: Final = "2s"
_ADVISORY_LOCK: Final = 0x75736167
_NAME: Final = re.compile(r"usage_m(\d{4})(\d{2})")
_CUT_OFF: Final = (
    "ALTER TABLE usage DETACH PARTITION usage_later",
    "CREATE TABLE usage_m%(month)s PARTITION OF usage FOR VALUES FROM ('%(begins)s') TO ('%(ends)s')",
    (
        "WITH moved AS (DELETE FROM usage_later WHERE request_id < '%(ends)s' RETURNING *) "
        "INSERT INTO usage SELECT * FROM moved"
    ),
    "ALTER TABLE usage ATTACH PARTITION usage_later FOR VALUES FROM ('%(ends)s') TO (MAXVALUE)",
)
"""In one transaction. What is filled in is digits, letters and an underscore, made here."""


def month_of(at: float) -> str:
    """As in the name of its partition: `202612`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m")


def start_of(month: str) -> float:
    """Unix seconds."""
    return datetime(int(month[:4]), int(month[4:]), 1, tzinfo=UTC).timestamp()


def following(month: str) -> str:
    year, number = int(month[:4]), int(month[4:])
    return f"{year + number // 12}{number % 12 + 1:02}"


def first_id(month: str) -> str:
    """No id of the month is smaller, and every id of the month before is."""
    return f"req_{int(start_of(month) * 1000):011x}"


async def partitions(connection: AsyncConnection) -> list[str]:
    """Months that have a partition, the oldest first; none where the database does not cut the table."""
    if connection.dialect.name != "postgresql":
        return []
    names = await connection.scalars(
        text(
            """
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = to_regclass('usage')
            """
        )
    )
    return sorted(found[1] + found[2] for name in names if (found := _NAME.fullmatch(name)) is not None)


async def make_ahead(engine: AsyncEngine, now: float) -> list[str]:
    """Cut off what is missing of the months to come; which. Database errors pass through."""
    made: list[str] = []
    async with engine.connect() as connection:
        there = await partitions(connection)
    if not there:
        return made
    for month in _missing(there[-1], month_of(now)):
        async with engine.begin() as connection:
            if not await _alone(connection) or month in await partitions(connection):
                return made
            await cut_off(connection, month)
        made.append(month)
    return made


async def cut_off(connection: AsyncConnection, month: str) -> None:
    """Make the month's partition of the front of the last one; the caller commits."""
    context = {"month": month, "begins": first_id(month), "ends": first_id(following(month))}
    for statement in _CUT_OFF:
        await connection.execute(DDL(statement, context=context))  # type: ignore[no-untyped-call]


async def drop(engine: AsyncEngine, month: str) -> bool:
    """Take the month's rows away, and their room on the disk; False where somebody else is about it."""
    async with engine.begin() as connection:
        if not await _alone(connection):
            return False
        dropping = DDL("DROP TABLE usage_m%(month)s", context={"month": month})  # type: ignore[no-untyped-call]
        await connection.execute(dropping)
    return True


async def _alone(connection: AsyncConnection) -> bool:
    """For the rest of the transaction."""
    await connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
    return bool(await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}))


def _missing(last: str, present: str) -> Iterator[str]:
    """From behind the last partition to AHEAD months behind the present one."""
    wanted = present
    for _ in range(AHEAD):
        wanted = following(wanted)
    month = last
    while month < wanted:
        month = following(month)
        yield month
