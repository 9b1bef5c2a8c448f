"""What was used of each model on each day, as agreements count it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.billing.agreements import Use
from gateway.storage.costs import CostGroup

BY: Final = ("local_day", "provider", "model")
SUMS: Final = ("cost_nano", "input_tokens", "output_tokens", "cost_calls_nano")


def uses_of(groups: Iterable[CostGroup]) -> list[Use]:
    """From sums of SUMS by BY."""
    return [
        Use(
            group.key["provider"],
            group.key["model"] or "",
            group.key["local_day"] or "",
            group.key["currency"],
            group.sums["cost_nano"],
            group.sums["input_tokens"] + group.sums["output_tokens"],
            group.sums["cost_calls_nano"],
        )
        for group in groups
        if group.key["provider"] is not None and group.key["currency"] is not None
    ]
