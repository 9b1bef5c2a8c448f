"""A policy that changes while calls are under way: each costs what the policy says that it ran under."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.money import NANO
from gateway.core.policy import Policy, PriceOverride
from gateway.policy.source import FixedPolicies
from gateway.providers.simulated.server import serve_simulated
from tests.support.running import policy_for, serving

pytestmark = pytest.mark.asyncio

MODEL = "unlisted+slow=0.02+chunks=40"
PRICE = PriceOverride(provider="openai", model=MODEL, currency="USD", since="2020-01-01", input=NANO, output=2 * NANO)


def dearer(policy: Policy) -> Policy:
    price = msgspec.structs.replace(PRICE, input=9 * NANO, output=9 * NANO)
    return msgspec.structs.replace(policy, version="later", price_overrides=(price,))


def without_price(policy: Policy) -> Policy:
    return msgspec.structs.replace(policy, version="later", price_overrides=())


def without_provider(policy: Policy) -> Policy:
    others = {name: one for name, one in policy.providers.items() if name != "openai"}
    return msgspec.structs.replace(without_price(policy), providers=others)


@pytest.mark.parametrize("edit", [dearer, without_price, without_provider])
async def test_a_stream_that_its_client_left_costs_what_it_did_when_it_began(
    edit: Callable[[Policy], Policy], tmp_path: Path
) -> None:
    provider = await serve_simulated()
    policy = msgspec.structs.replace(policy_for(provider.url), price_overrides=(PRICE,))
    policies = FixedPolicies(policy)
    async with serving(policy, tmp_path, source=lambda: policies) as gateway, httpx.AsyncClient(timeout=30) as client:
        headers = {"authorization": f"Bearer {gateway.key}"}
        body = {
            "model": f"openai/{MODEL}",
            "stream": True,
            "messages": [{"role": "user", "content": "Tell me of the sea."}],
        }
        async with client.stream("POST", f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as answer:
            said = answer.aiter_bytes()
            while b"content" not in await anext(said):
                pass
            policies.current = edit(policy)
        async with asyncio.timeout(20):
            while not (rows := await gateway.usage_rows()):
                await asyncio.sleep(0.01)
    await provider.close()
    [row] = rows
    assert (row["status"], bool(row["estimated"]), bool(row["unpriced"])) == ("client_closed", True, False)
    assert row["cost_nano"] == row["input_tokens"] * 1000 + row["output_tokens"] * 2000 > 0
