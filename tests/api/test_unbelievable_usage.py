"""A server that tells nonsense about what it used eats no budget; what a provider may really bill is believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, Money
from gateway.core.policy import PriceOverride
from gateway.telemetry import logs
from tests.support.one_provider import CHAT, MESSAGE, asked_in_turn, events, spent

pytestmark = pytest.mark.asyncio

TOKENS = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
A_TOKEN = 1000
NONSENSE = 10**12
PATH = "/v1/chat/completions"
PROMPT = {"model": "p/m", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 50}


def telling(prompt: int, completion: int) -> dict[str, Any]:
    return {**CHAT, "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


@pytest.mark.parametrize(("prompt", "completion"), [(NONSENSE, 1), (9, NONSENSE), (NONSENSE, NONSENSE)])
async def test_nonsense_is_counted_from_the_texts_and_marked(prompt: int, completion: int, tmp_path: Path) -> None:
    before = logs.warnings[logs.USAGE_UNBELIEVABLE]
    got, [row] = await spent("openai", telling(prompt, completion), PATH, PROMPT, tmp_path, price_overrides=(TOKENS,))
    assert got.status_code == 200
    assert row["estimated"]
    assert 0 < row["input_tokens"] < 20
    assert 0 < row["output_tokens"] < 20
    assert row["cost_nano"] == (row["input_tokens"] + row["output_tokens"]) * A_TOKEN
    assert logs.warnings[logs.USAGE_UNBELIEVABLE] == before + 1


async def test_a_team_goes_on_after_it(tmp_path: Path) -> None:
    budget = Budget(name="day", period="day", limit=Money(NANO // 10, "USD"))
    answers = await asked_in_turn(
        "openai",
        telling(NONSENSE, NONSENSE),
        PATH,
        [PROMPT] * 3,
        tmp_path,
        budgets=(budget,),
        price_overrides=(TOKENS,),
    )
    assert [answer.status_code for answer in answers] == [200] * 3


CUT = events(
    {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": {"input_tokens": NONSENSE}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hello"}},
)


async def test_of_a_stream_that_is_cut_nonsense_is_believed_no_more(tmp_path: Path) -> None:
    before = logs.warnings[logs.USAGE_UNBELIEVABLE]
    streamed = {**PROMPT, "stream": True}
    _, [row] = await spent("anthropic", CUT, "/v1/messages", streamed, tmp_path, price_overrides=(TOKENS,))
    assert (row["status"], row["estimated"]) == ("upstream_cut", 1)
    assert 0 < row["input_tokens"] < 20
    assert row["cost_nano"] == (row["input_tokens"] + row["output_tokens"]) * A_TOKEN
    assert logs.warnings[logs.USAGE_UNBELIEVABLE] == before + 1


async def test_it_keeps_no_team_from_its_tokens_a_minute(tmp_path: Path) -> None:
    streamed = {**PROMPT, "stream": True}
    quotas = Quotas(tokens_per_minute=100_000)
    answers = await asked_in_turn("anthropic", CUT, "/v1/messages", [streamed] * 3, tmp_path, quotas=quotas)
    assert [answer.status_code for answer in answers] == [200] * 3


async def test_a_failed_call_that_tells_nonsense_costs_its_input(tmp_path: Path) -> None:
    empty = {**telling(NONSENSE, 5), "choices": []}
    got, [row] = await spent("openai", empty, PATH, PROMPT, tmp_path, price_overrides=(TOKENS,))
    assert got.status_code == 502
    assert row["estimated"]
    assert 0 < row["cost_nano"] < 50 * A_TOKEN


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({}, (200_000, 200_000)),
        ({"max_tokens": 500_000}, (9, 600_000)),
        ({"messages": [{"role": "user", "content": "word " * 100_000}]}, (400_000, 1)),
        ({"messages": [{"role": "user", "content": "as in the file of before"}]}, (9_000_000, 1)),
        ({"web_search_options": {}}, (3_000_000, 1)),
    ],
)
async def test_what_may_be_is_believed(more: dict[str, Any], usage: tuple[int, int], tmp_path: Path) -> None:
    prompt = {**PROMPT, **more}
    _, [row] = await spent("openai", telling(*usage), PATH, prompt, tmp_path, price_overrides=(TOKENS,))
    assert (row["input_tokens"], row["output_tokens"], row["estimated"]) == (*usage, 0)
