"""A report from the database: all of it from one moment's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.billing.agreements import Use, earliest_day
from gateway.billing.calendar import days_of, months_between
from gateway.billing.closing import compared
from gateway.billing.report.build import Question, build_report, dimensions_of
from gateway.billing.report.figures import Report
from gateway.core.policy import Policy
from gateway.storage.closings import closed_months
from gateway.storage.costs import adjustments_of, cost_groups, snapshot

STEPS: Final = 4


async def gather(
    connection: AsyncConnection,
    question: Question,
    policy: Policy,
    closing_key: bytes,
    told: Callable[[int, int], None] = lambda *_: None,
) -> Report:
    """Raises billing.agreements.NoRate, billing.closing.ForgedStatement; database errors pass through.

    `told(done, of)` after each step.
    """
    connection = await snapshot(connection)
    first, last = days_of(question.first_month)[0], days_of(question.last_month)[1]
    groups = await cost_groups(connection, first, last, dimensions_of(question, policy))
    told(1, STEPS)
    uses: list[Use] = []
    if policy.agreements:
        months = months_between(question.first_month, question.last_month)
        start = min(earliest_day(policy.agreements, month) for month in months)
        by, wanted = ("local_day", "provider", "model"), ("cost_nano", "input_tokens", "output_tokens")
        for group in await cost_groups(connection, start, last, by, sums=wanted):
            sums, key = group.sums, group.key
            if key["provider"] is not None and key["currency"] is not None:
                uses.append(
                    Use(
                        key["provider"],
                        key["model"] or "",
                        key["local_day"] or "",
                        key["currency"],
                        sums["cost_nano"],
                        sums["input_tokens"] + sums["output_tokens"],
                    )
                )
    told(2, STEPS)
    adjustments = await adjustments_of(connection, question.first_month, question.last_month)
    report = build_report(question, policy, groups, uses, adjustments)
    told(3, STEPS)
    kept = await closed_months(connection, question.first_month, question.last_month)
    return msgspec.structs.replace(report, closings=[compared(each, report, closing_key) for each in kept])
