"""Where a request would go, and why: the policy's own answer, before anything has failed.

Promise: the same functions decide as in the pipeline (`resolve`, `model_names`, `conditions`); what is known at run
time only (open breakers, queues, canaries that were taken out) is named as such and not guessed. Where local servers
were asked, what they said stands beside their targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from gateway.core.identity import Principal
from gateway.core.policy import Alias, Effective, Policy, Target
from gateway.core.routes import Condition, Feature, Language, MarginalCost, Preference, rank
from gateway.errors import GatewayError
from gateway.policy.model_names import OUTSIDE, obstacle_of, targets_of
from gateway.policy.resolve import levels_over, resolve
from gateway.routing.conditions import met
from gateway.routing.replicas import Seen
from gateway.routing.servers import server_state

Costs = Mapping[tuple[str, str], MarginalCost]
"""By (provider, model)."""

BYTES_A_TOKEN: Final = 4
"""Of a request that is only supposed."""

ROUTED: Final = "routed"
OWN: Final = "its own targets"


class HypotheticalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is only supposed. Implements `conditions.Facts`."""

    data_class: str | None = None
    personal_data: bool = False
    size: int = 1024
    features: frozenset[Feature] = frozenset()
    stream: bool = False
    language: Language | None = None
    tags: dict[str, str] = {}
    minute: int = 0


class Step(msgspec.Struct, frozen=True):
    """One target, fallback or shadow. `share`: of the requests, in percent; `obstacle`: why it is not tried, or empty.

    `cost`: what one more call costs there now, where the model prefers by that. `now`: what a local server says.
    """

    role: str
    target: str
    region: str
    share: float
    obstacle: str = ""
    cost: str = ""
    now: str = ""


class Routing(msgspec.Struct, frozen=True):
    """`verdict`: `routed`, or the code of the refusal. `routes`: each condition that was asked, and whether it is met.

    `notes`: what may change the order while the gateway runs.
    """

    policy_version: str
    verdict: str
    reason: str
    taken: str
    routes: tuple[tuple[str, bool], ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


def routing(
    policy: Policy,
    principal: Principal,
    model: str,
    supposed: HypotheticalRequest,
    costs: Costs = _NONE,
    seen: Seen = _NONE,
) -> Routing:
    """Raises KeyError where the policy has no such team. `costs`: of targets that a model prefers by what they cost.

    `seen`: of the local servers that were asked.
    """
    levels = levels_over(policy, principal)
    if not levels:
        raise KeyError(principal.team)
    team = resolve(policy, levels)
    if supposed.data_class is None:
        supposed = msgspec.structs.replace(supposed, data_class=team.data_class)
    alias = policy.models.get(model)
    asked: list[tuple[str, bool]] = []
    number = None
    for place, route in enumerate(alias.routes if alias is not None else ()):
        asked.append((shown(route.when), met(route.when, supposed)))
        if asked[-1][1]:
            number = place
            break
    taken = OWN if number is None else f"the route for {asked[-1][0]}"
    try:
        targets, fallbacks = targets_of(policy, team, model, number)
    except GatewayError as refusal:
        return Routing(policy.version, refusal.code, refusal.message, taken, tuple(asked), (), ())
    prefer = alias.prefer if alias is not None else None
    steps = _steps(policy, team, targets, fallbacks, supposed, prefer, costs, seen)
    if alias is not None:
        steps += _shadows(policy, team, alias, supposed)
    if alias is not None and number is None:
        steps += tuple(
            Step("disabled", f"{target.provider}/{target.model}", "", 0.0, policy.disabled[target.provider])
            for target in alias.disabled
        )
    verdict, reason = _verdict(steps)
    notes = _notes(policy, alias, targets) if verdict == ROUTED else ()
    return Routing(policy.version, verdict, reason, taken, tuple(asked), steps, notes)


def shown(when: Condition) -> str:
    """A condition in one line."""
    parts: list[str] = []
    for name in Condition.__struct_fields__:
        value = getattr(when, name)
        if name == "tags":
            parts += [f"tag {tag}={text}" for tag, text in value]
        elif name == "hours" and value is not None:
            parts.append("hours " + "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in value))
        elif isinstance(value, frozenset) and value:
            parts.append(f"{name} {', '.join(sorted(value))}")
        elif isinstance(value, bool | int):
            parts.append(f"{name} {str(value).lower()}")
    return " and ".join(parts)


def _steps(
    policy: Policy,
    team: Effective,
    targets: tuple[Target, ...],
    fallbacks: tuple[Target, ...],
    supposed: HypotheticalRequest,
    prefer: Preference | None,
    costs: Costs,
    seen: Seen,
) -> tuple[Step, ...]:
    def obstacle(target: Target) -> str:
        return _obstacle(policy, team, target, supposed)

    def cost(target: Target) -> MarginalCost | None:
        return None if prefer is None else costs.get((target.provider, target.model))

    standing = [target for target in targets if not obstacle(target)]
    ranked = [(rank(prefer, its), target) for target in standing if prefer and (its := cost(target)) is not None]
    if len(ranked) == len(standing) > 0:
        least = min(its for its, _ in ranked)
        standing = [target for its, target in ranked if its == least]
    weights = sum(target.weight for target in standing)
    stands_in = next((target for target in fallbacks if not obstacle(target)), None) if not weights else None
    found = []
    for role, some in (("target", targets), ("fallback", fallbacks)):
        for target in some:
            against = obstacle(target)
            share = 100.0 if target is stands_in else 0.0
            if target in standing and role == "target":
                share = round(100 * target.weight / weights, 1)
            region = policy.providers[target.provider].region
            because = its.because if (its := cost(target)) is not None else ""
            now = server_state(target, seen)
            found.append(Step(role, f"{target.provider}/{target.model}", region, share, against, because, now))
    return tuple(found)


def _shadows(policy: Policy, team: Effective, alias: Alias, supposed: HypotheticalRequest) -> tuple[Step, ...]:
    found = []
    for shadow in alias.shadows:
        target = shadow.target
        against = _obstacle(policy, team, target, supposed)
        share = 0.0 if against else shadow.share / 100
        region = policy.providers[target.provider].region
        found.append(Step("shadow", f"{target.provider}/{target.model}", region, share, against))
    return tuple(found)


def _obstacle(policy: Policy, team: Effective, target: Target, supposed: HypotheticalRequest) -> str:
    provider = policy.providers[target.provider]
    if against := obstacle_of(team, provider):
        return against
    if lacking := target.cannot & supposed.features:
        return f"cannot take {', '.join(sorted(lacking))}"
    if target.context is not None and supposed.size // BYTES_A_TOKEN > target.context:
        return f"has no room for so much: {target.context} tokens"
    return ""


def _verdict(every: tuple[Step, ...]) -> tuple[str, str]:
    steps = [step for step in every if step.role != "shadow"]
    if all(step.role == "disabled" for step in steps):
        return "upstream_unreachable", "Every provider of it is disabled."
    if all(step.obstacle for step in steps):
        outside = all(step.obstacle.endswith("is not permitted") for step in steps if step.role != "disabled")
        return (
            ("no_permitted_region", OUTSIDE)
            if outside
            else (
                "invalid_parameter",
                "Nobody who may serve it can take what the request needs.",
            )
        )
    return ROUTED, ""


def _notes(policy: Policy, alias: Alias | None, targets: tuple[Target, ...]) -> tuple[str, ...]:
    notes = ["a target that keeps failing, or is told to wait, is passed over while another way remains"]
    if alias is not None and alias.sticky is not None:
        notes.append(f"one {alias.sticky} keeps to one target while the weights stand")
    if alias is not None and alias.prefer is not None:
        first = "where a call is paid for already" if alias.prefer == "paid_for" else "where a call costs least"
        notes.append(f"targets go first {first}, by the ledger's word each minute; others before the fallbacks")
    if alias is not None and alias.hedge is not None:
        notes.append(f"the next way is asked beside one that has not begun after {alias.hedge:g} s")
    if alias is not None and alias.rollback is not None:
        notes.append("canaries get nothing while they are taken out by `rollback`")
    if alias is not None and alias.overflow_at is not None:
        notes.append(f"fallbacks go first while {alias.overflow_at} requests wait at every local target")
    local = {target.model for target in targets if policy.providers[target.provider].kind == "local"}
    if len(targets) > len(local) > 0:
        notes.append("local servers of one model share its part by their queues and caches")
    if local:
        notes.append("a local server that is not ready, or has not the model, is passed over while somebody has it")
    if any(policy.providers[target.provider].warm_up for target in targets):
        notes.append("a local server that warms up gets a growing part of its share")
    return tuple(notes)
