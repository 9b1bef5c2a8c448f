"""Sums of usage for reports, over any of their dimensions.

Promise: a sum is that of the rows, always: days that were rolled up are read from the rollup, days to which a row came
since then are summed from the rows themselves, both in one snapshot.

Invariants
- Writing a row marks its day, in the row's own transaction (`storage.usage`); rolling a day up takes the mark away and
  sums the day in one transaction. So a day without a mark has all its rows in the rollup.
- A mark is locked by whoever writes it or takes it away: a row cannot slip in between the summing and the taking away.
- Rolling up is idempotent, and any replica may do it.
- A day whose rows may be gone (`storage.usage_retention`) is never summed again: its sums stay as they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, literal, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.caching import RECALLED
from gateway.core.spending import LedgerDown
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.tables import (
    ADJUSTED_KEYS,
    CURRENCIES,
    ROLLED_SUMS,
    ROLLUP_KEYS,
    cost_adjustment,
    usage,
    usage_kept,
    usage_rollup,
    usage_unrolled,
)

AT_ONCE: Final = 500
"""Groups that are taken from the database at a time, where they are read in steps."""

Dimension = str
"""A name of ROLLUP_KEYS, or `month`."""


class CostGroup(msgspec.Struct, frozen=True):
    """`sums` holds what was asked for of ROLLED_SUMS: whole numbers, money in the currency of its name."""

    key: dict[Dimension, str | None]
    sums: dict[str, int]


def _sum(name: str) -> ColumnElement[Any]:
    """Of the rows, what a rollup keeps under that name."""
    match name:
        case "requests":
            answered = (usage.c.attempts > 0) | usage.c.cache.in_((*RECALLED, "replay"))
            return func.sum(case((answered, 1), else_=0))
        case "unpriced" | "estimated":
            return func.sum(case((usage.c[name].is_(True), 1), else_=0))
        case "served_from_cache":
            return func.sum(case((usage.c.cache.in_(RECALLED), 1), else_=0))
        case _:
            return func.coalesce(func.sum(usage.c[name]), 0)


def _column(table: Any, dimension: Dimension) -> ColumnElement[Any]:
    if dimension == "month":
        column: ColumnElement[Any] = func.substr(table.c.local_day, 1, 7)
    else:
        column = table.c[dimension]
    return column.label(dimension)


_has_its_rows = usage_unrolled.c.local_day >= func.coalesce(select(usage_kept.c.from_day).scalar_subquery(), "")


async def cost_groups(
    connection: AsyncConnection,
    first_day: str,
    last_day: str,
    dimensions: Sequence[Dimension],
    only: Mapping[Dimension, str] = MappingProxyType({}),
    sums: Sequence[str] = ROLLED_SUMS,
) -> list[CostGroup]:
    """The sums of both days and all between, by `dimensions` and the currencies of the sums; `only` where these are so.

    `sums`: which, of ROLLED_SUMS; each costs time.
    """
    currencies = CURRENCIES if "list_nano" in sums else CURRENCIES[:1]
    wanted = list(dict.fromkeys((*dimensions, *currencies)))
    merged: dict[tuple[Any, ...], list[int]] = {}
    for table, fresh in await _sources(connection, first_day, last_day):
        statement = _select(table, wanted, sums, first_day, last_day).where(fresh)
        for name, value in only.items():
            statement = statement.where(table.c[name] == value)
        for row in await connection.execute(statement):
            key, summed = tuple(row[: len(wanted)]), [int(value or 0) for value in row[len(wanted) :]]
            before = merged.get(key)
            merged[key] = summed if before is None else [one + two for one, two in zip(before, summed, strict=True)]
    return [
        CostGroup(dict(zip(wanted, key, strict=True)), dict(zip(sums, summed, strict=True)))
        for key, summed in sorted(merged.items(), key=_in_order)
    ]


async def requests_in_steps(
    connection: AsyncConnection,
    first_day: str,
    last_day: str,
    dimensions: Sequence[Dimension],
    only: Mapping[Dimension, Collection[str]],
) -> AsyncIterator[tuple[Any, ...]]:
    """(the values of `dimensions`, the first day, the requests) of each group, as they are read: of a hundred thousand
    groups none waits in memory, and no turn of the loop is long.

    A group comes twice where only some of its days are rolled up. `only`: where the dimension is one of these.
    """
    for table, fresh in await _sources(connection, first_day, last_day):
        columns = [_column(table, dimension) for dimension in dimensions]
        requests = _sum("requests") if table is usage else func.sum(table.c.requests)
        statement = select(*columns, func.min(table.c.local_day), requests)
        statement = statement.where(table.c.local_day.between(first_day, last_day), fresh)
        for name, values in only.items():
            statement = statement.where(table.c[name].in_(values))
        grouped = statement.group_by(*columns).execution_options(yield_per=AT_ONCE)
        async for row in await connection.stream(grouped):
            yield tuple(row)


class StoredUses:
    """Sums by `by`, of `sums`, for whoever asks again and again."""

    def __init__(self, engine: AsyncEngine, by: Sequence[Dimension], sums: Sequence[str]) -> None:
        self._engine = engine
        self._by = by
        self._sums = sums

    async def between(self, first_day: str, last_day: str) -> list[CostGroup]:
        """Of both days and all between; raises LedgerDown."""
        try:
            async with self._engine.connect() as connection:
                return await cost_groups(await snapshot(connection), first_day, last_day, self._by, sums=self._sums)
        except DATABASE_ERRORS as error:
            raise LedgerDown from error


async def _sources(connection: AsyncConnection, first_day: str, last_day: str) -> list[tuple[Any, ColumnElement[bool]]]:
    """The tables that hold the days between them, and of which days each."""
    in_range = and_(usage_unrolled.c.local_day.between(first_day, last_day), _has_its_rows)
    marked = list(await connection.scalars(select(usage_unrolled.c.local_day).where(in_range)))
    if not marked:
        return [(usage_rollup, true())]
    # The days by name, not by a query within: the database then sees how few they are, and reads those alone.
    return [(usage_rollup, usage_rollup.c.local_day.not_in(marked)), (usage, usage.c.local_day.in_(marked))]


def _in_order(item: tuple[tuple[Any, ...], list[int]]) -> tuple[tuple[bool, str], ...]:
    """Shares of a fee depend on the order by a nano-unit: it is the same wherever the sums come from."""
    return tuple((value is not None, value or "") for value in item[0])


def _select(
    table: Any, dimensions: Sequence[Dimension], names: Sequence[str], first_day: str, last_day: str
) -> Select[Any]:
    columns = [_column(table, dimension) for dimension in dimensions]
    sums = [_sum(name) if table is usage else func.sum(table.c[name]) for name in names]
    return select(*columns, *sums).where(table.c.local_day.between(first_day, last_day)).group_by(*columns)


async def roll_up(engine: AsyncEngine, before_day: str) -> int:
    """Sum every marked day before that one into the rollup; how many."""
    async with engine.connect() as connection:
        days = list(
            await connection.scalars(
                select(usage_unrolled.c.local_day).where(usage_unrolled.c.local_day < before_day).order_by("local_day")
            )
        )
    for day in days:
        async with engine.begin() as connection:
            await _roll(connection, day)
    return len(days)


async def _roll(connection: AsyncConnection, day: str) -> None:
    kept = await connection.scalar(select(_has_its_rows).where(usage_unrolled.c.local_day == day))
    await connection.execute(delete(usage_unrolled).where(usage_unrolled.c.local_day == day))
    if not kept:
        return
    await connection.execute(delete(usage_rollup).where(usage_rollup.c.local_day == day))
    keys = [usage.c[name] for name in ROLLUP_KEYS]
    summed = select(*keys, *(_sum(name) for name in ROLLED_SUMS)).where(usage.c.local_day == day).group_by(*keys)
    await connection.execute(insert(usage_rollup).from_select([*ROLLUP_KEYS, *ROLLED_SUMS], summed))


async def snapshot(connection: AsyncConnection) -> AsyncConnection:
    """The same connection, from now on to the end of its transaction looking at one moment's data."""
    if connection.dialect.name == "postgresql":
        return await connection.execution_options(isolation_level="REPEATABLE READ")
    await connection.execute(select(literal(1)).select_from(usage_unrolled).limit(1))
    return connection


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A correction, added later and never changed. `nano` is signed; `key` holds the dimensions that it is for."""

    id: str
    month: str
    recorded_at: float
    reason: str
    key: dict[Dimension, str | None]
    currency: str
    nano: int


async def adjustments_of(connection: AsyncConnection, first_month: str, last_month: str) -> list[Adjustment]:
    """In the order in which they were recorded."""
    table = cost_adjustment
    statement = select(table).where(table.c.month.between(first_month, last_month))
    rows = await connection.execute(statement.order_by(table.c.recorded_at, table.c.id))
    return [
        Adjustment(
            id=row.id,
            month=row.month,
            recorded_at=row.recorded_at,
            reason=row.reason,
            key={name: getattr(row, name) for name in ADJUSTED_KEYS},
            currency=row.currency,
            nano=row.nano,
        )
        for row in rows
    ]


class AlreadyAdjusted(Exception):
    """One of them stands there: somebody has corrected the same meanwhile."""


async def adjust(connection: AsyncConnection, adjustments: Sequence[Adjustment]) -> None:
    """Record them; the caller commits. Raises AlreadyAdjusted."""
    if adjustments:
        values = [
            {
                "id": each.id,
                "month": each.month,
                "recorded_at": each.recorded_at,
                "reason": each.reason,
                "currency": each.currency,
                "nano": each.nano,
                **{name: each.key.get(name) for name in ADJUSTED_KEYS},
            }
            for each in adjustments
        ]
        try:
            await connection.execute(insert(cost_adjustment), values)
        except IntegrityError:
            raise AlreadyAdjusted from None
