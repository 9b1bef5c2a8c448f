"""The reporting calendar: midnight is the time zone's own."""

from datetime import UTC, datetime

from gateway.core.reporting import Reporting

ZURICH = Reporting(timezone="Europe/Zurich", currency="CHF")


def test_a_day_ends_at_the_zones_midnight() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC).timestamp()
    assert Reporting().day_of(late) == "2026-10-31"
    assert ZURICH.day_of(late) == "2026-11-01"


def test_days_of_25_and_23_hours() -> None:
    def hours(day: str, month: int) -> int:
        start = datetime(2026, month, 20, tzinfo=UTC).timestamp()
        return sum(ZURICH.day_of(start + hour * 3600) == day for hour in range(12 * 24))

    assert hours("2026-10-25", 10) == 25
    assert hours("2026-03-29", 3) == 23
    assert hours("2026-10-26", 10) == 24
