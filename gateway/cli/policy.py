"""`gateway policy …`."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from gateway.billing.price_coverage import check_priced
from gateway.cli.output import counted, print_json, print_table, remark, say
from gateway.cli.recording import on_record
from gateway.core.identity import Principal
from gateway.core.policy import Policy, TeamPolicy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.diff import changes
from gateway.policy.explain import explain as explained
from gateway.policy.json_schema import json_schema
from gateway.policy.load import CONFIRMATION, Loaded, load
from gateway.policy.run_out import run_out
from gateway.policy.stray_regions import stray_regions
from gateway.policy.units import shown_duration
from gateway.policy.written_credentials import written_credentials
from gateway.settings import ConfigurationError


def check(arguments: argparse.Namespace) -> int:
    """Exit code 1 and one line `file:line:column: reason` for each mistake, or 0, what the folder says, and what is odd
    in it without being a mistake.
    """
    try:
        loaded = load(arguments.folder, os.environ, check_priced)
    except PolicyErrors as broken:
        if arguments.json:
            print_json({"ok": False, "errors": broken.errors})
        else:
            for error in broken.errors:
                say(str(error))
        return 1
    policy = loaded.policy
    with loaded.reading() as reading:
        notes = [*written_credentials(reading), *stray_regions(reading), *run_out(reading, time.time())]
    if arguments.json:
        told = {"ok": True, "version": policy.version, **_counts(policy), "disabled": policy.disabled, "notes": notes}
        print_json(told)
        return 0
    say(f"{in_numbers(policy)} (version {policy.version})")
    for name, reason in policy.disabled.items():
        say(f"provider {name} is disabled: {reason}")
    for note in notes:
        say(note)
    return 0


def schema(_: argparse.Namespace) -> int:
    print_json(json_schema())
    return 0


def explain(arguments: argparse.Namespace) -> int:
    """Exit code 1 where such a request would be refused."""
    loaded = loaded_from(arguments.policies)
    key = arguments.key
    principal = Principal(key_id=key or "", team=arguments.team, name=key, user=arguments.user)
    try:
        told = explained(loaded, principal, arguments.model, arguments.operation)
    except KeyError:
        near = get_close_matches(arguments.team, loaded.policy.teams, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        remark(f"there is no team '{arguments.team}'{hint}")
        return 1
    for note in unnamed(loaded.policy.teams[arguments.team], key, arguments.user):
        remark(note)
    if arguments.json:
        print_json(told)
    else:
        say(f"{arguments.model}: {told.verdict}{f'. {told.reason}' if told.reason else ''}")
        if told.ways:
            say("")
            ways = [(way.role, way.target, way.region, way.obstacle or "yes", way.at) for way in told.ways]
            print_table(("role", "target", "region", "permitted", "written at"), ways)
        say("")
        facts = [(fact.setting, _shown(fact.value), fact.by, fact.at) for fact in told.facts]
        print_table(("setting", "value", "decided by", "written at"), facts)
    return 0 if told.verdict == "permitted" else 1


def unnamed(team: TeamPolicy, key: str | None, user: str | None) -> Iterator[str]:
    """What was asked about a key or person of whom the team says nothing: no mistake, unless it is misspelt."""
    keys = {*team.keys, *(named for project in team.projects.values() for named in project.keys)}
    for kind, name, known in (("key", key, keys), ("user", user, team.users.keys())):
        if name is not None and name not in known:
            near = get_close_matches(name, known, 1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            yield f"team '{team.name}' says nothing of {kind} '{name}'{hint}: what follows is as for any other"


def diff(arguments: argparse.Namespace) -> int:
    found = changes(loaded_from(arguments.old), loaded_from(arguments.new))
    if arguments.json:
        print_json({"changes": found})
    elif not found:
        say("Both decide alike.")
    else:
        print_table(("effect", "change", "written at"), [(change.effect, str(change), change.at) for change in found])
    return 0


def confirm(arguments: argparse.Namespace) -> int:
    """A file in the folder, so that every gateway that reads the folder sees it."""
    folder = folder_of(arguments.policies)
    version = loaded_from(arguments.policies).policy.version
    if version != arguments.version:
        remark(f"{folder} holds version {version}, not {arguments.version}; `gateway policy check` tells what it says")
        return 1
    file = folder / f"{CONFIRMATION}{version}"
    try:
        with on_record("policy.confirm", version, after={"confirmed": version}):
            file.touch()
    except OSError as error:
        remark(f"{file} cannot be made here ({error.strerror}): add an empty file of that name to the folder's source")
        return 1
    if arguments.json:
        print_json({"confirmed": version, "file": str(file)})
    else:
        say(f"{file}: version {version} may take away what it takes away.")
    return 0


def folder_of(folder: Path | None) -> Path:
    return folder or Path(os.environ.get("GATEWAY_POLICIES") or "policies")


def loaded_from(folder: Path | None) -> Loaded:
    """The folder, by default the one that settings name; raises ConfigurationError, which names what was given."""
    named = folder_of(folder)
    try:
        return load(named, os.environ, check_priced)
    except PolicyErrors as broken:
        message = f"does not load: {broken.errors[0]} (`gateway policy check {named}` lists all errors)"
        if folder is None:
            raise ConfigurationError("GATEWAY_POLICIES", f"{named} {message}") from None
        raise ConfigurationError(str(folder), message) from None


_PERCENTAGES: Final = ("floor", "checked")


def _shown(value: Any) -> str:
    """A setting in one cell."""
    match value:
        case list():
            return ", ".join(map(_shown, value)) or "none"
        case bool():
            return "true" if value else "false"
        case float():  # seconds: only percentages have fractions beside them
            return shown_duration(value)
        case dict():
            return ", ".join(
                f"{name}: {f'{below:g}%' if name in _PERCENTAGES else _shown(below)}"
                for name, below in value.items()
                if below is not None and below != {}
            )
        case _:
            return str(value)


def in_numbers(policy: Policy) -> str:
    """How many there are of what, in words: `1 provider (5 more disabled), 4 models, 2 teams`."""
    parts = [counted(number, things.removesuffix("s")) for things, number in _counts(policy).items()]
    if policy.disabled:
        parts[0] += f" ({len(policy.disabled)} more disabled)"
    return ", ".join(parts)


def _counts(policy: Policy) -> dict[str, int]:
    return {"providers": len(policy.providers), "models": len(policy.models), "teams": len(policy.teams)}
