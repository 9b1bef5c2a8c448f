"""A bill: parts that add up, the list price beside ours, what the provider's cache saved, what machines cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.list_prices import SOURCE
from gateway.billing.prices import SeededPriceBook
from gateway.billing.rates import PER, Rates, Schedule, amount, meters
from gateway.core.bills import Bill, Meters
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.usage import Usage
from gateway.policy.load import policy_of_text

AT = 1_795_000_000.0
PROVIDERS = """\
version: 1
providers:
  openai: {kind: openai, base_url: http://127.0.0.1:1/openai/v1, api_key: simulated, region: us}
  gpu: {kind: local, engine: vllm, base_url: http://127.0.0.1:1/v1, region: on_prem}
prices:
"""
RATE = st.none() | st.integers(0, 10**12)
COUNT = st.integers(0, 2**40)


def policy(prices: str) -> Policy:
    return policy_of_text("p.yaml", PROVIDERS + prices, {})


def bill(policy: Policy, provider: str, model: str, **usage: int) -> Bill | None:
    return SeededPriceBook().bill(policy, provider, model, Usage(**usage), AT)


@given(
    st.builds(Rates, input=RATE, output=RATE, cached_input=RATE, cache_write=RATE, input_audio=RATE),
    st.builds(Usage, input_tokens=COUNT, output_tokens=COUNT, cached_tokens=COUNT, cache_write_tokens=COUNT),
)
def test_the_meters_add_up_to_the_amount_and_none_is_negative(rates: Rates, usage: Usage) -> None:
    schedule = Schedule(currency="USD", source="test", base=rates)
    parts = meters(schedule, usage)
    assert (parts is None) == (amount(schedule, usage) is None)
    if parts is not None:
        assert parts.total == amount(schedule, usage)
        assert min(parts.input, parts.cache_read, parts.cache_write, parts.output) >= 0


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**9))
def test_each_meter_is_within_a_nano_of_its_own_rate(tokens: int, cached: int, rate: int, cached_rate: int) -> None:
    schedule = Schedule(currency="USD", source="test", base=Rates(input=rate, cached_input=cached_rate))
    parts = meters(schedule, Usage(input_tokens=tokens + cached, cached_tokens=cached))
    assert parts is not None
    assert abs(parts.input * PER - tokens * rate) <= PER
    assert abs(parts.cache_read * PER - cached * cached_rate) <= PER


def test_at_the_list_price_both_costs_are_one() -> None:
    found = bill(policy("  overrides: []\n"), "openai", "gpt-5-mini", input_tokens=1_000_000, output_tokens=1_000_000)
    assert found is not None
    assert found.cost == found.list_cost == Money(2_250_000_000, "USD")
    assert found.meters == found.list_meters == Meters(input=250_000_000, output=2_000_000_000)
    assert found.source == SOURCE


def test_a_contract_leaves_the_list_price_beside_it() -> None:
    override = "{provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 0.10 CHF/Mtok, output: 1 CHF/Mtok}"
    found = bill(
        policy(f"  overrides: [{override}]\n"), "openai", "gpt-5-mini", input_tokens=10**6, output_tokens=10**6
    )
    assert found is not None
    assert found.cost == Money(1_100_000_000, "CHF")
    assert found.list_cost == Money(2_250_000_000, "USD")


def test_what_the_cache_saved_is_told() -> None:
    found = bill(policy("  overrides: []\n"), "openai", "gpt-5-mini", input_tokens=10**6, cached_tokens=10**6)
    assert found is not None
    assert found.cost == Money(25_000_000, "USD")
    assert found.meters == Meters(cache_read=25_000_000)
    assert found.cache_saved == 225_000_000


def test_machines_give_a_token_a_cost_from_their_first_to_their_last_day() -> None:
    room = "name: room, provider: gpu, hardware: {monthly_cost: 6200 CHF, tokens: 2 Gtok}"
    held = policy(f"  agreements: [{{{room}, since: 2026-01-01}}]\n")
    found = bill(held, "gpu", "llama-3.3-70b", input_tokens=900_000, output_tokens=100_000)
    assert found is not None
    assert (found.cost, found.source, found.list_cost) == (Money(3_100_000_000, "CHF"), "room", None)
    ended = policy(f"  agreements: [{{{room}, since: 2026-01-01, until: 2026-06-30}}]\n")
    after = bill(ended, "gpu", "llama-3.3-70b", input_tokens=1)
    assert after is not None
    assert (after.cost, after.source) == (Money(0, "USD"), "own machine, free")


def test_what_costs_nothing_says_so() -> None:
    override = "{provider: gpu, model: m, since: 2026-01-01, input: 0 CHF/Mtok, output: 0 CHF/Mtok}"
    found = bill(policy(f"  overrides: [{override}]\n"), "gpu", "m", input_tokens=5)
    assert found is not None
    assert (found.cost, found.source) == (Money(0, "CHF"), "override, free")


@pytest.mark.parametrize(("cost", "tokens", "rate"), [(62, 2_000, 31_000_000), (1, 3, 333_333_333)])
def test_the_rate_of_machines_is_rounded_once(cost: int, tokens: int, rate: int) -> None:
    room = (
        f"name: room, provider: gpu, since: 2026-01-01, hardware: {{monthly_cost: {cost} CHF, tokens: {tokens} Mtok}}"
    )
    [agreement] = policy(f"  agreements: [{{{room}}}]\n").agreements
    assert agreement.hardware is not None
    assert agreement.hardware.rate == rate
