"""`gateway keys …`: what an administrator does with virtual keys.

Invariants
- A key is issued only for a team that the policies name, and for models that the team may use: a typo is told at once,
  not by a 403 next week. What this machine's gateway serves counts, too, from whatever folder it was told to serve; but
  not a team that it served last from the very folder that no longer names it.
- A key's text is printed once, on stdout, and nowhere else.
- A change is recorded before it is made, as one of whoever sits at the machine.
- A change is told to running gateways through Redis where there is one; without, they find it within seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gateway.cli.database import settings_to_write, with_database
from gateway.cli.output import instant, print_json, print_table, remark, say
from gateway.cli.recording import write_down
from gateway.core.policy import Policy, matches
from gateway.policy.complaints import PolicyErrors
from gateway.policy.content import file_of_team
from gateway.policy.kept import PURPOSE, KeptPolicy
from gateway.policy.load import load_policy
from gateway.settings import ConfigurationError, Settings, load_settings
from gateway.storage.directory import CHANNEL
from gateway.storage.engine import Engine
from gateway.storage.keys import Issued, KeyIssuer, KeyMissing, KeyNotLive, KeyRecord, KeyStore
from gateway.storage.redis import Redis
from gateway.storage.redis_calls import RedisDown, RedisRefused


def create(arguments: argparse.Namespace) -> int:
    if not _is_permitted(load_settings(os.environ), arguments.team, arguments.models or ()):
        return 1
    settings = settings_to_write()  # which begins an empty database: not for a team that was mistyped
    now = time.time()
    expires_at = None if arguments.expires is None else now + arguments.expires

    async def issue(engine: Engine) -> Issued:
        order = {
            "name": arguments.name,
            "user": arguments.user,
            "models": arguments.models,
            "networks": arguments.networks,
            "expires_at": instant(expires_at),
        }
        issuer = _issuer(settings, engine)
        key = issuer.mint()
        await write_down(engine, "key.issue", key.id, team=arguments.team, after=order)
        return await issuer.create(
            team=arguments.team,
            user=arguments.user,
            name=arguments.name,
            expires_at=expires_at,
            now=now,
            models=arguments.models,
            networks=arguments.networks,
            key=key,
        )

    issued = with_database(settings, issue)
    _announce(settings, issued.record.id)
    _print_issued(issued, arguments)
    return 0


def show(arguments: argparse.Namespace) -> int:
    records = with_database(load_settings(os.environ), lambda engine: KeyStore(engine).of_team(arguments.team))
    now = time.time()
    if arguments.json:
        print_json([_shown(record, now) for record in records])
        return 0
    rows = [[str(_shown(record, now)[column] or "-") for column in _COLUMNS] for record in records]
    print_table([column.removesuffix("_at") for column in _COLUMNS], rows)
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    settings = settings_to_write()
    now = time.time()

    async def end(engine: Engine) -> KeyRecord:
        before = await KeyStore(engine).existing(arguments.id)
        shown = _shown(before, now)
        await write_down(
            engine, "key.revoke", arguments.id, team=before.team, before=shown, after={"revoked_at": instant(now)}
        )
        return await KeyStore(engine).revoke(arguments.id, now)

    try:
        record = with_database(settings, end)
    except KeyMissing:
        return _refuse_missing(arguments.id)
    _announce(settings, record.id)
    if arguments.json:
        print_json(_shown(record, now))
    else:
        say(f"The key {record.id} of team {record.team} is revoked since {instant(record.revoked_at)}.")
    return 0


def rotate(arguments: argparse.Namespace) -> int:
    settings = settings_to_write()
    now = time.time()

    async def replace(engine: Engine) -> Issued:
        before = await KeyStore(engine).existing(arguments.id)
        if before.state(now) != "live":
            raise KeyNotLive(before.state(now))
        after = {"previous_secret_until": instant(now + arguments.grace)}
        await write_down(engine, "key.rotate", arguments.id, team=before.team, before=_shown(before, now), after=after)
        return await _issuer(settings, engine).rotate(arguments.id, now=now, grace=arguments.grace)

    try:
        issued = with_database(settings, replace)
    except KeyMissing:
        return _refuse_missing(arguments.id)
    except KeyNotLive as dead:
        remark(f"gateway: the key {arguments.id} is {dead.state}; issue a new one with `gateway keys create`")
        return 1
    _announce(settings, issued.record.id)
    _print_issued(issued, arguments)
    return 0


_COLUMNS = ("id", "team", "user", "name", "state", "created_at", "expires_at", "last_used_at")


def _announce(settings: Settings, key_id: str) -> None:
    async def run(url: str) -> None:
        redis = Redis(url)
        redis.start()
        try:
            await redis.ready()
            await redis.publish(CHANNEL, key_id)
        except (RedisDown, RedisRefused):
            remark("gateway: Redis does not pass it on: running gateways find the change within seconds")
        finally:
            await redis.close()

    if settings.redis_url is not None:
        asyncio.run(run(settings.redis_url.reveal()))


def _issuer(settings: Settings, engine: Engine) -> KeyIssuer:
    return KeyIssuer(engine, settings.key_for("virtual-key-pepper"), settings.environment)


def _is_permitted(settings: Settings, team: str, models: tuple[str, ...]) -> bool:
    policy = _policy_of(settings, team)
    teams = policy.teams
    if team not in teams:
        remark(f"gateway: the policies name no team '{team}'; {_hint(team, teams)}")
        return False
    bounds = [bound for bound in (policy.organisation.models, teams[team].models) if bound is not None]
    known = [name for name in policy.models if all(matches(bound, name) for bound in bounds)]
    for model in models:
        if any(mark in model for mark in "*?["):
            continue  # narrows at run time, whatever it matches
        named = model in policy.models or model.partition("/")[0] in (*policy.providers, *policy.disabled)
        if not named or not all(matches(bound, model) for bound in bounds):
            remark(f"gateway: team '{team}' may not use a model '{model}'; {_hint(model, known)}")
            return False
    return True


def _policy_of(settings: Settings, team: str) -> Policy:
    """The folder's; where that does not name the team or does not load, what was served last from another one."""
    try:
        policy = load_policy(settings.policies, os.environ)
    except PolicyErrors as broken:
        served = _served_last(settings)
        if served is None:
            raise ConfigurationError("GATEWAY_POLICIES", f"the policies are broken: {broken.errors[0]}") from None
        return served
    if team in policy.teams:
        return policy
    served = _served_last(settings, team)
    return policy if served is None or team not in served.teams else served


def _served_last(settings: Settings, team: str | None = None) -> Policy | None:
    """What a gateway of this state folder served last; `serve --policies` is known to nobody else. None where it has
    `team` from the folder of the settings, which was read since.
    """
    if settings.root_key is None:
        return None
    kept = KeptPolicy(settings.state_dir, settings.key_for(PURPOSE)).recall(settings.policies, os.environ)
    if kept is None:
        return None
    file = None if team is None else file_of_team(kept.content, team)
    if file is not None and Path(file).absolute().is_relative_to(settings.policies.absolute()):
        return None
    return kept.policy


def _hint(wrong: str, right: Iterable[str]) -> str:
    names = sorted(right)
    near = get_close_matches(wrong, names, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names) or 'none'}"


def _refuse_missing(key_id: str) -> int:
    remark(f"gateway: there is no key {key_id}; `gateway keys list` shows all")
    return 1


def _print_issued(issued: Issued, arguments: argparse.Namespace) -> None:
    record, now = issued.record, time.time()
    if arguments.json:
        print_json({"key": issued.key.text, **_shown(record, now)})
        return
    say(f"key      {issued.key.text}")
    say(f"id       {record.id}")
    say(f"team     {record.team}")
    say(f"expires  {instant(record.expires_at) or 'never'}")
    if record.previous_until is not None:
        say(f"the secret before is good until {instant(record.previous_until)}")
    remark("This is the only time that the key is shown: store it now.")


def _shown(record: KeyRecord, now: float) -> dict[str, Any]:
    return {
        "id": record.id,
        "team": record.team,
        "user": record.user,
        "name": record.name,
        "state": record.state(now),
        "created_at": instant(record.created_at),
        "expires_at": instant(record.expires_at),
        "revoked_at": instant(record.revoked_at),
        "last_used_at": instant(record.last_used_at),
        "models": record.models,
        "networks": record.networks,
        "previous_secret_until": instant(record.previous_until),
    }
