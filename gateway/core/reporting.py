"""How finance looks at usage: whose midnight ends a day, and which currency sums are in."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import msgspec


@cache
def zone(name: str) -> tzinfo:
    """The time zone of that IANA name. Reads a file, the first time: whoever builds a policy asks before the loop does.

    Raises zoneinfo.ZoneInfoNotFoundError.
    """
    return UTC if name == "UTC" else ZoneInfo(name)


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """`timezone` is an IANA name, `currency` ISO 4217."""

    timezone: str = "UTC"
    currency: str = "USD"

    def day_of(self, at: float) -> str:
        """The calendar day (ISO date) of that moment (Unix seconds) in the reporting time zone."""
        return datetime.fromtimestamp(at, zone(self.timezone)).date().isoformat()
