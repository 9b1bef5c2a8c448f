"""Kept answers through the public surface: who gets one, what it costs, and what is never kept."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from gateway.core.caching import CachePolicy
from gateway.core.policy import Policy
from gateway.providers.simulated.server import SimulatedServer
from tests.support.fault_proxy import HEALTHY, Fault, proxied
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures
from tests.support.waiting import until

pytestmark = [pytest.mark.asyncio, pytest.mark.valkey]

CHAT = "/v1/chat/completions"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
HELLO = [{"role": "user", "content": "hello"}]
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai_chat": (CHAT, {"messages": HELLO}),
    "openai_responses": ("/v1/responses", {"input": "hello", "store": False}),
    "anthropic": ("/v1/messages", {"messages": HELLO, "max_tokens": 99}),
    "gemini": ("/gemini/v1beta/models/{model}:generateContent", {"contents": [{"parts": [{"text": "hello"}]}]}),
    "mistral": ("/mistral/v1/chat/completions", {"messages": HELLO}),
}


def cached(policy: Policy, **rules: Any) -> Policy:
    """Of all teams but `narrow`."""
    teams = {
        name: team if name == "narrow" else msgspec.structs.replace(team, cache=CachePolicy(enabled=True, **rules))
        for name, team in policy.teams.items()
    }
    return msgspec.structs.replace(policy, teams=teams)


@pytest_asyncio.fixture
async def gateway(provider: SimulatedServer, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    async with serving(cached(policy_for(provider.url)), tmp_path) as running:
        yield running


class Client(httpx.AsyncClient):
    def __init__(self, gateway: RunningGateway, team: str = "demo") -> None:
        super().__init__(
            base_url=gateway.url,
            headers={"authorization": f"Bearer {gateway.keys[team]}"},
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=200),
        )

    async def chat(self, model: str = "openai/gpt-5-mini", **more: Any) -> httpx.Response:
        headers = more.pop("headers", None)
        return await self.post(CHAT, json={"model": model, "messages": HELLO, **more}, headers=headers)


@pytest.mark.parametrize("provider_name", ["openai", "claude", "gemini", "mistral"])
@pytest.mark.parametrize("dialect", REQUESTS)
async def test_an_equal_request_gets_the_same_answer_without_a_call(
    gateway: RunningGateway, provider: SimulatedServer, dialect: str, provider_name: str
) -> None:
    path, body = REQUESTS[dialect]
    model = f"{provider_name}/small"
    async with Client(gateway) as client:
        url = path.format(model=model)
        first = await client.post(url, json={"model": model, **body} if dialect != "gemini" else body)
        again = await client.post(url, json={"model": model, **body} if dialect != "gemini" else body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.headers["x-gateway-cache"], again.headers["x-gateway-cache"]) == ("miss", "hit")
    assert len(provider.requests) == 1
    assert again.headers["x-gateway-provider"] == provider_name
    assert _timeless(again.json()) == _timeless(first.json())


async def test_what_was_not_carried_is_told_with_a_kept_answer_and_refused_to_who_is_strict(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    lossy = {"model": "openai/small", "messages": HELLO, "max_tokens": 99, "top_k": 7}
    async with Client(gateway) as client:
        first, again = [await client.post("/v1/messages", json=lossy) for _ in range(2)]
        keyed = [await client.post("/v1/messages", json=lossy, headers={"idempotency-key": "k"}) for _ in range(2)]
        strict = await client.post("/v1/messages", json=lossy, headers={"x-gateway-strict": "1"})
        conflict = await client.post(
            "/v1/messages", json=lossy, headers={"x-gateway-strict": "1", "idempotency-key": "k"}
        )
    told = [(one.headers["x-gateway-cache"], one.headers["x-gateway-dropped"]) for one in (first, again, *keyed)]
    assert told == [("miss", "top_k"), ("hit", "top_k"), ("hit", "top_k"), ("hit", "top_k")]
    assert keyed[1].headers["idempotent-replayed"] == "true"
    assert (strict.status_code, strict.json()["error"]["details"]["error_code"]) == (400, "untranslatable")
    assert conflict.status_code == 409


@pytest.mark.parametrize(("name", "value"), [("x-gateway-cache", "nostore"), ("x-gateway-strict", "on")])
async def test_a_wish_that_is_none_is_refused_rather_than_ignored(
    gateway: RunningGateway, provider: SimulatedServer, name: str, value: str
) -> None:
    async with Client(gateway) as client:
        refused = await client.chat(headers={name: value})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, name)
    assert not provider.requests


def _timeless(told: Any) -> Any:
    """Without what an encoder stamps anew: ids and times."""
    if isinstance(told, dict):
        return {name: _timeless(value) for name, value in told.items() if name not in {"id", "created", "created_at"}}
    return [_timeless(one) for one in told] if isinstance(told, list) else told


@pytest.mark.parametrize("first_streams", [True, False])
async def test_a_stream_and_a_whole_answer_serve_each_other(
    gateway: RunningGateway, provider: SimulatedServer, first_streams: bool
) -> None:
    async with Client(gateway) as client:
        answers = [await client.chat(stream=streams) for streams in (first_streams, not first_streams, first_streams)]
    assert [one.headers["x-gateway-cache"] for one in answers] == ["miss", "hit", "hit"]
    assert len(provider.requests) == 1
    texts = {_text(one.text) for one in answers}
    assert len(texts) == 1
    assert texts != {""}


def _text(body: str) -> str:
    if not body.startswith("data:"):
        return str(json.loads(body)["choices"][0]["message"]["content"])
    frames = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for frame in frames for choice in frame["choices"])


async def test_a_hit_costs_nothing_and_the_books_say_what_it_saved(gateway: RunningGateway) -> None:
    async with Client(gateway) as client:
        first, again = await client.chat(), await client.chat()
    assert float(first.headers["x-gateway-cost"].split()[0]) > 0
    assert again.headers["x-gateway-cost"] == "0.0 USD"
    paid, free = await gateway.usage_rows()
    assert (paid["cache"], free["cache"]) == ("miss", "hit")
    assert (free["cost_nano"], free["saved_nano"], free["input_tokens"]) == (0, paid["cost_nano"], 0)
    assert (free["status"], free["attempts"], free["price_source"]) == ("ok", 0, "cache")


async def test_teams_share_nothing_and_a_team_without_the_rule_has_no_cache(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    async with Client(gateway) as demo, Client(gateway, "swiss") as swiss, Client(gateway, "narrow") as narrow:
        told = [
            (await client.chat(model)).headers["x-gateway-cache"]
            for client, model in [(demo, "sim/m"), (swiss, "sim/m"), (swiss, "sim/m")]
        ]
        assert told == ["miss", "miss", "hit"]
        assert [(await narrow.chat("fast-chat")).headers["x-gateway-cache"] for _ in range(2)] == ["bypass", "bypass"]


async def test_a_client_may_keep_out_or_ask_anew(gateway: RunningGateway, provider: SimulatedServer) -> None:
    async with Client(gateway) as client:
        wishes = ["no-store", None, "refresh", "No-Store", None]
        told = [
            (await client.chat(headers={"x-gateway-cache": wish} if wish else {})).headers["x-gateway-cache"]
            for wish in wishes
        ]
    assert told == ["bypass", "miss", "miss", "bypass", "hit"]
    assert len(provider.requests) == 4


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("openai/m", {"temperature": 0.7}),
        ("openai/m", {"n": 2}),
        ("openai/m", {"messages": [{"role": "user", "content": [IMAGE]}]}),
        ("openai/m", {"max_tokens": 1}),
        ("openai/m+status=429", {}),
        ("openai/m+cut-after=3", {"stream": True}),
        ("openai/m+error-after=3", {"stream": True}),
        ("openai/m+end-after=3", {"stream": True}),
        ("openai/m+garbage", {}),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_varied_partial_or_failed_is_never_kept(
    gateway: RunningGateway, provider: SimulatedServer, model: str, more: dict[str, Any]
) -> None:
    async with Client(gateway) as client:
        told = [(await client.chat(model, **more)).headers["x-gateway-cache"] for _ in range(2)]
    assert "hit" not in told
    assert len(provider.requests) >= 2


async def test_an_answer_with_tool_calls_is_never_kept(gateway: RunningGateway, provider: SimulatedServer) -> None:
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
    async with Client(gateway) as client:
        answers = [await client.chat(tools=[tool], tool_choice="required") for _ in range(2)]
    assert all(one.json()["choices"][0]["message"]["tool_calls"] for one in answers)
    assert len(provider.requests) == 2


async def test_a_hundred_equal_requests_at_once_make_one_call(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    async with Client(gateway) as client:
        answers = await asyncio.gather(*(client.chat("openai/m+first-byte-delay=0.3") for _ in range(100)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.text for one in answers}) == 1
    assert len(provider.requests) == 1
    rows = await gateway.usage_rows()
    assert (len(rows), sum(row["attempts"] for row in rows)) == (100, 1)
    assert Counter(row["cache"] for row in rows) == {"miss": 1, "shared": 99}


async def test_who_waits_for_a_client_that_leaves_asks_himself(
    gateway: RunningGateway, provider: SimulatedServer
) -> None:
    model = "openai/m+first-byte-delay=0.5"
    async with Client(gateway) as leaver, Client(gateway) as client:
        leaving = asyncio.create_task(leaver.chat(model))
        while not provider.requests:
            await asyncio.sleep(0.005)
        waiting = [asyncio.create_task(client.chat(model)) for _ in range(5)]
        while len(gateway.gateway.edge.in_flight) < 6:
            await asyncio.sleep(0.005)
        leaving.cancel()
        answers = await asyncio.gather(*waiting)
    assert {one.status_code for one in answers} == {200}
    assert len(provider.requests) == 2


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}], ids=["equal", "of one key"])
async def test_who_waits_for_another_waits_no_longer_than_he_says(
    provider: SimulatedServer, tmp_path: Path, headers: dict[str, str]
) -> None:
    async with (
        proxied(provider.url) as proxy,
        serving(cached(policy_for(proxy.url)), tmp_path) as gateway,
        Client(gateway) as leader,
        Client(gateway) as client,
    ):
        proxy.fault = Fault(behind=0, then="wait")
        leading = asyncio.create_task(leader.chat(headers=headers))
        while not provider.requests:
            await asyncio.sleep(0.005)
        answer = await client.chat(headers={**headers, "x-gateway-timeout": "1"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")
        assert not leading.done()
        proxy.fault = HEALTHY
        assert (await leading).status_code == 200
    assert len(provider.requests) == 1


async def test_who_waits_for_a_failure_is_not_failed_by_it(gateway: RunningGateway, provider: SimulatedServer) -> None:
    model = "openai/m+status=400+first-byte-delay=0.2"
    async with Client(gateway) as client:
        answers = await asyncio.gather(*(client.chat(model) for _ in range(5)))
    assert {one.status_code for one in answers} == {400}
    assert len(provider.requests) == 5


async def test_replicas_share_answers_through_valkey(
    provider: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
) -> None:
    policy = cached(policy_for(provider.url))
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
        told = [(await client.chat()).headers["x-gateway-cache"] for client in (first, second)]
    assert told == ["miss", "hit"]
    assert len(provider.requests) == 1


async def test_policy_may_keep_varied_answers_too(provider: SimulatedServer, tmp_path: Path) -> None:
    async with serving(cached(policy_for(provider.url), sampled=True), tmp_path) as gateway, Client(gateway) as client:
        told = [(await client.chat("mistral/m", temperature=0.7)).headers["x-gateway-cache"] for _ in range(2)]
    assert told == ["miss", "hit"]


async def test_a_kept_stream_comes_event_by_event_where_policy_says_so(
    provider: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stages.answers.kept_answers.EVENT_PAUSE", 0.0)
    policy = cached(policy_for(provider.url), pace="natural")
    async with serving(policy, tmp_path) as gateway, Client(gateway) as client:
        first = await client.chat("openai/m+chunks=30", stream=True)
        body = {"model": "openai/m+chunks=30", "messages": HELLO, "stream": True}
        async with client.stream("POST", CHAT, json=body) as again:
            pieces = [piece async for piece in again.aiter_raw()]
    assert again.headers["x-gateway-cache"] == "hit"
    assert b"".join(pieces) == first.content
    assert len(pieces) > 5


async def test_a_client_that_leaves_within_a_kept_stream_costs_nothing_and_keeps_it_from_nobody(
    provider: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = cached(policy_for(provider.url), pace="natural")
    body = {"model": "openai/gpt-5-mini+chunks=30", "messages": HELLO, "stream": True}
    async with serving(policy, tmp_path) as gateway, Client(gateway) as client:
        first = await client.post(CHAT, json=body)
        with monkeypatch.context() as paused:
            paused.setattr("gateway.stages.answers.kept_answers.EVENT_PAUSE", 3600.0)  # it leaves meanwhile
            async with Client(gateway) as leaver, leaver.stream("POST", CHAT, json=body) as left:
                piece = await anext(left.aiter_raw())
        await until(lambda: not gateway.gateway.edge.in_flight)
        monkeypatch.setattr("gateway.stages.answers.kept_answers.EVENT_PAUSE", 0.0)
        again = await client.post(CHAT, json=body)
        _, row, _ = await gateway.usage_rows()
    assert first.content.startswith(piece)
    assert len(piece) < len(first.content)
    assert (row["cache"], row["status"], row["attempts"]) == ("hit", "client_closed", 0)
    assert not any(row[told] for told in ("cost_nano", "input_tokens", "output_tokens", "saved_nano"))
    assert (again.content, again.headers["x-gateway-cache"]) == (first.content, "hit")
    assert len(provider.requests) == 1
