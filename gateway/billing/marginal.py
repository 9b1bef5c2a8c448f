"""What one more call would cost: nothing, where somebody has paid for it already.

The rules
- Machines of one's own, reserved capacity that is left this month, and a commitment that is not used up in its period
  cost nothing more. Everything else costs its price, less the discount of the volume that is reached.
- Models are compared by one mix, MIX, since what a request will say is not known when it is sent.
- What cannot be told (a price, an exchange rate) is not paid for, and dearer than all that can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.billing.agreements import (
    NoRate,
    Use,
    discount,
    first_of,
    less_covered,
    part_of_month,
    part_of_period,
    spent_in_period,
)
from gateway.billing.calendar import month_of
from gateway.core.agreements import Agreement
from gateway.core.money import Money, times
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook
from gateway.core.routes import MarginalCost
from gateway.core.usage import Usage
from gateway.policy.model_names import all_ways

MIX: Final = Usage(input_tokens=750_000, output_tokens=250_000)
"""A million tokens, three read for each that is written."""


def marginal_costs(
    policy: Policy, prices: PriceBook, uses: Sequence[Use], at: float
) -> dict[tuple[str, str], MarginalCost]:
    """(provider, model) -> the cost, of all that aliases with `prefer` name."""
    uses = less_covered(policy.agreements, uses)
    named = {
        (target.provider, target.model)
        for alias in policy.models.values()
        if alias.prefer is not None
        for targets, fallbacks in all_ways(alias)
        for target in (*targets, *fallbacks)
    }
    return {
        (provider, model): marginal_cost(policy, prices, provider, model, uses, at)
        for provider, model in sorted(named)
        if provider in policy.providers
    }


def marginal_cost(
    policy: Policy, prices: PriceBook, provider: str, model: str, uses: Sequence[Use], at: float
) -> MarginalCost:
    """Of a million tokens, in the reporting currency. `uses`: of the periods of all agreements, until now, as
    `less_covered` leaves them.
    """
    day = policy.reporting.day_of(at)
    mine = [
        agreement
        for place, agreement in enumerate(policy.agreements)
        if first_of(policy.agreements, place, Use(provider, model, day, "", 0, 0))
    ]
    for agreement in mine:
        if (paid := _paid(policy, agreement, uses, day)) is not None:
            return MarginalCost(nano=0, paid=True, because=paid)
    if policy.providers[provider].kind == "local":
        return MarginalCost(nano=0, paid=True, because="own machines")
    priced = prices.cost(policy, provider, model, MIX, at)
    cost = None if priced is None else policy.exchange.convert(priced[0], policy.reporting.currency, day)
    if cost is None:
        return MarginalCost(nano=None, paid=False, because="no price is known")
    percent = max((_reached(policy, agreement, uses, day) for agreement in mine), default=0)
    nano = times(cost.nano, (10_000 - percent, 10_000))
    return MarginalCost(nano=nano, paid=False, because=f"{Money(nano, cost.currency)} a million tokens")


def depends_on_usage(policy: Policy) -> bool:
    """Whether the ledger has to be asked."""
    return any(
        agreement.commitment is not None
        or agreement.volume is not None
        or (agreement.reserved is not None and agreement.reserved.capacity is not None)
        for agreement in policy.agreements
    )


def _paid(policy: Policy, agreement: Agreement, uses: Sequence[Use], day: str) -> str | None:
    """What pays for one more call, in words; None where nothing of the agreement does."""
    if agreement.hardware is not None:
        return f"hardware {agreement.name}"
    if (reserved := agreement.reserved) is not None:
        if reserved.capacity is None:
            return f"reserved {agreement.name}"
        capacity = times(reserved.capacity, part_of_month(agreement, day))
        month = month_of(day)
        used = sum(use.tokens for use in _of(policy, agreement, uses) if month_of(use.day) == month)
        return _left(f"reserved {agreement.name}", used, capacity)
    if (committed := agreement.commitment) is not None:
        try:
            spent = _spent(policy, agreement, uses, day, committed.currency)
        except NoRate:
            return None
        whole = times(committed.nano, part_of_period(agreement, day))
        return _left(f"commitment {agreement.name}", spent, whole)
    return None


def _left(name: str, used: int, whole: int) -> str | None:
    return f"{name}, {100 * used // whole} % used" if used < whole else None


def _spent(policy: Policy, agreement: Agreement, uses: Sequence[Use], day: str, currency: str) -> int:
    """In the period until now, after the discount for volume; raises NoRate."""
    mine = _of(policy, agreement, uses)
    spent = spent_in_period(agreement, mine, day, currency, policy.exchange)
    if agreement.volume is None:
        return spent
    own = agreement.volume.currency
    off = Money(discount(agreement.volume, spent_in_period(agreement, mine, day, own, policy.exchange)), own)
    ratio = policy.exchange.ratio(own, currency, day)
    if ratio is None:
        raise NoRate(own, currency, day)
    return spent - times(off.nano, ratio)


def _reached(policy: Policy, agreement: Agreement, uses: Sequence[Use], day: str) -> int:
    """The discount, in hundredths of a percent, that the next call has."""
    volume = agreement.volume
    if volume is None:
        return 0
    try:
        spent = spent_in_period(agreement, _of(policy, agreement, uses), day, volume.currency, policy.exchange)
    except NoRate:
        return 0
    return max((step.discount for step in volume.steps if spent >= step.above), default=0)


def _of(policy: Policy, agreement: Agreement, uses: Sequence[Use]) -> list[Use]:
    place = policy.agreements.index(agreement)
    return [use for use in uses if first_of(policy.agreements, place, use)]
