"""A new version of a model beside the old one, as its clients see it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.core.policy import Alias, Target
from gateway.core.routes import Rollback
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"


@asynccontextmanager
async def standing(folder: Path, alias: Alias) -> AsyncIterator[tuple[RunningGateway, SimulatedServer]]:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url, models=(alias,)), folder) as gateway:
        yield gateway, provider
    await provider.close()


def client(gateway: RunningGateway, team: str = "demo") -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {gateway.keys[team]}"}
    return httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=30)


def saying(*texts: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(texts)]
    return {"model": "m", "messages": messages, **more}


async def test_a_conversation_keeps_to_its_target_and_conversations_are_shared_out(tmp_path: Path) -> None:
    targets = Target(provider="claude", model="a"), Target(provider="mistral", model="b")
    async with standing(tmp_path, Alias(name="m", targets=targets, sticky="conversation")) as (gateway, _):
        seen: Counter[str] = Counter()
        async with client(gateway) as asking:
            for number in range(24):
                first = await asking.post(CHAT, json=saying(f"hello {number}"))
                later = await asking.post(CHAT, json=saying(f"hello {number}", "yes?", "and now?", max_tokens=9))
                assert first.headers["x-gateway-provider"] == later.headers["x-gateway-provider"]
                seen[first.headers["x-gateway-provider"]] += 1
        assert min(seen["claude"], seen["mistral"]) >= 3


async def test_who_asks_keeps_to_one_target_whatever_is_asked(tmp_path: Path) -> None:
    targets = Target(provider="claude", model="a"), Target(provider="mistral", model="b")
    async with standing(tmp_path, Alias(name="m", targets=targets, sticky="user")) as (gateway, _):
        async with client(gateway) as asking:
            answers = [await asking.post(CHAT, json=saying(f"hello {number}")) for number in range(12)]
        assert len({one.headers["x-gateway-provider"] for one in answers}) == 1


async def test_a_canary_that_fails_is_taken_out_and_streams_go_on(tmp_path: Path) -> None:
    good = Target(provider="mistral", model="b+chunks=40+slow=0.02")
    bad = Target(provider="claude", model="a+error-after=1", canary=True)
    alias = Alias(name="m", targets=(good, bad), rollback=Rollback(after=10, errors=10))
    async with standing(tmp_path, alias) as (gateway, provider), client(gateway) as asking:
        going = [asyncio.create_task(asking.post(CHAT, json=saying("stream", stream=True))) for _ in range(40)]
        answers = await asyncio.gather(*going)
        whole = [one for one in answers if one.text.endswith("data: [DONE]\n\n")]
        assert len(whole) >= 10
        assert all('"error"' in one.text for one in answers if one not in whole)
        for _ in range(60):
            if out := gateway.gateway.trials.out(gateway.gateway.policies.current.version):
                break
            await asking.post(CHAT, json=saying("again"))
        assert out == [("m", ("claude", "a+error-after=1"))]
        assert "gateway_canaries_out 1.0" in (await asking.get("/metrics")).text
        failed = sum(one.model.startswith("a") for one in provider.requests)
        for _ in range(10):
            assert (await asking.post(CHAT, json=saying("later"))).status_code == 200
        assert sum(one.model.startswith("a") for one in provider.requests) == failed
