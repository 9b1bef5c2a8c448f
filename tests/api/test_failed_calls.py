"""What providers bill for answers that are none: booked once, told to budgets, and called what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Alias, Policy, PriceOverride, ProviderPolicy, Target, TeamPolicy, Timeouts
from tests.support.one_provider import CHAT, events, spent
from tests.support.recorded_provider import Performance, playing
from tests.support.running import serving

pytestmark = pytest.mark.asyncio

TOKENS = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
A_TOKEN = 1000
PROMPT = {"model": "p/m", "messages": [{"role": "user", "content": "hi"}]}
EMPTY = {**CHAT, "choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}


def sse(*chunks: dict[str, Any] | str) -> Performance:
    data = "".join(f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in chunks).encode()
    return Performance(200, {"content-type": "text/event-stream"}, (data,))


def chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_without_choices_is_charged_as_its_provider_told(stream: bool, tmp_path: Path) -> None:
    answer: Any = sse(chunk([], usage=EMPTY["usage"]), "[DONE]") if stream else EMPTY
    got, [row] = await spent(
        "openai", answer, "/v1/chat/completions", {**PROMPT, "stream": stream}, tmp_path, price_overrides=(TOKENS,)
    )
    assert got.status_code == (200 if stream else 502), "of a stream the head was sent when its first event came"
    assert row["status"] == ("upstream_cut" if stream else "upstream_error")
    assert (row["input_tokens"], row["output_tokens"], row["cost_nano"]) == (100, 20, 120 * A_TOKEN)
    assert not row["unpriced"]


async def test_an_answer_without_choices_and_price_is_told(tmp_path: Path) -> None:
    _, [row] = await spent("openai", EMPTY, "/v1/chat/completions", PROMPT, tmp_path)
    assert (row["cost_nano"], bool(row["unpriced"]), row["input_tokens"]) == (None, True, 100)


async def test_a_message_without_content_is_charged_too(tmp_path: Path) -> None:
    answer = {
        "type": "message",
        "id": "m",
        "model": "m",
        "content": 7,
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }
    prompt = {**PROMPT, "max_tokens": 5}
    _, [row] = await spent("anthropic", answer, "/v1/messages", prompt, tmp_path, price_overrides=(TOKENS,))
    assert (row["status"], row["cost_nano"]) == ("upstream_error", 10 * A_TOKEN)


@pytest.mark.parametrize(("limit", "second"), [(250, 402), (1000, 200)])
async def test_a_call_before_the_answer_has_a_row_of_its_own_and_counts_in_budgets(
    limit: int, second: int, tmp_path: Path
) -> None:
    """The first target answers nothing for 120 tokens, the second something for two; more is held of each request."""
    performances = {
        name: Performance(200, {}, (json.dumps(body).encode(),)) for name, body in (("p", EMPTY), ("q", CHAT))
    }
    async with playing(performances) as upstream:
        providers = {
            name: ProviderPolicy(
                name=name, kind="openai", base_url=f"{upstream.url}/{name}/v1", region="us", timeouts=Timeouts(total=30)
            )
            for name in performances
        }
        targets = [Target(provider=name, model="m") for name in performances]
        budget = Budget(name="month", period="month", limit=Money(limit * A_TOKEN, "USD"))
        policy = Policy(
            version="v",
            providers=providers,
            models={"fast": Alias(name="fast", targets=(targets[0],), fallbacks=(targets[1],))},
            teams={"demo": TeamPolicy(name="demo", models=("*",), budgets=(budget,))},
            price_overrides=(TOKENS, msgspec.structs.replace(TOKENS, provider="q")),
        )
        async with serving(policy, tmp_path) as gateway, httpx.AsyncClient(timeout=30) as client:
            answers = [
                await client.post(
                    f"{gateway.url}/v1/chat/completions",
                    json={**PROMPT, "model": "fast", "max_tokens": 10},
                    headers={"authorization": f"Bearer {gateway.key}"},
                )
                for _ in range(2)
            ]
            rows = await gateway.usage_rows()
    assert [answer.status_code for answer in answers] == [200, second]
    first = answers[0].headers["x-gateway-request-id"]
    own = {row["request_id"]: row for row in rows if row["request_id"].startswith(first)}
    assert own.keys() == {first, f"{first}.failed1"}
    failed, row = own[f"{first}.failed1"], own[first]
    assert (row["provider"], row["status"], row["cost_nano"]) == ("q", "ok", 2 * A_TOKEN)
    assert (failed["provider"], failed["status"], failed["cost_nano"]) == ("p", "upstream_error", 120 * A_TOKEN)
    assert (failed["error_code"], failed["team"], failed["model_asked"]) == ("upstream_invalid", "demo", "fast")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_that_failed_is_no_success_and_is_charged(stream: bool, tmp_path: Path) -> None:
    said = {"index": 0, "finish_reason": "error"}
    used = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    answer: Any = {**CHAT, "choices": [{**said, "message": {"role": "assistant", "content": "ha"}}], "usage": used}
    if stream:
        begun = {"index": 0, "delta": {"role": "assistant", "content": "ha"}}
        answer = sse(chunk([begun]), chunk([{**said, "delta": {}}]), chunk([], usage=used), "[DONE]")
    _, [row] = await spent(
        "openai", answer, "/v1/chat/completions", {**PROMPT, "stream": stream}, tmp_path, price_overrides=(TOKENS,)
    )
    assert (row["status"], row["error_code"], row["finish_reason"]) == ("upstream_error", "upstream_error", "error")
    assert (row["cost_nano"], row["estimated"]) == (8 * A_TOKEN, False)


async def test_a_stream_that_ends_in_a_failed_response_is_charged_as_told(tmp_path: Path) -> None:
    base = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": []}
    failed = {
        **base,
        "status": "failed",
        "error": {"code": "server_error", "message": "no"},
        "usage": {"input_tokens": 40, "output_tokens": 2, "total_tokens": 42},
    }
    answer = events(
        {"type": "response.created", "sequence_number": 0, "response": {**base, "status": "in_progress"}},
        {
            "type": "response.output_text.delta",
            "sequence_number": 1,
            "item_id": "i",
            "output_index": 0,
            "content_index": 0,
            "delta": "half",
        },
        {"type": "response.failed", "sequence_number": 2, "response": failed},
    )
    tree = {"model": "p/m", "input": "hi", "stream": True}
    _, [row] = await spent("openai", answer, "/v1/responses", tree, tmp_path, price_overrides=(TOKENS,))
    assert (row["status"], row["error_code"], row["cost_nano"]) == ("upstream_cut", "server_error", 42 * A_TOKEN)
    assert not row["estimated"]
