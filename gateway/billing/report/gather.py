"""A report from the database: all of it from one moment's data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.billing.agreements import Use, earliest_day
from gateway.billing.calendar import days_of, months_between
from gateway.billing.closing import compared
from gateway.billing.report.build import Question, build_report, dimensions_of
from gateway.billing.report.figures import Held, Report
from gateway.billing.uses import BY, SUMS, uses_of
from gateway.core.jobs import Job
from gateway.core.policy import Policy
from gateway.storage.closings import closed_months
from gateway.storage.costs import adjustments_of, cost_groups, snapshot
from gateway.storage.jobs import jobs_within
from gateway.storage.usage import LAST_INSTANT

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
        uses = uses_of(await cost_groups(connection, start, last, BY, sums=SUMS))
    told(2, STEPS)
    adjustments = await adjustments_of(connection, question.first_month, question.last_month)
    report = build_report(question, policy, groups, uses, adjustments)
    told(3, STEPS)
    held = _held(await jobs_within(connection, None, 0.0, LAST_INSTANT), first, last, question.currency, policy)
    kept = await closed_months(connection, question.first_month, question.last_month)
    closings = [compared(each, report, closing_key) for each in kept]
    return msgspec.structs.replace(report, closings=closings, held=held)


def _held(jobs: Iterable[Job], first_day: str, last_day: str, currency: str, policy: Policy) -> Held:
    """What has no price, or no rate to the currency, counts as a job and as no money."""
    asked = [job for job in jobs if first_day <= policy.reporting.day_of(job.at) <= last_day]
    amounts = [None if job.held is None else policy.exchange.convert(job.held, currency, job.at) for job in asked]
    return Held(len(asked), sum(money.nano for money in amounts if money is not None))
