"""What Choose remembers is of one policy, whoever comes while a request of another one waits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gateway.core.identity import Principal
from gateway.core.limit_errors import BudgetSpent
from gateway.core.policy import Policy
from gateway.dialects.codec import Envelope
from gateway.exchange import Attempt, Exchange
from gateway.policy.load import policy_of_text
from gateway.policy.shadow import Shadow
from gateway.providers.registry import ProviderRegistry
from gateway.routing.candidates import CandidateOrder
from gateway.routing.health import Health
from gateway.routing.trials import Trials
from gateway.stages.choose import Choose
from gateway.stages.govern import Govern
from gateway.stages.stage import enter_stage
from gateway.system_clock import SystemClock
from tests.support.fakes import FakePolicies
from tests.support.walking import exchange_of

POLICY = """\
version: 1
providers:
  cloud: {kind: openai, base_url: "http://h/v1", api_key: k, region: us}
  house: {kind: local, engine: llama_cpp, base_url: "http://h/v1", region: on_prem}
models:
  dear: {targets: [{provider: cloud, model: big}]}
  cheap: {targets: [{provider: CHEAP, model: small}]}
teams:
  demo: {models: ["*"], budgets: [{period: day, limit: 1 USD, when_spent: {downgrade: cheap}}]}
"""


def asking(policy: Policy, model: str) -> Exchange:
    exchange = exchange_of(Principal(key_id="k", team="demo"))
    Govern(FakePolicies(policy), Shadow()).enter(exchange)
    exchange.reader, exchange.body, exchange.envelope = exchange.codec, b"{}", Envelope(model=model)
    return exchange


class SpentMeanwhile:
    """The budget has no room for the dear model, and while that is found out somebody else is served."""

    def __init__(self, meanwhile: Exchange) -> None:
        self.choose: Choose | None = None
        self._meanwhile: Exchange | None = meanwhile

    async def hold(self, exchange: Exchange, attempts: Sequence[Attempt]) -> None:
        other, self._meanwhile = self._meanwhile, None
        if other is not None:
            assert self.choose is not None
            await enter_stage(self.choose, other)
            error = BudgetSpent("spent")
            error.budget, error.instead = "day", "cheap"
            raise error


@pytest.mark.asyncio
async def test_a_request_that_waited_is_decided_by_its_own_policy() -> None:
    old, new = (policy_of_text("p.yaml", POLICY.replace("CHEAP", name), {}) for name in ("cloud", "house"))
    first, second, third = asking(old, "dear"), asking(new, "dear"), asking(new, "cheap")
    clock, money = SystemClock(), SpentMeanwhile(second)
    ways: CandidateOrder[Attempt] = CandidateOrder(lambda: 0.0, Health(), clock, {})
    choose = money.choose = Choose(
        ProviderRegistry().provider,
        ways,
        Trials(lambda *_: None),
        clock,
        money,  # type: ignore[arg-type]
        lambda *_: None,
    )
    await enter_stage(choose, first)
    await enter_stage(choose, third)
    assert [attempt.target.provider for attempt in first.attempts] == ["cloud"]
    assert [attempt.target.provider for attempt in third.attempts] == ["house"]
