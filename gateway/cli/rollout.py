"""`gateway policy rollout` and `gateway policy rollback`: a version step by step, and back in one."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path
from typing import Any

from gateway.billing.price_coverage import check_priced
from gateway.cli.output import print_json, remark, say
from gateway.cli.policy import folder_of
from gateway.cli.recording import on_record
from gateway.policy.applying import (
    PREVIOUS,
    WITHDRAWN,
    ConfirmationNeeded,
    VersionMismatch,
    earlier_versions,
    end_trial,
    next_back,
    put_back,
    put_in_force,
    put_on_trial,
)
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load
from gateway.policy.rollout import MODE_FILE, NEXT, read_share


def rollout(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the version does not load, or takes away more than was meant."""
    if arguments.all and arguments.share is not None:
        remark("gateway: say one of --share and --all")
        return 2
    folder = folder_of(arguments.policies)
    new: Path = arguments.new or folder / NEXT
    if arguments.new is None and not new.is_dir():
        remark(f"{folder} has no version on trial: name the folder of one, as in `gateway policy rollout policies-new`")
        return 1
    try:
        wanted, before = load(new, os.environ, check_priced, folder).policy.version, _in_force(folder)
        if arguments.all:
            after: dict[str, Any] = {"version": wanted, "trial": None, "confirmed": arguments.confirmed}
        else:
            after = {**before, "trial": {"version": wanted, "share": arguments.share or 0}}
        with on_record("policy.rollout", before["version"] or wanted, before=before, after=after):
            if arguments.all:
                put_in_force(folder, new, os.environ, check_priced, wanted, meant=arguments.confirmed)
                state = "in force"
            else:
                put_on_trial(folder, new, arguments.share or 0, os.environ, check_priced, wanted)
                state = f"on trial for {arguments.share}% of the keys" if arguments.share else "on trial as a shadow"
    except VersionMismatch as other:
        remark(f"{new} was changed meanwhile and holds version {other} by now: look at it again")
        return 1
    except PolicyErrors as broken:
        for error in broken.errors:
            remark(str(error))
        return 1
    except ConfirmationNeeded as taken:
        remark(f"this takes away {taken}; if that is meant, add --confirmed")
        return 1
    except OSError as error:
        return _cannot_write(folder, error)
    return _report(arguments, wanted, state)


def rollback(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is nothing to go back to."""
    folder = folder_of(arguments.policies)
    try:
        before = _in_force(folder)
        if (folder / NEXT).is_dir():
            with on_record("policy.rollback", before["version"] or "", before=before, after={**before, "trial": None}):
                end_trial(folder)
            return _report(arguments, None, "no version is on trial any more; what was in force stays so")
        back = next_back(folder, os.environ, check_priced)
        version = back and load(back.place, os.environ, check_priced, folder).policy.version
        policy = None
        if version is not None:
            after = {"version": version, "trial": None}
            with on_record("policy.rollback", before["version"] or version, before=before, after=after):
                policy = put_back(folder, os.environ, check_priced)
    except PolicyErrors as broken:
        remark(f"what was in force before does not load any more: {broken.errors[0]}")
        remark(f"mend it there, or remove its folder from {folder / PREVIOUS} to go one version further back")
        return 1
    except OSError as error:
        return _cannot_write(folder, error)
    if policy is None:
        remark(f"{folder} has no version on trial, and nothing earlier is kept: `gateway policy rollout` brings one")
        return 1
    further = [each.version for each in earlier_versions(folder)]
    code = _report(arguments, policy.version, "in force again", further)
    if not arguments.json:
        say(f"before it: {', '.join(further)}" if further else "nothing earlier is kept")
        say(f"what it replaced: `gateway policy rollout {folder / WITHDRAWN} --all` puts it in force again")
    return code


def _in_force(folder: Path) -> dict[str, Any]:
    """What is in force, and on trial; what does not load has no version."""

    def version(of: Path) -> str | None:
        with contextlib.suppress(PolicyErrors):
            return load(of, os.environ, check_priced, folder).policy.version
        return None

    share: int | None = None
    with contextlib.suppress(PolicyErrors):
        share = read_share(folder / NEXT / MODE_FILE)
    trial = {"version": version(folder / NEXT), "share": share} if (folder / NEXT).is_dir() else None
    return {"version": version(folder), "trial": trial}


def _report(arguments: argparse.Namespace, version: str | None, state: str, further: list[str] | None = None) -> int:
    """`further`: versions that the next rollbacks lead to, the next one first."""
    if arguments.json:
        print_json({"version": version, "state": state, **({} if further is None else {"earlier": further})})
    else:
        say(state if version is None else f"version {version} is {state}")
    return 0


def _cannot_write(folder: Path, error: OSError) -> int:
    remark(f"{folder} cannot be written to ({error.strerror}): make the change where its content comes from")
    return 1
