"""A whole gateway on a loopback port: real server, real database, providers of the test's choice."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import text

from gateway.api.connection import Connection
from gateway.app import Application, Source
from gateway.core.policy import Alias, Policy, ProviderPolicy, Secret, Target, TeamPolicy, Timeouts
from gateway.graceful_shutdown import serve_until
from gateway.policy.source import FixedPolicies
from gateway.serve import KEEP_ALIVE_SECONDS
from gateway.settings import Settings, load_settings
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from gateway.storage.schema import migrate
from tests.support import canaries
from tests.support.overheard import listen, overheard
from tests.support.sqlite import SQLITE, migrated_sqlite, sqlite_url

TEST_ADMIN_TOKEN = canaries.ADMIN_TOKEN
TEST_ROOT_KEY = canaries.ROOT_KEY


def policy_for(
    simulated_url: str,
    *,
    local_url: str | None = None,
    timeouts: Timeouts | None = None,
    models: tuple[Alias, ...] = (),
) -> Policy:
    """The six kinds of provider at one simulated server, and a team that may use all of it.

    `gpu` is at `local_url` where there is one; `sim` is a local engine that is simulated in any case.
    """
    timeouts = timeouts or Timeouts(connect=2, first_byte=10, idle=10, total=60)
    table: list[tuple[str, str, str, str]] = [
        ("openai", "openai", "/openai/v1", "us"),
        ("claude", "anthropic", "/anthropic", "us"),
        ("gemini", "gemini", "/gemini", "eu"),
        ("mistral", "mistral", "/mistral", "eu"),
        ("grok", "xai", "/xai/v1", "us"),
    ]
    providers = {
        name: ProviderPolicy(
            name=name,
            kind=kind,  # type: ignore[arg-type]
            base_url=simulated_url + path,
            api_key=Secret(f"{canaries.PROVIDER_KEY}{name}"),
            region=region,
            timeouts=timeouts,
        )
        for name, kind, path, region in table
    }
    providers["sim"] = ProviderPolicy(
        name="sim",
        kind="local",
        base_url=simulated_url + "/local/v1",
        region="on_prem",
        engine="vllm",
        timeouts=timeouts,
    )
    providers["gpu"] = ProviderPolicy(
        name="gpu",
        kind="local",
        base_url=local_url or simulated_url + "/local/v1",
        region="on_prem",
        engine="llama_cpp" if local_url else "vllm",
        timeouts=timeouts,
    )
    aliases = {
        "fast-chat": Alias(name="fast-chat", targets=(Target(provider="openai", model="gpt-5-mini"),)),
        **{alias.name: alias for alias in models},
    }
    return Policy(
        version="test",
        providers=providers,
        models=aliases,
        teams={
            "demo": TeamPolicy(name="demo", models=("*",)),
            "narrow": TeamPolicy(name="narrow", models=("fast-chat",)),
            "swiss": TeamPolicy(name="swiss", models=("*",), regions=frozenset({"ch", "on_prem"})),
        },
    )


class RunningGateway:
    """`url` without a path; `key` is of team demo. Lives on the loop that entered `serving`."""

    def __init__(self, application: Application, url: str, key: str, keys: dict[str, str], database_url: str) -> None:
        self.application = application
        self.url = url
        self.key = key
        self.keys = keys
        self.database_url = database_url

    @property
    def gateway(self) -> Any:
        return self.application.gateway

    async def admin_url(self) -> str:
        """Of the admin port, once it listens."""
        while self.application.admin.address is None:
            await asyncio.sleep(0.005)
        return self.application.admin.address

    async def usage_rows(self) -> list[dict[str, Any]]:
        """All usage rows, after everything recorded so far is in the database."""
        await self.gateway.recorded()
        async with self.gateway.engine.connect() as connection:
            rows = await connection.execute(text("SELECT * FROM usage ORDER BY at, request_id"))
            return [dict(row._mapping) for row in rows]


@contextlib.asynccontextmanager
async def serving(
    policy: Policy,
    state: Path,
    database_url: str | None = None,
    source: Callable[[], Source] | None = None,
    redis_url: str | None = None,
    more_settings: Mapping[str, str] | None = None,
) -> AsyncIterator[RunningGateway]:
    """A gateway with this policy, on a free port; its keys are for each of the policy's teams.

    It is told of no lag of the loop: clients and providers run on this loop, too, and other workers beside it, so that
    it would take their work for its own strain, and send requests away.
    With `source`, the policy comes from there, and `policy` only names the teams that get keys.
    """
    environ = {
        "GATEWAY_STATE_DIR": str(state),
        "GATEWAY_ROOT_KEY": TEST_ROOT_KEY,
        "GATEWAY_ADMIN_PORT": "0",
        "GATEWAY_ADMIN_TOKEN": TEST_ADMIN_TOKEN,
    }
    environ |= more_settings or {}
    if database_url is not None:
        environ["GATEWAY_DATABASE_URL"] = database_url
    if redis_url is not None:
        environ["GATEWAY_REDIS_URL"] = redis_url
    settings = load_settings(environ)
    keys = await asyncio.to_thread(prepared, settings, policy)
    application = Application(settings, source or (lambda: FixedPolicies(policy)), {})
    # Only where the protocol is named does asyncio turn Nagle's delay off; uvloop always does.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)
    server = uvicorn.Server(
        uvicorn.Config(
            overheard(application),
            loop="asyncio",
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,  # uvicorn's own 5 s are httpx', too: one asks as the other closes
        )
    )
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.closing(listener))
        done = asyncio.Event()
        task = asyncio.get_running_loop().create_task(serve_until(done, server, listener))
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
        lag = application.gateway.guards.lag
        lag.close()
        lag.seconds = 0.0
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield RunningGateway(application, url, keys.get("demo", ""), keys, settings.database_url.reveal())
        finally:
            if application.gateway is not None:
                listen("the metrics", application.gateway.metrics.exposition())
            done.set()
            await task


def prepared(settings: Settings, policy: Policy) -> dict[str, str]:
    """A migrated database, and a key for each team. Blocks, as commands may.

    Gateways on new files of their own have the same keys as others in this process.
    """
    url = settings.database_url.reveal()
    pepper, teams = settings.key_for("virtual-key-pepper"), tuple(policy.teams)
    file = Path(url.removeprefix(SQLITE))
    if not url.startswith(SQLITE) or file.exists():
        return asyncio.run(_issued(url, pepper, teams))
    file.parent.mkdir(parents=True, exist_ok=True)
    content, keys = _new_file(pepper, teams)
    file.write_bytes(content)
    return dict(keys)


@cache
def _new_file(pepper: bytes, teams: tuple[str, ...]) -> tuple[bytes, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        file.write_bytes(migrated_sqlite())
        keys = asyncio.run(_issued(sqlite_url(file), pepper, teams))
        return file.read_bytes(), keys


async def _issued(url: str, pepper: bytes, teams: Iterable[str]) -> dict[str, str]:
    engine = open_engine(url)
    try:
        await migrate(engine)
        issuer = KeyIssuer(engine, pepper, "dev")
        return {team: (await issuer.create(team=team, now=time.time())).key.text for team in teams}
    finally:
        await engine.dispose()


class LoopThread:
    """An event loop in a thread, for tests whose clients block."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="gateway loop", daemon=True)
        self._thread.start()

    def run(self, work: Any, timeout: float = 60) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@contextlib.contextmanager
def in_thread(context: Any, thread: LoopThread) -> Iterator[Any]:
    """An async context manager, entered and left on the thread's loop."""
    value = thread.run(context.__aenter__())
    try:
        yield value
    finally:
        thread.run(context.__aexit__(None, None, None))
