"""`gateway report reprice` and `gateway report reconcile`: the books at other prices, and beside a provider's bill."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from gateway.billing.calendar import days_of
from gateway.billing.prices import SeededPriceBook
from gateway.billing.reconcile.compare import NoRate, Ours, Place, Reconciliation, compare
from gateway.billing.reconcile.decimals import Mark
from gateway.billing.reconcile.readers import BilledLine, NotAnExport, read_export, same_model
from gateway.billing.report.cells import amount, in_cents
from gateway.billing.repricing import Place as PricedPlace
from gateway.billing.repricing import Repricing, reprice
from gateway.cli.database import settings_to_write, with_database
from gateway.cli.output import print_json, print_table, remark, say
from gateway.cli.progress import Progress
from gateway.cli.recording import write_down_with
from gateway.cli.report import policy_of
from gateway.core.money import times
from gateway.core.policy import Policy
from gateway.settings import load_settings
from gateway.storage.costs import AlreadyAdjusted, adjust
from gateway.storage.engine import Connection, Engine
from gateway.storage.priced_rows import rows_between
from gateway.storage.tables import COST_METERS
from gateway.storage.usage_retention import kept_from

MARKS: Final[dict[str, Mark]] = {"point": ".", "comma": ","}

SHOWN = 40
"""Differences that a person is shown; `--json` has all."""


def repriced(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the month comes to something else than is recorded, and it is not corrected."""
    settings = load_settings(os.environ)
    policy = policy_of(settings)
    if arguments.month[0] != arguments.month[1]:
        remark("gateway: months are priced again one by one")
        return 2
    if arguments.apply and not arguments.reason:
        remark("gateway: --apply needs --reason: it is what the books will say")
        return 2
    if arguments.apply:
        settings = settings_to_write()

    async def work(engine: Engine) -> Repricing:
        with Progress("pricing") as progress:
            async with engine.connect() as connection:
                await _must_have(connection, days_of(arguments.month[0])[0])
                found = await reprice(connection, arguments.month[0], policy, SeededPriceBook(), progress)
        if arguments.apply and (corrections := found.corrections(arguments.reason, time.time())):
            after = {"reason": arguments.reason, "corrections": len(corrections), "digest": found.digest}
            async with engine.begin() as connection:
                await write_down_with(connection, "month.reprice", found.month, after=after)
                await adjust(connection, corrections)
        return found

    try:
        found = with_database(settings, work)
    except RowsGone as gone:
        return _report_rows_gone(gone)
    except AlreadyAdjusted:
        remark(f"gateway: somebody else corrected {arguments.month[0]} at the same time: look again what differs")
        return 1
    differing = {place: each for place, each in found.places.items() if each.difference}
    if arguments.json:
        print_json(
            {
                "month": found.month,
                "policy_version": policy.version,
                "digest": found.digest,
                "unpriced": found.unpriced,
                "applied": arguments.apply,
                "differences": [
                    {
                        "team": place[0],
                        "provider": place[6],
                        "model": place[7],
                        "currency": place[-1],
                        "recorded": f"{amount(each.recorded + each.adjusted):f}",
                        "now": f"{amount(each.now):f}",
                    }
                    for place, each in sorted(differing.items(), key=lambda item: tuple(map(str, item[0])))
                ],
            }
        )
    else:
        _show_repricing(found, differing)
    return 0 if arguments.apply or not differing else 1


def _show_repricing(found: Repricing, differing: Iterable[PricedPlace]) -> None:
    sums: dict[tuple[str, str, str], list[int]] = {}
    for place in differing:
        each = found.places[place]
        entry = sums.setdefault((place[6] or "-", place[7] or "-", place[-1] or "-"), [0, 0])
        entry[0] += each.recorded + each.adjusted
        entry[1] += each.now
    rows = [
        [provider, model, currency, in_cents(was), in_cents(now), in_cents(now - was, "+")]
        for (provider, model, currency), (was, now) in sorted(sums.items())
    ]
    if rows:
        print_table(("provider", "model", "currency", "recorded", "now", "difference"), rows)
    else:
        say(f"{found.month} comes to what is recorded.")
    if found.unpriced:
        say(f"{found.unpriced} rows have no price now and keep what they were charged.")
    say(f"digest {found.digest}")


def reconcile(arguments: argparse.Namespace) -> int:
    """Exit code 1 where something differs by more than rounding and time zones."""
    settings = load_settings(os.environ)
    policy = policy_of(settings)
    provider = policy.providers.get(arguments.provider)
    if provider is None:
        remark(f"gateway: {_why_not(arguments.provider, policy)}")
        return 2
    try:
        mark = None if arguments.decimals is None else MARKS[arguments.decimals]
        lines = read_export(arguments.file.read_bytes(), provider.kind, mark)
    except OSError as error:
        remark(f"gateway: {arguments.file}: {error.strerror}")
        return 2
    except NotAnExport as why:
        remark(f"gateway: {arguments.file}: {why}")
        return 2
    currency = arguments.currency or lines[0].currency

    async def work(engine: Engine) -> dict[Place, Ours]:
        with Progress("reading"):
            return await _ours(engine, arguments.provider, lines, currency, policy)

    try:
        found = compare(lines, with_database(settings, work), currency, policy.exchange)
    except RowsGone as gone:
        return _report_rows_gone(gone)
    except NoRate as missing:
        source, target, day = missing.args
        remark(f"gateway: there is no rate of {source} to {target} on {day}: state it in prices.exchange")
        return 1
    _show(found, arguments.json)
    return 0 if found.settled else 1


def _why_not(provider: str, policy: Policy) -> str:
    if provider in policy.disabled:
        return (
            f"the provider {provider!r} is disabled here: {policy.disabled[provider]}. "
            "Nobody is called for a report: any value will do"
        )
    named = ", ".join((*policy.providers, *policy.disabled))
    return f"there is no provider {provider!r}; the policies name {named}"


async def _ours(
    engine: Engine, provider: str, lines: list[BilledLine], currency: str, policy: Policy
) -> dict[Place, Ours]:
    """Our rows of the days of the export, in UTC as providers count."""
    start = _midnight(min(line.day for line in lines))
    end = _midnight(max(line.day for line in lines)) + 86_400
    found: dict[Place, Ours] = {}
    async with engine.connect() as connection:
        await _must_have(connection, min(line.day for line in lines))
        async for row in rows_between(connection, provider, start, end):
            day = datetime.fromtimestamp(row.at, UTC).date().isoformat()
            mine = found.setdefault((day, same_model(row.model or "")), Ours())
            mine.requests += 1
            fresh = max(row.input_tokens - row.cached_tokens - row.cache_write_tokens, 0)
            for place, count in enumerate((fresh, row.cached_tokens, row.cache_write_tokens, row.output_tokens)):
                mine.tokens[place] += count
            mine.estimates += row.estimated
            if row.cost_nano is None:
                continue
            ratio = policy.exchange.ratio(row.currency, currency, day)
            if ratio is None:
                raise NoRate(row.currency, currency, day)
            parts = [getattr(row, name) or 0 for name in COST_METERS]
            parts[0] += row.cost_nano - sum(parts)  # rows from before meters were kept
            *by_token, of_calls = parts
            for place, nano in enumerate(by_token):
                mine.nano[place] += times(nano, ratio)
                mine.estimated += times(nano, ratio) * row.estimated
            mine.calls += times(of_calls, ratio)
    return found


class RowsGone(Exception):
    """Policy keeps no single rows of these days any more; the text is the first day that has them."""


async def _must_have(connection: Connection, day: str) -> None:
    first = await kept_from(connection)
    if day < first:
        raise RowsGone(first)


def _report_rows_gone(gone: RowsGone) -> int:
    remark(f"gateway: single calls are kept from {gone} on (reporting.retention): of earlier days there are only sums")
    return 1


def _midnight(day: str) -> float:
    moment = date.fromisoformat(day)
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp()


def _show(found: Reconciliation, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "currency": found.currency,
                "ours": f"{amount(found.ours):f}",
                "theirs": f"{amount(found.theirs):f}",
                "amounts": found.amounts,
                "causes": {cause: f"{amount(nano):f}" for cause, nano in sorted(found.causes.items())},
                "estimates": found.estimates,
                "differences": [
                    {
                        "day": each.day,
                        "model": each.model,
                        "ours": f"{amount(each.ours):f}",
                        "theirs": f"{amount(each.theirs):f}",
                        "tokens_ours": each.tokens_ours,
                        "tokens_theirs": each.tokens_theirs,
                        "causes": {cause: f"{amount(nano):f}" for cause, nano in each.causes.items()},
                    }
                    for each in found.differences
                ],
            }
        )
        return
    say(f"ours {in_cents(found.ours)}, theirs {in_cents(found.theirs)} {found.currency}")
    if not found.amounts:
        say("The export holds tokens only: theirs are valued at what ours cost.")
    for cause, nano in sorted(found.causes.items(), key=lambda item: -abs(item[1])):
        say(f"  {cause}: {in_cents(nano, '+')} {found.currency}")
    if found.estimates:
        say(f"{found.estimates} calls were cut short, and their tokens are estimates of ours.")
    dearest = sorted(found.differences, key=lambda each: -abs(each.nano))[:SHOWN]
    if dearest:
        rows = [
            [
                each.day,
                each.model,
                in_cents(each.ours),
                in_cents(each.theirs),
                f"{each.tokens_ours:,}",
                "-" if each.tokens_theirs is None else f"{each.tokens_theirs:,}",
                ", ".join(f"{cause} {in_cents(nano, '+')}" for cause, nano in each.causes.items()),
            ]
            for each in dearest
        ]
        print_table(("day", "model", "ours", "theirs", "our tokens", "their tokens", "why"), rows)
    if len(found.differences) > SHOWN:
        say(f"{len(found.differences) - SHOWN} more: --json has all.")
