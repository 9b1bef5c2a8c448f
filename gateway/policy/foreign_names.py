"""What other gateways call a limit, so that whoever moves in is told its name and unit here.

Source of the names: LiteLLM's configuration of models, keys and teams (2026-11).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

_QUOTAS: Final = {
    "rpm": "requests_per_minute",
    "rpm_limit": "requests_per_minute",
    "tpm": "tokens_per_minute",
    "tpm_limit": "tokens_per_minute",
    "max_parallel_requests": "concurrent",
}
_SUCH: Final = {"requests_per_minute": 600, "tokens_per_minute": 400_000, "concurrent": 50}
_BUDGETS: Final = {
    "max_budget": ("limit", "limit: 500 CHF"),
    "soft_budget": ("alerts", "limit: 500 CHF, alerts: [80]"),
    "budget_duration": ("period", "limit: 500 CHF"),
}
"""(the key of a budget, what an entry says beside its period)."""


_LEVELS: Final = "of the organisation, a team, a project, a user, a key or a model"


def our_name_for(name: str, known: Container[str]) -> str | None:
    """The end of a sentence for `name`, where only `known` may stand; None where nobody means a limit by it."""
    if name in _QUOTAS:
        quota = _QUOTAS[name]
        if quota in known:
            return f"; here it is called '{quota}'"
        return f"; here it is 'quotas: {{{quota}: {_SUCH[quota]}}}' {_LEVELS}"
    if name in _BUDGETS:
        key, such = _BUDGETS[name]
        if key in known:
            return f"; here it is called '{key}'"
        return f"; here it is 'budgets: [{{period: month, {such}}}]' {_LEVELS}"
    return None
