"""`gateway route …`."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from difflib import get_close_matches

from gateway.cli.output import print_json, print_table, remark, say
from gateway.cli.policy import loaded_from
from gateway.core.identity import Principal
from gateway.core.reporting import zone
from gateway.routing.explanation import Routing, Supposed, routing


def explain(arguments: argparse.Namespace) -> int:
    """Exit code 1 where nobody would answer."""
    policy = loaded_from(arguments.policies).policy
    supposed = Supposed(
        data_class=arguments.data_class,
        personal_data=arguments.personal_data,
        size=arguments.size,
        features=frozenset(arguments.needs),
        stream=arguments.stream,
        tags=dict(arguments.tags),
        minute=_minute(arguments.at, policy.reporting.timezone),
    )
    principal = Principal(key_id=arguments.key or "", team=arguments.team, name=arguments.key, user=arguments.user)
    try:
        told = routing(policy, principal, arguments.model, supposed)
    except KeyError:
        near = get_close_matches(arguments.team, policy.teams, 1)
        remark(f"there is no team '{arguments.team}'{f'; did you mean {near[0]!r}?' if near else ''}")
        return 1
    if arguments.json:
        print_json(told)
    else:
        _print(arguments.model, told)
    return 0 if told.verdict == "routed" else 1


def _print(model: str, told: Routing) -> None:
    by = f" by {told.taken}" if told.verdict == "routed" else ""
    say(f"{model}: {told.verdict}{by}{f'. {told.reason}' if told.reason else ''}")
    for condition, is_met in told.routes:
        say(f"  condition {condition}: {'met' if is_met else 'not met'}")
    if told.steps:
        say("")
        rows = [
            (step.role, step.target, step.region, f"{step.share:g} %" if step.share else "", step.obstacle or "yes")
            for step in told.steps
        ]
        print_table(("role", "target", "region", "share", "may be tried"), rows)
        say("")
    for note in told.notes:
        say(f"- {note}")


def _minute(at: int | None, timezone: str) -> int:
    """Of the day, now where nothing is said."""
    if at is not None:
        return at
    now = datetime.fromtimestamp(time.time(), zone(timezone))
    return now.hour * 60 + now.minute
