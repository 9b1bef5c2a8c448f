"""What a report says, as values.

Promise: every amount is whole nano-units of the report's currency; `Report.total` is the sum of its lines, and the
total of `billed` is that of `effective`: what is paid is what the usage cost.

The four costs, as FOCUS has them
- `list`: at the providers' public prices; where there is none, as contracted.
- `contracted`: at the prices between us and the provider, token by token.
- `billed`: what is invoiced: contracted, less volume discounts, less what a fee pays for; fees stand on lines of their
  own.
- `effective`: billed, with each fee shared out to the usage that it is for.
"""

from __future__ import annotations

import msgspec

from gateway.billing.agreements import Charge


class Figures(msgspec.Struct):
    """Sums; money in nano-units of the report's currency."""

    requests: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    billed_calls: int = 0
    """Of providers' own tools: searches, containers, pictures."""
    list: int = 0
    contracted: int = 0
    billed: int = 0
    effective: int = 0
    adjusted: int = 0
    """Corrections, which are part of the four costs."""
    cache_saved: int = 0
    """By providers' prompt caches and by answers from the gateway's own."""
    local_saved: int = 0
    """What hosted models would have cost where local ones answered, less what those cost."""
    unpriced: int = 0
    """Calls of paid models without a cost: an alarm."""
    estimated: int = 0
    """Calls whose tokens we counted ourselves."""

    def add(self, other: Figures) -> None:
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


FIGURES = Figures.__struct_fields__


class Line(msgspec.Struct, kw_only=True):
    """`key`: the dimensions asked for, in their order; None where a call had none.

    `kind`: calls, a correction, or a fee of an agreement (`name`).
    """

    key: tuple[str | None, ...]
    kind: str = "usage"
    name: str = ""
    figures: Figures


class Part(msgspec.Struct, kw_only=True):
    """The finest that a report is made of: FOCUS writes a row for each of its meters."""

    key: dict[str, str | None]
    kind: str = "usage"
    name: str = ""
    reason: str = ""
    figures: Figures
    meters_contracted: tuple[int, ...] = (0, 0, 0, 0, 0)
    """In the order of `core.bills.Meters`."""
    meters_list: tuple[int, ...] = (0, 0, 0, 0, 0)
    hosted: int = 0
    covered: int = 0
    """Of the contracted cost: what fees pay for."""


class Unconverted(msgspec.Struct, frozen=True):
    """Money that is in no sum, for want of an exchange rate."""

    currency: str
    nano: int
    calls: int


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What was signed when the month was closed, and by how much it differs from now (nano-units)."""

    month: str
    closed_at: float
    currency: str
    billed: int
    since: int | None
    """None where some of it cannot be brought into the statement's currency any more."""


class Held(msgspec.Struct, frozen=True):
    """Jobs that were asked for in these months and have not ended, and what they may cost (nano-units)."""

    jobs: int
    nano: int


class Report(msgspec.Struct, kw_only=True):
    first_month: str
    last_month: str
    by: tuple[str, ...]
    currency: str
    timezone: str
    policy_version: str
    made_at: float
    lines: list[Line]
    total: Figures
    parts: list[Part]
    charges: list[Charge]
    unconverted: list[Unconverted] = []
    unpriced: list[tuple[str, str, int]] = []
    """(provider, model, calls)."""
    closings: list[Closing] = []
    held: Held = Held(0, 0)

    @property
    def title(self) -> str:
        return self.first_month if self.first_month == self.last_month else f"{self.first_month} to {self.last_month}"
