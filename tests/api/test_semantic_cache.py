"""Answers to texts that mean the same, through the public surface: who gets one, who never does, what the books say.

The simulated vectors are near each other where texts share words.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.core.caching import CHECKS
from gateway.policy.load import policy_of_text
from gateway.providers.simulated.server import SimulatedServer, serve_simulated
from gateway.storage.vectors import TAG
from tests.support.running import RunningGateway, serving
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"
POLICY = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{url}/openai/v1", api_key: k, region: us}}
  claude: {{kind: anthropic, base_url: "{url}/anthropic", api_key: k, region: us}}
  house: {{kind: local, engine: vllm, base_url: "{url}/local/v1", region: on_prem}}
models:
  vectors: {{targets: [{{provider: house, model: nomic}}]}}
pii: {{strict: {{}}}}
teams:
  demo:
    models: ["openai/*", "claude/*"]
    pii: strict
    cache: {{enabled: true, semantic: {{model: vectors, floor: 80%, checked: {checked}}}}}
  other:
    models: ["openai/*"]
    pii: strict
    cache: {{enabled: true, semantic: {{model: vectors, floor: 80%, checked: 0%}}}}
  bare: {{models: ["openai/*"], cache: {{enabled: true, semantic: {{model: vectors, floor: 80%, checked: 0%}}}}}}
  away: {{models: ["openai/*"], pii: strict, regions: [us], cache: {{enabled: true, semantic: {{model: vectors}}}}}}
"""
FIRST = "how can I change the password of my mailbox"
ALIKE = "how can I change the password of the mailbox"


class House:
    def __init__(self, gateway: RunningGateway, provider: SimulatedServer, client: httpx.AsyncClient) -> None:
        self.gateway = gateway
        self.provider = provider
        self._client = client

    async def ask(self, text: Any, team: str = "demo", **more: Any) -> httpx.Response:
        messages = [*more.pop("before", []), {"role": "user", "content": text}]
        answer = await self._client.post(
            CHAT,
            json={"model": "openai/gpt-5-mini", "messages": messages, **more},
            headers={"authorization": f"Bearer {self.gateway.keys[team]}"},
        )
        assert answer.status_code == 200
        return answer

    @property
    def calls(self) -> list[str]:
        """Models that were asked to chat, and those that made vectors."""
        return [request.model for request in self.provider.requests]


@asynccontextmanager
async def house(folder: Path, checked: str = "0%") -> AsyncIterator[House]:
    provider = await serve_simulated()
    policy = policy_of_text("p.yaml", POLICY.format(url=provider.url, checked=checked), {})
    async with (
        serving(policy, folder) as gateway,
        httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=30) as client,
    ):
        yield House(gateway, provider, client)
    await provider.close()


def told(answer: httpx.Response) -> tuple[str, bool]:
    return answer.headers["x-gateway-cache"], "x-gateway-cache-similarity" in answer.headers


async def test_a_text_that_means_the_same_gets_the_answer_and_is_told_how_alike_it_is(tmp_path: Path) -> None:
    async with house(tmp_path) as place:
        first, alike, equal = await place.ask(FIRST), await place.ask(ALIKE), await place.ask(FIRST)
        assert [told(one) for one in (first, alike, equal)] == [("miss", False), ("hit", True), ("hit", False)]
        assert 0.8 <= float(alike.headers["x-gateway-cache-similarity"]) < 1
        assert alike.json()["choices"] == first.json()["choices"]
        assert place.calls == ["nomic", "gpt-5-mini", "nomic"]
        rows = {row["request_id"]: row for row in await place.gateway.usage_rows()}
        own = rows[alike.headers["x-gateway-request-id"]]
        assert (own["cache"], own["cost_nano"], own["attempts"]) == ("similar", 0, 0)
        assert own["saved_nano"] == rows[first.headers["x-gateway-request-id"]]["cost_nano"] > 0
        vector = rows[f"{alike.headers['x-gateway-request-id']}.vector"]
        assert (vector["operation"], vector["team"], vector["status"]) == ("embeddings", "demo", "ok")
        assert (vector["key_id"], vector["input_tokens"] > 0) == (own["key_id"], True)
        metrics = (await place._client.get("/metrics")).text
        assert 'gateway_semantic_cache_total{model="vectors",outcome="answered"} 1.0' in metrics


OTHERS = [
    ("may I share the report with the board", "may I not share the report with the board"),
    ("what does plan 3 of the offer cost a month", "what does plan 4 of the offer cost a month"),
    ("say what the word 'alpha' means to us here", "say what the word 'omega' means to us here"),
    ("tell me about the weather and the sea in Genoa", "tell me about the weather and the sea in Split"),
    ("sum up the news before the election for me", "sum up the news after the election for me"),
    ("how can I change the password of my mailbox", "which birds spend the winter in the south"),
]


async def test_what_turns_a_text_into_another_is_asked_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as place:
        for pair in OTHERS:
            assert [told(await place.ask(text)) for text in pair] == [("miss", False), ("miss", False)], pair
        assert place.calls.count("gpt-5-mini") == 2 * len(OTHERS)


ELSEWHERE: list[dict[str, Any]] = [
    {"before": [{"role": "system", "content": "Answer in French."}]},
    {"max_tokens": 999},
    {"model": "claude/m"},
    {"team": "other"},
]


async def test_all_but_the_text_must_be_equal(tmp_path: Path) -> None:
    async with house(tmp_path) as place:
        assert told(await place.ask(FIRST)) == ("miss", False)
        for other in ELSEWHERE:
            assert told(await place.ask(ALIKE, **other)) == ("miss", False), other
            assert told(await place.ask(FIRST, **other)) == ("hit", True), other
        assert told(await place.ask(ALIKE)) == ("hit", True)


TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


PLAIN: dict[str, dict[str, Any]] = {
    "tools": {"tools": [TOOL]},
    "a conversation": {"before": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    "no rule set looked for personal data": {"team": "bare"},
    "nobody makes vectors within its regions": {"team": "away"},
}


async def test_what_is_never_answered_so_makes_no_vector(tmp_path: Path) -> None:
    async with house(tmp_path) as place:
        for why, more in PLAIN.items():
            assert [told(await place.ask(text, **more)) for text in (FIRST, ALIKE)] == [("miss", False)] * 2, why
        for text in ("write to anna.muster@example.com about it", "please write to anna.muster@example.com about it"):
            assert told(await place.ask(text)) == ("miss", False)
        assert "nomic" not in place.calls


async def test_a_share_is_asked_all_the_same_and_compared(tmp_path: Path) -> None:
    async with house(tmp_path, checked="100%") as place:
        assert [told(await place.ask(text)) for text in (FIRST, ALIKE)] == [("miss", False)] * 2
        assert place.calls.count("gpt-5-mini") == 2
        metrics = (await place._client.get("/metrics")).text
        assert 'gateway_semantic_cache_total{model="vectors",outcome="checked_' in metrics
        rows = await place.gateway.usage_rows()
        [outcome] = [name for name in CHECKS[1:] if f'"{name}"}} 1.0' in metrics]
        assert sorted(row["cache"] for row in rows) == ["bypass", "bypass", outcome, "miss"]


async def test_a_model_that_makes_no_vector_costs_nothing_but_the_hit(tmp_path: Path) -> None:
    provider = await serve_simulated()
    text = POLICY.format(url=provider.url, checked="0%").replace("model: nomic", "model: nomic+status=500")
    async with (
        serving(policy_of_text("p.yaml", text, {}), tmp_path) as gateway,
        httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=30) as client,
    ):
        place = House(gateway, provider, client)
        assert [told(await place.ask(text)) for text in (FIRST, ALIKE)] == [("miss", False)] * 2
    await provider.close()


async def test_replicas_share_what_was_answered_and_one_that_starts_knows_it(
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
) -> None:
    provider = await serve_simulated()
    policy = policy_of_text("p.yaml", POLICY.format(url=provider.url, checked="0%"), {})

    @asynccontextmanager
    async def replica(name: str) -> AsyncIterator[House]:
        async with (
            serving(policy, tmp_path / name, redis_url=valkey_url) as gateway,
            httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=30) as client,
        ):
            yield House(gateway, provider, client)

    async with replica("one") as one, replica("two") as two:
        first = await one.ask(FIRST)
        async with asyncio.timeout(10):
            while not await one.gateway.gateway.redis.execute("EXISTS", f"{TAG}:total"):
                await asyncio.sleep(0.005)
        alike = await two.ask(ALIKE)
        assert (told(first), told(alike)) == (("miss", False), ("hit", True))
        assert alike.json()["choices"] == first.json()["choices"]
        assert told(await two.ask(ALIKE, "other")) == ("miss", False), "another team's it is not"
    async with replica("three") as three:
        assert told(await three.ask(ALIKE)) == ("hit", True)
    await provider.close()
