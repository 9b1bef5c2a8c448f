"""A newer release migrates the database under load, as the first step of an upgrade from replica to replica."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.providers.simulated.server import SimulatedServer
from gateway.storage import schema
from gateway.storage.engine import open_engine
from gateway.storage.tables import metadata
from tests.audit.test_served import audit_in
from tests.faults.test_outages import Crowd, held_to_the_books, limited
from tests.support.databases import PostgresServer
from tests.support.running import serving

pytestmark = [pytest.mark.asyncio, pytest.mark.postgres]

LATER = """\
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade():
    for name in {tables}:
        op.add_column(name, sa.Column("later", sa.String(16)))
    op.create_index("ix_usage_later", "usage", ["later"])
"""


def write_migrations(folder: Path) -> None:
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = LATER.format(head=max(schema.revisions()), tables=sorted(metadata.tables))
    (folder / "versions" / "r9999_later.py").write_text(text)


async def migrate_by_a_later_release(url: str, folder: Path) -> schema.SchemaState:
    """Every table gets a column, as migrations do; how the database stands to this release then."""
    later = folder / "migrations"
    await asyncio.to_thread(write_migrations, later)
    engine = open_engine(url)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(schema, "MIGRATIONS", later)
            await schema.migrate(engine)
        return await schema.schema_state(engine)
    finally:
        await engine.dispose()


@pytest.mark.fault("K2")
async def test_a_migration_under_load_fails_no_request_and_loses_nothing(
    postgres: PostgresServer, simulated: SimulatedServer, tmp_path: Path
) -> None:
    url = postgres.url(postgres.create_migrated_database())
    policy = limited(simulated.url)
    async with serving(policy, tmp_path / "first", url) as first:
        crowd = Crowd(first)
        async with crowd.asking():
            await crowd.are_served()
            assert await migrate_by_a_later_release(url, tmp_path) == "ahead"
            await crowd.are_served()
            async with serving(policy, tmp_path / "second", url) as second:  # one that starts only then
                beside = Crowd(second)
                async with beside.asking():
                    await beside.are_served()
                    await crowd.are_served()
                assert (beside.refused, beside.broken) == ({}, [])
        assert (crowd.refused, crowd.broken) == ({}, [])
        crowd.answered += beside.answered
        await held_to_the_books(first, crowd)
    verdict, _ = await audit_in(url, tmp_path / "first")
    assert verdict.state == "whole"


async def is_waiting(engine: AsyncEngine) -> bool:
    """Whether somebody waits for `usage`."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'usage'::regclass"
    async with engine.connect() as connection:
        return bool(await connection.scalar(text(waiting)))


async def test_where_traffic_and_a_migration_wait_for_each_other_the_migration_begins_anew(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.url(postgres.create_migrated_database())
    engine = open_engine(url)
    try:
        async with engine.begin() as traffic:
            await traffic.execute(text("LOCK TABLE usage IN ROW EXCLUSIVE MODE"))
            migrating = asyncio.create_task(migrate_by_a_later_release(url, tmp_path))
            async with asyncio.timeout(60):
                while not await is_waiting(engine):
                    await asyncio.sleep(0.02)
            # Which the migration has by then.
            await traffic.execute(text("LOCK TABLE audit_tree IN ROW EXCLUSIVE MODE"))
        assert await migrating == "ahead"
    finally:
        await engine.dispose()
