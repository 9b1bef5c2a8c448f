"""The schema's history: where it stands, and bringing it up to date.

Promise: a gateway never serves on tables that it does not know.

Invariants
- A migration runs in one transaction, and one at a time however many replicas start: PostgreSQL by an advisory lock,
  SQLite by its write lock.
- It waits at most `LOCK_TIMEOUT` for a table, so that a long query elsewhere stops the migration, not the traffic.
- Migrations only add, so that two adjacent versions of the gateway run on one database: a schema newer than this
  version's is as good as current.
- The event loop reads no files: revisions are loaded by a thread.

The revisions stand in `migrations/versions/`, beside the package `gateway`, and are written by hand. Alembic runs them
from here, on our own connection: there is no alembic.ini and no env.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

import gateway
import gateway.storage.alerts
import gateway.storage.anomalies
import gateway.storage.audit_tables
import gateway.storage.budget_home
import gateway.storage.comparisons  # their tables join the metadata
import gateway.storage.job_tables
import gateway.storage.token_maps
from gateway.settings import ConfigurationError
from gateway.storage.tables import metadata

SchemaState = Literal["absent", "behind", "current", "ahead"]

LOCK_TIMEOUT: Final = "2s"
MIGRATIONS: Final = Path(gateway.__file__).resolve().parent.parent / "migrations"
_ADVISORY_LOCK: Final = 0x6777_6D69
"""Any constant: it is the same for all replicas, and nobody else's."""


async def schema_state(engine: AsyncEngine) -> SchemaState:
    """How the database stands to this version of the code. Database errors pass through."""
    return await _state(engine, await asyncio.to_thread(_history))


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether the gateway may serve on this database. Database errors pass through."""
    return await schema_state(engine) in {"current", "ahead"}


async def migrate(
    engine: AsyncEngine, told: Callable[[int, int], None] = lambda *_: None
) -> tuple[SchemaState, SchemaState]:
    """Bring the schema to this version's head, all or nothing; the states before and after.

    `told(done, of)` before each migration: how many are done.
    """
    history = await asyncio.to_thread(_history)
    before = await _state(engine, history)
    if before in {"absent", "behind"}:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, history, told)
    return before, await _state(engine, history)


def _history() -> ScriptDirectory:
    """All revisions, loaded. Raises ConfigurationError."""
    if not MIGRATIONS.is_dir():
        raise ConfigurationError(
            "the installation", f"lacks {MIGRATIONS}: install the gateway in place, with `pip install --editable .`"
        )
    history = ScriptDirectory(str(MIGRATIONS))
    for _ in history.walk_revisions():
        pass
    return history


async def _state(engine: AsyncEngine, history: ScriptDirectory) -> SchemaState:
    async with engine.connect() as connection:
        found = await connection.run_sync(_heads_in)
    if not found:
        return "absent"
    if not found <= {revision.revision for revision in history.walk_revisions()}:
        return "ahead"
    return "current" if found == set(history.get_heads()) else "behind"


def _heads_in(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _upgrade(connection: Connection, history: ScriptDirectory, told: Callable[[int, int], None]) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins nothing before DDL
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))

    def steps(current: Any, _: MigrationContext) -> Any:
        wanted = history._upgrade_revs("head", current)  # noqa: SLF001  as Alembic's own command `upgrade` does
        for done, step in enumerate(wanted):
            told(done, len(wanted))
            yield step

    with EnvironmentContext(Config(), history, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
    connection.commit()
