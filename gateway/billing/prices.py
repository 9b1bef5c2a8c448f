"""The price book: what a call costs, and where the price is from.

Promise: an override of the policy wins over the list from its day on, key by key; a price that nobody knows is None,
never zero.

Invariants
- The price is that of the UTC day of the call, and of the policy that the call ran under.
- Providers of kind `local` and `simulated` have no list: they cost something, or nothing, once an override says so.
- An override in another currency than the list's replaces it whole: currencies are never mixed in one amount.
- Prices are looked up once a provider, model, day and tier; then a call costs a few microseconds.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import msgspec

from gateway.billing.list_prices import SECONDS_A_DAY, list_schedule, load_list
from gateway.billing.rates import Rates, Schedule, amount
from gateway.core.money import Money
from gateway.core.policy import Policy, PriceOverride
from gateway.core.usage import Usage

MAX_KEPT: Final = 4096
"""Schedules held in memory; clients may name any model."""

OVERRIDE: Final = "override"
_OVERRIDABLE: Final = ("input", "output", "cached_input", "cache_write", "cache_write_1h")

_EPOCH: Final = date(1970, 1, 1)

_Key = tuple[str, str, str, int, str | None]


class SeededPriceBook:
    """`core.ports.PriceBook` over the shipped list and the policy's overrides."""

    def __init__(self) -> None:
        self._schedules: dict[_Key, Schedule | None] = {}

    def warm(self) -> None:
        """Load the list, which takes a quarter of a second, before the first request asks. Blocks."""
        load_list()

    def cost(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str] | None:
        """(cost, source of the price), or None where no price is known. `at` in Unix seconds."""
        key = (policy.version, provider, model, int(at // SECONDS_A_DAY), usage.service_tier)
        try:
            schedule = self._schedules[key]
        except KeyError:
            schedule = self._remembered(policy, key)
        if schedule is None:
            return None
        nano = amount(schedule, usage)
        return None if nano is None else (Money(nano, schedule.currency), schedule.source)

    def _remembered(self, policy: Policy, key: _Key) -> Schedule | None:
        if len(self._schedules) >= MAX_KEPT:
            self._schedules.clear()
        schedule = self._schedules[key] = _schedule(policy, *key[1:])
        return schedule


def _schedule(policy: Policy, provider: str, model: str, day: int, service_tier: str | None) -> Schedule | None:
    known = policy.providers.get(provider)
    listed = list_schedule(known.kind, model, day, service_tier) if known is not None else None
    override = _override(policy, provider, model, day)
    return listed if override is None else _overridden(listed, override)


def _override(policy: Policy, provider: str, model: str, day: int) -> PriceOverride | None:
    """The latest that has begun."""
    today = (_EPOCH + timedelta(days=day)).isoformat()
    begun = [
        override
        for override in policy.price_overrides
        if override.provider == provider and override.model == model and override.since <= today
    ]
    return max(begun, key=lambda override: override.since, default=None)


def _overridden(listed: Schedule | None, override: PriceOverride) -> Schedule:
    agreed = {name: rate for name in _OVERRIDABLE if (rate := getattr(override, name)) is not None}
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
