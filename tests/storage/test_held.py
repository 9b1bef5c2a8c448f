"""The connection for what follows one another all day."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.storage.engine import open_engine
from gateway.storage.held_connection import HeldConnection

MEBIBYTE = 2**20


@pytest.mark.asyncio
async def test_pages_that_change_again_and_again_go_into_the_file_of_sqlite_once(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    engine = open_engine(f"sqlite:///{path}")
    held = HeldConnection(engine)
    async with held.transaction() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)"))
    empty = path.stat().st_size
    for _ in range(5):
        async with held.transaction() as connection:
            for n in range(8):
                rewrite = text("INSERT INTO t VALUES (:n, :b) ON CONFLICT (n) DO UPDATE SET b = excluded.b")
                await connection.execute(rewrite, {"n": n, "b": os.urandom(MEBIBYTE)})
    assert path.with_name("gateway.db-wal").stat().st_size > 40 * MEBIBYTE
    assert path.stat().st_size == empty
    for _ in range(4):
        async with held.transaction() as connection:
            for n in range(8):
                await connection.execute(text("UPDATE t SET b = :b WHERE n = :n"), {"n": n, "b": os.urandom(MEBIBYTE)})
    assert path.stat().st_size > 8 * MEBIBYTE
    await held.close()
    await engine.dispose()
