"""`gateway route …`."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from gateway.billing.agreements import Use, earliest_day
from gateway.billing.calendar import month_of
from gateway.billing.marginal import depends_on_usage, marginal_costs
from gateway.billing.prices import SeededPriceBook
from gateway.billing.uses import BY, SUMS, uses_of
from gateway.cli.database import with_database
from gateway.cli.output import print_json, print_table, remark, say
from gateway.cli.policy import loaded_from
from gateway.core.engines import EngineLoad
from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.core.reporting import zone
from gateway.core.spending import LedgerDown
from gateway.policy.resolve import levels_over, resolve
from gateway.policy.source import FixedPolicies
from gateway.providers.registry import ProviderRegistry
from gateway.providers.watch import EngineWatch
from gateway.routing.explanation import ROUTED, Costs, HypotheticalRequest, Routing, routing
from gateway.settings import ConfigurationError, load_settings
from gateway.storage.costs import StoredUses


def explain(arguments: argparse.Namespace) -> int:
    """Exit code 1 where nobody would answer."""
    policy = loaded_from(arguments.policies).policy
    principal = Principal(key_id=arguments.key or "", team=arguments.team, name=arguments.key, user=arguments.user)
    if (wrong := _unknown(policy, principal, arguments.data_class, dict(arguments.tags))) is not None:
        remark(f"gateway: {wrong}")
        return 2
    supposed = HypotheticalRequest(
        data_class=arguments.data_class,
        personal_data=arguments.personal_data,
        size=arguments.size,
        features=frozenset(arguments.needs),
        stream=arguments.stream,
        language=arguments.language,
        tags=dict(arguments.tags),
        minute=_minute(arguments.at, policy.reporting.timezone),
    )
    try:
        seen = asyncio.run(_asked(policy)) if arguments.now else {}
        told = routing(policy, principal, arguments.model, supposed, _costs(policy, arguments.model), seen)
    except KeyError:
        near = get_close_matches(arguments.team, policy.teams, 1)
        remark(f"there is no team '{arguments.team}'{f'; did you mean {near[0]!r}?' if near else ''}")
        return 1
    if arguments.json:
        print_json(told)
    else:
        _print(arguments.model, told)
    return 0 if told.verdict == ROUTED else 1


def _unknown(policy: Policy, principal: Principal, data_class: str | None, tags: dict[str, str]) -> str | None:
    """What no request could have: a class of data that is none, or a tag that it would be refused for."""
    if data_class is not None and data_class not in policy.data_classes:
        return f"there is no data class '{data_class}'; {_nearest(data_class, policy.data_classes)}"
    levels = levels_over(policy, principal)
    allowed = (resolve(policy, levels).tags if levels else None) or ()
    for name in tags if levels else ():
        if name not in allowed:
            return f"the team's policy does not allow the tag '{name}'; {_nearest(name, allowed)}"
    return None


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"


def _costs(policy: Policy, model: str) -> Costs:
    """Of one more call at the model's targets, where it prefers by that; with the ledger's word, or without."""
    alias = policy.models.get(model)
    if alias is None or alias.prefer is None:
        return {}
    now, uses = time.time(), list[Use]()
    if depends_on_usage(policy):
        today = policy.reporting.day_of(now)
        since = earliest_day(policy.agreements, month_of(today))
        try:
            uses = uses_of(
                with_database(
                    load_settings(os.environ), lambda engine: StoredUses(engine, BY, SUMS).between(since, today)
                )
            )
        except (ConfigurationError, LedgerDown) as unread:
            remark(f"gateway: the ledger is not read ({unread}): costs are told as if nothing had been used yet")
    return marginal_costs(policy, SeededPriceBook(), uses, now)


async def _asked(policy: Policy) -> dict[str, EngineLoad | None]:
    """What each local server says now."""
    providers = ProviderRegistry()
    watch = EngineWatch(FixedPolicies(policy), providers.provider, providers.upstream, time.monotonic)
    try:
        await watch.look()
        return watch.seen
    finally:
        await watch.close()
        await providers.close()


def _print(model: str, told: Routing) -> None:
    by = f" by {told.taken}" if told.verdict == ROUTED else ""
    say(f"{model}: {told.verdict}{by}{f'. {told.reason}' if told.reason else ''}")
    for condition, is_met in told.routes:
        say(f"  condition {condition}: {'met' if is_met else 'not met'}")
    if told.steps:
        say("")
        rows: list[tuple[str, ...]] = [
            (step.role, step.target, step.region, f"{step.share:g} %" if step.share else "", step.obstacle or "yes")
            for step in told.steps
        ]
        head: tuple[str, ...] = ("role", "target", "region", "share", "may be tried")
        if any(step.cost for step in told.steps):
            head = (*head, "one more call")
            rows = [(*row, step.cost) for row, step in zip(rows, told.steps, strict=True)]
        if any(step.now for step in told.steps):
            head = (*head, "now")
            rows = [(*row, step.now) for row, step in zip(rows, told.steps, strict=True)]
        print_table(head, rows)
        say("")
    for note in told.notes:
        say(f"- {note}")


def _minute(at: int | None, timezone: str) -> int:
    """Of the day, now where nothing is said."""
    if at is not None:
        return at
    now = datetime.fromtimestamp(time.time(), zone(timezone))
    return now.hour * 60 + now.minute
