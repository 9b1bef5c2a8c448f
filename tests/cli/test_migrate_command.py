"""`gateway migrate` beside others who use the database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from gateway.storage import schema
from gateway.storage.engine import open_engine
from tests.cli.conftest import Gateway
from tests.support.databases import PostgresServer

pytestmark = pytest.mark.postgres


def test_a_table_that_others_hold_is_left_and_who_migrates_is_told_what_to_do(
    gateway: Gateway, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(postgres.create_database())
    monkeypatch.setenv("GATEWAY_DATABASE_URL", url)
    monkeypatch.setattr(schema, "TRIES", 2)

    async def held_up() -> None:
        engine = open_engine(url)
        try:
            async with engine.begin() as other:
                await other.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            async with engine.begin() as other:
                await other.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
                outcome = await asyncio.to_thread(gateway, "migrate")
            assert outcome.code == 1
            assert "Run `gateway migrate` again" in outcome.err
            assert await schema.schema_state(engine) == "absent", "nothing was changed"
        finally:
            await engine.dispose()

    asyncio.run(held_up())
    assert gateway("migrate").code == 0
