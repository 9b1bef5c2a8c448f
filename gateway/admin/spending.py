"""Usage and costs: requests in pages, and what a month came to, as reports have it.

Invariants
- A row of a team where the actor may not read it is never asked for.
- What may not be read of a row (who, and for how much) is left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, UnsetType

from gateway.admin.context import AdminContext, moment, seconds_of
from gateway.admin.guards import forbidden, reads
from gateway.admin.parameters import AfterLine, Limit, Moment, Month, Team
from gateway.admin.refusals import Refusal
from gateway.billing.agreements import NoRate
from gateway.billing.calendar import month_of
from gateway.billing.closing import ForgedStatement
from gateway.billing.report.cells import amount
from gateway.billing.report.figures import Line
from gateway.core.administration import Actor, Right
from gateway.storage.usage_pages import UsageLine

MONTH_SECONDS: Final = 31 * 86_400.0


class UsageShown(msgspec.Struct, frozen=True, kw_only=True):
    """One request, without content. What you may not read is left out."""

    request_id: str
    at: str | None
    key_id: str
    team: str
    operation: str
    model_asked: str | None
    provider: str | None
    model: str | None
    region: str | None
    status: str
    http_status: int
    error_code: str | None
    input_tokens: int
    output_tokens: int
    policy_version: str | None
    calls_by_kind: str | None
    user: str | UnsetType | None = UNSET
    cost: str | UnsetType | None = UNSET


class UsagePage(msgspec.Struct, frozen=True):
    """`next`: what `after` is for the next page; null: that was the last."""

    usage: list[UsageShown]
    next: str | None


class SpendShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a team's calls came to, or a fee or a correction that is the team's. Amounts are decimal texts.

    `billed_calls`: of tools that providers run. `billed`: what is invoiced; `effective`: with each fee shared out to
    the usage that it is for. `unpriced` counts calls that no sum holds.
    """

    team: str | None
    kind: str
    requests: int
    input_tokens: int
    output_tokens: int
    billed_calls: int
    billed: str
    effective: str
    unpriced: int


class CostsShown(msgspec.Struct, frozen=True, kw_only=True):
    """As `gateway report costs --by team` has it. `whole`: no sum lacks a price or an exchange rate."""

    month: str
    currency: str
    timezone: str
    whole: bool
    spend: list[SpendShown]


def spending_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""

    @reads(context.authenticator, "/usage", Right.USAGE_READ)
    async def list_usage(
        request: Request[Actor, Any, Any],
        team: Team = None,
        since: Moment = None,
        until: Moment = None,
        after: AfterLine = None,
        limit: Limit = 100,
    ) -> UsagePage:
        """Requests, newest first, without content; of the last 31 days where nothing else is said."""
        start, end = _span(context, since, until)
        found = await context.usage.newest(
            limit + 1, teams=_teams(request.user, team, Right.USAGE_READ), since=start, until=end, after=_mark(after)
        )
        shown = [_usage(request.user, line) for line in found[:limit]]
        last = found[limit - 1] if len(found) > limit else None
        return UsagePage(shown, None if last is None else f"{round(last.at * 1_000_000)}_{last.request_id}")

    @reads(context.authenticator, "/costs", Right.COSTS_READ)
    async def sum_costs(request: Request[Actor, Any, Any], team: Team = None, month: Month = None) -> CostsShown:
        """What a month cost, by team; of this month where nothing else is said."""
        teams = _teams(request.user, team, Right.COSTS_READ)
        try:
            report = await context.costs(
                month or month_of(context.policies.current.reporting.day_of(context.clock.now()))
            )
        except NoRate:
            raise Refusal(
                409,
                "no_exchange_rate",
                "The policies lack an exchange rate that an agreement needs: state it in `prices.exchange`.",
            ) from None
        except ForgedStatement:
            raise Refusal(
                409,
                "forged_statement",
                "The closed month's statement is not the one that was signed: restore it from a back-up.",
            ) from None
        return CostsShown(
            month=report.first_month,
            currency=report.currency,
            timezone=report.timezone,
            whole=not report.unconverted and not report.unpriced,
            spend=[_spend(line) for line in report.lines if teams is None or line.key[0] in teams],
        )

    return [list_usage, sum_costs]


def _teams(actor: Actor, team: str | None, right: Right) -> frozenset[str] | None:
    if team is None:
        return actor.teams_with(right)
    if not actor.may(right, team):
        raise forbidden(right)
    return frozenset({team})


def _spend(line: Line) -> SpendShown:
    figures = line.figures
    return SpendShown(
        team=line.key[0],
        kind=line.kind,
        requests=figures.requests,
        input_tokens=figures.input_tokens,
        output_tokens=figures.output_tokens,
        billed_calls=figures.billed_calls,
        billed=str(amount(figures.billed)),
        effective=str(amount(figures.effective)),
        unpriced=figures.unpriced,
    )


def _span(context: AdminContext, since: datetime | None, until: datetime | None) -> tuple[float, float]:
    end = seconds_of(until, context.clock.now() + 1)
    start = seconds_of(since, end - MONTH_SECONDS)
    if not 0 <= start <= end <= 1e11:
        raise Refusal(400, "invalid_request", "`since` must not be after `until`, nor either before 1970.")
    return start, end


def _mark(after: str | None) -> tuple[float, str] | None:
    if after is None:
        return None
    at, _, request_id = after.partition("_")
    return int(at) / 1_000_000, request_id


def _usage(actor: Actor, line: UsageLine) -> UsageShown:
    seen: dict[str, Any] = {}
    if actor.may(Right.PERSONS_READ, line.team):
        seen["user"] = line.user
    if actor.may(Right.COSTS_READ, line.team):
        seen["cost"] = None if line.cost is None else str(line.cost)
    hidden = {"user", "cost", "at"}
    kept = {name: getattr(line, name) for name in UsageLine.__struct_fields__ if name not in hidden}
    return UsageShown(**kept, at=moment(line.at), **seen)
