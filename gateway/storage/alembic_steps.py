"""Migrations run by Alembic, from here, on our own connection: there is no alembic.ini and no env.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from gateway.storage.tables import metadata

LOCK_TIMEOUT: Final = "500ms"
"""Less than the second after which PostgreSQL looks for a deadlock, and ends whoever waited so long."""
_ADVISORY_LOCK: Final = 0x6777_6D69
"""Any constant: it is the same for all replicas, and nobody else's."""


def history_of(folder: Path) -> ScriptDirectory:
    """All revisions, loaded."""
    history = ScriptDirectory(str(folder))
    for _ in history.walk_revisions():
        pass
    return history


def upgrade(connection: Connection, history: ScriptDirectory, progress: Callable[[int, int], None]) -> None:
    """To the head, in one transaction, behind a lock. `progress(done, of)` before each step."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins nothing before DDL
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        connection.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))

    def steps(current: Any, _: MigrationContext) -> Any:
        wanted = history._upgrade_revs("head", current)  # noqa: SLF001  as Alembic's own command `upgrade` does
        for done, step in enumerate(wanted):
            progress(done, len(wanted))
            yield step

    with EnvironmentContext(Config(), history, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
    connection.commit()
