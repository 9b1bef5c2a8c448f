"""A provider that says ten times what it was allowed: all of it is posted, and somebody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import PriceOverride
from tests.faults.test_answers import Provider, ask, chunk, says
from tests.support.running import policy_for, serving
from tests.support.wire_server import serving as wire_serving

ALLOWED = 50
SAID = 10 * ALLOWED
READ = 10
LIMIT = 520


@pytest.mark.fault("D11")
@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_an_answer_of_ten_times_its_length_is_posted_and_alarmed(
    stream: bool, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    provider = Provider()
    usage = {"prompt_tokens": READ, "completion_tokens": SAID, "total_tokens": READ + SAID}
    if stream:
        provider.body = says("word ") * SAID + says("", "stop") + chunk(choices=[], usage=usage) + b"data: [DONE]\n\n"
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "word " * SAID}, "finish_reason": "stop"}
        whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        provider.body = json.dumps({**whole, "usage": usage}).encode()
    async with wire_serving(provider.script) as wire:
        base = policy_for(wire.origin)
        price = PriceOverride(
            provider="openai",
            model="m",
            currency="CHF",
            since="2020-01-01",
            input=NANO * 1_000_000,
            output=NANO * 1_000_000,
        )
        budget = Budget(name="month", period="month", limit=Money(LIMIT * NANO, "CHF"))
        team = msgspec.structs.replace(base.teams["demo"], budgets=(budget,))
        policy = msgspec.structs.replace(base, price_overrides=(price,), teams={**base.teams, "demo": team})
        async with serving(policy, tmp_path) as gateway:
            headers = {"authorization": f"Bearer {gateway.key}"}
            async with httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False) as client:
                answer = await ask(client, stream=stream)
                assert answer.status_code == 200
                assert answer.text.count("word") == SAID, "what is paid for is delivered"
                [row] = await gateway.usage_rows()
                assert row["cost_nano"] == (READ + SAID) * NANO
                await gateway.gateway.limits.drain()
                refused = await ask(client, stream=stream)
                assert (refused.status_code, refused.json()["error"]["code"]) == (402, "budget_spent")
                await gateway.gateway.recorded()
                async with gateway.gateway.engine.connect() as connection:
                    titles = (await connection.exec_driver_sql("SELECT title FROM alert")).scalars().all()
                assert list(titles) == ["openai/m says more than it is allowed"]
    record_property("figure", f"{SAID} tokens of {ALLOWED} allowed: all posted, 1 alarm, the next request 402")
