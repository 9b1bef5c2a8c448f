"""How much may be looked at where somebody waits for it: on the event loop."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from gateway.core.privacy import TakesLong

HASTE: Final = 0.005
"""Seconds of a request after which nothing more is begun in haste; the rules for secrets may take a hundred times that
alone."""
FEW: Final = 256
"""Characters that all rules may look at in a few milliseconds, whatever they are."""


def end_of_haste() -> float:
    """For what is begun now; of `perf_counter`."""
    return perf_counter() + HASTE


def go_on(until: float) -> None:
    """Raises TakesLong after `until`."""
    if perf_counter() > until:
        raise TakesLong
