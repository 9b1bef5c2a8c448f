"""A policy played through on recorded traffic: equal policies change nothing, and what changes is what was changed."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.bills import Bill, Meters
from gateway.core.identity import Principal
from gateway.core.money import Money
from gateway.core.policy import Alias, Policy, ProviderPolicy, Shadow, Target, TeamPolicy
from gateway.core.traffic import Traffic
from gateway.core.usage import Usage
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_text
from gateway.policy.simulate import Effect, simulate
from gateway.policy.simulated_shadows import Mirrored
from tests.policy import generated


class Prices:
    """A nano-unit a token at `cheap`, ten at `dear`; nobody knows `gpu`'s."""

    def cost(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str] | None:
        rate = {"cheap": 1, "dear": 10}.get(provider)
        return None if rate is None else (Money(rate * usage.total_tokens, "CHF"), "test")

    def bill(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> Bill | None:
        priced = self.cost(policy, provider, model, usage, at)
        return None if priced is None else Bill(cost=priced[0], meters=Meters(priced[0].nano), source="test")


PROVIDERS = {
    name: ProviderPolicy(name=name, kind="local", engine="vllm", base_url="http://x/v1", region=region)
    for name, region in (("cheap", "eu"), ("dear", "us"), ("gpu", "on_prem"))
}


def policy(targets: list[tuple[str, int]], **team: object) -> Policy:
    return Policy(
        version="v",
        providers=PROVIDERS,
        models={
            "fast": Alias(
                name="fast",
                targets=tuple(Target(provider=name, model="m", weight=weight) for name, weight in targets),
                fallbacks=(Target(provider="gpu", model="m"),),
            )
        },
        teams={"t": TeamPolicy(name="t", **{"models": ("fast",), **team})},  # type: ignore[arg-type]
    )


def traffic(requests: int = 100, team: str = "t", model: str = "fast") -> Traffic:
    return Traffic(
        principal=Principal(key_id="k", team=team),
        model=model,
        operation="chat",
        requests=requests,
        total=Usage(input_tokens=8 * requests, output_tokens=2 * requests),
    )


def effect(old: Policy, new: Policy, *groups: Traffic) -> Effect:
    [found] = simulate(old, new, groups or [traffic()], Prices(), 0)  # type: ignore[arg-type]
    return found


def test_another_share_moves_requests_and_costs() -> None:
    found = effect(policy([("cheap", 90), ("dear", 10)]), policy([("cheap", 50), ("dear", 50)]))
    assert (found.refused, found.admitted, found.moved) == (0, 0, 40)
    assert found.why == ("cheap/m → dear/m",)
    assert found.before == (Money(100 * 10 * 9 // 10 + 100 * 100 // 10, "CHF"),)
    assert found.after == (Money(100 * 10 // 2 + 100 * 100 // 2, "CHF"),)


@given(st.integers(1, 50), st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_told_is_priced_to_the_token(requests: int, read: int, cached: int) -> None:
    total = Usage(input_tokens=max(read, cached), cached_tokens=cached, output_tokens=7)
    group = msgspec.structs.replace(traffic(requests), total=total)
    sizes = list(group.sizes())
    assert sum(many for many, _ in sizes) == requests
    for name in ("input_tokens", "cached_tokens", "output_tokens"):
        counts = [(many, getattr(usage, name)) for many, usage in sizes]
        assert sum(many * count for many, count in counts) == getattr(total, name)
        assert max(count for _, count in counts) - min(count for _, count in counts) <= 1, "all are of the mean size"
    assert all(usage.cached_tokens <= usage.input_tokens for _, usage in sizes)
    found = effect(policy([("cheap", 1)]), policy([("dear", 1)]), group)
    assert (found.before, found.after) == tuple((Money(rate * total.total_tokens, "CHF"),) for rate in (1, 10))


def test_a_border_sends_requests_elsewhere_or_nowhere() -> None:
    old = policy([("cheap", 1), ("dear", 1)])
    assert effect(old, policy([("cheap", 1), ("dear", 1)], regions=frozenset({"eu"}))).moved == 50
    found = effect(old, policy([("cheap", 1), ("dear", 1)], regions=frozenset({"ch"})))
    assert (found.refused, found.why, found.after) == (100, ("no_permitted_region",), ())


def test_a_fallback_counts_where_it_is_all_there_is() -> None:
    found = effect(policy([("cheap", 1)]), policy([("cheap", 1)], regions=frozenset({"on_prem"})))
    assert found.moved == 100
    assert found.unpriced == 100


def test_who_is_let_in_and_who_is_shut_out() -> None:
    old, new = policy([("cheap", 1)], models=("none",)), policy([("cheap", 1)])
    assert effect(old, new).admitted == 100
    assert effect(new, old).refused == 100
    assert effect(new, policy([("cheap", 1)]), traffic(team="gone")).changes is False


def test_groups_of_one_team_and_model_are_one_line() -> None:
    found = effect(policy([("cheap", 1)]), policy([("dear", 1)]), traffic(3), traffic(4))
    assert (found.requests, found.moved) == (7, 7)


def mirrored(*shadows: Shadow, regions: frozenset[str] | None = None) -> Policy:
    plain = policy([("cheap", 1)], regions=regions)
    alias = msgspec.structs.replace(plain.models["fast"], shadows=shadows)
    return msgspec.structs.replace(plain, models={"fast": alias})


def shadow(provider: str, share: int = 10_000, paid_by: str | None = None) -> Shadow:
    return Shadow(target=Target(provider=provider, model="m"), share=share, paid_by=paid_by)


def test_who_would_be_mirrored_is_told_with_its_cost_and_its_payer() -> None:
    new = mirrored(shadow("dear", 2500, "lab"), shadow("gpu"))
    found = effect(policy([("cheap", 1)]), new, traffic(60), traffic(40))
    assert (found.moved, found.before, found.changes, found.concerns_clients) == (0, found.after, True, False)
    assert found.mirrored == (
        Mirrored(shadow="dear/m", paid_by="lab", after=25, cost_after=(Money(25 * 100, "CHF"),)),
        Mirrored(shadow="gpu/m", paid_by="t", after=100, unpriced=True),
    )
    back = effect(new, policy([("cheap", 1)]))
    assert (back.mirrored[0].before, back.mirrored[0].after, back.mirrored[0].cost_after) == (25, 0, ())
    assert effect(new, new).mirrored == ()


def test_a_shadow_stays_within_the_borders_and_is_not_asked_what_is_refused_or_about_objects() -> None:
    old, new = mirrored(regions=frozenset({"eu"})), mirrored(shadow("dear"), regions=frozenset({"eu"}))
    assert effect(old, new).mirrored == ()
    shut = msgspec.structs.replace(mirrored(shadow("dear")), teams={"t": TeamPolicy(name="t", models=("none",))})
    assert effect(policy([("cheap", 1)], models=("none",)), shut).mirrored == ()
    kept = msgspec.structs.replace(traffic(), operation="batches")
    assert effect(policy([("cheap", 1)]), mirrored(shadow("dear")), kept).mirrored == ()


def drawn(seed: int) -> Policy:
    draw = random.Random(seed)
    while True:
        try:
            return load_text("p.yaml", generated.policy_text(draw), {}).policy
        except PolicyErrors:
            continue


@pytest.mark.parametrize("seed", range(20))
def test_what_one_way_refuses_the_other_admits(seed: int) -> None:
    draw = random.Random(seed)
    one, two = drawn(seed), drawn(seed + 1000)
    groups = []
    for _ in range(30):
        principal, model, operation = generated.request(draw)
        usage = Usage(input_tokens=draw.randint(0, 9), output_tokens=draw.randint(0, 9))
        requests = draw.randint(1, 9)
        groups.append(Traffic(principal=principal, model=model, operation=operation, requests=requests, total=usage))
    there = simulate(one, two, groups, Prices(), 0)  # type: ignore[arg-type]
    back = simulate(two, one, groups, Prices(), 0)  # type: ignore[arg-type]
    assert not any(found.changes for found in simulate(one, one, groups, Prices(), 0))  # type: ignore[arg-type]
    assert [(found.refused, found.admitted, found.moved, found.before) for found in there] == [
        (found.admitted, found.refused, found.moved, found.after) for found in back
    ]
    assert sum(found.requests for found in there) == sum(group.requests for group in groups)
