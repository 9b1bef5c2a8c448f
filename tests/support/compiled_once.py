"""Statements are compiled once a process, on import of this: each engine would compile its own, and they are thousands.

A tenth of the processor time of a gateway that is asked once. All engines of a database speak one dialect here.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from gateway.storage import engine

_COMPILED: Final = LRUCache[Any, Any](1000)


def _sharing(*arguments: Any, **named: Any) -> AsyncEngine:
    made = create_async_engine(*arguments, **named)
    made.sync_engine._compiled_cache = _COMPILED
    return made


engine.create_async_engine = _sharing
for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):  # part of what a compiled statement is kept by
    dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
