"""What is unusual about a key's last hour, and what is done about it."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Response = Literal["alert", "throttle", "suspend"]
"""From the mildest: somebody is told; the key is slowed down; the key is stopped. Each does what those before it do."""
GRADES: tuple[Response, ...] = ("alert", "throttle", "suspend")


class AnomalyPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`response` is the most that is done without a person. `hold` in seconds; `throttle_to` in calls a minute."""

    response: Response = "alert"
    least_calls: int = 100
    """In an hour: fewer are never unusual in number."""
    factor: int = 5
    """How many times what the team usually does in that hour of the week."""
    weeks: int = 4
    hold: float = 86_400.0
    throttle_to: int = 10


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """`usual`: the team's calls in this hour of the week, one number a past week; empty where it has no history.

    `models`: what the key has used in those weeks; None where it is too young to have habits.
    """

    usual: tuple[int, ...] = ()
    models: frozenset[str] | None = None


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """One key's, until it ends or is lifted. `evidence`: why, a sentence a finding."""

    key_id: str
    team: str
    since: float
    until: float
    grade: Response
    evidence: tuple[str, ...]


class Restrictions(Protocol):
    def of(self, key_id: str) -> Restriction | None:
        """What holds for the key now."""
        ...
