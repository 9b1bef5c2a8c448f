"""What calls of providers' tools cost: the policy's price over the list's, kind by kind and from its day on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.list_prices import SOURCE
from gateway.billing.prices import SeededPriceBook
from gateway.core.bills import Bill
from gateway.core.jobs import UpperBound, portions
from gateway.core.policy import Policy
from gateway.core.usage import CALL_KINDS, Calls, Usage, read_calls
from gateway.dialects.billed_calls import calls_allowed
from gateway.policy.load import policy_of_text

AT = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
CENT = 10_000_000
PROVIDERS = """
version: 1
providers:
  openai: {kind: openai, base_url: http://127.0.0.1:1/openai/v1, api_key: simulated, region: us}
  grok: {kind: xai, base_url: http://127.0.0.1:1/xai/v1, api_key: simulated, region: us}
  mistral: {kind: mistral, base_url: http://127.0.0.1:1/mistral, api_key: simulated, region: eu}
  gpu: {kind: local, engine: vllm, base_url: http://127.0.0.1:1/v1, region: on_prem}
"""


def policy(*calls: str, more: str = "") -> Policy:
    lines = "".join(f"\n    - {{{each}}}" for each in calls)
    return policy_of_text("p.yaml", PROVIDERS + "prices:\n" + more + (f"  calls:{lines}\n" if calls else ""), {})


def bill(policy: Policy, provider: str, model: str, calls: Calls, tier: str | None = None) -> Bill:
    found = SeededPriceBook().bill(policy, provider, model, Usage(calls=calls, service_tier=tier), AT)
    assert found is not None
    return found


FREE = "  exchange: []\n"
SEARCHES = Calls(web_search=3)


def test_the_list_knows_searches_and_the_books_say_where_from() -> None:
    found = bill(policy(more=FREE), "openai", "gpt-5-mini", Calls(web_search=3, file_search=2))
    assert (found.meters.calls, found.cost.nano, found.source) == (3 * CENT + CENT // 2, 3 * CENT + CENT // 2, SOURCE)
    assert found.list_cost == found.cost
    assert bill(policy(more=FREE), "grok", "grok-4.3", SEARCHES).cost.nano == 3 * CENT // 2
    assert bill(policy(more=FREE), "openai", "gpt-5-mini", SEARCHES, "batch").cost.nano == 3 * CENT, "no discount"


def test_sound_is_billed_by_its_length_where_the_list_says_so() -> None:
    """24 cents an hour of a model that answers questions about it, beside its tokens."""
    found = bill(policy(more=FREE), "mistral", "voxtral-small-latest", Calls(audio_second=3600))
    assert abs(found.cost.nano - 24 * CENT) < 3600
    assert not found.unpriced_calls
    assert bill(policy(more=FREE), "gpu", "voxtral-small", Calls(audio_second=60)).cost.nano == 0


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"messages": [{"content": [{"type": "input_audio", "input_audio": "A" * 1000}]}]}, 3),
        ({"messages": [{"content": [{"type": "input_audio", "input_audio": {"data": "A" * 1000}}]}]}, 3),
        ({"messages": [{"content": [{"type": "input_audio", "input_audio": "https://e.org/a.mp3"}]}]}, 2400),
        ({"contents": [{"parts": [{"inlineData": {"mimeType": "audio/mp3", "data": "A" * 9}}, {"text": "?"}]}]}, 1),
        ({"messages": [{"content": "text"}, 7, {"content": [7, {"type": "text"}]}], "contents": None}, 0),
    ],
)
def test_what_sound_may_cost_is_held_of_models_that_are_billed_by_its_length(body: Any, seconds: int) -> None:
    assert calls_allowed(body, "voxtral-small-latest") == (Calls(audio_second=seconds) if seconds else None)
    for other in ("gpt-audio", "mistralai/voxtral-small-24b-2507"):
        assert calls_allowed(body, other) is None, "sound is billed in tokens there"


def test_what_nobody_knows_is_told_and_adds_nothing() -> None:
    found = bill(policy(more=FREE), "openai", "gpt-5-mini", Calls(web_search=1, code_session=2))
    assert (found.cost.nano, found.unpriced_calls) == (CENT, ("code_session",))
    assert found.source == f"{SOURCE}, no price of code_session"


def test_the_policy_wins_from_its_day_on_for_the_models_that_it_names() -> None:
    own = policy(
        "provider: openai, since: 2026-01-01, web_search: 8 USD/kcall, code_session: 0.03 USD/call",
        'provider: openai, models: ["gpt-5-m*"], since: 2026-06-01, web_search: 7 USD/kcall',
        "provider: openai, since: 2027-01-01, web_search: 1 USD/kcall",
    )
    both = Calls(web_search=10, code_session=1)
    assert bill(own, "openai", "gpt-5-mini", both).cost.nano == 7 * CENT + 3 * CENT
    assert bill(own, "openai", "gpt-5.4", both).cost.nano == 8 * CENT + 3 * CENT
    told = bill(own, "openai", "gpt-5.4", both)
    assert told.list_cost is not None
    assert told.list_cost.nano == 10 * CENT + 3 * CENT, "the list's own, and ours where it has none"


def test_a_price_in_another_currency_than_the_tokens_is_none() -> None:
    francs = policy("provider: openai, since: 2026-01-01, code_session: 1 CHF/call")
    assert bill(francs, "openai", "gpt-5-mini", Calls(code_session=1)).unpriced_calls == ("code_session",)


def test_what_runs_in_the_house_bills_no_calls_until_somebody_says_so() -> None:
    assert bill(policy(more=FREE), "gpu", "llama", SEARCHES).cost.nano == 0
    assert bill(policy("provider: gpu, since: 2026-01-01, web_search: 1 USD/kcall"), "gpu", "llama", SEARCHES).cost.nano


@given(st.lists(st.integers(0, 2**40), min_size=len(CALL_KINDS), max_size=len(CALL_KINDS)))
def test_what_a_row_says_of_calls_is_read_as_it_was(counts: list[int]) -> None:
    calls = Calls(*counts)
    assert read_calls(calls.summary) == (calls if calls.total else None)
    assert calls + calls == Calls(*(2 * one for one in counts))


@pytest.mark.parametrize("told", ["teleport=3", "", None, "web_search=x"])
def test_kinds_of_another_release_are_left_out(told: str | None) -> None:
    assert read_calls(told) is None


def test_parts_of_a_batch_hold_its_calls_once() -> None:
    used = Usage(input_tokens=1_000_000, output_tokens=10, calls=Calls(web_search=7))
    parts = portions(used, 10)
    assert len(parts) > 1
    assert [part.calls.web_search for part in parts if part.calls is not None] == [7]
    assert (UpperBound(1, 2, 3, SEARCHES) + UpperBound(1, 2, 3, SEARCHES)).calls == Calls(web_search=6)
    assert msgspec.structs.replace(used, calls=None) == Usage(input_tokens=1_000_000, output_tokens=10)
