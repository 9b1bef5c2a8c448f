"""Local servers of every engine behind one name: who has the model, who is drained; through the public surface."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import aiohttp
import msgspec
import pytest

from gateway.core.engines import DRAINED, Engine, WarmUp
from gateway.core.policy import Alias, Policy, ProviderPolicy, Target, Timeouts
from gateway.policy.source import FixedPolicies
from gateway.providers.watch import EngineWatch
from gateway.routing.replicas import COLD, SLACK
from tests.support.engine_server import EngineServer, engine_server
from tests.support.running import TEST_ADMIN_TOKEN, RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

MODEL = "llama:1"


def policy_of(*pairs: dict[str, EngineServer], warm_up: WarmUp | None = None) -> Policy:
    """A name for each of them: those of its servers, with a plus between."""
    providers = {
        name: ProviderPolicy(
            name=name,
            kind="local",
            engine=server.engine,
            base_url=server.base_url,
            region="on_prem",
            warm_up=warm_up,
            timeouts=Timeouts(connect=2, first_byte=20, idle=20, total=40),
        )
        for servers in pairs
        for name, server in servers.items()
    }
    aliases = {
        "+".join(servers): Alias(
            name="+".join(servers), targets=tuple(Target(provider=name, model=MODEL) for name in servers)
        )
        for servers in pairs
    }
    return msgspec.structs.replace(policy_for("http://127.0.0.1:9"), providers=providers, models=aliases)


def without(policy: Policy, drained: str) -> Policy:
    """As a folder has it where `drain: true` is written there (`policy.build`)."""
    [alias] = policy.models.values()
    targets = tuple(target for target in alias.targets if target.provider != drained)
    return msgspec.structs.replace(
        policy,
        version="drained",
        providers={name: spec for name, spec in policy.providers.items() if name != drained},
        models={alias.name: msgspec.structs.replace(alias, targets=targets)},
        disabled={drained: DRAINED},
    )


class Stood:
    def __init__(self, gateway: RunningGateway, policies: FixedPolicies, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self.policies = policies
        self._session = session

    async def ask(self, model: str, text: str) -> tuple[int, str]:
        """Status, and who answered."""
        body = {"model": model, "messages": [{"role": "user", "content": text}]}
        async with self._session.post("/v1/chat/completions", json=body) as got:
            await got.read()
            return got.status, got.headers.get("x-gateway-provider", "")

    async def by_whom(self, model: str, questions: int = 24) -> Counter[str]:
        answers = [await self.ask(model, str(number)) for number in range(questions)]
        assert {status for status, _ in answers} == {200}
        return Counter(name for _, name in answers)

    async def look(self) -> None:
        await self.gateway.gateway.engines.look()

    async def metrics(self) -> str:
        async with self._session.get("/metrics") as got:
            return await got.text()

    async def engines(self) -> dict[str, Any]:
        url = f"{await self.gateway.admin_url()}/admin/v1/engines"
        async with self._session.get(url, headers={"authorization": f"Bearer {TEST_ADMIN_TOKEN}"}) as got:
            return {engine["name"]: engine for engine in (await got.json())["engines"]}


@contextlib.asynccontextmanager
async def stood(policy: Policy, folder: Path) -> AsyncIterator[Stood]:
    policies = FixedPolicies(policy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EngineWatch, "start", lambda watch: None)  # servers are looked at where a test says so
        async with serving(policy, folder, source=lambda: policies) as gateway:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with aiohttp.ClientSession(gateway.url, headers=headers) as session:
                place = Stood(gateway, policies, session)
                await place.look()
                yield place


async def test_who_has_not_the_model_gets_nothing_until_it_has_it(tmp_path: Path) -> None:
    engines: tuple[Engine, ...] = get_args(Engine)
    async with contextlib.AsyncExitStack() as stack:
        pairs = [
            {
                f"{engine}-has": await stack.enter_async_context(engine_server(engine, loaded=[MODEL])),
                f"{engine}-lacks": await stack.enter_async_context(engine_server(engine, loaded=["other"])),
            }
            for engine in engines
        ]
        place = await stack.enter_async_context(stood(policy_of(*pairs), tmp_path))
        shown = await place.engines()
        for engine, servers in zip(engines, pairs, strict=True):
            has, lacks = servers
            assert await place.by_whom(f"{has}+{lacks}") == {has: 24}
            assert servers[lacks].chats == []
            missing = "another" if engine in ("llama_cpp", "sglang") else "missing"
            assert (shown[has]["models"], shown[lacks]["models"]) == ({MODEL: "loaded"}, {MODEL: missing})
            servers[lacks].loaded.append(MODEL)
        await place.look()
        for has, lacks in pairs:
            assert (await place.by_whom(f"{has}+{lacks}")).keys() == {has, lacks}


@pytest.mark.parametrize("engine", ["llama_cpp", "ollama"])
async def test_what_lies_on_a_disk_is_loaded_when_others_are_busy(tmp_path: Path, engine: Engine) -> None:
    async with (
        engine_server(engine, loaded=[MODEL], router=True) as warm,
        engine_server(engine, on_disk=[MODEL], router=True) as cold,
        stood(policy_of({"warm": warm, "cold": cold}), tmp_path) as place,
    ):
        assert await place.by_whom("warm+cold") == {"warm": 24}
        warm.hold.clear()
        many = []
        try:
            for number in range(16):
                many.append(asyncio.create_task(place.ask("warm+cold", str(number))))
                await until(lambda: len(warm.chats) + len(cold.chats) == 24 + len(many))
        finally:
            warm.hold.set()
        assert {status for status, _ in await asyncio.gather(*many)} == {200}
        assert COLD - SLACK <= len(warm.chats) - 24 < 16


async def test_a_drained_server_gets_nobody_new_and_is_empty_when_its_last_call_has_ended(tmp_path: Path) -> None:
    async with engine_server("vllm", loaded=[MODEL]) as one, engine_server("vllm", loaded=[MODEL]) as two:
        policy = policy_of({"one": one, "two": two}, warm_up=WarmUp(over=3600.0))
        async with stood(policy, tmp_path) as place:
            assert (await place.by_whom("one+two")).keys() == {"one", "two"}
            one.hold.clear()
            two.hold.clear()
            held = [asyncio.create_task(place.ask("one+two", str(number))) for number in range(12)]
            await until(lambda: len(one.chats) + len(two.chats) == 24 + 12)
            place.policies.current = without(policy, "one")
            await place.look()
            two.hold.set()
            asked = len(one.chats)
            assert await place.by_whom("one+two") == {"two": 24}
            shown = await place.engines()
            assert (shown["one"]["state"], shown["one"]["under_way"] > 0) == ("draining", True)
            assert 'gateway_engine_share{provider="one",state="draining"} 0.0' in await place.metrics()
            one.hold.set()
            assert {status for status, _ in await asyncio.gather(*held)} == {200}
            assert len(one.chats) == asked
            assert 'gateway_engine_share{provider="one",state="empty"} 0.0' in await place.metrics()
            place.policies.current = policy
            assert (await place.by_whom("one+two"))["one"] == 0, "named anew: it waits for the first look"
            await place.look()
            assert (await place.by_whom("one+two", 60))["one"] < 15, "and warms up"
            assert (await place.engines())["one"]["state"] == "warming"


async def test_a_burst_that_begins_alike_is_shared_out_at_once(tmp_path: Path) -> None:
    async with (
        engine_server("vllm", loaded=[MODEL]) as one,
        engine_server("vllm", loaded=[MODEL]) as two,
        stood(policy_of({"one": one, "two": two}), tmp_path) as place,
    ):
        one.hold.clear()
        two.hold.clear()
        many = [asyncio.create_task(place.ask("one+two", "one and the same " * 200)) for _ in range(20)]
        try:
            await until(lambda: len(one.chats) + len(two.chats) == 20)
        finally:
            one.hold.set()
            two.hold.set()
        assert {status for status, _ in await asyncio.gather(*many)} == {200}
        assert min(len(one.chats), len(two.chats)) >= 10 - SLACK
