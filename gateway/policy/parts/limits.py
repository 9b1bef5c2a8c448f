"""Quotas and budgets in the policy: their keys, the checks of their sense, their values.

The same tables serve every level that can be limited (`organisation`, `users`, `teams`, …).
"""

from __future__ import annotations

from typing import Any, Final, get_args

from gateway.core.edits import Path
from gateway.core.limits import NO_QUOTAS, Budget, Increase, Period, Quotas
from gateway.policy.read import Reading
from gateway.policy.shapes import NAME, Amount, Choice, Day, Key, ListOf, Table, Text, Whole

Tree = dict[str, Any]

MOST: Final = 10**12
"""Of anything in a minute: more is a slip of the pen."""

QUOTAS: Final = Table(
    {
        "requests_per_minute": Key(Whole(1, MOST), "requests let in within any minute"),
        "tokens_per_minute": Key(Whole(1, MOST), "tokens, in and out, within any minute"),
        "concurrent": Key(Whole(1, 1_000_000), "calls under way at once"),
    }
)

INCREASE: Final = Table(
    {
        "by": Key(Amount(), "how much more", required=True),
        "until": Key(Day(), "the last day of it", required=True),
        "reason": Key(Text(), "why, for whoever reads the books", required=True),
    }
)

BUDGET: Final = Table(
    {
        "name": Key(NAME, "tells the budgets of one level apart; left out: the period"),
        "period": Key(Choice(get_args(Period)), "of the calendar, in the reporting time zone", required=True),
        "limit": Key(Amount(), "the most that may be spent in a period", required=True),
        "alerts": Key(ListOf(Whole(1, 100)), "percent of the limit at which somebody is told, once a period"),
        "when_spent": Key(Choice(("refuse",)), "what becomes of requests then"),
        "increases": Key(ListOf(INCREASE), "more money for a while, each with its last day and its reason"),
    }
)
BUDGETS: Final = ListOf(BUDGET)


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
                    reading.mark((*at, "increases", place, "by")), f"this budget is in {limit.currency}"
                )


def build_quotas(tree: Tree | None) -> Quotas:
    return Quotas(**tree) if tree else NO_QUOTAS


def build_budgets(trees: list[Tree] | None) -> tuple[Budget, ...]:
    return tuple(_budget(tree) for tree in trees or ())


def _budget(tree: Tree) -> Budget:
    return Budget(
        name=tree.get("name") or tree["period"],
        period=tree["period"],
        limit=tree["limit"],
        alerts=tuple(sorted(set(tree.get("alerts") or ()))),
        increases=tuple(Increase(**increase) for increase in tree.get("increases") or ()),
    )
