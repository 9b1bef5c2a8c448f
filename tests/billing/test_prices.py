"""The price book: overrides over the list, nothing for what nobody knows, and looked for once."""

import sys
from collections import Counter
from datetime import UTC, datetime

import pytest

from gateway.billing import prices
from gateway.billing.list_prices import SOURCE
from gateway.billing.prices import SeededPriceBook
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook
from gateway.core.usage import Usage
from gateway.policy.load import policy_of_text

AT = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
MILLION = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
PROVIDERS = """
version: 1
providers:
  openai: {kind: openai, base_url: http://127.0.0.1:1/openai/v1, api_key: simulated, region: us}
  claude: {kind: anthropic, base_url: http://127.0.0.1:1/anthropic, api_key: simulated, region: us}
  gpu: {kind: local, engine: vllm, base_url: http://127.0.0.1:1/v1, region: on_prem}
"""


def policy(*overrides: str) -> Policy:
    lines = "".join(f"\n    - {{{override}}}" for override in overrides)
    return policy_of_text("prices.yaml", PROVIDERS + (f"prices:\n  overrides:{lines}\n" if overrides else ""), {})


def cost(policy: Policy, provider: str, model: str, usage: Usage = MILLION, at: float = AT) -> tuple[Money, str] | None:
    book: PriceBook = SeededPriceBook()
    return book.cost(policy, provider, model, usage, at)


def usd(cents: int) -> Money:
    return Money(cents * 10_000_000, "USD")


def test_the_list_by_the_kind_of_provider_wherever_its_address_points() -> None:
    assert cost(policy(), "openai", "gpt-5-mini") == (usd(225), SOURCE)
    assert cost(policy(), "claude", "gpt-5-mini") is None


def test_local_models_cost_nothing_until_someone_says_so() -> None:
    assert cost(policy(), "gpu", "llama-3.3-70b") == (Money(0, "USD"), "own machine, free")
    free = policy("provider: gpu, model: llama-3.3-70b, since: 2026-01-01, input: 0 CHF/Mtok, output: 0 CHF/Mtok")
    assert cost(free, "gpu", "llama-3.3-70b") == (Money(0, "CHF"), "override, free")
    dear = policy("provider: gpu, model: llama-3.3-70b, since: 2026-01-01, input: 1 CHF/Mtok, output: 1 CHF/Mtok")
    priced = cost(dear, "gpu", "llama-3.3-70b")
    assert priced is not None
    assert (priced[0].nano > 0, priced[1]) == (True, "override")


def test_unknown_providers_and_models_have_no_price() -> None:
    assert cost(policy(), "absent", "gpt-5-mini") is None
    assert cost(policy(), "openai", "absent") is None


def test_an_override_at_a_regional_address_is_what_is_paid_there() -> None:
    text = PROVIDERS.replace("http://127.0.0.1:1/openai/v1", "https://eu.api.openai.com/v1")
    agreed = "{provider: openai, model: gpt-5.5, since: 2026-01-01, input: 1 USD/Mtok, output: 2 USD/Mtok}"
    listed, own = (
        policy_of_text("p.yaml", text, {}),
        policy_of_text("p.yaml", f"{text}prices: {{overrides: [{agreed}]}}\n", {}),
    )
    everywhere = cost(policy(), "openai", "gpt-5.5")
    assert everywhere is not None
    assert cost(listed, "openai", "gpt-5.5") == (
        Money(everywhere[0].nano * 11 // 10, "USD"),
        f"{SOURCE}, regional address",
    )
    assert cost(own, "openai", "gpt-5.5") == (usd(300), "override")


def test_an_override_wins_from_its_day_on_and_the_latest_counts() -> None:
    book = policy(
        "provider: openai, model: gpt-5-mini, since: 2026-11-01, input: 1 USD/Mtok, output: 1 USD/Mtok",
        "provider: openai, model: gpt-5-mini, since: 2026-11-23, input: 2 USD/Mtok, output: 2 USD/Mtok",
        "provider: openai, model: gpt-5-mini, since: 2026-11-24, input: 3 USD/Mtok, output: 3 USD/Mtok",
    )
    midnight = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
    october = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert cost(book, "openai", "gpt-5-mini") == (usd(400), "override")
    assert cost(book, "openai", "gpt-5-mini", at=midnight - 0.001) == (usd(400), "override")
    assert cost(book, "openai", "gpt-5-mini", at=midnight) == (usd(600), "override")
    assert cost(book, "openai", "gpt-5-mini", at=october) == (usd(225), SOURCE)
    assert cost(book, "openai", "gpt-5") != cost(book, "openai", "gpt-5-mini")


def test_what_an_override_leaves_out_keeps_its_list_price() -> None:
    book = policy("provider: openai, model: gpt-5-mini, since: 2026-11-01, input: 1 USD/Mtok")
    assert cost(book, "openai", "gpt-5-mini") == (usd(300), f"override, {SOURCE}")
    cached = Usage(input_tokens=1_000_000, cached_tokens=1_000_000)
    assert cost(book, "openai", "gpt-5-mini", cached) == (Money(25_000_000, "USD"), f"override, {SOURCE}")


def at(agreed: Policy, provider: str, model: str, tier: str | None) -> float:
    """Of a million tokens each way, in the override's currency."""
    priced = cost(agreed, provider, model, Usage(input_tokens=10**6, output_tokens=10**6, service_tier=tier))
    assert priced is not None
    return priced[0].nano / 10**9


def test_a_batch_at_a_price_of_ones_own_is_as_much_cheaper_as_on_the_list() -> None:
    """The contract states what the model costs, and providers take half of that for a batch, as of their list."""
    agreed = policy(
        "provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 0.20 USD/Mtok, output: 1.80 USD/Mtok",
        "provider: claude, model: claude-sonnet-4-5, since: 2026-01-01, input: 2 CHF/Mtok, output: 9 CHF/Mtok",
    )
    for tier, share in ((None, 1), ("default", 1), ("batch", 0.5), ("flex", 0.5), ("priority", 1.8)):
        assert at(agreed, "openai", "gpt-5-mini", tier) == pytest.approx(2.0 * share), tier
    for tier, share in ((None, 1), ("batch", 0.5), ("unheard-of", 1)):
        assert at(agreed, "claude", "claude-sonnet-4-5", tier) == pytest.approx(11.0 * share), tier
    half = policy("provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 0.20 USD/Mtok")
    assert at(half, "openai", "gpt-5-mini", "batch") == pytest.approx(0.10 + 1.00)  # the output's, as the list has it
    own = policy("provider: gpu, model: llama, since: 2026-01-01, input: 1 USD/Mtok, output: 1 USD/Mtok")
    assert at(own, "gpu", "llama", "batch") == 2.0  # nobody's list says otherwise
    free = policy("provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 0 USD/Mtok, output: 0 USD/Mtok")
    assert at(free, "openai", "gpt-5-mini", "batch") == 0.0


def test_an_override_holds_at_any_length_of_context() -> None:
    book = policy("provider: openai, model: gpt-5.5, since: 2026-11-01, input: 1 USD/Mtok, output: 1 USD/Mtok")
    assert cost(book, "openai", "gpt-5.5", Usage(input_tokens=1_000_000)) == (usd(100), "override")


def test_another_currency_replaces_the_list_whole() -> None:
    book = policy("provider: openai, model: gpt-5-mini, since: 2026-11-01, input: 1 CHF/Mtok, output: 2 CHF/Mtok")
    cached = Usage(input_tokens=1_000_000, cached_tokens=1_000_000)
    assert cost(book, "openai", "gpt-5-mini") == (Money(3_000_000_000, "CHF"), "override")
    assert cost(book, "openai", "gpt-5-mini", cached) == (Money(1_000_000_000, "CHF"), "override")


def test_the_hour_of_cache_keeps_its_list_price_unless_named() -> None:
    long = Usage(input_tokens=1_000_000, cache_write_tokens=1_000_000, cache_write_1h_tokens=1_000_000)
    listed = cost(policy(), "claude", "claude-sonnet-5-5", long)
    short = policy("provider: claude, model: claude-sonnet-5-5, since: 2026-11-01, cache_write: 1 USD/Mtok")
    named = policy("provider: claude, model: claude-sonnet-5-5, since: 2026-11-01, cache_write_1h: 1 USD/Mtok")
    assert listed is not None
    assert cost(short, "claude", "claude-sonnet-5-5", long) == (listed[0], f"override, {SOURCE}")
    assert cost(named, "claude", "claude-sonnet-5-5", long) == (usd(100), f"override, {SOURCE}")


def test_an_override_alone_prices_what_it_names_only() -> None:
    book = policy("provider: gpu, model: embedder, since: 2026-01-01, input: 1 USD/Mtok")
    assert cost(book, "gpu", "embedder", Usage(input_tokens=1_000_000)) == (usd(100), "override")
    assert cost(book, "gpu", "embedder") is None


def test_two_policies_in_flight_keep_their_own_prices() -> None:
    book = SeededPriceBook()
    before = policy("provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 1 USD/Mtok, output: 1 USD/Mtok")
    after = policy("provider: openai, model: gpt-5-mini, since: 2026-01-01, input: 2 USD/Mtok, output: 2 USD/Mtok")
    for _ in range(2):
        assert book.cost(before, "openai", "gpt-5-mini", MILLION, AT) == (usd(200), "override")
        assert book.cost(after, "openai", "gpt-5-mini", MILLION, AT) == (usd(400), "override")


def test_made_up_models_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "MAX_KEPT", 16)
    book = SeededPriceBook()
    for number in range(100):
        assert book.cost(policy(), "openai", f"made-up-{number}", MILLION, AT) is None
    assert len(book._schedules) <= 16
    assert book.cost(policy(), "openai", "gpt-5-mini", MILLION, AT) == (usd(225), SOURCE)


def test_a_price_is_looked_for_once() -> None:
    book, current = SeededPriceBook(), policy()
    usage = Usage(input_tokens=300_000, output_tokens=500, cached_tokens=1000, cache_write_tokens=50)
    called: list[int] = []
    for _ in range(2):
        calls = Counter[str]()
        sys.setprofile(lambda _, event, __, counted=calls: counted.update([event]))
        try:
            book.cost(current, "claude", "claude-sonnet-5-5", usage, AT)
        finally:
            sys.setprofile(None)
        called.append(calls["call"])
    assert called[1] < 50 < called[0]
