"""A second call where the first is slow: who answers, what each costs, and what is on record."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from sqlalchemy import select

from gateway.audit.record import read_header
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, PriceOverride, Target, TeamPolicy
from gateway.providers.simulated.replies import Exchange
from gateway.providers.simulated.server import serve_simulated
from gateway.storage.audit_tables import audit_record
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

AFTER = 0.15
SLOW = "first+first-byte-delay=30"


def price(provider: str, model: str) -> PriceOverride:
    """A thousandth of a dollar a token."""
    nano = 1000 * NANO
    return PriceOverride(provider=provider, model=model, currency="USD", since="2020-01-01", input=nano, output=nano)


class Stood:
    def __init__(self, gateway: RunningGateway, provider: Any, session: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self._provider = provider
        self._session = session

    async def ask(self, path: str = "/v1/chat/completions", **more: Any) -> tuple[int, Any, str]:
        """Status, headers, text."""
        body: dict[str, Any] = {"model": "m", **more}
        if "input" not in body:
            body = {"max_tokens": 20, "messages": [{"role": "user", "content": "Hello there"}], **body}
        headers = {"authorization": f"Bearer {self.gateway.key}"}
        async with self._session.post(self.gateway.url + path, json=body, headers=headers) as got:
            return got.status, got.headers, await got.text()

    def sent(self, model: str) -> list[Exchange]:
        return [one for one in self._provider.requests if one.model.partition("+")[0] == model]

    @property
    def counts(self) -> dict[str, int]:
        return {outcome: number for (_, outcome), number in self.gateway.gateway.hedging.counts.items()}

    async def rows(self, number: int) -> dict[str, dict[str, Any]]:
        """Usage rows by what stands behind the request's id."""
        async with asyncio.timeout(20):
            while len(rows := await self.gateway.usage_rows()) < number:
                await asyncio.sleep(0.01)
        return {row["request_id"].partition(".")[2]: row for row in rows}


@contextlib.asynccontextmanager
async def standing(folder: Path, first: str = SLOW, second: str = "second", **team: Any) -> AsyncIterator[Stood]:
    provider = await serve_simulated()
    targets = (Target(provider="openai", model=first),)
    fallbacks = (Target(provider="mistral", model=second),)
    policy = policy_for(provider.url, models=(Alias(name="m", targets=targets, fallbacks=fallbacks, hedge=AFTER),))
    policy = msgspec.structs.replace(
        policy,
        teams={"demo": TeamPolicy(name="demo", **{"models": ("*",), **team})},
        price_overrides=(price("openai", first), price("mistral", second)),
    )
    async with serving(policy, folder) as gateway, aiohttp.ClientSession() as session:
        yield Stood(gateway, provider, session)
    await provider.close()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_who_begins_first_answers_and_who_loses_is_cancelled_and_accounted(tmp_path: Path, stream: bool) -> None:
    async with standing(tmp_path) as stood:
        began = time.monotonic()
        status, headers, text = await stood.ask(stream=stream)
        assert time.monotonic() - began < 10
        assert (status, headers["x-gateway-provider"], headers["x-gateway-model"]) == (200, "mistral", "second")
        assert headers["x-gateway-tried"] == f"openai/{SLOW} slow"
        assert text.endswith("[DONE]\n\n") or json.loads(text)["usage"]["completion_tokens"] > 0
        rows = await stood.rows(2)
        answer, lost = rows[""], rows["hedge"]
        assert (answer["status"], answer["provider"], answer["attempts"]) == ("ok", "mistral", 2)
        assert (lost["status"], lost["error_code"], lost["provider"]) == ("client_closed", "hedge_lost", "openai")
        assert (lost["team"], lost["key_id"]) == (answer["team"], answer["key_id"])
        assert lost["estimated"]
        assert lost["input_tokens"] > 0 == lost["output_tokens"]
        assert lost["cost_nano"] == lost["input_tokens"] * NANO // 1000
        await until(lambda: [one.outcome for one in stood.sent("first")] == ["aborted"])
        assert stood.counts == {"won": 1}
        health = stood.gateway.gateway.health
        assert (health.under_way, health.open) == ({}, {})

        asked = select(audit_record.c.header).where(audit_record.c.kind.in_(("request", "outcome")))
        async with asyncio.timeout(20):
            found: list[bytes] = []
            while len(found) < 4:
                async with stood.gateway.gateway.engine.connect() as connection:
                    found = list(await connection.scalars(asked))
        told = {
            (header.kind, header.request.partition(".")[2]): (header.provider, header.status, header.about)
            for header in map(read_header, found)
        }
        about = {"hedge_of": answer["request_id"]}
        assert told == {
            ("request", ""): ("openai", "", {}),
            ("request", "hedge"): ("mistral", "", about),
            ("outcome", ""): ("mistral", "ok", {}),
            ("outcome", "hedge"): ("openai", "client_closed", about),
        }
        async with aiohttp.ClientSession() as session, session.get(stood.gateway.url + "/metrics") as metrics:
            assert 'gateway_hedged_calls_total{model="m",outcome="won"} 1.0' in await metrics.text()


async def test_the_first_may_still_win_and_the_second_is_cancelled(tmp_path: Path) -> None:
    async with standing(tmp_path, "first+first-byte-delay=1", "second+first-byte-delay=30") as stood:
        status, headers, _ = await stood.ask()
        assert (status, headers["x-gateway-provider"]) == (200, "openai")
        assert "x-gateway-tried" not in headers
        rows = await stood.rows(2)
        assert (rows[""]["status"], rows[""]["provider"], rows[""]["attempts"]) == ("ok", "openai", 1)
        assert (rows["hedge"]["error_code"], rows["hedge"]["provider"]) == ("hedge_lost", "mistral")
        assert stood.counts == {"lost": 1}
        await until(lambda: [one.outcome for one in stood.sent("second")] == ["aborted"])


async def test_who_begins_in_time_is_not_hedged(tmp_path: Path) -> None:
    async with standing(tmp_path, "first") as stood:
        assert [(await stood.ask())[1]["x-gateway-provider"] for _ in range(3)] == ["openai"] * 3
        assert (stood.sent("second"), stood.counts) == ([], {})
        assert set(await stood.rows(3)) == {""}


async def test_a_first_that_fails_in_time_falls_back_as_ever(tmp_path: Path) -> None:
    async with standing(tmp_path, "first+status=503") as stood:
        status, headers, _ = await stood.ask()
        assert (status, headers["x-gateway-provider"]) == (200, "mistral")
        assert headers["x-gateway-tried"] == "openai/first+status=503 503"
        assert set(await stood.rows(1)) == {""}


@pytest.mark.parametrize("second", ["second+status=429", "second+status=418"])
async def test_a_second_that_fails_leaves_it_to_the_first(tmp_path: Path, second: str) -> None:
    async with standing(tmp_path, "first+first-byte-delay=1", second) as stood:
        got, headers, _ = await stood.ask()
        assert (got, headers["x-gateway-provider"]) == (200, "openai")
        rows = await stood.rows(2)
        assert (rows["hedge"]["status"], rows["hedge"]["cost_nano"]) == ("upstream_error", None)


async def test_where_both_fail_the_last_word_is_told(tmp_path: Path) -> None:
    async with standing(
        tmp_path, "first+status=500+first-byte-delay=1", "second+status=404+first-byte-delay=2"
    ) as stood:
        status, headers, _ = await stood.ask()
        assert status == 404
        assert headers["x-gateway-tried"].endswith("500, mistral/second+status=404+first-byte-delay=2 404")
        rows = await stood.rows(2)
        assert {(row["status"], row["provider"], row["cost_nano"]) for row in rows.values()} == {
            ("upstream_error", "mistral", None),
            ("upstream_error", "openai", None),
        }
        assert stood.counts == {"failed": 1}
        assert stood.gateway.gateway.health.under_way == {}


async def test_a_client_that_leaves_ends_both(tmp_path: Path) -> None:
    async with standing(tmp_path, SLOW, "second+first-byte-delay=30") as stood:
        asking = asyncio.create_task(stood.ask())
        await until(lambda: len(stood.sent("second")) == 1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        rows = await stood.rows(2)
        assert {name: (row["status"], row["provider"]) for name, row in rows.items()} == {
            "": ("client_closed", "openai"),
            "hedge": ("client_closed", "mistral"),
        }
        await until(lambda: {one.outcome for one in (*stood.sent("first"), *stood.sent("second"))} == {"aborted"})


async def test_second_calls_are_paid_from_the_retry_budget_and_from_the_money_that_is_left(tmp_path: Path) -> None:
    async with standing(tmp_path, "first+first-byte-delay=0.6") as stood:
        for _ in range(5):
            await stood.ask()
        assert stood.counts == {"won": 3, "no_room": 2}
    budgets = (Budget(name="month", period="month", limit=Money(NANO // 10, "USD")),)
    async with standing(tmp_path / "poor", "first+first-byte-delay=0.6", budgets=budgets) as stood:
        assert (await stood.ask())[1]["x-gateway-provider"] == "openai", "there is money for one call only"
        assert stood.counts == {"no_room": 1}
        assert set(await stood.rows(1)) == {""}
        assert stood.sent("second") == []


async def test_no_border_is_crossed_and_nothing_done_twice(tmp_path: Path) -> None:
    async with standing(tmp_path, "first+first-byte-delay=0.6", regions=frozenset({"us"})) as stood:
        assert (await stood.ask())[1]["x-gateway-provider"] == "openai"
        await stood.ask("/v1/responses", input="Hello there", tools=[{"type": "web_search"}])
        await stood.ask("/v1/responses", input="Hello there")
        assert (stood.sent("second"), stood.counts) == ([], {})
