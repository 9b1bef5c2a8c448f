"""A database for the length of one command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from gateway.audit.made_with import begin, check_made_with, with_key_of
from gateway.settings import ConfigurationError, Settings, load_settings
from gateway.storage.audit_log import AuditTables
from gateway.storage.database_errors import type_at_bottom
from gateway.storage.engine import DATABASE_ERRORS, SETTING, Engine, open_engine, place_of
from gateway.storage.schema import schema_is_current

T = TypeVar("T")

COMMAND_SECONDS: Final = 300.0
"""For which the database may work at one statement of a command: somebody waits, but no request does."""


@asynccontextmanager
async def opened(settings: Settings, statement_seconds: float = COMMAND_SECONDS) -> AsyncIterator[Engine]:
    """The engine, whatever its tables; an error of the database becomes a ConfigurationError that names the setting."""
    engine = open_engine(settings.database_url.reveal(), statement_seconds)
    try:
        yield engine
    except DATABASE_ERRORS as error:
        raise ConfigurationError(SETTING, trouble(settings.database_url.reveal(), error)) from None
    finally:
        await engine.dispose()


@asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Engine]:
    """As `opened`, and refuses a database whose tables are not up to date, or that another root key made.

    Where there is no root key, it does for reading what is not sealed.
    """
    async with opened(settings) as engine:
        if not await schema_is_current(engine):
            raise ConfigurationError(SETTING, "the database is not migrated: run `gateway migrate`")
        await check_made_with(AuditTables(engine), settings, for_reading=True)
        yield engine


@asynccontextmanager
async def begun(settings: Settings) -> AsyncIterator[tuple[Settings, Engine]]:
    """As `migrated`, for whoever records, signs or opens something: with the root key of the database, which is theirs
    from now on where it was nobody's.
    """
    async with migrated(settings) as engine:
        tables = AuditTables(engine)
        settings = await with_key_of(tables, settings)
        await begin(tables, settings)
        yield settings, engine


def settings_to_write() -> Settings:
    """Of the environment, as `begun` has them; raises ConfigurationError."""

    async def run() -> Settings:
        async with begun(load_settings(os.environ)) as (settings, _):
            return settings

    return asyncio.run(run())


def trouble(url: str, error: BaseException) -> str:
    """What is wrong with the database, and what to do, in words that hold no credential."""
    what = "does not answer" if isinstance(error, OSError) else "does not do what it should"
    return f"{place_of(url)} {what} ({kind_of(error)})"


def kind_of(error: BaseException) -> str:
    """The type of an error, which is safe to show where its text may hold an address or a value, and what to do."""
    kind = type_at_bottom(error)
    return f"{kind}: {_REMEDIES[kind]}" if kind in _REMEDIES else kind


_REMEDIES: Final = {
    "ConnectionRefusedError": "nothing listens there: start it, or correct the address",
    "gaierror": "its host's name cannot be resolved: correct it",
    "TimeoutError": "nothing comes back in time: see to the way there, or correct the address",
    "InvalidPasswordError": "it does not take the password",
    "InvalidAuthorizationSpecificationError": "it does not let that user in: correct the user, or its pg_hba.conf",
    "InvalidCatalogNameError": "it has no database of that name: create it, or correct the name",
    "InsufficientPrivilegeError": "the user lacks a right: the tables are to be its own",
    "TooManyConnectionsError": "all its connections are taken: raise max_connections",
    "DiskFullError": "its disk is full",
    "OperationalError": "the file cannot be opened or written to: see to its folder's rights and space",
    "DatabaseError": "the file is no database, or a damaged one: restore a back-up",
}
"""Types of asyncpg, of the system and of sqlite3 -> what to do."""


def with_database(settings: Settings, work: Callable[[Engine], Awaitable[T]]) -> T:
    """What `work` gives, on a database whose tables are up to date."""

    async def run() -> T:
        async with migrated(settings) as engine:
            return await work(engine)

    return asyncio.run(run())
