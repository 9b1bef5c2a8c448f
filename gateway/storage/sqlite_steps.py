"""A statement of SQLite in one step of its connection's thread.

SQLAlchemy makes up to four of each: a cursor, the statement, its rows, the cursor's end. Each wakes the thread and then
the loop again, which costs more than what SQLite does in it.

Assumes of SQLAlchemy and aiosqlite (read in 2.1 and 0.22): an adapted cursor is asked for no more than stands here,
`_execute` runs a function in the connection's thread, and `_thread` is that thread. `tests/storage/test_engine.py` and
`test_sqlite_steps.py` fail where that changes.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Thread
from time import monotonic
from typing import Any, Final

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor

_NOTHING_SOFTLY_CLOSED: Final[Any] = {}


class _Fetched:
    """What is left of a cursor once its rows are fetched."""

    __slots__ = ("arraysize", "description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor | None = None) -> None:
        self.arraysize = 1
        self.description: Any = None if cursor is None else cursor.description
        self.rows: list[Any] = [] if cursor is None or cursor.description is None else cursor.fetchall()
        self.rowcount = -1 if cursor is None else cursor.rowcount  # of INSERT … RETURNING, right behind its last row
        self.lastrowid = None if cursor is None else cursor.lastrowid


class StepCursor(AsyncAdapt_aiosqlite_cursor):
    """Holds nothing of the database: there is nothing to close."""

    __slots__ = ()

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001
        self._cursor: Any = _Fetched()
        self._rows: deque[Any] = deque()
        self._soft_closed_memoized = _NOTHING_SOFTLY_CLOSED

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        pass

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._step("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Sequence[Any]) -> None:
        await self._step("executemany", operation, seq_of_parameters)

    async def _step(self, how: str, operation: str, parameters: Any) -> None:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001
            told = await connection._execute(_run, connection._conn, how, operation, parameters)  # noqa: SLF001
        self._cursor, self._rows = told, deque(told.rows)


class StepConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose cursors take one step."""

    __slots__ = ()
    _cursor_cls = StepCursor


def connect_in_steps(dialect: Any, arguments: Any, named: Any) -> StepConnection:
    """What the dialect's own `connect` gives, with cursors of one step. Below SQLAlchemy's `await`."""
    adapted = dialect.loaded_dbapi.connect(*arguments, **named)
    return StepConnection(adapted.dbapi, adapted._connection)  # noqa: SLF001


def thread_of(connection: StepConnection) -> Thread:
    """Which thread runs its statements."""
    thread: Thread = connection._connection._thread  # noqa: SLF001
    return thread


def see_out(threads: Iterable[Thread], seconds: float) -> None:
    """Wait until these threads have ended, for so long at most. Blocks.

    SQLAlchemy waits for no connection whose user was cancelled a second time while it closed. Its thread tells its
    event loop about the end, and fails with a traceback where the loop was closed by then; and a loop that is closed
    before never ends, for aiosqlite waits behind the cancellation for a thread that has stopped.
    """
    until = monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))


def _run(connection: sqlite3.Connection, how: str, operation: str, parameters: Any) -> _Fetched:
    if operation.startswith("INSERT"):
        # Before 3.13 Python looks for its words as C's tolower() tells, for which I is no capital of i in Turkish and
        # Azerbaijani locales: nothing would begin a transaction then, and no count of rows be told.
        operation = "insert" + operation[6:]
    cursor = connection.cursor()
    try:
        getattr(cursor, how)(operation, parameters)
        return _Fetched(cursor)
    finally:
        cursor.close()
