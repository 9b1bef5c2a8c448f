from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.cli.program import main
from gateway.policy.load import policy_of_text
from tests.support import warm
from tests.support.spending import FINANCE, calls, write

POLICY = """\
version: 1
providers:
  gpu: {kind: local, base_url: "http://127.0.0.1:PORT/v1", region: on_prem, engine: vllm}
  openai: {kind: openai, base_url: "https://api.openai.com/v1", api_key: "${OPENAI_API_KEY}", region: us}
models:
  fast: {targets: [{provider: gpu, model: m}]}
teams:
  support: {models: [fast]}
  engineering: {models: [fast]}
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Gateway = Callable[..., Outcome]
Report = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, with a policy in `policies`, and no settings from outside."""
    for name in list(os.environ):
        if name.startswith("GATEWAY_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    write_policy(tmp_path, port=9)
    return tmp_path


def write_policy(home: Path, port: int) -> None:
    (home / "policies" / "policy.yaml").write_text(POLICY.replace("PORT", str(port)))


@pytest.fixture
def gateway(home: Path, capsys: pytest.CaptureFixture[str]) -> Gateway:
    """Run a command; wrong usage gives the code that the process would exit with.

    What serves has a process of its own: where it is not refused, the test fails, and does not wait for its end.
    """

    def run(*words: str) -> Outcome:
        if words[:1] in {("serve",), ("demo",)}:
            return refused(home, words)
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


def refused(home: Path, words: tuple[str, ...]) -> Outcome:
    """Raises subprocess.TimeoutExpired where it goes on."""
    done = warm.ended(words, cwd=home, env=os.environ)
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def migrated(gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Gateway:
    """Commands on a migrated database, once for each backend."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", database_url)
    return gateway


@pytest.fixture
def report(gateway: Gateway, home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    """`gateway report …`, of 120 calls; in modules that have databases."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", database_url)
    (home / "policies" / "policy.yaml").write_text(FINANCE)
    policy = policy_of_text("p.yaml", FINANCE, {})
    asyncio.run(write(database_url, policy, calls(policy, 120)))
    return lambda *words: gateway("report", *words)
