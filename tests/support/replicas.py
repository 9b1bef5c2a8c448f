"""Whole gateways as processes of their own, on one database: what replicas are in production."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.settings import Settings, load_settings, with_root_key
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer
from tests.support.ports import free_port
from tests.support.sqlite import SQLITE, migrated_sqlite
from tests.support.warm import WarmProcess, ended

POLICY = """\
version: 1
providers:
  sim: {kind: local, base_url: "http://127.0.0.1:9/v1", region: on_prem, engine: vllm}
models:
  fast: {targets: [{provider: sim, model: m}]}
teams:
  demo: {models: [fast]}
"""


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Of this process without any settings of a gateway, and with those of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "OTEL_"))}
    own = {"GATEWAY_STATE_DIR": str(home / "state"), "GATEWAY_ADMIN_PORT": "0", "GATEWAY_LOG_LEVEL": "error"}
    return {**kept, **own, **more}


def command(home: Path, environ: Mapping[str, str], *words: str) -> str:
    """What a `gateway` command prints. Raises AssertionError where it says no."""
    code, out, err = outcome(home, environ, *words)
    assert code == 0, err
    return out


def outcome(home: Path, environ: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    """How a `gateway` command ends: exit code, stdout, stderr."""
    done = ended(words, cwd=home, env=environ, seconds=None)
    return done.returncode, done.stdout, done.stderr


def migrated(environ: Mapping[str, str]) -> Settings:
    """What these say, once the database is ready. Blocks; a command would take a second of processor time to begin."""
    settings = with_root_key(load_settings(environ))
    file = Path(settings.database_url.reveal().removeprefix(SQLITE))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(migrated_sqlite())
    return settings


def with_key(environ: Mapping[str, str], *, team: str, user: str | None = None) -> tuple[str, str]:
    """A migrated database with a key of this team: its id, and its text. Blocks."""
    return asyncio.run(_with_key(migrated(environ), team, user))


async def _with_key(settings: Settings, team: str, user: str | None) -> tuple[str, str]:
    engine = open_engine(settings.database_url.reveal())
    try:
        issuer = KeyIssuer(engine, settings.key_for("virtual-key-pepper"), settings.environment)
        key = (await issuer.create(team=team, user=user, now=time.time())).key
        return key.id, key.text
    finally:
        await engine.dispose()


@contextlib.contextmanager
def replicas(home: Path, environ: Mapping[str, str], count: int) -> Iterator[list[str]]:
    """So many gateways that are ready; their URLs. `home/policies` is theirs."""
    with replica_processes(home, environ, count) as running:
        yield list(running)


@contextlib.contextmanager
def replica_processes(home: Path, environ: Mapping[str, str], count: int) -> Iterator[dict[str, WarmProcess]]:
    """The same, with the process behind each URL."""
    running: dict[str, WarmProcess] = {}
    try:
        for port in [free_port() for _ in range(count)]:
            running[f"http://127.0.0.1:{port}"] = replica(home, environ, port)
        for url, process in running.items():
            try:
                wait_for(process, f"{url}/health/ready")
            except RuntimeError:
                raise RuntimeError(log_of(home, int(url.rpartition(":")[2])).read_text()) from None
        yield running
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.communicate(timeout=30)


def replica(home: Path, environ: Mapping[str, str], port: int) -> WarmProcess:
    """A gateway that may not listen yet."""
    with log_of(home, port).open("ab") as log:
        return WarmProcess(["serve", "--port", str(port)], cwd=home, env=environ, stderr=log)


def log_of(home: Path, port: int) -> Path:
    """Where the gateway at this port logs; searched for canaries at the end (`tests.support.overheard`)."""
    return home / f"gateway-{port}.log"


def wait_for(process: subprocess.Popen[bytes] | WarmProcess, url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.communicate()[1]  # None where it goes to a file
            raise RuntimeError("" if said is None else said.decode(errors="replace"))
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.05)
    raise TimeoutError(url)
