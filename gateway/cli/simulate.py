"""`gateway policy simulate`: a new policy, played through on what was recorded."""

from __future__ import annotations

import argparse
import asyncio
import os
import time

from gateway.billing.prices import SeededPriceBook
from gateway.cli.database import migrated
from gateway.cli.output import counted, print_json, print_table, say
from gateway.cli.policy import loaded_from
from gateway.cli.progress import Progress
from gateway.core.money import NANO, Money
from gateway.core.traffic import Traffic
from gateway.policy.simulate import Effect, simulate
from gateway.policy.simulated_shadows import Mirrored
from gateway.settings import Settings, load_settings
from gateway.storage.traffic import recorded

HALF = NANO // 20_000
HEAD = ("team", "model", "requests", "refused", "admitted", "elsewhere", "cost", "instead of", "why")
MIRRORED_HEAD = ("team", "model", "shadow", "requests", "instead of", "cost", "instead of", "paid by")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 where somebody would be refused who is not now."""
    new, old = loaded_from(arguments.new).policy, loaded_from(arguments.policies).policy
    now = time.time()
    with Progress("reading what was asked"):
        traffic = asyncio.run(_traffic(load_settings(os.environ), now - arguments.since))
    with Progress("playing it through") as progress:
        effects = simulate(old, new, traffic, SeededPriceBook(), now, progress)
    changed = [effect for effect in effects if effect.changes]
    refused = sum(effect.refused for effect in effects)
    if arguments.json:
        requests = sum(effect.requests for effect in effects)
        print_json({"old": old.version, "new": new.version, "requests": requests, "effects": changed})
        return 1 if refused else 0
    _tell(effects, changed)
    return 1 if refused else 0


async def _traffic(settings: Settings, since: float) -> list[Traffic]:
    async with migrated(settings) as engine:
        return await recorded(engine, since)


def _tell(effects: list[Effect], changed: list[Effect]) -> None:
    requests, untouched = sum(effect.requests for effect in effects), len(effects) - len(changed)
    teams = counted(len({effect.team for effect in effects}), "team")
    say(f"{counted(requests, 'request')} of {teams} played through.")
    if not changed:
        say("Nothing changes for any of them.")
        return
    if moved := [_row(effect) for effect in changed if effect.concerns_clients]:
        print_table(HEAD, moved)
    if mirrored := [(effect, shadow) for effect in changed for shadow in effect.mirrored]:
        say("Asked the same, at most, without an answer to anybody:")
        print_table(MIRRORED_HEAD, [_mirrored(effect, shadow) for effect, shadow in mirrored])
    if untouched:
        say(f"Nothing changes for {untouched} other pairs of team and model.")
    if unpriced := sum(effect.unpriced for effect in effects):
        say(f"{unpriced} requests have no price under one of the policies and are in neither cost.")
    if any(effect.admitted for effect in effects):
        say("What was refused when it was asked has no tokens on record, and would cost more than is told here.")
    say("Costs are at the mean size of a request; quotas and budgets are not played through.")


def _row(effect: Effect) -> tuple[str, ...]:
    return (
        effect.team,
        effect.model,
        str(effect.requests),
        str(effect.refused or ""),
        str(effect.admitted or ""),
        str(effect.moved or ""),
        _amounts(effect.after),
        _amounts(effect.before) if effect.before != effect.after else "",
        "; ".join(effect.why),
    )


def _mirrored(effect: Effect, shadow: Mirrored) -> tuple[str, ...]:
    return (
        effect.team,
        effect.model,
        shadow.shadow,
        str(shadow.after),
        str(shadow.before),
        "no price" if shadow.unpriced and not shadow.cost_after else _amounts(shadow.cost_after),
        _amounts(shadow.cost_before) if shadow.cost_before != shadow.cost_after else "",
        shadow.paid_by,
    )


def _amounts(amounts: tuple[Money, ...]) -> str:
    return ", ".join(map(_amount, amounts)) or "0"


def _amount(money: Money) -> str:
    """To a ten-thousandth: a week of one team may cost little."""
    whole, rest = divmod((money.nano + HALF) // (2 * HALF), 10_000)
    return f"{whole}.{rest:04} {money.currency}"
