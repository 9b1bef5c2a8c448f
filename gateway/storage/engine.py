"""The way to the database: SQLite by default, PostgreSQL in production, from one URL.

Promise: whatever form of URL an operator pastes, the same engine comes out, or a ConfigurationError says why not.

    sqlite+aiosqlite:///path/to/gateway.db      sqlite:///…
    postgresql+asyncpg://user@host/database     postgresql://… postgres://… postgresql+psycopg://…
    postgresql://user@/database?host=/var/run/postgresql          a Unix socket

Invariants
- No message, repr or log holds the URL: it may carry a password.
- What stands in a URL of PostgreSQL beyond the address (sslmode, application_name …) reaches asyncpg. Of several hosts
  the first that takes writes is used, unless the URL says otherwise (target_session_attrs): after a failover the first
  of all may have come back as a standby.
- SQLite runs with a write-ahead log, so that readers and the one writer do not wait for each other; a commit survives
  the process (synchronous NORMAL), the file is readable by its owner only.
- A file that is there is never opened but by SQLite (`storage.private_files`).
- Nobody waits for a connection, a server or a lock without a limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode
from weakref import WeakSet

import asyncpg
from sqlalchemy import URL, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from gateway.errors import Overloaded
from gateway.settings import ConfigurationError
from gateway.storage.private_files import make_private
from gateway.storage.sqlite_steps import connect_in_steps, see_out, thread_of
from gateway.storage.sqlite_values import take_as_they_are

Engine = AsyncEngine
Connection = AsyncConnection
"""The same, by names for those who only hand them on."""
Backend = Literal["sqlite", "postgresql"]

SETTING: Final = "GATEWAY_DATABASE_URL"

DATABASE_ERRORS: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""All that using an engine can raise: drivers let some errors of connecting through as they are."""

_SCHEMES: Final[dict[str, Backend]] = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgresql+asyncpg": "postgresql",
    "postgresql+psycopg": "postgresql",
}
LAST_PORT: Final = 65_535
_WHICH_HOST: Final = "target_session_attrs"
_CONNECT_SECONDS: Final = 3.0
_STATEMENT_SECONDS: Final = 30.0
_SQLITE_LOCK_SECONDS: Final = 5.0
_SQLITE_PAUSE_SECONDS: Final = 0.01
_SQLITE_END_SECONDS: Final = 2.0
_POOL_WAIT_SECONDS: Final = 1.0


def backend_of(url: str) -> Backend:
    """Which database the URL means; raises ConfigurationError where it is none that the gateway speaks to."""
    scheme, separator, _ = url.partition("://")
    backend = _SCHEMES.get(scheme)
    if not separator or backend is None:
        raise ConfigurationError(SETTING, "must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
    return backend


def open_engine(url: str, statement_seconds: float = _STATEMENT_SECONDS) -> AsyncEngine:
    """An engine for the URL; nothing is connected yet. The caller disposes of it. Raises ConfigurationError.

    `statement_seconds`: for which PostgreSQL may work at one statement.
    """
    match backend_of(url):
        case "sqlite":
            return _open_sqlite(url)
        case "postgresql":
            return _open_postgresql(url, statement_seconds)


@contextlib.asynccontextmanager
async def transaction(engine: AsyncEngine, away: str) -> AsyncIterator[AsyncConnection]:
    """A transaction on behalf of a request; raises Overloaded in the words of `away` where the database fails."""
    try:
        async with engine.begin() as connection:
            yield connection
    except DATABASE_ERRORS:
        raise Overloaded(away, retry_after=5) from None


async def server_time(engine: AsyncEngine) -> float:
    """Unix seconds by the database server's clock; infinity where there is none but our own. Errors pass through."""
    if engine.dialect.name != "postgresql":
        return math.inf
    async with engine.connect() as connection:
        return float(await connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or math.inf)


def is_there(url: str) -> bool:
    """False where opening it would make a new file; raises ConfigurationError."""
    return backend_of(url) != "sqlite" or Path(_sqlite_path(url)).exists()


def place_of(url: str) -> str:
    """Where the database is, in words that hold no credential; raises ConfigurationError."""
    if backend_of(url) == "sqlite":
        return f"SQLite in {_sqlite_path(url)}"
    rest = url.partition("://")[2].partition("?")[0]
    return f"PostgreSQL at {rest.rpartition('@')[2]}"


def _open_postgresql(url: str, statement_seconds: float) -> AsyncEngine:
    _check_places(url)
    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"dsn": _libpq_form(url), "timeout": _CONNECT_SECONDS, "command_timeout": statement_seconds},
        pool_size=5,
        max_overflow=5,
        pool_timeout=_POOL_WAIT_SECONDS,
        pool_pre_ping=True,  # a server that was restarted costs no error
    )


def _check_places(url: str) -> None:
    """Raises ConfigurationError where a host or a port cannot be: asyncpg would fail on it as if it were a defect."""
    for place in url.partition("://")[2].partition("?")[0].rpartition("@")[2].partition("/")[0].split(","):
        found = re.fullmatch(r"(\[.*\]|[^:]*)(?::(\d{0,5}))?", unquote(place))
        if found is None or int(found[2] or 0) > LAST_PORT or not _could_be_a_host(found[1]):
            raise ConfigurationError(SETTING, f"{place!r} is no host, or no port of one")


def _could_be_a_host(name: str) -> bool:
    with contextlib.suppress(UnicodeError):
        return name.startswith("/") or bool(name.encode("idna")) or not name
    return False


def _libpq_form(url: str) -> str:
    address, _, query = url.partition("://")[2].partition("?")
    # `ssl` is SQLAlchemy's word for what libpq and asyncpg call `sslmode`
    settings = [("sslmode" if name == "ssl" else name, value) for name, value in parse_qsl(query)]
    names = dict(settings)
    if "," in address.rpartition("@")[2] + names.get("host", "") and _WHICH_HOST not in names:
        settings.append((_WHICH_HOST, "read-write"))
    return f"postgresql://{address}?{urlencode(settings)}" if settings else f"postgresql://{address}"


def _open_sqlite(url: str) -> AsyncEngine:
    path = _sqlite_path(url)
    take_as_they_are()
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"uri": "true"}),
        connect_args={"timeout": _SQLITE_LOCK_SECONDS},
        pool_timeout=_POOL_WAIT_SECONDS,
    )

    threads: WeakSet[Thread] = WeakSet()  # those that have ended are nobody's

    def connect(dialect: Any, _: Any, arguments: Any, named: Any) -> Any:
        await_only(asyncio.to_thread(_make_file, path))
        connection = connect_in_steps(dialect, arguments, named)
        threads.add(thread_of(connection))
        return connection

    def disposed(_: Any) -> None:
        if running := [thread for thread in threads if thread.is_alive()]:
            await_only(asyncio.to_thread(see_out, running, _SQLITE_END_SECONDS))

    # All run below SQLAlchemy's `await`: files are touched by threads, never by the event loop.
    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "engine_disposed", disposed)
    return engine


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_private(path)


def _sqlite_path(url: str) -> Path:
    try:
        database = make_url(url).database
    except (ArgumentError, ValueError):
        database = None
    if not database or database == ":memory:":
        raise ConfigurationError(SETTING, "names no file (sqlite+aiosqlite:///path/to/gateway.db)")
    return Path(database).absolute()


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA page_size = 16384")  # of a new file: a record of the audit fills half a page of the usual
    _write_ahead(cursor)
    cursor.execute("PRAGMA secure_delete = ON")  # keys that were destroyed are gone from the file
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Of a new file that several open at once SQLite says that it is locked, without waiting as long as it was told."""
    until = monotonic() + _SQLITE_LOCK_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            await_only(asyncio.sleep(_SQLITE_PAUSE_SECONDS))
        else:
            return
