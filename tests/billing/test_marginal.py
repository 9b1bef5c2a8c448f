"""What one more call costs, held against what the month's settlement makes of one more call."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.billing.agreements import Use, charges
from gateway.billing.marginal import MIX, marginal_cost
from gateway.billing.prices import SeededPriceBook
from gateway.core.agreements import Agreement, DiscountStep, Hardware, Reserved, Volume
from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates, Money
from gateway.core.policy import Policy, PriceOverride, ProviderPolicy
from gateway.core.reporting import Reporting
from gateway.core.routes import MarginalCost

AT = 1_776_254_400.0  # 2026-04-15T12:00:00Z
DAY, AFTER = "2026-04-15", "2026-07-01"
QUARTER = ("2026-04", "2026-05", "2026-06")
RATES = ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=PICO // 2, since="2026-01-01"),))
PRICES = SeededPriceBook()


def policy(*agreements: Agreement, kind: str = "simulated") -> Policy:
    provider = ProviderPolicy(name="p", kind=kind, base_url="http://h", region="eu", engine=None)  # type: ignore[arg-type]
    price = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=2 * NANO, output=6 * NANO)
    return Policy(
        version="v",
        providers={"p": provider},
        models={},
        teams={},
        agreements=agreements,
        price_overrides=(price,),
        exchange=RATES,
        reporting=Reporting(timezone="UTC", currency="CHF"),
    )


def agreement(**terms: Any) -> Agreement:
    return Agreement(**{"name": "a", "provider": "p", "since": "2026-01-01", **terms})


def use(nano: int, tokens: int = 0, day: str = DAY) -> Use:
    return Use("p", "m", day, "USD", nano, tokens)


def cost(held: Policy, *uses: Use, model: str = "m") -> MarginalCost:
    return marginal_cost(held, PRICES, "p", model, uses, AT)


def billed(held: Agreement, uses: list[Use]) -> int:
    """What is paid for the quarter in the end, in nano-units of the usage's currency."""
    return sum(one.nano for one in uses) + sum(charge.nano for charge in charges([held], uses, QUARTER, AFTER, RATES))


@given(st.integers(1, 10**12), st.integers(0, 2 * 10**12), st.integers(1, 10**6), st.sampled_from([0, 250]))
@example(committed=1, spent=6339, more=1, off=250)
def test_a_commitment_pays_exactly_where_one_more_call_changes_no_bill(
    committed: int, spent: int, more: int, off: int
) -> None:
    volume = Volume(currency="USD", steps=(DiscountStep(above=0, discount=off),)) if off else None
    held = agreement(period="quarter", commitment=Money(committed, "USD"), volume=volume)
    before, after = billed(held, [use(spent)]), billed(held, [use(spent), use(more)])
    paid = cost(policy(held), use(spent)).paid
    if after == before and (more > 1 or not off):  # a discount that is rounded may take one nano-unit whole
        assert paid
    elif not paid:
        assert abs(after - before - more * (10_000 - off) / 10_000) <= 1
    else:  # the last call that it pays for goes over its end
        assert after - before < more


@given(st.integers(1, 10**9), st.integers(0, 2 * 10**9), st.integers(1, 1000))
def test_reserved_capacity_pays_exactly_for_what_the_month_calls_covered(capacity: int, used: int, more: int) -> None:
    held = agreement(reserved=Reserved(monthly_fee=Money(NANO, "USD"), capacity=capacity))

    def covered(*uses: Use) -> int:
        return sum(charge.covered for charge in charges([held], uses, QUARTER[:1], AFTER, RATES))

    gained = covered(use(0, used), use(0, more)) - covered(use(0, used))
    assert cost(policy(held), use(0, used)).paid is (gained > 0)


def test_what_was_used_in_an_earlier_month_is_this_months_only_by_the_quarter() -> None:
    spent = use(10 * NANO, 10, day="2026-03-31"), use(10 * NANO, 10, day="2026-04-01")
    assert cost(policy(agreement(commitment=Money(11 * NANO, "USD"))), *spent).because == "commitment a, 90 % used"
    year = agreement(commitment=Money(11 * NANO, "USD"), period="year")
    assert not cost(policy(year), *spent).paid
    room = agreement(reserved=Reserved(monthly_fee=Money(NANO, "USD"), capacity=11))
    assert cost(policy(room), *spent).because == "reserved a, 90 % used"


def test_an_agreement_that_begins_in_the_month_pays_for_its_part_of_it() -> None:
    late = agreement(since="2026-04-15", commitment=Money(30 * NANO, "USD"))
    assert cost(policy(late), use(15 * NANO)).because == "commitment a, 93 % used", "16 of 30 days"
    assert not cost(policy(late), use(16 * NANO)).paid
    assert not cost(policy(msgspec.structs.replace(late, since="2026-04-16"))).paid
    assert not cost(policy(msgspec.structs.replace(late, since="2026-01-01", until="2026-04-14"))).paid


def test_own_machines_are_paid_for_and_the_rest_costs_its_price_less_the_discount() -> None:
    hardware = agreement(hardware=Hardware(monthly_cost=Money(NANO, "CHF"), tokens=10))
    assert cost(policy(hardware)) == MarginalCost(nano=0, paid=True, because="hardware a")
    assert cost(policy(kind="local"), model="unpriced") == MarginalCost(nano=0, paid=True, because="own machines")
    steps = (DiscountStep(above=0, discount=0), DiscountStep(above=10 * NANO, discount=1000))
    volume = policy(agreement(volume=Volume(currency="USD", steps=steps)))
    assert (MIX.input_tokens * 2 + MIX.output_tokens * 6) // 1_000_000 == 3
    assert cost(volume).nano == 3 * NANO // 2, "in the reporting currency"
    assert cost(volume, use(10 * NANO)).nano == 27 * NANO // 20
    assert cost(volume, model="unpriced") == MarginalCost(nano=None, paid=False, because="no price is known")


def test_an_amount_without_a_rate_pays_for_nothing() -> None:
    held = policy(agreement(commitment=Money(10 * NANO, "JPY")))
    assert not cost(held, use(NANO)).paid
    assert cost(held).paid, "nothing has to be brought into yen"
