"""One connection for transactions that follow one another all day.

Asking the pool for one each time costs three round trips (it is tried first), which is more than a small batch costs.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class HeldConnection:
    """Used by one task at a time. `close` before the engine is disposed of."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    @property
    def is_old(self) -> bool:
        """Whether the connection has served before: it may be dead, and nobody noticed."""
        return self._connection is not None

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Committed at the end. After an error, which passes through, the connection is given up: the next is new."""
        is_new = self._connection is None
        if self._connection is None:
            self._connection = await self._engine.connect()
        try:
            async with self._connection.begin():
                if is_new and self._engine.dialect.name == "sqlite":
                    # 16 MiB: changed pages that find no room are written before the end, and then a second time.
                    await self._connection.exec_driver_sql("PRAGMA cache_size = -16384")
                    # 64 MiB of log: rows of many teams change the same pages of indexes again and again, and a page
                    # goes into the file once for all that changed it since the last time.
                    await self._connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 4096")
                yield self._connection
        except BaseException:
            connection, self._connection = self._connection, None
            await connection.invalidate()
            await connection.close()
            raise

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()
