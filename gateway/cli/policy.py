"""`gateway policy …`."""

from __future__ import annotations

import argparse
import os

from gateway.cli.output import print_json, say
from gateway.core.policy import Policy
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import load_policy


def check(arguments: argparse.Namespace) -> int:
    """Exit code 1 and one line `file:line:column: reason` for each mistake, or 0 and what the folder says."""
    try:
        policy = load_policy(arguments.folder, os.environ)
    except PolicyErrors as broken:
        if arguments.json:
            print_json({"ok": False, "errors": broken.errors})
        else:
            for error in broken.errors:
                say(str(error))
        return 1
    if arguments.json:
        print_json({"ok": True, "version": policy.version, **_counts(policy), "disabled": policy.disabled})
        return 0
    say(f"{', '.join(f'{count} {name}' for name, count in _counts(policy).items())} (version {policy.version})")
    for name, reason in policy.disabled.items():
        say(f"provider {name} is disabled: {reason}")
    return 0


def _counts(policy: Policy) -> dict[str, int]:
    return {"providers": len(policy.providers), "models": len(policy.models), "teams": len(policy.teams)}
