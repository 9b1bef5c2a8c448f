"""`reporting` and `prices.exchange`: whose calendar and currency reports and budgets are in, and dated rates."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from gateway.core.edits import Path
from gateway.core.money import PICO, ExchangeRate, ExchangeRates
from gateway.core.reporting import DAY, SHORTEST_RETENTION, Reporting, zone
from gateway.policy.read import Reading
from gateway.policy.shapes import Currency, Day, Duration, Key, Rate, Table, Text

Tree = dict[str, Any]

REPORTING: Final = Table(
    {
        "timezone": Key(Text(64), "whose midnight ends a day and a month, as in Europe/Zurich; left out: UTC"),
        "currency": Key(Currency(), "what reports are in unless they ask for another; left out: USD"),
        "retention": Key(
            Duration(SHORTEST_RETENTION, 36600 * DAY),
            "how long usage rows are kept; then a month's rows go, and its sums stay; left out: 4018d (11 years)",
        ),
    }
)

EXCHANGE: Final = Table(
    {
        "from": Key(Currency(), "one unit of this", required=True),
        "to": Key(Currency(), "in units of this", required=True),
        "rate": Key(Rate(), "is worth so many, as in 0.80", required=True),
        "since": Key(Day(), "first day, in the reporting time zone", required=True),
    }
)


def check_reporting(reading: Reading) -> None:
    zone = (reading.tree.get("reporting") or {}).get("timezone")
    if zone is not None and zone not in (known := available_timezones()):
        reading.complaints.add_unknown(
            reading.mark(("reporting", "timezone")), f"there is no time zone '{zone}'", zone, known
        )
    _check_exchange(reading)


def _check_exchange(reading: Reading) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for number, rate in enumerate((reading.tree.get("prices") or {}).get("exchange") or []):
        if rate is None or not {"from", "to", "rate", "since"} <= rate.keys():
            continue
        path: Path = ("prices", "exchange", number)
        source, target, since = rate["from"], rate["to"], rate["since"]
        if source == target:
            reading.complaints.add(reading.mark((*path, "to")), f"{source} is worth itself: name two currencies")
        elif (target, source) in seen:
            reading.complaints.add(
                reading.mark((*path, "from")),
                f"{target} to {source} is stated already, and is read both ways: state a pair one way only",
            )
        elif since in seen.setdefault((source, target), set()):
            reading.complaints.add(
                reading.mark(path), f"the rate of {source} to {target} since {since} is defined twice"
            )
        seen.setdefault((source, target), set()).add(since)


def build_reporting(tree: Tree) -> Reporting:
    reporting = Reporting(**(tree.get("reporting") or {}))
    zone(reporting.timezone)  # read now: requests must not wait for a file
    return reporting


def build_exchange(tree: Tree) -> ExchangeRates:
    return ExchangeRates(
        tuple(
            ExchangeRate(source=rate["from"], target=rate["to"], pico=int(rate["rate"] * PICO), since=rate["since"])
            for rate in (tree.get("prices") or {}).get("exchange") or ()
        )
    )
