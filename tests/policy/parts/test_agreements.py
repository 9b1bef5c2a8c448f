"""`prices.agreements`: read as written, refused at the place of the mistake."""

import pytest

from gateway.core.agreements import Agreement, DiscountStep, Hardware, Reserved, Volume
from gateway.core.money import NANO, Money
from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import policy_of_text

P = """\
version: 1
providers:
  gpu: {kind: local, engine: vllm, base_url: http://h/v1, region: on_prem}
  sim: {kind: simulated, speaks: [gemini], base_url: http://h/v1, region: eu}
prices:
  agreements:
"""


def test_the_four_kinds() -> None:
    text = P + (
        "  - {name: a, provider: sim, models: ['m*'], since: 2026-01-01, until: 2026-12-31, period: quarter,\n"
        "     commitment: 20000 USD,\n"
        "     volume: {counts: whole, steps: [{above: 0 USD, discount: 3%}, {above: 5 USD, discount: 7.25%}]}}\n"
        "  - {name: b, provider: sim, since: 2026-01-01, reserved: {monthly_fee: 9 USD, capacity: 50 Gtok}}\n"
        "  - {name: c, provider: gpu, since: 2026-01-01, hardware: {monthly_cost: 62 CHF, tokens: 2 Mtok}}\n"
    )
    assert policy_of_text("p.yaml", text, {}).agreements == (
        Agreement(
            name="a",
            provider="sim",
            models=("m*",),
            since="2026-01-01",
            until="2026-12-31",
            period="quarter",
            commitment=Money(20_000 * NANO, "USD"),
            volume=Volume(
                currency="USD",
                counts="whole",
                steps=(DiscountStep(above=0, discount=300), DiscountStep(above=5 * NANO, discount=725)),
            ),
        ),
        Agreement(
            name="b",
            provider="sim",
            since="2026-01-01",
            reserved=Reserved(monthly_fee=Money(9 * NANO, "USD"), capacity=50_000_000_000),
        ),
        Agreement(
            name="c",
            provider="gpu",
            since="2026-01-01",
            hardware=Hardware(monthly_cost=Money(62 * NANO, "CHF"), tokens=2_000_000),
        ),
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("  - {name: a, provider: smi, since: 2026-01-01, commitment: 1 USD}", "7:25: there is no provider 'smi'; did you mean 'sim'?"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01}", "7:5: an agreement says at least one of volume, commitment, reserved, hardware"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, until: 2025-01-01, commitment: 1 USD}", "7:56: this ends before it begins, on 2026-01-01"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, commitment: 1 USD, reserved: {monthly_fee: 1 USD}}", "'reserved' stands alone: put commitment in another one"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, hardware: {monthly_cost: 1 CHF, tokens: 1 Mtok}}", "'hardware' is for kind 'local', and this is 'simulated'"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, period: year, reserved: {monthly_fee: 1 USD}}", "7:57: 'period' goes with 'volume' and 'commitment' only"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, volume: {steps: []}}", "'steps' must not be empty"),
        ("  - {name: a, provider: sim, since: 2026-01-01, volume: {steps: [{above: 5 USD, discount: 1%}, {above: 5 USD, discount: 2%}]}}", "steps go from the lowest to the highest"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, volume: {steps: [{above: 5 USD, discount: 1%}, {above: 6 CHF, discount: 2%}]}}", "in one currency, USD"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, volume: {steps: [{above: 5 USD, discount: 101%}]}}", "'discount': write a percentage up to 100%"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, reserved: {monthly_fee: 1 USD, capacity: 5}}", "'capacity': a number of tokens needs its unit"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, commitment: 1 USD}\n  - {name: a, provider: gpu, since: 2026-01-01, commitment: 1 USD}", "8:12: there are two agreements 'a'"),  # noqa: E501
        ("  - {name: a, provider: sim, since: 2026-01-01, commitment: 1 USD}\n  - {name: b, provider: sim, since: 2026-05-01, commitment: 1 USD}", "8:5: 'a' has a 'commitment' for the same models at the same time"),  # noqa: E501
    ],
)  # fmt: skip
def test_each_mistake_has_its_place_and_its_reason(lines: str, expected: str) -> None:
    with pytest.raises(PolicyErrors) as broken:
        policy_of_text("p.yaml", P + lines + "\n", {})
    [error] = map(str, broken.value.errors)
    assert expected in error


def test_one_may_follow_another() -> None:
    lines = (
        "  - {name: a, provider: sim, since: 2026-01-01, until: 2026-04-30, commitment: 1 USD}\n"
        "  - {name: b, provider: sim, since: 2026-05-01, commitment: 1 USD}\n"
        "  - {name: c, provider: sim, models: [m], since: 2026-01-01, commitment: 1 USD}\n"
    )
    assert len(policy_of_text("p.yaml", P + lines, {}).agreements) == 3
