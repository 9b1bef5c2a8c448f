from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from gateway.settings import ConfigurationError
from gateway.storage.engine import DATABASE_ERRORS, backend_of, open_engine, place_of
from tests.support.databases import PostgresServer
from tests.support.each_case import each_case


@pytest.mark.asyncio
@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_every_form_of_a_postgresql_url_connects_through_a_unix_socket(
    postgres: PostgresServer, scheme: str
) -> None:
    url = f"{scheme}://postgres:any@/postgres?host={postgres.socket_folder}&application_name=probe&ssl=disable"
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            assert (await connection.execute(text("SHOW application_name"))).scalar_one() == "probe"
    finally:
        await engine.dispose()


@pytest.mark.asyncio
@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
async def test_sqlite_runs_with_a_write_ahead_log_in_a_file_of_its_owner(tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "deep" / "with space, 100% é#" / "gateway.db"
    engine = open_engine(f"{scheme}:///{path}")
    try:
        async with engine.connect() as connection:
            pragmas = [
                (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
            ]
            assert pragmas == ["wal", 1, 5000, 1]
            await connection.execute(text("CREATE TABLE t (a)"))
            for file in path.parent.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    finally:
        await engine.dispose()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@each_case(
    "url",
    [
        "",
        "gateway.db",
        "mysql://u:hunter2@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///",
        "postgresql://u:hunter2@db..example.com/d",
        "postgresql://u:hunter2@db:99999/d",
        "postgresql://u:hunter2@db:port/d",
        "postgresql://u:hunter2@one:5432,two..x:5432/d",
    ],
)
def test_a_url_that_leads_nowhere_is_refused_by_the_settings_name_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_engine(url)
    assert raised.value.setting == "GATEWAY_DATABASE_URL"
    assert "hunter2" not in str(raised.value)


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_made_is_an_error_of_the_database() -> None:
    engine = open_engine("sqlite+aiosqlite:////proc/none/x.db")
    try:
        with pytest.raises(DATABASE_ERRORS):
            async with engine.connect():
                pass
    finally:
        await engine.dispose()


def test_the_place_of_a_database_holds_no_credential(tmp_path: Path) -> None:
    assert place_of("postgresql://user:hunter2@db.example.com:5432/gateway?password=hunter2&sslmode=require") == (
        "PostgreSQL at db.example.com:5432/gateway"
    )
    assert place_of(f"sqlite:///{tmp_path}/x.db") == f"SQLite in {tmp_path}/x.db"


@pytest.mark.asyncio
async def test_an_engine_shows_no_password() -> None:
    engine = open_engine("postgresql://user:hunter2@127.0.0.1:1/x?connect_timeout=1")
    try:
        with pytest.raises(OSError) as raised:
            async with engine.connect() as connection:
                await connection.execute(select(1))
    finally:
        await engine.dispose()
    assert "hunter2" not in f"{engine!r} {engine.url} {raised.value}"


def test_both_backends_are_told_by_their_scheme() -> None:
    assert backend_of("sqlite:///x") == "sqlite"
    assert backend_of("postgres://x") == "postgresql"


@pytest.mark.asyncio
async def test_another_process_that_closes_the_database_takes_nothing_from_under_us(tmp_path: Path) -> None:
    """POSIX: who closes any descriptor of a file gives up all locks that the process has on it. SQLite's say that
    somebody is there; without them, another process that closes believes itself the last, and deletes the log."""
    path = tmp_path / "gateway.db"
    engine = open_engine(f"sqlite:///{path}")
    touch = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('INSERT INTO t VALUES (1)'); c.commit(); c.close()"
    )
    async with engine.connect() as first:
        await first.execute(text("CREATE TABLE t (n INTEGER)"))
        await first.commit()
        for _ in range(3):
            async with engine.connect() as second:  # made anew, while the first is open
                await second.execute(text("INSERT INTO t VALUES (0)"))
                await second.commit()
            done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", touch, str(path)], check=True)
            assert done.returncode == 0
            assert path.with_name("gateway.db-wal").exists()
            await first.execute(text("INSERT INTO t VALUES (2)"))
            await first.commit()
    async with engine.connect() as after:
        assert (await after.execute(text("SELECT count(*) FROM t"))).scalar_one() == 9
        assert (await after.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
    await engine.dispose()


@pytest.mark.asyncio
async def test_a_new_file_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """Of 150 such files one in twenty was said to be locked, to somebody."""

    async def look(number: int) -> None:
        engine = open_engine(f"sqlite:///{tmp_path / str(number)}.db")
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        finally:
            await engine.dispose()

    for number in range(100):
        await asyncio.gather(*(look(number) for _ in range(8)))
