"""Whole shares of a whole amount."""

from __future__ import annotations

from collections.abc import Sequence


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares in proportion to the weights (≥ 0, not all 0) that add up to the amount, which may be negative.

    Running sums are rounded down, and shares are their differences: no share is off by a whole unit.
    """
    total = sum(weights)
    shares: list[int] = []
    upto = given = 0
    for weight in weights:
        upto += weight
        share = amount * upto // total - given
        shares.append(share)
        given += share
    return shares
