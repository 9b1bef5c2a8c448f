"""Reports for programs: CSV and JSON, with every amount exact to the nano-unit."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from gateway.billing.report.cells import COUNTS, MONEY, amount, harmless, notes
from gateway.billing.report.figures import Figures, Report


def as_csv(report: Report) -> bytes:
    """One line for each line of the report, without a total: it is for pivot tables."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*report.by, "kind", "name", *COUNTS, *(f"{name}_{report.currency}" for name in MONEY)])
    for line in report.lines:
        texts = [harmless(value or "") for value in (*line.key, line.kind, line.name)]
        counts = [getattr(line.figures, name) for name in COUNTS]
        writer.writerow([*texts, *counts, *(f"{amount(getattr(line.figures, name)):f}" for name in MONEY)])
    return out.getvalue().encode()


def as_json(report: Report) -> bytes:
    """Amounts are texts, since JSON's numbers are not exact everywhere."""
    document = {
        "months": [report.first_month, report.last_month],
        "by": report.by,
        "currency": report.currency,
        "timezone": report.timezone,
        "policy_version": report.policy_version,
        "lines": [
            {"key": dict(zip(report.by, line.key, strict=True)), "kind": line.kind, "name": line.name}
            | _figures(line.figures)
            for line in report.lines
        ],
        "total": _figures(report.total),
        "unconverted": [
            {"currency": lost.currency, "amount": f"{amount(lost.nano):f}", "calls": lost.calls}
            for lost in report.unconverted
        ],
        "unpriced": [
            {"provider": provider, "model": model, "calls": calls} for provider, model, calls in report.unpriced
        ],
        "held": {"jobs": report.held.jobs, "amount": f"{amount(report.held.nano):f}"},
        "closed": [
            {
                "month": closing.month,
                "billed": f"{amount(closing.billed):f}",
                "currency": closing.currency,
                "since": None if closing.since is None else f"{amount(closing.since):f}",
            }
            for closing in report.closings
        ],
        "notes": notes(report),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _figures(figures: Figures) -> dict[str, Any]:
    counts = {name: getattr(figures, name) for name in (*COUNTS, "unpriced", "estimated")}
    return {**counts, **{name: f"{amount(getattr(figures, name)):f}" for name in MONEY}}
