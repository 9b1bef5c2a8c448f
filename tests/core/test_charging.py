"""Which calls without a cost are an alarm, and which are as they should be."""

import msgspec
import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.core.charging import charge, is_unpriced
from gateway.core.money import Money
from gateway.core.policy import Alias, Target
from gateway.core.ports import UsageRow
from gateway.core.usage import Usage
from tests.support.running import policy_for

POLICY = policy_for("http://127.0.0.1:9")
PAID = UsageRow(
    request_id="r", at=1_795_000_000.0, key_id="k", team="t", operation="chat", provider="openai", model="m", attempts=1
)


@pytest.mark.parametrize(
    ("changes", "alarming"),
    [
        ({}, True),
        ({"cost": Money(0, "USD"), "price_source": "genai-prices"}, True),
        ({"status": "upstream_cut"}, True),
        ({"status": "client_closed"}, True),
        ({"operation": "embeddings"}, True),
        ({"cost": Money(1, "USD")}, False),
        ({"cost": Money(0, "USD"), "price_source": "override, free"}, False),
        ({"cost": Money(0, "USD"), "price_source": "cache"}, False),
        ({"status": "upstream_error"}, False),
        ({"status": "refused"}, False),
        ({"attempts": 0}, False),
        ({"provider": None}, False),
        ({"provider": "gpu"}, False),
        ({"operation": "moderations", "provider": "mistral"}, True),
        ({"operation": "moderations", "cost": Money(0, "USD"), "price_source": "genai-prices, free"}, False),
        ({"operation": "compact"}, True),
        ({"operation": "responses"}, True),
        ({"operation": "list_models"}, False),
    ],
)
def test_a_paid_call_without_a_cost_is_an_alarm(changes: dict[str, object], alarming: bool) -> None:
    assert is_unpriced(msgspec.structs.replace(PAID, **changes), POLICY) is alarming


def test_where_a_local_model_answers_the_hosted_price_is_kept() -> None:
    mixed = Alias(
        name="mixed",
        targets=(Target(provider="gpu", model="llama"), Target(provider="openai", model="gpt-5-mini")),
    )
    policy = msgspec.structs.replace(POLICY, models={"mixed": mixed})
    row = msgspec.structs.replace(
        PAID, provider="gpu", model="llama", model_asked="mixed", usage=Usage(input_tokens=1_000_000)
    )
    charge(row, policy, SeededPriceBook())
    assert (row.cost, row.hosted_cost) == (Money(0, "USD"), Money(250_000_000, "USD"))
    hosted = msgspec.structs.replace(row, provider="openai", model="gpt-5-mini", hosted_cost=None)
    charge(hosted, policy, SeededPriceBook())
    assert (hosted.cost, hosted.hosted_cost) == (Money(250_000_000, "USD"), None)
