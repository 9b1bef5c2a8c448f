"""Quotas and budgets as clients meet them: real gateways, SDKs, counters and databases."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import msgspec
import openai
import pytest

from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates, Money
from gateway.core.policy import Alias, Policy, PriceOverride, Rules, Target, TeamPolicy
from gateway.providers.simulated.server import SimulatedServer
from gateway.quota import failover
from gateway.quota.usual_tokens import ENOUGH
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.valkey import valkey, valkey_server, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

BODY = {"model": "openai/gpt-5-mini", "max_tokens": 50, "messages": [{"role": "user", "content": "Hello there"}]}
PER_TOKEN = 1_000_000


def limited(
    simulated: SimulatedServer,
    quotas: Quotas | None = None,
    budgets: tuple[Budget, ...] = (),
    **levels: Any,
) -> Policy:
    """A team with these limits; a token of gpt-5-mini costs a thousandth of a franc, and one of `unlisted`, which is
    on no list and so no cheaper in a batch.
    """
    policy = policy_for(simulated.url)
    team = TeamPolicy(name="demo", models=("*",), quotas=quotas or Quotas(), budgets=budgets, **levels)
    price = PriceOverride(
        provider="openai",
        model="gpt-5-mini",
        currency="CHF",
        since="2020-01-01",
        input=PER_TOKEN * 1_000_000,
        output=PER_TOKEN * 1_000_000,
    )
    unlisted = msgspec.structs.replace(price, model="unlisted")
    return msgspec.structs.replace(policy, teams={"demo": team}, price_overrides=(price, unlisted))


def francs(amount: float) -> Money:
    return Money(int(amount * NANO), "CHF")


@contextlib.asynccontextmanager
async def posting(gateway: RunningGateway) -> AsyncIterator[Any]:
    async with aiohttp.ClientSession() as session:

        async def post(body: dict[str, Any] = BODY) -> tuple[int, dict[str, str], Any]:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with session.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.json()

        yield post


async def test_a_budget_is_spent_and_no_more(simulated: SimulatedServer, tmp_path: Path) -> None:
    month = Budget(name="month", period="month", limit=francs(0.2))
    async with serving(limited(simulated, budgets=(month,)), tmp_path) as gateway, posting(gateway) as post:
        answers = [await post() for _ in range(20)]
        rows = await gateway.usage_rows()
    statuses = [status for status, _, _ in answers]
    assert statuses[0] == 200
    assert statuses[-1] == 402
    assert sum(row["cost_nano"] or 0 for row in rows) <= month.limit.nano
    assert len(rows) == 20
    _, headers, body = answers[-1]
    assert body["error"]["code"] == "budget_spent"
    assert "The budget 'month' of team 'demo'" in body["error"]["message"]
    assert "of 0.20 CHF a month" in body["error"]["message"]
    assert headers["x-should-retry"] == "false"


async def test_what_was_spent_before_a_restart_counts(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = limited(simulated, budgets=(Budget(name="day", period="day", limit=francs(0.2)),))
    spent: list[int] = []
    for _ in range(3):
        async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
            statuses = [(await post())[0] for _ in range(4)]
            rows = await gateway.usage_rows()
            spent.append(sum(row["cost_nano"] or 0 for row in rows))
    assert statuses == [402] * 4
    assert spent[-1] <= NANO // 5


async def test_every_level_has_budgets_of_its_own(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = limited(simulated, budgets=(Budget(name="month", period="month", limit=francs(100)),))
    small = Rules(budgets=(Budget(name="year", period="year", limit=francs(0.012)),))
    async with (
        serving(msgspec.structs.replace(policy, organisation=small), tmp_path) as gateway,
        posting(gateway) as post,
    ):
        status, _, body = await post()
    assert status == 402
    told = body["error"]["message"]
    assert "The budget 'year' of the organisation has 0.012 CHF left of 0.012 CHF a year" in told


async def test_what_a_request_may_cost_is_told_in_the_budgets_currency(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    policy = limited(simulated, budgets=(Budget(name="month", period="month", limit=francs(0.012)),))
    prices = tuple(msgspec.structs.replace(price, currency="USD") for price in policy.price_overrides)
    rates = ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=PICO // 2, since="2026-01-01"),))
    policy = msgspec.structs.replace(policy, price_overrides=prices, exchange=rates)
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        for answers, asked in ((1, BODY), (3, {**BODY, "n": 3})):
            status, _, body = await post(asked)
            assert status == 402
            told = body["error"]["message"]
            assert "has 0.012 CHF left of 0.012 CHF a month" in told
            held = (len(json.dumps(asked)) // 3 + 16 + answers * 50) * PER_TOKEN  # the most it may cost, in dollars
            assert f"this request may cost {held / 2 / NANO:.4f}".rstrip("0") in told
            assert "USD" not in told


async def test_a_model_without_a_price_is_refused_where_there_is_a_budget(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    policy = limited(simulated, budgets=(Budget(name="month", period="month", limit=francs(100)),))
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        unknown = await post({**BODY, "model": "openai/gpt-unheard-of"})
        dollars = await post({**BODY, "model": "openai/gpt-4o"})
        local = await post({**BODY, "model": "sim/anything"})
    assert (unknown[0], unknown[2]["error"]["code"]) == (422, "price_unknown")
    entry = "'prices.overrides': [{provider: openai, model: gpt-unheard-of, input: … USD/Mtok"
    assert entry in unknown[2]["error"]["message"]
    assert (dollars[0], dollars[2]["error"]["code"]) == (422, "price_unknown")
    assert "no rate from USD" in dollars[2]["error"]["message"]
    assert local[0] == 200, "what sends no bill costs nothing"


async def test_requests_a_minute(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = limited(simulated, Quotas(requests_per_minute=3))
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        answers = [await post() for _ in range(4)]
        client = openai.AsyncOpenAI(base_url=gateway.url + "/v1", api_key=gateway.key, max_retries=2)
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(**BODY)  # type: ignore[call-overload]
        await client.close()
        other = anthropic.AsyncAnthropic(base_url=gateway.url, api_key=gateway.key, max_retries=0)
        with pytest.raises(anthropic.RateLimitError) as also:
            await other.messages.create(
                model="openai/gpt-5-mini", max_tokens=5, messages=[{"role": "user", "content": "Hi"}]
            )
        await other.close()
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert [headers["x-ratelimit-remaining-requests"] for _, headers, _ in answers] == ["2", "1", "0", "0"]
    assert {headers["x-ratelimit-limit-requests"] for _, headers, _ in answers} == {"3"}
    refused = answers[3][1]
    assert 0 < int(refused["retry-after"]) <= 20
    assert refused["x-should-retry"] == "false"
    assert caught.value.code == "rate_limit_exceeded"
    assert caught.value.request.headers["x-stainless-retry-count"] == "0", "the SDK tells its application at once"
    assert also.value.response.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert also.value.response.headers["anthropic-ratelimit-requests-reset"].endswith("Z")


async def test_tokens_a_minute_are_expected_and_given_back(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = limited(simulated, Quotas(tokens_per_minute=1000))
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        first = await post({**BODY, "max_tokens": 900})
        await gateway.gateway.limits.drain()
        second = await post({**BODY, "max_tokens": 900})
        await gateway.gateway.limits.drain()
        large = await post({**BODY, "max_tokens": 100_000})
    assert first[0] == second[0] == 200, "what was not used was given back"
    assert large[0] == 429
    assert "tokens per minute" in large[2]["error"]["message"]


async def test_tokens_are_expected_as_the_model_behind_a_name_answers(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    """Whether it was asked for by an alias or by its own name."""
    target = Target(provider="openai", model="gpt-5-mini")
    policy = limited(simulated, Quotas(tokens_per_minute=100_000))
    policy = msgspec.structs.replace(policy, models={"fast": Alias(name="fast", targets=(target,))})
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:

        async def taken(model: str) -> int:
            """Of the minute's tokens, beyond what the answer gives back later."""
            left = []
            for _ in range(2):
                status, headers, body = await post({**BODY, "model": model, "max_tokens": 20_000})
                assert status == 200, body
                left.append(int(headers["x-ratelimit-remaining-tokens"]))
                await gateway.gateway.limits.drain()
            return 100_000 - left[-1]

        assert min(await taken("fast"), await taken("openai/gpt-5-mini")) > 19_000
        for _ in range(ENOUGH):
            assert (await post())[0] == 200
        await gateway.gateway.limits.drain()
        assert max(await taken("fast"), await taken("openai/gpt-5-mini")) < 10_000


async def test_counts_and_vectors_take_no_tokens_for_an_answer(simulated: SimulatedServer, tmp_path: Path) -> None:
    # Claude Code asks for counts of whole conversations; nobody bills them.
    policy = limited(simulated, Quotas(tokens_per_minute=1000))
    counted = {"model": "claude/claude-sonnet-4-5", "messages": [{"role": "user", "content": "x" * 20_000}]}
    embedded = {"model": "openai/text-embedding-3-small", "input": "Hello"}
    left = []
    async with serving(policy, tmp_path) as gateway, aiohttp.ClientSession() as session:
        for path, body in (("/v1/messages/count_tokens", counted), ("/v1/embeddings", embedded)) * 3:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with session.post(gateway.url + path, json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                told = answer.headers
                name = "anthropic-ratelimit-tokens-remaining" if "messages" in path else "x-ratelimit-remaining-tokens"
                left.append(int(told[name]))
    assert min(left) > 900


EVERYTHING: list[tuple[str, dict[str, Any]]] = [
    ("/v1/chat/completions", {**BODY, "model": "claude/claude-sonnet-4-5"}),
    ("/v1/responses", {"model": "openai/gpt-5-mini", "input": "Hi"}),
    ("/v1/responses/input_tokens", {"model": "openai/gpt-5-mini", "input": "Hi"}),
    ("/v1/completions", {"model": "openai/gpt-3.5-turbo-instruct", "prompt": "Hi"}),
    ("/mistral/v1/fim/completions", {"model": "mistral/codestral-latest", "prompt": "Hi"}),
    ("/v1/embeddings", {"model": "openai/text-embedding-3-large", "input": "Hi"}),
    ("/mistral/v1/embeddings", {"model": "mistral/codestral-embed", "input": ["Hi"]}),
    ("/v1beta/models/gemini/gemini-embedding-001:embedContent", {"content": {"parts": [{"text": "Hi"}]}}),
    ("/v1beta/models/gemini/gemini-2.5-flash:countTokens", {"contents": [{"parts": [{"text": "Hi"}]}]}),
    ("/v1/moderations", {"model": "openai/omni-moderation-latest", "input": "Hi"}),
]


async def test_whatever_is_served_is_served_under_a_budget(simulated: SimulatedServer, tmp_path: Path) -> None:
    # By list prices alone: an operation for which money cannot be held is refused to whoever has a budget.
    month = Budget(name="month", period="month", limit=Money(100 * NANO, "USD"))
    policy = msgspec.structs.replace(limited(simulated, budgets=(month,)), price_overrides=())
    async with serving(policy, tmp_path) as gateway, aiohttp.ClientSession() as session:
        headers = {"authorization": f"Bearer {gateway.key}"}
        for path, body in EVERYTHING:
            async with session.post(gateway.url + path, json=body, headers=headers) as answer:
                assert (path, answer.status) == (path, 200), await answer.text()


async def test_calls_at_once(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = limited(simulated, Quotas(concurrent=2))
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        answers = await asyncio.gather(*(post() for _ in range(12)))
        statuses = [status for status, _, _ in answers]
        await gateway.gateway.limits.drain()
        after = (await post())[0]
    assert set(statuses) <= {200, 429}
    assert statuses.count(200) >= 2
    assert after == 200


async def test_without_limits_nothing_is_said_of_them(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(limited(simulated), tmp_path) as gateway, posting(gateway) as post:
        status, headers, _ = await post()
    assert status == 200
    assert not [name for name in headers if "ratelimit" in name]


def with_model(policy: Policy, **limits: Any) -> Policy:
    """Two teams, and a model that they share, with these limits of its own."""
    alias = Alias(name="shared", targets=(Target(provider="openai", model="unlisted"),), **limits)
    teams = policy.teams | {"other": TeamPolicy(name="other", models=("*",))}
    return msgspec.structs.replace(policy, teams=teams, models=policy.models | {"shared": alias})


async def test_a_model_s_quotas_are_everybody_s(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = with_model(limited(simulated, Quotas(requests_per_minute=100)), quotas=Quotas(requests_per_minute=3))
    body = {**BODY, "model": "shared"}
    async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
        answers = [await post(body) for _ in range(2)]
        gateway.key = gateway.keys["other"]
        answers += [await post(body) for _ in range(2)]
        beside = await post()
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert answers[0][1]["x-ratelimit-remaining-requests"] == "2", "the tightest limit is told"
    assert "3 requests per minute of the model 'shared'" in answers[3][2]["error"]["message"]
    assert beside[0] == 200, "another model, another limit"


async def test_a_model_s_budget_is_everybody_s_and_is_read_from_the_ledger(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    budget = Budget(name="month", period="month", limit=francs(0.12))
    policy = with_model(limited(simulated), budgets=(budget,))
    body = {**BODY, "model": "shared", "max_tokens": 1}
    statuses: list[list[int]] = []
    for _ in range(2):
        async with serving(policy, tmp_path) as gateway, posting(gateway) as post:
            statuses.append([])
            for number in range(20):
                gateway.key = gateway.keys[("demo", "other")[number % 2]]
                status, _, answer = await post(body)
                statuses[-1].append(status)
            beside = await post()
            rows = await gateway.usage_rows()
    spent = sum(row["cost_nano"] or 0 for row in rows if row["model_asked"] == "shared")
    assert statuses[0][:2] == [200, 200], "both teams spend of it"
    assert statuses[1] == [402] * 20, "after a restart, too"
    assert 0 < spent <= budget.limit.nano
    assert "The budget 'month' of the model 'shared'" in answer["error"]["message"]
    assert beside[0] == 200


@contextlib.asynccontextmanager
async def replicas(policy: Policy, folder: Path, database: str, redis_url: str) -> AsyncIterator[list[Any]]:
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for number in range(3):
            gateway = await stack.enter_async_context(
                serving(policy, folder / str(number), database, redis_url=redis_url)
            )
            found.append((gateway, await stack.enter_async_context(posting(gateway))))
        yield found


@pytest.mark.valkey
@pytest.mark.parametrize("room", [*(pytest.param(room, marks=pytest.mark.soak) for room in (0, 1)), 7])
async def test_three_replicas_let_in_what_fits(
    simulated: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
    room: int,
) -> None:
    """All at once, and each costs the same: as many as fit, to the last."""
    database = f"sqlite+aiosqlite:///{tmp_path / 'shared.db'}"
    body = {**BODY, "max_tokens": 1}
    held = PER_TOKEN * (len(json.dumps(body)) // 3 + 16 + 1)  # the most that one may cost
    limit = Money(held * room, "CHF")
    policy = limited(simulated, budgets=(Budget(name="month", period="month", limit=limit),))
    async with replicas(policy, tmp_path, database, valkey_url) as found:
        answers = await asyncio.gather(*(post(body) for _ in range(20) for _, post in found))
        for gateway, _ in found:
            await gateway.gateway.recorded()
            await gateway.gateway.limits.drain()
        rows = await found[0][0].usage_rows()
        counters = found[0][0].gateway.limits.budgets._counters
        [name] = [
            allowance.counter
            for known in found[0][0].gateway.limits.allowances._known.values()
            for allowance in known.allowances
        ]
        posted, reserved = await counters.read(name)
    admitted = [status for status, _, _ in answers].count(200)
    spent = sum(row["cost_nano"] or 0 for row in rows)
    assert (posted, reserved) == (spent, 0), "the counter and the ledger say the same"
    assert spent <= limit.nano
    assert admitted >= room, "what was held too much was given back"
    assert (admitted > 0) is (room > 0)
    assert {status for status, _, _ in answers} <= {200, 402}


async def _problems(gateway: RunningGateway) -> dict[str, str]:
    """What `/health/ready` tells."""
    async with aiohttp.ClientSession() as session, session.get(f"{gateway.url}/health/ready") as answer:
        problems: dict[str, str] = (await answer.json()).get("problems", {})
        return problems


@pytest.mark.valkey
@pytest.mark.parametrize("without", ["exact", "fail_closed"])
async def test_when_redis_dies_money_is_counted_by_the_database_or_not_spent(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    monkeypatch.setattr(failover, "STEADY", 0.5)
    monkeypatch.setattr(failover, "SIGN", 0.2)
    monkeypatch.setattr(failover, "PATIENCE", 30.0)  # however long the move takes on a busy machine
    short = {**BODY, "max_tokens": 1}  # what it may cost at most can be told
    budget = Budget(name="month", period="month", limit=francs(0.2))
    with valkey_server() as server:
        policy = limited(simulated, Quotas(requests_per_minute=600), budgets=(budget,))
        quota_only = TeamPolicy(name="other", models=("*",), quotas=Quotas(requests_per_minute=2))
        policy = msgspec.structs.replace(
            policy,
            teams=policy.teams | {"other": quota_only},
            without_counters=without,  # type: ignore[arg-type]
        )
        async with serving(policy, tmp_path, redis_url=server.connection_url) as gateway, posting(gateway) as post:
            assert (await post(short))[0] == 200
            money = gateway.gateway.limits.budgets._counters
            await asyncio.to_thread(server.terminate)
            if without == "exact":
                answers = [await post(short) for _ in range(40)]
                statuses = [status for status, _, _ in answers]
                assert statuses[0] == 200
                assert statuses[-1] == 402, "what was spent before counts, too"
                assert set(statuses) == {200, 402}
                assert money.place == "database"
            else:
                answers = [await post(short) for _ in range(3)]
                assert [status for status, _, _ in answers] == [503] * 3
                assert answers[0][2]["error"]["code"] == "limits_unavailable"
                problems = await _problems(gateway)
                assert "requests that have one are refused: Redis, which counts" in problems["budgets"]
            gateway.key = gateway.keys["other"]
            assert [(await post(short))[0] for _ in range(3)] == [200, 200, 429]
            gateway.key = gateway.keys["demo"]
            await asyncio.to_thread(server.start)
            async with asyncio.timeout(20):
                while money.place != "redis" or not gateway.gateway.redis.up:
                    await asyncio.sleep(0.02)
            # What the last calls held more than they cost may come back only now, so that there is room for another.
            after = [(await post(short))[0] for _ in range(20)]
            assert after[0] == 200 if without == "fail_closed" else after[-1] == 402
            assert "budgets" not in await _problems(gateway), "it is over once the budget was checked again"
            rows = await gateway.usage_rows()
            await gateway.gateway.limits.drain()
            known = gateway.gateway.limits.allowances._known.values()
            [counter] = {allowance.counter for one in known for allowance in one.allowances}
            spent = sum(row["cost_nano"] or 0 for row in rows if row["team"] == "demo")
            assert await money.read(counter) == (spent, 0), "an empty Redis was told what the ledger knows"
    assert spent <= budget.limit.nano
