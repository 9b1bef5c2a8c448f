"""A database that goes away and comes back, for real: the server is stopped, the file is locked."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.errors import Overloaded
from gateway.journal import shipper
from gateway.storage.directory import FRESH, PAUSE, StoredKeys
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer, KeyStore
from gateway.storage.tables import usage
from tests.journal.test_usage import Setting
from tests.support.clocks import HandClock
from tests.support.databases import PostgresServer, migrate_url, postgres_server, sqlite_url
from tests.support.journals import row
from tests.support.waiting import until


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        yield own


async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(usage))).scalar_one())


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_rows_outlive_a_crash_of_postgresql(
    server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries: list[object] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda _, **fields: retries.append(fields))
    engine = open_engine(server.url(server.create_migrated_database()))
    writer = await Setting(engine, tmp_path / "journal").writer.open()
    try:
        for number in range(700):
            writer.record(row(number), None)
        await writer.drain()
        server.stop()
        for number in range(700, 1400):
            writer.record(row(number), None)
        await until(lambda: len(retries) >= 2)
        assert writer.waiting == 700
        server.start()
        await writer.drain()
        assert await count(engine) == 1400
        assert await writer.refused() == 0
    finally:
        await writer.close(grace=0)
        await engine.dispose()


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_of_several_hosts_the_one_that_takes_writes_is_used(server: PostgresServer) -> None:
    """The first was the primary once, has failed, and is back as a standby of the second."""
    with postgres_server() as first:
        first.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        await asyncio.to_thread(first.stop, "fast")
        await asyncio.to_thread(first.start)
        hosts = f"{first.socket_folder},{server.socket_folder}"
        for more, writes in (("", "off"), ("&target_session_attrs=any", "on")):
            engine = open_engine(f"postgresql://postgres:any@/postgres?host={hosts}{more}")
            try:
                async with engine.connect() as connection:
                    assert await connection.scalar(text("SHOW transaction_read_only")) == writes
            finally:
                await engine.dispose()


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_what_waits_when_the_gateway_closes_is_shipped_by_the_next_start(
    server: PostgresServer, tmp_path: Path
) -> None:
    engine = open_engine(server.url(server.create_migrated_database()))
    setting = Setting(engine, tmp_path / "journal")
    writer = await setting.writer.open()
    server.stop()
    try:
        for number in range(3):
            writer.record(row(number), None)
        assert await writer.close(grace=0.2) == 3
        assert not [task for task in asyncio.all_tasks() if task.get_name() in {"count usage", "ship the journal"}]
        server.start()
        following = await setting.another().open()
        following.record(row(3), None)
        await following.drain()
        assert await count(engine) == 4
        assert await following.close() == 0
        assert [path.name for path in (tmp_path / "journal" / "1").iterdir()] == ["lock"]
    finally:
        server.start()
        await engine.dispose()


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_known_keys_work_through_a_crash_of_postgresql(server: PostgresServer) -> None:
    engine = open_engine(server.url(server.create_migrated_database()))
    clock, pepper = HandClock(), bytes(32)
    directory = StoredKeys(KeyStore(engine), pepper, clock)
    issuer = KeyIssuer(engine, pepper, "dev")
    try:
        known = await issuer.create(team="a", now=clock.now())
        await directory.find(known.key.text)
        other = await issuer.create(team="a", now=clock.now())
        server.stop()
        clock.advance(FRESH + 1)
        assert (await directory.find(known.key.text)).key_id == known.key.id
        with pytest.raises(Overloaded):
            await directory.find(other.key.text)
        server.start()
        clock.advance(PAUSE)
        assert (await directory.find(other.key.text)).key_id == other.key.id
        await KeyStore(engine).revoke(known.key.id, clock.now())
        clock.advance(FRESH + 1)
        with pytest.raises(Exception, match="revoked"):
            await directory.find(known.key.text)
    finally:
        await engine.dispose()


@pytest.mark.asyncio
@pytest.mark.postgres
async def test_a_table_that_is_held_up_blocks_a_lookup_for_its_time_only(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.storage.directory.LOOKUP_SECONDS", 0.2)
    engine = open_engine(server.url(server.create_migrated_database()))
    clock, pepper = HandClock(), bytes(32)
    directory = StoredKeys(KeyStore(engine), pepper, clock)
    try:
        issued = await KeyIssuer(engine, pepper, "dev").create(team="a", now=clock.now())
        async with engine.begin() as holder:
            await holder.execute(text("LOCK TABLE virtual_key IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(Overloaded):
                await directory.find(issued.key.text)
        clock.advance(PAUSE)
        assert (await directory.find(issued.key.text)).key_id == issued.key.id
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_rows_wait_out_a_locked_sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retries: list[object] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda _, **fields: retries.append(fields))
    monkeypatch.setattr("gateway.storage.engine._SQLITE_LOCK_SECONDS", 0.05)
    path = tmp_path / "gateway.db"
    await migrate_url(sqlite_url(path))
    engine = open_engine(sqlite_url(path))
    writer = await Setting(engine, tmp_path / "journal").writer.open()
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        writer.record(row(1), None)
        await until(lambda: len(retries) >= 2)
        assert writer.waiting == 1
        holder.execute("ROLLBACK")
        await writer.drain()
        assert await count(engine) == 1
    finally:
        holder.close()
        await writer.close(grace=0)
        await engine.dispose()
