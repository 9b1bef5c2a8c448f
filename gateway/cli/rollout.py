"""`gateway policy rollout` and `gateway policy rollback`: a version step by step, and back in one."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gateway.billing.priced import check_priced
from gateway.cli.output import print_json, remark, say
from gateway.cli.policy import folder_of
from gateway.policy.applying import (
    PREVIOUS,
    WITHDRAWN,
    TooMuch,
    earlier,
    end_trial,
    put_back,
    put_in_force,
    put_on_trial,
)
from gateway.policy.complaints import PolicyErrors
from gateway.policy.rollout import NEXT


def rollout(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the version does not load, or takes away more than was meant."""
    folder = folder_of(arguments.policies)
    new: Path = arguments.new or folder / NEXT
    if arguments.new is None and not new.is_dir():
        remark(f"{folder} has no version on trial: name the folder of one, as in `gateway policy rollout policies-new`")
        return 1
    try:
        if arguments.all:
            policy = put_in_force(folder, new, os.environ, check_priced, meant=arguments.confirmed)
            state = "in force"
        else:
            policy = put_on_trial(folder, new, arguments.share or 0, os.environ, check_priced)
            state = f"on trial for {arguments.share}% of the keys" if arguments.share else "on trial as a shadow"
    except PolicyErrors as broken:
        for error in broken.errors:
            remark(str(error))
        return 1
    except TooMuch as taken:
        remark(f"this takes away {taken}; if that is meant, add --confirmed")
        return 1
    except OSError as error:
        return _cannot_write(folder, error)
    return _told(arguments, policy.version, state)


def rollback(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is nothing to go back to."""
    folder = folder_of(arguments.policies)
    try:
        if end_trial(folder):
            return _told(arguments, None, "no version is on trial any more; what was in force stays so")
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
    before = [each.version for each in earlier(folder)]
    told = _told(arguments, policy.version, "in force again", before)
    if not arguments.json:
        say(f"before it: {', '.join(before)}" if before else "nothing earlier is kept")
        say(f"what it replaced: `gateway policy rollout {folder / WITHDRAWN} --all` puts it in force again")
    return told


def _told(arguments: argparse.Namespace, version: str | None, state: str, before: list[str] | None = None) -> int:
    """`before`: versions that the next rollbacks lead to, the next one first."""
    if arguments.json:
        print_json({"version": version, "state": state, **({} if before is None else {"earlier": before})})
    else:
        say(state if version is None else f"version {version} is {state}")
    return 0


def _cannot_write(folder: Path, error: OSError) -> int:
    remark(f"{folder} cannot be written to ({error.strerror}): make the change where its content comes from")
    return 1
