"""Parts of answers that a provider keeps: whoever names one instead of sending it must have been told it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind, OwnedObject
from gateway.core.policy import Alias, Target
from tests.api.test_object_ownership import CLAUDE, FORM, GOOGLE, JSON, TEXT, chat, event, form, line, stand_with
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

pytestmark = pytest.mark.asyncio

Held = tuple[Dialect, ObjectKind, str, str]
SEEN = b'{"error":{"message":"seen"}}'
APPROVED = {"type": "mcp_approval_response", "approval_request_id": "part_1", "approve": True}
DRAWN = {"type": "image_generation_call", "id": "part_1", "status": "completed", "result": None}
THOUGHT = {"type": "reasoning", "id": "part_1", "summary": []}
CALLED = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "1"}
FOUND = {"type": "file_search_call", "id": "part_1", "queries": ["q"], "status": "completed"}


def asked(*items: Any, **more: Any) -> bytes:
    return json.dumps({"model": "openai/m", "input": [*items, TEXT]} | more).encode()


def stand_holding(*ids: str, upstream: ScriptedUpstream | None = None, team: str = "demo") -> Stand:
    upstream = upstream or ScriptedUpstream(ScriptedResponse(418, JSON, [SEEN]))
    held: list[Held] = [("openai_chat", "item", each, "openai") for each in ids]
    held += [("anthropic", "item", each, "claude") for each in ids]
    return stand_with(*held, upstream=upstream, team=team)


async def called(stand: Stand, path: str, body: bytes, headers: dict[str, str] | None = None) -> AsgiCall:
    call = AsgiCall(path, body, headers or {})
    await call.run(stand.edge)
    return call


SPOKEN = {"model": "openai/m", "messages": [TEXT, {"role": "assistant", "audio": {"id": "part_1"}}, TEXT]}
COMPARED = {
    "model": "claude/m",
    "max_tokens": 9,
    "messages": [TEXT],
    "diagnostics": {"previous_message_id": "part_1"},
}
NAMING = [
    ("/v1/responses", asked({"type": "item_reference", "id": "part_1"}), {}),
    ("/v1/responses", asked({"id": "part_1"}), {}),
    ("/v1/responses", asked({"type": None, "id": "part_1"}), {}),
    ("/v1/responses", asked({"type": "item\\u005freference", "id": "part_1"}).replace(b"\\\\u", b"\\u"), {}),
    ("/v1/responses", asked(DRAWN), {}),
    ("/v1/responses", asked(APPROVED), {}),
    ("/v1/responses/compact", asked({"type": "item_reference", "id": "part_1"}), {}),
    ("/v1/chat/completions", json.dumps(SPOKEN).encode(), {}),
    ("/v1/files", form(line(input=[{"type": "item_reference", "id": "part_1"}])), FORM),
    ("/v1/files", form(line(input=[THOUGHT])), FORM),
    ("/v1/messages/batches", json.dumps({"requests": [{"custom_id": "c", "params": COMPARED}]}).encode(), CLAUDE),
    ("/v1/files", form(line(messages=SPOKEN["messages"])), FORM),
]


@pytest.mark.parametrize(("path", "body", "headers"), NAMING, ids=list("abcdefghijkl"))
async def test_a_part_of_an_answer_is_named_by_the_team_that_was_told_it(
    path: str, body: bytes, headers: dict[str, str]
) -> None:
    foreign = stand_holding("part_1", team="another")
    refused = await called(foreign, path, body, headers)
    assert (refused.status, foreign.upstream.requests) == (404, []), refused.body
    assert b"part_1" not in refused.body
    own = stand_holding("part_1")
    assert (await called(own, path, body, headers)).status == 418
    assert b"part_1" in own.upstream.requests[0].body


@pytest.mark.parametrize(
    ("item", "sent"),
    [
        (FOUND, {name: value for name, value in FOUND.items() if name != "id"}),
        ({**THOUGHT, "content": [{"type": "reasoning_text", "text": "Hm."}]}, {"id": "rs_0"}),
        ({**DRAWN, "result": "aGk="}, {"id": "ig_0"}),
    ],
    ids=["found", "thought", "drawn"],
)
async def test_an_id_beside_content_goes_out_if_it_is_ones_own(item: dict[str, Any], sent: dict[str, Any]) -> None:
    foreign, own = stand_holding("part_1", team="another"), stand_holding("part_1")
    assert (await called(foreign, "/v1/responses", asked(item))).status == 418
    got = json.loads(foreign.upstream.requests[0].body)["input"][0]
    assert got == {**sent, **{name: value for name, value in item.items() if name != "id"}}
    await called(own, "/v1/responses", asked(item))
    assert json.loads(own.upstream.requests[0].body)["input"] == [item, TEXT]


async def test_reasoning_that_another_was_told_stays_behind_and_that_is_told() -> None:
    turns = (TEXT, THOUGHT, CALLED, RESULT)
    answer = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": []}
    answered = ScriptedUpstream(ScriptedResponse(200, JSON, [json.dumps(answer).encode()]))
    stand = stand_holding("part_1", upstream=answered, team="another")
    call = await called(stand, "/v1/responses", asked(*turns))
    bare = {name: value for name, value in CALLED.items() if name != "id"}
    assert json.loads(stand.upstream.requests[0].body)["input"] == [TEXT, bare, RESULT, TEXT]
    assert call.headers["x-gateway-dropped"] == "input[1], input[2].id"
    strict = stand_holding("part_1", team="another")
    refused = await called(strict, "/v1/responses", asked(*turns), {"x-gateway-strict": "1"})
    assert (refused.status, strict.upstream.requests) == (400, [])
    for known in (stand_holding("part_1"), stand_holding()):
        call = await called(known, "/v1/responses", asked(*turns))
        assert json.loads(known.upstream.requests[0].body)["input"] == [*turns, TEXT]
        assert "x-gateway-dropped" not in call.headers


async def test_what_stands_whole_in_the_request_is_sent_as_it_came() -> None:
    whole = (
        {**THOUGHT, "encrypted_content": "gAAAAAB"},
        CALLED,
        RESULT,
        {"type": "mcp_approval_request", "id": "part_1", "name": "f", "arguments": "{}", "server_label": "s"},
        APPROVED,
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "So."}]},
    )
    stand = stand_holding()
    await called(stand, "/v1/responses", asked(*whole))
    assert json.loads(stand.upstream.requests[0].body)["input"] == [*whole, TEXT]


OUTPUT = [{**THOUGHT, "id": "rs_1"}, CALLED]
ANSWER = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": OUTPUT}
EVENTS = [
    {"type": "response.created", "response": {**ANSWER, "status": "in_progress", "output": []}},
    {"type": "response.output_item.added", "output_index": 0, "item": OUTPUT[0]},
    {"type": "response.output_item.done", "output_index": 0, "item": OUTPUT[0]},
    {"type": "response.output_item.added", "output_index": 1, "item": CALLED},
    {"type": "response.output_item.done", "output_index": 1, "item": CALLED},
    {"type": "response.completed", "response": ANSWER},
]


def items_of(stand: Stand) -> set[tuple[str, str, str]]:
    return {(one.id, one.team, one.provider) for one in stand.register.objects if one.kind == "item"}


def answering(*told: Any, stream: bool) -> ScriptedUpstream:
    headers = {"content-type": "text/event-stream"} if stream else JSON
    script = [event(each) for each in told] if stream else [json.dumps(told[0]).encode()]
    return ScriptedUpstream(ScriptedResponse(200, headers, script))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("store", [None, True, False])
async def test_the_items_of_a_stored_answer_are_the_teams_own(stream: bool, store: bool | None) -> None:
    stand = stand_holding(upstream=answering(*(EVENTS if stream else [ANSWER]), stream=stream))
    call = await called(stand, "/v1/responses", asked(stream=stream, store=store))
    assert call.status == 200
    own = {("rs_1", "demo", "openai"), ("fc_1", "demo", "openai")}
    assert items_of(stand) == (set() if store is False else own)


async def test_what_the_providers_tools_made_is_held_of_an_answer_that_is_not_stored() -> None:
    stand = stand_holding(upstream=answering({**ANSWER, "output": [{**FOUND, "id": "fs_1"}]}, stream=False))
    call = await called(stand, "/v1/responses", asked(store=False, tools=[{"type": "web_search"}]))
    assert (call.status, items_of(stand)) == (200, {("fs_1", "demo", "openai")})


async def test_the_items_of_an_answer_made_in_the_background_are_told_when_it_is_asked_for() -> None:
    stand = stand_with(("openai_chat", "response", "resp_1", "openai"), upstream=answering(ANSWER, stream=False))
    call = AsgiCall("/v1/responses/resp_1", b"", {}, "GET")
    await call.run(stand.edge)
    assert call.status == 200
    assert {one[0] for one in items_of(stand)} == {"rs_1", "fc_1"}


async def test_what_a_model_spoke_is_the_teams_own() -> None:
    said = {"role": "assistant", "content": None, "audio": {"id": "audio_1", "data": "", "transcript": "Hi"}}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    stand = stand_holding(upstream=answering(answer, stream=False))
    body = {**chat("Hi"), "modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
    assert (await called(stand, "/v1/chat/completions", json.dumps(body).encode())).status == 200
    assert items_of(stand) == {("audio_1", "demo", "openai")}


@pytest.mark.parametrize("stream", [False, True])
async def test_claudes_prompts_are_compared_with_ones_own_only(stream: bool) -> None:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"usage": {"input_tokens": 1, "output_tokens": 1}}
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    events = [
        {"type": "message_start", "message": {**message, **usage}},
        {"type": "message_delta", "delta": ended, **usage},
        {"type": "message_stop"},
    ]
    told = events if stream else [{**message, **ended, **usage}]
    body = {"model": "claude/m", "max_tokens": 9, "messages": [TEXT], "stream": stream}
    first, more = (
        json.dumps({**body, "diagnostics": {"previous_message_id": each}}).encode() for each in (None, "msg_1")
    )
    foreign = stand_holding("msg_1", upstream=answering(*told, stream=stream), team="another")
    call = await called(foreign, "/v1/messages", more, CLAUDE)
    assert (call.status, call.headers["x-gateway-dropped"]) == (200, "diagnostics.previous_message_id")
    assert b"msg_1" not in foreign.upstream.requests[0].body
    own = stand_holding(upstream=answering(*told, stream=stream))
    assert (await called(own, "/v1/messages", first, CLAUDE)).status == 200
    assert items_of(own) == {("msg_1", "demo", "claude")}
    own.upstream._answers = iter([ScriptedResponse(418, JSON, [SEEN])])
    await called(own, "/v1/messages", more, CLAUDE)
    assert b"msg_1" in own.upstream.requests[1].body


def gemini(part: Any = None, **more: Any) -> bytes:
    return json.dumps({"contents": [{"parts": [part or {"text": "Hi"}]}], **more}).encode()


GENERATE = "/v1beta/models/gemini/m:generateContent"
RAG = {"retrieval": {"vertexRagStore": {"ragResources": [{"ragCorpus": "projects/p/ragCorpora/1"}]}}}
OUTSIDE = [
    ("/v1/responses", asked(tools=[{"type": "mcp", "server_label": "s", "tunnel_id": "outside"}]), {}),
    ("/v1/chat/completions", json.dumps({**chat("Hi"), "audio": {"voice": {"id": "outside"}}}).encode(), {}),
    ("/v1/files", form(line(input="Hi", tools=[{"type": "mcp", "tunnel_id": "outside"}])), FORM),
    (GENERATE, gemini(tools=[RAG]), GOOGLE),
    (GENERATE, gemini({"fileData": {"fileUri": "gs://bucket/outside.pdf"}}), GOOGLE),
    (GENERATE, gemini({"file_data": {"file_uri": "https://generativelanguage.googleapis.com:443/v1/files/a"}}), GOOGLE),
    (GENERATE, gemini({"fileData": {"fileUri": "https://u@generativelanguage.googleapis.com//v1/corpora/a"}}), GOOGLE),
]


@pytest.mark.parametrize(("path", "body", "headers"), OUTSIDE, ids=list("abcdefg"))
async def test_what_was_set_up_outside_is_nobodys_until_policy_says_whose(
    path: str, body: bytes, headers: dict[str, str]
) -> None:
    stand = stand_holding()
    call = await called(stand, path, body, headers)
    assert (call.status, stand.upstream.requests) == (404, []), call.body


@pytest.mark.parametrize(
    "uri", ["https://example.com/a.pdf", "https://www.youtube.com/watch?v=1", "https://storage.googleapis.com/b/a.pdf"]
)
async def test_an_address_of_the_web_is_nobodys(uri: str) -> None:
    stand = stand_holding()
    assert (await called(stand, GENERATE, gemini({"fileData": {"fileUri": uri}}), GOOGLE)).status == 418


async def test_containers_in_the_results_of_a_batch_are_its_holders() -> None:
    result = {"type": "succeeded", "message": {"type": "message", "content": [], "container": {"id": "ran_in"}}}
    lines = b"".join(json.dumps({"custom_id": str(each), "result": result}).encode() + b"\n" for each in range(3))
    answer = ScriptedResponse(200, JSON, [lines])
    stand = stand_with(("anthropic", "batch", "mine", "claude"), upstream=ScriptedUpstream(answer))
    call = AsgiCall("/v1/messages/batches/mine/results", b"", CLAUDE, "GET")
    await call.run(stand.edge)
    assert (call.status, call.body) == (200, lines)
    held: list[OwnedObject] = [one for one in stand.register.objects if one.kind == "container"]
    assert [(one.id, one.team, one.dialect) for one in held] == [("ran_in", "demo", "anthropic")]


TUNED = "openai/ft:gpt-4.1-mini:acme::a1.B"
ASKING_THE_TUNED: list[tuple[str, bytes, dict[str, str]]] = [
    ("/v1/chat/completions", json.dumps({**chat("Hi"), "model": TUNED}).encode(), {}),
    ("/v1/responses", asked(model=TUNED), {}),
    ("/v1/embeddings", json.dumps({"model": TUNED, "input": "Hi"}).encode(), {}),
    ("/v1/messages", json.dumps({"model": TUNED, "max_tokens": 9, "messages": [TEXT]}).encode(), CLAUDE),
    (f"/v1beta/models/{TUNED}:generateContent", gemini(), GOOGLE),
    ("/v1/files", form(line(input="Hi", model=TUNED)), FORM),
    ("/v1/fine_tuning/jobs", json.dumps({"model": TUNED, "training_file": "mine"}).encode(), {}),
]


@pytest.mark.parametrize(("path", "body", "headers"), ASKING_THE_TUNED, ids=list("abcdefg"))
async def test_a_tuned_model_is_the_teams_whose_job_told_it(path: str, body: bytes, headers: dict[str, str]) -> None:
    job = {"id": "ftjob_1", "object": "fine_tuning.job", "status": "succeeded", "fine_tuned_model": TUNED[7:]}
    stand = stand_with(
        ("openai_chat", "fine_tuning_job", "ftjob_1", "openai"),
        ("openai_chat", "file", "mine", "openai"),
        upstream=ScriptedUpstream(ScriptedResponse(200, JSON, [json.dumps(job).encode()])),
    )
    refused = await called(stand, path, body, headers)
    assert (refused.status, stand.upstream.requests) == (404, []), refused.body
    assert b"fine_tuning/jobs" in refused.body
    told = AsgiCall("/v1/fine_tuning/jobs/ftjob_1", b"", {}, "GET")
    await told.run(stand.edge)
    assert told.status == 200
    stand.upstream._answers = iter([ScriptedResponse(418, JSON, [SEEN])])
    assert (await called(stand, path, body, headers)).status == 418
    assert b"ft:gpt-4.1-mini:acme::a1.B" in stand.upstream.requests[1].body


@pytest.mark.parametrize("named", ["team", "alias"])
async def test_a_tuned_model_that_policy_names_is_known(named: str) -> None:
    policy = policy_for("http://127.0.0.1:9")
    demo = msgspec.structs.replace(policy.teams["demo"], models=(TUNED, "*"))
    alias = Alias(name="tuned", targets=(Target(provider="openai", model=TUNED[7:]),))
    if named == "team":
        policy = msgspec.structs.replace(policy, teams={**policy.teams, "demo": demo})
    else:
        policy = msgspec.structs.replace(policy, models={**policy.models, "tuned": alias})
    stand = Stand(policy, ScriptedUpstream(ScriptedResponse(418, JSON, [SEEN])))
    body = {**chat("Hi"), "model": TUNED if named == "team" else "tuned"}
    assert (await called(stand, "/v1/chat/completions", json.dumps(body).encode())).status == 418
