"""Money: integers of a billionth (nano-unit) of a currency, never floats; and exchange rates with their days.

Promise: exact integers and one rounding, half up, to the nano-unit, however many rates take part; a rate that nobody
has stated is None, never one.

The rule, in this order:
1. the pair as stated, of the latest day that has begun, by the calendar of reports;
2. the pair stated the other way round, inverted;
3. across another currency, each of the two steps by 1 or 2: `CROSS` first, then the others by name.
A pair is stated one way only (`policy.parts.reporting` refuses both), so that 1 and 2 never contradict each other.
"""

from __future__ import annotations

from typing import Final

import msgspec

NANO = 1_000_000_000


class Money(msgspec.Struct, frozen=True):
    """`nano` ≥ 0, in billionths of `currency` (ISO 4217)."""

    nano: int
    currency: str

    def __str__(self) -> str:
        whole, rest = divmod(self.nano, NANO)
        digits = str(NANO + rest)[1:].rstrip("0")
        return f"{whole}.{digits or '0'} {self.currency}"


CROSS: Final = "USD"
"""What providers bill in, and so what rates are stated against."""
PICO: Final = 1_000_000_000_000

Ratio = tuple[int, int]
"""Numerator and denominator, both > 0."""


class ExchangeRate(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of `source` is worth `pico` / 10^12 units of `target` from that day on."""

    source: str
    target: str
    pico: int
    since: str
    """ISO date, in the reporting time zone."""


class ExchangeRates(msgspec.Struct, frozen=True):
    rates: tuple[ExchangeRate, ...] = ()

    def convert(self, money: Money, to: str, day: str) -> Money | None:
        """`money` in the currency `to` on that day, as `Reporting.day_of` names it; None where no rate is known."""
        if money.currency == to:
            return money
        ratio = self.ratio(money.currency, to, day)
        return None if ratio is None else Money(times(money.nano, ratio), to)

    def ratio(self, source: str, target: str, day: str) -> Ratio | None:
        """What one unit of `source` is worth on that day (ISO date), exactly; None where no rate is known."""
        if source == target:
            return 1, 1
        direct = self._stated(source, target, day)
        if direct is not None:
            return direct
        others = sorted({name for rate in self.rates for name in (rate.source, rate.target)})
        for across in (CROSS, *others):
            into, out = self._stated(source, across, day), self._stated(across, target, day)
            if into is not None and out is not None:
                return into[0] * out[0], into[1] * out[1]
        return None

    def _stated(self, source: str, target: str, day: str) -> Ratio | None:
        latest: ExchangeRate | None = None
        for rate in self.rates:
            pair = rate.source, rate.target
            if (
                pair in {(source, target), (target, source)}
                and rate.since <= day
                and (latest is None or rate.since > latest.since)
            ):
                latest = rate
        if latest is None:
            return None
        return (latest.pico, PICO) if latest.source == source else (PICO, latest.pico)


def times(amount: int, ratio: Ratio) -> int:
    """`amount` times the ratio, rounded half up (towards the greater for negative amounts, too)."""
    numerator, denominator = ratio
    return (2 * amount * numerator + denominator) // (2 * denominator)
