"""Two real llama.cpp servers behind one name; one is killed and comes back, and nobody notices."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.policy import Alias, Policy, ProviderPolicy, Target, Timeouts
from gateway.routing.replicas import SLACK
from tests.support.local_llm import MODEL, LocalLlm, start_local_llm
from tests.support.running import policy_for, serving

pytestmark = [pytest.mark.engine, pytest.mark.asyncio]


def policy_of(servers: dict[str, LocalLlm]) -> Policy:
    base = policy_for("http://127.0.0.1:9")
    providers = {
        name: ProviderPolicy(
            name=name,
            kind="local",
            engine="llama_cpp",
            base_url=server.base_url,
            region="on_prem",
            timeouts=Timeouts(connect=2, first_byte=20, idle=20, total=40),
        )
        for name, server in servers.items()
    }
    alias = Alias(name="llama", targets=tuple(Target(provider=name, model=MODEL) for name in servers))
    return msgspec.structs.replace(base, providers=providers, models={"llama": alias})


@pytest.mark.fault("D18")
async def test_one_of_two_servers_is_killed_under_load_and_comes_back(tmp_path: Path) -> None:
    servers = {name: await asyncio.to_thread(start_local_llm, _made(tmp_path / name)) for name in ("gpu1", "gpu2")}
    port = int(servers["gpu1"].origin.rpartition(":")[2])
    answered: Counter[str] = Counter()
    failures: list[str] = []
    done = asyncio.Event()
    async with (
        serving(policy_of(servers), _made(tmp_path / "state")) as gateway,
        httpx.AsyncClient(trust_env=False, timeout=60, headers={"authorization": f"Bearer {gateway.key}"}) as client,
    ):

        async def ask_again_and_again(number: int) -> None:
            turn = 0
            while not done.is_set():
                turn += 1
                body = {
                    "model": "llama",
                    "max_tokens": 4,
                    "messages": [{"role": "user", "content": f"{number} {turn}"}],
                }
                answer = await client.post(f"{gateway.url}/v1/chat/completions", json=body)
                if answer.status_code == 200:
                    answered[answer.headers["x-gateway-provider"]] += 1
                else:
                    failures.append(answer.text)

        async def until(name: str, more: int) -> None:
            goal = answered[name] + more
            async with asyncio.timeout(60):
                while answered[name] < goal and not failures:
                    await asyncio.sleep(0.01)

        asking = [asyncio.create_task(ask_again_and_again(number)) for number in range(6)]
        await until("gpu1", 5)
        await until("gpu2", 5)
        servers["gpu1"].process.kill()
        await asyncio.to_thread(servers["gpu1"].close)
        await until("gpu2", 20)
        servers["gpu1"] = await asyncio.to_thread(start_local_llm, tmp_path / "gpu1", port)
        await until("gpu1", 5)
        done.set()
        await asyncio.gather(*asking)
    for server in servers.values():
        await asyncio.to_thread(server.close)
    assert failures == []


async def test_load_follows_the_queues_that_the_servers_tell(tmp_path: Path) -> None:
    servers = {name: await asyncio.to_thread(start_local_llm, _made(tmp_path / name)) for name in ("gpu1", "gpu2")}
    async with (
        serving(policy_of(servers), _made(tmp_path / "state")) as gateway,
        httpx.AsyncClient(trust_env=False, timeout=60, headers={"authorization": f"Bearer {gateway.key}"}) as client,
    ):
        engines = gateway.gateway.engines

        async def ask(url: str, text: str, tokens: int) -> str:
            body = {"model": MODEL, "max_tokens": tokens, "messages": [{"role": "user", "content": text}]}
            answer = await client.post(url, json=body | ({"model": "llama"} if "gateway" in text else {}))
            assert answer.status_code == 200, answer.text
            return answer.headers.get("x-gateway-provider", "")

        async def answered(name: str) -> Counter[str]:
            """By whom, of twenty beginnings that no cache knows."""
            url = f"{gateway.url}/v1/chat/completions"
            return Counter([await ask(url, f"gateway {name} {number}", 2) for number in range(20)])

        async def told(waiting: Callable[[int], bool]) -> None:
            async with asyncio.timeout(30):
                while (load := engines.seen.get("gpu1")) is None or not waiting(load.waiting):
                    await engines.look()
                    await asyncio.sleep(0.05)

        async def crowd(number: int) -> None:
            while True:
                await ask(f"{servers['gpu1'].base_url}/chat/completions", f"{number}", 100)

        assert (await answered("before")).keys() == {"gpu1", "gpu2"}
        others = [asyncio.create_task(crowd(number)) for number in range(12)]
        try:
            await told(lambda waiting: waiting > SLACK)
            assert await answered("meanwhile") == {"gpu2": 20}, "others have filled its queue, and it said so"
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await told(lambda waiting: waiting == 0)
        assert (await answered("after")).keys() == {"gpu1", "gpu2"}
    for server in servers.values():
        await asyncio.to_thread(server.close)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
