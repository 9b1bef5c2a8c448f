"""What every form of a report shows: its columns, its money as decimals, its texts made harmless.

Promise: money is rounded when it is shown and never before; the shown lines and the shown total differ by a remainder
that is shown, too. No text can be taken for a formula by a spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from gateway.billing.agreements import Charge
from gateway.billing.calendar import days_of
from gateway.billing.report.figures import Figures, Line, Report
from gateway.core.money import NANO
from gateway.core.reporting import zone

COUNTS: Final[dict[str, str]] = {
    "requests": "Calls",
    "input_tokens": "Input tokens",
    "cache_read_tokens": "Cache read tokens",
    "cache_write_tokens": "Cache write tokens",
    "output_tokens": "Output tokens",
    "billed_calls": "Calls of tools",
}
COSTS: Final[dict[str, str]] = {
    "list": "List",
    "contracted": "Contracted",
    "billed": "Billed",
    "effective": "Effective",
    "adjusted": "of which corrections",
}
SAVINGS: Final[dict[str, str]] = {"cache_saved": "Saved by caches", "local_saved": "Saved by local models"}
MONEY: Final[dict[str, str]] = {**COSTS, **SAVINGS}
HEADINGS: Final[dict[str, str]] = {
    "team": "Team",
    "cost_center": "Cost centre",
    "project": "Project",
    "tag": "Tags",
    "user": "User",
    "key": "Key",
    "provider": "Provider",
    "model": "Model",
    "region": "Region",
    "day": "Day",
    "month": "Month",
}
KINDS: Final = {
    "volume": "volume discount",
    "commitment": "unused commitment",
    "reserved": "reserved capacity",
    "hardware": "hardware",
}
NONE: Final = "–"

_CENT: Final = Decimal("0.01")
_CALCULATED: Final = re.compile(r"(^|;)(?=[ \n]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
"""What a cell that is calculated begins with, by some spreadsheets in their wide forms, too; and where spreadsheets in
German or French see the next cell of a CSV."""


def heading(name: str) -> str:
    return f"Tag {name[4:]}" if name.startswith("tag.") else HEADINGS[name]


def amount(nano: int) -> Decimal:
    """Exactly."""
    return Decimal(nano).scaleb(-9)


def cents(nano: int) -> Decimal:
    """To the cent, half to even; nothing has no sign."""
    return (Decimal(nano) / NANO).quantize(_CENT, ROUND_HALF_EVEN) + 0


def in_cents(nano: int, sign: Literal["", "+"] = "") -> str:
    """For people: to the cent, but exactly what would be nothing then. With `sign`, differences show theirs."""
    rounded = cents(nano)
    return f"{rounded:{sign},}" if rounded or not nano else f"{amount(nano).normalize():{sign}f}"


def remainder(report: Report, name: str) -> Decimal:
    """What the shown total is more than the sum of the shown lines."""
    shown = sum((cents(getattr(line.figures, name)) for line in report.lines), Decimal())
    return cents(getattr(report.total, name)) - shown


def harmless(text: str) -> str:
    """As text for a spreadsheet: an apostrophe before whatever it would calculate."""
    return _CALCULATED.sub(r"\1'", text)


def labels(line: Line) -> Iterator[str]:
    """The line's place in each dimension; a fee and a correction say what they are in the first."""
    for place, value in enumerate(line.key):
        if place == 0 and line.kind == "fee":
            yield f"Fee: {line.name}"
        elif place == 0 and line.kind == "correction":
            yield f"Correction: {value or NONE}"
        else:
            yield value or NONE


def shown(line: Line, name: str) -> str:
    """A number of the line as people read it: nothing, where the line has no such number by its kind."""
    value = getattr(line.figures, name)
    if not value and line.kind != "usage":
        return ""
    return f"{value:,}" if name in COUNTS else f"{cents(value):,}"


def shown_columns(report: Report) -> list[str]:
    """The columns of money that say anything, and the two that always do."""
    always = {"billed", "effective"}
    return [name for name in MONEY if name in always or any(getattr(line.figures, name) for line in report.lines)]


def discounted(total: Figures) -> int:
    """What contracts made of list prices, in nano-units."""
    return total.list - total.effective


def notes(report: Report) -> list[str]:
    """What a reader must know about the figures, in sentences."""
    made = datetime.fromtimestamp(report.made_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    days = f"Days and months end at midnight in {report.timezone}. Amounts are in {report.currency}; "
    found = [f"{days}policy {report.policy_version}; made {made}."]
    today = datetime.fromtimestamp(report.made_at, zone(report.timezone)).date().isoformat()
    if today <= (last := days_of(report.last_month)[1]):
        found.append(f"NOT OVER: the last day of this report is {last}. What is used until then comes on top.")
    if report.total.effective and not cents(report.total.effective):
        found.append(f"LESS THAN A CENT in all: {amount(report.total.effective).normalize():f} {report.currency}.")
    for lost in report.unconverted:
        what = f"{amount(lost.nano).normalize():f} {lost.currency} of {lost.calls} calls"
        found.append(
            f"NOT IN THE SUMS: {what}. There is no exchange rate to {report.currency} on their days: "
            "state it in prices.exchange."
        )
    if report.held.jobs:
        found.append(
            f"HELD, NOT IN THE SUMS: {report.held.jobs} batches have not ended, and may cost up to "
            f"{cents(report.held.nano):,} {report.currency}."
        )
    for provider, model, calls in report.unpriced:
        found.append(
            f"ALARM: {calls} calls of {provider}/{model} left no cost, or not all of it. Look for call_unpriced in the "
            "logs, and state what the list has not: a model's price in prices.overrides, a tool's in prices.calls."
        )
    if report.total.estimated:
        found.append(
            f"{report.total.estimated} calls are estimates: their provider did not tell all of their tokens, or told "
            "those of another model."
        )
    found += [_charge_text(charge) for charge in report.charges]
    for closing in report.closings:
        when = datetime.fromtimestamp(closing.closed_at, UTC).strftime("%Y-%m-%d")
        since = "" if closing.since is None else f"; since then {cents(closing.since):+,} {closing.currency}"
        found.append(
            f"{closing.month} was closed on {when} with {cents(closing.billed):,} {closing.currency} billed{since}."
        )
    return found


def is_urgent(note: str) -> bool:
    """Of `notes`: whether figures are missing, or will change."""
    return note.startswith(("ALARM", "NOT IN", "HELD", "NOT OVER"))


def _charge_text(charge: Charge) -> str:
    paid = f"{charge.month} {charge.agreement.name}: {KINDS[charge.kind]} {cents(charge.nano):,}"
    tokens = f", for {charge.covered:,} of {charge.tokens:,} tokens" if charge.tokens else ""
    return f"{paid} {charge.currency}{tokens}."
