"""Several processes of one gateway, without Redis: a budget is spent once, and the log tells how quotas count."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
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


@pytest.mark.timeout(120)
def test_a_budget_is_spent_once_by_all_processes(gateway: Gateway, home: Path, simulated: SimulatedServer) -> None:
    (home / "policies" / "policy.yaml").write_text(PRICED.format(url=simulated.url, limit=FITS / 1000))
    gateway("migrate")
    key = gateway("keys", "create", "--team", "support", "--name", "crowd", "--json").json["key"]
    with started(home, "serve", "--policies", "policies", "--port", "0", "--workers", "3") as process:
        assert process.stdout is not None
        lines = list[dict[str, object]]()
        while sum(line["event"] == "gateway_started" for line in lines) < 3:
            lines.append(json.loads(process.stdout.readline()))
        (warning,) = (line for line in lines if line["event"] == "quotas_by_process")
        assert warning["workers"] == 3
        url = next(str(line["address"]) for line in lines if line["event"] == "gateway_starting")
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        statuses = asyncio.run(_asked(url, key))
    assert statuses == {200: FITS, 402: 60 - FITS}


async def _asked(url: str, key: str) -> Counter[int]:
    """Sixty at once, each by a connection of its own, so that every process has some."""

    async def one() -> int:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            path, headers = f"{url}/v1/chat/completions", {"authorization": f"Bearer {key}"}
            return (await client.post(path, json=BODY, headers=headers)).status_code

    return Counter(await asyncio.gather(*(one() for _ in range(60))))
