"""Counts of tokens: the provider's own where it has one, else an estimate that says so; never a cost."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import LoopThread, RunningGateway, policy_for
from tests.support.sdk_clients import anthropic_client, genai_client, openai_client

COUNTED = ["claude/claude-opus-5", "gemini/gemini-2.5-flash"]
ESTIMATED = ["openai/gpt-5-mini", "mistral/mistral-small-latest", "grok/grok-4.3", "sim/local-small"]
TEXT = "How many tokens are these?"


@pytest.mark.sdk
@pytest.mark.parametrize("model", COUNTED + ESTIMATED)
def test_anthropic(gateway: RunningGateway, model: str) -> None:
    with anthropic_client(gateway.url, gateway.key) as client:
        raw = client.messages.with_raw_response.count_tokens(
            model=model,
            system="Be brief",
            messages=[{"role": "user", "content": TEXT}],
            tools=[{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
        )
    assert raw.parse().input_tokens > 5
    assert raw.headers.get("x-gateway-estimated") == (None if model in COUNTED else "1")


@pytest.mark.sdk
@pytest.mark.parametrize("model", COUNTED + ESTIMATED)
def test_gemini(gateway: RunningGateway, model: str) -> None:
    client = genai_client(gateway.url, gateway.key)
    counted = client.models.count_tokens(model=model, contents=TEXT)
    assert (counted.total_tokens or 0) > 4


@pytest.mark.sdk
@pytest.mark.parametrize("model", COUNTED + ESTIMATED)
def test_openai(gateway: RunningGateway, model: str) -> None:
    client = openai_client(gateway.url, gateway.key)
    raw = client.responses.input_tokens.with_raw_response.count(model=model, input=TEXT, instructions="Be brief")
    assert raw.parse().object == "response.input_tokens"
    assert raw.parse().input_tokens > 5
    assert raw.headers.get("x-gateway-estimated") == (None if model in COUNTED else "1")


@pytest.mark.sdk
@pytest.mark.parametrize("model", [COUNTED[0], ESTIMATED[0]])
def test_it_costs_nothing(gateway: RunningGateway, gateway_thread: LoopThread, model: str) -> None:
    raw = openai_client(gateway.url, gateway.key).responses.input_tokens.with_raw_response.count(
        model=model, input=TEXT
    )
    rows = {row["request_id"]: row for row in gateway_thread.run(gateway.usage_rows())}
    row = rows[raw.headers["x-gateway-request-id"]]
    assert (row["operation"], row["status"], row["provider"]) == ("count_tokens", "ok", model.partition("/")[0])
    assert (row["input_tokens"], row["output_tokens"], row["cost_nano"]) == (0, 0, 0)


@pytest.mark.sdk
def test_a_whole_request_is_counted_by_gemini(gateway: RunningGateway) -> None:
    inner = {"model": "models/gemini/gemini-2.5-flash", "contents": [{"parts": [{"text": TEXT}]}]}
    answer = httpx.post(
        f"{gateway.url}/v1beta/models/gemini/gemini-2.5-flash:countTokens",
        json={"generateContentRequest": inner},
        headers={"x-goog-api-key": gateway.key},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["totalTokens"] > 4


# ----------------------------------------------------------------------------------------- one road, scripted provider


async def answered(path: str, body: Any, told: bytes | None, **headers: str) -> tuple[AsgiCall, Stand]:
    answer = None if told is None else ScriptedResponse(200, {"content-type": "application/json"}, [told])
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps(body).encode(), headers)
    await call.run(stand.edge)
    return call, stand


@pytest.mark.asyncio
async def test_claude_is_asked_in_the_clients_bytes() -> None:
    body = {"model": "claude/c", "messages": [{"role": "user", "content": "Hi"}], "unknown": 1}
    call, stand = await answered("/v1/messages/count_tokens", body, b'{"input_tokens":12, "more":1}')
    (request,) = stand.upstream.requests
    assert request.path == "/anthropic/v1/messages/count_tokens"
    assert json.loads(request.body) == body | {"model": "c"}
    assert call.body == b'{"input_tokens":12, "more":1}'
    assert call.headers["x-gateway-cost"] == "0.0 USD"


@pytest.mark.asyncio
async def test_claude_is_asked_for_a_count_only() -> None:
    body = {"model": "claude/c", "input": "Hi", "temperature": 0.5, "max_output_tokens": 20}
    _, stand = await answered("/v1/responses/input_tokens", body, b'{"input_tokens":12}')
    assert json.loads(stand.upstream.requests[0].body).keys() == {"model", "messages"}


@pytest.mark.asyncio
async def test_gemini_is_asked_with_the_model_twice() -> None:
    body = {"generateContentRequest": {"model": "models/x", "contents": [{"parts": [{"text": "Hi"}]}]}}
    _, stand = await answered("/gemini/v1beta/models/gemini/g:countTokens", body, b'{"totalTokens":3}')
    (request,) = stand.upstream.requests
    assert request.path == "/gemini/v1beta/models/g:countTokens"
    assert json.loads(request.body)["generateContentRequest"]["model"] == "models/g"


@pytest.mark.asyncio
async def test_an_estimate_asks_nobody() -> None:
    body = {"model": "openai/gpt-5", "messages": [{"role": "user", "content": "one two three"}]}
    call, stand = await answered("/v1/messages/count_tokens", body, None)
    assert json.loads(call.body) == {"input_tokens": 3}
    assert call.headers["x-gateway-estimated"] == "1"
    assert stand.upstream.requests == []
    (row,) = stand.ledger.rows
    assert (row.provider, row.model, row.attempts, row.usage.total_tokens) == ("openai", "gpt-5", 0, 0)
    assert row.cost is not None
    assert row.cost.nano == 0


@pytest.mark.asyncio
async def test_an_estimate_of_nonsense_is_refused() -> None:
    body = {"model": "openai/gpt-5", "messages": [{"role": "user", "content": 7}]}
    call, _ = await answered("/v1/messages/count_tokens", body, None)
    assert call.status == 400


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "told", [b"{}", b'{"input_tokens":-1}', b'{"input_tokens":"3"}', b"[", b'{"input_tokens":true}']
)
async def test_a_count_that_is_none_is_refused(told: bytes) -> None:
    body = {"model": "claude/c", "messages": [{"role": "user", "content": "Hi"}]}
    call, stand = await answered("/v1/messages/count_tokens", body, told)
    assert call.status == 502
    assert [row.usage.total_tokens for row in stand.ledger.rows] == [0]
    assert stand.ledger.estimates == [None]
