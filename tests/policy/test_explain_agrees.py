"""What `explain` tells is what the pipeline does: over a thousand generated policies and requests, with the real
stages.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from gateway.core.identity import Principal
from gateway.core.policy import Effective
from gateway.dialects.codec import Envelope
from gateway.errors import GatewayError
from gateway.exchange import Attempt
from gateway.limiting import Limits
from gateway.policy.complaints import PolicyErrors
from gateway.policy.explain import Explanation, explain, plain
from gateway.policy.load import Loaded, load_text
from gateway.policy.shadow import Shadow
from gateway.providers.registry import ProviderRegistry
from gateway.routing.candidates import CandidateOrder
from gateway.routing.health import Health
from gateway.routing.trials import Trials
from gateway.stages.choose import MAX_ATTEMPTS, Choose
from gateway.stages.govern import Govern
from gateway.stages.stage import enter_stage
from gateway.system_clock import SystemClock
from tests.policy import generated
from tests.support.fakes import FakeAlarms, FakePolicies, FakeSpending, money_of, nothing_to_ship
from tests.support.walking import exchange_of

PAIRS = 1000


class Walked:
    """What the real stages made of a request."""

    code = "permitted"
    team: Effective | None = None
    attempts: tuple[Attempt, ...] = ()


async def walk(loaded: Loaded, principal: Principal, model: str, operation: str, drawn: float) -> Walked:
    exchange = exchange_of(principal, operation)
    walked = Walked()
    try:
        Govern(FakePolicies(loaded.policy), Shadow()).enter(exchange)
        walked.team = exchange.team
        exchange.reader = exchange.codec
        exchange.body = b"{}"
        exchange.envelope = Envelope(model=model)
        clock = SystemClock()
        ways: CandidateOrder[Attempt] = CandidateOrder(lambda: drawn, Health(), clock, {})
        money = money_of(
            Limits(None, clock, FakeSpending(), nothing_to_ship, FakeAlarms(), FakePolicies(loaded.policy))
        )
        choose = Choose(ProviderRegistry().provider, ways, Trials(lambda *_: None), clock, money, lambda *_: None)
        await enter_stage(choose, exchange)
        walked.attempts = exchange.attempts
    except GatewayError as refusal:
        walked.code = refusal.code
    return walked


def loadable(draw: random.Random) -> Loaded:
    """Many of the drawn policies contradict themselves: the next that does not."""
    while True:
        try:
            return load_text("p.yaml", generated.policy_text(draw), {})
        except PolicyErrors:
            continue


def agree(told: Explanation, walked: Walked) -> None:
    assert told.verdict == walked.code
    names = [(way.role, way.target, way.region) for way in told.ways if not way.obstacle]
    done = [(f"{attempt.target.provider}/{attempt.target.model}", attempt.region) for attempt in walked.attempts]
    targets = [(target, region) for role, target, region in names if role == "target"]
    fallbacks = [(target, region) for role, target, region in names if role == "fallback"]
    if told.verdict == "permitted":
        first = done[:1] if targets else []
        assert not first or first[0] in targets
        others = fallbacks or [target for target in targets if target not in first]  # peers, where nobody else is
        assert done[len(first) :] == others[: MAX_ATTEMPTS - len(first)]
    if walked.team is not None:
        for setting in ("tags", "data_class", "cost_center"):
            facts = [fact.value for fact in told.facts if fact.setting == setting]
            value = getattr(walked.team, setting)
            assert facts == ([] if value is None else [plain(value)])
        for setting in ("regions", "operators", "operations"):
            last = [fact.value for fact in told.facts if fact.setting == setting][-1]
            value = getattr(walked.team, setting)
            assert last == ("all" if value is None else plain(value))
        bounds = [tuple(fact.value) for fact in told.facts if fact.setting == "models"]
        assert tuple(bounds) == walked.team.bounds


@pytest.mark.parametrize("seed", range(10))
def test_explain_and_the_road_agree(seed: int) -> None:
    draw = random.Random(seed)

    async def many() -> Counter[str]:
        seen: Counter[str] = Counter()
        for _ in range(PAIRS // 100):
            loaded = loadable(draw)
            for _ in range(10):
                principal, model, operation = generated.request(draw)
                told = explain(loaded, principal, model, operation)
                agree(told, await walk(loaded, principal, model, operation, draw.random()))
                seen[told.verdict] += 1
        return seen

    seen = asyncio.run(many())
    assert seen.total() == PAIRS // 10
    assert {"permitted", "model_not_permitted"} <= set(seen), seen


RELAXED = """\
version: 1
providers: {gpu: {kind: openai, base_url: "http://127.0.0.1:1/v1", api_key: k, region: eu}}
pii: {house: {may_relax: [{type: person, until: 2020-02-29, reason: x}, {type: iban, until: 2020-02-29, reason: x}]}}
teams: {press: {models: ["*"], pii: {rules: house, actions: {person: allow, iban: block}}}}
"""


def test_what_a_rule_set_lets_a_team_relax_is_told_with_its_end() -> None:
    loaded = load_text("p.yaml", RELAXED, {})
    facts = explain(loaded, Principal(key_id="k", team="press"), "gpu/m", "chat").facts
    told = [(fact.setting, fact.value, fact.by) for fact in facts if fact.setting.startswith("pii ")]
    assert told == [("pii person", "allow until 2020-02-29, pseudonymise after that day", "rule set house")]
