"""Which budgets are over a request is told for the moment at which it came, whoever asked meanwhile."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any

import pytest

from gateway.core.counting import Line, Verdict
from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.core.spending import Scope
from gateway.policy.load import policy_of_text
from gateway.policy.resolve import Resolver
from gateway.quota.allowances import Allowances
from gateway.quota.memory import MemoryCounters
from gateway.quota.settling import LEASE, Settling
from gateway.quota.throttle import Quota, Throttle
from tests.support.clocks import HandClock

DAY = 86_400.0
MIDNIGHT = 20_000 * DAY


def a_policy() -> Policy:
    return policy_of_text(
        "a.yaml",
        """
version: 1
reporting: {timezone: UTC}
providers: {simulator: {kind: simulated, base_url: "http://127.0.0.1:9", speaks: [openai_chat], region: on_prem}}
models: {fast: {targets: [{provider: simulator, model: gpt-5-mini}]}}
teams: {a: {models: [fast], budgets: [{period: day, limit: 100 USD}]}}
""",
        {},
    )


def test_people_whose_names_differ_have_counters_of_their_own() -> None:
    """Whatever those who issue keys call them."""
    own = "{budgets: [{period: day, limit: 1 USD}]}"
    policy = policy_of_text("a", f"version: 1\nteams: {{a: {{models: [], users: {{x/y: {own}, x%2Fy: {own}}}}}}}\n", {})
    counters: list[str] = []
    for user in ("x/y", "x%2Fy"):
        principal = Principal(key_id="k", team="a", user=user)
        team = Resolver().effective(policy, principal)
        assert team is not None
        counters += [each.counter for each in Allowances().over(policy, team, principal, MIDNIGHT, None)]
    assert len(counters) == len(set(counters)) == 2
    assert Scope(kind="user", team="a", name="x/50%").path == "user/a/x%2F50%", "as before: what was spent stays known"


def test_who_came_before_midnight_and_waited_is_paid_by_the_day_that_was() -> None:
    policy = a_policy()
    principal = Principal(key_id="k", team="a")
    team = Resolver().effective(policy, principal)
    assert team is not None
    over = Allowances().over
    moments = (MIDNIGHT - 1, MIDNIGHT, MIDNIGHT - 1, MIDNIGHT + DAY - 1)
    days = [over(policy, team, principal, at, None)[0].window.start for at in moments]
    assert days == [MIDNIGHT - DAY, MIDNIGHT, MIDNIGHT - DAY, MIDNIGHT]


def test_a_key_that_asks_no_more_keeps_no_old_policy_in_memory() -> None:
    policy, principal, allowances = a_policy(), Principal(key_id="k", team="a"), Allowances()
    team = Resolver().effective(policy, principal)
    assert team is not None
    assert allowances.over(policy, team, principal, MIDNIGHT, None)
    gone = weakref.ref(policy)
    del policy
    assert gone() is None


@pytest.mark.asyncio
async def test_who_leaves_while_the_counters_are_asked_has_taken_no_place() -> None:
    counted = MemoryCounters(HandClock())
    asked, quota = asyncio.Event(), Quota("slots", "now/a", 1, 1, scope=Scope(kind="team", team="a"), of="concurrent")

    class Slow(MemoryCounters):
        async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
            verdict = await counted.reserve(id, lines, seconds)
            asked.set()
            await asyncio.Event().wait()
            return verdict

    settling = Settling(counted, counted.settle_now)
    slow: Any = Slow(HandClock())
    leaving = asyncio.ensure_future(Throttle((slow, settling), (slow, settling)).take("one", (quota,)))
    await asked.wait()
    leaving.cancel()
    await asyncio.wait((leaving,))
    assert leaving.cancelled()
    throttle = Throttle((counted, settling), (counted, settling))
    assert (await throttle.take("two", (quota,)))[0] is not None, f"its place is not kept for {LEASE} s"
