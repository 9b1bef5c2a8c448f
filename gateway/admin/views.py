"""What may be looked at: teams, the policy in force, why it decides, replicas, and what administrators did."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler

from gateway.admin.context import AdminContext, moment, seconds_of
from gateway.admin.guards import reads, require
from gateway.admin.parameters import AfterEntry, Limit, Moment, Name, Team, TeamName
from gateway.admin.refusals import Refusal
from gateway.core.administration import Actor, AdminEntry, Right
from gateway.core.engines import ServerShown
from gateway.core.identity import Principal
from gateway.policy.explain import Explanation

SEEN_SECONDS: Final = 30.0
"""A replica that has said nothing for longer is shown as silent."""


class TeamShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a team's own lines say; null: nothing, so that what the organisation permits holds."""

    name: str
    cost_center: str | None
    models: list[str] | None
    regions: list[str] | None
    operators: list[str] | None


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


class EngineList(msgspec.Struct, frozen=True):
    """As the replica sees them that answers; each asks for itself, every two seconds."""

    engines: list[ServerShown]


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
    """`next`: what `after` is for the next page; null: that was the last."""

    entries: list[EntryShown]
    next: str | None


def view_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""
    return [*_policy_routes(context), *_running_routes(context)]


def _policy_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @reads(context.authenticator, "/teams", Right.TEAMS_READ)
    async def list_teams(request: Request[Actor, Any, Any]) -> TeamList:
        """The teams of the policy in force, as far as you may see them."""
        allowed = request.user.teams_with(Right.TEAMS_READ)
        return TeamList(
            [
                TeamShown(
                    name=team.name,
                    cost_center=team.cost_center,
                    models=None if team.models is None else list(team.models),
                    regions=None if team.regions is None else sorted(team.regions),
                    operators=None if team.operators is None else sorted(team.operators),
                )
                for team in context.policies.current.teams.values()
                if allowed is None or team.name in allowed
            ]
        )

    @reads(context.authenticator, "/teams/{team:str}/explain", Right.TEAMS_READ)
    async def explain(
        request: Request[Actor, Any, Any], team: TeamName, model: Name, operation: Name = "chat", key: Team = None
    ) -> Explanation:
        """What would become of a request of this team, and which line of the policy decides it."""
        require(request.user, Right.TEAMS_READ, team)
        if context.explain is None:
            raise Refusal(404, "not_from_files", "This gateway's policy comes from no folder, so no line decides it.")
        try:
            return await context.explain(Principal(key_id=key or "", team=team, name=key), model, operation)
        except KeyError:
            raise Refusal(
                404, "no_such_team", "The policies name no such team: GET /admin/v1/teams lists those that you may see."
            ) from None

    @reads(context.authenticator, "/policy", Right.POLICY_READ)
    async def show_policy() -> PolicyShown:
        """The policy in force on this replica."""
        policy = context.policies.current
        return PolicyShown(
            version=policy.version,
            trouble=context.policy_trouble(),
            teams=len(policy.teams),
            models=sorted(policy.models),
            providers={name: provider.region for name, provider in policy.providers.items()},
            disabled=policy.disabled,
        )

    return [list_teams, explain, show_policy]


def _running_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @reads(context.authenticator, "/replicas", Right.REPLICAS_READ)
    async def list_replicas() -> ReplicaList:
        """The processes that serve, as they last said themselves."""
        now = context.clock.now()
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
                for each in await context.replicas.all()
            ]
        )

    @reads(context.authenticator, "/engines", Right.REPLICAS_READ)
    async def list_engines() -> EngineList:
        """The local inference servers: whether they are ready, how busy, and which models they have."""
        return EngineList(context.servers())

    @reads(context.authenticator, "/log", Right.LOG_READ)
    async def show_log(before: Moment = None, after: AfterEntry = None, limit: Limit = 100) -> LogPage:
        """What administrators did, newest first. The next page is what follows `after`, the id of this one's last
        entry, which `next` is: by `before` it might lack one of the same millisecond.
        """
        bound = None if before is None else seconds_of(before, 0.0)
        try:
            found = await context.recorded.newest(limit + 1, bound, after)
        except KeyError:
            raise Refusal(
                404, "no_such_entry", "No entry has this id: send as `after` what the page before had as `next`."
            ) from None
        return LogPage(list(map(_entry, found[:limit])), found[limit - 1].id if len(found) > limit else None)

    return [list_replicas, list_engines, show_log]


def _entry(entry: AdminEntry) -> EntryShown:
    return EntryShown(**{**msgspec.structs.asdict(entry), "at": moment(entry.at)})
