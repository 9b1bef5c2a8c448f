"""The arithmetic by itself: kinds of tokens, tiers, rounding, contradictions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.rates import Rates, Schedule, Tier, amount
from gateway.core.usage import Usage

FULL = Rates(
    input=1_000_000,
    output=2_000_000,
    cached_input=100_000,
    cache_write=1_250_000,
    cache_write_1h=2_000_000,
    input_audio=8_000_000,
    output_audio=16_000_000,
)


def cost(rates: Rates, **usage: int) -> int | None:
    return amount(Schedule(currency="USD", source="test", base=rates), Usage(**usage))


def test_each_kind_at_its_own_rate() -> None:
    assert cost(FULL, input_tokens=10) == 10
    assert cost(FULL, output_tokens=10) == 20
    assert cost(FULL, input_tokens=10, cached_tokens=10) == 1
    assert cost(FULL, input_tokens=8, cache_write_tokens=8) == 10
    assert cost(FULL, input_tokens=8, cache_write_tokens=8, cache_write_1h_tokens=8) == 16
    assert cost(FULL, input_tokens=8, cache_write_tokens=8, cache_write_1h_tokens=4) == 13
    assert cost(FULL, input_tokens=10, input_audio_tokens=10) == 80
    assert cost(FULL, output_tokens=10, output_audio_tokens=10) == 160
    assert cost(FULL, output_tokens=10, reasoning_tokens=10) == 20
    assert cost(FULL, input_tokens=10, tool_prompt_tokens=10) == 10


def test_a_kind_without_a_rate_is_charged_as_what_contains_it() -> None:
    plain = Rates(input=1_000_000, output=2_000_000)
    assert cost(plain, input_tokens=10, cached_tokens=4, cache_write_tokens=3, input_audio_tokens=2) == 10
    assert cost(plain, output_tokens=10, output_audio_tokens=10) == 20
    short = Rates(input=1_000_000, cache_write=2_000_000)
    assert cost(short, input_tokens=10, cache_write_tokens=10, cache_write_1h_tokens=10) == 20


def test_tokens_without_a_price_give_no_amount() -> None:
    assert cost(Rates(input=1), output_tokens=1) is None
    assert cost(Rates(output=1), input_tokens=1) is None
    assert cost(Rates(), input_tokens=0, output_tokens=0) == 0
    assert cost(Rates(input=1_000_000), input_tokens=5) == 5


@pytest.mark.parametrize(
    ("rate", "tokens", "nano"),
    [(499_999, 1, 0), (500_000, 1, 1), (1_499_999, 1, 1), (1_500_000, 1, 2), (250_000, 6, 2)],
)
def test_half_goes_up(rate: int, tokens: int, nano: int) -> None:
    assert cost(Rates(input=rate), input_tokens=tokens) == nano


def test_rounding_happens_once() -> None:
    assert cost(Rates(input=500_000, output=500_000), input_tokens=1, output_tokens=1) == 1


def test_a_tier_is_a_cliff_for_all_tokens() -> None:
    schedule = Schedule(
        currency="USD",
        source="test",
        base=Rates(input=1_000_000, output=1_000_000),
        tiers=(
            Tier(200, Rates(input=4_000_000, output=8_000_000)),
            Tier(100, Rates(input=2_000_000, output=4_000_000)),
        ),
    )
    assert amount(schedule, Usage(input_tokens=100, output_tokens=10)) == 110
    assert amount(schedule, Usage(input_tokens=101, output_tokens=10)) == 242
    assert amount(schedule, Usage(input_tokens=200, output_tokens=10)) == 440
    assert amount(schedule, Usage(input_tokens=201, output_tokens=10)) == 884


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**40), min_size=8, max_size=8))
def test_contradictory_counts_never_cost_less_than_nothing(counts: list[int]) -> None:
    usage = Usage(*counts)
    nano = amount(Schedule(currency="USD", source="test", base=FULL), usage)
    assert nano is not None
    assert nano >= 0
