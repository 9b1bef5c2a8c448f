"""The calendar's periods: which one a day lies in, and when it ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gateway.core.limits import Period
from gateway.core.reporting import zone


def first_day(period: Period, day: str) -> str:
    """Of the period that the day (ISO date) lies in; weeks begin on Monday."""
    today = date.fromisoformat(day)
    match period:
        case "day":
            return day
        case "week":
            return (today - timedelta(days=today.weekday())).isoformat()
        case "month":
            return today.replace(day=1).isoformat()
        case "year":
            return today.replace(month=1, day=1).isoformat()


def resets_at(period: Period, day: str, timezone: str) -> str:
    """The instant at which the next period begins, as ISO 8601 with its offset from UTC."""
    following = _next(period, date.fromisoformat(first_day(period, day)))
    return datetime(following.year, following.month, following.day, tzinfo=zone(timezone)).isoformat()


def _next(period: Period, start: date) -> date:
    match period:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            return (start + timedelta(days=31)).replace(day=1)
        case "year":
            return start.replace(year=start.year + 1)
