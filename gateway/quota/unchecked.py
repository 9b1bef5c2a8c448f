"""Why budgets could not be checked lately, for the log and `/health/ready`: whoever is refused is told only that."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Final

from gateway.telemetry import logs

LATELY: Final = 60.0
"""Seconds after the last refusal for which it is told at most: perhaps nobody asks again and finds that all is well."""
MOST: Final = 10_000
"""Counters."""


class UncheckedBudgets:
    def __init__(self) -> None:
        self._why = ""
        self._until = 0.0
        self._refused: set[str] = set()
        """Counters over requests that were refused, and that none has been checked against since."""

    @property
    def why(self) -> str | None:
        """None where nothing was refused lately, or all of it can be checked again."""
        return self._why if self._refused and monotonic() < self._until else None

    def note(self, why: str, counters: Iterable[str]) -> None:
        """A request under these was refused for that; logged once, until it is another reason, or there was none for a
        while.
        """
        now = monotonic()
        if now >= self._until:
            self._why = ""
            self._refused.clear()
        if self._why != why:
            logs.warning(logs.BUDGETS_UNCHECKED, why=why)
        self._why, self._until = why, now + LATELY
        if len(self._refused) < MOST:
            self._refused.update(counters)

    def checked(self, counters: Iterable[str]) -> None:
        """A request was checked against these."""
        if self._refused:
            self._refused.difference_update(counters)
