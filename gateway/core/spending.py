"""Whose spending is asked for, and what the ledger says of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal, Protocol

import msgspec

from gateway.core.jobs import Job
from gateway.core.money import Money

ScopeKind = Literal["organisation", "team", "project", "user", "key", "model"]
_LIKE_AN_ESCAPE: Final = re.compile("%(?=25|2F)")


class Scope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    kind: ScopeKind
    team: str = ""
    """Of all kinds but the organisation and the model."""
    name: str = ""
    """Of the project, the user, the key (its id), or the model as it is asked for."""

    def __post_init__(self) -> None:
        assert (self.kind in {"organisation", "team"}) is (not self.name)

    @property
    def title(self) -> str:
        """As a person would say it."""
        if self.kind == "organisation":
            return "the organisation"
        if self.kind == "model":
            return f"the model {self.name!r}"
        return f"team {self.team!r}" if self.kind == "team" else f"{self.kind} {self.name!r} of team {self.team!r}"

    @property
    def path(self) -> str:
        """Names it among all scopes. Counters are called so: under another name, what they hold would be forgotten, so
        a per cent sign stays as it is but where it could be read as an escape.
        """
        parts = (self.kind, self.team, self.name)
        return "/".join(_LIKE_AN_ESCAPE.sub("%25", part).replace("/", "%2F") for part in parts if part)


class Spent(msgspec.Struct, frozen=True):
    """What was spent on one day of reports, of which `at` (Unix seconds) is a moment, in one currency."""

    at: float
    money: Money


class Books(msgspec.Struct, frozen=True):
    """Both as of one moment: what was spent, and the work that has not ended, so that its cost is only held."""

    spent: list[Spent]
    jobs: list[Job] = []


class Spending(Protocol):
    """The ledger, as budgets read it. Raises LedgerDown."""

    async def spent(self, scope: Scope, start: float, end: float, counted: Callable[[], Awaitable[list[str]]]) -> Books:
        """What the requests of `scope` received in [start, end) cost, but for those that `counted` names.

        `counted` is asked once the ledger has been looked at, and what it names is taken off as the ledger was then.
        """
        ...

    async def hours(self, scope: Scope, ends: Sequence[float]) -> list[list[Spent]]:
        """What was spent in the hour before each of these moments, no two of which are within an hour."""
        ...

    async def hour(self, end: float) -> Mapping[Scope, list[Spent]]:
        """What was spent in the hour before this moment, by everybody: one question, however many there are."""
        ...


class LedgerDown(Exception):
    """The ledger cannot be asked."""
