"""How finance looks at usage: whose midnight ends a day, and which currency sums are in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec


@cache
def zone(name: str) -> tzinfo:
    """The time zone of that IANA name. Reads a file, the first time: whoever builds a policy asks before the loop does.

    Raises zoneinfo.ZoneInfoNotFoundError.
    """
    return UTC if name == "UTC" else ZoneInfo(name)


DAY: Final = 86_400.0
RETENTION: Final = 4018 * DAY
"""Eleven years: books are kept for ten from the end of the business year (Swiss Code of Obligations, art. 958f), and a
row may be of its first day.
"""
SHORTEST_RETENTION: Final = 400 * DAY
"""A year's budget, and the agreements that look back on one, are read from rows."""


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """`timezone` is an IANA name, `currency` ISO 4217, `retention` seconds for which usage rows are kept one by one."""

    timezone: str = "UTC"
    currency: str = "USD"
    retention: float = RETENTION

    def day_of(self, at: float) -> str:
        """The calendar day (ISO date) of that moment (Unix seconds) in the reporting time zone."""
        return _day_of(math.floor(at), self.timezone)

    def by_the_clock(self, now: float, days: Iterable[int]) -> list[float]:
        """The same time of the day in the reporting time zone, so many days before each: people live by the clock."""
        here = datetime.fromtimestamp(now, zone(self.timezone))
        return [(here - timedelta(days=day)).timestamp() for day in days]


@lru_cache(maxsize=16)
def _day_of(second: int, timezone: str) -> str:
    """Days begin with a second; in one of them many requests end."""
    return datetime.fromtimestamp(second, zone(timezone)).date().isoformat()
