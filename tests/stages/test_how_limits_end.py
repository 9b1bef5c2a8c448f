"""What a request took of its budget and of its tokens a minute, by each way in which its call can end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from gateway.core.caching import CachePolicy
from gateway.core.identity import Principal
from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, Target, Timeouts
from gateway.core.ports import UsageRow
from gateway.core.privacy_rules import PrivacyChoice
from gateway.core.prompts import Prompt
from gateway.core.usage import Usage
from gateway.dialects.bounds import BYTES_A_TOKEN
from gateway.dialects.longest_answers import LONGEST
from gateway.errors import UpstreamCut, UpstreamTimedOut, UpstreamUnreachable
from gateway.journal.open_calls import DISPATCHED, orphans
from gateway.quota.throttle import Permit
from gateway.quota.usual_tokens import ENOUGH
from tests.pii.serving import policy_with
from tests.stages.test_call import JSON, ok, refused
from tests.support.each_case import each_case
from tests.support.fakes import AsgiCall, FakePrices, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for
from tests.support.waiting import until

ALONE = Alias(name="alone", targets=(Target(provider="openai", model="a"),))
PAIR = Alias(name="pair", targets=ALONE.targets, fallbacks=(Target(provider="grok", model="b"),))
LETTER = Prompt(name="letter", version="1", system="Be brief. " * 3000)
RULES = policy_with("{actions: {email: pseudonymise}}").pii["rules"]
LETTERS = Alias(name="letters", targets=ALONE.targets, prompt="letter")
COUNTED = Usage(input_tokens=5, output_tokens=3, estimated=True)
"""What is made of each estimate here."""
TEXT = b'data: {"id":"c","object":"chat.completion.chunk","model":"m","created":1,"choices":[{"index":0,"delta":'
TEXT += b'{"role":"assistant","content":"So be"}}]}\n\n'


def policy(**more: Any) -> Policy:
    plain = policy_for("http://127.0.0.1:9", models=(ALONE, PAIR, LETTERS))
    team = msgspec.structs.replace(
        plain.teams["demo"],
        budgets=(Budget(name="b", period="month", limit=Money(NANO, "USD")),),
        quotas=Quotas(tokens_per_minute=1_000_000, concurrent=1),
        cache=CachePolicy(enabled=True),
        **more,
    )
    slow = msgspec.structs.replace(plain.providers["grok"], timeouts=Timeouts(total=700.0))
    providers = {**plain.providers, "grok": slow}
    return msgspec.structs.replace(
        plain,
        teams={"demo": team},
        providers=providers,
        prompts={"letter": LETTER, "letter@1": LETTER},
        pii={"rules": RULES},
    )


def stream(*script: Any) -> ScriptedResponse:
    return ScriptedResponse(200, {"content-type": "text/event-stream"}, [TEXT, *script])


@each_case(
    "name,model,answers,times,posted,tokens",
    [
        ("answered", "alone", (ok(),), 1, 2, [2]),
        ("answered out of the cache", "alone", (ok(),), 2, 2, [2, 0]),
        ("refused by the provider", "alone", (refused(400),), 1, 0, [0]),
        ("turned away by the provider", "alone", (refused(429, **{"retry-after": "9"}),), 1, 0, [0]),
        ("refused by both", "pair", (refused(429, **{"retry-after": "9"}), refused(400)), 1, 0, [0]),
        ("unreachable", "alone", (UpstreamUnreachable("u"),), 1, 0, [0]),
        ("timed out", "alone", (UpstreamTimedOut("t"),), 1, 8, [None]),
        ("timed out, and another answered", "pair", (UpstreamTimedOut("t"), ok()), 1, 8 + 2, [2]),
        ("timed out, and another refused", "pair", (UpstreamTimedOut("t"), refused(400)), 1, 8, [None]),
        ("cut", "alone", (stream(UpstreamCut("c")),), 1, 8, [None]),
        ("left by its client", "alone", (stream(None),), 1, 8, [None]),
        ("no answer that anybody could read", "alone", (ScriptedResponse(200, JSON, [b"<html>"]),), 1, 8, [None]),
    ],
    str,
)
@pytest.mark.asyncio
async def test_limits_end_with_the_call(
    name: str, model: str, answers: tuple[Any, ...], times: int, posted: int, tokens: list[int | None]
) -> None:
    stand, told = Stand(policy(), ScriptedUpstream(*answers)), list[int | None]()
    given_back = stand.limits.throttle.settle

    def settle(permit: Permit, used: int | None) -> None:
        told.append(used)
        given_back(permit, used)

    def final(row: UsageRow) -> None:
        if stand.ledger.estimates[-1] is not None:
            row.usage, row.cost = COUNTED, Money(COUNTED.total_tokens, "USD")
        stand.limits.settle(row)

    stand.limits.throttle.settle = settle  # type: ignore[method-assign]
    stand.ledger.final = final
    is_left = name == "left by its client"
    question = {"model": model, "temperature": 0, "messages": [{"role": "user", "content": "Hi"}]}
    question["stream"] = any(isinstance(answer, ScriptedResponse) and TEXT in answer._script for answer in answers)
    for _ in range(times):
        call = AsgiCall("/v1/chat/completions", json.dumps(question).encode())
        running = asyncio.ensure_future(call.run(stand.edge))
        if is_left:
            await until(lambda: b"So be" in call.body)  # noqa: B023  of this turn
            call.leave()
        await running
    assert told == tokens
    [counter] = [name for name in stand.limits.budgets._counters._counters if name.startswith("team/")]  # type: ignore[attr-defined]
    assert await stand.limits.budgets._counters.read(counter) == (posted, 0)
    assert await stand.limits.budgets._counters.read("now/team/demo") == (0, 0), "its place is free"


@each_case(
    "model,asked,seconds",
    [
        ("alone", "Hi", 60.0),
        ("alone", " ".join(f"a{number}@b.ch" for number in range(300)), 60.0),  # others stand for them, and are longer
        ("letters", "Hi", 60.0),  # the template is not in what the client sent
        ("pair", "Hi", 700.0),  # the second may be asked, and take its time
    ],
    lambda case: f"{case[0]} {case[1][:12]}",
)
@pytest.mark.asyncio
async def test_what_is_held_is_for_all_that_is_sent_and_as_long_as_it_may_take(
    model: str, asked: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(policy(pii=PrivacyChoice(rules="rules")), ScriptedUpstream(ok()))
    held: list[tuple[int, float]] = []
    hold = stand.limits.budgets.hold

    async def holding(
        id: str, policy: Policy, over: Any, cost: Money, at: float, lasting: float, principal: Principal
    ) -> None:
        held.append((cost.nano, lasting))
        await hold(id, policy, over, cost, at, lasting, principal)

    monkeypatch.setattr(stand.limits.budgets, "hold", holding)
    question = {"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": asked}]}
    call = AsgiCall("/v1/chat/completions", json.dumps(question).encode())
    await call.run(stand.edge)
    assert held, call.body
    [(nano, lasting)] = held
    assert call.status == 200
    sent = len(stand.upstream.requests[0].body) // BYTES_A_TOKEN
    assert sent < nano < 2 * sent + 50, "a nano-unit a token"
    assert lasting > seconds, "else it were posted, and free, while its call is under way"


@each_case(
    "model,limit,said,downgrade",
    [
        ("openai/gpt-5-mini", None, 128_000, None),
        ("openai/gpt-5-mini", 300, 300, None),
        ("openai/a", None, LONGEST, None),
        ("narrow", None, 9000, None),
        ("narrow", None, 9000, "openai/a"),  # it is Choose that holds the money then
    ],
)
@pytest.mark.asyncio
async def test_what_goes_on_in_the_background_is_held_and_charged_as_long_as_it_may_become(
    model: str, limit: int | None, said: int, downgrade: str | None
) -> None:
    """Whatever the key's answers are usually like: whoever starts after a crash charges what the mark says."""
    queued = {"id": "resp_1", "object": "response", "status": "queued", "model": "a", "output": []}
    answer = ScriptedResponse(200, JSON, [json.dumps(queued).encode()])
    narrow = Alias(name="narrow", targets=(Target(provider="openai", model="a", context=9000),))
    known = policy()
    [budget] = known.teams["demo"].budgets
    budget = msgspec.structs.replace(budget, downgrade=downgrade)
    teams = {"demo": msgspec.structs.replace(known.teams["demo"], budgets=(budget,))}
    stand = Stand(msgspec.structs.replace(known, models={"narrow": narrow}, teams=teams), ScriptedUpstream(answer))
    for _ in range(ENOUGH):
        for name in ("a", "gpt-5-mini"):
            stand.limits.outputs.learn("key1", name, 5)
    question = {"model": model, "input": "Hi", "background": True}
    call = AsgiCall("/v1/responses", json.dumps(question | ({"max_output_tokens": limit} if limit else {})).encode())
    await call.run(stand.edge)
    assert call.status == 200, call.body
    [mark] = [record for record in stand.journal.records if record.kind == DISPATCHED]
    [left] = orphans([mark], "usage")
    assert left.row().usage.output_tokens == said
    [job] = stand.book.jobs.values()
    assert job.held is not None
    assert (job.output_tokens, said < job.held.nano < said + 200) == (said, True), "a nano-unit a token"


@pytest.mark.asyncio
async def test_a_fallback_that_is_priced_in_a_currency_without_a_rate_refuses_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it were asked, and nobody could say what of the budget is spent."""

    def cost(_: FakePrices, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str]:
        return Money(usage.total_tokens, "EUR" if provider == "grok" else "USD"), "fake"

    monkeypatch.setattr(FakePrices, "cost", cost)
    stand = Stand(policy(), ScriptedUpstream(ok()))
    question = {"model": "pair", "messages": [{"role": "user", "content": "Hi"}]}
    call = AsgiCall("/v1/chat/completions", json.dumps(question).encode())
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (422, [])
    assert b"no rate from EUR" in call.body
