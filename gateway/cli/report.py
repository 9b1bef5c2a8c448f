"""`gateway report …`: what finance does.

Invariants
- A report is read from one moment's data, with the policy that is in the folder now; what a call cost is as it was
  written with the call.
- Exit code 1 where a report is not whole (no exchange rate) or raises an alarm; it is written all the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Final

from gateway.billing.agreements import NoRate
from gateway.billing.calendar import days_of
from gateway.billing.closing import BY as CLOSED_BY
from gateway.billing.closing import LABEL, ForgedStatement, closed
from gateway.billing.report import focus
from gateway.billing.report.build import Question
from gateway.billing.report.cells import cents, is_urgent, notes
from gateway.billing.report.figures import Report
from gateway.billing.report.gather import gather
from gateway.cli.database import settings_to_write, with_database
from gateway.cli.output import print_json, put, remark, say
from gateway.cli.progress import Progress
from gateway.cli.recording import write_down_with
from gateway.core.policy import Policy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy
from gateway.settings import ConfigurationError, Settings, load_settings
from gateway.storage.closings import AlreadyClosed, close_month, closed_months
from gateway.storage.engine import Engine

BINARY: Final = frozenset({"xlsx", "parquet"})


def costs(arguments: argparse.Namespace) -> int:
    if arguments.format in BINARY and arguments.out is None and sys.stdout is not None and sys.stdout.isatty():
        remark(f"gateway: {arguments.format} is not for a terminal: name a file with --out")
        return 2
    settings = load_settings(os.environ)
    policy = policy_of(settings)
    by = focus.BY if arguments.format == "focus" else arguments.by
    report = _gathered(settings, policy, arguments.month, by, arguments.currency)
    if report is None:
        return 1
    written = rendered(report, arguments.format)
    if arguments.out is not None:
        try:
            arguments.out.write_bytes(written)
        except OSError as error:
            remark(f"gateway: {arguments.out} cannot be written: {error.strerror}")
            return 2
        remark(f"{arguments.out}: {len(report.lines)} lines, {cents(report.total.billed):,} {report.currency} billed")
    elif arguments.format == "table":
        for line in written.decode().splitlines():
            say(line)
    else:
        put(written)
    if arguments.out is not None or arguments.format != "table":  # a table on a screen says it itself
        for note in filter(is_urgent, notes(report)):
            remark(note)
    return 1 if report.unconverted or report.unpriced else 0


def close(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    policy = policy_of(settings)
    month = arguments.month[0]
    if arguments.month[0] != arguments.month[1]:
        remark("gateway: months are closed one by one")
        return 2
    if policy.reporting.day_of(time.time()) <= days_of(month)[1]:
        remark(f"gateway: {month} is not over yet in {policy.reporting.timezone}")
        return 1
    settings = settings_to_write()
    report = _gathered(settings, policy, arguments.month, CLOSED_BY, None)
    if report is None:
        return 1
    if report.unconverted or report.unpriced:
        remark(f"gateway: {month} is not whole: `gateway report costs --month {month}` tells what is missing")
        return 1
    if report.held.jobs:
        remark(
            f"gateway: {report.held.jobs} batches that were asked for in {month} have not ended, and are charged to "
            "it: close the month when they have"
        )
        return 1
    kept = closed(report, settings.key_for(LABEL))

    signature = kept.signature.hex()
    billed = f"{cents(report.total.billed):,} {report.currency}"
    after = {"billed": billed, "lines": len(report.lines), "signature": signature}

    async def keep(engine: Engine) -> None:
        async with engine.begin() as connection:
            await write_down_with(connection, "month.close", month, after=after)
            await close_month(connection, kept)

    try:
        with_database(settings, keep)
    except AlreadyClosed:
        remark(f"gateway: {month} is closed already; corrections are added with `gateway report reprice --apply`")
        return 1
    if arguments.json:
        print_json({"month": month, **after})
    else:
        say(f"{month} is closed with {billed} billed, in {len(report.lines)} lines; signature {signature}")
    return 0


def rendered(report: Report, form: str) -> bytes:
    """The report in that form. What one form needs is imported for it alone."""
    match form:
        case "table":
            from gateway.billing.report.table import table

            return "\n".join(table(report)).encode()
        case "csv":
            from gateway.billing.report.plain import as_csv

            return as_csv(report)
        case "json":
            from gateway.billing.report.plain import as_json

            return as_json(report)
        case "html":
            from gateway.billing.report.html import as_html

            return as_html(report)
        case "xlsx":
            from gateway.billing.report.xlsx import as_xlsx

            return as_xlsx(report)
        case "parquet":
            from gateway.billing.report.parquet import as_parquet

            return as_parquet(report)
        case "focus":
            return focus.as_focus(report)
        case _:
            raise AssertionError(form)


def policy_of(settings: Settings) -> Policy:
    """The folder's; raises ConfigurationError."""
    try:
        return load_policy(Path(settings.policies), os.environ)
    except PolicyErrors as broken:
        raise ConfigurationError("GATEWAY_POLICIES", str(broken.errors[0])) from None


def _gathered(
    settings: Settings, policy: Policy, months: tuple[str, str], by: tuple[str, ...], currency: str | None
) -> Report | None:
    now = time.time()
    question = Question(
        first_month=months[0],
        last_month=months[1],
        by=by,
        currency=currency or policy.reporting.currency,
        today=policy.reporting.day_of(now),
        made_at=now,
    )

    async def work(engine: Engine) -> Report:
        with Progress("reading") as progress:
            async with engine.connect() as connection:
                if settings.root_key is not None:
                    return await gather(connection, question, policy, settings.key_for(LABEL), progress)
                unproved = await gather(connection, question, policy, None, progress)
                shut.update(each.month for each in await closed_months(connection, *months))
                return unproved

    shut: set[str] = set()
    try:
        report = with_database(settings, work)
    except NoRate as missing:
        source, target, day = missing.args
        remark(f"gateway: an agreement needs the rate of {source} to {target} on {day}: state it in prices.exchange")
    except ForgedStatement as forged:
        remark(f"gateway: the statement of {forged} does not carry this installation's signature: it was changed")
    else:
        if shut:
            remark(f"gateway: without the root key nobody can tell what {', '.join(sorted(shut))} was closed with")
        return report
    return None
