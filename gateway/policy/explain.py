"""Why a request would go as it goes: each value that holds, and the line that decided it.

Promise: what this tells is what the pipeline does. It asks the same functions as the stages (`resolve`, `model_names`),
and a test holds the two together over a thousand policies and requests.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.audit import DEFAULT_AUDIT
from gateway.core.edits import Path
from gateway.core.identity import Principal
from gateway.core.limits import Budget, Quotas
from gateway.core.policy import Effective, Level, LevelKind, Policy, ProviderPolicy, Target
from gateway.core.privacy_rules import looser
from gateway.errors import NoPermittedRegion, UpstreamUnreachable
from gateway.policy.load import Loaded
from gateway.policy.model_names import may_see
from gateway.policy.read import Reading
from gateway.policy.resolve import INHERITED, PER_LEVEL, TIGHTENED, bounding, decided, levels_over, resolve
from gateway.policy.verdict import PERMITTED, judge

Tree = dict[str, Any]

CROSSING: Final = "its region is not permitted"
OPERATED: Final = "its operator is not permitted"

NOBODY: Final = "nobody says otherwise"
_UNSAID: Final = {"pii": "none", "audit": DEFAULT_AUDIT}
"""Told also where nobody says a word of them: who answers for personal data must not take silence for care."""

_PLACES: Final[dict[LevelKind, str]] = {"project": "projects", "user": "users", "key": "keys"}


class ExplainedSetting(msgspec.Struct, frozen=True):
    """One setting's value, who decided it, and where. `at` is `file:line`; empty where nothing is written."""

    setting: str
    value: Any
    by: str
    at: str = ""


class ExplainedTarget(msgspec.Struct, frozen=True):
    """One target of the model, and why it may not be tried; empty where it may."""

    role: str
    target: str
    region: str
    obstacle: str = ""
    at: str = ""


class Explanation(msgspec.Struct, frozen=True):
    """`verdict`: `permitted`, or the code of the refusal."""

    policy_version: str
    verdict: str
    reason: str
    facts: tuple[ExplainedSetting, ...]
    ways: tuple[ExplainedTarget, ...]


def explain(loaded: Loaded, principal: Principal, model: str, operation: str) -> Explanation:
    """What becomes of a request for `model`; raises KeyError where the policy has no such team. Blocks."""
    levels = levels_over(loaded.policy, principal)
    if not levels:
        raise KeyError(principal.team)
    with loaded.reading(principal.team) as reading:
        return _explained(loaded.policy, reading, resolve(loaded.policy, levels), model, operation)


def _explained(policy: Policy, reading: Reading, team: Effective, model: str, operation: str) -> Explanation:
    facts = (*_bounded(policy, reading, team), *_inherited(reading, team), *_relaxed(policy, reading, team))
    facts = (*facts, *_own(reading, team))
    if team.stores:
        facts = (*facts, _stores(reading, team))
    facts = (*facts, *_of_model(policy, reading, model))
    if team.budgeted or any(fact.setting == "budgets" for fact in facts):
        facts = (*facts, _without_counters(policy, reading))
    alias = policy.models.get(model)
    if alias is not None and alias.prompt is not None:
        at = place(reading, ("models", model, "prompt"))
        facts = (*facts, ExplainedSetting("prompt", policy.prompts[alias.prompt].called, f"model {model}", at))
    verdict = judge(policy, team, model, operation)
    told = verdict.code in {PERMITTED, NoPermittedRegion.code, UpstreamUnreachable.code}
    ways = _ways(policy, reading, team, model) if told else ()
    return Explanation(policy.version, verdict.code, verdict.reason, facts, ways)


def _path(team: str, level: Level) -> Path:
    if level.kind == "organisation":
        return ("organisation",)
    return ("teams", team) if level.kind == "team" else ("teams", team, _PLACES[level.kind], level.name)


def _said_at(reading: Reading, team: str, level: Level, setting: str) -> str:
    return "" if level.kind == "issued" else place(reading, (*_path(team, level), setting))


def _called(level: Level, data_class: str | None = None) -> str:
    name = level.kind if level.kind == "organisation" else f"{level.kind} {level.name}"
    return name if data_class is None else f"{name}, data class {data_class}"


def place(reading: Reading, path: Path) -> str:
    """`file:line` of what was written at the path, or of the nearest thing around it."""
    mark = reading.mark(path)
    return f"{mark.file}:{mark.line}" if mark.file else ""


def _bounded(policy: Policy, reading: Reading, team: Effective) -> list[ExplainedSetting]:
    """Each list that bounds, and the intersection where there is more than one."""
    facts: list[ExplainedSetting] = []
    for setting in TIGHTENED:
        bounds = bounding(policy, team.levels, setting)
        for level, data_class, value in bounds:
            at = (
                _said_at(reading, team.name, level, setting)
                if data_class is None
                else place(reading, ("data_classes", data_class, setting))
            )
            facts.append(ExplainedSetting(setting, plain(value), _called(level, data_class), at))
        if len(bounds) > 1 and setting != "models":
            facts.append(ExplainedSetting(setting, plain(getattr(team, setting)), "what all of these permit"))
        if not bounds:
            facts.append(ExplainedSetting(setting, "all", NOBODY))
    return facts


def _inherited(reading: Reading, team: Effective) -> list[ExplainedSetting]:
    facts: list[ExplainedSetting] = []
    for setting in (*INHERITED, "data_class"):
        level = decided(team.levels, setting)
        if level is not None:
            at = _said_at(reading, team.name, level, setting)
            facts.append(ExplainedSetting(setting, plain(getattr(team, setting)), _called(level), at))
        elif setting in _UNSAID:
            facts.append(ExplainedSetting(setting, plain(_UNSAID[setting]), NOBODY))
    return facts


def _relaxed(policy: Policy, reading: Reading, team: Effective) -> list[ExplainedSetting]:
    """Types that the team treats less strictly than its rule set: how, up to which day, and how after it."""
    if team.pii is None:
        return []
    rules = policy.pii[team.pii.rules]
    facts: list[ExplainedSetting] = []
    for number, each in enumerate(rules.may_relax):
        standing = rules.cloud[each.type]
        asked = team.pii.actions.get(each.type, standing)
        if looser(asked, standing):
            told = f"{asked} until {each.until}, {standing} after that day"
            at = place(reading, ("pii", rules.name, "may_relax", number, "until"))
            facts.append(ExplainedSetting(f"pii {each.type}", told, f"rule set {rules.name}", at))
    return facts


def _stores(reading: Reading, team: Effective) -> ExplainedSetting:
    at = place(reading, ("teams", team.name, "stores"))
    return ExplainedSetting("stores", plain(team.stores), f"team {team.name}", at)


def _own(reading: Reading, team: Effective) -> list[ExplainedSetting]:
    """Quotas and budgets: each level's is held."""
    facts: list[ExplainedSetting] = []
    for setting in PER_LEVEL:
        for level in team.levels:
            value = getattr(level.rules, setting)
            if (isinstance(value, Quotas) and value.given) or (isinstance(value, tuple) and value):
                at = _said_at(reading, team.name, level, setting)
                facts.append(ExplainedSetting(setting, plain(value), _called(level), at))
    return facts


def _of_model(policy: Policy, reading: Reading, model: str) -> list[ExplainedSetting]:
    """Quotas and budgets of all who ask for the model."""
    alias = policy.models.get(model)
    if alias is None:
        return []
    at, called = ("models", model), f"model {model}, over all teams"
    facts = (
        [ExplainedSetting("quotas", plain(alias.quotas), called, place(reading, (*at, "quotas")))]
        if alias.quotas.given
        else []
    )
    if alias.budgets:
        facts.append(ExplainedSetting("budgets", plain(alias.budgets), called, place(reading, (*at, "budgets"))))
    return facts


def _without_counters(policy: Policy, reading: Reading) -> ExplainedSetting:
    name = "without_counters"
    if not reading.wrote(("organisation",), name):
        return ExplainedSetting(name, policy.without_counters, NOBODY)
    return ExplainedSetting(name, policy.without_counters, "organisation", place(reading, ("organisation", name)))


def _ways(policy: Policy, reading: Reading, team: Effective, model: str) -> tuple[ExplainedTarget, ...]:
    written: Tree | None = (reading.tree.get("models") or {}).get(model)
    if written is None:
        provider, _, name = model.partition("/")
        return (_way(policy, reading, team, "target", Target(provider=provider, model=name), ("providers", provider)),)
    lists: list[tuple[str, Path, list[Tree]]] = [
        (role, (*path, part), way.get(part) or [])
        for said, path, way in (
            ("", ("models", model), written),
            *(
                (f", where condition {number + 1} is met", ("models", model, "routes", number), route)
                for number, route in enumerate(written.get("routes") or ())
            ),
        )
        for role, part in ((f"target{said}", "targets"), (f"fallback{said}", "fallbacks"))
    ]
    lists.append(("shadow", ("models", model, "shadows"), written.get("shadows") or []))
    return tuple(
        _way(policy, reading, team, role, Target(provider=target["provider"], model=target["model"]), (*path, number))
        for role, path, targets in lists
        for number, target in enumerate(targets)
    )


def _way(policy: Policy, reading: Reading, team: Effective, role: str, target: Target, path: Path) -> ExplainedTarget:
    provider = policy.providers.get(target.provider)
    if provider is None:
        obstacle = f"disabled: {policy.disabled[target.provider]}"
    else:
        obstacle = "" if may_see(team, provider) else CROSSING if _is_outside(team, provider) else OPERATED
    region = reading.tree["providers"][target.provider]["region"]
    return ExplainedTarget(role, f"{target.provider}/{target.model}", region, obstacle, place(reading, path))


def _is_outside(team: Effective, provider: ProviderPolicy) -> bool:
    return team.regions is not None and provider.region not in team.regions


def plain(value: Any) -> Any:
    """A setting as JSON has it, and the same every time."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Quotas):
        return {name: limit for name in Quotas.__struct_fields__ if (limit := getattr(value, name)) is not None}
    if isinstance(value, tuple) and value and isinstance(value[0], Budget):
        return [_budget(budget) for budget in value]
    return list(value) if isinstance(value, tuple) else msgspec.to_builtins(value)


def _budget(budget: Budget) -> str:
    told = f"{budget.limit} a {budget.period}"
    if budget.alerts:
        told += f" (alerts at {', '.join(f'{percent}%' for percent in budget.alerts)})"
    return told if budget.downgrade is None else f"{told}, then {budget.downgrade}"
