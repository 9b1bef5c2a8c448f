"""The database goes wrong while the shipper writes: it is killed, locked, full, out of connections, or picks victims.

A journal and its shipper as the gateway has them, and a server of their own; what a full disk and a deadlock say comes
out of a trigger, with the codes that PostgreSQL has for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.api.edge import RequestIds
from gateway.core.policy import Policy
from gateway.core.ports import Record
from gateway.journal import shipper
from gateway.journal.shipper import Shipper
from gateway.storage.engine import open_engine
from tests.support import journals
from tests.support.databases import PostgresServer, postgres_server
from tests.support.journals import row
from tests.support.waiting import until

pytestmark = [pytest.mark.asyncio, pytest.mark.postgres]

NOW = 1_800_000_000.0
LASTS = 0.7
"""Seconds."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as own:
        own.execute("ALTER SYSTEM SET max_connections = 20")
        own.stop()
        own.start()
        yield own


class Stand:
    """Rows go in all the time; what is wrong is done to the database by `connection`, which is not the shipper's."""

    def __init__(self, server: PostgresServer, database: str, engine: AsyncEngine, writer: journals.Usage) -> None:
        self.server = server
        self.database = database
        self.engine = engine
        self.writer = writer
        self.recorded: list[str] = []

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            user="postgres", password="any", database=self.database, host=self.server.socket_folder
        )

    async def record(self) -> None:
        drawn = RequestIds()
        while True:
            for _ in range(5):
                usage = row(0, duration_ms=1)
                usage.request_id, usage.at = drawn.draw(NOW), NOW
                self.recorded.append(usage.request_id)
                self.writer.record(usage, None)
            await asyncio.sleep(0.01)

    async def written(self) -> Counter[str]:
        async with self.engine.connect() as connection:
            return Counter(await connection.scalars(text("SELECT request_id FROM usage")))


@contextlib.asynccontextmanager
async def killed(stand: Stand) -> AsyncIterator[None]:
    """The process that serves the shipper, in the middle of it: the server then restarts all of them."""
    for _ in range(3):
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            connection = await stand.connect()
            busy = (
                "SELECT pid FROM pg_stat_activity WHERE state <> 'idle' AND query ~ 'usage' AND pid <> pg_backend_pid()"
            )
            while not (pids := [record["pid"] for record in await connection.fetch(busy)]):
                await asyncio.sleep(0)
            os.kill(pids[0], signal.SIGKILL)
            await connection.close(timeout=1)
        await asyncio.sleep(LASTS / 3)
    yield


@contextlib.asynccontextmanager
async def locked(stand: Stand) -> AsyncIterator[None]:
    connection = await stand.connect()
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE usage IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def without_connections(stand: Stand) -> AsyncIterator[None]:
    """Others have them all, the shipper's included: it was cut."""
    others = []
    connection = await stand.connect()
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with contextlib.suppress(asyncpg.TooManyConnectionsError):
        while True:
            others.append(await stand.connect())
    try:
        yield
    finally:
        for other in (*others, connection):
            await other.close()


WELL = "CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
"""To drop it would lock the table, and who inserts into several may have locked another."""


async def says(stand: Stand, code: str, when: str) -> asyncpg.Connection:
    connection = await stand.connect()
    await connection.execute(
        f"""
        CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF {when} THEN RAISE EXCEPTION USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER fails BEFORE INSERT ON usage FOR EACH ROW EXECUTE FUNCTION fails();
        """
    )
    return connection


@contextlib.asynccontextmanager
async def full(stand: Stand) -> AsyncIterator[None]:
    connection = await says(stand, "53100", "true")
    yield
    await connection.execute(WELL)
    await connection.close()


@contextlib.asynccontextmanager
async def with_victims(stand: Stand) -> AsyncIterator[None]:
    """Every second batch or so is one."""
    connection = await says(stand, "40P01", "random() < 0.02")
    yield
    await connection.execute(WELL)
    await connection.close()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(full, marks=pytest.mark.fault("B5")),
        pytest.param(killed, marks=pytest.mark.fault("B6")),
        pytest.param(without_connections, marks=pytest.mark.fault("B7")),
        pytest.param(locked, marks=pytest.mark.fault("B8")),
        pytest.param(with_victims, marks=pytest.mark.fault("B9")),
    ],
)
async def test_nothing_is_missing_and_nothing_twice(
    fault: Callable[[Stand], contextlib.AbstractAsyncContextManager[None]],
    server: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    failures: list[str] = []
    project = Shipper._project

    async def counted(self: Shipper, batch: Sequence[Record]) -> None:
        try:
            await project(self, batch)
        except Exception as error:
            failures.append(type(error).__name__)
            raise

    monkeypatch.setattr(Shipper, "_project", counted)
    monkeypatch.setattr(shipper.logs, "warning", lambda *_, **__: None)
    policy = Policy(version="1", providers={}, models={}, teams={})
    database = await asyncio.to_thread(server.create_migrated_database)
    engine = open_engine(server.url(database))
    writer = journals.Usage(tmp_path / "journal", engine, None, None, _Fixed(policy))  # type: ignore[arg-type]
    stand = Stand(server, database, engine, await writer.open())
    recording = asyncio.ensure_future(stand.record())
    try:
        await until(lambda: writer.shipper.shipped_to > writer.journal.began)
        async with fault(stand):
            await asyncio.sleep(LASTS)
            await until(lambda: bool(failures) or writer.shipper.waiting > 100)  # chance may have had no victim yet
            waited = writer.shipper.waiting
        before = len(stand.recorded)
        await until(lambda: len(stand.recorded) > before + 100)
    finally:
        recording.cancel()
        await asyncio.gather(recording, return_exceptions=True)
    await writer.drain()
    assert await stand.written() == Counter(stand.recorded)
    assert await writer.refused() == 0
    assert await writer.close() == 0
    await engine.dispose()
    record_property("figure", f"{len(stand.recorded)} rows, each once; {len(failures)} batches failed, {waited} waited")


class _Fixed:
    def __init__(self, policy: Policy) -> None:
        self.current = policy
