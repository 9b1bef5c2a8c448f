from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.alembic_steps import history_of
from gateway.storage.engine import open_engine
from gateway.storage.schema import MIGRATIONS, migrate, revisions, schema_is_current, schema_state
from gateway.storage.tables import metadata
from tests.support.databases import migrate_url, sqlite_url


@pytest.mark.asyncio
async def test_migrating_an_empty_database_brings_it_to_head_and_again_changes_nothing(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        assert not await schema_is_current(engine)
        assert await migrate(engine) == ("absent", "current")
        assert await schema_is_current(engine)
        assert await migrate(engine) == ("current", "current")
    finally:
        await engine.dispose()


def test_the_names_of_the_files_tell_what_alembic_reads_in_them() -> None:
    history = history_of(MIGRATIONS)
    assert revisions() == {script.revision for script in history.walk_revisions()}
    assert history.get_heads() == [max(revisions())]


@pytest.mark.asyncio
async def test_replicas_that_migrate_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(4)]
    try:
        outcomes = await asyncio.gather(*(migrate(engine) for engine in engines))
        assert {after for _, after in outcomes} == {"current"}
    finally:
        for engine in engines:
            await engine.dispose()


@pytest.mark.asyncio
async def test_the_migrations_build_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    def differences(connection) -> list[object]:
        def ours(item: Any, name: str | None, kind: str, *_: object) -> bool:
            if kind == "index" and (only := item._ddl_if) is not None:
                return only.dialect == connection.dialect.name
            return kind != "table" or not str(name).startswith(("usage_m2", "usage_until", "usage_later"))  # partitions

        context = MigrationContext.configure(connection, opts={"include_object": ours})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.asyncio
async def test_the_constraints_have_the_names_that_the_code_gives_them(engine: AsyncEngine) -> None:
    from sqlalchemy import inspect

    def names(connection) -> dict[str, set[str]]:
        inspector = inspect(connection)
        return {
            table: {str(check["name"]) for check in inspector.get_check_constraints(table)} for table in metadata.tables
        }

    async with engine.connect() as connection:
        found = await connection.run_sync(names)
    for name, table in metadata.tables.items():
        expected = {str(item.name) for item in table.constraints if str(item.name).startswith("ck_")}
        assert found[name] == expected


@pytest.mark.asyncio
async def test_a_schema_from_the_future_may_be_served_and_is_not_touched(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert await schema_state(engine) == "ahead"
    assert await schema_is_current(engine)
    assert await migrate(engine) == ("ahead", "ahead")


@pytest.mark.asyncio
async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE usage (a INTEGER)"))  # in the way of the second table
        with pytest.raises(Exception, match="usage"):
            await migrate(engine)
        assert await schema_state(engine) == "absent"
        async with engine.begin() as connection:
            await connection.execute(text("DROP TABLE usage"))
        assert await migrate(engine) == ("absent", "current")
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_what_a_team_has_spent_is_found_without_the_rows_of_others(tmp_path: Path) -> None:
    await migrate_url(sqlite_url(tmp_path / "gateway.db"))
    engine = open_engine(sqlite_url(tmp_path / "gateway.db"))
    question = "SELECT sum(cost_nano) FROM usage WHERE team = 'a' AND at >= 1 AND at < 2"
    async with engine.connect() as connection:
        plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {question}"))).all()
    await engine.dispose()
    assert "ix_usage_team_at (team=? AND at>? AND at<?)" in str(plan)
