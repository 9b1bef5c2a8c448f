"""Closing a month: its totals, signed, so that what finance has booked cannot change unseen.

Promise: a statement's signature fits no other text and no other installation's key; what comes after the closing shows
as a difference to it, and corrections are added, never written over.

The key is derived from the root key under the label `report-closing` (HKDF); the signature is HMAC-SHA256 of the
statement's bytes, which are JSON with sorted names.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import msgspec

from gateway.billing.report.figures import Closing, Report
from gateway.storage.closings import ClosedMonth

LABEL: Final = "report-closing"
BY: Final = ("team", "cost_center", "provider", "model")
"""What the lines of a statement are of."""


class Statement(msgspec.Struct, frozen=True):
    """`billed` in nano-units of its currency."""

    month: str
    closed_at: float
    currency: str
    billed: int


class ForgedStatement(Exception):
    """Text and signature do not belong together, or to another month; `args` names the month."""


def closed(report: Report, key: bytes) -> ClosedMonth:
    """The statement of a report of one month by BY."""
    statement = msgspec.json.encode(
        {
            "month": report.first_month,
            "currency": report.currency,
            "timezone": report.timezone,
            "policy_version": report.policy_version,
            "closed_at": int(report.made_at),
            "lines": [
                {"key": line.key, "kind": line.kind, "name": line.name, **msgspec.structs.asdict(line.figures)}
                for line in report.lines
            ],
            "total": msgspec.structs.asdict(report.total),
        },
        order="deterministic",
    )
    signature = hmac.digest(key, statement, hashlib.sha256)
    return ClosedMonth(report.first_month, report.made_at, statement.decode(), signature)


def opened(kept: ClosedMonth, key: bytes) -> Statement:
    """What was signed; raises ForgedStatement."""
    if not hmac.compare_digest(hmac.digest(key, kept.statement.encode(), hashlib.sha256), kept.signature):
        raise ForgedStatement(kept.month)
    statement = msgspec.json.decode(kept.statement)
    if statement["month"] != kept.month:  # signed once, and put into another month's place
        raise ForgedStatement(kept.month)
    return Statement(kept.month, statement["closed_at"], statement["currency"], statement["total"]["billed"])


def compared(statement: Statement, now: Report) -> Closing:
    """What was signed beside what the month comes to now, in a report of it as statements are made."""
    return Closing(
        month=statement.month,
        closed_at=statement.closed_at,
        currency=statement.currency,
        billed=statement.billed,
        since=None if now.unconverted else now.total.billed - statement.billed,
    )
