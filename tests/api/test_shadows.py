"""Shadows: asked the same afterwards, within every border, paid for, on record, and in nobody's way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from sqlalchemy import select

from gateway.audit.record import Header, read_header
from gateway.core.caching import CachePolicy
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, PriceOverride, Shadow, Target, TeamPolicy
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, PrivacyChoice, RuleSet, Sensitive
from gateway.providers.simulated.replies import Exchange
from gateway.providers.simulated.server import serve_simulated
from gateway.storage.audit_tables import audit_record
from gateway.storage.comparisons import Compared, comparisons
from tests.support.canaries import EMAIL
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

CHAT = "/v1/chat/completions"
REAL = Target(provider="mistral", model="real")


def shadow(provider: str = "openai", model: str = "trial", **more: Any) -> Shadow:
    return Shadow(target=Target(provider=provider, model=model), **more)


class Stood:
    """A gateway, its providers, and somebody who asks."""

    def __init__(self, gateway: RunningGateway, provider: Any, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self._provider = provider
        self._session = session

    async def ask(self, path: str = CHAT, team: str = "demo", model: str = "m", **more: Any) -> dict[str, Any]:
        """The answer's body; it is 200."""
        body: dict[str, Any] = {"model": model, **more}
        if "input" not in body:
            body = {"max_tokens": 20, "messages": [{"role": "user", "content": "Hello there"}], **body}
        headers = {"authorization": f"Bearer {self.gateway.keys[team]}", "anthropic-version": "2023-06-01"}
        async with self._session.post(self.gateway.url + path, json=body, headers=headers) as got:
            text = await got.text()
            assert got.status == 200, text
            return {"text": text, "provider": got.headers["x-gateway-provider"]}

    @property
    def counts(self) -> dict[str, int]:
        """Outcome -> how many, of all shadows."""
        counts: dict[str, int] = {}
        for (_, _, outcome), number in self.gateway.gateway.mirrors.counts.items():
            counts[outcome] = counts.get(outcome, 0) + number
        return counts

    async def counted(self, number: int) -> dict[str, int]:
        """The same, once there are so many."""
        await until(lambda: sum(self.counts.values()) == number)
        return self.counts

    def sent(self, model: str = "trial") -> list[Exchange]:
        """What the provider got for that model: it is the judge."""
        return [one for one in self._provider.requests if one.model.partition("+")[0] == model]

    async def compared(self) -> list[Compared]:
        await self.gateway.gateway.recorded()
        return [one async for one in comparisons(self.gateway.gateway.engine, 0.0)]

    async def headers(self, number: int) -> list[Header]:
        """Of requests and outcomes in the audit, once there are so many, in their order."""
        asked = select(audit_record.c.header).where(audit_record.c.kind.in_(("request", "outcome")))
        async with asyncio.timeout(20):
            while True:
                await self.gateway.gateway.recorded()
                async with self.gateway.gateway.engine.connect() as connection:
                    found = list(await connection.scalars(asked.order_by(audit_record.c.place)))
                if len(found) >= number:
                    return [read_header(header) for header in found]
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def standing(folder: Path, *shadows: Shadow, real: Target = REAL, **changes: Any) -> AsyncIterator[Stood]:
    provider = await serve_simulated()
    policy = policy_for(provider.url, models=(Alias(name="m", targets=(real,), shadows=shadows),))
    too = msgspec.structs.replace(policy.providers["claude"], name="claude-too")
    policy = msgspec.structs.replace(policy, providers={**policy.providers, too.name: too})
    policy = msgspec.structs.replace(policy, price_overrides=tuple(map(price, (("openai", 2), ("mistral", 1)))))
    policy = msgspec.structs.replace(policy, **changes) if changes else policy
    async with serving(policy, folder) as gateway, aiohttp.ClientSession() as session:
        yield Stood(gateway, provider, session)
    await provider.close()


def price(of: tuple[str, int]) -> PriceOverride:
    """So many thousandths of a dollar a token."""
    model = "trial" if of[0] == "openai" else "real"
    nano = of[1] * 1000 * NANO
    return PriceOverride(provider=of[0], model=model, currency="USD", since="2020-01-01", input=nano, output=nano)


def teams(**more: Any) -> dict[str, TeamPolicy]:
    return {"demo": TeamPolicy(name="demo", models=("*",), cost_center="100"), **more}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_shadow_is_asked_the_same_and_nobody_gets_its_answer(tmp_path: Path, stream: bool) -> None:
    lab = TeamPolicy(name="lab", cost_center="900")
    both = shadow(model="trial+text=Something%20else", paid_by="lab"), shadow(provider="claude", model="trial-2")
    async with standing(tmp_path, *both, teams=teams(lab=lab)) as stood:
        answer = await stood.ask(stream=stream)
        assert await stood.counted(2) == {"answered": 2}
        assert answer["provider"] == "mistral"
        assert "Something" not in answer["text"]
        [asked] = stood.sent()
        assert json.loads(asked.body)["messages"] == [{"role": "user", "content": "Hello there"}]
        assert [one.path for one in stood.sent("trial-2")] == ["/anthropic/v1/messages"]

        rows = await stood.gateway.usage_rows()
        real = next(row for row in rows if row["key_id"] != "shadow")
        told = {row["request_id"].removeprefix(real["request_id"]): row for row in rows}
        assert set(told) == {"", ".shadow1", ".shadow2"}
        first, second = told[".shadow1"], told[".shadow2"]
        assert (first["team"], first["cost_center"], first["user"], first["provider"]) == ("lab", "900", None, "openai")
        assert (second["team"], second["cost_center"], second["provider"]) == ("demo", "100", "claude")
        assert first["status"] == second["status"] == "ok"
        assert min(row["output_tokens"] for row in rows) > 0
        assert min(row["first_byte_ms"] for row in rows) >= 0

        headers = await stood.headers(6)
        of_shadows = [header for header in headers if header.about]
        assert [header.about for header in of_shadows] == [{"shadow_of": real["request_id"]}] * 4
        assert {(header.kind, header.provider, header.region) for header in of_shadows} == {
            (kind, provider, "us") for kind in ("request", "outcome") for provider in ("openai", "claude")
        }
        assert {header.virtual_key for header in headers} == {real["key_id"]}, "whoever asked may have it erased"

        compared = {one.shadow.target.partition("/")[0]: one for one in await stood.compared()}
        one = compared["openai"]
        assert (one.model, one.real.target, one.tools) == ("m", "mistral/real", "none")
        assert (one.shadow.characters, one.shadow.answered, one.shadow.refused) == (14, True, False)
        assert one.overlap is not None
        assert one.overlap < compared["claude"].overlap == 100, "the simulated models say the same"
        async with aiohttp.ClientSession() as session, session.get(stood.gateway.url + "/metrics") as metrics:
            text = await metrics.text()
        assert 'gateway_shadow_calls_total{model="m",outcome="answered",target="claude/trial-2"} 1.0' in text


async def test_a_shadow_stays_within_the_borders(tmp_path: Path) -> None:
    swiss = TeamPolicy(name="swiss", models=("*",), regions=frozenset({"eu", "on_prem"}))
    cannot = Shadow(target=Target(provider="gemini", model="trial-3", cannot=frozenset({"tools"})))
    async with standing(tmp_path, shadow(), shadow("sim", "trial-2"), cannot, teams=teams(swiss=swiss)) as stood:
        tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
        await stood.ask(team="swiss", tools=[tool])
        assert await stood.counted(3) == {"unfit": 2, "answered": 1}
        assert [one.path for one in stood.sent("trial-2")] == ["/local/v1/chat/completions"]


async def test_a_shadow_sees_the_words_that_its_place_may_see(tmp_path: Path) -> None:
    health = Sensitive(name="health", keywords=("diagnosis",), action="route_local")
    house = RuleSet(name="house", cloud=CLOUD, sovereign=SOVEREIGN, sensitive=(health,))
    private = teams(demo=TeamPolicy(name="demo", models=("*",), pii=PrivacyChoice("house")))
    real = Target(provider="sim", model="real")
    async with standing(tmp_path, shadow(), real=real, teams=private, pii={"house": house}) as stood:
        written = [{"role": "user", "content": f"Write to {EMAIL}"}]
        answer = await stood.ask(messages=written)
        assert await stood.counted(1) == {"answered": 1}
        assert answer["provider"] == "sim"
        assert EMAIL in stood.sent("real")[0].body.decode()
        assert EMAIL not in stood.sent()[0].body.decode()
        assert "EMAIL_" in stood.sent()[0].body.decode()
        await stood.ask(messages=[{"role": "user", "content": "The diagnosis is clear"}])
        assert await stood.counted(2) == {"answered": 1, "unfit": 1}
        assert len(stood.sent()) == 1


async def test_a_shadow_that_fails_or_hangs_is_in_nobodys_way(tmp_path: Path) -> None:
    failing = shadow("mistral", "trial+status=429+retry-after=30"), shadow("mistral", "trial+reset-after=0")
    slow = shadow(model="trial+first-byte-delay=60", concurrent=2)
    async with standing(tmp_path, *failing, slow) as stood:
        for number in range(8):
            answer = await stood.ask()
            assert answer["provider"] == "mistral"
            await stood.counted(2 * (number + 1) + max(0, number - 1))
        counts = stood.counts
        assert counts["busy"] == 6, "two hang, and no third is asked"
        assert counts["failed"] >= 10
        health = stood.gateway.gateway.health
        assert (health.open, health.pace.limited, health.under_way) == ({}, {}, {})
        mistral = stood.gateway.gateway.providers.provider(policy_of(stood), "mistral")
        assert not health.rests(mistral, "trial+status=429+retry-after=30", 0.0)
    rows = await asyncio.to_thread(_rows_left, tmp_path)
    assert [row for row in rows if row[0] == "ok"] == [("ok", None)] * 8
    assert rows.count(("failed", "shutting_down")) == 2, "ended as the replica left, and in the books"


def policy_of(stood: Stood) -> Policy:
    current: Policy = stood.gateway.gateway.policies.current
    return current


def _rows_left(folder: Path) -> list[tuple[str, str | None]]:
    import sqlite3

    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as database:
        return list(database.execute("SELECT status, error_code FROM usage ORDER BY at"))


def month(dollars: float) -> tuple[Budget, ...]:
    return (Budget(name="month", period="month", limit=Money(int(dollars * NANO), "USD")),)


async def test_a_shadow_is_paid_from_the_budget_of_who_pays_or_is_not_asked(tmp_path: Path) -> None:
    lab = TeamPolicy(name="lab", budgets=month(0.5))
    demo = TeamPolicy(name="demo", models=("*",), budgets=month(1000))
    asked = 16
    async with standing(tmp_path, shadow(paid_by="lab"), teams={"demo": demo, "lab": lab}) as stood:
        for number in range(asked):
            await stood.ask()
            await stood.counted(number + 1)
        sent = len(stood.sent())
        assert 1 <= sent < asked
        assert stood.counts == {"answered": sent, "refused": asked - sent}
        rows = await stood.gateway.usage_rows()
        shadows = [row for row in rows if row["key_id"] == "shadow"]
        assert {(row["team"], row["error_code"]) for row in shadows} == {("lab", None), ("lab", "budget_spent")}
        assert 0 < sum(row["cost_nano"] or 0 for row in shadows) <= NANO // 2
        assert [row["status"] for row in rows if row["team"] == "demo"] == ["ok"] * asked
        headers = await stood.headers(2 * (asked + sent))
        assert sum(bool(header.about) for header in headers) == 2 * sent, "what was not sent is not said to have been"


async def test_what_must_not_be_done_twice_is_not_mirrored(tmp_path: Path) -> None:
    async with standing(tmp_path, shadow(), real=Target(provider="openai", model="real")) as stood:
        await stood.ask("/v1/responses", input="Hello there", tools=[{"type": "web_search"}])
        assert await stood.counted(1) == {"unfit": 1}
        first = json.loads((await stood.ask("/v1/responses", input="Hello there"))["text"])
        assert await stood.counted(2) == {"unfit": 1, "answered": 1}
        [asked] = stood.sent()
        assert json.loads(asked.body)["store"] is False, "nobody would hold what it keeps"
        assert "store" not in json.loads(stood.sent("real")[-1].body)
        await stood.ask("/v1/responses", input="And now?", previous_response_id=first["id"])
        assert await stood.counted(3) == {"unfit": 2, "answered": 1}


@pytest.mark.parametrize(("permitted", "outcome"), [("claude/*", "unfit"), ("*", "answered")])
async def test_a_shadow_asks_no_model_that_a_request_names_and_its_team_may_not_use(
    permitted: str, outcome: str, tmp_path: Path
) -> None:
    demo = TeamPolicy(name="demo", models=("m", permitted))
    real = Target(provider="claude", model="real")
    async with standing(tmp_path, shadow(provider="claude-too"), real=real, teams=teams(demo=demo)) as stood:
        for fallbacks in ([], [{"model": "dear"}]):
            await stood.ask("/v1/messages", fallbacks=fallbacks)
        await stood.counted(2)
        assert stood.counts.get("answered", 0) == (2 if outcome == "answered" else 1)
        assert stood.counts.get("unfit", 0) == (0 if outcome == "answered" else 1)
        assert len(stood.sent()) == stood.counts["answered"]


async def test_what_the_cache_answers_is_not_mirrored(tmp_path: Path) -> None:
    cached = teams(demo=TeamPolicy(name="demo", models=("*",), cache=CachePolicy(enabled=True)))
    async with standing(tmp_path, shadow(), teams=cached) as stood:
        for _ in range(3):
            await stood.ask(temperature=0)
        assert await stood.counted(1) == {"answered": 1}
        assert len(stood.sent("real")) == len(stood.sent()) == 1


async def test_a_strained_replica_mirrors_nothing(tmp_path: Path) -> None:
    async with standing(tmp_path, shadow()) as stood:
        stood.gateway.gateway.guards.lag.seconds = 0.06
        await stood.ask()
        assert await stood.counted(1) == {"busy": 1}


async def test_a_share_is_a_share(tmp_path: Path) -> None:
    async with standing(tmp_path, shadow(share=5000)) as stood:
        for number in range(60):
            await stood.ask(messages=[{"role": "user", "content": f"Hello {number}"}])
        await until(lambda: not stood.gateway.gateway.mirrors.under_way)
        assert 10 <= len(stood.sent()) <= 50
