"""Periods of the calendar: days of 23 and 25 hours, and every moment in exactly one window."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.limits import Period
from gateway.quota.windows import window

ZURICH = "Europe/Zurich"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZURICH)).timestamp()


@pytest.mark.parametrize(
    ("moment", "hours"), [("2026-03-29T12:00", 23), ("2026-10-25T12:00", 25), ("2026-11-25T00:00", 24)]
)
def test_days_have_as_many_hours_as_they_have(moment: str, hours: int) -> None:
    day = window("day", at(moment), ZURICH)
    assert day.end - day.start == hours * 3600
    assert day.holds(at(moment))


def test_all_who_ask_on_a_day_share_one_window() -> None:
    assert window("month", at("2026-11-25T00:01"), ZURICH) is window("month", at("2026-11-25T23:59"), ZURICH)
    assert window("month", at("2026-11-25T00:01"), "UTC") is not window("month", at("2026-11-25T00:01"), ZURICH)


def test_weeks_begin_on_monday_and_years_with_january() -> None:
    moment = at("2026-11-25T15:00")
    assert window("week", moment, ZURICH).day == "2026-11-23"
    assert window("month", moment, ZURICH).day == "2026-11-01"
    year = window("year", moment, ZURICH)
    assert (year.day, year.end) == ("2026-01-01", at("2027-01-01T00:00"))
    assert window("month", at("2026-12-31T23:59:59"), ZURICH).end == at("2027-01-01T00:00")


@given(st.floats(0, 4e9), st.sampled_from(get_args(Period)), st.sampled_from(["UTC", ZURICH, "Asia/Kolkata"]))
def test_every_moment_is_in_one_window_and_the_next_begins_where_it_ends(
    moment: float, period: Period, zone: str
) -> None:
    found = window(period, moment, zone)
    assert found.holds(moment)
    assert window(period, found.start, zone) == found
    assert window(period, found.end, zone).start == found.end
