"""Months that finance has closed: what was signed, kept as it was."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.tables import closed_month


class ClosedMonth(msgspec.Struct, frozen=True):
    """`statement` is the JSON that `signature` is of."""

    month: str
    closed_at: float
    statement: str
    signature: bytes


class AlreadyClosed(Exception):
    """The month has a statement, which stays."""


async def closed_months(connection: AsyncConnection, first: str, last: str) -> list[ClosedMonth]:
    table = closed_month
    rows = await connection.execute(select(table).where(table.c.month.between(first, last)).order_by(table.c.month))
    return [ClosedMonth(row.month, row.closed_at, row.statement, row.signature) for row in rows]


async def close_month(connection: AsyncConnection, closed: ClosedMonth) -> None:
    """Keep it; the caller commits. Raises AlreadyClosed."""
    try:
        await connection.execute(insert(closed_month), msgspec.structs.asdict(closed))
    except IntegrityError:
        raise AlreadyClosed(closed.month) from None
