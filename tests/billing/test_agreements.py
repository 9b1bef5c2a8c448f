"""What agreements come to: steps, periods, capacity, shares of months; exact, and the same whoever asks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.agreements import Charge, NoRate, Use, charges, discount, earliest_day
from gateway.billing.report.shares import shared
from gateway.core.agreements import Agreement, DiscountStep, Hardware, Reserved, Volume
from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates, Money

RATES = ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=PICO * 8 // 10, since="2026-01-01"),))
STEPS = (
    DiscountStep(above=0, discount=300),
    DiscountStep(above=100 * NANO, discount=1000),
)
GRADUATED = Volume(currency="USD", steps=STEPS)
WHOLE = Volume(currency="USD", steps=STEPS, counts="whole")


def agreement(**terms: Any) -> Agreement:
    return Agreement(**{"name": "a", "provider": "p", "since": "2026-01-01", **terms})


def use(day: str, units: int, tokens: int = 0, model: str = "m", currency: str = "USD") -> Use:
    return Use("p", model, day, currency, units * NANO, tokens)


def come_to(held: Agreement, uses: list[Use], *months: str, today: str = "2027-06-01") -> list[Charge]:
    return charges([held], uses, months, today, RATES)


@pytest.mark.parametrize(
    ("volume", "spent", "off"),
    [(GRADUATED, 50, "1.5"), (GRADUATED, 100, "3"), (GRADUATED, 200, "13"), (WHOLE, 100, "3"), (WHOLE, 200, "20")],
)
def test_the_discount_of_a_spend(volume: Volume, spent: int, off: str) -> None:
    assert discount(volume, spent * NANO) == int(Fraction(off) * NANO)


def test_the_discount_of_nothing_is_none_even_below_the_first_step() -> None:
    late = Volume(currency="USD", steps=(DiscountStep(above=100 * NANO, discount=1000),))
    assert [discount(late, spent * NANO) for spent in (0, 50, 100, 110)] == [0, 0, 0, NANO]


@given(
    st.lists(st.integers(0, 10**15), min_size=3, max_size=3),
    st.sampled_from([GRADUATED, WHOLE]),
)
def test_the_months_of_a_quarter_add_up_to_the_quarters_discount(spends: list[int], volume: Volume) -> None:
    months = ("2026-04", "2026-05", "2026-06")
    uses = [Use("p", "m", f"{month}-15", "USD", nano, 0) for month, nano in zip(months, spends, strict=True)]
    found = come_to(agreement(volume=volume, period="quarter"), uses, *months)
    assert -sum(charge.nano for charge in found) == discount(volume, sum(spends))


def test_a_commitment_is_charged_once_its_period_is_over() -> None:
    held = agreement(commitment=Money(100 * NANO, "USD"), period="quarter")
    uses = [use("2026-04-01", 20), use("2026-06-30", 30), use("2026-07-01", 99)]
    [charge] = come_to(held, uses, "2026-04", "2026-05", "2026-06")
    assert (charge.month, charge.nano, charge.kind) == ("2026-06", 50 * NANO, "commitment")
    assert come_to(held, uses, "2026-06", today="2026-06-30") == []
    assert come_to(held, [use("2026-05-05", 100)], "2026-06") == []


def test_a_commitment_counts_what_is_paid_after_the_discount() -> None:
    held = agreement(commitment=Money(200 * NANO, "USD"), volume=GRADUATED)
    off, short = come_to(held, [use("2026-05-05", 200)], "2026-05")
    assert (off.nano, short.nano) == (-13 * NANO, 13 * NANO)


def test_a_part_of_a_month_costs_a_part_of_its_fee() -> None:
    held = agreement(reserved=Reserved(monthly_fee=Money(30 * NANO, "USD")), since="2026-06-21")
    [june] = come_to(held, [use("2026-06-20", 1, 5), use("2026-06-21", 1, 7)], "2026-06")
    assert (june.nano, june.covered, june.tokens) == (10 * NANO, 7, 7)
    assert come_to(held, [], "2026-05") == []


def test_capacity_covers_what_it_is_for_and_no_more() -> None:
    held = agreement(reserved=Reserved(monthly_fee=Money(NANO, "USD"), capacity=100))
    [charge] = come_to(held, [use("2026-06-20", 1, 150)], "2026-06")
    assert (charge.covered, charge.tokens) == (100, 150)


@pytest.mark.parametrize(
    ("capacity", "paid_beside"),
    [(None, 1), (40, 61), (10**9, 1)],
)
def test_what_capacity_pays_for_is_no_spend(capacity: int | None, paid_beside: int) -> None:
    """100 for a hundred tokens, and 1 for a search, which no capacity pays for; capacity is for the month."""
    room = agreement(name="room", reserved=Reserved(monthly_fee=Money(30 * NANO, "USD"), capacity=capacity))
    tenth = Volume(currency="USD", steps=(DiscountStep(above=0, discount=1000),))
    spend = agreement(name="spend", volume=tenth, commitment=Money(90 * NANO, "USD"))
    uses = [
        Use("p", "m", "2026-06-01", "USD", 51 * NANO, 50, NANO),
        Use("p", "m", "2026-06-30", "USD", 50 * NANO, 50),
    ]
    for both in ([room, spend], [spend, room]):
        found = {charge.kind: charge for charge in charges(both, uses, ["2026-06"], "2027-01-01", RATES)}
        assert found["reserved"].covered == min(100, capacity or 100)
        assert found["volume"].nano == -paid_beside * NANO // 10
        assert found["commitment"].nano == 90 * NANO - paid_beside * NANO * 9 // 10


def test_machines_cost_the_same_however_much_they_are_used() -> None:
    held = agreement(hardware=Hardware(monthly_cost=Money(62 * NANO, "CHF"), tokens=100))
    [idle] = come_to(held, [], "2026-06")
    [busy] = come_to(held, [use("2026-06-20", 1, 1000)], "2026-06")
    assert (idle.nano, idle.tokens) == (62 * NANO, 0)
    assert (busy.nano, busy.covered) == (62 * NANO, 1000)


def test_other_models_other_days_and_other_providers_are_not_meant() -> None:
    held = agreement(models=("m*",), until="2026-06-15", volume=GRADUATED)
    uses = [
        use("2026-06-16", 10),
        use("2026-06-01", 10, model="other"),
        Use("q", "m", "2026-06-01", "USD", 10 * NANO, 0),
    ]
    assert come_to(held, uses, "2026-06") == []


def test_the_first_of_a_kind_has_the_usage() -> None:
    both = [agreement(name="a", models=("m",), volume=GRADUATED), agreement(name="b", volume=GRADUATED)]
    uses = [use("2026-06-01", 10), use("2026-06-01", 20, model="n")]
    found = charges(both, uses, ["2026-06"], "2027-01-01", RATES)
    assert [(charge.agreement.name, charge.nano) for charge in found] == [
        ("a", -3 * NANO // 10),
        ("b", -6 * NANO // 10),
    ]


def test_spend_in_another_currency_counts_at_the_days_rate() -> None:
    held = agreement(volume=Volume(currency="CHF", steps=(DiscountStep(above=0, discount=1000),)))
    [charge] = come_to(held, [use("2026-06-01", 10)], "2026-06")
    assert (charge.nano, charge.currency) == (-8 * NANO // 10, "CHF")
    with pytest.raises(NoRate):
        come_to(held, [use("2026-06-01", 10, currency="JPY")], "2026-06")


def test_usage_is_wanted_from_the_beginning_of_the_longest_period() -> None:
    assert earliest_day([agreement(period="quarter"), agreement()], "2026-06") == "2026-04-01"
    assert earliest_day([agreement(period="year")], "2026-06") == "2026-01-01"
    assert earliest_day([], "2026-06") == "2026-06-01"


@given(st.integers(-(10**18), 10**18), st.lists(st.integers(0, 10**15), min_size=1, max_size=30).filter(any))
def test_shares_add_up_and_none_is_off_by_a_unit(amount: int, weights: list[int]) -> None:
    shares = shared(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) <= 1
