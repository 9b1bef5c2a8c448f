"""What is held of a person in the clear, by the name that `keys create --user` gave; what is sealed, the audit opens.

Every table with a column `user` is asked, so that none which comes later is forgotten. Database errors pass through.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import gateway.storage.schema  # noqa: F401  all tables join the metadata
from gateway.storage.column_types import Instant
from gateway.storage.tables import admin_log, metadata, virtual_key

Rows = list[dict[str, Any]]


async def held_in_the_clear(engine: AsyncEngine, user: str) -> dict[str, Rows]:
    """The rows of each table that has any, by its name; what is empty, and hashes of secrets, are left out.

    Of the administrators' log, what the person did and what was done to their keys. Times are ISO 8601, in UTC.
    """
    async with engine.connect() as connection:
        found = {
            table.name: await _rows(connection, table, table.c.user == user)
            for table in metadata.sorted_tables
            if "user" in table.c
        }
        keys = [key["id"] for key in found[virtual_key.name]]
        about = or_(admin_log.c.actor == user, admin_log.c.object.in_(keys))
        found[admin_log.name] = await _rows(connection, admin_log, about)
    return {name: rows for name, rows in found.items() if rows}


async def _rows(connection: AsyncConnection, table: Table, whose: ColumnElement[bool]) -> Rows:
    columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
    wanted = select(*columns).where(whose).order_by(*table.primary_key)
    return [
        {column.name: _shown(column, value) for column, value in zip(columns, row, strict=True) if value is not None}
        for row in await connection.execute(wanted)
    ]


def _shown(column: Column[Any], value: Any) -> Any:
    return datetime.fromtimestamp(value, UTC).isoformat() if isinstance(column.type, Instant) else value
