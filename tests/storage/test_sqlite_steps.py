"""A statement of SQLite is one step of its thread, and tells what it told when it took four."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.engine import open_engine

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def connection(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    engine = open_engine(f"sqlite:///{tmp_path / 'gateway.db'}")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)"))
        yield connection
    await engine.dispose()


async def test_a_statement_is_one_step_of_the_thread(
    connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    take = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, function: Any, *arguments: Any, **named: Any) -> Any:
        steps.append(function.__name__)
        return await take(self, function, *arguments, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    await connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", [(1, "one"), (2, "two")])
    assert len(steps) == 1
    assert (await connection.exec_driver_sql("SELECT b FROM t ORDER BY a")).scalars().all() == ["one", "two"]
    assert len(steps) == 2


async def test_what_a_statement_did_is_told(connection: AsyncConnection) -> None:
    made = await connection.exec_driver_sql("INSERT INTO t (b) VALUES ('one'), ('two'), ('three') RETURNING a, b")
    assert (list(made.keys()), made.all()) == (["a", "b"], [(1, "one"), (2, "two"), (3, "three")])
    changed = await connection.execute(text("UPDATE t SET b = b || '!' WHERE a > :above"), {"above": 1})
    assert changed.rowcount == 2
    none = await connection.execute(text("SELECT * FROM t WHERE a > 10"))
    assert (none.all(), none.keys()) == ([], {"a": 0, "b": 0}.keys())


async def test_a_statement_that_fails_leaves_the_connection_usable(connection: AsyncConnection) -> None:
    async with connection.begin_nested():
        await connection.exec_driver_sql("INSERT INTO t VALUES (1, 'one')")
    with pytest.raises(IntegrityError):
        await connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", [(2, "two"), (3, "one")])
    with pytest.raises(OperationalError):
        await connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert (await connection.exec_driver_sql("SELECT max(a) FROM t WHERE b = 'one'")).scalar_one() == 1


TURKISH = """
import asyncio, locale, sys
from gateway.storage.engine import open_engine

async def main():
    engine = open_engine(sys.argv[1])
    async with engine.connect() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (a INTEGER PRIMARY KEY)")
        made = await connection.exec_driver_sql("INSERT INTO t VALUES (1), (2)")
        await connection.rollback()
        left = (await connection.exec_driver_sql("SELECT count(*) FROM t")).scalar_one()
    await engine.dispose()
    print(locale.setlocale(locale.LC_CTYPE), made.rowcount, left)

asyncio.run(main())
"""


async def test_a_turkish_machine_has_transactions_and_counts(tmp_path: Path) -> None:
    locale = tmp_path / "tr_TR.UTF-8"
    try:
        words = ("localedef", "--no-archive", "-i", "tr_TR", "-f", "UTF-8", str(locale))
        await asyncio.to_thread(subprocess.run, words, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine has no sources of locales")
    words = (sys.executable, "-c", TURKISH, f"sqlite:///{tmp_path / 'gateway.db'}")
    environ = {**os.environ, "LOCPATH": str(tmp_path), "LC_ALL": locale.name}
    done = await asyncio.to_thread(subprocess.run, words, env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("tr_TR.UTF-8 2 0\n", "")


async def test_an_insert_is_known_as_one_whatever_the_locale(connection: AsyncConnection) -> None:
    """Where the machine cannot be made Turkish: no letter I is in the word that Python looks for."""
    seen: list[str] = []
    raw: Any = await connection.get_raw_connection()
    await raw.driver_connection.set_trace_callback(seen.append)
    await connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", (1, "one"))
    assert [statement.split()[0] for statement in seen] == ["BEGIN", "insert"]


async def test_tasks_that_share_a_connection_take_turns(connection: AsyncConnection) -> None:
    async def one(number: int) -> int:
        await connection.exec_driver_sql("INSERT INTO t VALUES (?, ?)", (number, str(number)))
        return (await connection.exec_driver_sql("SELECT a FROM t WHERE a = ?", (number,))).scalar_one()

    assert await asyncio.gather(*[one(number) for number in range(20)]) == list(range(20))


async def test_no_thread_outlives_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would tell a loop that is closed by then of its end; whoever is cancelled twice does not wait for it."""
    monkeypatch.setattr("gateway.storage.engine._SQLITE_END_SECONDS", 60)  # on a busy machine it counts for seconds
    engine = open_engine(f"sqlite:///{tmp_path / 'gateway.db'}")
    begun = threading.Event()
    of_sqlite: list[threading.Thread] = []

    def begin() -> None:
        of_sqlite.append(threading.current_thread())
        begun.set()

    async def ask() -> None:
        async with engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.create_function("begun", 0, begin)
            count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000)"
            await connection.exec_driver_sql(f"SELECT begun(), (SELECT n FROM ({count} SELECT max(n) AS n FROM c))")

    asking = asyncio.create_task(ask())
    assert await asyncio.to_thread(begun.wait, 60)
    while not asking.done():
        asking.cancel()
        await asyncio.sleep(0)
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    await engine.dispose()
    (thread,) = of_sqlite
    ended = not thread.is_alive()
    await asyncio.to_thread(thread.join)  # without which a test that fails would never end
    assert ended
