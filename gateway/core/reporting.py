"""How finance looks at usage: whose midnight ends a day, and which currency sums are in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """`timezone` is an IANA name, `currency` ISO 4217."""

    timezone: str = "UTC"
    currency: str = "USD"

    def day_of(self, at: float) -> str:
        """The calendar day (ISO date) of that moment (Unix seconds) in the reporting time zone."""
        return datetime.fromtimestamp(at, ZoneInfo(self.timezone)).date().isoformat()
