"""`gateway report shadows`: what models on trial would have answered, beside what was answered."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Iterable
from statistics import median
from typing import Final

import msgspec

from gateway.cli.database import migrated
from gateway.cli.output import print_json, print_table, remark
from gateway.cli.progress import Progress
from gateway.cli.report import policy_of
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.settings import Settings, load_settings
from gateway.storage.comparisons import Compared, Side, comparisons

HEAD: Final = (
    "model",
    "who",
    "requests",
    "answered",
    "first byte",
    "tokens",
    "characters",
    "refuses",
    "a thousand cost",
)


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Of one side's calls. Shares from 0 to 1, of its answers; medians in milliseconds; means of an answer.

    `cost`: of a thousand answers; None where some have no price, or no rate.
    """

    target: str
    answered: float
    refused: float
    first_byte_ms: float | None
    output_tokens: float
    characters: float
    cost: Money | None


class ShadowSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A shadow and who answered in its place. `same_tools`: of the pairs in which either calls one, or None.

    `overlap`: mean percent of words that both answers have, or None where there are none.
    """

    model: str
    requests: int
    real: Sums
    shadow: Sums
    same_tools: float | None
    overlap: float | None


def compare(arguments: argparse.Namespace) -> int:
    """Exit code 1 where nothing was compared."""
    settings = load_settings(os.environ)
    with Progress("reading"):
        found = asyncio.run(_found(settings, time.time() - arguments.since, arguments.model))
    told = summed(found, policy_of(settings))
    if arguments.json:
        print_json(told)
    elif told:
        _print(told)
    else:
        remark("no shadow was asked in this time: `shadows` below a model in the policies names some")
    return 0 if told else 1


def summed(found: Iterable[Compared], policy: Policy) -> list[ShadowSummary]:
    """By model, shadow and who answered; money in the reporting currency."""
    groups: dict[tuple[str, str, str], list[Compared]] = {}
    for one in found:
        groups.setdefault((one.model, one.shadow.target, one.real.target), []).append(one)
    return [_summary(model, groups[model, shadow, real], policy) for model, shadow, real in sorted(groups)]


def _summary(model: str, group: list[Compared], policy: Policy) -> ShadowSummary:
    calling = [one.tools for one in group if one.tools not in (None, "none")]
    alike = [one.overlap for one in group if one.overlap is not None]
    return ShadowSummary(
        model=model,
        requests=len(group),
        real=_sums([(one.at, one.real) for one in group], policy),
        shadow=_sums([(one.at, one.shadow) for one in group], policy),
        same_tools=calling.count("same") / len(calling) if calling else None,
        overlap=sum(alike) / len(alike) if alike else None,
    )


def _sums(sides: list[tuple[float, Side]], policy: Policy) -> Sums:
    answers = [(at, side) for at, side in sides if side.answered]
    number = max(len(answers), 1)
    began = [side.first_byte_ms for _, side in answers if side.first_byte_ms is not None]
    currency = policy.reporting.currency
    costs = [
        None if side.cost is None else policy.exchange.convert(side.cost, currency, policy.reporting.day_of(at))
        for at, side in answers
    ]
    known = [cost.nano for cost in costs if cost is not None]
    return Sums(
        target=sides[0][1].target,
        answered=len(answers) / len(sides),
        refused=sum(side.refused for _, side in answers) / number,
        first_byte_ms=median(began) if began else None,
        output_tokens=sum(side.output_tokens for _, side in answers) / number,
        characters=sum(side.characters for _, side in answers) / number,
        cost=Money(sum(known) * 1000 // number, currency) if answers and len(known) == len(costs) else None,
    )


async def _found(settings: Settings, since: float, model: str | None) -> list[Compared]:
    async with migrated(settings) as engine:
        return [one async for one in comparisons(engine, since, model)]


def _print(told: list[ShadowSummary]) -> None:
    rows: list[tuple[str, ...]] = []
    for one in told:
        rows.append((one.model, one.real.target, str(one.requests), *_cells(one.real)))
        alike = [] if one.overlap is None else [f"{one.overlap:.0f} % of words alike"]
        alike += [] if one.same_tools is None else [f"{100 * one.same_tools:.0f} % of tool calls alike"]
        rows.append(("", f"shadow {one.shadow.target}", ", ".join(alike), *_cells(one.shadow)))
    print_table(HEAD, rows)


def _cells(sums: Sums) -> tuple[str, ...]:
    began = "" if sums.first_byte_ms is None else f"{sums.first_byte_ms:.0f} ms"
    cost = "no price" if sums.cost is None else str(sums.cost)
    shares = f"{100 * sums.answered:.1f} %", f"{100 * sums.refused:.1f} %"
    return shares[0], began, f"{sums.output_tokens:.0f}", f"{sums.characters:.0f}", shares[1], cost
