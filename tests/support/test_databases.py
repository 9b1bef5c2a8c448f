"""A PostgreSQL of the tests does not outlive them, however they end; its databases are as new for whoever is next."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from tests.support.databases import PostgresServer

PROGRAM = """
import time
from tests.support.databases import postgres_server
with postgres_server() as server:
    print(server.processes()[0], server.socket_folder, flush=True)
    time.sleep(600)
"""


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.postgres
def test_a_server_ends_with_a_worker_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        assert lives(int(pid))
        process.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 60
    while lives(int(pid)) or Path(folder).exists():
        assert time.monotonic() < ends
        time.sleep(0.01)


def done_in(server: PostgresServer, database: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(user="postgres", database=database, host=server.socket_folder)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def dumped(server: PostgresServer, database: str) -> list[bytes]:
    """Without the word that each dump makes up for itself."""
    return [line for line in server.dumped(database).splitlines() if b"restrict " not in line]


@pytest.mark.postgres
def test_a_database_that_is_used_again_is_as_it_was_copied(postgres: PostgresServer) -> None:
    first = postgres.create_migrated_database()
    new = dumped(postgres, first)
    postgres.give_back(first)
    used = postgres.create_migrated_database()
    done_in(
        postgres,
        used,
        """SELECT nextval('key_version_id_seq');
        UPDATE budget_home SET turn = turn + 1;
        INSERT INTO closed_month VALUES ('2026-01', 1, 'all of it', '')""",
    )
    assert dumped(postgres, used) != new
    postgres.give_back(used)
    again = postgres.create_migrated_database()
    assert again not in (first, used)
    assert dumped(postgres, again) == new
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        done_in(postgres, used, "SELECT 1")
    postgres.give_back(again)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE alert",
        "CREATE TABLE another (id int)",
        "ALTER TABLE alert ADD COLUMN another int",
        "ALTER TABLE alert ALTER COLUMN title DROP NOT NULL",
        "ALTER TABLE alert RENAME TO another",
        "CREATE INDEX another ON alert (title)",
        "REVOKE INSERT ON alert FROM postgres",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_one_of_which_more_than_rows_was_changed_is_used_no_more(postgres: PostgresServer, statement: str) -> None:
    name = postgres.create_migrated_database()
    done_in(postgres, name, statement)
    postgres.give_back(name)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        done_in(postgres, name, "SELECT 1")
