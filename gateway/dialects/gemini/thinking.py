"""A wish to think, in Gemini's two generations of settings.

Gemini 2.5 takes a `thinkingBudget` in tokens and refuses levels; from Gemini 3 on it is `thinkingLevel`, and a budget
is still taken. So a budget goes as a budget everywhere, and an effort as a level, but for the models named
`gemini-2…`, where it becomes the budget that Google's own OpenAI endpoint gives it
(ai.google.dev/gemini-api/docs/openai#thinking).
"""

from __future__ import annotations

from typing import Any

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


def thinking_config(wish: ReasoningWish, model: str) -> dict[str, Any] | None:
    """`thinkingConfig`, or None where nothing of the wish has a counterpart."""
    config: dict[str, Any] = {}
    budgets_only = model.rpartition("/")[2].startswith(("gemini-2", "gemini-1"))
    effort = "none" if wish.enabled is False else wish.effort
    if wish.budget_tokens is not None and wish.enabled is not False:
        config["thinkingBudget"] = wish.budget_tokens
    elif effort in _LEVEL:
        if budgets_only:
            config["thinkingBudget"] = _BUDGET[effort]
        else:
            config["thinkingLevel"] = _LEVEL[effort]
    elif wish.enabled:
        config["thinkingBudget"] = -1
    if wish.show is not None:
        config["includeThoughts"] = wish.show
    return config or None
