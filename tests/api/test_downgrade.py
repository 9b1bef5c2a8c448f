"""A budget that is spent, and the cheaper model that answers then: who may, what it costs, and what it may see."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from sqlalchemy import select

from gateway.audit.record import read_header
from gateway.core.caching import CachePolicy
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, PriceOverride, Rules, Target, TeamPolicy
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, PrivacyChoice, RuleSet, Sensitive
from gateway.providers.simulated.server import SimulatedServer
from gateway.storage.audit_tables import audit_record
from tests.support.canaries import EMAIL
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.valkey import valkey, valkey_url  # noqa: F401  fixtures

pytestmark = pytest.mark.asyncio

DEAR, CHEAP = "openai/gpt-5-mini", "cheap"
CHAT = "/v1/chat/completions"


def price(provider: str, model: str, francs_a_million: int) -> PriceOverride:
    nano = francs_a_million * NANO
    return PriceOverride(provider=provider, model=model, currency="CHF", since="2020-01-01", input=nano, output=nano)


def policy_of(simulated: SimulatedServer, *budgets: Budget, organisation: Rules | None = None, **team: Any) -> Policy:
    """A token of the dear model costs a thousandth of a franc, one of the cheap model a millionth."""
    policy = policy_for(
        simulated.url, models=(Alias(name=CHEAP, targets=(Target(provider="mistral", model="mistral-small"),)),)
    )
    prices = (
        price("openai", "gpt-5-mini", 1000),
        price("openai", "text-embedding-3-small", 1000),
        price("mistral", "mistral-small", 1),
        price("mistral", "mistral-embed", 1),
    )
    demo = TeamPolicy(name="demo", budgets=budgets, **{"models": ("*",), **team})
    policy = msgspec.structs.replace(policy, teams={"demo": demo}, price_overrides=prices)
    return policy if organisation is None else msgspec.structs.replace(policy, organisation=organisation)


def month(francs: float, downgrade: str | None = CHEAP, name: str = "month") -> Budget:
    return Budget(name=name, period="month", limit=Money(int(francs * NANO), "CHF"), downgrade=downgrade)


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def by(self) -> str:
        return self.headers.get("x-gateway-model", "")


@contextlib.asynccontextmanager
async def asking(policy: Policy, folder: Path, **where: Any) -> AsyncIterator[tuple[RunningGateway, Any]]:
    async with serving(policy, folder, **where) as gateway, aiohttp.ClientSession() as session:

        async def ask(model: str = DEAR, path: str = CHAT, **more: Any) -> Answer:
            body: dict[str, Any] = {"model": model, **more}
            if "input" not in body:
                body = {"max_tokens": 50, "messages": [{"role": "user", "content": "Hello there"}], **body}
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with session.post(gateway.url + path, json=body, headers=headers) as got:
                return Answer(
                    got.status, {name.lower(): value for name, value in got.headers.items()}, await got.text()
                )

        yield gateway, ask


async def test_a_spent_budget_is_answered_by_the_model_that_it_names(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    async with asking(policy_of(simulated, month(0.2)), tmp_path) as (gateway, ask):
        answers = [await ask() for _ in range(8)]
        streamed = await ask(stream=True)
        translated = await ask(path="/v1/messages")
        rows = await gateway.usage_rows()
    assert {answer.status for answer in (*answers, streamed, translated)} == {200}
    assert answers[0].by == "gpt-5-mini"
    assert "x-gateway-downgraded" not in answers[0].headers
    for answer in (answers[-1], streamed, translated):
        assert (answer.by, answer.headers["x-gateway-downgraded"]) == ("mistral-small", "budget month")
        assert answer.headers["x-gateway-provider"] == "mistral"
    assert "[DONE]" in streamed.text
    assert {row["model_asked"] for row in rows} == {DEAR}
    assert {(row["provider"], row["model"]) for row in rows} == {
        ("openai", "gpt-5-mini"),
        ("mistral", "mistral-small"),
    }
    assert sum(row["cost_nano"] for row in rows) <= NANO // 5
    assert all(row["cost_nano"] for row in rows)


async def test_the_audit_says_who_was_sent_to_and_not_who_was_asked_for(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    async with asking(policy_of(simulated, month(0.01)), tmp_path) as (gateway, ask):
        assert (await ask()).status == 200
        await gateway.gateway.recorded()
        headers: list[bytes] = []
        async with asyncio.timeout(20):
            while not headers:
                async with gateway.gateway.engine.connect() as connection:
                    asked = select(audit_record.c.header).where(audit_record.c.kind == "request")
                    headers = list(await connection.scalars(asked))
    [header] = map(read_header, headers)
    assert (header.provider, header.model, header.region) == ("mistral", "mistral-small", "eu")


async def test_where_the_cheaper_model_has_no_room_either_nothing_answers(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    async with asking(policy_of(simulated, month(0.000_001)), tmp_path) as (gateway, ask):
        refused = await ask()
        rows = await gateway.usage_rows()
    assert refused.status == 402
    assert "The budget 'month' of team 'demo'" in refused.text
    assert "x-gateway-downgraded" not in refused.headers
    assert [(row["status"], row["cost_nano"]) for row in rows] == [("refused", None)]


async def test_another_budget_that_refuses_refuses(simulated: SimulatedServer, tmp_path: Path) -> None:
    organisation = Rules(budgets=(month(0.000_001, None, "all"),))
    async with asking(policy_of(simulated, month(0.01), organisation=organisation), tmp_path) as (_, ask):
        refused = await ask()
    assert refused.status == 402
    assert "The budget 'all' of the organisation" in refused.text


async def test_one_budget_after_the_other_may_name_a_cheaper_one(simulated: SimulatedServer, tmp_path: Path) -> None:
    organisation = Rules(budgets=(month(0.01, CHEAP, "all"),))
    policy = policy_of(simulated, month(0.000_001, "sim/free"), organisation=organisation)
    async with asking(policy, tmp_path) as (_, ask):
        answer = await ask()
    assert (answer.status, answer.by, answer.headers["x-gateway-downgraded"]) == (200, "free", "budget month")


@pytest.mark.parametrize(
    "team", [{"models": (DEAR,)}, {"regions": frozenset({"us"})}], ids=["not permitted", "across a border"]
)
async def test_what_the_team_may_not_use_is_no_way_out(
    simulated: SimulatedServer, tmp_path: Path, team: dict[str, Any]
) -> None:
    async with asking(policy_of(simulated, month(0.01), **team), tmp_path) as (gateway, ask):
        refused = await ask()
        rows = await gateway.usage_rows()
    assert refused.status == 402
    assert "The budget 'month' of team 'demo'" in refused.text
    assert [row["provider"] for row in rows] == [None]


async def test_vectors_of_another_model_mislead_and_are_not_given(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with asking(policy_of(simulated, month(0.01, "mistral/mistral-embed")), tmp_path) as (_, ask):
        refused = await ask("openai/text-embedding-3-small", "/v1/embeddings", input="Hello there " * 20)
    assert refused.status == 402


async def test_what_costs_nothing_is_not_downgraded(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with asking(policy_of(simulated, month(0.000_001)), tmp_path) as (_, ask):
        local = await ask("sim/free")
        counted = await ask("claude/claude-sonnet-4-5", "/v1/messages/count_tokens")
    assert (local.status, local.by) == (200, "free")
    assert counted.status == 200
    assert "x-gateway-downgraded" not in counted.headers


async def test_an_answer_is_kept_as_that_of_the_model_that_gave_it(simulated: SimulatedServer, tmp_path: Path) -> None:
    policy = policy_of(simulated, month(0.01), cache=CachePolicy(enabled=True))
    async with asking(policy, tmp_path) as (gateway, ask):
        answers = [await ask(), await ask()]
        rows = await gateway.usage_rows()
    assert [answer.headers["x-gateway-cache"] for answer in answers] == ["miss", "hit"]
    assert {answer.by for answer in answers} == {"mistral-small"}
    assert [(row["model"], row["cost_nano"] == 0) for row in rows] == [
        ("mistral-small", False),
        ("mistral-small", True),
    ]


WRITTEN = [{"role": "user", "content": f"Write to {EMAIL}"}]


def private(policy: Policy, **rules: Any) -> Policy:
    """`on_prem` is sovereign: values may be seen there, and tokens everywhere else."""
    house = RuleSet(name="house", cloud=CLOUD, sovereign=SOVEREIGN, sovereign_regions=frozenset({"on_prem"}), **rules)
    demo = msgspec.structs.replace(policy.teams["demo"], pii=PrivacyChoice("house"))
    return msgspec.structs.replace(policy, teams={"demo": demo}, pii={"house": house})


@pytest.mark.parametrize(("instead", "sees_it"), [(CHEAP, False), ("sim/free", True)])
async def test_personal_data_is_treated_as_the_cheaper_models_place_asks(
    simulated: SimulatedServer,
    tmp_path: Path,
    instead: str,
    sees_it: bool,
) -> None:
    async with asking(private(policy_of(simulated, month(0.01, instead))), tmp_path) as (_, ask):
        answer = await ask(messages=WRITTEN)
    assert answer.status == 200
    assert answer.headers["x-gateway-downgraded"] == "budget month"
    assert (EMAIL.encode() in simulated.requests[-1].body) is sees_it


async def test_what_must_stay_in_the_house_is_not_downgraded_out_of_it(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    policy = private(policy_of(simulated, month(0.01)), sensitive=(Sensitive(name="staff", always=True),))
    dear_at_home = (*policy.price_overrides, price("sim", "large", 1000))
    policy = msgspec.structs.replace(policy, price_overrides=dear_at_home)
    before = list(simulated.requests)[-1:]
    async with asking(policy, tmp_path) as (_, ask):
        refused = await ask("sim/large", messages=WRITTEN)
    assert refused.status == 402
    assert EMAIL not in refused.text
    assert list(simulated.requests)[-1:] == before, "nothing left"


@pytest.mark.valkey
@pytest.mark.parametrize("shared", [False, True], ids=["in process", "Valkey"])
async def test_many_at_once_spend_no_more_than_there_is_and_all_are_answered(
    simulated: SimulatedServer,
    tmp_path: Path,
    valkey_url: str,  # noqa: F811
    shared: bool,
) -> None:
    where = {"redis_url": valkey_url} if shared else {}
    async with asking(policy_of(simulated, month(0.5)), tmp_path, **where) as (gateway, ask):
        answers = await asyncio.gather(*(ask() for _ in range(60)))
        rows = await gateway.usage_rows()
        await gateway.gateway.limits.drain()
        [allowance] = next(iter(gateway.gateway.limits.allowances._known.values())).allowances
        posted, reserved = await gateway.gateway.limits.budgets._counters.read(allowance.counter)
    assert {answer.status for answer in answers} == {200}
    assert {answer.by for answer in answers} == {"gpt-5-mini", "mistral-small"}
    spent = sum(row["cost_nano"] for row in rows)
    assert spent <= NANO // 2
    assert (posted, reserved) == (spent, 0), "what was held for the dear model was never taken"
