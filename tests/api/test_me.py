"""`GET /me` over a real port: what the holder of a key is told, and nothing of anybody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from gateway.core.audit import AuditPolicy
from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates, Money
from gateway.core.policy import Policy, PriceOverride, TeamPolicy
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, PrivacyChoice, RuleSet
from gateway.core.reporting import Reporting
from gateway.journal import batch_delay
from gateway.providers.simulated.server import serve_simulated
from gateway.stages.describe_key import FIXES
from gateway.storage import key_history
from tests.laws.test_errors import tree
from tests.support.running import policy_for, serving

pytest_plugins = ["tests.support.databases"]


def policy_at(url: str) -> Policy:
    base = policy_for(url)
    team = TeamPolicy(
        name="demo",
        models=("fast-chat", "openai/*"),
        cost_center="4711",
        tags=frozenset({"purpose", "project"}),
        quotas=Quotas(requests_per_minute=600),
        budgets=(Budget(name="month", period="month", limit=Money(500 * NANO, "CHF"), downgrade="fast-chat"),),
    )
    price = PriceOverride(
        provider="openai", model="gpt-5-mini", currency="USD", since="2026-01-01", input=NANO, output=NANO
    )
    return msgspec.structs.replace(
        base,
        teams={**base.teams, "demo": team},
        price_overrides=(price,),
        reporting=Reporting(timezone="UTC", currency="CHF"),
        exchange=ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=PICO // 2, since="2026-01-01"),)),
    )


async def ask(session: aiohttp.ClientSession, url: str, model: str, **headers: str) -> int:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    async with session.post(f"{url}/v1/chat/completions", json=body, headers=headers) as answer:
        await answer.read()
        return answer.status


@pytest.mark.asyncio
async def test_limits_spend_models_and_refusals(tmp_path: Path, database_url: str) -> None:
    simulated = await serve_simulated()
    async with serving(policy_at(simulated.url), tmp_path, database_url) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            assert await ask(session, running.url, "fast-chat", **{"x-gateway-tags": "project=apollo,purpose=x"}) == 200
            assert await ask(session, running.url, "claude/claude-sonnet-5-5") == 403
            assert await ask(session, running.url, "fast-chat", **{"x-gateway-tags": "colour=red"}) == 400
            rows = await running.usage_rows()
            told: dict[str, Any] = {}
            for path, more in (("/me", {}), ("/me", {"x-goog-api-client": "x"}), ("/me", {"anthropic-version": "x"})):
                async with session.get(running.url + path, headers=more) as answer:
                    assert answer.status == 200
                    told = await answer.json()
            async with session.post(f"{running.url}/me") as answer:
                assert answer.status == 405
            rows_after = await running.usage_rows()
        key = {"x-api-key": running.keys["swiss"]}
        async with aiohttp.ClientSession(headers=key) as stranger, stranger.get(f"{running.url}/me") as answer:
            other = await answer.json()
        async with aiohttp.ClientSession() as nobody, nobody.get(f"{running.url}/me") as answer:
            assert answer.status == 401
    await simulated.close()

    [call] = [row for row in rows if row["status"] == "ok"]
    assert (call["cost_center"], call["project"], call["tags"]) == ("4711", "apollo", "project=apollo,purpose=x")
    spent = str(Money((call["cost_nano"] + 1) // 2, "CHF"))
    assert call["cost_nano"] > 0
    assert told["team"] == "demo"
    [quota] = told["quotas"]
    assert (quota["counts"], quota["limit"]) == ("requests a minute", 600)
    assert 590 <= quota["left"] <= 600
    assert quota["full_again_in_seconds"] <= 1
    [budget] = told["budgets"]
    assert (budget["limit"], budget["spent"], budget["when_spent"]) == ("500.0 CHF", spent, "downgrade to fast-chat")
    assert budget["resets_at"].endswith("-01T00:00:00+00:00")
    assert told["spend"]["by_model"] == [{"provider": "openai", "model": "gpt-5-mini", "requests": 1, "cost": spent}]
    [model] = told["models"]
    assert model["name"] == "fast-chat"
    [target] = model["served_by"]
    assert (target["region"], target["price_per_million_tokens"]["input"]) == ("us", "1.0 USD")
    assert [refusal["code"] for refusal in told["refusals"]] == ["invalid_parameter", "model_not_permitted"]
    assert all(refusal["fix"] for refusal in told["refusals"])
    assert {row["operation"] for row in rows_after} - {row["operation"] for row in rows} == {"me"}
    assert {row["cost_nano"] for row in rows_after if row["operation"] == "me"} == {0}
    assert (other["team"], other["spend"]["by_model"], other["refusals"]) == ("swiss", [], [])


@pytest.mark.asyncio
async def test_the_answer_of_a_moment_ago_is_in_what_is_told(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long rows wait for company otherwise; and a database that takes none keeps nobody waiting for long."""
    monkeypatch.setattr(batch_delay, "SHORT", 3600)
    monkeypatch.setattr(key_history, "SOON", 600)
    simulated = await serve_simulated()
    async with serving(policy_at(simulated.url), tmp_path, database_url) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        async with aiohttp.ClientSession(headers=headers) as session:

            async def told() -> dict[str, Any]:
                async with session.get(f"{running.url}/me") as answer:
                    assert answer.status == 200
                    told: dict[str, Any] = await answer.json()
                    return told

            for number in 1, 2:
                assert await ask(session, running.url, "fast-chat") == 200
                me = await told()
                assert me["spend"]["by_model"][0]["requests"] == number
                assert me["budgets"][0]["spent"] == me["spend"]["by_model"][0]["cost"] != "0.0 CHF"
            monkeypatch.setattr(key_history, "SOON", 0.05)
            free = asyncio.Event()

            async def stuck(batch: Any) -> list[Any]:
                await free.wait()
                return await put_in(batch)

            put_in, running.gateway.shipper._put_in = running.gateway.shipper._put_in, stuck
            assert await ask(session, running.url, "fast-chat") == 200
            assert (await told())["spend"]["by_model"][0]["requests"] == 2
            free.set()
    await simulated.close()


@pytest.mark.asyncio
async def test_the_limits_of_models_are_told_to_who_may_use_them(tmp_path: Path, database_url: str) -> None:
    simulated = await serve_simulated()
    policy = policy_at(simulated.url)
    alias = msgspec.structs.replace(
        policy.models["fast-chat"],
        quotas=Quotas(tokens_per_minute=900),
        budgets=(Budget(name="day", period="day", limit=Money(10 * NANO, "USD")),),
    )
    other = msgspec.structs.replace(alias, name="not-for-demo")
    policy = msgspec.structs.replace(policy, models={"fast-chat": alias, "not-for-demo": other})
    async with serving(policy, tmp_path, database_url) as running, aiohttp.ClientSession() as session:
        assert await ask(session, running.url, "fast-chat", authorization=f"Bearer {running.keys['narrow']}") == 200
        [row] = await running.usage_rows()
        headers = {"authorization": f"Bearer {running.key}"}
        async with session.get(f"{running.url}/me", headers=headers) as answer:
            told = await answer.json()
    await simulated.close()
    assert [(quota["of"], quota["limit"]) for quota in told["quotas"]] == [
        ("team 'demo'", 600),
        ("the model 'fast-chat'", 900),
    ]
    month, day = told["budgets"]
    assert (month["level"], month["of"]) == ("team", "demo")
    assert (day["level"], day["of"], day["name"], day["limit"]) == ("model", "fast-chat", "day", "10.0 USD")
    assert day["spent"] == str(Money(row["cost_nano"], "USD")), "whoever spent it"
    assert day["left"] == str(Money(10 * NANO - row["cost_nano"], "USD"))


@pytest.mark.asyncio
async def test_books_that_cannot_be_read_are_a_503(tmp_path: Path) -> None:
    simulated = await serve_simulated()
    async with serving(policy_at(simulated.url), tmp_path) as running, aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {running.key}"}
        async with session.get(f"{running.url}/me", headers=headers) as answer:
            assert answer.status == 200
        async with running.gateway.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE usage_rollup RENAME TO gone")
        async with session.get(f"{running.url}/me", headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (503, "overloaded")
    await simulated.close()


def test_each_fix_is_for_an_error_that_there_is() -> None:
    known = {error.code for error in tree()}
    assert FIXES.keys() <= known


@pytest.mark.asyncio
async def test_a_paid_call_without_a_price_is_counted_logged_and_told(tmp_path: Path) -> None:
    simulated = await serve_simulated()
    policy = msgspec.structs.replace(policy_at(simulated.url), teams=policy_for(simulated.url).teams)
    async with serving(policy, tmp_path) as running, aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {running.key}"}
        assert await ask(session, running.url, "openai/of-the-future", **headers) == 200
        [row] = await running.usage_rows()
        async with session.get(f"{running.url}/metrics") as answer:
            metrics = await answer.text()
        async with running.gateway.engine.connect() as connection:
            titles = (await connection.exec_driver_sql("SELECT title FROM alert")).scalars().all()
    await simulated.close()
    assert (row["unpriced"], row["cost_nano"]) == (1, None)
    assert 'gateway_unpriced_calls_total{provider="openai"} 1.0' in metrics
    assert titles == ["Calls of openai/of-the-future leave no cost"]


@pytest.mark.asyncio
async def test_what_becomes_of_what_is_sent(tmp_path: Path) -> None:
    simulated = await serve_simulated()
    base = policy_for(simulated.url)
    rules = RuleSet(name="house", cloud={**CLOUD, "phone": "allow"}, sovereign=SOVEREIGN)
    teams = {
        "demo": msgspec.structs.replace(base.teams["demo"], pii=PrivacyChoice("house", {"phone": "block"})),
        "swiss": msgspec.structs.replace(base.teams["swiss"], audit=AuditPolicy(content="none")),
    }
    policy = msgspec.structs.replace(base, pii={"house": rules}, teams=teams)
    async with serving(policy, tmp_path) as running, aiohttp.ClientSession() as session:
        told = {}
        for team in teams:
            headers = {"authorization": f"Bearer {running.keys[team]}"}
            async with session.get(f"{running.url}/me", headers=headers) as answer:
                told[team] = await answer.json()
    await simulated.close()
    assert told["demo"]["recorded"] == {"prompts_and_answers": "sealed", "readable_for_days": 180.0, "address": True}
    assert told["swiss"]["recorded"] == {"prompts_and_answers": "not kept", "readable_for_days": 0, "address": False}
    treated = told["demo"]["personal_data"]
    assert (treated["rules"], treated["mode"]) == ("house", "enforce")
    assert treated["sent_to_clouds"] == {**CLOUD, "phone": "block"}
    assert treated["sent_to_sovereign_places"] == SOVEREIGN
    assert told["swiss"]["personal_data"] is None
