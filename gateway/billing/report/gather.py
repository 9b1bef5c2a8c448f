"""A report from the database: all of it from one moment's data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from gateway.billing.agreements import Use, earliest_day
from gateway.billing.calendar import days_of, months_between
from gateway.billing.closing import BY as BY_CLOSED
from gateway.billing.closing import Statement, compared, opened
from gateway.billing.report.build import Question, build_report, dimensions_of
from gateway.billing.report.figures import Closing, Held, Report
from gateway.billing.uses import BY, SUMS, uses_of
from gateway.core.jobs import Job
from gateway.core.policy import Policy
from gateway.storage.closings import closed_months
from gateway.storage.costs import Adjustment, adjustments_of, cost_groups, snapshot
from gateway.storage.engine import Connection
from gateway.storage.jobs import jobs_within
from gateway.storage.usage import LAST_INSTANT

STEPS: Final = 4


async def gather(
    connection: Connection,
    question: Question,
    policy: Policy,
    closing_key: bytes | None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Report:
    """Raises billing.agreements.NoRate, billing.closing.ForgedStatement; database errors pass through.

    `closing_key`: None leaves out what months were closed with. `progress(done, of)` after each step.
    """
    connection = await snapshot(connection)
    first, last = days_of(question.first_month)[0], days_of(question.last_month)[1]
    groups = await cost_groups(connection, first, last, dimensions_of(question, policy))
    progress(1, STEPS)
    uses: list[Use] = []
    if policy.agreements:
        months = months_between(question.first_month, question.last_month)
        start = min(earliest_day(policy.agreements, month) for month in months)
        uses = uses_of(await cost_groups(connection, start, last, BY, sums=SUMS))
    progress(2, STEPS)
    adjustments = await adjustments_of(connection, question.first_month, question.last_month)
    report = build_report(question, policy, groups, uses, adjustments)
    progress(3, STEPS)
    held = _held(await jobs_within(connection, None, 0.0, LAST_INSTANT), first, last, question.currency, policy)
    closings: list[Closing] = []
    if closing_key is not None:
        for each in await closed_months(connection, question.first_month, question.last_month):
            statement = opened(each, closing_key)
            closings.append(await _compared(connection, statement, question, policy, uses, adjustments))
    return msgspec.structs.replace(report, closings=closings, held=held)


async def _compared(
    connection: Connection,
    statement: Statement,
    question: Question,
    policy: Policy,
    uses: Sequence[Use],
    adjustments: Sequence[Adjustment],
) -> Closing:
    """By the groups and in the currency of the statement: by others, roundings would show as a difference."""
    month = statement.month
    asked = msgspec.structs.replace(
        question, first_month=month, last_month=month, by=BY_CLOSED, currency=statement.currency
    )
    groups = await cost_groups(connection, *days_of(month), dimensions_of(asked, policy))
    own = [each for each in adjustments if each.month == month]
    return compared(statement, build_report(asked, policy, groups, uses, own))


def _held(jobs: Iterable[Job], first_day: str, last_day: str, currency: str, policy: Policy) -> Held:
    """What has no price, or no rate to the currency, counts as a job and as no money."""
    dated = [(job, policy.reporting.day_of(job.at)) for job in jobs]
    asked = [(job, day) for job, day in dated if first_day <= day <= last_day]
    amounts = [None if job.held is None else policy.exchange.convert(job.held, currency, day) for job, day in asked]
    return Held(len(asked), sum(money.nano for money in amounts if money is not None))
