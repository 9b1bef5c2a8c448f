"""`reporting` and `prices.exchange`: read as written, refused at the place of the mistake."""

import pytest

from gateway.core.money import PICO, ExchangeRate
from gateway.core.reporting import Reporting
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import policy_of_text

P = "version: 1\n"


def test_left_out_it_is_utc_and_dollars_without_rates() -> None:
    policy = policy_of_text("p.yaml", P, {})
    assert policy.reporting == Reporting(timezone="UTC", currency="USD")
    assert policy.exchange.rates == ()


def test_the_contracts_own_form() -> None:
    policy = policy_of_text(
        "p.yaml",
        P + "reporting: {timezone: Europe/Zurich, currency: CHF}\n"
        "prices: {exchange: [{from: USD, to: CHF, rate: 0.80, since: 2026-11-01}]}\n",
        {},
    )
    assert policy.reporting == Reporting(timezone="Europe/Zurich", currency="CHF")
    assert policy.exchange.rates == (ExchangeRate(source="USD", target="CHF", pico=PICO * 8 // 10, since="2026-11-01"),)


def test_another_rate_is_another_version() -> None:
    rates = "prices: {exchange: [{from: USD, to: CHF, rate: 0.80, since: 2026-11-01}]}\n"
    first, second = (policy_of_text("p.yaml", P + text, {}) for text in (rates, rates.replace("0.80", "0.81")))
    assert first.version != second.version


@pytest.mark.parametrize("currency", ["BGN", "HRK"])
def test_rates_of_a_currency_that_ended_lately_stay(currency: str) -> None:
    rates = f"prices: {{exchange: [{{from: USD, to: {currency}, rate: 1.8, since: 2024-01-01}}]}}\n"
    [rate] = policy_of_text("p.yaml", P + rates, {}).exchange.rates
    assert rate.target == currency


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("reporting: {timezone: Europe/Zurch}", "2:23: there is no time zone 'Europe/Zurch'; did you mean 'Europe/Zurich'?"),  # noqa: E501
        ("reporting: {currency: chf}", "2:23: 'currency': 'chf' is no currency of ISO 4217; did you mean 'CHF'?"),
        ("reporting: {currency: XXQ}", "2:23: 'currency': 'XXQ' is no currency of ISO 4217, as CHF, EUR or USD"),
        ("organisation: {budgets: [{period: day, limit: 5 CFH}]}", "2:47: 'limit': 'CFH' is no currency of ISO 4217; did you mean 'CHF'?"),  # noqa: E501
        ("reporting: {timzone: UTC}", "did you mean 'timezone'?"),
        ("prices: {exchange: [{from: USD, to: CHF, rate: 0, since: 2026-11-01}]}", "'rate': a rate is a number above 0"),  # noqa: E501
        ("prices: {exchange: [{from: USD, to: CHF, rate: 0.8 CHF, since: 2026-11-01}]}", "without a unit"),
        ("prices: {exchange: [{from: USD, to: CHF, rate: -1, since: 2026-11-01}]}", "2:48: 'rate': write a number"),
        ("prices: {exchange: [{from: USD, to: USD, rate: 1, since: 2026-11-01}]}", "2:37: USD is worth itself"),
        ("prices: {exchange: [{from: USD, to: CHF, since: 2026-11-01}]}", "'rate' is missing"),
        ("prices:\n  exchange:\n  - {from: USD, to: CHF, rate: 0.8, since: 2026-11-01}\n  - {from: USD, to: CHF, rate: 0.9, since: 2026-11-01}", "5:5: the rate of USD to CHF since 2026-11-01 is defined twice"),  # noqa: E501
        ("prices:\n  exchange:\n  - {from: USD, to: CHF, rate: 0.8, since: 2026-11-01}\n  - {from: CHF, to: USD, rate: 1.2, since: 2026-12-01}", "5:12: USD to CHF is stated already"),  # noqa: E501
    ],
)  # fmt: skip
def test_each_mistake_has_its_place_and_its_reason(line: str, expected: str) -> None:
    with pytest.raises(PolicyErrors) as broken:
        policy_of_text("p.yaml", P + line + "\n", {})
    [error] = map(str, broken.value.errors)
    assert expected in error
