"""The schema's history: where it stands, and bringing it up to date.

Promise: a gateway never serves on tables that it does not know.

Invariants
- A migration runs in one transaction, and one at a time however many replicas start: PostgreSQL by an advisory lock,
  SQLite by its write lock.
- It waits at most `LOCK_TIMEOUT` for a table, so that it holds up no traffic behind a long query elsewhere, and gives
  way first where both wait for each other. All of it begins anew then, `TRIES` times in all.
- Migrations only add, so that two adjacent versions of the gateway run on one database: a schema newer than this
  version's is as good as current.
- The event loop reads no files: revisions are loaded by a thread.

The revisions stand in `migrations/versions/`, beside the package `gateway`, one a file, which is named by it:
`r0017_life_of_counters.py`. The first nine were written side by side, so their order is that of `down_revision`, not of
their numbers. How a database stands to them is read from these names, since a process that serves has no need of
Alembic's 7 MB, which run them (`gateway.storage.alembic_steps`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.exc import DBAPIError
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

SchemaState = Literal["absent", "behind", "current", "ahead"]

MIGRATIONS: Final = Path(gateway.__file__).resolve().parent.parent / "migrations"

TRIES: Final = 8
_PAUSE_SECONDS: Final = 0.5
_IN_THE_WAY: Final = frozenset({"40P01", "55P03"})
"""PostgreSQL's states: a deadlock was detected, a lock is not available."""
_FILE: Final = re.compile(r"r([0-9]{4})_[a-z0-9_]+\.py")
_STAND: Final = table("alembic_version", column("version_num"))
"""Alembic's own, of one row."""


class MigrationHeldUp(Exception):
    """Other users of the database held a table through all tries. Nothing was changed."""


async def schema_state(engine: AsyncEngine) -> SchemaState:
    """How the database stands to this version of the code. Database errors pass through."""
    known = await asyncio.to_thread(revisions)
    async with engine.connect() as connection:
        found = await connection.run_sync(_found)
    if not found:
        return "absent"
    if not found <= known:
        return "ahead"
    return "current" if found == {max(known)} else "behind"


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether the gateway may serve on this database. Database errors pass through."""
    return await schema_state(engine) in {"current", "ahead"}


async def migrate(
    engine: AsyncEngine, progress: Callable[[int, int], None] = lambda *_: None
) -> tuple[SchemaState, SchemaState]:
    """Bring the schema to this version's head, all or nothing; the states before and after.

    Raises MigrationHeldUp; other database errors pass through.
    `progress(done, of)` before each migration: how many are done.
    """
    before = await schema_state(engine)
    if before in {"absent", "behind"}:
        from gateway.storage.alembic_steps import history_of, upgrade  # noqa: PLC0415 - who serves never gets here

        history = await asyncio.to_thread(history_of, MIGRATIONS)
        for left in reversed(range(TRIES)):
            try:
                async with engine.connect() as connection:
                    await connection.run_sync(upgrade, history, progress)
                break
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
                    raise
                if not left:
                    raise MigrationHeldUp from error
            await asyncio.sleep(_PAUSE_SECONDS)
    return before, await schema_state(engine)


def revisions() -> frozenset[str]:
    """The numbers of all that this version knows. Raises ConfigurationError."""
    known = frozenset(name[1] for file in MIGRATIONS.glob("versions/*.py") if (name := _FILE.fullmatch(file.name)))
    if not known:
        raise ConfigurationError(
            "the installation", f"lacks {MIGRATIONS}: install the gateway in place, with `pip install --editable .`"
        )
    return known


def _found(connection: Connection) -> frozenset[str]:
    if not inspect(connection).has_table(_STAND.name):
        return frozenset()
    return frozenset(connection.execute(select(_STAND.c.version_num)).scalars())
