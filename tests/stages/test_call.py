"""Call: what is tried once more, with which credential, and what the failures say about the target."""

from __future__ import annotations

import asyncio
import json
from time import monotonic
from typing import Any

import msgspec
import pytest

from gateway.core.policy import Alias, Policy, Secret, Target
from gateway.errors import UpstreamCut, UpstreamTimedOut, UpstreamUnreachable
from gateway.journal.open_calls import orphans
from gateway.routing.breaker import FIRST_PAUSE, UNREACHABLE_IN_A_ROW
from gateway.routing.health import RETRIES_AT_ONCE
from gateway.stages import call as calling
from gateway.stages.calls import failures
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for
from tests.support.waiting import until

JSON = {"content-type": "application/json"}
TARGETS = Target(provider="openai", model="a"), Target(provider="grok", model="b")
ALONE = Alias(name="alone", targets=TARGETS[:1])
PEERS = Alias(name="peers", targets=TARGETS)
FALLBACK = Alias(name="fallback", targets=TARGETS[:1], fallbacks=TARGETS[1:])


def ok() -> ScriptedResponse:
    message = {"role": "assistant", "content": "fine"}
    body = {"id": "c", "object": "chat.completion", "model": "m", "created": 1} | {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    return ScriptedResponse(200, JSON, [json.dumps(body).encode()])


def refused(status: int, **headers: str) -> ScriptedResponse:
    body = json.dumps({"error": {"message": "no", "type": "t", "code": None}}).encode()
    return ScriptedResponse(status, JSON | headers, [body])


@pytest.mark.asyncio
async def test_the_providers_own_words_reach_its_dialect_also_after_another_try():
    words = b'{"error":{"message":"no","type":"server_error","code":null,"odd":1}}'
    stand = Stand(policy(ALONE), ScriptedUpstream(ScriptedResponse(500, JSON, [words])))
    call = await ask(stand)
    assert (call.status, len(stand.upstream.requests), call.body) == (500, 2, words)


@pytest.mark.asyncio
async def test_the_words_of_another_dialect_do_not_however_often_it_was_asked(monkeypatch: pytest.MonkeyPatch):
    """Both credentials of the first were refused by the time at which nothing more can be tried."""
    claude = Target(provider="claude", model="c")
    known = policy(Alias(name="mixed", targets=(claude,), fallbacks=TARGETS[:1]))
    keys = (Secret("one"), Secret("two"))
    spec = msgspec.structs.replace(known.providers["claude"], api_key=None, api_keys=keys)
    known = msgspec.structs.replace(known, providers={**known.providers, "claude": spec})
    words = b'{"type":"error","error":{"type":"rate_limit_error","message":"no"}}'
    answers = iter((False, True, True))
    monkeypatch.setattr(calling, "too_late", lambda *_: next(answers))
    stand = Stand(known, ScriptedUpstream(ScriptedResponse(429, JSON, [words])))
    call = await ask(stand, "mixed")
    assert (call.status, len(stand.upstream.requests)) == (429, 2)
    assert json.loads(call.body)["error"].keys() >= {"message", "type", "code"}, call.body


def told(failure: ScriptedResponse | Exception) -> str:
    return f"{failure.status} {failure.headers}" if isinstance(failure, ScriptedResponse) else repr(failure)


def policy(*models: Alias) -> Policy:
    return policy_for("http://127.0.0.1:9", models=models)


async def ask(stand: Stand, model: str = "alone", **headers: str) -> AsgiCall:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    call = AsgiCall("/v1/chat/completions", body, headers)
    await call.run(stand.edge)
    return call


def keys_used(stand: Stand) -> list[str]:
    return [dict(request.headers)["authorization"].removeprefix("Bearer ") for request in stand.upstream.requests]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "failure", [refused(500), refused(503), refused(529), UpstreamUnreachable("u"), UpstreamCut("c")], ids=told
)
@pytest.mark.parametrize("late", [False, True], ids=["soon", "late"])
async def test_a_passing_failure_is_tried_once_more(failure: Any, late: bool, monkeypatch: pytest.MonkeyPatch):
    if late:
        monkeypatch.setattr(failures, "HARDLY_BEGUN", 0.0)
    stand = Stand(policy(ALONE), ScriptedUpstream(failure, ok()))
    call = await ask(stand)
    assert (call.status, len(stand.upstream.requests)) == (200, 2)
    assert call.headers["x-gateway-tried"].startswith("openai/a ")
    *before, row = stand.ledger.rows
    assert (row.status, row.attempts) == ("ok", 2)
    booked = [f"{row.request_id}.failed1"] if late and isinstance(failure, UpstreamCut) else []
    assert [each.request_id for each in before] == booked, "what broke off late may be billed, what was refused is not"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("failure", "presumed"),
    [(UpstreamTimedOut("t"), {"": "grok", ".failed1": "openai"}), (refused(500), {"": "grok"})],
    ids=["timed out", "refused"],
)
async def test_a_process_that_dies_while_a_fallback_answers_leaves_either_call_at_its_provider(
    failure: Any, presumed: dict[str, str]
):
    """What the next start finds in the journal, which holds no row yet."""
    stand = Stand(policy(FALLBACK), ScriptedUpstream(failure, ok()))
    call = await ask(stand, "fallback")
    asked = call.headers["x-gateway-request-id"]
    found = {orphan.call.request_id: orphan.call.provider for orphan in orphans(stand.journal.records, "usage")}
    assert found == {asked + ending: provider for ending, provider in presumed.items()}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "failure",
    [
        refused(400),
        refused(404),
        refused(429),
        refused(504),
        refused(503, **{"retry-after": "7"}),
        UpstreamTimedOut("t"),
    ],
    ids=told,
)
async def test_what_would_be_the_same_or_may_have_cost_money_is_not(failure: Any):
    stand = Stand(policy(ALONE), ScriptedUpstream(failure, ok()))
    call = await ask(stand)
    assert call.status != 200
    assert len(stand.upstream.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("alias", [PEERS, FALLBACK], ids=lambda alias: alias.name)
async def test_another_target_takes_over_and_the_first_is_not_asked_twice(alias: Alias):
    stand = Stand(policy(alias), ScriptedUpstream(refused(500), ok()))
    call = await ask(stand, alias.name)
    assert call.headers["x-gateway-provider"] == "grok"
    assert call.headers["x-gateway-tried"] == "openai/a 500"


@pytest.mark.asyncio
async def test_total_failure_makes_three_calls_at_most_and_then_hardly_more_than_one_a_request():
    stand = Stand(policy(FALLBACK), ScriptedUpstream(refused(500)))
    call = await ask(stand, "fallback")
    assert (call.status, len(stand.upstream.requests)) == (500, 3)
    alone = Stand(policy(ALONE), ScriptedUpstream(refused(500)))
    calls = [await ask(alone) for _ in range(15)]
    assert {call.status for call in calls} == {500}
    assert len(alone.upstream.requests) == 15 + RETRIES_AT_ONCE


@pytest.mark.asyncio
async def test_a_target_that_nobody_reaches_is_left_alone_and_says_when_to_come_back():
    stand = Stand(policy(ALONE), ScriptedUpstream(UpstreamUnreachable("u")))
    while len(stand.upstream.requests) < UNREACHABLE_IN_A_ROW:
        assert (await ask(stand)).status == 502
    before = len(stand.upstream.requests)
    call = await ask(stand)
    assert (call.status, len(stand.upstream.requests)) == (503, before)
    assert json.loads(call.body)["error"]["code"] == "upstream_circuit_open"
    assert 1 <= int(call.headers["retry-after"]) <= 5


@pytest.mark.asyncio
async def test_while_a_target_is_left_alone_its_fallback_is_asked_at_once():
    stand = Stand(policy(ALONE, FALLBACK), ScriptedUpstream(UpstreamUnreachable("u")))
    while not stand.health.open:
        await ask(stand)
    stand.upstream._answers = iter([ok()])
    call = await ask(stand, "fallback")
    assert (call.status, call.headers["x-gateway-provider"]) == (200, "grok")
    assert "x-gateway-tried" not in call.headers


@pytest.mark.asyncio
async def test_a_stream_that_breaks_off_counts_as_a_failure():
    frame = b'data: {"id":"c","model":"m","created":1,"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'
    cut = {"content-type": "text/event-stream"}
    stand = Stand(policy(ALONE), ScriptedUpstream(None))
    body = json.dumps({"model": "alone", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    for _ in range(20):
        stand.upstream._answers = iter([ScriptedResponse(200, cut, [frame, UpstreamCut("c")])])
        await AsgiCall("/v1/chat/completions", body).run(stand.edge)
    assert list(stand.health.open) == [("openai", "a")]


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403, 429])
async def test_a_credential_that_is_refused_rests_and_its_sister_answers(status: int):
    several = policy(ALONE)
    keys = (Secret("one"), Secret("two"))
    openai = msgspec.structs.replace(several.providers["openai"], api_key=None, api_keys=keys)
    several = msgspec.structs.replace(several, providers={**several.providers, "openai": openai})
    stand = Stand(several, ScriptedUpstream(refused(status), ok(), ok(), ok()))
    calls = [await ask(stand) for _ in range(3)]
    assert [call.status for call in calls] == [200, 200, 200]
    used = keys_used(stand)
    assert len(set(used[:2])) == 2
    assert set(used[1:]) == {used[1]}
    assert not stand.health.open


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [401, 403, 429])
async def test_a_credential_is_refused_by_the_status_whatever_the_word_beside_it(status: int):
    """Servers that imitate a dialect have few words."""
    several = policy(Alias(name="alone", targets=(Target(provider="claude", model="c"),)))
    claude = msgspec.structs.replace(several.providers["claude"], api_key=None, api_keys=(Secret("one"), Secret("two")))
    several = msgspec.structs.replace(several, providers={**several.providers, "claude": claude})
    words = b'{"type":"error","error":{"type":"invalid_request_error","message":"no"}}'
    stand = Stand(several, ScriptedUpstream(ScriptedResponse(status, JSON, [words])))
    await ask(stand)
    assert {dict(request.headers)["x-api-key"] for request in stand.upstream.requests} == {"one", "two"}


@pytest.mark.asyncio
async def test_content_that_is_refused_says_nothing_of_the_credential():
    several = policy(ALONE)
    keys = (Secret("one"), Secret("two"))
    openai = msgspec.structs.replace(several.providers["openai"], api_key=None, api_keys=keys)
    several = msgspec.structs.replace(several, providers={**several.providers, "openai": openai})
    words = b'{"code":"x","error":"Content violates usage guidelines. Team: t, Failed check: SAFETY_CHECK_TYPE_BIO"}'
    stand = Stand(several, ScriptedUpstream(ScriptedResponse(403, JSON, [words]), ok(), ok()))
    refused = await ask(stand)
    assert (refused.status, len(stand.upstream.requests)) == (403, 1)
    assert "SAFETY_CHECK_TYPE_BIO" in refused.body.decode()
    assert [(await ask(stand)).status for _ in range(2)] == [200, 200]
    assert len(set(keys_used(stand)[1:])) == 2, "neither rests"


@pytest.mark.asyncio
async def test_where_all_credentials_are_refused_the_client_hears_the_provider():
    several = policy(ALONE)
    openai = msgspec.structs.replace(several.providers["openai"], api_key=None, api_keys=(Secret("a"), Secret("b")))
    several = msgspec.structs.replace(several, providers={**several.providers, "openai": openai})
    stand = Stand(several, ScriptedUpstream(refused(429, **{"retry-after": "7"})))
    call = await ask(stand)
    assert (call.status, call.headers["retry-after"], len(stand.upstream.requests)) == (429, "7", 2)


@pytest.mark.asyncio
async def test_credentials_that_need_not_rest_are_asked_once_each_all_the_same():
    several = policy(ALONE)
    openai = msgspec.structs.replace(several.providers["openai"], api_key=None, api_keys=(Secret("a"), Secret("b")))
    several = msgspec.structs.replace(several, providers={**several.providers, "openai": openai})
    stand = Stand(several, ScriptedUpstream(*[refused(429, **{"retry-after": "0"})] * 20, ok()))
    call = await ask(stand)
    assert (call.status, sorted(keys_used(stand))) == (429, ["a", "b"])


@pytest.mark.asyncio
async def test_a_stream_from_before_that_its_client_leaves_lets_no_second_probe_out():
    stand = Stand(policy(ALONE), ScriptedUpstream(None))
    target, now = ("openai", "a"), monotonic()
    event = b'data: {"id":"c","model":"m","created":1,"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'
    stream = {"content-type": "text/event-stream"}
    body = json.dumps({"model": "alone", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    stand.upstream._answers = iter([ScriptedResponse(200, stream, [event, None])])
    before = asyncio.create_task(AsgiCall("/v1/chat/completions", body).run(stand.edge))
    await until(lambda: stand.health.under_way.get(target) == 1)
    for _ in range(UNREACHABLE_IN_A_ROW):
        assert stand.health.begin(target, now)
        stand.health.failed(target, now, unreachable=True)
    assert stand.health.begin(target, now + FIRST_PAUSE)
    before.cancel()
    await asyncio.gather(before, return_exceptions=True)
    assert not stand.health.begin(target, now + FIRST_PAUSE)


@pytest.mark.asyncio
async def test_nobody_waits_longer_for_the_first_byte_than_the_client_does():
    seen: list[Any] = []

    class Timed(ScriptedUpstream):
        async def send(self, request: Any, timeouts: Any) -> Any:
            seen.append(timeouts)
            return await super().send(request, timeouts)

    stand = Stand(policy(ALONE), Timed(ok()))
    await ask(stand)
    await ask(stand, **{"x-stainless-read-timeout": "3"})
    await ask(stand, **{"x-stainless-read-timeout": "no number"})
    assert [timeouts.first_byte for timeouts in seen] == [10, 3, 10]
