"""From sums of usage in their own currencies to a report in one.

Promise: nothing is lost on the way: what cannot be converted is told, what an agreement adds stands on its own line,
and shares of a fee add up to the fee.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from gateway.billing.agreements import Charge, Use, charges, first_of, paid_by
from gateway.billing.calendar import days_of, month_of, months_between
from gateway.billing.report.figures import Figures, Line, Part, Report, Unconverted
from gateway.billing.report.shares import shared
from gateway.core.money import ExchangeRates, times
from gateway.core.policy import Policy
from gateway.core.tags import parted
from gateway.storage.costs import Adjustment, CostGroup
from gateway.storage.tables import COST_METERS, LIST_METERS, METERS

DIMENSIONS = {
    "team": "team",
    "cost_center": "cost_center",
    "project": "project",
    "tag": "tags",
    "user": "user",
    "key": "key_id",
    "provider": "provider",
    "model": "model",
    "region": "region",
    "day": "local_day",
    "month": "month",
}
"""What a report may be grouped by -> what sums call it. `tag.NAME` is the value of one tag."""

CALLS = METERS.index("calls")
ALWAYS = ("provider", "model", "month")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    first_month: str
    last_month: str
    by: tuple[str, ...]
    currency: str
    today: str
    made_at: float


def dimensions_of(question: Question, policy: Policy) -> tuple[str, ...]:
    """What sums are needed by: also by day, where a rate or an agreement begins or ends inside a month."""
    asked = ["tags" if name.startswith("tag.") else DIMENSIONS[name] for name in question.by]
    changes = {rate.since for rate in policy.exchange.rates}
    changes |= {agreement.since for agreement in policy.agreements}
    changes |= {agreement.until for agreement in policy.agreements if agreement.until is not None}
    months = months_between(question.first_month, question.last_month)
    inside = any(month_of(day) in months and day not in days_of(month_of(day)) for day in changes)
    inside |= any(rate.since == days_of(month)[1] for rate in policy.exchange.rates for month in months)
    inside |= any(agreement.until == days_of(month)[0] for agreement in policy.agreements for month in months)
    inside |= any(agreement.since == days_of(month)[1] for agreement in policy.agreements for month in months)
    return tuple(dict.fromkeys((*asked, *ALWAYS, *(("local_day",) if inside else ()))))


def build_report(
    question: Question,
    policy: Policy,
    groups: Iterable[CostGroup],
    uses: Sequence[Use],
    adjustments: Sequence[Adjustment],
) -> Report:
    """The report. `uses` by day, from where agreements look back to; raises billing.agreements.NoRate."""
    months = months_between(question.first_month, question.last_month)
    lost: dict[str, list[int]] = {}
    parts = [part for group in groups if (part := _part(group, policy.exchange, question.currency, lost)) is not None]
    found = charges(policy.agreements, uses, months, question.today, policy.exchange)
    for charge in sorted(found, key=lambda charge: not charge.covered):  # first what is no spend then
        parts += _apply(charge, parts, policy, question.currency, lost)
    for part in parts:
        if part.hosted:
            part.figures.local_saved = part.hosted - part.figures.effective
    parts += _corrections(adjustments, policy.exchange, question.currency, lost)
    total = Figures()
    for part in parts:
        total.add(part.figures)
    return Report(
        first_month=question.first_month,
        last_month=question.last_month,
        by=question.by,
        currency=question.currency,
        timezone=policy.reporting.timezone,
        policy_version=policy.version,
        made_at=question.made_at,
        lines=_lines(parts, question.by),
        total=total,
        parts=parts,
        charges=found,
        unconverted=[Unconverted(currency, nano, calls) for currency, (nano, calls) in sorted(lost.items())],
        unpriced=_unpriced(parts),
    )


def _part(group: CostGroup, rates: ExchangeRates, currency: str, lost: dict[str, list[int]]) -> Part | None:
    key, sums = group.key, group.sums
    if not any(sums.values()):
        return None
    day = key.get("local_day") or days_of(key["month"] or "")[1]

    def into(source: str | None, nano: int) -> int | None:
        ratio = None if source is None else rates.ratio(source, currency, day)
        return None if ratio is None else times(nano, ratio)

    own, listed, hosted = key["currency"], key["list_currency"], key["hosted_currency"]
    contracted = 0 if own is None else into(own, sums["cost_nano"])
    if contracted is None:
        entry = lost.setdefault(str(own), [0, 0])
        entry[0] += sums["cost_nano"]
        entry[1] += sums["requests"]
        contracted = 0
        own = None
    # Each meter is converted by itself, and the last takes the rest, so that they still add up.
    meters = _meters(sums, COST_METERS, contracted, sums["cost_nano"])
    list_total = into(listed, sums["list_nano"])
    at_list = contracted if list_total is None else list_total
    figures = Figures(
        requests=sums["requests"],
        input_tokens=max(sums["input_tokens"] - sums["cached_tokens"] - sums["cache_write_tokens"], 0),
        cache_read_tokens=sums["cached_tokens"],
        cache_write_tokens=sums["cache_write_tokens"],
        output_tokens=sums["output_tokens"],
        billed_calls=sums["billed_calls"],
        list=at_list,
        contracted=contracted,
        billed=contracted,
        effective=contracted,
        cache_saved=into(own, sums["cache_saved_nano"] + sums["saved_nano"]) or 0,
        unpriced=sums["unpriced"],
        estimated=sums["estimated"],
    )
    return Part(
        key={name: value for name, value in key.items() if not name.endswith("currency")},
        figures=figures,
        meters_contracted=meters,
        meters_list=meters if list_total is None else _meters(sums, LIST_METERS, at_list, sums["list_nano"]),
        hosted=into(hosted, sums["hosted_nano"]) or 0,
    )


def _meters(sums: dict[str, int], names: Sequence[str], converted: int, total: int) -> tuple[int, ...]:
    parts = [sums[name] for name in names]
    if sum(parts) != total:  # rows from before meters were kept
        parts = [total - sum(parts[1:]), *parts[1:]]
    return tuple(shared(converted, parts)) if total else (0,) * len(parts)


def _apply(
    charge: Charge, parts: Sequence[Part], policy: Policy, currency: str, lost: dict[str, list[int]]
) -> list[Part]:
    """Share the charge out to the usage that it was worked out from; the line of its own, where it is a fee."""
    agreement, last = charge.agreement, days_of(charge.month)[1]
    place = policy.agreements.index(agreement)
    mine = [
        part
        for part in parts
        if part.kind == "usage"
        and part.key["month"] == charge.month
        and first_of(policy.agreements, place, _use(part, last))
    ]
    ratio = policy.exchange.ratio(charge.currency, currency, last)
    if ratio is None:
        entry = lost.setdefault(charge.currency, [0, 0])
        entry[0] += charge.nano
        return []
    amount = times(charge.nano, ratio)
    by_cost = [part.figures.contracted - part.covered for part in mine]
    by_tokens = [part.figures.input_tokens + part.figures.cache_read_tokens for part in mine]
    by_tokens = [
        tokens + part.figures.cache_write_tokens + part.figures.output_tokens
        for tokens, part in zip(by_tokens, mine, strict=True)
    ]
    if charge.kind == "volume":
        _spread(mine, amount, by_cost, billed=True)
        return []
    if charge.covered:
        for part in mine:
            by_token = part.figures.contracted - part.covered - part.meters_contracted[CALLS]
            paid = paid_by(by_token, charge.covered, charge.tokens)
            part.covered += paid
            part.figures.billed -= paid
            part.figures.effective -= paid
    weights = by_cost if charge.kind == "commitment" else by_tokens
    rest = _spread(mine, amount, weights, billed=False)
    key: dict[str, str | None] = {"month": charge.month, "provider": agreement.provider}
    figures = Figures(billed=amount, effective=rest)
    return [Part(key=key, kind="fee", name=agreement.name, reason=charge.kind, figures=figures)]


def _use(part: Part, last: str) -> Use:
    """The part as agreements look at it: where it has no day, they hold the whole month."""
    return Use(part.key["provider"] or "", part.key["model"] or "", part.key.get("local_day") or last, "", 0, 0)


def _spread(parts: Sequence[Part], amount: int, weights: Sequence[int], *, billed: bool) -> int:
    """Add shares of the amount to the effective cost, and to the billed one; what nobody could take."""
    if not any(weights):
        return amount
    for part, share in zip(parts, shared(amount, weights), strict=True):
        part.figures.effective += share
        if billed:
            part.figures.billed += share
    return 0


def _corrections(
    adjustments: Sequence[Adjustment], rates: ExchangeRates, currency: str, lost: dict[str, list[int]]
) -> list[Part]:
    parts: list[Part] = []
    for adjustment in adjustments:
        ratio = rates.ratio(adjustment.currency, currency, days_of(adjustment.month)[1])
        if ratio is None:
            lost.setdefault(adjustment.currency, [0, 0])[0] += adjustment.nano
            continue
        nano = times(adjustment.nano, ratio)
        figures = Figures(list=nano, contracted=nano, billed=nano, effective=nano, adjusted=nano)
        key = {**adjustment.key, "month": adjustment.month}
        parts.append(Part(key=key, kind="correction", name=adjustment.id, reason=adjustment.reason, figures=figures))
    return parts


def _lines(parts: Sequence[Part], by: Sequence[str]) -> list[Line]:
    lines: dict[tuple[tuple[str | None, ...], str, str], Line] = {}
    for part in parts:
        key = tuple(_value(part, name) for name in by)
        name = part.name if part.kind == "fee" else ""
        line = lines.get((key, part.kind, name))
        if line is None:
            line = lines[key, part.kind, name] = Line(key=key, kind=part.kind, name=name, figures=Figures())
        line.figures.add(part.figures)
    timed = [place for place, name in enumerate(by) if name in {"day", "month"}]

    def order(line: Line) -> tuple[object, ...]:
        when = tuple(line.key[place] or "" for place in timed)
        return (line.kind != "usage", line.kind, when, -line.figures.effective, tuple(map(str, line.key)))

    return sorted(lines.values(), key=order)


def _value(part: Part, name: str) -> str | None:
    if name.startswith("tag."):
        return parted(part.key.get("tags")).get(name[4:])
    return part.key.get(DIMENSIONS[name])


def _unpriced(parts: Sequence[Part]) -> list[tuple[str, str, int]]:
    found: dict[tuple[str, str], int] = {}
    for part in parts:
        if part.figures.unpriced:
            pair = part.key["provider"] or "", part.key["model"] or ""
            found[pair] = found.get(pair, 0) + part.figures.unpriced
    return [(provider, model, calls) for (provider, model), calls in sorted(found.items())]
