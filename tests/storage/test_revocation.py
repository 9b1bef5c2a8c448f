"""A key that is revoked is dead on every replica: within a second where Redis carries the news, ten without."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from tests.support.replicas import POLICY, command, environment, replicas
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

REQUESTS_A_SECOND = 50


async def ask(client: httpx.AsyncClient, url: str, key: str) -> tuple[float, int]:
    """(when it was sent, the status)."""
    began = time.monotonic()
    answer = await client.get(f"{url}/v1/models", headers={"authorization": f"Bearer {key}"})
    return began, answer.status_code


async def revoked_under_load(home: Path, environ: dict[str, str], urls: list[str], key_id: str, key: str) -> float:
    """Seconds from the end of `keys revoke` to the last request that was sent and still accepted, on any replica."""
    answers: list[asyncio.Task[tuple[float, int]]] = []
    dead_everywhere = asyncio.Event()

    async def load(client: httpx.AsyncClient) -> None:
        for number in range(60 * REQUESTS_A_SECOND):
            answers.append(asyncio.create_task(ask(client, urls[number % len(urls)], key)))
            await asyncio.sleep(1 / REQUESTS_A_SECOND)
            if dead_everywhere.is_set():
                return

    async with httpx.AsyncClient(timeout=30) as client:
        loading = asyncio.create_task(load(client))
        while len([task for task in answers if task.done()]) < REQUESTS_A_SECOND:
            await asyncio.sleep(0.01)
        assert {task.result()[1] for task in answers if task.done()} == {200}
        await asyncio.to_thread(command, home, environ, "keys", "revoke", key_id)
        revoked_at = time.monotonic()
        for url in urls:
            while (await ask(client, url, key))[1] != 401:
                assert time.monotonic() - revoked_at < 30
        still = len(answers)
        while len(answers) < still + REQUESTS_A_SECOND:  # nothing brings it back
            await asyncio.sleep(0.01)
        dead_everywhere.set()
        await loading
        outcomes = [await task for task in answers]
    assert {status for _, status in outcomes} == {200, 401}
    return max(began for began, status in outcomes if status == 200) - revoked_at


@pytest.mark.parametrize(
    ("with_redis", "count", "within"),
    [pytest.param(True, 3, 1.0, id="redis", marks=pytest.mark.valkey), pytest.param(False, 1, 10.0, id="none")],
)
def test_a_revoked_key_is_dead_on_every_replica_under_load(
    tmp_path: Path, request: pytest.FixtureRequest, with_redis: bool, count: int, within: float
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text(POLICY)
    redis = {"GATEWAY_REDIS_URL": request.getfixturevalue("valkey_url")} if with_redis else {}
    environ = environment(tmp_path, redis)
    command(tmp_path, environ, "migrate")
    with replicas(tmp_path, environ, count) as urls:
        issued = json.loads(command(tmp_path, environ, "keys", "create", "--team", "demo", "--json"))
        lag = asyncio.run(revoked_under_load(tmp_path, environ, urls, issued["id"], issued["key"]))
    print(f"last accepted {lag:.3f} s after the revocation")
    assert lag <= within
