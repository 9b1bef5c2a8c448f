"""A report as a table for a terminal."""

from __future__ import annotations

from decimal import Decimal

from gateway.billing.report.cells import COUNTS, MONEY, cents, heading, labels, notes, remainder, shown_columns
from gateway.billing.report.figures import Report

SHOWN_COUNTS = ("requests", "input_tokens", "output_tokens")


def table(report: Report) -> list[str]:
    """Lines of text; whoever prints them makes them safe for a terminal."""
    columns = shown_columns(report)
    head = [*map(heading, report.by), *(COUNTS[name] for name in SHOWN_COUNTS), *(MONEY[name] for name in columns)]
    rows = [
        [
            *labels(line),
            *(f"{getattr(line.figures, name):,}" for name in SHOWN_COUNTS),
            *(f"{cents(getattr(line.figures, name)):,}" for name in columns),
        ]
        for line in report.lines
    ]
    blank = [""] * (len(report.by) - 1)
    rest = {name: remainder(report, name) for name in columns}
    feet = []
    if any(rest.values()):
        feet.append(["Rounding", *blank, *([""] * len(SHOWN_COUNTS)), *(_signed(rest[name]) for name in columns)])
    totals = [f"{getattr(report.total, name):,}" for name in SHOWN_COUNTS]
    totals += [f"{cents(getattr(report.total, name)):,}" for name in columns]
    feet.append([f"Total {report.currency}", *blank, *totals])
    widths = [max(map(len, column)) for column in zip(head, *rows, *feet, strict=True)]
    texts = len(report.by)

    def laid_out(row: list[str]) -> str:
        cells = [
            cell.ljust(width) if place < texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return [laid_out(head), rule, *map(laid_out, rows), rule, *map(laid_out, feet), "", *notes(report)]


def _signed(rest: Decimal) -> str:
    return f"{rest:+,}" if rest else ""
