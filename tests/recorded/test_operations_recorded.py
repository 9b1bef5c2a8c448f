"""Recorded embeddings, counts of tokens and lists of models, through the stages of the pipeline.

What the provider answered reaches a client of each dialect that has the operation: the same vectors, the same counts;
and what reached the provider is what was asked.
"""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

import pytest

from gateway.core.policy import Alias, Target
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.recordings import Recording, recordings
from tests.support.running import policy_for

pytestmark = pytest.mark.recorded

ALL = recordings()
EMBEDDINGS = [name for name, one in ALL.items() if one.api.endswith(("embeddings", "batchEmbed"))]
ANSWERED = [name for name in EMBEDDINGS if ALL[name].status == 200]
COUNTS = [name for name, one in ALL.items() if one.api.endswith(("countTokens", "count_tokens"))]
LISTS = [name for name, one in ALL.items() if one.api.endswith("models")]

NAMES = {"openai": "openai", "gemini": "gemini", "mistral": "mistral", "local": "sim", "anthropic": "claude"}
OWN = {"openai": "/v1/embeddings", "local": "/v1/embeddings", "mistral": "/mistral/v1/embeddings"}


def own_path(one: Recording) -> str:
    return OWN.get(one.provider) or "/gemini" + one.tree["request"]["path"]


async def asked(one: Recording, path: str, body: Any) -> tuple[AsgiCall, Stand]:
    """`body` at `path`, with the recorded model's name as an alias for it, answered as recorded."""
    alias = Alias(name=one.model, targets=(Target(provider=NAMES[one.provider], model=one.model),))
    answer = ScriptedResponse(one.status, {"content-type": "application/json"}, [one.payload])
    stand = Stand(policy_for("http://127.0.0.1:9", models=(alias,)), ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(stand.edge)
    return call, stand


def vectors(body: Any) -> list[array[float]]:
    """Of an answer in any shape, as 32-bit floats."""
    if "data" in body:
        return [unpacked(one["embedding"]) for one in body["data"]]
    return [array("f", one["values"]) for one in body["embeddings"]]


def unpacked(embedding: Any) -> array[float]:
    if isinstance(embedding, str):
        return array("f", base64.b64decode(embedding))
    return array("f", embedding)


def prompt_tokens(body: Any) -> int | None:
    usage = body.get("usage") or body.get("usageMetadata")
    return None if usage is None else usage.get("prompt_tokens", usage.get("promptTokenCount"))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", EMBEDDINGS)
async def test_its_own_client_gets_the_very_bytes(name: str) -> None:
    one = ALL[name]
    call, stand = await asked(one, own_path(one), one.body)
    (request,) = stand.upstream.requests
    assert request.body == json.dumps(one.body).encode()
    assert request.path.removeprefix(f"/{one.provider}") == one.tree["request"]["path"]
    assert (call.status, call.body) == (one.status, one.payload)
    (row,) = stand.ledger.rows
    told = prompt_tokens(json.loads(one.payload)) if one.status == 200 else 0
    assert row.usage.input_tokens == (told or 0)
    assert (row.operation, row.usage.output_tokens) == ("embeddings", 0)
    assert row.status == ("ok" if one.status == 200 else "upstream_error")


def texts_of(one: Recording) -> list[str]:
    if "requests" in one.body:
        return [request["content"]["parts"][0]["text"] for request in one.body["requests"]]
    given = one.body["input"]
    return [given] if isinstance(given, str) else given


def as_asked_by(dialect: str, one: Recording) -> tuple[str, dict[str, Any]]:
    texts = texts_of(one)
    if dialect == "gemini":
        requests = [{"model": f"models/{one.model}", "content": {"parts": [{"text": text}]}} for text in texts]
        return f"/gemini/v1beta/models/{one.model}:batchEmbedContents", {"requests": requests}
    if dialect == "mistral":
        return "/mistral/v1/embeddings", {"model": one.model, "input": texts}
    packed = {} if dialect == "openai" else {"encoding_format": "base64"}
    return "/v1/embeddings", {"model": one.model, "input": texts, **packed}


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", ["openai", "openai-base64", "gemini", "mistral"])
@pytest.mark.parametrize("name", ANSWERED)
async def test_every_client_gets_the_same_vectors(name: str, dialect: str) -> None:
    one = ALL[name]
    call, stand = await asked(one, *as_asked_by(dialect, one))
    assert call.status == 200, call.body
    recorded, got = json.loads(one.payload), json.loads(call.body)
    assert vectors(got) == vectors(recorded)
    told = prompt_tokens(recorded)
    if told is not None:
        assert prompt_tokens(got) == told
    assert stand.ledger.rows[0].usage.input_tokens == (told or 0)
    assert (stand.ledger.estimates[0] is None) == (told is not None)
    sent = json.loads(stand.upstream.requests[0].body)
    assert texts_of(Recording(name, {"request": {"body": sent}})) == texts_of(one)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", COUNTS)
async def test_a_count_is_the_providers(name: str) -> None:
    one = ALL[name]
    prefix = "/gemini" if one.provider == "gemini" else ""
    call, stand = await asked(one, prefix + one.tree["request"]["path"], one.body)
    (request,) = stand.upstream.requests
    assert request.body == json.dumps(one.body).encode()
    assert (call.status, call.body) == (200, one.payload)
    (row,) = stand.ledger.rows
    assert (row.operation, row.status, row.usage.total_tokens) == ("count_tokens", "ok", 0)


@pytest.mark.asyncio
@pytest.mark.parametrize("client", ["/v1/messages/count_tokens", "/v1/responses/input_tokens"])
@pytest.mark.parametrize("name", COUNTS)
async def test_a_count_is_told_in_other_words(name: str, client: str) -> None:
    one = ALL[name]
    body = {"model": one.model, "messages": [{"role": "user", "content": "x"}], "input": "x"}
    body.pop("input" if "messages" in client else "messages")
    call, _ = await asked(one, client, body)
    told = json.loads(one.payload)
    assert json.loads(call.body)["input_tokens"] == told.get("input_tokens", told.get("totalTokens"))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", LISTS)
async def test_our_list_has_what_the_providers_list_has(name: str) -> None:
    recorded = json.loads(ALL[name].payload)
    stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(None))
    call = AsgiCall("/v1/models", b"", {"anthropic-version": "2023-06-01"}, method="GET")
    await call.run(stand.edge)
    ours = json.loads(call.body)
    assert ours.keys() == recorded.keys()
    known = recorded["data"][0].keys() - {"capabilities", "max_input_tokens", "max_tokens"}  # not known of an alias
    assert ours["data"][0].keys() >= known
