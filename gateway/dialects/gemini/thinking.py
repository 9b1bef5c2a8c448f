"""A wish to think, in Gemini's two generations of settings.

Gemini 2.5 takes a `thinkingBudget` in tokens and refuses levels; from Gemini 3 on it is `thinkingLevel`, and a budget
is still taken. So a budget goes as a budget everywhere, and an effort as a level, but for the models named
`gemini-2…`, where it becomes the budget that Google's own OpenAI endpoint gives it
(ai.google.dev/gemini-api/docs/openai#thinking). Both go as near as the model takes them: the budgets of Gemini 2.5 have
bounds (ai.google.dev/gemini-api/docs/thinking#set-budget), and the Pro models cannot be kept from thinking.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gateway.core.messages import ReasoningWish

_BUDGET = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
_LEVEL = {
    "none": "MINIMAL",  # thinking cannot be turned off there
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",  # most models refuse XHIGH
    "max": "HIGH",
}


_PRO_OF_LEVELS: Final = re.compile(r"gemini-3[\w.]*-pro")
_BOUNDS: Final = (
    (re.compile(r"gemini-2\.5-pro"), 128, 32768, False),
    (re.compile(r"gemini-2\.5-flash-lite"), 512, 24576, True),
    (re.compile(r"gemini-2\.5-flash"), 1, 24576, True),
)
"""Models, least and most budget in tokens, and whether 0 keeps them from thinking."""


def _within(budget: int, model: str) -> int:
    for models, least, most, stops in _BOUNDS:
        if models.search(model):
            return budget if budget < 0 or (stops and budget == 0) else min(max(budget, least), most)
    return budget


def thinking_config(wish: ReasoningWish, model: str) -> dict[str, Any] | None:
    """`thinkingConfig`, or None where nothing of the wish has a counterpart."""
    config: dict[str, Any] = {}
    budgets_only = model.rpartition("/")[2].startswith(("gemini-2", "gemini-1"))
    effort = "none" if wish.enabled is False else wish.effort
    if wish.budget_tokens is not None and wish.enabled is not False:
        config["thinkingBudget"] = _within(wish.budget_tokens, model)
    elif effort in _LEVEL:
        if budgets_only:
            config["thinkingBudget"] = _within(_BUDGET[effort], model)
        else:
            level = _LEVEL[effort]
            config["thinkingLevel"] = "LOW" if level == "MINIMAL" and _PRO_OF_LEVELS.search(model) else level
    elif wish.enabled:
        config["thinkingBudget"] = -1
    if wish.show is not None:
        config["includeThoughts"] = wish.show
    return config or None
