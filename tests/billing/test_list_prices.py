"""List prices agree to the nano-dollar with genai-prices' own arithmetic, whatever the model, the usage and the day."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, TieredPrices, TimeOfDateConstraint
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.list_prices import LISTED, SECONDS_A_DAY, SOURCE, list_schedule, list_schedule_of
from gateway.billing.rates import amount
from gateway.core.policy import ProviderKind, ProviderPolicy
from gateway.core.usage import Usage

_NAMES = {
    "openai": """gpt-5-mini gpt-5.5 gpt-5.4 gpt-6-sol gpt-4o gpt-4o-2024-08-06 gpt-4.1-nano o3 o4-mini gpt-3.5-turbo
        gpt-oss-120b gpt-5.2-20251211""",
    "anthropic": """claude-sonnet-5-5 claude-sonnet-4-5-20250929 claude-sonnet-4-0 claude-opus-4-1 claude-opus-5
        claude-haiku-5-5 claude-3-5-haiku-latest""",
    "gemini": """gemini-2.5-pro gemini-2.5-flash gemini-3.8-flash gemini-3-pro-preview gemini-2.0-flash
        gemma-3-27b-it""",
    "mistral": "mistral-small-latest mistral-large-4 mistral-large-latest codestral-2508 ministral-8b",
    "xai": "grok-4.7 grok-4-0709 grok-3 grok-code-fast-1 grok-4-1-fast-reasoning",
}
MODELS = [(kind, model) for kind, names in _NAMES.items() for model in names.split()]
USAGES = {
    "plain": Usage(input_tokens=1234, output_tokens=567),
    "one token": Usage(input_tokens=1, output_tokens=1),
    "nothing": Usage(),
    "cached": Usage(input_tokens=90_001, cached_tokens=81_920, output_tokens=33),
    "written": Usage(input_tokens=10_007, cache_write_tokens=9_001, output_tokens=10),
    "written for an hour": Usage(
        input_tokens=10_007, cached_tokens=3, cache_write_tokens=9_001, cache_write_1h_tokens=5_000, output_tokens=10
    ),
    "below 200k": Usage(input_tokens=200_000, output_tokens=1000),
    "above 200k": Usage(input_tokens=200_001, output_tokens=1000, cached_tokens=150_000),
    "below 272k": Usage(input_tokens=272_000, output_tokens=1000),
    "above 272k": Usage(input_tokens=272_001, output_tokens=1000),
    "a million": Usage(input_tokens=1_048_576, output_tokens=65_535, cached_tokens=777_777),
    "reasoning": Usage(input_tokens=10, output_tokens=9_999, reasoning_tokens=9_000),
}
DAYS = [datetime(*day, tzinfo=UTC) for day in ((2025, 6, 9), (2025, 6, 10), (2026, 11, 23), (2027, 1, 1))]


def theirs(kind: str, model: str, usage: Usage, at: datetime, context: dict[str, str] | None = None) -> int:
    calculated = genai_prices.calc_price(
        genai_prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cached_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_write_1h_tokens=usage.cache_write_1h_tokens,
        ),
        model,
        provider_id=LISTED[kind],
        genai_request_timestamp=at,
        price_context=context,
    )
    return int((calculated.total_price * 10**9).quantize(Decimal(1), ROUND_HALF_UP))


def ours(kind: str, model: str, usage: Usage, at: datetime, tier: str | None = None) -> int:
    schedule = list_schedule(kind, model, int(at.timestamp() // SECONDS_A_DAY), tier)
    assert schedule is not None
    assert schedule.currency == "USD"
    nano = amount(schedule, usage)
    assert nano is not None
    return nano


@pytest.mark.parametrize(("kind", "model"), MODELS)
def test_to_the_nano(kind: str, model: str) -> None:
    for name, usage in USAGES.items():
        for at in DAYS:
            assert ours(kind, model, usage, at) == theirs(kind, model, usage, at), name


@settings(deadline=None)
@given(
    st.sampled_from(MODELS),
    st.integers(0, 2_000_000),
    st.integers(0, 2_000_000),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
def test_to_the_nano_for_any_usage(model: tuple[str, str], read: int, written: int, shares: tuple[float, ...]) -> None:
    cached = int(read * shares[0])
    cache_write = int((read - cached) * shares[1])
    usage = Usage(
        input_tokens=read,
        output_tokens=written,
        cached_tokens=cached,
        cache_write_tokens=cache_write,
        cache_write_1h_tokens=int(cache_write * shares[2]),
    )
    assert ours(*model, usage, DAYS[2]) == theirs(*model, usage, DAYS[2])


def test_every_listed_model_with_token_prices() -> None:
    """The whole list, so that a new wheel with a form that we do not know is noticed here."""
    seen = 0
    for kind, provider_id in LISTED.items():
        provider = next(provider for provider in get_snapshot().providers if provider.id == provider_id)
        for model in provider.models:
            name = model.id
            if provider.find_model(name) is not model or list_schedule(kind, name, 20_780, None) is None:
                continue
            prices = model.get_prices(DAYS[2])
            if prices.input_mtok is None or prices.output_mtok is None:
                continue
            for usage in USAGES.values():
                assert ours(kind, name, usage, DAYS[2]) == theirs(kind, name, usage, DAYS[2])
            seen += 1
    assert seen > 180


def test_the_list_has_only_what_a_days_schedule_can_say() -> None:
    """No price by the hour of the day, and tiers of one model at one length, for the providers that we list."""
    for provider in get_snapshot().providers:
        if provider.id not in LISTED.values():
            continue
        for model in provider.models:
            conditions = [] if isinstance(model.prices, ModelPrice) else model.prices
            constraints = [price.constraint for price in conditions] + [
                variant.constraint for variant in model.price_variants or []
            ]
            assert not any(isinstance(constraint, TimeOfDateConstraint) for constraint in constraints)
            stored = [model.prices] if isinstance(model.prices, ModelPrice) else [price.prices for price in conditions]
            for prices in stored:
                tiered = [value for value in vars(prices).values() if isinstance(value, TieredPrices)]
                assert len({tuple(tier.start for tier in value.tiers) for value in tiered}) <= 1


def test_a_price_changes_at_midnight_utc() -> None:
    before, after = datetime(2025, 6, 9, 23, 59, 59, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC)
    million = Usage(input_tokens=1_000_000)
    assert ours("openai", "o3", million, before) == 10_000_000_000
    assert ours("openai", "o3", million, after) == 2_000_000_000


@pytest.mark.parametrize("tier", ["flex", "priority", "FLEX"])
def test_service_tiers_have_their_prices(tier: str) -> None:
    usage, at = USAGES["plain"], DAYS[2]
    nano = ours("openai", "gpt-5-mini", usage, at, tier)
    assert nano == theirs("openai", "gpt-5-mini", usage, at, {"service_tier": tier.lower()})
    assert nano != ours("openai", "gpt-5-mini", usage, at)


def test_the_batch_tier_is_a_price_too() -> None:
    usage, at = USAGES["plain"], DAYS[2]
    nano = ours("anthropic", "claude-sonnet-5-5", usage, at, "batch")
    assert nano == theirs("anthropic", "claude-sonnet-5-5", usage, at, {"processing": "batch"})
    assert nano < ours("anthropic", "claude-sonnet-5-5", usage, at)


@pytest.mark.parametrize(
    ("tier", "source"),
    [
        (None, SOURCE),
        ("default", SOURCE),
        ("standard", SOURCE),
        ("ON_DEMAND", SOURCE),
        ("flex", SOURCE),
        ("scale", f"{SOURCE}, standard tier assumed"),
    ],
)
def test_the_source_tells_when_a_tier_is_not_on_the_list(tier: str | None, source: str) -> None:
    schedule = list_schedule("openai", "gpt-5-mini", 20_780, tier)
    assert schedule is not None
    assert schedule.source == source


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("local", "gpt-5-mini"),
        ("simulated", "gpt-5-mini"),
        ("openai", "no-such-model"),
        ("anthropic", "gpt-5-mini"),
        ("mistral", "mistral-ocr-latest"),
        ("openai", "whisper-1"),
    ],
)
def test_what_has_no_price_by_token_has_none(kind: str, model: str) -> None:
    assert list_schedule(kind, model, 20_780, None) is None


@pytest.mark.parametrize(
    ("kind", "host", "model", "dearer"),
    [
        ("openai", "eu.api.openai.com", "gpt-5.5", True),
        ("openai", "us.api.openai.com", "gpt-5.4-mini", True),
        ("openai", "eu.api.openai.com", "gpt-6.1-sol", True),
        ("openai", "eu.api.openai.com", "gpt-5-mini", False),
        ("openai", "eu.api.openai.com", "gpt-5.2-20251211", False),
        ("openai", "eu.api.openai.com", "gpt-4.1-nano", False),
        ("openai", "eu.api.openai.com", "o4-mini", False),
        ("openai", "api.openai.com", "gpt-5.5", False),
        ("openai", "eu.api.openai.com.example.org", "gpt-5.5", False),
        ("mistral", "api.eu.mistral.ai", "mistral-small-latest", True),
        ("mistral", "api.mistral.ai", "mistral-small-latest", False),
        ("xai", "us.api.x.ai", "grok-4.7", True),
        ("xai", "api.x.ai", "grok-4.7", False),
        ("gemini", "generativelanguage.googleapis.com", "gemini-2.5-pro", False),
    ],
)
@pytest.mark.parametrize("tier", [None, "batch"])
def test_an_address_that_computes_in_one_region_alone_is_a_tenth_dearer(
    kind: ProviderKind, host: str, model: str, dearer: bool, tier: str | None
) -> None:
    provider = ProviderPolicy(name="p", kind=kind, base_url=f"https://{host}/v1", api_key=None, region="eu")
    day = int(DAYS[2].timestamp() // SECONDS_A_DAY)
    there, everywhere = list_schedule_of(provider, model, day, tier), list_schedule(kind, model, day, tier)
    assert there is not None
    assert everywhere is not None
    used = Usage(input_tokens=1_000_000, cached_tokens=500_000, output_tokens=1_000_000)
    one, other = amount(there, used), amount(everywhere, used)
    assert one is not None
    assert other is not None
    assert one * 10 == other * (11 if dearer else 10) > 0
    assert there.source.endswith("regional address") is dearer
    assert there.calls == everywhere.calls
