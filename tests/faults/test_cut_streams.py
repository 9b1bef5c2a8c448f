"""Streams that were cut, by a client that left or a provider that broke off: each has a cost, and together they cost
what the provider bills."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
import pytest

from gateway.core.money import NANO
from gateway.core.policy import PriceOverride
from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

PROMPT: Final = "say " + "river stone light paper music " * 12
"""Each word is one token to the provider, and to whoever counts for it."""
MODELS: Final = {
    "openai_chat": ("openai", "gpt-4.1-mini"),
    "openai_responses": ("openai", "gpt-4.1"),
    "anthropic": ("claude", "claude-sonnet-4-5"),
    "gemini": ("gemini", "gemini-2.0-flash"),
    "mistral": ("mistral", "mistral-large-latest"),
}
LEAVES: Final = "slow=0.03"
"""The client does; all others are the provider's doing."""
WAYS: Final = (LEAVES, "cut-after", "slow=0.01+reset-after", "end-after", "error-after")
"""A reset throws away what is on its way: all at once, as no model speaks, most of an answer would never have come."""
FRAMES: Final = (12, 25, 38, 50)
WITHIN: Final = 0.02

Cut = tuple[str, str, int]


def suffix(way: str, frames: int) -> str:
    return f"+{way}" if way == LEAVES else f"+{way}={frames}"


def asked(dialect: str, way: str, frames: int) -> tuple[str, dict[str, Any]]:
    """Path and body."""
    provider, model = MODELS[dialect]
    named = f"{provider}/{model}{suffix(way, frames)}"
    messages = [{"role": "user", "content": PROMPT}]
    match dialect:
        case "openai_chat":
            return "/v1/chat/completions", {"model": named, "stream": True, "messages": messages}
        case "openai_responses":
            return "/v1/responses", {"model": named, "stream": True, "input": PROMPT}
        case "anthropic":
            return "/v1/messages", {"model": named, "stream": True, "max_tokens": 500, "messages": messages}
        case "mistral":
            return "/mistral/v1/chat/completions", {"model": named, "stream": True, "messages": messages}
    path = f"/v1beta/models/{named}:streamGenerateContent?alt=sse"
    return path, {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}


async def cut(gateway: RunningGateway, session: aiohttp.ClientSession, one: Cut) -> None:
    dialect, way, frames = one
    path, body = asked(dialect, way, frames)
    headers = {"authorization": f"Bearer {gateway.key}", "anthropic-version": "2023-06-01"}
    came = 0
    with contextlib.suppress(aiohttp.ClientError):
        async with session.post(gateway.url + path, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            async for line in answer.content:
                came += line.startswith(b"data:")
                if way == LEAVES and came >= frames:
                    answer.close()
                    return


async def cut_streams(folder: Path, provider: SimulatedServer, number: int) -> None:
    every = list(itertools.product(MODELS, WAYS, FRAMES))
    cuts = list(itertools.islice(itertools.cycle(every), number))
    prices = tuple(
        PriceOverride(
            provider=MODELS[dialect][0],
            model=MODELS[dialect][1] + suffix(way, frames),
            currency="USD",
            since="2020-01-01",
            input=NANO,
            output=2 * NANO,
        )
        for dialect, way, frames in every
        if way != LEAVES or frames == FRAMES[0]
    )
    policy = msgspec.structs.replace(policy_for(provider.url), price_overrides=prices)
    async with serving(policy, folder) as gateway, aiohttp.ClientSession() as session:
        places = asyncio.Semaphore(10)

        async def one_by_one(one: Cut) -> None:
            async with places:
                await cut(gateway, session, one)

        await asyncio.gather(*map(one_by_one, cuts))
        while provider.open_streams or gateway.gateway.edge.in_flight:
            await asyncio.sleep(0.01)
        rows = await gateway.usage_rows()
    bills = [one.bill for one in provider.requests if one.bill is not None]
    assert len(rows) == len(bills) == number
    assert all(row["cost_nano"] and row["price_source"] for row in rows)
    billed = sum(bill.input_tokens + 2 * bill.output_tokens for bill in bills) * NANO // 1_000_000
    recorded = sum(row["cost_nano"] for row in rows)
    assert abs(recorded - billed) <= WITHIN * billed, recorded / billed


async def test_a_hundred_cut_streams_cost_what_is_billed(tmp_path: Path, provider: SimulatedServer) -> None:
    await cut_streams(tmp_path, provider, 100)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_a_thousand_cut_streams_cost_what_is_billed(tmp_path: Path, provider: SimulatedServer) -> None:
    await cut_streams(tmp_path, provider, 1000)
