"""What holds for whoever asks: the levels of a policy, put together.

Promise: the most specific level wins, and limits only tighten on the way down. A model, an operation or a region is
permitted where every level that speaks of it permits it; of everything else the innermost word counts.

Invariants
- Equal (policy, principal) resolve equally, and once: the next request finds the value made.
- Principals without rules of their own share their team's value, so that ten thousand keys cost no more than ten.
- What several levels permit together is one value for all who may the same.
- `decided` tells which level had the last word on a setting, and `bounding` which levels bound it: `explain` shows
  nothing else.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.bounded_memory import make_room
from gateway.core.identity import Principal
from gateway.core.policy import Effective, Level, LevelKind, Policy, Rules, TeamPolicy
from gateway.policy.interning import interned
from gateway.policy.model_names import targets_of
from gateway.policy.per_policy import PerPolicy

TIGHTENED: Final = ("models", "operations", "regions", "operators", "prompts")
"""Settings that every level may only narrow."""

PER_LEVEL: Final = ("quotas", "budgets")
"""Settings that every level keeps for itself: each is held on its own."""

INHERITED: Final = tuple(
    name for name in Rules.__struct_fields__ if name not in TIGHTENED and name not in PER_LEVEL and name != "data_class"
)
"""Settings of which the innermost level's word counts."""

MOST_REMEMBERED: Final = 65_536
MOST_REHEARSED: Final = 256
_KEPT_POLICIES: Final = 4
"""Requests in flight, and a version that is being tried out, beside the one in force."""


def levels_over(policy: Policy, principal: Principal) -> tuple[Level, ...]:
    """The levels that are over this principal, outermost first; empty where its team is not in the policy."""
    team = policy.teams.get(principal.team)
    if team is None:
        return ()
    project = project_of(team, principal)
    found: list[tuple[LevelKind, str, Rules | None]] = [
        ("organisation", "", policy.organisation),
        ("team", team.name, team),
        ("project", project or "", team.projects.get(project) if project else None),
        ("user", principal.user or "", team.users.get(principal.user) if principal.user else None),
        ("key", *_key_rules(team, principal)),
        ("issued", principal.key_id, Rules(models=principal.models) if principal.models is not None else None),
    ]
    return tuple(Level(kind=kind, name=name, rules=rules) for kind, name, rules in found if rules is not None)


def project_of(team: TeamPolicy, principal: Principal) -> str | None:
    """The project that the principal's key belongs to: by its id before its name."""
    for told in (principal.key_id, principal.name):
        for name, project in team.projects.items():
            if told is not None and told in project.keys:
                return name
    return None


def _key_rules(team: TeamPolicy, principal: Principal) -> tuple[str, Rules | None]:
    for told in (principal.key_id, principal.name):
        if told is not None and told in team.keys:
            return told, team.keys[told]
    return "", None


def bounding(policy: Policy, levels: tuple[Level, ...], setting: str) -> list[tuple[Level, str | None, Any]]:
    """(level, data class or None, value) for all that bound a setting, outermost first."""
    bounds: list[tuple[Level, str | None, Any]] = []
    for level in levels:
        if (value := getattr(level.rules, setting)) is not None:
            bounds.append((level, None, value))
        name = level.rules.data_class
        if name is not None and (value := getattr(policy.data_classes[name], setting)) is not None:
            bounds.append((level, name, value))
    return bounds


def decided(levels: tuple[Level, ...], setting: str) -> Level | None:
    """The innermost level that says anything about a setting."""
    return next((level for level in reversed(levels) if getattr(level.rules, setting) is not None), None)


def scope_of(levels: tuple[Level, ...]) -> str:
    """A name for what these levels decide together, and of no others: people call keys and users as they like. What was
    said of a key at its issue is named by what it says: it may change while the policy does not.
    """
    return "/".join(
        f"{level.kind}:{level.rules.models if level.kind == 'issued' else level.name!r}" for level in levels
    )


def resolve(policy: Policy, levels: tuple[Level, ...]) -> Effective:
    """The levels, not empty, as one value."""
    names = {level.kind: level.name for level in levels}
    settings: dict[str, Any] = {}
    for setting in (*INHERITED, "data_class"):
        if (level := decided(levels, setting)) is not None:
            settings[setting] = getattr(level.rules, setting)
    for setting in TIGHTENED[1:]:
        sets = [value for _, _, value in bounding(policy, levels, setting)]
        settings[setting] = interned(frozenset.intersection(*sets)) if sets else None
    bounds = tuple(value for _, _, value in bounding(policy, levels, "models"))
    if all(level.rules.models is None for level in levels if level.kind in {"organisation", "team"}):
        bounds = ((), *bounds)  # a team that was given nothing has nothing for a key to narrow
    return Effective(
        name=names["team"],
        scope=scope_of(levels),
        project=names.get("project"),
        levels=levels,
        stores=policy.teams[names["team"]].stores,
        models=bounds[-1] if bounds else None,
        bounds=interned(bounds),
        quotas_given=any(level.rules.quotas.given for level in levels),
        budgeted=any(level.rules.budgets for level in levels),
        downgrades=any(budget.downgrade is not None for level in levels for budget in level.rules.budgets),
        **settings,
    )


def rehearse(policy: Policy, effective: Effective) -> None:
    """Decide about every model once: what fails, fails here, before anything of a request was decided."""
    for name in list(policy.models)[:MOST_REHEARSED]:
        if effective.permits(name):
            targets_of(policy, effective, name)
            policy.obstacle(policy.models[name])


_ByKey = dict[str, tuple[Principal, Effective]]
"""By a key's id: a key that was changed comes as another principal, and is resolved anew."""
_ByLevels = dict[str, Effective]


class Resolver:
    """Remembers what was resolved, for each of the policies that are in use."""

    def __init__(self) -> None:
        self._known: PerPolicy[tuple[_ByKey, _ByLevels]] = PerPolicy(_KEPT_POLICIES, lambda: ({}, {}))

    def effective(self, policy: Policy, principal: Principal) -> Effective | None:
        """What holds for the principal; None where the policy does not name its team."""
        by_key, by_levels = self._known.of(policy)
        found = by_key.get(principal.key_id)
        if found is not None and (found[0] is principal or found[0] == principal):
            return found[1]
        levels = levels_over(policy, principal)
        if not levels:
            return None
        key = scope_of(levels)
        effective = by_levels.get(key)
        if effective is None:
            effective = resolve(policy, levels)
            rehearse(policy, effective)
            make_room(by_levels, MOST_REMEMBERED)
            by_levels[effective.scope] = effective
        make_room(by_key, MOST_REMEMBERED)
        by_key[principal.key_id] = principal, effective
        return effective
