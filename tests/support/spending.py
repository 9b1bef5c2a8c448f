"""Usage as a company has it, written into a database: what reports are tested on."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from gateway.billing.prices import SeededPriceBook
from gateway.core.charging import charge, is_unpriced
from gateway.core.policy import Policy
from gateway.core.ports import Record, UsageRow
from gateway.core.usage import Usage
from gateway.storage.engine import open_engine
from gateway.storage.usage import encoded, insert_usage

FINANCE = """\
version: 1
reporting: {timezone: Europe/Zurich, currency: CHF}
providers:
  openai: {kind: openai, base_url: http://127.0.0.1:1/openai/v1, api_key: k, region: us}
  claude: {kind: anthropic, base_url: http://127.0.0.1:1/anthropic, api_key: k, region: us}
  gpu: {kind: local, engine: vllm, base_url: http://127.0.0.1:1/v1, region: on_prem}
models:
  mixed: {targets: [{provider: gpu, model: llama}], fallbacks: [{provider: openai, model: gpt-5-mini}]}
teams:
  support: {models: ["*"], cost_center: "4711", tags: [purpose]}
prices:
  exchange:
    - {from: USD, to: CHF, rate: 0.80, since: 2026-01-01}
    - {from: USD, to: CHF, rate: 0.79, since: 2026-11-16}
    - {from: EUR, to: CHF, rate: 0.95, since: 2026-01-01}
  overrides:
    - {provider: openai, model: gpt-5.5, since: 2026-01-01, input: 1 EUR/Mtok, output: 7 EUR/Mtok}
  agreements:
    - name: claude-2026
      provider: claude
      since: 2026-01-01
      period: quarter
      volume: {steps: [{above: 0 USD, discount: 3%}, {above: 5 USD, discount: 10%}]}
    - {name: mini, provider: openai, models: [gpt-5-mini], since: 2026-11-11,
       reserved: {monthly_fee: 90 USD, capacity: 3 Mtok}}
    - {name: room, provider: gpu, since: 2026-01-01, hardware: {monthly_cost: 62 CHF, tokens: 10 Mtok}}
"""
HOSTILE = '=HYPERLINK("http://evil")'
TARGETS = (
    ("fast", "openai", "gpt-5-mini"),
    ("smart", "claude", "claude-sonnet-5-5"),
    ("dear", "openai", "gpt-5.5"),
    ("mixed", "gpu", "llama"),
)


def calls(policy: Policy, number: int, seed: int = 1) -> list[UsageRow]:
    """October and November 2026, over every team, key and price there is; the first of each second is unpriced."""
    draw, book, rows = random.Random(seed), SeededPriceBook(), []
    start = datetime(2026, 9, 30, 20, tzinfo=UTC).timestamp()
    for place in range(number):
        asked, provider, model = draw.choice(TARGETS)
        read = draw.randrange(1, 50_000)
        row = UsageRow(
            request_id=f"r{seed}-{place:06}",
            at=start + draw.random() * 61.9 * 86_400,
            key_id=f"key{draw.randrange(4)}",
            team=draw.choice(["support", "search", HOSTILE, "<script>alert(1)</script>"]),
            cost_center=draw.choice(["4711", "+4712", None]),
            project=draw.choice(["apollo", None]),
            tags=draw.choice(["feature=x,purpose=search", "purpose=chat", None]),
            user=draw.choice(["@anna", None]),
            operation="chat",
            model_asked=asked,
            provider=provider,
            model=model,
            attempts=1,
            usage=Usage(
                input_tokens=read,
                cached_tokens=draw.randrange(read) if draw.random() < 0.5 else 0,
                output_tokens=draw.randrange(3_000),
            ),
        )
        charge(row, policy, book)
        row.unpriced = is_unpriced(row, policy)
        rows.append(row)
    return rows


async def write(url: str, policy: Policy, rows: list[UsageRow]) -> None:
    engine = open_engine(url)
    try:
        records = [
            Record(number, "usage", row.request_id, encoded(row, policy.reporting)[0])
            for number, row in enumerate(rows)
        ]
        async with engine.begin() as connection:
            await insert_usage(connection, records)
    finally:
        await engine.dispose()
