"""Months, quarters and years as texts that sort: `2026-11`, `2026-11-30`."""

from __future__ import annotations

import re
from calendar import monthrange

from gateway.core.agreements import SettlingPeriod

_month = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """From 1970 to 2199: whoever writes another year has mistyped it."""
    return _month.fullmatch(text) is not None and "1970" <= text < "2200"


def month_of(day: str) -> str:
    return day[:7]


def days_of(month: str) -> tuple[str, str]:
    """Its first and last day."""
    last = monthrange(int(month[:4]), int(month[5:]))[1]
    return f"{month}-01", f"{month}-{last:02}"


def months_between(first: str, last: str) -> list[str]:
    """Both, and those in between."""
    numbers = range(_number(first), _number(last) + 1)
    return [_named(number) for number in numbers]


def next_month(month: str) -> str:
    return _named(_number(month) + 1)


def months_of_period(period: SettlingPeriod, month: str) -> list[str]:
    """All months of the month, quarter or calendar year that it lies in."""
    length = {"month": 1, "quarter": 3, "year": 12}[period]
    first = _number(month) // length * length
    return [_named(number) for number in range(first, first + length)]


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _named(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
