"""When the periods of budgets begin and end: by the calendar, in the time zone of reports.

A day may have 23 or 25 hours. A week begins on Monday. What was asked within a window is paid from it, also when the
answer ends after midnight.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from gateway.core.limits import Period
from gateway.core.reporting import zone


class Window(msgspec.Struct, frozen=True, gc=False):
    """`start` and `end` in Unix seconds, the end not included; `day` is the first, as an ISO date."""

    start: float
    end: float
    day: str

    def holds(self, at: float) -> bool:
        return self.start <= at < self.end


def window(period: Period, at: float, timezone: str) -> Window:
    """The window of that kind in which the moment `at` lies: one object for all who ask on a day."""
    return _window(period, datetime.fromtimestamp(at, zone(timezone)).date(), timezone)


@lru_cache(maxsize=256)
def _window(period: Period, today: date, timezone: str) -> Window:
    match period:
        case "day":
            first, following = today, today + timedelta(days=1)
        case "week":
            first = today - timedelta(days=today.weekday())
            following = first + timedelta(days=7)
        case "month":
            first = today.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
        case _:
            first, following = date(today.year, 1, 1), date(today.year + 1, 1, 1)
    return Window(_midnight(first, timezone), _midnight(following, timezone), first.isoformat())


def _midnight(day: date, timezone: str) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).timestamp()
