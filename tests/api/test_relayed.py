"""Operations that are only relayed: completions, fill-in-the-middle, moderations. A real llama.cpp answers some."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import LoopThread, RunningGateway, policy_for
from tests.support.sdk_clients import mistral_client, openai_client

JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
USAGE = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


def piece(text: str, reason: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "finish_reason": reason, "logprobs": None}
    return {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": [choice], **more}


def line(tree: Any) -> bytes:
    return b"data: " + json.dumps(tree).encode() + b"\n\n"


STREAM = [line(piece("one ")), line(piece("two", "stop")), line({**piece(""), "choices": [], "usage": USAGE})]
DONE = b"data: [DONE]\n\n"


async def answered(path: str, body: Any, *answers: Any) -> tuple[AsgiCall, Stand]:
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(*answers))
    call = AsgiCall(path, json.dumps(body, separators=(",", ":")).encode())
    await call.run(stand.edge)
    return call, stand


@pytest.mark.engine
@pytest.mark.sdk
def test_a_real_engine_completes(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    client = openai_client(gateway.url, gateway.key)
    asked: dict[str, Any] = {"model": "gpu/tiny", "prompt": "Once upon", "max_tokens": 5, "temperature": 0}
    raw = client.completions.with_raw_response.create(**asked)
    told = raw.parse()
    assert told.choices[0].finish_reason
    assert told.usage is not None
    streamed = client.completions.with_raw_response.create(**asked, stream=True)
    assert all(chunk.choices for chunk in streamed.parse())
    rows = {row["request_id"]: row for row in gateway_thread.run(gateway.usage_rows())}
    for answer in (raw, streamed):
        row = rows[answer.headers["x-gateway-request-id"]]
        assert (row["operation"], row["status"]) == ("completions", "ok")
        assert row["input_tokens"] > 0
        assert row["output_tokens"] == told.usage.completion_tokens > 0  # 5, unless it has said all it had to say
        assert not row["estimated"]


@pytest.mark.asyncio
async def test_a_stream_of_completions_is_relayed_without_the_frame_that_we_asked_for() -> None:
    body = {"model": "openai/m", "prompt": "Hi", "stream": True, "unknown": 1}
    call, stand = await answered("/v1/completions", body, ScriptedResponse(200, SSE, [*STREAM, DONE]))
    (request,) = stand.upstream.requests
    assert request.path == "/openai/v1/completions"
    assert json.loads(request.body) == body | {"model": "m", "stream_options": {"include_usage": True}}
    assert call.body == STREAM[0] + STREAM[1] + DONE
    (row,) = stand.ledger.rows
    assert (row.status, row.usage.input_tokens, row.usage.output_tokens, row.finish_reason) == ("ok", 4, 2, "stop")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("ending", "status"),
    [([], "upstream_cut"), ([line({"error": {"message": "no", "code": 500}})], "upstream_cut"), (STREAM[1:], "ok")],
    ids=["cut", "error", "no done"],
)
async def test_a_stream_of_completions_ends_as_it_did(ending: list[bytes], status: str) -> None:
    body = {"model": "openai/m", "prompt": "Hi", "stream": True}
    call, stand = await answered("/v1/completions", body, ScriptedResponse(200, SSE, [STREAM[0], *ending]))
    (row,) = stand.ledger.rows
    assert row.status == status
    assert (b'"error"' in call.body) == (status != "ok")
    if status != "ok":
        assert stand.ledger.estimates[0] is not None
        assert (stand.ledger.estimates[0].prompt, stand.ledger.estimates[0].answer) == (b"Hi", ["one "])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (True, ScriptedResponse(200, JSON, [json.dumps(piece("x", "stop")).encode()])),
        (False, ScriptedResponse(200, SSE, [*STREAM, DONE])),
        (False, ScriptedResponse(200, JSON, [b"{}"])),
        (False, ScriptedResponse(200, JSON, [b'{"choices":[1]}'])),
        (False, ScriptedResponse(200, JSON, [b"["])),
    ],
    ids=["whole for a stream", "stream for a whole", "nothing", "no choice", "no json"],
)
async def test_another_form_is_nonsense(stream: bool, told: ScriptedResponse) -> None:
    body = {"model": "openai/m", "prompt": "Hi", "stream": stream}
    call, stand = await answered("/v1/completions", body, told)
    assert call.status == 502
    assert [row.status for row in stand.ledger.rows] == ["upstream_error"]


@pytest.mark.asyncio
@pytest.mark.parametrize("model", ["claude/c", "gemini/g", "mistral/m", "grok/g"])
async def test_completions_are_not_translated(model: str) -> None:
    call, stand = await answered("/v1/completions", {"model": model, "prompt": "Hi"}, None)
    assert call.status == 400
    error = json.loads(call.body)["error"]
    assert error["param"] == "model"
    assert model.partition("/")[0] in error["message"]
    assert stand.upstream.requests == []


CHAT = {
    "id": "f",
    "object": "chat.completion",
    "created": 1,
    "model": "codestral",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "pass"}, "finish_reason": "stop"}],
    "usage": USAGE,
}


@pytest.mark.asyncio
async def test_a_gap_is_filled_by_mistral() -> None:
    body = {"model": "mistral/codestral", "prompt": "def f():", "suffix": "return"}
    told = json.dumps(CHAT).encode()
    call, stand = await answered("/mistral/v1/fim/completions", body, ScriptedResponse(200, JSON, [told]))
    assert stand.upstream.requests[0].path == "/mistral/v1/fim/completions"
    assert json.loads(stand.upstream.requests[0].body) == body | {"model": "codestral"}
    assert call.body == told
    (row,) = stand.ledger.rows
    assert (row.operation, row.status, row.usage.output_tokens) == ("fim", "ok", 2)


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "provider"), [("/v1/moderations", "openai"), ("/mistral/v1/moderations", "mistral")])
async def test_moderations_stay_with_their_provider(path: str, provider: str) -> None:
    told = b'{"id":"m","model":"x", "results":[{"flagged":false}]}'
    body = {"model": f"{provider}/x", "input": ["Hi"]}
    call, stand = await answered(path, body, ScriptedResponse(200, JSON, [told]))
    assert stand.upstream.requests[0].path == f"/{provider}/v1/moderations"
    assert call.body == told
    assert stand.ledger.rows[0].status == "ok"
    other = "mistral" if provider == "openai" else "openai"
    refused, _ = await answered(path, {"model": f"{other}/x", "input": "Hi"}, None)
    assert refused.status == 400


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/v1/completions", {"model": "openai/m"}, "prompt"),
        ("/v1/completions", {"model": "openai/m", "prompt": "x", "stream": 1}, "stream"),
        ("/v1/completions", {"model": "openai/m", "prompt": "x", "n": 0}, "n"),
        ("/v1/completions", {"prompt": "x"}, "model"),
        ("/v1/moderations", {"model": "openai/m", "input": []}, "input"),
        ("/v1/moderations", {"input": "x"}, "model"),
    ],
)
async def test_a_bad_field_is_named(path: str, body: Any, param: str) -> None:
    call, _ = await answered(path, body, None)
    assert call.status == 400
    assert json.loads(call.body)["error"]["param"] == param


@pytest.mark.sdk
def test_a_refusal_raises_in_the_sdks(gateway: RunningGateway) -> None:
    with pytest.raises(openai.BadRequestError, match="claude"):
        openai_client(gateway.url, gateway.key).completions.create(model="claude/c", prompt="x")
    with mistral_client(gateway.url, gateway.key, "/mistral") as client, pytest.raises(Exception, match="claude"):
        client.fim.complete(model="claude/c", prompt="x")


@pytest.mark.sdk
def test_the_simulated_providers_answer_them_to_the_sdks(gateway: RunningGateway) -> None:
    """What a newcomer finds in the demo."""
    client = openai_client(gateway.url, gateway.key)
    told = client.completions.create(model="openai/gpt-3.5-turbo-instruct", prompt="Once upon a time")
    assert told.choices[0].text
    assert told.usage is not None
    assert told.usage.prompt_tokens == 4
    chunks = list(client.completions.create(model="sim/llama", prompt="Once upon a time", stream=True))
    assert all(chunk.choices for chunk in chunks)
    assert "".join(chunk.choices[0].text for chunk in chunks) == told.choices[0].text
    moderated = client.moderations.create(model="openai/omni-moderation-latest", input=["hello", "I will kill"])
    assert [result.flagged for result in moderated.results] == [False, True]
    with mistral_client(gateway.url, gateway.key) as mistral:
        filled = mistral.fim.complete(model="mistral/codestral-latest", prompt="def f(", suffix="return a + b")
    assert filled.choices[0].message.content
