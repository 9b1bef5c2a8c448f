"""Several processes of one gateway, without Redis: all hear each address of their host, a budget is spent once, and the
log tells how quotas count.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
from gateway.serve import tell_how_it_counts
from gateway.settings import load_settings
from gateway.telemetry import logs
from tests.cli.conftest import Gateway
from tests.cli.test_listening import started

FITS = 7
PRICED = """\
version: 1
reporting: {{currency: CHF}}
overload: {{announce: 0s}}
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: k, region: us}}
prices:
  overrides:
    - {{provider: openai, model: gpt-5-mini, since: 2020-01-01, input: 0 CHF/Mtok, output: 1000 CHF/Mtok}}
teams:
  support: {{models: ["*"], budgets: [{{period: year, limit: {limit:.3f} CHF}}]}}
"""
BODY = {"model": "openai/gpt-5-mini", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.timeout(600)
def test_a_budget_is_spent_once_by_all_processes_wherever_they_are_asked(
    gateway: Gateway, home: Path, simulated: SimulatedServer
) -> None:
    (home / "policies" / "policy.yaml").write_text(
        PRICED.format(url=simulated.url, limit=FITS / 1000), encoding="utf-8"
    )
    gateway("migrate")
    key = gateway("keys", "create", "--team", "support", "--name", "crowd", "--json").json["key"]
    words = ("serve", "--policies", "policies", "--host", "::", "--port", "0", "--workers", "2")
    with started(home, *words, fresh=True) as (_, said):
        lines = list[dict[str, object]]()
        while sum(line["event"] == "gateway_started" for line in lines) < 2:
            lines.append(json.loads(next(said)))
        (warning,) = (line for line in lines if line["event"] == "quotas_by_process")
        assert warning["workers"] == 2
        url = next(str(line["address"]) for line in lines if line["event"] == "gateway_starting")
        port = re.fullmatch(r"http://\[::\]:(\d+)", url)
        assert port is not None
        statuses = asyncio.run(_asked([f"http://127.0.0.1:{port[1]}", f"http://[::1]:{port[1]}"], key))
    assert statuses == {200: FITS, 402: 60 - FITS}


@pytest.mark.parametrize(
    ("database", "redis", "workers", "counted"),
    [
        ("postgresql+asyncpg://host/gateway", None, 1, "quotas and budgets"),
        ("postgresql+asyncpg://host/gateway", None, 2, "quotas"),
        ("postgresql+asyncpg://host/gateway", "redis://host", 1, None),
        (None, None, 1, None),
    ],
)
def test_a_database_that_others_may_share_without_redis_is_told_at_the_start(
    database: str | None,
    redis: str | None,
    workers: int,
    counted: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environ = {"GATEWAY_DATABASE_URL": database, "GATEWAY_REDIS_URL": redis, "GATEWAY_ENV": "dev"}
    environ["GATEWAY_STATE_DIR"] = str(tmp_path)  # where dev keeps the root key that it makes
    told: list[tuple[str, object]] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: told.append((name, fields["counted"])))
    monkeypatch.setattr(logs, "warning", lambda *_, **__: None)
    tell_how_it_counts(load_settings({name: value for name, value in environ.items() if value}), workers)
    assert told == ([] if counted is None else [("counts_alone", counted)])


async def _asked(urls: list[str], key: str) -> Counter[int]:
    """Sixty at once, each by a connection of its own, so that every process has some."""

    async def one(url: str) -> int:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            path, headers = f"{url}/v1/chat/completions", {"authorization": f"Bearer {key}"}
            return (await client.post(path, json=BODY, headers=headers)).status_code

    return Counter(await asyncio.gather(*(one(urls[number % 2]) for number in range(60))))
