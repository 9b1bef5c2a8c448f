"""Embeddings by each vendor's SDK from each provider, over real ports: the vectors, the tokens and the refusals."""

from __future__ import annotations

import base64
import json
from array import array
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from google.genai import types

from gateway.core.limits import Budget
from gateway.core.money import Money
from gateway.core.policy import Alias, Target
from gateway.errors import UpstreamTimedOut
from gateway.providers.simulated.vectors import vector
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.one_provider import spent
from tests.support.running import LoopThread, RunningGateway, policy_for
from tests.support.sdk_clients import genai_client, mistral_client, openai_client

TEXTS = ["Good morning", "Guten Morgen"]
MODELS = {
    "openai/text-embedding-3-small": 1536,
    "gemini/gemini-embedding-001": 768,
    "mistral/mistral-embed": 1024,
    "sim/local-embed": 1536,
}


def same(found: Any, text: str, dimensions: int) -> bool:
    """To within what 32 bits hold: some SDKs unpack floats, others read digits."""
    expected = vector(text, dimensions)
    return array("f", found) == expected


@pytest.mark.sdk
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("extra", [{}, {"encoding_format": "float"}, {"dimensions": 256}], ids=["base64", "float", "d"])
def test_openai(gateway: RunningGateway, model: str, extra: dict[str, Any]) -> None:
    made = openai_client(gateway.url, gateway.key).embeddings.create(model=model, input=TEXTS, **extra)
    assert [one.index for one in made.data] == [0, 1]
    for text, one in zip(TEXTS, made.data, strict=True):
        assert same(one.embedding, text, extra.get("dimensions") or MODELS[model])
    told = model.startswith("gemini/") or made.usage.prompt_tokens > 0
    assert told
    assert made.usage.total_tokens == made.usage.prompt_tokens


@pytest.mark.sdk
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("given", [TEXTS, TEXTS[0]], ids=["two", "one"])
def test_gemini(gateway: RunningGateway, model: str, given: Any) -> None:
    config = types.EmbedContentConfig(output_dimensionality=256)
    client = genai_client(gateway.url, gateway.key)
    made = client.models.embed_content(model=model, contents=given, config=config)
    texts = [given] if isinstance(given, str) else given
    found = [one.values for one in made.embeddings or ()]
    assert [same(one, text, 256) for one, text in zip(found, texts, strict=True)] == [True] * len(texts)


@pytest.mark.sdk
@pytest.mark.parametrize("model", MODELS)
def test_mistral(gateway: RunningGateway, model: str) -> None:
    with mistral_client(gateway.url, gateway.key, "/mistral") as client:
        made = client.embeddings.create(model=model, inputs=TEXTS, output_dimension=128)
    assert made.id
    assert [same(one.embedding, text, 128) for one, text in zip(made.data, TEXTS, strict=True)] == [True, True]


@pytest.mark.sdk
@pytest.mark.parametrize("model", ["openai/text-embedding-3-small", "gemini/gemini-embedding-001"])
def test_embed_content_has_one_embedding(gateway: RunningGateway, model: str) -> None:
    answer = httpx.post(
        f"{gateway.url}/v1beta/models/{model}:embedContent",
        json={"content": {"parts": [{"text": TEXTS[0]}]}, "outputDimensionality": 64},
        headers={"x-goog-api-key": gateway.key},
    )
    assert answer.status_code == 200, answer.text
    assert same(answer.json()["embedding"]["values"], TEXTS[0], 64)


@pytest.mark.sdk
def test_token_ids_go_where_they_mean_something(gateway: RunningGateway) -> None:
    client = openai_client(gateway.url, gateway.key)
    made = client.embeddings.create(model="openai/text-embedding-3-small", input=[[1, 2, 3], [4]])
    assert made.usage.prompt_tokens == 4
    with pytest.raises(openai.BadRequestError, match="token_inputs"):
        client.embeddings.create(model="mistral/mistral-embed", input=[1, 2, 3])


@pytest.mark.sdk
@pytest.mark.parametrize("model", ["grok/grok-4.3", "claude/claude-opus-5"])
def test_who_has_no_embeddings_is_said(gateway: RunningGateway, model: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client(gateway.url, gateway.key).embeddings.create(model=model, input="x")
    assert refused.value.param == "model"
    assert model.partition("/")[0] in refused.value.message
    assert "embeddings" in refused.value.message


@pytest.mark.sdk
def test_integer_vectors_are_mistrals_alone(gateway: RunningGateway) -> None:
    body = {"model": "openai/text-embedding-3-small", "input": "x", "output_dtype": "int8"}
    headers = {"authorization": f"Bearer {gateway.key}"}
    answer = httpx.post(f"{gateway.url}/mistral/v1/embeddings", json=body, headers=headers)
    assert answer.status_code == 400
    assert "output_dtype" in answer.text


@pytest.mark.sdk
def test_what_is_dropped_is_declared(gateway: RunningGateway) -> None:
    config = types.EmbedContentConfig(task_type="RETRIEVAL_QUERY")
    headers = types.HttpOptions(headers={"x-gateway-strict": "1"})
    client = genai_client(gateway.url, gateway.key)
    model = "openai/text-embedding-3-small"
    made = client.models.embed_content(model=model, contents="x", config=config)
    assert made.sdk_http_response is not None
    assert (made.sdk_http_response.headers or {})["x-gateway-dropped"] == "requests[0].taskType"
    with pytest.raises(Exception, match="strict"):
        client.models.embed_content(
            model=model, contents="x", config=config.model_copy(update={"http_options": headers})
        )


@pytest.mark.sdk
def test_the_ledger_holds_tokens_and_cost(gateway: RunningGateway, gateway_thread: LoopThread) -> None:
    raw = openai_client(gateway.url, gateway.key).embeddings.with_raw_response
    text = "nine words that nobody else in this suite embeds"
    told = raw.create(model="openai/text-embedding-3-small", input=text)
    unreported = raw.create(model="gemini/gemini-embedding-001", input=text)
    rows = {row["request_id"]: row for row in gateway_thread.run(gateway.usage_rows())}
    row = rows[told.headers["x-gateway-request-id"]]
    assert (row["operation"], row["dialect"], row["status"]) == ("embeddings", "openai_chat", "ok")
    assert row["input_tokens"] == told.parse().usage.prompt_tokens > 0
    assert row["output_tokens"] == 0
    assert row["cost_nano"] > 0
    assert told.headers["x-gateway-cost"].endswith("USD")
    assert rows[unreported.headers["x-gateway-request-id"]]["input_tokens"] > 0


BUDGET = (Budget(name="month", period="month", limit=Money(10**9, "USD")),)
MADE = {
    "openai": {"model": "m", "data": [{"embedding": [0.1], "index": 0}], "usage": {"prompt_tokens": 3}},
    "gemini": {"embeddings": [{"values": [0.1]}]},
}


@pytest.mark.parametrize(
    ("kind", "model"),
    [("openai", "text-embedding-3-small"), ("openai", "text-embedding-3-large"), ("gemini", "gemini-embedding-001")],
)
def test_a_budget_holds_the_input_alone(gateway_thread: LoopThread, tmp_path: Path, kind: Any, model: str) -> None:
    # No list has a price of their output, for there is none.
    tree = {"model": f"p/{model}", "input": "x"}
    answer, [row] = gateway_thread.run(spent(kind, MADE[kind], "/v1/embeddings", tree, tmp_path, budgets=BUDGET))
    assert answer.status_code == 200, answer.text
    assert row["cost_nano"] > 0


# ----------------------------------------------------------------------------------------- one road, scripted provider

JSON = {"content-type": "application/json"}
ODD = (
    b'{ "object": "list","data":[{"embedding":[0.1000000000000000055511151231257827,-2E-3],"index":0}],\n "model":"m",'
)
ODD += b'"usage":{"prompt_tokens":3,"total_tokens":3},"kept":12345678901234567890123}'


def asked(model: str, **more: Any) -> bytes:
    return json.dumps({"model": model, "input": "Hi", **more}).encode()


async def answered(
    body: bytes, *answers: Any, path: str = "/v1/embeddings", models: Any = ()
) -> tuple[AsgiCall, Stand]:
    stand = Stand(policy_for("http://127.0.0.1:9", models=models), ScriptedUpstream(*answers))
    call = AsgiCall(path, body)
    await call.run(stand.edge)
    return call, stand


@pytest.mark.asyncio
async def test_the_same_dialect_relays_the_very_bytes() -> None:
    alias = Alias(name="embed", targets=(Target(provider="openai", model="embed"),))
    body = b'{"input" : "Hi", "model":"embed","unknown":12345678901234567890123}'
    call, stand = await answered(body, ScriptedResponse(200, JSON, [ODD]), models=(alias,))
    (request,) = stand.upstream.requests
    assert (request.body, request.path) == (body, "/openai/v1/embeddings")
    assert call.body == ODD
    (row,) = stand.ledger.rows
    assert (row.operation, row.status, row.usage.input_tokens, row.stream) == ("embeddings", "ok", 3, False)
    assert stand.ledger.estimates == [None]


@pytest.mark.asyncio
async def test_only_the_model_is_edited() -> None:
    body = b'{"model":"openai/e","input":"Hi","unknown":12345678901234567890123}'
    _, stand = await answered(body, ScriptedResponse(200, JSON, [ODD]))
    assert stand.upstream.requests[0].body == body.replace(b"openai/e", b"e")


@pytest.mark.asyncio
async def test_digits_survive_translation() -> None:
    told = b'{"embeddings":[{"values":[0.1000000000000000055511151231257827,-2E-3]}]}'
    call, stand = await answered(asked("gemini/e"), ScriptedResponse(200, JSON, [told]))
    assert b"[0.1000000000000000055511151231257827,-2E-3]" in call.body
    assert stand.upstream.requests[0].path == "/gemini/v1beta/models/e:batchEmbedContents"
    assert stand.ledger.estimates[0] is not None
    assert stand.ledger.estimates[0].prompt == b"Hi"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "told",
    [
        b"[]",
        b"{",
        b"{}",
        b'{"embeddings":[{"values":"no"}]}',
        b'{"embeddings":[{"values":{}}]}',
        b'{"embeddings":[{"values":[1,"x"]}]}',
        b'{"embeddings":[{"values":[[1]]}]}',
        b'{"embeddings":[{"values":[null]}]}',
        b'data: {"embeddings":[]}\n\n',
    ],
)
@pytest.mark.parametrize("packed", [{}, {"encoding_format": "base64"}], ids=["float", "base64"])
async def test_nonsense_is_refused(told: bytes, packed: dict[str, Any]) -> None:
    call, stand = await answered(asked("gemini/e", **packed), ScriptedResponse(200, JSON, [told]))
    assert call.status == 502
    assert [row.status for row in stand.ledger.rows] == ["upstream_error"]


@pytest.mark.asyncio
async def test_base64_comes_apart_for_who_wants_numbers() -> None:
    packed = base64.b64encode(array("f", [0.5, -2.0]).tobytes()).decode()
    told = json.dumps({"data": [{"embedding": packed, "index": 0}]}).encode()
    call, _ = await answered(asked("openai/e"), ScriptedResponse(200, JSON, [told]), path="/mistral/v1/embeddings")
    assert json.loads(call.body)["data"][0]["embedding"] == [0.5, -2.0]


@pytest.mark.asyncio
async def test_numbers_of_an_engine_that_does_not_pack_are_packed_for_who_asked() -> None:
    """openai for JavaScript asks for base64 by itself; its version 6 reads [] out of numbers."""
    told = b'{"data":[{"embedding":[0.5,-2.0],"index":0}],"usage":{"prompt_tokens":1,"total_tokens":1}}'
    call, _ = await answered(asked("sim/e", encoding_format="base64"), ScriptedResponse(200, JSON, [told]))
    (member,) = json.loads(call.body)["data"]
    assert array("f", base64.b64decode(member["embedding"])) == array("f", [0.5, -2.0])
    assert json.loads(call.body)["usage"]["prompt_tokens"] == 1
    call, _ = await answered(asked("sim/e", encoding_format="float"), ScriptedResponse(200, JSON, [told]))
    assert call.body == told


@pytest.mark.asyncio
@pytest.mark.parametrize(("model", "paths"), [("e", ["openai", "local"]), ("other", ["openai"])])
async def test_a_fallback_has_the_same_model_or_is_none(model: str, paths: list[str]) -> None:
    first, second = Target(provider="openai", model="e"), Target(provider="sim", model=model)
    alias = Alias(name="both", targets=(first,), fallbacks=(second,))
    call, stand = await answered(
        asked("both"), UpstreamTimedOut("late"), ScriptedResponse(200, JSON, [ODD]), models=(alias,)
    )
    assert call.status == (200 if len(paths) == 2 else 504)
    assert [request.path for request in stand.upstream.requests] == [f"/{path}/v1/embeddings" for path in paths]


@pytest.mark.asyncio
async def test_a_target_that_cannot_is_no_attempt() -> None:
    alias = Alias(name="two", targets=(Target(provider="grok", model="g"), Target(provider="openai", model="e")))
    _, stand = await answered(asked("two"), ScriptedResponse(200, JSON, [ODD]), models=(alias,))
    assert [request.path for request in stand.upstream.requests] == ["/openai/v1/embeddings"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("field", "value"),
    [("input", None), ("input", []), ("input", 7), ("dimensions", 0), ("dimensions", True), ("encoding_format", "x")],
)
async def test_a_bad_field_is_named(field: str, value: Any) -> None:
    call, stand = await answered(asked("openai/e", **{field: value}), None)
    assert call.status == 400
    assert json.loads(call.body)["error"]["param"] == field
    assert stand.upstream.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize("options", ["x", [1], 3, True])
async def test_a_member_that_chats_have_is_anything_here(options: Any) -> None:
    alias = Alias(name="embed", targets=(Target(provider="openai", model="embed"),))
    body = json.dumps({"model": "embed", "input": "Hi", "stream_options": options}).encode()
    call, stand = await answered(body, ScriptedResponse(200, JSON, [ODD]), models=(alias,))
    assert call.status == 200
    assert json.loads(stand.upstream.requests[0].body)["stream_options"] == options
