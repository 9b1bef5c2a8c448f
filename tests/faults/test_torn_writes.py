"""A power cut in the middle of a write of the journal: what a client was answered is on record, once, and nobody has to
lend a hand.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.audit.test_served import audit_in
from tests.faults.test_kill import POLICY, PRICE, Victims

pytestmark = pytest.mark.asyncio

CLIENTS = 4
MODEL = "gpt-4.1-mini"


async def answered_until_the_end(victims: Victims) -> list[str]:
    """Ids of the requests that were answered whole before the gateway died under them."""
    ids: list[str] = []

    async def ask(session: aiohttp.ClientSession) -> None:
        while True:
            body = {
                "model": f"openai/{MODEL}",
                "stream": len(ids) % 2 == 0,
                "messages": [{"role": "user", "content": f"Say {'word ' * (len(ids) % 50)}{len(ids)}"}],
            }
            async with session.post(victims.chat, json=body, headers=victims.headers) as answer:
                text = await answer.text()
                if answer.status == 503 and "under strain" in text:  # the machine has others to serve
                    await asyncio.sleep(1)
                    continue
                assert answer.status == 200, text
                assert not body["stream"] or text.rstrip().endswith("data: [DONE]")
                ids.append(answer.headers["x-gateway-request-id"])

    async with aiohttp.ClientSession() as session:
        ends = await asyncio.gather(*(ask(session) for _ in range(CLIENTS)), return_exceptions=True)
    assert all(isinstance(end, aiohttp.ClientError | OSError) for end in ends), ends
    return ids


async def torn_again_and_again(folder: Path, provider: SimulatedServer, runs: int, seed: int) -> int:
    """How many requests were answered, in all runs."""
    draw = random.Random(seed)
    policy = POLICY.format(url=provider.url, prices=PRICE.format(model=MODEL))
    victims = await asyncio.to_thread(Victims, folder / "victims", provider.url, policy)
    answered: list[str] = []
    try:
        for run in range(runs):
            # What is written before it listens are three at most. The first run answers some: of few, none else might.
            least = 4 if run else 40
            write = least + int(draw.random() ** 4 * 400)
            await asyncio.to_thread(victims.start, f"torn-write={write}={seed}.{run}")
            answered += await answered_until_the_end(victims)
            await asyncio.to_thread(victims.dead)
        for _ in range(2):
            await asyncio.to_thread(victims.start, "none")
            await asyncio.to_thread(victims.kill, signal.SIGTERM)
        rows = await victims.rows()
    finally:
        await asyncio.to_thread(victims.close)
    verdict, headers = await audit_in(victims.database, victims.state)
    assert verdict.state == "whole", verdict
    recorded = Counter((header.request, header.kind) for header in headers if header.request)
    assert set(recorded.values()) == {1}
    assert len(set(answered)) == len(answered)
    missing = [one for one in answered for kind in ("request", "outcome") if (one, kind) not in recorded]
    assert missing == []
    billed = Counter(row["request_id"] for row in rows)
    assert set(billed.values()) == {1}
    assert set(answered) <= set(billed)
    assert not list(victims.state.rglob("*.damaged*"))
    return len(answered)


@pytest.mark.timeout(300)
@pytest.mark.fault("B14")
async def test_torn_writes_lose_nothing_that_was_answered(tmp_path: Path, provider: SimulatedServer) -> None:
    assert await torn_again_and_again(tmp_path, provider, 4, random.randrange(1 << 32))


@pytest.mark.fault("B14")
@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_two_hundred_torn_writes_lose_nothing_that_was_answered(
    tmp_path: Path, provider: SimulatedServer
) -> None:
    assert await torn_again_and_again(tmp_path, provider, 200, random.randrange(1 << 32)) > 1000
