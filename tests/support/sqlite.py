"""Files of SQLite with the gateway's tables: migrated once in a process, and copied."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from gateway.storage.engine import open_engine
from gateway.storage.schema import migrate

SQLITE = "sqlite+aiosqlite:///"


def sqlite_url(path: Path) -> str:
    return f"{SQLITE}{path}"


async def migrate_url(url: str) -> None:
    """Of any database."""
    engine = open_engine(url)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


@cache
def migrated_sqlite() -> bytes:
    """A file with all tables and no rows. Not for a thread whose loop runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        asyncio.run(migrate_url(sqlite_url(path)))
        return path.read_bytes()
