"""The wish to think, toward Claude: each generation takes it in another shape, see `generations`."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.messages import ReasoningWish
from gateway.dialects.anthropic.generations import takes_effort

LEAST_BUDGET = 1024
"""The API's own lower bound of budget_tokens."""

BUDGET_OF_EFFORT: Final = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 24576,
    "max": 24576,
}
"""Tokens; they leave a quarter of the default `max_tokens` to the answer."""


def effort_of_budget(tokens: int) -> str:
    if tokens <= BUDGET_OF_EFFORT["low"]:
        return "low"
    return "medium" if tokens <= BUDGET_OF_EFFORT["medium"] else "high"


def own_effort(wish: ReasoningWish, model: str) -> str | None:
    """`output_config.effort`, which is no level lower than `low`, and none that the model has not."""
    if wish.effort is not None and wish.effort != "none":
        effort = "low" if wish.effort == "minimal" else wish.effort
        return effort if takes_effort(model, effort) else "high"
    if wish.budget_tokens is not None and wish.budget_tokens > 0:
        return effort_of_budget(wish.budget_tokens)
    return None


def wants_none(wish: ReasoningWish) -> bool:
    return wish.enabled is False or wish.effort == "none" or wish.budget_tokens == 0


def own_budget(wish: ReasoningWish, max_tokens: int | None) -> int | None:
    """budget_tokens below `max_tokens` and not below the API's bound; None where no number fits both."""
    budget = wish.budget_tokens if wish.budget_tokens is not None and wish.budget_tokens > 0 else None
    if budget is None:
        budget = BUDGET_OF_EFFORT.get(wish.effort or "medium", BUDGET_OF_EFFORT["high"])
    budget = max(budget, LEAST_BUDGET)
    if max_tokens is not None:
        budget = min(budget, max_tokens - 1)
    return budget if budget >= LEAST_BUDGET else None


def shown(wish: ReasoningWish) -> dict[str, Any]:
    """The member that asks for summaries or against them; each model has its own default."""
    if wish.show is None:
        return {}
    return {"display": "summarized" if wish.show else "omitted"}
