"""Whom a policy speaks of: the organisation, its teams, their projects, users and keys, and classes of data.

Promise: what an inner level writes can be had from the outer ones: a region, an operation or a model that a level
around it does not permit is an error at its own line, and not a surprise in production.

Invariants
- `COMMON` are the keys that every level has; the parts of limits, personal data and the like add theirs there.
- A wildcard is not compared with the outer level's: it narrows at run time as every list does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

from gateway.core.edits import Path
from gateway.core.operations import OperationName
from gateway.core.policy import Grouping, Rules, TeamPolicy, matches
from gateway.policy.interning import interned
from gateway.policy.parts.audit import AUDIT, build_audit, check_audit
from gateway.policy.parts.cache import CACHE, build_cache, check_cache
from gateway.policy.parts.limits import (
    BUDGETS,
    QUOTAS,
    WITHOUT_COUNTERS,
    build_budgets,
    build_quotas,
    check_budgets,
    check_downgrades,
)
from gateway.policy.parts.looser import check_looser
from gateway.policy.parts.overload import PRIORITY
from gateway.policy.parts.pii import CHOICE, build_choice, check_choice
from gateway.policy.parts.prompts import check_reference
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, NAME, REGION, Choice, Key, ListOf, NamedTables, Table, Text

Tree = dict[str, Any]

ALWAYS: Final = frozenset({"list_models", "get_model", "me"})
"""Operations that ask nobody and show only what is permitted."""
OPERATIONS: Final = tuple(name for name in get_args(OperationName) if name not in ALWAYS)
PERSON: Final = Text(255)
"""The names of users and keys, as `gateway keys create` takes them."""
TAG: Final = Text(64, r"[a-z][a-z0-9_.-]*", "lower-case letters, digits and _ . - with a letter first")
STORE: Final = Text(255, r"[A-Za-z0-9_./:-]+", "an id as requests name it: letters, digits and _ . / : -")

BOUNDS: Final = {
    "models": Key(ListOf(MODEL), "aliases and `provider/model`, with * and ? as wildcards; left out: as around it"),
    "operations": Key(ListOf(Choice(OPERATIONS), 1), "what may be asked for; left out: as around it"),
    "regions": Key(ListOf(REGION, 1), "the only regions that may see this data; left out: as around it"),
    "operators": Key(ListOf(NAME, 1), "the only operators that may see this data; left out: as around it"),
    "prompts": Key(ListOf(NAME, 1), "templates that `x-gateway-prompt` may name; left out: as around it"),
}
COMMON: Final = {
    **BOUNDS,
    "data_class": Key(NAME, "a name below `data_classes`, whose bounds hold here too"),
    "tags": Key(ListOf(TAG), "names that `x-gateway-tags` may use; left out: as around it"),
    "priority": PRIORITY,
    "cache": Key(CACHE, "answers that are kept, and given to equal requests"),
    "pii": Key(CHOICE, "a rule set below `pii`, or `{rules: NAME, actions: {…}}`; left out: as around it"),
    "audit": Key(AUDIT, "how requests are written down; left out: as around it"),
    "quotas": Key(QUOTAS, "how much may be asked for at once, and in a minute"),
    "budgets": Key(BUDGETS, "how much may be spent in a period"),
}
COST_CENTER: Final = {"cost_center": Key(Text(), "who pays, in the words of finance")}

DATA_CLASS: Final = Table(BOUNDS)
ORGANISATION: Final = Table({**COMMON, **COST_CENTER, "without_counters": WITHOUT_COUNTERS})
PROJECT: Final = Table(
    {
        "keys": Key(ListOf(PERSON, 1), "names or ids of the keys that belong to it", required=True),
        **COMMON,
        **COST_CENTER,
    }
)
USER: Final = Table(COMMON)
KEY: Final = Table(COMMON)
TEAM: Final = Table(
    {
        **COMMON,
        **COST_CENTER,
        "projects": Key(NamedTables("project", PROJECT, NAME), "parts of the team, told by their keys"),
        "users": Key(NamedTables("user", USER, PERSON), "people whose keys have rules of their own"),
        "keys": Key(NamedTables("key", KEY, PERSON), "keys, by name or id, that have rules of their own"),
        "stores": Key(ListOf(STORE, 1), "vector stores and the like, made outside, that its requests may name"),
    }
)


def check_levels(reading: Reading) -> None:
    """What levels say, against the names that there are and against the levels around them."""
    tree = reading.tree
    for name, data_class in (tree.get("data_classes") or {}).items():
        _check_names(reading, ("data_classes", name), data_class)
    organisation: Tree = tree.get("organisation") or {}
    _check_names(reading, ("organisation",), organisation)
    check_audit(reading, ("organisation",), organisation.get("audit") or {}, [])
    check_downgrades(reading, ("organisation",), organisation, [])
    for name, team in (tree.get("teams") or {}).items():
        path: Path = ("teams", name)
        _check_names(reading, path, team)
        _check_within(reading, path, team, [("the organisation", organisation)])
        check_looser(reading, path, team, [("the organisation", organisation)])
        check_downgrades(reading, path, team, [("the organisation", organisation)])
        check_audit(reading, path, team.get("audit") or {}, [("the organisation", organisation)])
        if not reading.wrote(path, "models") and not reading.wrote(("organisation",), "models"):
            reading.complaints.add(
                reading.mark(path), f"'models' is missing, here or for the organisation: {BOUNDS['models'].help}"
            )
        _check_projects(reading, path, team.get("projects") or {})
        outer = [(f"team '{name}'", team), ("the organisation", organisation)]
        for kind in ("projects", "users", "keys"):
            for below, rules in (team.get(kind) or {}).items():
                _check_names(reading, (*path, kind, below), rules)
                _check_within(reading, (*path, kind, below), rules, outer)
                check_looser(reading, (*path, kind, below), rules, outer)
                check_downgrades(reading, (*path, kind, below), rules, outer)
                check_audit(reading, (*path, kind, below), rules.get("audit") or {}, outer)


def _check_projects(reading: Reading, path: Path, projects: dict[str, Tree]) -> None:
    holders: dict[str, str] = {}
    for name, project in projects.items():
        for number, key in enumerate(project.get("keys") or []):
            if key is not None and key in holders:
                mark = reading.mark((*path, "projects", name, "keys", number))
                reading.complaints.add(mark, f"the key '{key}' is in project '{holders[key]}' already")
            holders.setdefault(key or "", name)


def _check_names(reading: Reading, path: Path, rules: Tree) -> None:
    for setting in (*BOUNDS, "tags", "keys", "stores"):
        if isinstance(values := rules.get(setting), list):
            reading.complain_twice((*path, setting), values)
    for number, prompt in enumerate(rules.get("prompts") or []):
        check_reference(reading, (*path, "prompts", number), prompt)
    operators = {each["operator"] for each in (reading.tree.get("providers") or {}).values() if each.get("operator")}
    for number, operator in enumerate(rules.get("operators") or []):
        if operator is not None and operator not in operators:
            mark = reading.mark((*path, "operators", number))
            reading.complaints.add_unknown(mark, f"no provider has the operator '{operator}'", operator, operators)
    check_budgets(reading, (*path, "budgets"), rules.get("budgets") or [])
    check_choice(reading, (*path, "pii"), rules.get("pii"))
    check_cache(reading, path, rules.get("cache") or {})
    name, classes = rules.get("data_class"), reading.tree.get("data_classes") or {}
    if name is not None and name not in classes:
        reading.complaints.add_unknown(
            reading.mark((*path, "data_class")), f"there is no data class '{name}'", name, classes
        )


def _check_within(reading: Reading, path: Path, rules: Tree, outer: list[tuple[str, Tree]]) -> None:
    """Nothing may be named that a level around does not permit."""
    for setting, number, value in _listed(rules):
        for called, around in outer:
            permitted = around.get(setting)
            if not permitted or None in permitted:
                continue
            plain = setting != "models"
            wide = not plain and any(letter in value for letter in "*?[")
            if wide or (value in permitted if plain else matches(tuple(permitted), value)):
                continue
            reading.complaints.add(
                reading.mark((*path, setting, number)),
                f"'{value}' is not among the {setting} of {called}, which binds this: {', '.join(permitted)}",
            )
            break


def _listed(rules: Tree) -> Iterator[tuple[str, int, str]]:
    for setting in BOUNDS:
        for number, value in enumerate(rules.get(setting) or []):
            if value is not None:
                yield setting, number, value


def rules_of(tree: Tree) -> dict[str, Any]:
    """The fields of `core.policy.Rules` that a level's values give."""
    fields: dict[str, Any] = {name: tree[name] for name in ("data_class", "cost_center", "priority") if name in tree}
    fields["quotas"] = build_quotas(tree.get("quotas"))
    fields["budgets"] = build_budgets(tree.get("budgets"))
    if "cache" in tree:
        fields["cache"] = build_cache(tree["cache"])
    if "pii" in tree:
        fields["pii"] = build_choice(tree["pii"])
    fields["audit"] = build_audit(tree.get("audit"))
    if "models" in tree:
        fields["models"] = interned(tuple(tree["models"]))
    for name in ("operations", "regions", "operators", "prompts", "tags"):
        if name in tree:
            fields[name] = interned(frozenset(tree[name]))
    return fields


def build_rules(tree: Tree | None) -> Rules:
    return Rules(**rules_of(tree or {}))


def build_team(name: str, tree: Tree) -> TeamPolicy:
    return TeamPolicy(
        name=name,
        projects={
            below: Grouping(keys=tuple(project["keys"]), **rules_of(project))
            for below, project in (tree.get("projects") or {}).items()
        },
        users={user: build_rules(rules) for user, rules in (tree.get("users") or {}).items()},
        keys={key: build_rules(rules) for key, rules in (tree.get("keys") or {}).items()},
        stores=interned(frozenset(tree.get("stores") or ())),
        **rules_of(tree),
    )
