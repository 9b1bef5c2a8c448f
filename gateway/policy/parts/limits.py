"""Quotas and budgets in the policy: their keys, the checks of their sense, their values.

The same tables serve every level that can be limited (`organisation`, `users`, `teams`, …).
"""

from __future__ import annotations

from typing import Any, Final, get_args

from gateway.core.edits import Path
from gateway.core.limits import NO_QUOTAS, Budget, Increase, Period, Quotas, WithoutCounters
from gateway.core.policy import matches
from gateway.policy.interning import interned
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, NAME, Amount, Choice, Day, Integer, Key, ListOf, Table, Text, WordOrTable

Tree = dict[str, Any]

MOST: Final = 10**12
"""Of anything in a minute: more is a slip of the pen."""

QUOTAS: Final = Table(
    {
        "requests_per_minute": Key(Integer(1, MOST), "requests let in within any minute"),
        "tokens_per_minute": Key(Integer(1, MOST), "tokens, in and out, within any minute"),
        "concurrent": Key(Integer(1, 1_000_000), "calls under way at once"),
    }
)

INCREASE: Final = Table(
    {
        "by": Key(Amount(), "how much more", required=True),
        "until": Key(Day(), "the last day of it", required=True),
        "reason": Key(Text(), "why, for whoever reads the books", required=True),
    }
)

WHEN_SPENT: Final = WordOrTable(
    Choice(("refuse",)),
    Table({"downgrade": Key(MODEL, "the model that answers instead: an alias, or `provider/model`", required=True)}),
)

BUDGET: Final = Table(
    {
        "name": Key(NAME, "tells the budgets of one level apart; left out: the period"),
        "period": Key(Choice(get_args(Period)), "of the calendar, in the reporting time zone", required=True),
        "limit": Key(Amount(), "the most that may be spent in a period", required=True),
        "alerts": Key(ListOf(Integer(1, 100)), "percent of the limit at which somebody is told, once a period"),
        "when_spent": Key(WHEN_SPENT, "what becomes of requests then: `refuse`, or `{downgrade: MODEL}`"),
        "increases": Key(ListOf(INCREASE), "more money for a while, each with its last day and its reason"),
    }
)
BUDGETS: Final = ListOf(BUDGET)
MODEL_BUDGETS: Final = ListOf(Table({name: key for name, key in BUDGET.keys.items() if name != "when_spent"}))
"""Without a model that answers instead: what was asked for by a name counts by that name, whoever answers."""
WITHOUT_COUNTERS: Final = Key(
    Choice(get_args(WithoutCounters)),
    "budgets while Redis cannot be asked: `exact`, the database counts; `fail_closed`, nothing is spent; `escrow`, "
    "each replica spends what it had reserved of a budget before, half a percent and 5 of its currency at most",
)


def check_budgets(reading: Reading, path: Path, budgets: list[Tree | None]) -> None:
    """Names that are unique, one currency in each. `path` is that of the list."""
    seen: set[str] = set()
    for number, budget in enumerate(budgets):
        if budget is None:
            continue
        at = (*path, number)
        name = budget.get("name") or budget.get("period")
        if name is not None and name in seen:
            reading.complaints.add(reading.mark(at), f"a second budget '{name}' here; give it a 'name' of its own")
        seen.add(name or "")
        limit = budget.get("limit")
        for place, increase in enumerate(budget.get("increases") or []):
            by = (increase or {}).get("by")
            if by is not None and limit is not None and by.currency != limit.currency:
                reading.complaints.add(
                    reading.mark((*at, "increases", place, "by")),
                    f"an increase is in the currency of its budget, {limit.currency}",
                )


def check_downgrades(reading: Reading, path: Path, rules: Tree, outer: list[tuple[str, Tree]]) -> None:
    """Models that exist, that the level and those around it (innermost first) permit, and that change no prompt."""
    aliases: dict[str, Tree | None] = reading.tree.get("models") or {}
    providers: dict[str, Tree | None] = reading.tree.get("providers") or {}
    for number, budget in enumerate(rules.get("budgets") or []):
        model = None if budget is None else _downgrade(budget)
        if model is None:
            continue
        mark = reading.mark((*path, "budgets", number, "when_spent", "downgrade"))
        alias, provider = aliases.get(model), model.partition("/")[0]
        if model not in aliases and ("/" not in model or provider not in providers):
            known = providers if "/" in model else aliases
            reading.complaints.add_unknown(mark, f"there is no model '{model}' to downgrade to", model, known)
            continue
        if alias is not None and alias.get("prompt") is not None:
            reading.complaints.add(
                mark,
                f"'{model}' brings a prompt template along, which downgraded requests are not given: name one without",
            )
        levels = [("this level", rules), *outer]
        places = {(providers.get(name) or {}).get("region") for name in _served_by(alias, provider)}
        for complaint in (_not_among_models(levels, model), _outside_regions(levels, model, places)):
            if complaint is not None:
                reading.complaints.add(mark, complaint)


def _not_among_models(levels: list[tuple[str, Tree]], model: str) -> str | None:
    for called, level in levels:
        permitted = level.get("models")
        if permitted is not None and None not in permitted and not matches(tuple(permitted), model):
            return f"'{model}' is not among the models of {called}: {', '.join(permitted) or 'none'}"
    return None


def _outside_regions(levels: list[tuple[str, Tree]], model: str, places: set[str | None]) -> str | None:
    """The innermost level that says something decides; what cannot be read is told elsewhere."""
    permitted = next((regions for _, level in levels if (regions := level.get("regions"))), None)
    if not permitted or None in permitted or not places or None in places or not places.isdisjoint(permitted):
        return None
    return (
        f"no target of '{model}' is in a region that is permitted here: they are in "
        f"{', '.join(sorted(map(str, places)))}, permitted are {', '.join(permitted)}"
    )


def _served_by(alias: Tree | None, provider: str) -> set[str]:
    """The providers of an alias, by any of its ways; of what is no alias the one that it names."""
    if alias is None:
        return {provider}
    ways = [alias, *(route for route in alias.get("routes") or [] if route is not None)]
    targets = [target for way in ways for part in ("targets", "fallbacks") for target in way.get(part) or []]
    return {target["provider"] for target in targets if target is not None and "provider" in target}


def build_quotas(tree: Tree | None) -> Quotas:
    return interned(Quotas(**tree)) if tree else NO_QUOTAS


def build_budgets(trees: list[Tree] | None) -> tuple[Budget, ...]:
    return interned(tuple(_budget(tree) for tree in trees or ()))


def _downgrade(budget: Tree) -> str | None:
    when_spent = budget.get("when_spent")
    return when_spent.get("downgrade") if isinstance(when_spent, dict) else None


def _budget(tree: Tree) -> Budget:
    return Budget(
        name=tree.get("name") or tree["period"],
        period=tree["period"],
        limit=tree["limit"],
        downgrade=_downgrade(tree),
        alerts=tuple(sorted(set(tree.get("alerts") or ()))),
        increases=tuple(Increase(**increase) for increase in tree.get("increases") or ()),
    )
