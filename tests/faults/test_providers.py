"""Providers that fail, over real ports: how many calls they get, and what clients see."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.overload import OverloadPolicy
from gateway.core.policy import Alias, Target
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

ASKED = {"messages": [{"role": "user", "content": "hi"}]}


def alias(first: str, *fallbacks: str) -> Alias:
    def target(name: str) -> Target:
        provider, _, model = name.partition("/")
        return Target(provider=provider, model=model)

    return Alias(name="m", targets=(target(first),), fallbacks=tuple(map(target, fallbacks)))


@asynccontextmanager
async def standing(tmp_path: Path, model: Alias) -> AsyncIterator[tuple[RunningGateway, SimulatedServer]]:
    provider = await serve_simulated()
    calm = OverloadPolicy(patience=60)  # for a turn at a target that said that it has too much: the machine may be slow
    policy = msgspec.structs.replace(policy_for(provider.url, models=(model,)), overload=calm)
    try:
        async with serving(policy, tmp_path) as gateway:
            yield gateway, provider
    finally:
        await provider.close()


async def ask(gateway: RunningGateway, times: int) -> list[httpx.Response]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        headers = {"authorization": f"Bearer {gateway.key}"}
        turns = asyncio.Semaphore(8)

        async def one() -> httpx.Response:
            async with turns:
                return await client.post(
                    f"{gateway.url}/v1/chat/completions", json={"model": "m", **ASKED}, headers=headers
                )

        return list(await asyncio.gather(*(one() for _ in range(times))))


@pytest.mark.asyncio
@pytest.mark.fault("D1")
async def test_a_rate_limit_is_passed_on_with_its_wait_and_not_multiplied(tmp_path: Path) -> None:
    async with standing(tmp_path, alias("openai/a+status=429+retry-after=7")) as (gateway, provider):
        answers = await ask(gateway, 60)
        assert {(one.status_code, one.headers["retry-after"]) for one in answers} == {(429, "7")}
        assert len(provider.requests) == 60
        assert not gateway.gateway.health.open


@pytest.mark.asyncio
@pytest.mark.fault("D1")
async def test_a_rate_limit_with_a_fallback_is_an_answer(tmp_path: Path) -> None:
    async with standing(tmp_path, alias("openai/a+status=429+retry-after=7", "mistral/b")) as (gateway, provider):
        answers = await ask(gateway, 20)
        assert {one.status_code for one in answers} == {200}
        tried = Counter(one.headers["x-gateway-tried"].rpartition(" ")[2] for one in answers)
        assert set(tried) == {"429", "upstream_busy"}  # told to wait, it is asked again only when that time is over
        assert tried["429"] == sum(one.status == 429 for one in provider.requests) <= 8


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [500, 503, 529])
@pytest.mark.fault("D2")
async def test_a_provider_that_only_fails_is_soon_left_alone(tmp_path: Path, status: int) -> None:
    async with standing(tmp_path, alias(f"openai/a+status={status}")) as (gateway, provider):
        answers = await ask(gateway, 300)
        seen = Counter(one.status_code for one in answers)
        assert set(seen) <= {status, 503}
        assert len(provider.requests) <= 0.15 * 300
        last = answers[-1]
        assert (last.status_code, last.json()["error"]["code"]) == (503, "upstream_circuit_open")
        rows = await gateway.usage_rows()
        assert len(rows) == 300
        async with httpx.AsyncClient(trust_env=False) as client:
            scraped = (await client.get(f"{gateway.url}/metrics")).text
        assert "gateway_targets_open 1.0" in scraped


@pytest.mark.asyncio
@pytest.mark.fault("D3")
async def test_a_provider_that_only_fails_costs_nobody_an_answer_where_there_is_a_fallback(tmp_path: Path) -> None:
    async with standing(tmp_path, alias("openai/a+status=500", "claude/b")) as (gateway, provider):
        answers = await ask(gateway, 200)
        assert {one.status_code for one in answers} == {200}
        failed = sum(one.status == 500 for one in provider.requests)
        assert failed <= 0.2 * 200
        assert sum(one.headers.get("x-gateway-tried", "").endswith(" 500") for one in answers) == failed
