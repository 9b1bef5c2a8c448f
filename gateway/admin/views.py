"""What may be looked at: teams, the policy in force, usage, costs, replicas, and the log of what administrators did."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from msgspec import UNSET, UnsetType

from gateway.admin.desk import Desk, moment, seconds_of
from gateway.admin.guards import forbidden, reads, require
from gateway.admin.keys import TEXT, Limit, Team
from gateway.admin.refusals import Refusal
from gateway.billing.agreements import NoRate
from gateway.billing.calendar import month_of
from gateway.billing.closing import ForgedStatement
from gateway.billing.report.cells import amount
from gateway.billing.report.figures import Line
from gateway.core.administration import Actor, AdminEntry, Right
from gateway.core.identity import Principal
from gateway.policy.explain import Explanation
from gateway.storage.usage_pages import UsageLine

MONTH_SECONDS: Final = 31 * 86_400.0
SEEN_SECONDS: Final = 30.0
"""A replica that has said nothing for longer is shown as silent."""

TeamName = Annotated[str, PathParameter(min_length=1, max_length=255)]
Name = Annotated[str, QueryParameter(min_length=1, max_length=255)]
Month = Annotated[str | None, QueryParameter(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", schema_extra=TEXT)]
Moment = Annotated[datetime | None, QueryParameter(schema_extra={**TEXT, "format": "date-time"})]
After = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{1,18}_[0-9A-Za-z_-]{1,512}$", schema_extra=TEXT)]


class TeamShown(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    cost_center: str | None
    models: list[str]
    regions: list[str] | None


class TeamList(msgspec.Struct, frozen=True):
    teams: list[TeamShown]


class PolicyShown(msgspec.Struct, frozen=True, kw_only=True):
    """`trouble`: why the folder's present content is not in force; null: it is."""

    version: str
    trouble: str | None
    teams: int
    models: list[str]
    providers: dict[str, str]
    """Name -> region."""
    disabled: dict[str, str]


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
    user: str | UnsetType | None = UNSET
    cost: str | UnsetType | None = UNSET


class UsagePage(msgspec.Struct, frozen=True):
    """`next`: what `after` is for the next page; null: that was the last."""

    usage: list[UsageShown]
    next: str | None


class SpendShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a team's calls came to, or a fee or a correction that is the team's. Amounts are decimal texts.

    `billed`: what is invoiced; `effective`: with each fee shared out to the usage that it is for. `unpriced` counts
    calls that no sum holds.
    """

    team: str | None
    kind: str
    requests: int
    input_tokens: int
    output_tokens: int
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


class ReplicaShown(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    version: str
    policy_version: str
    started_at: str | None
    seen_at: str | None
    silent: bool
    problems: list[str]


class ReplicaList(msgspec.Struct, frozen=True):
    replicas: list[ReplicaShown]


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: str | None
    actor: str
    proof: str
    action: str
    object: str
    team: str | None
    outcome: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class LogPage(msgspec.Struct, frozen=True):
    entries: list[EntryShown]


def view_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""

    @reads(desk.door, "/teams", Right.TEAMS_READ)
    async def list_teams(request: Request[Actor, Any, Any]) -> TeamList:
        """The teams of the policy in force, as far as you may see them."""
        allowed = request.user.teams_with(Right.TEAMS_READ)
        return TeamList(
            [
                TeamShown(
                    name=team.name,
                    cost_center=team.cost_center,
                    models=list(team.models or ()),
                    regions=None if team.regions is None else sorted(team.regions),
                )
                for team in desk.policies.current.teams.values()
                if allowed is None or team.name in allowed
            ]
        )

    @reads(desk.door, "/teams/{team:str}/explain", Right.TEAMS_READ)
    async def explain(
        request: Request[Actor, Any, Any], team: TeamName, model: Name, operation: Name = "chat", key: Team = None
    ) -> Explanation:
        """What would become of a request of this team, and which line of the policy decides it."""
        require(request.user, Right.TEAMS_READ, team)
        if desk.explain is None:
            raise Refusal(404, "not_from_files", "This gateway's policy comes from no folder, so no line decides it.")
        try:
            return await desk.explain(Principal(key_id=key or "", team=team, name=key), model, operation)
        except KeyError:
            raise Refusal(404, "no_such_team", "The policies name no such team.") from None

    @reads(desk.door, "/policy", Right.POLICY_READ)
    async def show_policy() -> PolicyShown:
        """The policy in force on this replica."""
        policy = desk.policies.current
        return PolicyShown(
            version=policy.version,
            trouble=desk.policy_trouble(),
            teams=len(policy.teams),
            models=sorted(policy.models),
            providers={name: provider.region for name, provider in policy.providers.items()},
            disabled=policy.disabled,
        )

    @reads(desk.door, "/usage", Right.USAGE_READ)
    async def list_usage(
        request: Request[Actor, Any, Any],
        team: Team = None,
        since: Moment = None,
        until: Moment = None,
        after: After = None,
        limit: Limit = 100,
    ) -> UsagePage:
        """Requests, newest first, without content; of the last 31 days where nothing else is said."""
        start, end = _span(desk, since, until)
        found = await desk.usage.newest(
            limit + 1, teams=_teams(request.user, team, Right.USAGE_READ), since=start, until=end, after=_mark(after)
        )
        shown = [_usage(request.user, line) for line in found[:limit]]
        last = found[limit - 1] if len(found) > limit else None
        return UsagePage(shown, None if last is None else f"{round(last.at * 1_000_000)}_{last.request_id}")

    @reads(desk.door, "/costs", Right.COSTS_READ)
    async def sum_costs(request: Request[Actor, Any, Any], team: Team = None, month: Month = None) -> CostsShown:
        """What a month cost, by team; of this month where nothing else is said."""
        teams = _teams(request.user, team, Right.COSTS_READ)
        try:
            report = await desk.costs(month or month_of(desk.policies.current.reporting.day_of(desk.clock.now())))
        except NoRate:
            raise Refusal(
                409, "no_exchange_rate", "The policies lack an exchange rate that an agreement needs."
            ) from None
        except ForgedStatement:
            raise Refusal(
                409, "forged_statement", "The closed month's statement is not the one that was signed."
            ) from None
        return CostsShown(
            month=report.first_month,
            currency=report.currency,
            timezone=report.timezone,
            whole=not report.unconverted and not report.unpriced,
            spend=[_spend(line) for line in report.lines if teams is None or line.key[0] in teams],
        )

    @reads(desk.door, "/replicas", Right.REPLICAS_READ)
    async def list_replicas() -> ReplicaList:
        """The processes that serve, as they last said themselves."""
        now = desk.clock.now()
        return ReplicaList(
            [
                ReplicaShown(
                    id=each.id,
                    version=each.version,
                    policy_version=each.policy_version,
                    started_at=moment(each.started_at),
                    seen_at=moment(each.seen_at),
                    silent=now - each.seen_at > SEEN_SECONDS,
                    problems=list(each.problems),
                )
                for each in await desk.replicas.all()
            ]
        )

    @reads(desk.door, "/log", Right.LOG_READ)
    async def show_log(before: Moment = None, limit: Limit = 100) -> LogPage:
        """What administrators did, newest first."""
        bound = None if before is None else seconds_of(before, 0.0)
        return LogPage([_entry(entry) for entry in await desk.recorded.newest(limit, bound)])

    return [list_teams, explain, show_policy, list_usage, sum_costs, list_replicas, show_log]


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
        billed=str(amount(figures.billed)),
        effective=str(amount(figures.effective)),
        unpriced=figures.unpriced,
    )


def _span(desk: Desk, since: datetime | None, until: datetime | None) -> tuple[float, float]:
    end = seconds_of(until, desk.clock.now() + 1)
    start = seconds_of(since, end - MONTH_SECONDS)
    if not 0 <= start <= end <= 1e11:
        raise Refusal(400, "invalid_request", "`since` must not be after `until`.")
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


def _entry(entry: AdminEntry) -> EntryShown:
    return EntryShown(**{**msgspec.structs.asdict(entry), "at": moment(entry.at)})
