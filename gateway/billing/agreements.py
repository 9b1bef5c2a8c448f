"""What agreements with providers come to in a month, from what was used.

Promise: exact integers; the same usage and the same agreements give the same charges on any day after the month.

The rules
- Volume: the discount of the period up to the end of the month, less that up to the end of the month before. So the
  months of a quarter add up to the quarter's discount, and one that makes up for earlier months shows in its own.
- A commitment is charged for what was not used of it, in the last month of its period, once that is over.
- Fees and the cost of machines are those of the calendar month, by days where the agreement holds for a part of it.
- What reserved capacity or machines pay for is no spend: it counts towards no discount and no commitment.
- Of several agreements of one kind for one model, the first of the policy counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from gateway.billing.calendar import days_of, month_of, months_of_period
from gateway.core.agreements import Agreement, Volume
from gateway.core.money import ExchangeRates, Money, times

ChargeKind = Literal["volume", "commitment", "reserved", "hardware"]


class Use(msgspec.Struct, frozen=True):
    """What was used of a model on a day, at the price of the call. `calls`: the part of `nano` that is for calls of
    tools, which no capacity pays for.
    """

    provider: str
    model: str
    day: str
    currency: str
    nano: int
    tokens: int
    calls: int = 0


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """`nano` is what is paid for the agreement beside its usage: negative for a discount.

    `covered` of `tokens` are paid for by it, and cost nothing else.
    """

    agreement: Agreement
    kind: ChargeKind
    month: str
    nano: int
    currency: str
    covered: int = 0
    tokens: int = 0


class NoRate(Exception):
    """An amount cannot be brought into the currency of an agreement: `args` says which."""


def charges(
    agreements: Sequence[Agreement], uses: Sequence[Use], months: Sequence[str], today: str, rates: ExchangeRates
) -> list[Charge]:
    """What each agreement comes to in each of the months; raises NoRate.

    `uses` must reach back to the beginning of every period that has one of the months in it.
    """
    found: list[Charge] = []
    uses = less_covered(agreements, uses)
    for month in months:
        first, last = days_of(month)
        for place, agreement in enumerate(agreements):
            start, end = max(first, agreement.since), min(last, agreement.until or last)
            if start > end:
                continue
            mine = [use for use in uses if use.day <= last and first_of(agreements, place, use)]
            in_month = [use for use in mine if use.day >= first]
            share = (_days(start, end), _days(first, last))
            if agreement.volume is not None:
                found += _volume(agreement, agreement.volume, mine, month, rates)
            if agreement.commitment is not None:
                found += _commitment(agreement, agreement.commitment, mine, month, today, rates)
            if (reserved := agreement.reserved) is not None:
                found.append(_fee(agreement, "reserved", month, reserved.monthly_fee, share, in_month))
            if (hardware := agreement.hardware) is not None:
                found.append(_fee(agreement, "hardware", month, hardware.monthly_cost, share, in_month))
    return found


def less_covered(agreements: Sequence[Agreement], uses: Sequence[Use]) -> Sequence[Use]:
    """The same uses, at what is still to be paid for them where reserved capacity or machines pay for their tokens.

    Capacity is shared out evenly to a month's tokens. `uses`: all of their months.
    """
    left = list(uses)
    for place, agreement in enumerate(agreements):
        if agreement.reserved is None and agreement.hardware is None:
            continue
        months: dict[str, list[int]] = {}
        for number, use in enumerate(uses):
            if use.tokens and first_of(agreements, place, use):
                months.setdefault(month_of(use.day), []).append(number)
        for month, numbers in months.items():
            tokens = sum(uses[number].tokens for number in numbers)
            covered = _covered(agreement, month, tokens)
            for number in numbers:
                use = left[number]
                left[number] = msgspec.structs.replace(
                    use, nano=use.nano - paid_by(use.nano - use.calls, covered, tokens)
                )
    return left


def paid_by(nano: int, covered: int, tokens: int) -> int:
    """What is paid already of a cost of tokens, where so many of all tokens are."""
    return nano * covered // tokens


def earliest_day(agreements: Iterable[Agreement], month: str) -> str:
    """Where the usage begins that `charges` wants to know for that month."""
    return min(
        (days_of(months_of_period(agreement.period, month)[0])[0] for agreement in agreements),
        default=days_of(month)[0],
    )


def discount(volume: Volume, spent: int) -> int:
    """Of that spend in a period, in nano-units of its currency, rounded half up."""
    if volume.counts == "whole":
        reached = [step for step in volume.steps if spent > step.above]
        return times(spent, (reached[-1].discount, 10_000)) if reached else 0
    bounds = [step.above for step in volume.steps[1:]] + [spent]
    scaled = sum(
        max(min(spent, upper) - step.above, 0) * step.discount for step, upper in zip(volume.steps, bounds, strict=True)
    )
    return times(scaled, (1, 10_000))


def part_of_month(agreement: Agreement, day: str) -> tuple[int, int]:
    """(days of the day's month in which the agreement holds, days of the month): what a month's amount is taken by."""
    first, last = days_of(month_of(day))
    return _days(max(first, agreement.since), min(last, agreement.until or last)), _days(first, last)


def part_of_period(agreement: Agreement, day: str) -> tuple[int, int]:
    """The same of the period that the day lies in."""
    period = months_of_period(agreement.period, month_of(day))
    first, last = days_of(period[0])[0], days_of(period[-1])[1]
    return _days(max(first, agreement.since), min(last, agreement.until or last)), _days(first, last)


def spent_in_period(agreement: Agreement, mine: Sequence[Use], day: str, currency: str, rates: ExchangeRates) -> int:
    """Nano-units from the beginning of the period that the day lies in to that day's month; raises NoRate."""
    month = month_of(day)
    return _spent(mine, months_of_period(agreement.period, month)[0], month, currency, rates)


def first_of(agreements: Sequence[Agreement], place: int, use: Use) -> bool:
    """Whether the usage is this agreement's, and no earlier one of its kind has it."""

    def has(agreement: Agreement) -> bool:
        return agreement.covers(use.provider, use.model) and agreement.holds_on(use.day)

    own = agreements[place]
    return has(own) and not any(has(other) and _kind(other) == _kind(own) for other in agreements[:place])


def _kind(agreement: Agreement) -> str:
    if agreement.reserved is not None:
        return "reserved"
    return "hardware" if agreement.hardware is not None else "spend"


def _volume(
    agreement: Agreement, volume: Volume, mine: Sequence[Use], month: str, rates: ExchangeRates
) -> list[Charge]:
    period = months_of_period(agreement.period, month)
    until_now = _spent(mine, period[0], month, volume.currency, rates)
    before = _spent(mine, period[0], _before(month), volume.currency, rates)
    off = discount(volume, until_now) - discount(volume, before)
    if not off:
        return []
    return [Charge(agreement=agreement, kind="volume", month=month, nano=-off, currency=volume.currency)]


def _commitment(
    agreement: Agreement, committed: Money, mine: Sequence[Use], month: str, today: str, rates: ExchangeRates
) -> list[Charge]:
    period = months_of_period(agreement.period, month)
    first, last = days_of(period[0])[0], days_of(period[-1])[1]
    start, end = max(first, agreement.since), min(last, agreement.until or last)
    if month != month_of(end) or today <= end:
        return []
    spent = _spent(mine, period[0], month, committed.currency, rates)
    if agreement.volume is not None:
        currency = agreement.volume.currency
        off = discount(agreement.volume, _spent(mine, period[0], month, currency, rates))
        spent -= _converted(off, currency, committed.currency, end, rates)
    short = times(committed.nano, (_days(start, end), _days(first, last))) - spent
    if short <= 0:
        return []
    return [Charge(agreement=agreement, kind="commitment", month=month, nano=short, currency=committed.currency)]


def _fee(
    agreement: Agreement, kind: ChargeKind, month: str, fee: Money, share: tuple[int, int], in_month: Sequence[Use]
) -> Charge:
    tokens = sum(use.tokens for use in in_month)
    return Charge(
        agreement=agreement,
        kind=kind,
        month=month,
        nano=times(fee.nano, share),
        currency=fee.currency,
        covered=_covered(agreement, month, tokens),
        tokens=tokens,
    )


def _covered(agreement: Agreement, month: str, tokens: int) -> int:
    """How many of a month's tokens the agreement pays for."""
    if agreement.reserved is None or agreement.reserved.capacity is None:
        return tokens
    return min(tokens, times(agreement.reserved.capacity, part_of_month(agreement, f"{month}-01")))


def _spent(uses: Sequence[Use], first_month: str, last_month: str, currency: str, rates: ExchangeRates) -> int:
    return sum(
        _converted(use.nano, use.currency, currency, use.day, rates)
        for use in uses
        if first_month <= month_of(use.day) <= last_month
    )


def _converted(nano: int, source: str, target: str, day: str, rates: ExchangeRates) -> int:
    ratio = rates.ratio(source, target, day)
    if ratio is None:
        raise NoRate(source, target, day)
    return times(nano, ratio)


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def _before(month: str) -> str:
    return month_of((date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat())
