"""200 streams at once, of which 50 clients leave and 20 providers reset: a row each, and nothing left behind."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import aiohttp
import msgspec
import pytest

from gateway.core.money import NANO
from gateway.core.overload import OverloadPolicy
from gateway.core.policy import PriceOverride, Timeouts
from gateway.providers.simulated.server import serve_simulated
from tests.support.running import policy_for, serving

STREAMS, LEAVING, RESET = 200, 50, 20


async def stream(session: aiohttp.ClientSession, url: str, model: str, leave_after: int | None) -> str:
    """`left`, `broken` (the stream said so), `whole`, or how it was refused."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "stream 60 chunks"}]}
    frames = 0
    async with session.post(url + "/v1/chat/completions", json=body) as answer:
        if answer.status != 200:
            error = (await answer.json())["error"]
            return "broken" if error["code"] == "upstream_cut" else f"{answer.status} {error}"
        text = b""
        async for chunk in answer.content.iter_any():
            text += chunk
            frames += chunk.count(b"\n\n")
            if leave_after is not None and frames >= leave_after:
                return "left"
    return "broken" if b'"error"' in text else "whole"


@pytest.mark.asyncio
@pytest.mark.timeout(240)
async def test_200_streams_with_disconnects_and_resets(tmp_path: Path, database_url: str) -> None:
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    simulated = await serve_simulated()
    plans = [("openai/gpt-5-mini+slow=0.005", draw.randrange(1, 50)) for _ in range(LEAVING)]
    plans += [(f"openai/gpt-5-mini+slow=0.005+reset-after={draw.randrange(0, 50)}", None) for _ in range(RESET)]
    plans += [("claude/claude-sonnet-4-5+slow=0.005", None)] * 60
    plans += [("openai/gpt-5-mini+slow=0.005", None)] * (STREAMS - len(plans))
    draw.shuffle(plans)
    prices = tuple(
        PriceOverride(
            provider=model.partition("/")[0],
            model=model.partition("/")[2],
            currency="USD",
            since="2026-01-01",
            input=NANO,
            output=NANO,
        )
        for model in {model for model, _ in plans}
    )
    patient = Timeouts(connect=30, first_byte=60, idle=60, total=120)  # all of it runs on this one loop
    calm = OverloadPolicy(waiting=STREAMS, patience=60)
    policy = msgspec.structs.replace(policy_for(simulated.url, timeouts=patient), price_overrides=prices, overload=calm)
    async with serving(policy, tmp_path, database_url) as running:
        before = len(asyncio.all_tasks())
        headers = {"authorization": f"Bearer {running.key}"}
        async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0)) as session:
            outcomes = Counter(
                await asyncio.gather(*(stream(session, running.url, model, leave) for model, leave in plans))
            )
        assert outcomes == {"left": LEAVING, "broken": RESET, "whole": STREAMS - LEAVING - RESET}, seed
        async with asyncio.timeout(60):
            while running.gateway.edge.in_flight or simulated.open_streams:
                await asyncio.sleep(0.01)
        rows = await running.usage_rows()
        assert len({row["request_id"] for row in rows}) == len(rows)
        # On a slow machine a reset may take two seconds to come: then that call may be billed, and has a row beside.
        presumed = [row for row in rows if "." in row["request_id"]]
        assert all("+reset-after=0" in row["model"] and row["error_code"] == "upstream_cut" for row in presumed), seed
        rows = [row for row in rows if "." not in row["request_id"]]
        assert len(rows) == STREAMS, seed
        statuses = Counter(row["status"] for row in rows)
        assert statuses["ok"] + statuses["client_closed"] == STREAMS - RESET, (statuses, seed)
        assert statuses["upstream_cut"] + statuses["upstream_error"] == RESET, (statuses, seed)
        assert statuses["client_closed"] <= LEAVING
        # What a client that left, or a provider that broke off, had begun to use is not free.
        free = [row for row in rows if row["status"] != "upstream_error" and not row["cost_nano"]]
        assert free == [], seed
        async with asyncio.timeout(60):
            while len(asyncio.all_tasks()) > before + 4:  # keep-alive connections' own, and the ledger's two
                await asyncio.sleep(0.01)
        idle = running.gateway.providers.open_connections
    assert running.gateway.providers.open_connections == 0
    assert idle <= 2 * 256
    async with asyncio.timeout(60):
        while simulated.open_connections:
            await asyncio.sleep(0.01)
    await simulated.close()
