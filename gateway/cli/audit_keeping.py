"""`gateway audit retain`, `hold`, `erase`, `rewrap`: forgetting, and keeping what must not be forgotten.

Invariants
- A team's day is one key: it goes with the longest retention that any level of the team asks for.
"""

from __future__ import annotations

import argparse
import os
from typing import Any, Literal

import msgspec

from gateway.audit import retention
from gateway.audit.anchors.anchoring import anchors_of
from gateway.audit.evidence import Rules
from gateway.audit.naming import Names
from gateway.audit.session import AuditSession
from gateway.audit.writer import DAY, THE_GATEWAY
from gateway.cli.account import readers
from gateway.cli.audit_session import in_audit_session, known_people, known_teams
from gateway.cli.output import instant, print_json, print_table, remark, say
from gateway.cli.progress import Progress
from gateway.core.audit import DEFAULT_AUDIT
from gateway.core.policy import Policy, TeamPolicy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy
from gateway.settings import ConfigurationError, Settings, load_settings


def retain(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    if arguments.day is not None:
        return _shred(settings, arguments)
    kept = retention_of(settings)

    async def forget(session: AuditSession) -> list[retention.Destroyed]:
        with Progress("days of teams") as progress:
            return await retention.retain(
                session, kept, only=arguments.team, class_=arguments.class_, dry=arguments.dry_run, progress=progress
            )

    done = in_audit_session(settings, forget)
    if arguments.json:
        print_json(done)
    else:
        rows = [
            (each.team, each.day, str(each.keys), str(each.contents), "on hold" if each.held else "") for each in done
        ]
        print_table(("team", "day", "keys", "contents", ""), rows)
    if arguments.team not in (None, THE_GATEWAY, *kept) and not done:
        remark(f"gateway: no policy knows a team {arguments.team}")
        return 1
    return 0


def _shred(settings: Settings, arguments: argparse.Namespace) -> int:
    if not (arguments.team and arguments.ticket):
        remark("gateway: --day goes with --team and --ticket")
        return 2

    async def destroy(session: AuditSession) -> tuple[retention.Destroyed, float | None]:
        team = session.pseudonyms.team(arguments.team)
        with Progress("destroying"):
            return await retention.destroy_day(session, team, arguments.day, arguments.team, arguments.ticket)

    done, earlier = in_audit_session(settings, destroy)
    if arguments.json:
        print_json({**msgspec.structs.asdict(done), "earlier": instant(earlier)})
    elif done.held:
        remark("gateway: a legal hold is on it; `gateway audit hold` lists them")
    elif earlier is not None:
        say(f"Team {done.team} and {done.day} were destroyed before, at {instant(earlier)}: nothing was left to do.")
    elif done.keys:
        say(f"{done.keys} keys of team {done.team} and {done.day} are destroyed, {done.contents} contents dropped")
    if done.keys or earlier is not None:
        return 0
    if not done.held:
        remark(
            f"gateway: the audit knows nothing of {done.team} and {done.day}; a team is named as in the policies, a day"
            " is one of UTC"
        )
    return 1


def hold(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    if arguments.release is not None:
        if in_audit_session(settings, lambda session: retention.release(session, arguments.release)):
            if arguments.json:
                print_json({"id": arguments.release, "state": "released"})
            else:
                say(f"The hold {arguments.release} is released.")
            return 0
        remark(f"gateway: no hold {arguments.release} stands; `gateway audit hold` lists those that do")
        return 1
    if arguments.team or arguments.subject:
        if not arguments.reason or (arguments.team and arguments.subject):
            remark("gateway: a hold is on one --team or --subject, for a --reason")
            return 2
        scope: Literal["team", "subject"] = "team" if arguments.team else "subject"
        name = arguments.team or arguments.subject
        placed, known = in_audit_session(
            settings, lambda session: retention.hold(session, scope, name, arguments.reason)
        )
        if arguments.json:
            print_json({"id": placed, "state": "placed"})
        else:
            say(placed)
        if not known:
            remark(f"gateway: the audit knows nothing of {name}; the hold is on what may come under that name")
        return 0

    async def listed(session: AuditSession) -> list[dict[str, str | None]]:
        teams = Names(session.pseudonyms, known_teams(settings), ()).teams
        people = await known_people(settings, session.engine)
        persons = {session.pseudonyms.subject(name).hex(): name for name in people}
        return [
            {
                "id": row.id,
                "scope": row.scope,
                "team": teams.get(row.whose) if row.scope == "team" else None,
                "person": persons.get(row.whose) if row.scope == "subject" else None,
                "reason": row.reason,
                "by": row.placed_by,
                "at": instant(row.placed_at),
            }
            for row in await session.store.holds.all()
        ]

    holds = in_audit_session(settings, listed)
    if arguments.json:
        print_json(holds)
    else:
        columns = ("id", "scope", "team", "person", "reason", "by", "at")
        print_table(columns, [[each[column] or "" for column in columns] for each in holds])
    if any(each["scope"] == "subject" and each["person"] is None for each in holds):
        remark("gateway: persons without a key, whom no policy names, have no name here: the audit keeps none")
    return 0


def erase(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a hold forbids it, or the audit knows nothing of the person: a name may be mistyped."""
    settings = load_settings(os.environ)

    async def forget(session: AuditSession) -> tuple[int, int]:
        with Progress("erasing"):
            return await retention.erase(session, arguments.subject, arguments.ticket)

    try:
        salts, contents = in_audit_session(settings, forget)
    except retention.OnHold as held:
        remark(f"gateway: {held}")
        return 1
    if arguments.json:
        print_json({"salts": salts, "contents": contents})
    else:
        say(f"{contents} contents are erased, {salts} salts destroyed.")
    if not salts:
        remark(
            f"gateway: the audit knew nothing of {arguments.subject}, or nothing any more; the name is as"
            " `keys create --user` gave it"
        )
    return 0 if salts else 1


def rewrap(arguments: argparse.Namespace) -> int:
    settings = load_settings(os.environ)

    async def wrap_anew(session: AuditSession) -> retention.Rewrapping:
        with Progress("data keys") as progress:
            return await retention.rewrap(session, progress=progress)

    state = in_audit_session(settings, retention.rewrapping if arguments.status else wrap_anew)
    if arguments.json:
        print_json(state)
    else:
        left = ", ".join(f"{number} by {kek}" for kek, number in state.left.items()) or "none"
        say(f"{state.done} data keys are wrapped anew by {state.current}; left: {left}")
    if state.refused:
        remark(f"gateway: {state.refused} data keys could not be unwrapped: {state.why}")
    return 1 if state.left else 0


def retention_of(settings: Settings) -> dict[str, float]:
    """Team -> seconds, by the policies. Raises ConfigurationError."""
    policy = _policy(settings)
    return {name: _longest(policy, team) for name, team in policy.teams.items()}


def processing_of(settings: Settings) -> Rules:
    """What policies and settings say of the audit. Raises ConfigurationError."""
    policy = _policy(settings)
    teams: dict[str, dict[str, Any]] = {}
    for name, team in policy.teams.items():
        rules = team.audit or policy.organisation.audit or DEFAULT_AUDIT
        days = round(_longest(policy, team) / DAY, 1)
        teams[name] = {"mode": rules.mode, "content": rules.content, "retention_days": days, "omit_ip": rules.omit_ip}
    return Rules(
        teams=teams,
        operators={name: provider.operator for name, provider in policy.providers.items()},
        auditors=readers(settings),
        anchors=tuple(anchor.name for anchor in anchors_of(settings)),
    )


def _policy(settings: Settings) -> Policy:
    try:
        return load_policy(settings.policies, os.environ)
    except PolicyErrors as broken:
        raise ConfigurationError("GATEWAY_POLICIES", f"the policies are broken: {broken.errors[0]}") from None


def _longest(policy: Policy, team: TeamPolicy) -> float:
    outer = team.audit or policy.organisation.audit or DEFAULT_AUDIT
    inner = [level.audit for levels in (team.projects, team.users, team.keys) for level in levels.values()]
    return max(outer.retention, *(audit.retention for audit in inner if audit is not None), 0.0)
