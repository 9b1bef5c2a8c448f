"""Tokens that are dearer than their plain sisters: fast answers, pictures, what is written to caches unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import PriceOverride
from gateway.dialects.bounds import BYTES_A_TOKEN, SOME
from tests.support.one_provider import CHAT, MESSAGE, asked_in_turn, spent

pytestmark = pytest.mark.asyncio

SAID: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 20}


async def test_a_fast_answer_of_claude_costs_what_fast_answers_do(tmp_path: Path) -> None:
    """Its tier stays `standard`; that it was fast stands beside that."""
    tree = {**SAID, "model": "p/claude-opus-4-8"}
    rows = {}
    for speed in ("fast", "standard"):
        used = {"input_tokens": 1000, "output_tokens": 100, "service_tier": "standard", "speed": speed}
        _, [rows[speed]] = await spent("anthropic", {**MESSAGE, "usage": used}, "/v1/messages", tree, tmp_path / speed)
    assert rows["fast"]["service_tier"] == "fast"
    assert rows["standard"]["cost_nano"] == 1000 * 5000 + 100 * 25_000
    assert rows["fast"]["cost_nano"] == 2 * rows["standard"]["cost_nano"]


@pytest.mark.parametrize(("geo", "tenths"), [("us", 11), ("global", 10), ("not_available", 10), (None, 10)])
@pytest.mark.parametrize(("speed", "times"), [("fast", 2), ("standard", 1)])
async def test_what_claude_computes_in_the_us_alone_costs_a_tenth_more(
    geo: str | None, tenths: int, speed: str, times: int, tmp_path: Path
) -> None:
    used = {
        "input_tokens": 1000,
        "output_tokens": 100,
        "cache_read_input_tokens": 10,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "service_tier": "standard",
        "speed": speed,
        "inference_geo": geo,
    }
    tree = {**SAID, "model": "p/claude-opus-4-8"}
    got, [row] = await spent("anthropic", {**MESSAGE, "usage": used}, "/v1/messages", tree, tmp_path)
    assert got.json()["usage"] == used, "the client is told what the provider told"
    plain = 1000 * 5000 + 100 * 25_000 + 10 * 500 + 10 * 6250 + 20 * 10_000
    assert row["cost_nano"] * 10 == plain * times * tenths
    assert row["list_nano"] == row["cost_nano"]


async def test_an_agreed_price_is_dearer_in_the_us_by_as_much(tmp_path: Path) -> None:
    agreed = PriceOverride(
        provider="p", model="claude-opus-4-8", currency="USD", since="2020-01-01", input=NANO, output=2 * NANO
    )
    used = {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "us"}
    tree = {**SAID, "model": "p/claude-opus-4-8"}
    _, [row] = await spent(
        "anthropic", {**MESSAGE, "usage": used}, "/v1/messages", tree, tmp_path, price_overrides=(agreed,)
    )
    assert (row["cost_nano"], row["service_tier"]) == (1100 * 1000 + 110 * 2000, "standard+us")


async def test_what_is_asked_for_in_the_us_alone_is_held_so(tmp_path: Path) -> None:
    tree = {**SAID, "model": "p/claude-opus-4-8"}
    for geo, status in (("global", 200), ("us", 402)):
        asked = {**tree, "inference_geo": geo}
        body = json.dumps(asked, separators=(",", ":")).encode()
        plain = (len(body) // BYTES_A_TOKEN + SOME) * 5000 + 20 * 25_000
        budget = Budget(name="month", period="month", limit=Money(plain, "USD"))
        got, _ = await spent("anthropic", MESSAGE, "/v1/messages", asked, tmp_path / geo, budgets=(budget,))
        assert got.status_code == status, got.text


async def test_a_fast_answer_is_held_as_one(tmp_path: Path) -> None:
    """Twenty tokens of an answer come to 0.0005 dollars, and to 0.001 where they come fast."""
    budget = Budget(name="month", period="month", limit=Money(1_000_000, "USD"))
    tree = {**SAID, "model": "p/claude-opus-4-8"}
    for speed, status in (("standard", 200), ("fast", 402)):
        asked = {**tree, "speed": speed}
        got, _ = await spent("anthropic", MESSAGE, "/v1/messages", asked, tmp_path / speed, budgets=(budget,))
        assert got.status_code == status, got.text


async def test_a_tier_that_only_batches_have_makes_no_hold_smaller(tmp_path: Path) -> None:
    """Translation drops it, and the answer costs the whole price: half a dollar."""
    tree = {**SAID, "model": "p/claude-opus-4-8", "max_tokens": 20_000, "service_tier": "batch"}
    budget = Budget(name="day", period="day", limit=Money(4 * NANO // 10, "USD"))
    got, _ = await spent("anthropic", MESSAGE, "/v1/chat/completions", tree, tmp_path, budgets=(budget,))
    assert got.status_code == 402


async def test_tokens_of_pictures_that_were_made_have_their_own_price(tmp_path: Path) -> None:
    model = "gemini-2.5-flash-image"
    answer = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 10,
            "candidatesTokenCount": 1300,
            "totalTokenCount": 1310,
            "candidatesTokensDetails": [
                {"modality": "TEXT", "tokenCount": 10},
                {"modality": "IMAGE", "tokenCount": 1290},
            ],
        },
        "modelVersion": model,
        "responseId": "r",
    }
    path = f"/gemini/v1beta/models/p/{model}:generateContent"
    _, [row] = await spent(
        "gemini", answer, path, {"contents": [{"role": "user", "parts": [{"text": "a cat"}]}]}, tmp_path
    )
    assert row["output_image_tokens"] == 1290
    assert row["cost_nano"] == 10 * 300 + 10 * 2500 + 1290 * 30_000


@pytest.mark.parametrize(("short", "status"), [(0, 200), (1000, 402)])
async def test_what_openai_writes_to_its_cache_unasked_is_held(short: int, status: int, tmp_path: Path) -> None:
    """All of the input at the price of writing, a quarter above the plain one, and one token of an answer."""
    tree = {"model": "p/gpt-6.1-terra", "messages": SAID["messages"], "max_completion_tokens": 1}
    body = b'{"model":"p/gpt-6.1-terra","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":1}'
    at_most = (len(body) // BYTES_A_TOKEN + SOME) * 1250 + 5000
    budget = Budget(name="month", period="month", limit=Money(at_most - short, "USD"))
    got, _ = await spent("openai", CHAT, "/v1/chat/completions", tree, tmp_path, budgets=(budget,))
    assert got.status_code == status, got.text


COMPLETION: dict[str, Any] = {
    **CHAT,
    "object": "text_completion",
    "choices": [{"index": 0, "text": "ok", "finish_reason": "stop"}],
}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"prompt": "hi"}, 200),
        ({"prompt": "hi", "n": 9}, 402),
        ({"prompt": "hi", "best_of": 9}, 402),  # nine are made and billed, and one is shown
        ({"prompt": ["hi"] * 9}, 402),
        ({"prompt": ["hi", "ho"], "n": 2, "best_of": 3}, 402),
        ({"prompt": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, 200),  # one prompt, in tokens
    ],
)
async def test_all_that_a_legacy_completion_makes_is_held_for(
    asked: dict[str, Any], status: int, tmp_path: Path
) -> None:
    price = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
    budgets = (Budget(name="b", period="month", limit=Money(500_000, "USD")),)  # 500 tokens
    tree = {"model": "p/m", "max_tokens": 100, **asked}
    [got] = await asked_in_turn(
        "openai", COMPLETION, "/v1/completions", [tree], tmp_path, budgets=budgets, price_overrides=(price,)
    )
    assert got.status_code == status, got.text
