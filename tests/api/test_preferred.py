"""What is paid for is used up first, by the ledger's word."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import msgspec
import pytest

from gateway.billing import marginal_costs
from gateway.core.agreements import Agreement
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, PriceOverride, Target, TeamPolicy
from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import RunningGateway, policy_for, serving
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

PAID, OTHER = Target(provider="openai", model="paid"), Target(provider="mistral", model="other", weight=999_999)


def policy_of(simulated: SimulatedServer, prefer: str, committed: int) -> Policy:
    """A token costs a thousandth of a dollar, of the other model a tenth of that."""
    alias = Alias(name="m", targets=(PAID, OTHER), prefer=prefer)  # type: ignore[arg-type]
    prices = tuple(
        PriceOverride(
            provider=target.provider, model=target.model, currency="USD", since="2020-01-01", input=nano, output=nano
        )
        for target, nano in ((PAID, 1000 * NANO), (OTHER, 100 * NANO))
    )
    contract = Agreement(
        name="contract", provider="openai", since="2020-01-01", commitment=Money(committed * NANO // 1000, "USD")
    )
    return msgspec.structs.replace(
        policy_for(simulated.url, models=(alias,)),
        price_overrides=prices,
        agreements=(contract,),
        teams={"demo": TeamPolicy(name="demo", models=("*",))},
    )


async def ask(gateway: RunningGateway, session: aiohttp.ClientSession) -> tuple[str, str]:
    """Who answered, and why it was chosen."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}
    headers = {"authorization": f"Bearer {gateway.key}"}
    async with session.post(gateway.url + "/v1/chat/completions", json=body, headers=headers) as got:
        assert got.status == 200, await got.text()
        return got.headers["x-gateway-provider"], got.headers.get("x-gateway-chosen", "")


@pytest.mark.parametrize("prefer", ["paid_for", "cheapest"])
async def test_a_commitment_is_used_up_and_then_passed_over(
    simulated: SimulatedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefer: str
) -> None:
    monkeypatch.setattr(marginal_costs, "EVERY", 0.0)
    policy = policy_of(simulated, prefer, committed=50)
    async with serving(policy, tmp_path) as gateway, aiohttp.ClientSession() as session:
        await ask(gateway, session)
        marginal = gateway.gateway.marginal
        await until(lambda: marginal.at(policy, PAID) is not None)
        first = await ask(gateway, session)
        assert first[0] == "openai"
        assert first[1].startswith("openai/paid: commitment contract, ")
        spent = 0
        for _ in range(20):
            await ask(gateway, session)
            rows = await gateway.usage_rows()
            spent = sum(row["cost_nano"] for row in rows if row["provider"] == "openai")
            if spent >= NANO // 20:
                break
        assert spent >= NANO // 20
        await until(lambda: not marginal.at(policy, PAID).paid)
        after = [await ask(gateway, session) for _ in range(4)]
        assert {who for who, _ in after} == {"mistral"}, "by its weight, or as it is cheaper"
        assert after[0][1] == "mistral/other: 100.0 USD a million tokens"


async def test_while_the_ledger_has_not_spoken_weights_decide(simulated: SimulatedServer, tmp_path: Path) -> None:
    async with serving(policy_of(simulated, "paid_for", 50), tmp_path) as gateway, aiohttp.ClientSession() as session:
        await gateway.gateway.marginal.close()
        assert await ask(gateway, session) == ("mistral", "")
