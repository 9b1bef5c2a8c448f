"""The lists of models: four shapes of one list, what a team sees of it, and that they go through the pipeline."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.policy import Alias, Target
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand
from tests.support.running import RunningGateway, policy_for
from tests.support.sdk_clients import anthropic_client, genai_client, mistral_client, openai_client

EMBEDDINGS = Alias(name="embed", targets=(Target(provider="openai", model="text-embedding-3-small"),))
CLAUDE = Alias(name="claude-smart", targets=(Target(provider="claude", model="claude-sonnet-5"),))
GONE = Alias(name="gone", targets=())


def stand() -> Stand:
    return Stand(policy_for("http://127.0.0.1:9", models=(EMBEDDINGS, CLAUDE, GONE)), ScriptedUpstream(None))


async def get(of: Stand, path: str, query: str = "", **headers: str) -> AsgiCall:
    call = AsgiCall(path, b"", {name.replace("_", "-"): value for name, value in headers.items()}, method="GET")
    call.scope["query_string"] = query.encode()
    await call.run(of.edge)
    return call


@pytest.mark.asyncio
async def test_openais_list_has_the_key_that_codex_reads() -> None:
    body = json.loads((await get(stand(), "/v1/models")).body)
    assert [entry["id"] for entry in body["data"]] == ["fast-chat", "embed", "claude-smart"]
    assert [entry["slug"] for entry in body["models"]] == ["fast-chat", "embed", "claude-smart"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "ids", "more"),
    [
        ("", ["fast-chat", "embed", "claude-smart"], False),
        ("limit=1000", ["fast-chat", "embed", "claude-smart"], False),
        ("limit=2", ["fast-chat", "embed"], True),
        ("limit=2&after_id=embed", ["claude-smart"], False),
        ("limit=1&before_id=claude-smart", ["embed"], True),
    ],
)
async def test_anthropics_list_is_cut_into_pages(query: str, ids: list[str], more: bool) -> None:
    body = json.loads((await get(stand(), "/v1/models", query, anthropic_version="2023-06-01")).body)
    assert [entry["id"] for entry in body["data"]] == ids
    assert (body["first_id"], body["last_id"], body["has_more"]) == (ids[0], ids[-1], more)
    assert body["data"][0].keys() >= {"type", "id", "display_name", "created_at"}


@pytest.mark.asyncio
async def test_geminis_list_is_cut_into_pages_and_says_what_can_be_done() -> None:
    body = json.loads((await get(stand(), "/v1beta/models", "pageSize=2", x_goog_api_key="good")).body)
    assert [entry["name"] for entry in body["models"]] == ["models/fast-chat", "models/embed"]
    assert "embedContent" in body["models"][1]["supportedGenerationMethods"]
    rest = await get(stand(), "/v1beta/models", f"pageToken={body['nextPageToken']}", x_goog_api_key="good")
    (last,) = json.loads(rest.body)["models"]
    assert last["name"] == "models/claude-smart"
    assert "embedContent" not in last["supportedGenerationMethods"]
    assert "countTokens" in last["supportedGenerationMethods"]


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["limit=many", "limit=-1", "after_id=nobody", "before_id=nobody"])
async def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    call = await get(stand(), "/v1/models", query, anthropic_version="2023-06-01")
    assert call.status == 400
    assert json.loads(call.body)["type"] == "error"


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "status"), [("fast-chat", 200), ("grok/grok-4", 200), ("gone", 404), ("x/y", 404)])
@pytest.mark.parametrize("prefix", ["/openai", "/anthropic", "/gemini", "/mistral"])
async def test_one_model_by_name(prefix: str, name: str, status: int) -> None:
    call = await get(stand(), f"{prefix}/v1/models/{name}")
    assert call.status == status
    body: dict[str, Any] = json.loads(call.body)
    if status == 200:
        assert name in (body.get("id"), str(body.get("name")).removeprefix("models/"))


@pytest.mark.asyncio
async def test_a_list_travels_the_road_and_leaves_a_row_that_costs_nothing() -> None:
    of = stand()
    call = await get(of, "/v1/models")
    (row,) = of.ledger.rows
    assert (row.operation, row.status, row.http_status, row.attempts) == ("list_models", "ok", 200, 0)
    assert (row.usage.total_tokens, row.cost and row.cost.nano, of.ledger.estimates) == (0, 0, [None])
    assert call.headers["x-gateway-request-id"] == row.request_id
    assert of.upstream.requests == []
    assert of.metrics.in_flight == 0


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "headers", "code"),
    [("key=good", {}, "api_key_in_query"), ("", {"authorization": "Bearer wrong"}, "invalid_api_key")],
)
async def test_strangers_and_keys_in_urls_are_refused(query: str, headers: dict[str, str], code: str) -> None:
    of = stand()
    call = await get(of, "/v1/models", query, **headers)
    assert call.status == 401
    assert code in call.body.decode()
    assert of.ledger.rows == []


@pytest.mark.asyncio
async def test_a_list_is_read_not_posted() -> None:
    call = AsgiCall("/v1/models", b"{}")
    await call.run(stand().edge)
    assert call.status == 405


@pytest.mark.sdk
def test_every_sdk_reads_its_list(gateway: RunningGateway) -> None:
    origin, key = gateway.url, gateway.key
    assert [one.id for one in openai_client(origin, key).models.list()] == ["fast-chat"]
    assert openai_client(origin, key).models.retrieve("fast-chat").id == "fast-chat"
    with anthropic_client(origin, key) as anthropic:
        assert [one.display_name for one in anthropic.models.list(limit=1000)] == ["fast-chat"]
        assert anthropic.models.retrieve("claude/claude-opus-5").id == "claude/claude-opus-5"
    genai = genai_client(origin, key)
    assert [one.name for one in genai.models.list()] == ["models/fast-chat"]
    assert genai.models.get(model="fast-chat").supported_actions
    with mistral_client(origin, key, "/mistral") as mistral:
        listed = mistral.models.list().data or []
        assert [(one.id, one.type) for one in listed] == [("fast-chat", "base")]
        assert mistral.models.retrieve(model_id="fast-chat").id == "fast-chat"


@pytest.mark.sdk
def test_a_team_sees_what_it_may_use_from_where_it_may(gateway: RunningGateway) -> None:
    narrow = openai_client(gateway.url, gateway.keys["narrow"])
    assert [one.id for one in narrow.models.list()] == ["fast-chat"]
    swiss = openai_client(gateway.url, gateway.keys["swiss"])
    assert [one.id for one in swiss.models.list()] == []
