"""The wish to think, toward Claude.

Three generations take three shapes, and answer 400 to another's:

- before 3.7: none;
- 3.7 to 4.5: `{"type": "enabled", "budget_tokens"}`;
- from 4.6 on: `{"type": "adaptive"}` with `output_config.effort`; 4.7 and later refuse budgets.

The first two are closed lists of models that exist; any other name, today's or tomorrow's, is of the third.
This choice is made only in translation: a request that came in this dialect goes out as it came.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from gateway.core.messages import ReasoningWish

Generation = Literal["none", "budget", "adaptive"]

_WITHOUT = re.compile(r"claude-(?:instant|[12](?:[.\-]|$)|3-(?:5-)?(?:opus|sonnet|haiku))")
_BUDGET = re.compile(
    r"claude-(?:3-7|4-(?:opus|sonnet)|(?:opus|sonnet|haiku)-4(?:$|[@:]|-latest|-20\d{6}|[-.][015](?!\d)))"
)

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
"""Tokens; with the default answer on top they stay below the 32,000 that Claude Opus 4 can write."""

DEFAULT_MAX_TOKENS = 4096
"""The API demands max_tokens; this is written where the client set none, on top of a thinking budget."""


def generation(model: str) -> Generation:
    if _WITHOUT.search(model):
        return "none"
    return "budget" if _BUDGET.search(model) else "adaptive"


def effort_of_budget(tokens: int) -> str:
    if tokens <= BUDGET_OF_EFFORT["low"]:
        return "low"
    return "medium" if tokens <= BUDGET_OF_EFFORT["medium"] else "high"


def own_effort(wish: ReasoningWish) -> str | None:
    """`output_config.effort`, which is no level lower than `low`."""
    if wish.effort is not None and wish.effort != "none":
        return "low" if wish.effort == "minimal" else wish.effort
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
