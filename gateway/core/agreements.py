"""What a contract with a provider says beyond the price of a token: discounts by volume, commitments, reserved
capacity, and hardware of one's own.

All of it is settled by the month, by `billing.agreements`; the price that a call is charged at when it is made is the
one before (for hardware, the cost of a token at the tokens that are expected of it).
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from gateway.core.models_of_provider import ModelsOfProvider
from gateway.core.money import Money

SettlingPeriod = Literal["month", "quarter", "year"]


class DiscountStep(msgspec.Struct, frozen=True, kw_only=True):
    """`discount` in hundredths of a percent, for a spend of more than `above` (nano-units)."""

    above: int
    discount: int


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """`graduated`: each step's discount is for what lies above it; `whole`: the highest reached is for everything."""

    currency: str
    steps: tuple[DiscountStep, ...]
    counts: Literal["graduated", "whole"] = "graduated"


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """Capacity bought by the month: usage of up to `capacity` tokens costs nothing but the fee; None: all usage."""

    monthly_fee: Money
    capacity: int | None = None


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """What machines of one's own cost a month, and how many tokens a month are expected of them."""

    monthly_cost: Money
    tokens: int

    @property
    def rate(self) -> int:
        """Nano-units per million tokens at the expected number, rounded half up."""
        return (2 * self.monthly_cost.nano * 1_000_000 + self.tokens) // (2 * self.tokens)


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """For usage of `models` (names, with shell wildcards) at `provider`.

    It holds from the day `since` to the day `until`, both included (ISO dates).
    """

    name: str
    provider: str
    since: str
    until: str | None = None
    models: tuple[str, ...] = ("*",)
    period: SettlingPeriod = "month"
    volume: Volume | None = None
    commitment: Money | None = None
    """Paid each period even where less was used."""
    reserved: Reserved | None = None
    hardware: Hardware | None = None

    def covers(self, provider: str, model: str) -> bool:
        return provider == self.provider and any(fnmatchcase(model, pattern) for pattern in self.models)

    def holds_on(self, day: str) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class RegionalSurcharge(ModelsOfProvider, frozen=True, kw_only=True):
    """What computing in one region alone costs on top of a list, in place of what `billing.list_prices` knows of it.

    `basis_points`: of the list price, ≥ 0. They are on all that the provider's address answers; of a provider of kind
    `anthropic` only on what it says that it computed in the United States alone.
    """

    since: str
    """ISO date, UTC."""
    basis_points: int
