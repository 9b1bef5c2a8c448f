"""Periods of the calendar, and the midnights that end them."""

import pytest

from gateway.billing.windows import first_day, resets_at
from gateway.core.limits import Period


@pytest.mark.parametrize(
    ("period", "day", "first", "resets"),
    [
        ("day", "2026-10-25", "2026-10-25", "2026-10-26T00:00:00+01:00"),
        ("day", "2026-10-24", "2026-10-24", "2026-10-25T00:00:00+02:00"),
        ("week", "2026-11-25", "2026-11-23", "2026-11-30T00:00:00+01:00"),
        ("week", "2026-11-23", "2026-11-23", "2026-11-30T00:00:00+01:00"),
        ("month", "2026-12-31", "2026-12-01", "2027-01-01T00:00:00+01:00"),
        ("month", "2028-02-29", "2028-02-01", "2028-03-01T00:00:00+01:00"),
        ("year", "2028-02-29", "2028-01-01", "2029-01-01T00:00:00+01:00"),
    ],
)
def test_a_period_begins_and_ends(period: Period, day: str, first: str, resets: str) -> None:
    assert first_day(period, day) == first
    assert resets_at(period, day, "Europe/Zurich") == resets
