"""Why budgets could not be checked lately, for the log and `/health/ready`: whoever is refused is told only that."""

from __future__ import annotations

from time import monotonic
from typing import Final

from gateway.telemetry import logs

LATELY: Final = 60.0
"""Seconds after the last refusal for which it is told: nobody may ask again, and then nobody finds that all is well."""


class Unchecked:
    def __init__(self) -> None:
        self._why = ""
        self._until = 0.0

    @property
    def why(self) -> str | None:
        """None where nothing was refused lately."""
        return self._why if monotonic() < self._until else None

    def note(self, why: str) -> None:
        """A request was refused for that; logged once, until it is another reason, or there was none for a while."""
        if self.why != why:
            logs.warning(logs.BUDGETS_UNCHECKED, why=why)
        self._why, self._until = why, monotonic() + LATELY
