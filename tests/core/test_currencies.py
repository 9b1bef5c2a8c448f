"""Rates: exact, dated, read both ways and across USD; unknown is None."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates, Money, times


def rate(source: str, target: str, value: str, since: str = "2026-01-01") -> ExchangeRate:
    return ExchangeRate(source=source, target=target, pico=int(Fraction(value) * PICO), since=since)


RATES = ExchangeRates(
    (
        rate("USD", "CHF", "0.80"),
        rate("USD", "CHF", "0.75", "2026-11-01"),
        rate("EUR", "USD", "1.25"),
    )
)
OCTOBER = "2026-10-31"
NOVEMBER = "2026-11-01"


@pytest.mark.parametrize(
    ("money", "to", "day", "expected"),
    [
        (Money(NANO, "USD"), "USD", OCTOBER, Money(NANO, "USD")),
        (Money(NANO, "USD"), "CHF", OCTOBER, Money(800_000_000, "CHF")),
        (Money(NANO, "USD"), "CHF", NOVEMBER, Money(750_000_000, "CHF")),
        (Money(NANO, "CHF"), "USD", OCTOBER, Money(1_250_000_000, "USD")),
        (Money(NANO, "EUR"), "CHF", OCTOBER, Money(NANO, "CHF")),
        (Money(NANO, "CHF"), "EUR", NOVEMBER, Money(1_066_666_667, "EUR")),
        (Money(NANO, "USD"), "CHF", "1970-01-01", None),
        (Money(NANO, "USD"), "JPY", NOVEMBER, None),
        (Money(NANO, "JPY"), "CHF", NOVEMBER, None),
        (Money(NANO, "JPY"), "JPY", NOVEMBER, Money(NANO, "JPY")),
    ],
)
def test_the_latest_rate_that_has_begun(money: Money, to: str, day: str, expected: Money | None) -> None:
    assert RATES.convert(money, to, day) == expected


def test_across_what_both_are_stated_against() -> None:
    swiss = ExchangeRates((rate("USD", "CHF", "0.80"), rate("EUR", "CHF", "1.00"), rate("GBP", "EUR", "1.20")))
    assert swiss.convert(Money(NANO, "EUR"), "USD", NOVEMBER) == Money(1_250_000_000, "USD")
    assert swiss.convert(Money(NANO, "GBP"), "USD", NOVEMBER) is None  # two steps, not three


@given(st.integers(0, 2**62), st.integers(1, 10**15), st.integers(1, 10**15))
def test_one_rounding_half_up(amount: int, numerator: int, denominator: int) -> None:
    exact = Fraction(amount * numerator, denominator)
    assert times(amount, (numerator, denominator)) == (exact + Fraction(1, 2)).__floor__()


@given(st.integers(0, 2**62), st.integers(1, 10**13))
def test_there_and_back_stays_within_the_rounding(nano: int, pico: int) -> None:
    rates = ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=pico, since="2026-01-01"),))
    there = rates.convert(Money(nano, "USD"), "CHF", NOVEMBER)
    assert there is not None
    back = rates.convert(there, "USD", NOVEMBER)
    assert back is not None
    assert abs(back.nano - nano) <= PICO / pico + 1
