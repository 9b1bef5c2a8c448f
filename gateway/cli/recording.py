"""What an administrator does with a command, into the log that the admin API writes to as well.

Invariants
- What is changed in the database is on record in it, or not changed.
- What is changed in the policies' folder is on record as far as there is a database that takes it: where there is none,
  or it is down, a rollback is needed all the same. Whoever runs the command is told what could not be recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gateway.cli.account import account
from gateway.cli.database import trouble
from gateway.cli.output import remark
from gateway.core.administration import AdminEntry
from gateway.settings import ConfigurationError, load_database_url
from gateway.storage.administration import StoredAdminLog, put_entry
from gateway.storage.engine import DATABASE_ERRORS, Connection, Engine, is_there, open_engine
from gateway.storage.schema import schema_is_current

PATIENCE: Final = 10.0
"""Seconds that a change of the folder waits for the log."""


def entry_of(
    action: str,
    object_: str,
    *,
    team: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AdminEntry:
    """As one of whoever sits at the machine, by the machine's word."""
    return AdminEntry(
        id=secrets.token_hex(12),
        at=time.time(),
        actor=account()[:255],
        proof="command",
        action=action,
        object=object_,
        team=team,
        before=before,
        after=after,
    )


async def write_down(engine: Engine, action: str, object_: str, **said: Any) -> None:
    """Before it is done, with what `entry_of` takes; database errors pass through."""
    await StoredAdminLog(engine).record(entry_of(action, object_, **said))


async def write_down_with(connection: Connection, action: str, object_: str, **said: Any) -> None:
    """In the transaction that does it; database errors pass through."""
    await put_entry(connection, entry_of(action, object_, **said))


@contextlib.contextmanager
def on_record(action: str, object_: str, **said: Any) -> Iterator[None]:
    """Around a change of the folder: recorded before it, and once more should it fail."""
    entry = entry_of(action, object_, **said)
    taken = _recorded(entry)
    try:
        yield
    except BaseException:
        if taken:
            failed = msgspec.structs.replace(entry, id=secrets.token_hex(12), at=time.time(), outcome="failed")
            _recorded(failed)
        raise


def _recorded(entry: AdminEntry) -> bool:
    """Whether the log took it; says so where it did not."""
    try:
        why = asyncio.run(_tried(load_database_url(os.environ).reveal(), entry))
    except ConfigurationError as error:
        why = str(error)
    if why:
        remark(f"gateway: this is not in the administrators' log: {why}")
    return not why


async def _tried(url: str, entry: AdminEntry) -> str:
    """Why not; empty where it is recorded."""
    if not is_there(url):
        return "there is no database"
    engine = open_engine(url)
    try:
        async with asyncio.timeout(PATIENCE):
            if not await schema_is_current(engine):
                return "the database is not migrated: run `gateway migrate`"
            await StoredAdminLog(engine).record(entry)
    except DATABASE_ERRORS as error:  # TimeoutError among them
        return trouble(url, error)
    finally:
        await engine.dispose()
    return ""
