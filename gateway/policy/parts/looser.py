"""Limits that are looser than those around them: written down, and never reached.

Promise: a quota or a budget that an outer level always reaches first is an error at its own line. Budgets are compared
where they are of one period and one currency; what others are worth is for the day to say.
"""

from __future__ import annotations

from typing import Any

from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.policy.read import Reading

Tree = dict[str, Any]


def check_looser(reading: Reading, path: Path, rules: Tree, outer: list[tuple[str, Tree]]) -> None:
    """`outer`: what the levels around are called, and what they say."""
    for called, around in outer:
        _check_quotas(reading, path, rules.get("quotas") or {}, called, around.get("quotas") or {})
        _check_budgets(reading, path, rules.get("budgets") or [], called, around.get("budgets") or [])


def _check_quotas(reading: Reading, path: Path, own: Tree, called: str, around: Tree) -> None:
    for name, limit in own.items():
        bound = around.get(name)
        if bound is not None and limit > bound:
            reading.complaints.add(
                reading.mark((*path, "quotas", name)),
                f"'{name}' of {limit} is looser than the {bound} of {called}, which is reached first",
            )


def _check_budgets(
    reading: Reading, path: Path, own: list[Tree | None], called: str, around: list[Tree | None]
) -> None:
    bounds: dict[tuple[str, str], Money] = {}
    for budget in around:
        limit = (budget or {}).get("limit")
        if budget is not None and isinstance(limit, Money) and "period" in budget:
            key = budget["period"], limit.currency
            bounds[key] = min(limit, bounds.get(key, limit), key=lambda money: money.nano)
    for number, budget in enumerate(own):
        limit = (budget or {}).get("limit")
        if budget is None or not isinstance(limit, Money):
            continue
        bound = bounds.get((budget.get("period", ""), limit.currency))
        if bound is not None and limit.nano > bound.nano:
            reading.complaints.add(
                reading.mark((*path, "budgets", number, "limit")),
                f"{limit} a {budget['period']} is looser than the {bound} of {called}, which is spent first",
            )
