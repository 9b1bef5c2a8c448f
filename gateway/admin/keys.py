"""Virtual keys over the API: listed, issued, rotated, revoked.

Invariants
- A key's text stands in the answer that made it, and nowhere else: not in the log, not in a list.
- Nobody grants more than he has: a key is of a team in which the actor may issue, for models that the team may use, and
  without an end only by who may issue such.
- A field that the actor may not read is left out of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType

from gateway.admin.context import AdminContext, moment
from gateway.admin.guards import forbidden, reads, require, writes
from gateway.admin.parameters import AfterKey, Duration, EmptyBody, Grace, KeyId, Label, Limit, Team
from gateway.admin.refusals import Refusal
from gateway.core.administration import Actor, Right
from gateway.core.networks import canonical
from gateway.core.policy import Policy, matches
from gateway.core.safe_echo import shown
from gateway.policy.units import parse_duration
from gateway.storage.keys import Issued, KeyMissing, KeyNotLive, KeyRecord

DEFAULT_EXPIRY: Final = "90d"
LONGEST_EXPIRY: Final = 10 * 366 * 86_400.0


class KeyOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made. `models` and `networks` left out: all of the team's, from anywhere."""

    team: Label
    name: Label | None = None
    user: Label | None = None
    expires: Duration = DEFAULT_EXPIRY
    models: Annotated[list[Label], Meta(min_length=1, max_length=64)] | None = None
    networks: Annotated[list[Label], Meta(min_length=1, max_length=64)] | None = None


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`grace`: how long the secret before stays good, at most 24h."""

    grace: Grace = "24h"


class KeyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A key without its secret."""

    id: str
    team: str
    name: str | None
    state: str
    created_at: str | None
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    previous_secret_until: str | None
    models: list[str] | None
    networks: list[str] | None
    user: str | UnsetType | None = UNSET


class KeyIssued(KeyShown, frozen=True, kw_only=True):
    """A key with its text, which is shown this once."""

    key: str


class KeyPage(msgspec.Struct, frozen=True):
    """`next`: what `after` is for the next page; null: that was the last."""

    keys: list[KeyShown]
    next: str | None


def key_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""
    return [*_reading_routes(context), *_writing_routes(context)]


def _reading_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @reads(context.authenticator, "/keys", Right.KEYS_READ)
    async def list_keys(
        request: Request[Actor, Any, Any], team: Team = None, after: AfterKey = None, limit: Limit = 100
    ) -> KeyPage:
        """Keys by their ids, of one team or of all that you may see."""
        actor = request.user
        if team is not None:
            require(actor, Right.KEYS_READ, team)
        teams = actor.teams_with(Right.KEYS_READ) if team is None else [team]
        found = await context.keys.page(limit + 1, teams=teams, after=after)
        shown = [_shown(context, actor, record) for record in found[:limit]]
        return KeyPage(shown, found[limit - 1].id if len(found) > limit else None)

    @reads(context.authenticator, "/keys/{key_id:str}", Right.KEYS_READ)
    async def get_key(request: Request[Actor, Any, Any], key_id: KeyId) -> KeyShown:
        """One key."""
        return _shown(context, request.user, await _found(context, request.user, key_id, Right.KEYS_READ))

    return [list_keys, get_key]


def _writing_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    @writes(context.authenticator, "/keys", Right.KEYS_ISSUE, status_code=201)
    async def issue_key(request: Request[Actor, Any, Any], data: JSONBody[KeyOrder]) -> KeyIssued:
        """Make a key. Its text is in this answer and never again."""
        actor, now = request.user, context.clock.now()
        require(actor, Right.KEYS_ISSUE, data.team)
        _require_printable(data)
        models, networks = _models(context.policies.current, data), _networks(data)
        expires_at, key = _expiry(actor, data, now), context.issuer.mint()

        async def work() -> Issued:
            return await context.issuer.create(
                team=data.team,
                user=data.user,
                name=data.name,
                now=now,
                expires_at=expires_at,
                models=models,
                networks=networks,
                key=key,
            )

        after = {**msgspec.to_builtins(data), "expires_at": moment(expires_at)}
        issued = await context.write(actor, "key.issue", key.id, work, team=data.team, after=after)
        await context.announce(issued.record.id)
        return _issued(context, actor, issued)

    @writes(context.authenticator, "/keys/{key_id:str}/rotate", Right.KEYS_ROTATE)
    async def rotate_key(request: Request[Actor, Any, Any], key_id: KeyId, data: JSONBody[Rotation]) -> KeyIssued:
        """A new secret under the same id; the one before stays good for the time of grace."""
        actor, now, grace = request.user, context.clock.now(), parse_duration(data.grace)
        if grace > 86_400:
            raise Refusal(400, "invalid_request", "`grace` is at most 24h: two secrets for longer are two keys.")
        record = await _found(context, actor, key_id, Right.KEYS_ROTATE)
        if record.state(now) != "live":
            raise Refusal(409, "key_not_live", f"The key is {record.state(now)}; issue a new one.")

        async def work() -> Issued:
            try:
                return await context.issuer.rotate(key_id, now=now, grace=grace)
            except KeyNotLive as dead:
                raise Refusal(409, "key_not_live", f"The key is {dead.state}; issue a new one.") from None

        after = {"previous_secret_until": moment(now + grace)}
        issued = await context.write(
            actor, "key.rotate", key_id, work, team=record.team, before=_before(record), after=after
        )
        await context.announce(key_id)
        return _issued(context, actor, issued)

    @writes(context.authenticator, "/keys/{key_id:str}/revoke", Right.KEYS_REVOKE)
    async def revoke_key(
        request: Request[Actor, Any, Any],
        key_id: KeyId,
        data: JSONBody[EmptyBody],  # noqa: ARG001  what is in it would be a 400
    ) -> KeyShown:
        """End a key for good; every replica refuses it within a second."""
        actor, now = request.user, context.clock.now()
        record = await _found(context, actor, key_id, Right.KEYS_REVOKE)
        revoke: Callable[[], Any] = lambda: context.keys.revoke(key_id, now)  # noqa: E731  a name for a line
        after = {"revoked_at": moment(now)}
        revoked = await context.write(
            actor, "key.revoke", key_id, revoke, team=record.team, before=_before(record), after=after
        )
        await context.announce(key_id)
        return _shown(context, actor, revoked)

    return [issue_key, rotate_key, revoke_key]


async def _found(context: AdminContext, actor: Actor, key_id: str, right: Right) -> KeyRecord:
    """The key, where the actor has that right in its team; of a key that he may not even see, a 404."""
    try:
        record = await context.keys.existing(key_id)
    except KeyMissing:
        record = None
    if record is None or not (actor.may(Right.KEYS_READ, record.team) or actor.may(right, record.team)):
        raise Refusal(404, "no_such_key", "There is no such key among those that you may see.")
    require(actor, right, record.team)
    return record


def _require_printable(order: KeyOrder) -> None:
    """Names stand in logs, reports and lists: no line breaks, no marks that turn what is read around."""
    for field, texts in {"name": (order.name,), "user": (order.user,), "models": order.models or ()}.items():
        if not all(text is None or (text.strip() and text.isprintable()) for text in texts):
            raise Refusal(400, "invalid_request", f"`{field}` takes 1 to 255 printable characters.")


def _models(policy: Policy, order: KeyOrder) -> tuple[str, ...] | None:
    """What the key is confined to; raises Refusal where the team may not use it either."""
    team = policy.teams.get(order.team)
    if team is None:
        raise Refusal(
            400, "no_such_team", "The policies name no such team: GET /admin/v1/teams lists those that you may see."
        )
    if order.models is None:
        return None
    bounds = [bound for bound in (policy.organisation.models, team.models) if bound is not None]
    for model in order.models:
        wild = any(mark in model for mark in "*?[")
        if not wild and not all(matches(bound, model) for bound in bounds):
            raise Refusal(
                403,
                "beyond_the_team",
                f"The team itself may not use {shown(model, 'one of these models')}: leave it out, "
                "or have the policy permit it.",
            )
    return tuple(dict.fromkeys(order.models))


def _networks(order: KeyOrder) -> tuple[str, ...] | None:
    if order.networks is None:
        return None
    try:
        return tuple(dict.fromkeys(map(canonical, order.networks)))
    except ValueError:
        raise Refusal(400, "invalid_request", "Networks are addresses or blocks, as 10.0.0.0/8.") from None


def _expiry(actor: Actor, order: KeyOrder, now: float) -> float | None:
    if order.expires == "never":
        if not actor.may(Right.KEYS_ISSUE_UNENDING, order.team):
            raise forbidden(Right.KEYS_ISSUE_UNENDING)
        return None
    seconds = parse_duration(order.expires)
    if not 0 < seconds <= LONGEST_EXPIRY:
        raise Refusal(400, "invalid_request", "`expires` is more than 0 and at most ten years, as in 90d, or never.")
    return now + seconds


def _before(record: KeyRecord) -> dict[str, Any]:
    return {
        "state": "revoked" if record.revoked_at is not None else "not revoked",
        "expires_at": moment(record.expires_at),
        "previous_secret_until": moment(record.previous_until),
    }


def _fields(context: AdminContext, actor: Actor, record: KeyRecord) -> dict[str, Any]:
    fields = {
        "id": record.id,
        "team": record.team,
        "name": record.name,
        "state": record.state(context.clock.now()),
        "created_at": moment(record.created_at),
        "expires_at": moment(record.expires_at),
        "revoked_at": moment(record.revoked_at),
        "last_used_at": moment(record.last_used_at),
        "previous_secret_until": moment(record.previous_until),
        "models": None if record.models is None else list(record.models),
        "networks": None if record.networks is None else list(record.networks),
    }
    return fields | ({"user": record.user} if actor.may(Right.PERSONS_READ, record.team) else {})


def _shown(context: AdminContext, actor: Actor, record: KeyRecord) -> KeyShown:
    return KeyShown(**_fields(context, actor, record))


def _issued(context: AdminContext, actor: Actor, issued: Issued) -> KeyIssued:
    return KeyIssued(**_fields(context, actor, issued.record), key=issued.key.text)
