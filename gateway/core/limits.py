"""Limits as values: what may be asked in a minute, and what may be spent in a period.

Written in the policy at any level (organisation, project, team, user, key, model) and resolved there; the stages hold
each request against every limit that is over it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.core.money import Money

WithoutCounters = Literal["exact", "fail_closed", "escrow"]
"""What becomes of budgets while Redis cannot be asked: the database counts · nothing is spent · each replica spends
what it had reserved before.
"""

Period = Literal["day", "week", "month", "year"]
"""Of the calendar, in the reporting time zone."""


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """None: no limit. `concurrent` counts calls that are under way."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent: int | None = None

    @property
    def given(self) -> bool:
        return not (self.requests_per_minute is self.tokens_per_minute is self.concurrent is None)


NO_QUOTAS = Quotas()


class Increase(msgspec.Struct, frozen=True, kw_only=True):
    """More money for a while: until the end of the day `until` (ISO date, in the reporting time zone)."""

    by: Money
    until: str
    reason: str


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """`limit` per `period`. `name` tells the budgets of one level apart, and counters and messages call them so."""

    name: str
    period: Period
    limit: Money
    alerts: tuple[int, ...] = ()
    """Percent of the limit at which somebody is told, ascending."""
    downgrade: str | None = None
    """The model that answers once it is spent; None: nobody does."""
    increases: tuple[Increase, ...] = ()
