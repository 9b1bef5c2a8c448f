"""The texts of alerts: a call without a price, an answer that overran, a key that behaves unusually."""

from __future__ import annotations

from gateway.core.alerting import Alert
from gateway.core.anomaly import Restriction
from gateway.core.ports import UsageRow


def unpriced(row: UsageRow, day: str) -> Alert:
    """Once a day and model."""
    return Alert(
        key=f"unpriced/{row.provider}/{row.model}/{day}",
        at=row.at,
        title=f"Calls of {row.provider}/{row.model} leave no cost",
        text=f"A paid model used tools that are billed by the call ({', '.join(row.unpriced_calls)}), and the books "
        "have its tokens alone. State what such a call costs in prices.calls; `gateway report costs` lists these calls."
        if row.unpriced_calls
        else "A paid model was used and the books say nothing. State its price in prices.overrides, or "
        "look why the provider told no usage; `gateway report costs` lists these calls.",
    )


def overran(row: UsageRow, day: str) -> Alert:
    """Once a day and model."""
    return Alert(
        key=f"overran/{row.provider}/{row.model}/{day}",
        at=row.at,
        title=f"{row.provider}/{row.model} says more than it is allowed",
        text=f"An answer that was allowed {row.said_at_most} tokens was billed for {row.usage.output_tokens}. It is "
        "posted in full, and may overrun a budget, which then refuses what comes next. Ask the provider why.",
    )


def unusual(found: Restriction, now: float) -> Alert:
    """Once a key, hour and grade."""
    return Alert(
        key=f"key-unusual/{found.key_id}/{found.since:.0f}/{found.grade}",
        at=now,
        title=f"Key {found.key_id} of team {found.team} behaves unusually: {found.grade}",
        text="\n".join([*found.evidence, f"gateway keys release {found.key_id} lets it go on."]),
    )
