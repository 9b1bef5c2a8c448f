"""What a model's name stands for, and whether it may be asked for.

Promise: the stage that chooses, the list of models and `gateway policy explain` ask here, so that none of them tells
another story than the others.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from gateway.core.policy import Alias, Effective, Policy, ProviderPolicy, Target
from gateway.core.safe_echo import shown
from gateway.errors import ModelNotPermitted, UnknownModel, UpstreamUnreachable

OUTSIDE: Final = "Nobody who serves it is in a region, and of an operator, that is permitted."


def targets_of(
    policy: Policy, team: Effective, asked: str, route: int | None = None
) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """The targets and fallbacks that a name stands for, or one of its routes by number.

    Raises UnknownModel, ModelNotPermitted, UpstreamUnreachable.
    """
    alias = policy.models.get(asked)
    provider_name, slash, model = asked.partition("/")
    direct = bool(slash) and bool(model) and provider_name in policy.providers
    if alias is None and provider_name in policy.disabled:
        raise UpstreamUnreachable(
            f"The provider {provider_name!r} is disabled: {policy.disabled[provider_name]}. "
            "GET /v1/models lists what can be used."
        )
    if alias is None and not direct:
        known = [name for name in policy.models if team.permits(name)]
        nearest = difflib.get_close_matches(asked[:128], known, 1)
        hint = f"Did you mean {nearest[0]!r}?" if nearest else "GET /v1/models lists what this key may use."
        raise UnknownModel(f"The model {shown(asked, 'asked for')} does not exist here. {hint}", param="model")
    if not team.permits(asked):
        raise ModelNotPermitted(
            f"Team {team.name!r} may not use {shown(asked, 'this model')}. GET /v1/models lists what this key may use.",
            param="model",
        )
    if alias is None:
        return (Target(provider=provider_name, model=model),), ()
    way = alias if route is None else alias.routes[route]
    return way.targets, way.fallbacks


def reaches(team: Effective, policy: Policy, provider: str) -> bool:
    """Whether anything that may be named is served by this provider: what is kept there is then the team's to use."""
    direct = bool(team.bounds) and all(
        any(pattern == "*" or ("/" in pattern and fnmatchcase(provider, pattern.partition("/")[0])) for pattern in each)
        for each in team.bounds
    )
    return direct or any(
        target.provider == provider
        for name, alias in policy.models.items()
        if team.permits(name)
        for targets, fallbacks in all_ways(alias)
        for target in (*targets, *fallbacks)
    )


def may_answer(team: Effective, policy: Policy, provider: str, model: str) -> bool:
    """Whether the team may have this model of the provider's answer, named directly or by an alias."""
    return team.permits(f"{provider}/{model}") or any(
        (target.provider, target.model) == (provider, model)
        for name, alias in policy.models.items()
        if team.permits(name)
        for targets, fallbacks in all_ways(alias)
        for target in (*targets, *fallbacks)
    )


def all_ways(alias: Alias) -> Iterator[tuple[tuple[Target, ...], tuple[Target, ...]]]:
    """(targets, fallbacks) of an alias itself, and of each of its routes."""
    yield alias.targets, alias.fallbacks
    for route in alias.routes:
        yield route.targets, route.fallbacks


def may_see(team: Effective, provider: ProviderPolicy) -> bool:
    """Whether the provider is in a region that the team permits, and run by somebody whom it permits."""
    return (team.regions is None or provider.region in team.regions) and (
        team.operators is None or provider.operator in team.operators
    )


def obstacle_of(team: Effective, provider: ProviderPolicy) -> str:
    """Why the provider may not see the team's data, in a sentence part; empty where it may."""
    if team.regions is not None and provider.region not in team.regions:
        return f"{provider.region} is not permitted"
    if team.operators is not None and provider.operator not in team.operators:
        return f"{provider.operator or 'an operator that nobody has named'} is not permitted"
    return ""


def borders_of(team: Effective) -> str:
    """Where the team's data may go, as a refusal tells it: `ch, eu`, `ch (operators: own)`."""
    regions = "all regions" if team.regions is None else ", ".join(sorted(team.regions)) or "no region"
    if team.operators is None:
        return regions
    return f"{regions} (operators: {', '.join(sorted(team.operators)) or 'none'})"
