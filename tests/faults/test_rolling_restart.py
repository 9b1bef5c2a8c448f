"""Replicas are replaced one after the other under streams, as a deployment does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.providers.simulated.server import serve_simulated
from tests.support.replicas import environment, replica, replica_processes, wait_for, with_key
from tests.support.running import TEST_ROOT_KEY

pytestmark = pytest.mark.asyncio

POLICY = """\
version: 1
providers:
  sim: {{kind: local, base_url: "{url}/local/v1", region: on_prem, engine: vllm}}
models:
  slow: {{targets: [{{provider: sim, model: "m+chunks=20+slow=0.05"}}]}}
teams:
  demo: {{models: [slow]}}
overload: {{announce: {announce}, drain: 60s}}
"""


class Balancer:
    """What stands before replicas: it sends to those that say that they are ready, in turns.

    A second try goes to another replica. While the machine is too busy for a look within `announce`, a replica that
    leaves is found out by whoever is sent there.
    """

    def __init__(self, urls: list[str]) -> None:
        self.ready = list(urls)
        self._turn = 0

    def next(self, refused: str = "") -> str:
        self._turn += 1
        others = [url for url in self.ready if url != refused] or self.ready
        return others[self._turn % len(others)]

    async def look(self, client: httpx.AsyncClient, urls: list[str]) -> None:
        ready = []
        for url in urls:
            try:
                if (await client.get(f"{url}/health/ready")).status_code == 200:
                    ready.append(url)
            except httpx.TransportError:
                pass  # gone
        self.ready = ready or self.ready


async def restart(folder: Path, replicas: int, restarts: int, streams: int, announce: str) -> str:
    """`announce`: several times what a look of the balancer takes, whose clients are on its loop."""
    provider = await serve_simulated()
    (folder / "policies").mkdir()
    (folder / "policies" / "p.yaml").write_text(POLICY.format(url=provider.url, announce=announce))
    environ = environment(folder, {"GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ENV": "prod"})
    _, key = await asyncio.to_thread(with_key, environ, team="demo")
    context = replica_processes(folder, environ, replicas)
    processes = await asyncio.to_thread(context.__enter__)
    urls, balancer, done = list(processes), Balancer(list(processes)), asyncio.Event()
    finished, retried, errors = 0, 0, []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:

        async def stream() -> None:
            nonlocal finished, retried
            body = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
            headers = {"authorization": f"Bearer {key}"}
            while not done.is_set():
                url = ""
                for attempt in range(2):
                    told, status, url = "", 0, balancer.next(url)
                    path = f"{url}/v1/chat/completions"
                    try:
                        async with client.stream("POST", path, json=body, headers=headers) as answer:
                            status = answer.status_code
                            told = (await answer.aread()).decode()
                    except httpx.TransportError as broken:
                        told = repr(broken)
                    if status in (0, 503) and attempt == 0:  # nothing was said: an SDK tries once more
                        retried += 1
                        continue
                    if status != 200 or not told.endswith("data: [DONE]\n\n"):
                        errors.append(f"{status} {told[-200:]}")
                        return
                    finished += 1
                    break

        async def look_again_and_again() -> None:
            while not done.is_set():
                await balancer.look(client, urls)
                await asyncio.sleep(0.1)

        looking = asyncio.create_task(look_again_and_again())
        asking = [asyncio.create_task(stream()) for _ in range(streams)]
        for url in urls[:restarts]:
            before = finished
            while finished < before + streams and not errors:
                await asyncio.sleep(0.02)
            processes[url].terminate()
            assert await asyncio.to_thread(processes[url].wait, 90) == 0
            processes[url] = await asyncio.to_thread(replica, folder, environ, int(url.rpartition(":")[2]))
            await asyncio.to_thread(wait_for, processes[url], f"{url}/health/ready")
            while url not in balancer.ready:
                await asyncio.sleep(0.02)
        done.set()
        await asyncio.gather(*asking, looking)
    for process in processes.values():
        process.terminate()
    for process in processes.values():  # they share one SQLite file, and all that is recorded goes there first
        assert await asyncio.to_thread(process.wait, 150) == 0
    await asyncio.to_thread(context.__exit__, None, None, None)
    await provider.close()
    assert errors == []
    return f"{finished} streams over {restarts} restarts of {replicas} replicas, 0 errors, {retried} retries"


@pytest.mark.timeout(300)
@pytest.mark.fault("A12")
async def test_a_replica_is_replaced_without_an_error(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", await restart(tmp_path, 2, 1, 10, "1s"))


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.fault("A12")
async def test_replicas_are_replaced_under_a_hundred_streams(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("figure", await restart(tmp_path, 3, 3, 100, "10s"))
