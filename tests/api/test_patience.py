"""Clients that do not wait for long: what is ended for them, what is not begun, and who is not blamed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.core.policy import Alias, Target
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from tests.support.running import RunningGateway, policy_for, serving

pytestmark = pytest.mark.asyncio

SLOW = Alias(
    name="slow",
    targets=(Target(provider="openai", model="first+first-byte-delay=30"),),
    fallbacks=(Target(provider="mistral", model="second"),),
)
BROKEN = Alias(
    name="broken",
    targets=(Target(provider="openai", model="first+first-byte-delay=0.5+status=500"),),
    fallbacks=(Target(provider="mistral", model="second"),),
)


@contextlib.asynccontextmanager
async def stood(folder: Path) -> AsyncIterator[tuple[RunningGateway, SimulatedServer, aiohttp.ClientSession]]:
    provider = await serve_simulated()
    async with serving(policy_for(provider.url, models=(SLOW, BROKEN)), folder) as gateway:
        headers = {"authorization": f"Bearer {gateway.key}"}
        async with aiohttp.ClientSession(gateway.url, headers=headers) as session:
            yield gateway, provider, session
    await provider.close()


async def ask(session: aiohttp.ClientSession, model: str, stream: bool = False, **headers: str) -> tuple[int, str]:
    body: dict[str, Any] = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.post("/v1/chat/completions", json=body, headers=told) as got:
        return got.status, await got.text()


async def test_when_the_client_gives_up_the_call_is_ended_and_no_other_begun(tmp_path: Path) -> None:
    headers = "x_stainless_read_timeout", "x_stainless_timeout", "x_gateway_timeout"
    async with stood(tmp_path) as (gateway, provider, session):
        began = time.monotonic()
        answers = await asyncio.gather(*(ask(session, "slow", **{name: "1.2"}) for name in headers for _ in range(8)))
        assert time.monotonic() - began < 25, "the provider takes half a minute"
        assert {(status, json.loads(text)["error"]["code"]) for status, text in answers} == {(504, "upstream_timeout")}
        assert {call.model.partition("+")[0] for call in provider.requests} == {"first"}
        assert not {call.outcome for call in provider.requests} & {"running", "completed"}
        assert not gateway.gateway.health.open, "twenty-four who did not wait say nothing of the provider"
        assert not gateway.gateway.health.under_way
        rows = await gateway.usage_rows()
    assert {(row["status"], row["error_code"]) for row in rows} == {("upstream_error", "upstream_timeout")}
    assert all(row["estimated"] and row["input_tokens"] and not row["output_tokens"] for row in rows), (
        "it may be billed"
    )


async def test_a_fallback_gets_what_is_left_and_is_not_begun_with_too_little(tmp_path: Path) -> None:
    async with stood(tmp_path) as (_, provider, session):
        assert (await ask(session, "broken", x_gateway_timeout="20"))[0] == 200
        assert [call.model.partition("+")[0] for call in provider.requests] == ["first", "second"]
        assert (await ask(session, "broken", x_gateway_timeout="1.3"))[0] == 500
        assert [call.model.partition("+")[0] for call in provider.requests] == ["first", "second", "first"]


async def test_a_stream_is_ended_in_its_dialect_when_its_time_is_over(tmp_path: Path) -> None:
    async with stood(tmp_path) as (gateway, provider, session):
        endless = "openai/m+slow=0.05+chunks=400"
        for status, text in await asyncio.gather(
            *(ask(session, endless, True, x_gateway_timeout="1.2") for _ in range(25))
        ):
            last = [line for line in text.splitlines() if line.startswith("data: ")][-1]
            assert (status, json.loads(last[6:])["error"]["code"]) == (200, "upstream_timeout")
        rows = await gateway.usage_rows()
        assert {(row["status"], row["error_code"]) for row in rows} == {("upstream_cut", "upstream_timeout")}
        assert not gateway.gateway.health.open
        assert "completed" not in {call.outcome for call in provider.requests}


async def test_what_bounds_the_head_or_a_silence_does_not_bound_a_stream_that_flows(tmp_path: Path) -> None:
    flowing = "openai/m+slow=0.05+chunks=45"  # longer than what bounds it, by pieces that are far from as slow
    async with stood(tmp_path) as (_, _, session):
        headers = "x_stainless_timeout", "x_stainless_read_timeout"
        for status, text in await asyncio.gather(*(ask(session, flowing, True, **{name: "2"}) for name in headers)):
            assert (status, "[DONE]" in text) == (200, True)


async def test_googles_own_header_is_understood(tmp_path: Path) -> None:
    async with stood(tmp_path) as (_, provider, session):
        path = "/v1beta/models/gemini%2Fm+first-byte-delay=30:generateContent"
        headers = {"x-goog-api-client": "test", "x-server-timeout": "1"}
        body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
        began = time.monotonic()
        async with session.post(path, json=body, headers=headers) as got:
            assert got.status == 504, await got.text()
        assert time.monotonic() - began < 25, "the provider takes half a minute"
        assert len(provider.requests) == 1


@pytest.mark.parametrize("told", ["30s", "-1", "0", "nan", "soon", "1" * 17])
async def test_a_time_that_says_nothing_is_refused_before_anybody_is_asked(tmp_path: Path, told: str) -> None:
    async with stood(tmp_path) as (_, provider, session):
        status, text = await ask(session, "slow", x_gateway_timeout=told)
        error = json.loads(text)["error"]
        assert (status, error["param"], error["code"]) == (400, "x-gateway-timeout", "invalid_parameter")
        assert "a number of seconds above 0, as in 30" in error["message"]
        assert not provider.requests
