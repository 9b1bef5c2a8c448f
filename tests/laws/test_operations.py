"""The laws of the pipeline hold for every operation: one row each, settled stages, a closed provider, and no second
one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from gateway.core.messages import Dialect
from gateway.core.operations import OperationName, Route
from gateway.core.policy import Alias, ProviderPolicy, Target
from gateway.dialects.operations import OPERATIONS
from gateway.dialects.unstreamed import AnsweredClient
from gateway.errors import BadRequest, UpstreamTimedOut
from gateway.exchange import Batch, Exchange
from gateway.pipeline import STAGES, OrderBroken, Pipeline
from gateway.providers.hosted import SPEAKS, WireProvider
from gateway.stages.call import Call
from gateway.stages.count_tokens import CountTokens
from gateway.stages.stage import Stage
from tests.laws.test_pipeline import Watched, settled
from tests.support.each_case import each_case
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

MESSAGES = [{"role": "user", "content": "Hi"}]
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "embeddings": ("/v1/embeddings", {"model": "openai/m", "input": "Hi"}),
    "embeddings across": ("/v1/embeddings", {"model": "gemini/m", "input": "Hi"}),
    "embed_content": ("/gemini/v1/models/gemini/m:embedContent", {"content": {"parts": [{"text": "Hi"}]}}),
    "count_tokens": ("/v1/messages/count_tokens", {"model": "claude/m", "messages": MESSAGES}),
    "completions": ("/v1/completions", {"model": "openai/m", "prompt": "Hi"}),
    "fim": ("/mistral/v1/fim/completions", {"model": "mistral/m", "prompt": "Hi"}),
    "moderations": ("/v1/moderations", {"model": "openai/m", "input": "Hi"}),
    "compact": ("/v1/responses/compact", {"model": "openai/m", "input": [{"role": "user", "content": "Hi"}]}),
}


def stand_of(upstream: ScriptedUpstream, *models: Alias) -> tuple[Stand, Watched]:
    watched = Watched()
    return Stand(policy_for("http://127.0.0.1:9", models=models), upstream, watched.wrap), watched


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CALLS)
async def test_the_client_leaves_while_the_provider_thinks(name: str) -> None:
    path, body = CALLS[name]
    stand, watched = stand_of(ScriptedUpstream(None))
    call = AsgiCall(path, json.dumps(body).encode())
    serving = asyncio.create_task(call.run(stand.edge))
    async with asyncio.timeout(60):
        while not stand.upstream.requests:
            await asyncio.sleep(0)
    call.leave()
    await serving
    await settled(stand, watched)
    (row,) = stand.ledger.rows
    assert row.status == "client_closed"
    (estimate,) = stand.ledger.estimates
    if name == "count_tokens":
        assert estimate is None
    else:
        assert estimate is not None
        assert estimate.prompt == b"Hi"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("told", [b"", b"{", b"[]", b"null", b"{}", b"data: {}\n\n"])
async def test_an_answer_of_nonsense_is_a_502_with_a_row(name: str, told: bytes) -> None:
    path, body = CALLS[name]
    response = ScriptedResponse(200, {"content-type": "application/json"}, [told])
    stand, watched = stand_of(ScriptedUpstream(response))
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.status == 502
    assert [row.status for row in stand.ledger.rows] == ["upstream_error"] * len(stand.upstream.requests)
    assert response.closed


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CALLS)
async def test_a_providers_refusal_goes_through(name: str) -> None:
    path, body = CALLS[name]
    refusal = b'{"error":{"message":"slow down","type":"x","code":"y"}}'
    response = ScriptedResponse(429, {"content-type": "application/json", "retry-after": "7"}, [refusal])
    stand, watched = stand_of(ScriptedUpstream(response))
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert (call.status, call.headers["retry-after"]) == (429, "7")
    assert b"slow down" in call.body
    assert stand.ledger.estimates == [None]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "method", "last"),
    [("/v1/models", "GET", "ListModels"), ("/v1/messages/count_tokens", "POST", "CountTokens")],
)
async def test_below_the_stage_that_answers_none_is_entered(path: str, method: str, last: str) -> None:
    stand, watched = stand_of(ScriptedUpstream(None))
    body = {"model": "openai/m", "messages": MESSAGES}
    call = AsgiCall(path, json.dumps(body).encode(), method=method)
    await call.run(stand.edge)
    await settled(stand, watched)
    names = [stage.__name__ for stage in STAGES]
    assert list(watched.entered) == names[: names.index(last) + 1]
    assert [row.status for row in stand.ledger.rows] == ["ok"]


@pytest.mark.asyncio
async def test_no_fallback_is_called_for_what_it_does_not_offer() -> None:
    first, second = Target(provider="claude", model="m"), Target(provider="openai", model="m")
    alias = Alias(name="both", targets=(first,), fallbacks=(second,))
    stand, watched = stand_of(ScriptedUpstream(UpstreamTimedOut("late")), alias)
    call = AsgiCall("/v1/messages/count_tokens", json.dumps({"model": "both", "messages": MESSAGES}).encode())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.status == 504
    assert len(stand.upstream.requests) == 1


@pytest.mark.asyncio
async def test_who_takes_notes_stands_above_who_answers() -> None:
    class Counting(Stage):
        after = (CountTokens,)

        def note(self, exchange: Exchange, batch: Batch) -> None:
            """Misses what the stages above answer."""

    stand, _ = stand_of(ScriptedUpstream(None))
    with pytest.raises(OrderBroken, match="Counting takes notes"):
        Pipeline([*stand.stages, Counting()])


def providers() -> Iterator[WireProvider]:
    for kind, dialects in SPEAKS.items():
        yield WireProvider(ProviderPolicy(name=kind, kind=kind, base_url="http://x", region="eu", speaks=dialects))
    for dialect in get_args(Dialect):
        yield WireProvider(
            ProviderPolicy(name=dialect, kind="simulated", base_url="http://x", region="eu", speaks=(dialect,))
        )


@each_case("route", get_args(Route) or list(OPERATIONS))
def test_what_a_provider_offers_has_a_path_and_a_codec(route: Any) -> None:
    operation = OPERATIONS[route]
    assert operation.path == ("chat" if operation.reframed else route)
    assert operation.name in get_args(OperationName)
    for provider in providers():
        codecs = operation.flavours.get(provider.policy.kind, operation.providers)
        for dialect in provider.offers(operation.name):
            assert dialect in codecs
            assert provider.path(operation.path, dialect, "m", stream=False).startswith("/")


@pytest.mark.parametrize(("route", "dialect"), [(name, one) for name in OPERATIONS for one in OPERATIONS[name].clients])
@pytest.mark.parametrize("tree", [{}, {"model": 7}, {"model": "m"}], ids=repr)
def test_an_empty_request_is_refused_and_never_a_defect(route: Any, dialect: Any, tree: dict[str, Any]) -> None:
    operation = OPERATIONS[route]
    if operation.clients[dialect].__class__ is AnsweredClient:
        assert operation.providers == {}  # no model is asked: such an answer is its own dialect's from the start
        return
    with pytest.raises(BadRequest):
        operation.clients[dialect].envelope(tree, "m" if dialect == "gemini" else None, path_stream=False)


def test_only_call_leaves_the_house() -> None:
    assert STAGES[-1] is Call
    answering = [stage.__name__ for stage in STAGES if stage.answers]
    assert answering == ["ListModels", "DescribeKey", "CountTokens", "Replay", "Recall"]
