"""What computing in one region alone costs: the shipped rule, and what the policy says in its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.core.bills import Bill
from gateway.core.usage import Usage
from gateway.policy.load import policy_of_text

AT = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
MODELS = {"here": "gpt-6.1-sol", "anywhere": "gpt-6.1-sol", "claude": "claude-opus-4-8", "grok": "grok-4.3"}
USED = Usage(input_tokens=1_000_000, cached_tokens=200_000, output_tokens=100_000)
PROVIDERS = """
version: 1
providers:
  here: {kind: openai, base_url: "https://eu.api.openai.com/v1", api_key: a, region: eu}
  anywhere: {kind: openai, base_url: "https://gateway.example.org/v1", api_key: a, region: eu}
  claude: {kind: anthropic, base_url: "https://api.anthropic.com", api_key: a, region: us}
  grok: {kind: xai, base_url: "https://us.api.x.ai/v1", api_key: a, region: us}
prices:
  regional:
"""


def bill(entry: str, provider: str, tier: str | None = None, more: str = "") -> Bill:
    policy = policy_of_text("p.yaml", f"{PROVIDERS}    - {{{entry}}}\n{more}", {})
    used = Usage(**{name: getattr(USED, name) for name in USED.__struct_fields__} | {"service_tier": tier})
    found = SeededPriceBook().bill(policy, provider, MODELS[provider], used, AT)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("entry", "provider", "tier", "percent"),
    [
        ("provider: grok, since: 2027-01-01, surcharge: 50%", "here", None, 110),  # what is shipped
        ("provider: here, since: 2026-01-01, surcharge: 0%", "here", None, 100),
        ("provider: here, since: 2026-01-01, surcharge: 12.5%", "here", None, 112.5),
        ("provider: here, since: 2026-01-01, surcharge: 12.5%", "here", "batch", 112.5),
        ("provider: here, since: 2026-11-24, surcharge: 50%", "here", None, 110),
        ('provider: here, models: ["gpt-7*"], since: 2026-01-01, surcharge: 50%', "here", None, 110),
        ('provider: here, models: ["gpt-6*"], since: 2026-01-01, surcharge: 50%', "here", None, 150),
        ("provider: here, since: 2026-01-01, surcharge: 50%", "anywhere", None, 100),
        ("provider: anywhere, since: 2026-01-01, surcharge: 50%", "anywhere", None, 150),  # behind a relay of one's own
        ("provider: claude, since: 2026-01-01, surcharge: 50%", "claude", None, 100),
        ("provider: claude, since: 2026-01-01, surcharge: 50%", "claude", "standard+us", 150),
        ("provider: claude, since: 2026-01-01, surcharge: 0%", "claude", "batch+us", 100),
        ("provider: grok, since: 2026-01-01, surcharge: 0%", "grok", None, 100),
    ],
)
def test_the_policy_says_what_is_dearer(entry: str, provider: str, tier: str | None, percent: float) -> None:
    elsewhere = bill(
        f"provider: {provider}, since: 2026-01-01, surcharge: 0%", provider, tier and tier.removesuffix("+us")
    )
    found = bill(entry, provider, tier)
    assert found.cost.nano * 1000 == elsewhere.cost.nano * round(percent * 10) > 0
    assert found.list_cost == found.cost
    assert ("regional" in found.source or "in the US" in found.source) is (percent > 100)


def test_the_latest_that_has_begun_holds() -> None:
    entries = (
        "provider: here, since: 2026-11-01, surcharge: 30%}\n    - {provider: here, since: 2026-10-01, surcharge: 20%"
    )
    elsewhere = bill("provider: here, since: 2026-01-01, surcharge: 0%", "here")
    assert bill(entries, "here").cost.nano * 10 == elsewhere.cost.nano * 13


def test_an_agreed_price_is_what_is_paid_there() -> None:
    agreed = (
        "  overrides:\n    - {provider: here, model: gpt-6.1-sol, since: 2026-01-01, input: 1 USD/Mtok, "
        "cached_input: 1 USD/Mtok, output: 1 USD/Mtok}\n"
    )
    found = bill("provider: here, since: 2026-01-01, surcharge: 50%", "here", None, agreed)
    assert found.cost.nano == 1_100_000_000
