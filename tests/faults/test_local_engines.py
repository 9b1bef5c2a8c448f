"""Two real llama.cpp servers: killed and back, with several versions, warmed up, drained; and nobody notices."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.engines import EngineLoad
from gateway.core.policy import Alias, Policy, ProviderPolicy, Target, Timeouts
from gateway.policy.load import load_policy
from gateway.policy.source import PolicyFolder
from gateway.routing.replicas import SLACK
from tests.support.local_llm import MODEL, LocalLlm, start_local_llm
from tests.support.running import TEST_ADMIN_TOKEN, RunningGateway, policy_for, serving

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


POLICY = """\
version: 1
providers:
  gpu1: {kind: local, engine: llama_cpp, base_url: "URL1", region: on_prem, WARM}
  gpu2: {kind: local, engine: llama_cpp, base_url: "URL2", region: on_prem, WARM}
models:
  new: {targets: [{provider: gpu1, model: v2}, {provider: gpu2, model: v2}]}
  old: {targets: [{provider: gpu1, model: v1}, {provider: gpu2, model: v1}]}
teams:
  demo: {models: [new, old]}
"""


class QuickFolder(PolicyFolder):
    """Looks often, so that an edit is in force at once."""

    async def watch(self, seconds: float = 0.02) -> None:
        await super().watch(0.02)


class Asking:
    """A gateway with the policy of a folder, over two real servers."""

    def __init__(self, gateway: RunningGateway, client: httpx.AsyncClient, folder: Path) -> None:
        self.gateway = gateway
        self.client = client
        self.folder = folder
        self.engines = gateway.gateway.engines

    async def by_whom(self, model: str, questions: int = 20) -> Counter[str]:
        """Of beginnings that no cache knows."""
        found: Counter[str] = Counter()
        for number in range(questions):
            body = {"model": model, "max_tokens": 2, "messages": [{"role": "user", "content": f"{model} {number}"}]}
            answer = await self.client.post(f"{self.gateway.url}/v1/chat/completions", json=body)
            assert answer.status_code == 200, answer.text
            found[answer.headers["x-gateway-provider"]] += 1
        return found

    async def looked(self, name: str, until: Callable[[EngineLoad | None], object]) -> None:
        async with asyncio.timeout(30):
            while name not in self.engines.seen or not until(self.engines.seen[name]):
                await self.engines.look()
                await asyncio.sleep(0.01)

    async def metrics(self) -> str:
        return (await self.client.get(f"{self.gateway.url}/metrics")).text

    async def edited(self, old: str, new: str) -> None:
        """Edit the folder, and return when that is in force."""
        path, before = self.folder / "policy.yaml", self.gateway.gateway.policies.current
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        async with asyncio.timeout(30):
            while self.gateway.gateway.policies.current is before:
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def asking(home: Path, servers: dict[str, LocalLlm], warm_up: str = "") -> AsyncIterator[Asking]:
    folder = _made(home / "policies")
    text = POLICY.replace("URL1", servers["gpu1"].base_url).replace("URL2", servers["gpu2"].base_url)
    (folder / "policy.yaml").write_text(text.replace(", WARM", f", warm_up: {warm_up}" if warm_up else ""))
    async with (
        serving(
            await asyncio.to_thread(load_policy, folder, {}),
            _made(home / "state"),
            source=lambda: QuickFolder(folder, {}),
        ) as gateway,
        httpx.AsyncClient(trust_env=False, timeout=60, headers={"authorization": f"Bearer {gateway.key}"}) as client,
    ):
        yield Asking(gateway, client, folder)


Start = Callable[..., Awaitable[LocalLlm]]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Start]:
    """(name, model, port) -> a server, which ends with the test."""
    running: list[LocalLlm] = []

    async def start(name: str, model: str, port: int = 0) -> LocalLlm:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        running.append(await asyncio.to_thread(start_local_llm, folder, port, model))
        return running[-1]

    yield start
    for server in running:
        server.close()


async def test_versions_stand_side_by_side_and_each_is_answered_by_a_server_that_has_it(
    tmp_path: Path, started: Start
) -> None:
    servers = {"gpu1": await started("gpu1", "v1"), "gpu2": await started("gpu2", "v2")}
    port = int(servers["gpu1"].origin.rpartition(":")[2])
    async with asking(tmp_path, servers) as asked:
        for name in servers:
            await asked.looked(name, lambda load: load is not None and load.models is not None)
        assert await asked.by_whom("new") == {"gpu2": 20}
        assert await asked.by_whom("old") == {"gpu1": 20}
        told = await asked.metrics()
        assert 'gateway_engine_model{model="v2",provider="gpu1",state="another"} 1.0' in told
        assert 'gateway_engine_model{model="v2",provider="gpu2",state="loaded"} 1.0' in told
        await asyncio.to_thread(servers["gpu1"].close)
        servers["gpu1"] = await started("gpu1", "v2", port)
        await asked.looked("gpu1", lambda load: load is not None and load.models and "v2" in load.models.states)
        assert (await asked.by_whom("new")).keys() == {"gpu1", "gpu2"}
        url = f"{await asked.gateway.admin_url()}/admin/v1/engines"
        shown = (await asked.client.get(url, headers={"authorization": f"Bearer {TEST_ADMIN_TOKEN}"})).json()
        assert [(each["name"], each["state"], each["models"]["v2"]) for each in shown["engines"]] == [
            ("gpu1", "ready", "loaded"),
            ("gpu2", "ready", "loaded"),
        ]


async def test_a_server_that_comes_back_is_asked_first_and_gets_its_share_little_by_little(
    tmp_path: Path, started: Start
) -> None:
    servers = {name: await started(name, "v2") for name in ("gpu1", "gpu2")}
    port = int(servers["gpu1"].origin.rpartition(":")[2])
    async with asking(tmp_path, servers, "{over: 1h, prompt: Hello}") as asked:
        for name in servers:
            await asked.looked(name, lambda load: load is not None)
        assert (await asked.by_whom("new")).keys() == {"gpu1", "gpu2"}, "both stood before the gateway did"
        await asyncio.to_thread(servers["gpu1"].close)
        await asked.looked("gpu1", lambda load: load is None)
        assert 'gateway_engine_share{provider="gpu1",state="not_ready"} 0.0' in await asked.metrics()
        servers["gpu1"] = await started("gpu1", "v2", port)
        await asked.looked("gpu1", lambda load: load is not None)
        told = await asked.client.get(f"{servers['gpu1'].origin}/metrics")
        assert "llamacpp:tokens_predicted_total 1\n" in told.text, "one token, of the one model that it was asked"
        load = asked.engines.seen["gpu1"]
        assert load.share == pytest.approx(0.05, abs=0.01)
        assert 'gateway_engine_share{provider="gpu1",state="warming"} 0.05' in await asked.metrics()
        assert (await asked.by_whom("new", 40))["gpu1"] < 15, "of 40 it would have had 20, and has 1 or so"


@contextlib.asynccontextmanager
async def stopped_within_a_stream(
    asked: Asking, server: LocalLlm, said: dict[str, object]
) -> AsyncIterator[httpx.Response]:
    """A stream that has begun and cannot end: the server stands still. On a busy machine a small model is done before
    it can be stopped; then it is asked again.
    """
    url = f"{asked.gateway.url}/v1/chat/completions"
    async with asyncio.timeout(60):
        while True:
            answer = await asked.client.send(asked.client.build_request("POST", url, json=said), stream=True)
            server.process.send_signal(signal.SIGSTOP)
            await asked.by_whom("gpu2/v2", 1)  # by then all that it had said has come
            if 'gateway_engine_requests{provider="gpu1",which="under_way"} 1.0' in await asked.metrics():
                break
            server.process.send_signal(signal.SIGCONT)
            await answer.aclose()
    try:
        yield answer
    finally:
        await answer.aclose()


async def test_a_server_is_drained_by_an_edit_and_its_stream_ends_by_itself(tmp_path: Path, started: Start) -> None:
    servers = {name: await started(name, "v2") for name in ("gpu1", "gpu2")}
    async with asking(tmp_path, servers) as asked:
        said = {"model": "gpu1/v2", "max_tokens": 1900, "stream": True, "messages": [{"role": "user", "content": "go"}]}
        await asked.edited("models: [new, old]", 'models: ["*"]')
        url = f"{asked.gateway.url}/v1/chat/completions"
        async with stopped_within_a_stream(asked, servers["gpu1"], said) as answer:
            lines = answer.aiter_lines()
            await asked.edited("region: on_prem}\n  gpu2", "region: on_prem, drain: true}\n  gpu2")
            assert await asked.by_whom("new") == {"gpu2": 20}
            refused = await asked.client.post(url, json=said)
            assert (refused.status_code, "drained" in refused.text) == (502, True)
            assert 'gateway_engine_share{provider="gpu1",state="draining"} 0.0' in await asked.metrics()
            servers["gpu1"].process.send_signal(signal.SIGCONT)
            rest = [line async for line in lines]
        assert "data: [DONE]" in rest
        assert 'gateway_engine_share{provider="gpu1",state="empty"} 0.0' in await asked.metrics()
        assert 'gateway_engine_requests{provider="gpu1",which="under_way"} 0.0' in await asked.metrics()
        await asked.edited("drain: true", "drain: false")
        assert (await asked.by_whom("new")).keys() == {"gpu1", "gpu2"}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
