"""One `Idempotency-Key`, one call: through a real port, the answers in the process and in Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gateway.core.caching import CachePolicy
from gateway.core.idempotency import REPLAY_SECONDS
from gateway.providers.simulated.server import SimulatedServer
from tests.api.test_cache import CHAT, HELLO, REQUESTS, Client, cached
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey]

KEY = {"idempotency-key": "order 7"}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


@pytest_asyncio.fixture(params=["in the process", "in Valkey"])
async def gateway(
    provider: SimulatedServer, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[RunningGateway]:
    url = request.getfixturevalue("valkey_url") if request.param == "in Valkey" else None
    async with serving(policy_for(provider.url), tmp_path, redis_url=url) as running:
        if url is not None:
            assert await running.gateway.redis.ready(5)
        yield running


def cache_of(*answers: httpx.Response) -> list[str]:
    """What each says of the cache; "replay" where it is a hit that says it was found by its key."""
    replayed = [answer.headers.get("idempotent-replayed") == "true" for answer in answers]
    told = [answer.headers["x-gateway-cache"] for answer in answers]
    assert not any(again and word != "hit" for again, word in zip(replayed, told, strict=True))
    return ["replay" if again else word for again, word in zip(replayed, told, strict=True)]


@pytest.mark.fault("E8")
async def test_fifty_at_once_make_one_call_and_another_body_is_refused(
    gateway: RunningGateway, provider: SimulatedServer, record_property: Callable[[str, object], None]
) -> None:
    async with Client(gateway) as client:
        answers = await asyncio.gather(
            *(client.chat("claude/m+first-byte-delay=0.3", headers=KEY, temperature=0.9) for _ in range(50))
        )
        other = await client.chat("claude/m", headers=KEY)
        later = await client.chat("claude/m+first-byte-delay=0.3", headers=KEY, temperature=0.9)
    calls = len(provider.requests)
    record_property("figure", f"{len(answers)} at once: {calls} call, {len({one.content for one in answers})} answer")
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in (*answers, later)}) == 1
    assert calls == 1
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert other.headers["x-should-retry"] == "false"  # SDKs ask again after a 409
    assert sorted(cache_of(*answers)) == ["bypass", *["replay"] * 49]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider_name", ["openai", "claude"])
@pytest.mark.parametrize("dialect", REQUESTS)
async def test_a_replay_is_the_same_to_the_byte(
    provider: SimulatedServer, tmp_path: Path, dialect: str, provider_name: str, stream: bool
) -> None:
    path, body = REQUESTS[dialect]
    model = f"{provider_name}/small"
    path = path.format(model=model)
    if dialect == "gemini":
        path = path.replace("generateContent", "streamGenerateContent?alt=sse") if stream else path
    else:
        body = {"model": model, **body, "stream": stream}
    async with serving(policy_for(provider.url), tmp_path) as gateway, Client(gateway) as client:
        first, again = [await client.post(path, json=body, headers=KEY) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert cache_of(first, again) == ["bypass", "replay"]
    assert len(provider.requests) == 1


async def test_tool_calls_and_varied_answers_are_repeated_too(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    asked: dict[str, Any] = {"tools": [TOOL], "tool_choice": "required", "temperature": 1.0}
    async with Client(gateway) as client:
        first, again = [await client.chat(headers=KEY, **asked) for _ in range(2)]
        cut = [await client.chat(headers={"idempotency-key": "short"}, max_tokens=1) for _ in range(2)]
    assert first.json()["choices"][0]["message"]["tool_calls"]
    assert again.content == first.content
    assert cut[0].content == cut[1].content
    assert len(provider.requests) == 2


async def test_a_replay_costs_nothing_and_its_row_says_so(gateway: RunningGateway) -> None:
    async with Client(gateway) as client:
        first, again = [await client.chat(headers=KEY) for _ in range(2)]
    assert float(first.headers["x-gateway-cost"].split()[0]) > 0
    assert again.headers["x-gateway-cost"] == "0.0 USD"
    paid, free = await gateway.usage_rows()
    assert paid["cost_nano"] > 0
    assert (free["cache"], free["price_source"], free["status"]) == ("replay", "replay", "ok")
    assert (free["cost_nano"], free["saved_nano"], free["input_tokens"], free["attempts"]) == (0, None, 0, 0)


@pytest.mark.parametrize("fault", ["status=400", "garbage", "cut-after=3", "error-after=3"])
async def test_what_failed_is_not_kept(gateway: RunningGateway, provider: SimulatedServer, fault: str) -> None:
    stream = fault.endswith("=3")
    async with Client(gateway) as client:
        await client.chat(f"openai/m+{fault}", headers=KEY, stream=stream)
        made = len(provider.requests)
        again = await client.chat(f"openai/m+{fault}", headers=KEY, stream=stream)
        assert len(provider.requests) > made
        assert cache_of(again) == ["bypass"]
        assert (await client.chat(headers=KEY)).status_code == 200  # and its key is free


async def test_where_the_first_fails_or_leaves_the_next_asks_and_never_two(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    model = "openai/m+first-byte-delay=1"  # all have come by then, on a busy machine too
    async with Client(gateway) as leaver, Client(gateway) as client:
        leaving = asyncio.create_task(leaver.chat(model, headers=KEY))
        while not provider.requests:
            await asyncio.sleep(0.005)
        waiting = [asyncio.create_task(client.chat(model, headers=KEY)) for _ in range(5)]
        while len(gateway.gateway.edge.in_flight) < 6:
            await asyncio.sleep(0.005)
        leaving.cancel()
        answers = await asyncio.gather(*waiting)
    assert len({one.content for one in answers}) == 1
    assert len(provider.requests) == 2


async def test_keys_of_teams_are_strangers(gateway: RunningGateway, provider: SimulatedServer) -> None:
    async with Client(gateway) as demo, Client(gateway, "narrow") as narrow:
        told = [await demo.chat("fast-chat", headers=KEY), await narrow.chat("fast-chat", headers=KEY)]
        assert (await narrow.chat("fast-chat", headers=KEY, user="another")).status_code == 409
    assert cache_of(*told) == ["bypass", "bypass"]
    assert len(provider.requests) == 2


async def test_the_key_wins_over_the_cache(provider: SimulatedServer, tmp_path: Path) -> None:
    async with serving(cached(policy_for(provider.url)), tmp_path) as gateway, Client(gateway) as client:
        told = [
            await client.chat(headers=KEY),
            await client.chat(headers=KEY),
            await client.chat(),
            await client.chat(headers={**KEY, "x-gateway-cache": "refresh"}),
            await client.chat(headers={"idempotency-key": "another"}),
            await client.chat(headers={"idempotency-key": "another"}),
        ]
    assert cache_of(*told) == ["miss", "replay", "hit", "replay", "hit", "replay"]
    assert len({one.content for one in told}) == 1
    assert CachePolicy().ttl < REPLAY_SECONDS == 86_400


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "tab\there"])
async def test_a_key_that_is_none_is_refused(provider: SimulatedServer, tmp_path: Path, key: str) -> None:
    async with serving(policy_for(provider.url), tmp_path) as gateway, Client(gateway) as client:
        sent = {b"idempotency-key": key.encode("latin-1")}
        body = {"model": "openai/m", "messages": HELLO}
        refused = await client.post(CHAT, json=body, headers=sent)  # type: ignore[arg-type]
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "Idempotency-Key")
        longest = await client.chat(headers={"idempotency-key": "x" * 255})
    assert longest.status_code == 200
    assert len(provider.requests) == 1


async def test_what_one_replica_answered_another_repeats(
    provider: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
) -> None:
    policy = policy_for(provider.url)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        serving(policy, tmp_path / "a", redis_url=valkey_url) as one,
        serving(policy, tmp_path / "b", redis_url=valkey_url) as other,
        Client(one) as first,
        Client(other) as second,
    ):
        assert await one.gateway.redis.ready(5)
        assert await other.gateway.redis.ready(5)
        told = [await client.chat("claude/m", headers=KEY, stream=True) for client in (first, second)]
        assert (await second.chat("claude/m", headers=KEY)).status_code == 409
    assert cache_of(*told) == ["bypass", "replay"]
    assert told[0].content == told[1].content
    assert len(provider.requests) == 1
