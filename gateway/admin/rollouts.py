"""Changing the policy: what lies ready in the folder's `.next`, put on trial, into force, or back, as the commands do.

Invariants
- Nobody writes a policy over this API: what is put on trial or into force is what its owners laid into `.next`.
- A version that does not load, by all that this gateway holds it to, or takes away more than was meant, goes nowhere.
- Who names a version has that one or none, whoever else changes what lies there; who names none has the one on record.
- A folder that cannot be written to (a mounted ConfigMap) is changed where its content comes from: 409 says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta

from gateway.admin.context import AdminContext
from gateway.admin.guards import reads, writes
from gateway.admin.parameters import EmptyBody
from gateway.admin.refusals import Refusal
from gateway.core.administration import Actor, Right
from gateway.policy.applying import (
    ConfirmationNeeded,
    VersionMismatch,
    end_trial,
    next_back,
    put_back,
    put_in_force,
    put_on_trial,
)
from gateway.policy.complaints import PolicyErrors
from gateway.policy.diff import changes
from gateway.policy.load import load, policy_files
from gateway.policy.rollout import NEXT
from gateway.policy.source import PolicyFolder

T = TypeVar("T")
R = TypeVar("R")

EVERYBODY = 100


class Rollout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`share`: percent of the keys; 0: as a shadow, 100: in force for all. `confirmed`: great deletions are meant.

    `version`: only this one, as `/policy/next` named it; 409 where something else lies there by now.
    """

    share: Annotated[int, Meta(ge=0, le=100)]
    confirmed: bool = False
    version: Annotated[str, Meta(pattern="^[0-9a-f]{12}$")] | None = None


class RolloutApplied(msgspec.Struct, frozen=True):
    """`version` null: what was in force stays so, and nothing is on trial any more."""

    version: str | None
    state: str


class ChangeShown(msgspec.Struct, frozen=True):
    """`effect`: what it does to those concerned; `at`: `file:line`."""

    effect: str
    change: str
    at: str


class NextShown(msgspec.Struct, frozen=True):
    """What lies in `.next`, against what is in force. `version` null: nothing does; `errors`: it does not load."""

    version: str | None
    changes: list[ChangeShown]
    errors: list[str]


def rollout_routes(context: AdminContext) -> list[HTTPRouteHandler]:
    """Handlers below /admin/v1."""

    @reads(context.authenticator, "/policy/next", Right.POLICY_READ)
    async def show_next() -> NextShown:
        """What the version that lies ready would change, in words."""
        return await asyncio.to_thread(_compared, _source(context))

    @writes(context.authenticator, "/policy/rollout", Right.POLICY_CHANGE)
    async def roll_out(request: Request[Actor, Any, Any], data: JSONBody[Rollout]) -> RolloutApplied:
        """Put what lies ready on trial for a share of the keys, or into force."""
        source, recorded = _source(context), data.version

        def apply() -> RolloutApplied:
            folder, new = source.folder, source.folder / NEXT
            if data.share == EVERYBODY:
                policy = put_in_force(folder, new, source.environ, source.also, recorded, meant=data.confirmed)
                return RolloutApplied(policy.version, "in force")
            policy = put_on_trial(folder, new, data.share, source.environ, source.also, recorded)
            return RolloutApplied(
                policy.version, f"on trial for {data.share}%" if data.share else "on trial as a shadow"
            )

        def will_be() -> dict[str, Any]:
            nonlocal recorded
            version = load(source.folder / NEXT, source.environ, source.also, source.folder).policy.version
            recorded = recorded or version
            if data.share == EVERYBODY:
                return {"version": version, "trial": None, "confirmed": data.confirmed}
            return {"version": source.current.version, "trial": {"version": version, "share": data.share}}

        return await _applied(context, request.user, "policy.rollout", apply, will_be)

    @writes(context.authenticator, "/policy/rollback", Right.POLICY_CHANGE)
    async def roll_back(
        request: Request[Actor, Any, Any],
        data: JSONBody[EmptyBody],  # noqa: ARG001  what is in it would be a 400
    ) -> RolloutApplied:
        """End the trial; where there is none, put back what was in force before; each time one version further."""
        source = _source(context)

        def apply() -> RolloutApplied:
            if end_trial(source.folder):
                return RolloutApplied(None, "no version is on trial any more")
            policy = put_back(source.folder, source.environ, source.also)
            if policy is None:
                raise Refusal(
                    409,
                    "nothing_before",
                    "No version is on trial, and nothing earlier is kept: roll one out.",
                )
            return RolloutApplied(policy.version, "in force again")

        def will_be() -> dict[str, Any]:
            if (source.folder / NEXT).is_dir():
                return {"version": source.current.version, "trial": None}
            before = next_back(source.folder, source.environ, source.also)
            version = before and load(before.place, source.environ, source.also, source.folder).policy.version
            return {"version": version, "trial": None}

        return await _applied(context, request.user, "policy.rollback", apply, will_be)

    return [show_next, roll_out, roll_back]


def _source(context: AdminContext) -> PolicyFolder:
    if not isinstance(context.policies, PolicyFolder):
        raise Refusal(
            404,
            "not_from_files",
            "This gateway's policy comes from no folder, so it is not rolled out: serve one with --policies FOLDER.",
        )
    return context.policies


async def _applied(
    context: AdminContext, actor: Actor, action: str, apply: Callable[[], T], will_be: Callable[[], dict[str, Any]]
) -> T:
    async def done(what: Callable[[], R]) -> R:
        try:
            return await asyncio.to_thread(what)
        except PolicyErrors as broken:
            raise Refusal(409, "policy_broken", f"That version does not load: {broken.errors[0]}") from None
        except VersionMismatch as other:
            raise Refusal(
                409, "another_version", f"Version {other} lies there by now: look at it with GET /admin/v1/policy/next."
            ) from None
        except ConfirmationNeeded as taken:
            raise Refusal(
                409, "takes_too_much", f"This takes away {taken}. If it is meant, send `confirmed`: true."
            ) from None
        except OSError:
            raise Refusal(
                409, "folder_not_writable", "The folder cannot be written to: change it where its content comes from."
            ) from None

    after = await done(will_be)
    trial = context.policies.trial
    before = {
        "version": context.policies.current.version,
        "trial": None if trial is None else {"version": trial.policy.version, "share": trial.share},
    }
    version = context.policies.current.version
    return await context.write(actor, action, version, partial(done, apply), before=before, after=after)


def _compared(source: PolicyFolder) -> NextShown:
    folder: Path = source.folder / NEXT
    if not folder.is_dir() or not policy_files(folder):
        return NextShown(None, [], [])
    try:
        loaded = load(folder, source.environ, source.also, source.folder)
    except PolicyErrors as broken:
        return NextShown(None, [], [str(error) for error in broken.errors[:20]])
    found = changes(source.in_force, loaded)
    return NextShown(loaded.policy.version, [ChangeShown(each.effect, str(each), each.at) for each in found], [])
