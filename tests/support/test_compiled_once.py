from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from gateway.storage.engine import open_engine
from tests.support.compiled_once import COMPILED
from tests.support.databases import PostgresServer

STATEMENT = select(literal(7).label("compiled_once"))


@pytest.mark.postgres
@pytest.mark.asyncio
async def test_engines_of_a_database_share_what_was_compiled_and_no_others(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    in_files = [f"sqlite:///{tmp_path}/{name}.db" for name in "ab"]
    for url in (*in_files, postgres.url("postgres"), postgres.url("postgres")):
        engine = open_engine(url)
        async with engine.connect() as connection:
            assert await connection.scalar(STATEMENT) == 7
        await engine.dispose()
    texts = [(key[0], str(each)) for key, each in COMPILED.items() if "compiled_once" in str(each)]
    (_, of_sqlite), (_, of_postgresql) = sorted(texts, key=lambda each: each[0] is PGDialect_asyncpg)
    assert {kind for kind, _ in texts} == {SQLiteDialect_aiosqlite, PGDialect_asyncpg}
    assert of_sqlite != of_postgresql, "each in its database's words"
