"""Statements of the paths that run many times a second, compiled once for both databases.

They run on the driver as they are: building, keying and compiling a statement anew costs SQLAlchemy ten times what it
costs the database. So no column type converts anything: values go in, and come out, as the columns hold them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import CursorResult, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ClauseElement

DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {"sqlite": sqlite.dialect, "postgresql": asyncpg.dialect}


class Prepared:
    """One statement, with its parameters by name. `build` is given the name of the database: sqlite or postgresql.

    Values that the statement was built with stay; parameters without one are given to `run`.
    """

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._texts: dict[str, str] = {}
        self._order: dict[str, tuple[str, ...]] = {}
        self._built_with: dict[str, Any] = {}
        for name, dialect in DIALECTS.items():
            compiled = build(name).compile(dialect=dialect())
            self._texts[name] = str(compiled)
            self._order[name] = tuple(getattr(compiled, "positiontup", None) or ())
            self._built_with.update(compiled.params)

    async def run(self, connection: AsyncConnection, **values: Any) -> CursorResult[Any]:
        """Once; database errors pass through."""
        name = connection.dialect.name
        given = {**self._built_with, **values}
        row = tuple([given[parameter] for parameter in self._order[name]])
        return await connection.exec_driver_sql(self._texts[name], row)

    async def run_all(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Once for each row, which has its values in the statement's own order; database errors pass through."""
        name = connection.dialect.name
        if rows:
            await connection.exec_driver_sql(self._texts[name], list(rows))
