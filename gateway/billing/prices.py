"""The price book: what a call costs, and where the price is from.

Promise: an override of the policy wins over the list from its day on, key by key; a price that a provider asks and
nobody knows is None, never zero.

Invariants
- The price is that of the UTC day of the call, and of the policy that the call ran under.
- A model on the company's own machines (kind `local`) costs nothing by the token, until an override or an agreement on
  hardware says what it does. Providers of kind `simulated` have no price until an override says so.
- An override is of the standard tier; a batch, `flex` or `priority` costs as much less or more as on the list.
- An override in another currency than the list's replaces it whole: currencies are never mixed in one amount.
- What is computed in one region alone is dearer than the list by what the policy's `regional` says from its day on,
  else by what `list_prices` knows.
- Calls of tools cost what the policy's `calls` says from its day on, else what the list says, in every tier. A price in
  another currency than the tokens' counts as none. Where the list has none, what we pay stands in its place.
- Prices are looked up once a provider, model, day and tier; then a call costs a few microseconds.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import msgspec

from gateway.billing.list_prices import CURRENCY, SECONDS_A_DAY, list_schedule_of, load_list
from gateway.billing.rates import FREE_CALLS, CallRates, Rates, Schedule, amount, meters, unpriced_calls
from gateway.core.bills import Bill
from gateway.core.charging import OWN_KINDS
from gateway.core.key_status import PriceTag
from gateway.core.money import Money, Ratio, times
from gateway.core.policy import Policy, PriceOverride
from gateway.core.usage import CALL_KINDS, Usage

MAX_KEPT: Final = 4096
"""Schedules held in memory; clients may name any model."""

OVERRIDE: Final = "override"
OWN_MACHINE: Final = Schedule(
    currency=CURRENCY, source="own machine, free", base=Rates(input=0, output=0), calls=FREE_CALLS
)
_OVERRIDABLE: Final = ("input", "output", "cached_input", "cache_write", "cache_write_1h")

_EPOCH: Final = date(1970, 1, 1)

_Key = tuple[str, str, str, int, str | None]
_Schedules = tuple[Schedule | None, Schedule | None]
"""(what we pay, what the list says)."""


class SeededPriceBook:
    """`core.ports.PriceBook` over the shipped list and the policy's overrides."""

    def __init__(self) -> None:
        self._schedules: dict[_Key, _Schedules] = {}

    def warm(self) -> None:
        """Load the list, which takes a quarter of a second, before the first request asks. Blocks."""
        load_list()

    def cost(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str] | None:
        """(cost, source of the price), or None where no price is known. `at` in Unix seconds."""
        schedule, _ = self._of(policy, provider, model, usage, at)
        if schedule is None:
            return None
        nano = amount(schedule, usage)
        return None if nano is None else (Money(nano, schedule.currency), schedule.source)

    def bill(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> Bill | None:
        schedule, listed = self._of(policy, provider, model, usage, at)
        if schedule is None or (metered := meters(schedule, usage)) is None:
            return None
        listed_meters = metered if listed is schedule else None if listed is None else meters(listed, usage)
        unpriced = unpriced_calls(schedule, usage)
        cost, list_cost = Money(metered.total, schedule.currency), None
        if listed is not None and listed_meters is not None:
            list_cost = cost if listed is schedule else Money(listed_meters.total, listed.currency)
        return Bill(
            cost=cost,
            meters=metered,
            source=f"{schedule.source}, no price of {', '.join(unpriced)}" if unpriced else schedule.source,
            list_cost=list_cost,
            list_meters=listed_meters,
            cache_saved=_cache_saved(schedule, usage, metered.total),
            unpriced_calls=unpriced,
        )

    def tag(self, policy: Policy, provider: str, model: str, at: float) -> PriceTag | None:
        """`core.key_status.PriceTags`: what the model costs by the million tokens."""
        schedule, _ = self._of(policy, provider, model, Usage(), at)
        if schedule is None:
            return None
        rates = schedule.base
        return PriceTag(
            currency=schedule.currency,
            input=rates.input,
            output=rates.output,
            cached_input=rates.cached_input,
            calls=tuple((kind, rate) for kind in CALL_KINDS if (rate := getattr(schedule.calls, kind)) is not None),
        )

    def _of(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> _Schedules:
        key = (policy.version, provider, model, int(at // SECONDS_A_DAY), usage.service_tier)
        found = self._schedules.get(key)
        if found is None:
            if len(self._schedules) >= MAX_KEPT:
                self._schedules.clear()
            found = self._schedules[key] = _schedules(policy, *key[1:])
        return found


def _schedules(policy: Policy, provider: str, model: str, day: int, service_tier: str | None) -> _Schedules:
    known = policy.providers.get(provider)
    today = (_EPOCH + timedelta(days=day)).isoformat()
    surcharge = _surcharge(policy, provider, model, today)
    listed = list_schedule_of(known, model, day, service_tier, surcharge) if known is not None else None
    override = _override(policy, provider, model, today)
    paid = listed
    if override is not None:
        standard = listed
        if known is not None and service_tier:
            standard = list_schedule_of(known, model, day, None, surcharge)
        paid = _overridden(listed, override, standard)
    if paid is None:
        paid = _hardware(policy, provider, model, today)
    if paid is None and known is not None and known.kind == "local":
        paid = listed = OWN_MACHINE
    if paid is not None:
        paid, listed = _with_calls(policy, provider, model, today, paid, listed)
    if paid is None or not paid.free or paid.source == OWN_MACHINE.source:
        return paid, listed
    free = msgspec.structs.replace(paid, source=f"{paid.source}, free")
    return free, free if listed is paid else listed


def _surcharge(policy: Policy, provider: str, model: str, today: str) -> int | None:
    """Of the latest entry that has begun, the first of those of one day."""
    begun = [one for one in policy.regional_surcharges if one.since <= today and one.covers(provider, model)]
    return max(begun, key=lambda one: one.since).basis_points if begun else None


def _override(policy: Policy, provider: str, model: str, today: str) -> PriceOverride | None:
    """The latest that has begun."""
    begun = [
        override
        for override in policy.price_overrides
        if override.provider == provider and override.model == model and override.since <= today
    ]
    return max(begun, key=lambda override: override.since, default=None)


def _overridden(listed: Schedule | None, override: PriceOverride, standard: Schedule | None) -> Schedule:
    """`listed`: of the tier asked about; `standard`: of the one that the override speaks of."""
    agreed = {name: rate for name in _OVERRIDABLE if (rate := getattr(override, name)) is not None}
    if listed is not None and standard is not None and listed.base != standard.base:
        agreed = {name: times(rate, _ratio(name, listed.base, standard.base)) for name, rate in agreed.items()}
    if listed is None or override.currency != listed.currency:
        return Schedule(currency=override.currency, source=OVERRIDE, base=Rates(**agreed))
    return msgspec.structs.replace(
        listed,
        source=f"{OVERRIDE}, {listed.source}" if {"input", "output"} - agreed.keys() else OVERRIDE,
        base=msgspec.structs.replace(listed.base, **agreed),
        tiers=tuple(
            msgspec.structs.replace(tier, rates=msgspec.structs.replace(tier.rates, **agreed)) for tier in listed.tiers
        ),
    )


def _with_calls(
    policy: Policy, provider: str, model: str, today: str, paid: Schedule, listed: Schedule | None
) -> _Schedules:
    """Both, with what calls of tools cost: kind by kind the latest price of the policy that has begun, else the list's.
    Own machines bill no calls.
    """
    rates = {kind: rate for kind in CALL_KINDS if (rate := getattr(paid.calls, kind)) is not None}
    for price in sorted(policy.call_prices, key=lambda price: price.since):
        if price.since <= today and price.currency == paid.currency and price.covers(provider, model):
            rates |= {kind: rate for kind in CALL_KINDS if (rate := getattr(price, kind)) is not None}
    if (known := policy.providers.get(provider)) is not None and known.kind in OWN_KINDS:
        rates = dict.fromkeys(CALL_KINDS, 0) | rates
    calls = CallRates(**rates)
    if calls == paid.calls:
        return paid, listed
    charged = msgspec.structs.replace(paid, calls=calls)
    if listed is None or listed.currency != paid.currency:
        return charged, listed
    told = {kind: rate for kind in CALL_KINDS if (rate := getattr(listed.calls, kind)) is not None}
    return charged, msgspec.structs.replace(listed, calls=CallRates(**(rates | told)))


def _ratio(name: str, listed: Rates, standard: Rates) -> Ratio:
    """Of the tier's rate to the standard one; where the list has none of that kind, as of the input that it is."""
    here, there = getattr(listed, name), getattr(standard, name)
    if here is None or not there:
        here, there = listed.input, standard.input
    return (1, 1) if here is None or not there else (here, there)


def _hardware(policy: Policy, provider: str, model: str, today: str) -> Schedule | None:
    """A token's share of the machines' monthly cost, at the tokens expected of them."""
    for agreement in policy.agreements:
        hardware = agreement.hardware
        if hardware is not None and agreement.covers(provider, model) and agreement.holds_on(today):
            rates = Rates(input=hardware.rate, output=hardware.rate)
            return Schedule(currency=hardware.monthly_cost.currency, source=agreement.name, base=rates)
    return None


def _cache_saved(schedule: Schedule, usage: Usage, paid: int) -> int:
    """What the same tokens had cost without the provider's prompt cache, less what they did cost."""
    if not (usage.cached_tokens or usage.cache_write_tokens):
        return 0
    without = amount(
        schedule, msgspec.structs.replace(usage, cached_tokens=0, cache_write_tokens=0, cache_write_1h_tokens=0)
    )
    assert without is not None, "the same tokens had a price"
    return without - paid
