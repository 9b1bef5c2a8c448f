"""The schema's history: where it stands, and bringing it up to date.

Promise: a gateway never serves on tables that it does not know.

Invariants
- A migration runs in one transaction, and one at a time however many replicas start: PostgreSQL by an advisory lock,
  SQLite by its write lock.
- It waits at most `LOCK_TIMEOUT` for a table, so that a long query elsewhere stops the migration, not the traffic.
- Migrations only add, so that two adjacent versions of the gateway run on one database: a schema newer than this
  version's is as good as current.

The history stands in `migrations/`, beside the package `gateway`. Contributors write a new revision there by hand;
Alembic is configured here, in code, and needs no alembic.ini.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

import gateway

SchemaState = Literal["absent", "behind", "current", "ahead"]

LOCK_TIMEOUT: Final = "2s"
_ADVISORY_LOCK: Final = 0x6777_6D69
"""Any constant: it is the same for all replicas, and nobody else's."""


def history() -> Config:
    """Alembic's configuration."""
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def schema_state(engine: AsyncEngine) -> SchemaState:
    """How the database stands to this version of the code. Database errors pass through."""
    async with engine.connect() as connection:
        found = await connection.run_sync(_heads_in)
    script = ScriptDirectory.from_config(history())
    known = {revision.revision for revision in script.walk_revisions()}
    if not found:
        return "absent"
    if not found <= known:
        return "ahead"
    return "current" if found == set(script.get_heads()) else "behind"


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether the gateway may serve on this database. Database errors pass through."""
    return await schema_state(engine) in ("current", "ahead")


async def migrate(engine: AsyncEngine) -> tuple[SchemaState, SchemaState]:
    """Bring the schema to this version's head, all or nothing; the states before and after."""
    before = await schema_state(engine)
    if before in ("absent", "behind"):
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    return before, await schema_state(engine)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins nothing before DDL
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
    config = history()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _heads_in(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _folder() -> Path:
    return Path(gateway.__file__).resolve().parent.parent / "migrations"
