"""A key that is revoked is dead on every replica: within a second where Redis carries the news, ten without."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from gateway.storage.directory import CHANNEL
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyStore
from tests.support.databases import sqlite_url
from tests.support.ports import free_port
from tests.support.replicas import POLICY, environment, replicas, with_key
from tests.support.running import TEST_ADMIN_TOKEN
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

REQUESTS_A_SECOND = 50
TOKEN = TEST_ADMIN_TOKEN


async def ask(client: httpx.AsyncClient, url: str, key: str) -> tuple[float, int]:
    """(when it was sent, the status)."""
    began = time.monotonic()
    answer = await client.get(f"{url}/v1/models", headers={"authorization": f"Bearer {key}"})
    return began, answer.status_code


async def revoked_under_load(database: Path, redis_url: str | None, urls: list[str], key_id: str, key: str) -> float:
    """Seconds from the revocation's commit to the last request that was sent and still accepted, on any replica."""
    answers: list[asyncio.Task[tuple[float, int]]] = []
    dead_everywhere = asyncio.Event()

    async def load(client: httpx.AsyncClient) -> None:
        for number in range(60 * REQUESTS_A_SECOND):
            answers.append(asyncio.create_task(ask(client, urls[number % len(urls)], key)))
            await asyncio.sleep(1 / REQUESTS_A_SECOND)
            if dead_everywhere.is_set():
                return

    engine = open_engine(sqlite_url(database))
    async with httpx.AsyncClient(timeout=30) as client:
        loading = asyncio.create_task(load(client))
        while len([task for task in answers if task.done()]) < REQUESTS_A_SECOND:
            await asyncio.sleep(0.01)
        assert {task.result()[1] for task in answers if task.done()} == {200}
        await KeyStore(engine).revoke(key_id, time.time())
        revoked_at = time.monotonic()
        if redis_url is not None:
            async with Redis.from_url(redis_url) as redis:
                await redis.publish(CHANNEL, key_id)
        for url in urls:
            while (await ask(client, url, key))[1] != 401:
                assert time.monotonic() - revoked_at < 30
        still = len(answers)
        while len(answers) < still + REQUESTS_A_SECOND:  # nothing brings it back
            await asyncio.sleep(0.01)
        dead_everywhere.set()
        await loading
        outcomes = [await task for task in answers]
    await engine.dispose()
    assert {status for _, status in outcomes} == {200, 401}
    return max(began for began, status in outcomes if status == 200) - revoked_at


def shown(admin_port: int) -> list[dict[str, Any]]:
    url = f"http://127.0.0.1:{admin_port}/admin/v1/replicas"
    found: list[dict[str, Any]] = httpx.get(url, headers={"authorization": f"Bearer {TOKEN}"}).json()["replicas"]
    return found


@pytest.mark.parametrize(
    ("with_redis", "count", "within"),
    [
        pytest.param(True, 3, 1.0, id="redis", marks=pytest.mark.valkey),
        pytest.param(False, 1, 10.0, id="none", marks=pytest.mark.soak),
    ],
)
def test_a_revoked_key_is_dead_on_every_replica_under_load(
    tmp_path: Path, request: pytest.FixtureRequest, with_redis: bool, count: int, within: float
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text(POLICY)
    redis_url = request.getfixturevalue("valkey_url") if with_redis else None
    admin_port = free_port()  # one for all: whoever gets it serves it
    settings = {"GATEWAY_ADMIN_PORT": str(admin_port), "GATEWAY_ADMIN_TOKEN": TOKEN}
    environ = environment(tmp_path, settings | ({"GATEWAY_REDIS_URL": redis_url} if redis_url else {}))
    identifier, key = with_key(environ, team="demo")
    database = tmp_path / "state" / "gateway.db"
    with replicas(tmp_path, environ, count) as urls:
        lag = asyncio.run(revoked_under_load(database, redis_url, urls, identifier, key))
        while len({each["id"] for each in shown(admin_port) if not each["silent"]}) < count:
            time.sleep(0.1)
    print(f"last accepted {lag:.3f} s after the revocation")
    assert lag <= within
