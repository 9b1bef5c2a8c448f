"""An object of one team does not exist for another, and no provider hears of it; what names none is sent as ever."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.jobs import Job
from gateway.core.messages import Dialect
from gateway.core.money import Money
from gateway.core.objects import ObjectKind, OwnedObject
from gateway.core.policy import Alias, Target, TeamPolicy, Timeouts
from gateway.core.usage import Calls
from gateway.errors import Overloaded, UpstreamCut
from gateway.providers.transport import NOT_SENT, UpstreamRequest, UpstreamResponse
from gateway.stages.answers import long_content
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for
from tests.support.waiting import until

JSON = {"content-type": "application/json"}
GOOGLE, CLAUDE = {"x-goog-api-key": "good"}, {"anthropic-version": "2023-06-01"}
TEXT = {"role": "user", "content": "Hi"}
FORM = {"content-type": "multipart/form-data; boundary=b"}


def form(content: bytes, purpose: str = "batch", name: str = "a.jsonl") -> bytes:
    return (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n' + purpose.encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: application/jsonl\r\n\r\n" + content + b"\r\n--b--\r\n"
    )


def line(**body: Any) -> bytes:
    asked = {"model": "openai/m", **body}
    return json.dumps({"custom_id": "c", "url": "/v1/chat/completions", "body": asked}).encode()


def chat(content: Any) -> Any:
    return {"model": "openai/m", "messages": [{"role": "user", "content": content}]}


FILE_PART = {"type": "file", "file": {"file_id": "theirs"}}
ROUTES: list[tuple[str, str, Any, dict[str, str]]] = [
    *((method, f"/v1/files/theirs{behind}", None, {}) for method, behind in (("GET", ""), ("DELETE", ""))),
    ("GET", "/v1/files/theirs/content", None, {}),
    ("GET", "/v1/batches/theirs", None, {}),
    ("POST", "/v1/batches/theirs/cancel", {}, {}),
    ("POST", "/v1/batches", {"input_file_id": "theirs", "endpoint": "/v1/chat/completions"}, {}),
    ("GET", "/v1/fine_tuning/jobs/theirs", None, {}),
    *(("POST", f"/v1/fine_tuning/jobs/theirs/{verb}", {}, {}) for verb in ("cancel", "pause", "resume")),
    *(("GET", f"/v1/fine_tuning/jobs/theirs/{verb}", None, {}) for verb in ("events", "checkpoints")),
    ("POST", "/v1/fine_tuning/jobs", {"model": "openai/m", "training_file": "theirs"}, {}),
    ("GET", "/v1/responses/theirs", None, {}),
    ("DELETE", "/v1/responses/theirs", None, {}),
    ("POST", "/v1/responses/theirs/cancel", {}, {}),
    ("GET", "/v1/responses/theirs/input_items", None, {}),
    ("POST", "/v1/responses", {"model": "openai/m", "input": "Hi", "previous_response_id": "theirs"}, {}),
    ("POST", "/v1/responses", {"model": "openai/m", "input": "Hi", "conversation": "theirs"}, {}),
    ("POST", "/v1/responses", {"model": "openai/m", "input": "Hi", "conversation": {"id": "theirs"}}, {}),
    ("POST", "/v1/responses/compact", {"model": "openai/m", "input": "Hi", "previous_response_id": "theirs"}, {}),
    (
        "POST",
        "/v1/responses",
        {"model": "openai/m", "input": [{"role": "user", "content": [{"type": "input_file", "file_id": "theirs"}]}]},
        {},
    ),
    ("POST", "/v1/chat/completions", chat([FILE_PART]), {}),
    ("GET", "/v1/messages/batches/theirs", None, CLAUDE),
    ("DELETE", "/v1/messages/batches/theirs", None, CLAUDE),
    ("POST", "/v1/messages/batches/theirs/cancel", {}, CLAUDE),
    ("GET", "/v1/messages/batches/theirs/results", None, CLAUDE),
    ("GET", "/v1/files/theirs", None, CLAUDE),
    ("GET", "/v1/files/theirs/content", None, CLAUDE),
    ("GET", "/mistral/v1/files/theirs", None, {}),
    ("GET", "/mistral/v1/files/theirs/content", None, {}),
    ("DELETE", "/mistral/v1/files/theirs", None, {}),
    ("GET", "/mistral/v1/batch/jobs/theirs", None, {}),
    ("POST", "/mistral/v1/batch/jobs/theirs/cancel", {}, {}),
    ("POST", "/mistral/v1/batch/jobs", {"input_files": ["theirs"], "model": "mistral/m"}, {}),
    ("GET", "/v1beta/batches/theirs", None, GOOGLE),
    ("DELETE", "/v1beta/batches/theirs", None, GOOGLE),
    ("POST", "/v1beta/batches/theirs:cancel", {}, GOOGLE),
    (
        "POST",
        "/v1beta/models/gemini/m:generateContent",
        {
            "contents": [
                {"parts": [{"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/theirs"}}]}
            ]
        },
        GOOGLE,
    ),
]


INTERPRETER = {"type": "code_interpreter", "container": "theirs"}
SHELL = {"type": "shell", "environment": {"type": "container_reference", "container_id": "theirs"}}
RAN = {"type": "code_interpreter_call", "id": "ci_1", "container_id": "theirs", "code": "1", "status": "completed"}
AUTO = {"type": "code_interpreter", "container": {"type": "auto"}}


def more_tools(tool: dict[str, Any]) -> dict[str, Any]:
    """An item that offers it, as Codex does."""
    return {"type": "additional_tools", "role": "developer", "tools": [tool]}


PROGRAMS = {"model": "claude/m", "max_tokens": 9, "messages": [TEXT]}
ROUTES += [
    ("POST", "/v1/responses", {"model": "openai/m", "input": "Hi", "tools": [INTERPRETER]}, {}),
    ("POST", "/v1/responses", {"model": "openai/m", "input": "Hi", "tools": [SHELL]}, {}),
    ("POST", "/v1/responses", {"tools": [AUTO], "model": "openai/m", "input": [TEXT, RAN, TEXT]}, {}),
    ("POST", "/v1/responses", {"input": [more_tools(INTERPRETER), TEXT], "model": "openai/m"}, {}),
    ("POST", "/v1/responses", {"input": ["Hi", more_tools(INTERPRETER), TEXT], "model": "openai/m"}, {}),
    (
        "POST",
        "/v1/responses",
        {"model": "openai/m", "input": [more_tools({"type": "namespace", "name": "n", "tools": [SHELL]}), TEXT]},
        {},
    ),
    ("POST", "/v1/messages", {"container": "theirs", **PROGRAMS}, CLAUDE),
    ("POST", "/v1/messages", {"container": {"id": "theirs", "skills": []}, **PROGRAMS}, CLAUDE),
    (
        "POST",
        "/v1/messages/batches",
        {"requests": [{"custom_id": "c", "params": {**PROGRAMS, "container": "theirs"}}]},
        CLAUDE,
    ),
]


class FullUpstream(ScriptedUpstream):
    """All of its connections are in use: who asks waits, as `HttpUpstream` lets them wait."""

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        self.requests.append(request)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise asyncio.CancelledError(NOT_SENT) from None
        raise AssertionError


def stand_with(
    *held: tuple[Dialect, ObjectKind, str, str], team: str = "demo", upstream: ScriptedUpstream | None = None
) -> Stand:
    stand = Stand(policy_for("http://127.0.0.1:9"), upstream or ScriptedUpstream(None))
    for dialect, kind, object_id, provider in held:
        stand.register.objects.append(
            OwnedObject(
                id=object_id, provider=provider, dialect=dialect, kind=kind, team=team, created_at=1.0, model="m"
            )
        )
    return stand


def everything(object_id: str) -> list[tuple[Dialect, ObjectKind, str, str]]:
    kinds: tuple[ObjectKind, ...] = get_args(ObjectKind)
    providers: dict[Dialect, str] = {
        "openai_chat": "openai",
        "anthropic": "claude",
        "mistral": "mistral",
        "gemini": "gemini",
    }
    return [(dialect, kind, object_id, provider) for dialect, provider in providers.items() for kind in kinds]


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "path", "body", "headers"), ROUTES, ids=lambda value: str(value)[:60])
async def test_a_foreign_object_is_404_and_nobody_is_asked(
    method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    stand = stand_with(*everything("theirs"), team="another")
    call = AsgiCall(path, b"" if body is None else json.dumps(body).encode(), headers, method)
    await call.run(stand.edge)
    assert call.status == 404, call.body
    assert b"theirs" not in call.body
    assert stand.upstream.requests == []
    assert [row.status for row in stand.ledger.rows] == ["refused"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "path", "body", "headers"), ROUTES, ids=lambda value: str(value)[:60])
async def test_ones_own_is_asked_for_at_its_provider(
    method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    refusal = ScriptedResponse(418, JSON, [b'{"error":{"message":"seen"}}'])
    stand = stand_with(*everything("theirs"), upstream=ScriptedUpstream(refusal))
    call = AsgiCall(path, b"" if body is None else json.dumps(body).encode(), headers, method)
    await call.run(stand.edge)
    assert call.status == 418, call.body
    assert len(stand.upstream.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("member", [b"file_id", b"file\\u005fid", b"\\u0066ile_id", b"fi\\u006Ce_id"])
async def test_no_spelling_of_a_member_hides_a_file(member: bytes) -> None:
    stand = stand_with()
    part = b'{"type":"file","file":{"' + member + b'":"theirs"}}'
    call = AsgiCall(
        "/v1/chat/completions", b'{"model":"openai/m","messages":[{"role":"user","content":[' + part + b"]}]}"
    )
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (404, [])


@pytest.mark.asyncio
async def test_a_file_in_a_tools_arguments_is_data() -> None:
    use = {"type": "tool_use", "id": "t", "name": "read", "input": {"file_id": "anything"}}
    tool = {"name": "read", "input_schema": {"type": "object", "properties": {"file_id": {"type": "string"}}}}
    body = {
        "model": "claude/m",
        "max_tokens": 5,
        "tools": [tool],
        "messages": [TEXT, {"role": "assistant", "content": [use]}, TEXT],
    }
    stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(418, JSON, [b"{}"])))
    call = AsgiCall("/v1/messages", json.dumps(body).encode(), CLAUDE)
    await call.run(stand.edge)
    assert (call.status, len(stand.upstream.requests)) == (418, 1)


def event(told: dict[str, Any]) -> bytes:
    return b"event: " + told["type"].encode() + b"\ndata: " + json.dumps(told).encode() + b"\n\n"


CLAUDES = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
CLAUDES_USAGE = {"input_tokens": 1, "output_tokens": 1}
CLAUDES_END = {"stop_reason": "end_turn", "stop_sequence": None}
IN_CONTAINER = {"id": "ran_in", "expires_at": "2026-12-01T00:00:00Z"}
OPENAIS = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": []}
ITEM = {**RAN, "container_id": "ran_in"}
EXECUTION = {"type": "code_execution_20250825", "name": "code_execution"}
TELLING: list[tuple[str, dict[str, Any], dict[str, str], list[dict[str, Any]]]] = [
    (
        "/v1/messages",
        {**PROGRAMS, "tools": [EXECUTION]},
        CLAUDE,
        [{**CLAUDES, **CLAUDES_END, "usage": CLAUDES_USAGE, "container": IN_CONTAINER}],
    ),
    (
        "/v1/messages",
        {**PROGRAMS, "tools": [EXECUTION], "stream": True},
        CLAUDE,
        [
            {"type": "message_start", "message": {**CLAUDES, "container": None, "usage": CLAUDES_USAGE}},
            {"type": "message_delta", "delta": {**CLAUDES_END, "container": IN_CONTAINER}, "usage": CLAUDES_USAGE},
            {"type": "message_stop"},
        ],
    ),
    ("/v1/responses", {"model": "openai/m", "input": "Hi", "tools": [AUTO]}, {}, [{**OPENAIS, "output": [ITEM]}]),
    (
        "/v1/responses",
        {"model": "openai/m", "input": "Hi", "tools": [AUTO], "stream": True},
        {},
        [
            {"type": "response.created", "response": {**OPENAIS, "status": "in_progress"}},
            {"type": "response.output_item.added", "output_index": 0, "item": ITEM},
            {"type": "response.output_item.done", "output_index": 0, "item": ITEM},
            {"type": "response.completed", "response": {**OPENAIS, "output": [ITEM]}},
        ],
    ),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "body", "headers", "told"), TELLING, ids=list("abcd"))
async def test_the_container_of_an_answer_is_the_teams_own(
    path: str, body: dict[str, Any], headers: dict[str, str], told: list[dict[str, Any]]
) -> None:
    streamed = "stream" in body
    script = [event(each) for each in told] if streamed else [json.dumps(told[0]).encode()]
    answer = ScriptedResponse(200, {"content-type": "text/event-stream"} if streamed else JSON, script)
    stand = stand_with(upstream=ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps(body).encode(), headers)
    await call.run(stand.edge)
    assert (call.status, call.body) == (200, b"".join(script))
    [held] = [one for one in stand.register.objects if one.kind == "container"]
    assert (held.id, held.team, held.provider) == ("ran_in", "demo", "claude" if headers else "openai")


@pytest.mark.asyncio
async def test_a_container_that_policy_opened_is_made_nobodys_own_by_what_runs_in_it() -> None:
    policy = policy_for("http://127.0.0.1:9")
    demo = msgspec.structs.replace(policy.teams["demo"], stores=frozenset({"ran_in"}))
    policy = msgspec.structs.replace(policy, teams={**policy.teams, "demo": demo})
    path, body, headers, told = TELLING[0]
    answer = ScriptedResponse(200, JSON, [json.dumps(told[0]).encode()])
    stand = Stand(policy, ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps({**body, "container": "ran_in"}).encode(), headers)
    await call.run(stand.edge)
    assert call.status == 200, call.body
    assert not [one for one in stand.register.objects if one.kind == "container"]


@pytest.mark.asyncio
async def test_files_that_a_provider_named_in_its_answer_may_be_sent_back() -> None:
    """Where a quote is from, what a search found, what a program wrote: a loop of turns holds them all."""
    source = {"type": "container_file_citation", "container_id": "c", "file_id": "made", "filename": "a.csv"}
    said = {"type": "output_text", "text": "So.", "annotations": [source]}
    found = {"type": "file_search_call", "id": "fs_1", "queries": ["q"], "results": [{"file_id": "found", "text": "x"}]}
    turns = [TEXT, found, {"type": "message", "role": "assistant", "content": [said]}, TEXT]
    quote = {"type": "char_location", "cited_text": "x", "document_index": 0, "file_id": "read"}
    written = {"type": "code_execution_output", "file_id": "made"}
    result = {"type": "code_execution_result", "stdout": "", "stderr": "", "return_code": 0, "content": [written]}
    content = [
        {"type": "text", "text": "So.", "citations": [quote]},
        {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": result},
    ]
    messages = [TEXT, {"role": "assistant", "content": content}, TEXT]
    for path, body, headers in (
        ("/v1/responses", {"model": "openai/m", "input": turns}, {}),
        ("/v1/messages", {"model": "claude/m", "max_tokens": 9, "messages": messages}, CLAUDE),
    ):
        stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(418, JSON, [b"{}"])))
        call = AsgiCall(path, json.dumps(body).encode(), headers)
        await call.run(stand.edge)
        assert (call.status, len(stand.upstream.requests)) == (418, 1), call.body


SKILL = {"type": "custom", "skill_id": "outside", "version": "latest"}
SEARCH = {"type": "file_search", "vector_store_ids": ["outside"]}
ASKED = {"model": "openai/m", "input": "Hi"}
CONTENTS = {"contents": [{"parts": [{"text": "Hi"}]}]}
NAMING_A_STORE: list[tuple[str, bytes, dict[str, str]]] = [
    ("/v1/responses", json.dumps({**ASKED, "tools": [SEARCH]}).encode(), {}),
    ("/v1/responses", json.dumps({**ASKED, "tools": [SEARCH]}).replace("_store", "\\u005fstore").encode(), {}),
    ("/v1/responses", json.dumps({**ASKED, "prompt": {"id": "outside", "version": "2"}}).encode(), {}),
    ("/v1/chat/completions", json.dumps({**chat("Hi"), "tools": [SEARCH]}).encode(), {}),
    ("/v1/files", form(line(input="Hi", tools=[SEARCH])), FORM),
    ("/v1/files", form(line(input="Hi", prompt={"id": "outside"})), FORM),
    ("/v1/messages", json.dumps({**PROGRAMS, "container": {"skills": [SKILL]}}).encode(), CLAUDE),
    ("/v1/messages", json.dumps({**PROGRAMS, "container": "outside"}).encode(), CLAUDE),
    ("/v1/responses", json.dumps({**ASKED, "tools": [{**INTERPRETER, "container": "outside"}]}).encode(), {}),
    (
        "/v1beta/models/gemini/m:generateContent",
        json.dumps({**CONTENTS, "tools": [{"fileSearch": {"fileSearchStoreNames": ["outside"]}}]}).encode(),
        GOOGLE,
    ),
    (
        "/v1beta/models/gemini/m:generateContent",
        json.dumps({**CONTENTS, "cachedContent": "outside"}).encode(),
        GOOGLE,
    ),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "body", "headers"), NAMING_A_STORE, ids=list("abcdefghijk"))
@pytest.mark.parametrize(("stores", "status"), [((), 404), (("another", "outside"), 418)], ids=str)
async def test_what_was_made_outside_is_open_to_the_teams_that_policy_names(
    path: str, body: bytes, headers: dict[str, str], stores: tuple[str, ...], status: int
) -> None:
    policy = policy_for("http://127.0.0.1:9")
    demo = msgspec.structs.replace(policy.teams["demo"], stores=frozenset(stores))
    policy = msgspec.structs.replace(policy, teams={**policy.teams, "demo": demo})
    refusal = ScriptedResponse(418, JSON, [b'{"error":{"message":"seen"}}'])
    stand = Stand(policy, ScriptedUpstream(refusal))
    call = AsgiCall(path, body, headers)
    await call.run(stand.edge)
    assert (call.status, len(stand.upstream.requests)) == (status, int(status == 418)), call.body
    assert b"outside" not in call.body


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "is_presumed"), [(400, False), (429, False), (500, False), (408, True), (504, True)]
)
async def test_a_batch_that_nobody_knows_to_be_refused_stays_in_the_book(status: int, is_presumed: bool) -> None:
    refusal = ScriptedResponse(status, JSON, [b'{"error":{"message":"no"}}'])
    stand = stand_with(("openai_chat", "file", "mine", "openai"), upstream=ScriptedUpstream(refusal))
    stand.register.objects = [
        msgspec.structs.replace(one, asked_answers=1, asked_input=1, asked_output=1) for one in stand.register.objects
    ]
    asked = {"input_file_id": "mine", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    call = AsgiCall("/v1/batches", json.dumps(asked).encode())
    await call.run(stand.edge)
    assert (call.status, len(stand.upstream.requests)) == (status, 1)
    assert bool(stand.book.jobs) is is_presumed


def long_results(number: int) -> list[bytes]:
    used = {"usage": {"input_tokens": 1, "output_tokens": 2}}
    answered = {"type": "succeeded", "message": {"type": "message", "content": [{"text": "x" * 100}], **used}}
    return [json.dumps({"custom_id": f"c{each}", "result": answered}).encode() + b"\n" for each in range(number)]


@pytest.mark.asyncio
@pytest.mark.parametrize("broken", [False, True])
async def test_results_that_are_too_long_to_be_held_are_passed_on_line_by_line(
    broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_content, "MAX_ANSWER_BYTES", 1000)
    monkeypatch.setattr(long_content, "PIECE", 300)
    whole = b"".join(long_results(40))
    cut: list[Any] = [whole[at : at + 77] for at in range(0, len(whole), 77)]
    answer = ScriptedResponse(200, JSON, [*cut[:60], UpstreamCut("c")] if broken else cut)
    stand = stand_with(("anthropic", "batch", "mine", "claude"), upstream=ScriptedUpstream(answer))
    call = AsgiCall("/v1/messages/batches/mine/results", b"", CLAUDE, "GET")
    await call.run(stand.edge)
    pieces = [message["body"] for message in call.messages[1:] if message["body"]]
    assert call.status == 200
    assert call.headers["content-type"] == "application/x-jsonl"
    assert "content-length" not in call.headers
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 1000
    assert {piece[-1:] for piece in pieces} == {b"\n"}
    assert answer.closed
    used = [row.usage.total_tokens for row in stand.ledger.rows if row.request_id == "claude/mine.job"]
    if broken:
        assert whole.startswith(call.body)
        assert call.messages[-1]["more_body"], "the connection ends without an end"
        assert used == []
    else:
        assert (call.body, call.messages[-1]["more_body"], used) == (whole, False, [120])
    assert stand.ledger.rows[-1].status == ("upstream_error" if broken else "ok")


@pytest.mark.asyncio
async def test_who_goes_on_from_a_translated_answer_is_told_what_to_send_instead() -> None:
    """What Claude says to a client of Responses has an id that no provider knows."""
    stand = stand_with()
    asked = {"model": "openai/m", "input": "And then?", "previous_response_id": "resp_msg_1"}
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    await call.run(stand.edge)
    error = json.loads(call.body)["error"]
    assert (call.status, error["param"]) == (404, "previous_response_id")
    assert "send the whole history" in error["message"]


@pytest.mark.asyncio
async def test_the_head_of_a_content_is_told_without_reading_the_content() -> None:
    answer = ScriptedResponse(200, JSON, [UpstreamCut("It was read.")])
    stand = stand_with(("anthropic", "batch", "mine", "claude"), upstream=ScriptedUpstream(answer))
    call = AsgiCall("/v1/messages/batches/mine/results", b"", CLAUDE, "HEAD")
    await call.run(stand.edge)
    assert (call.status, call.body, answer.closed) == (200, b"", True)
    assert call.headers["content-type"] == "application/x-jsonl"
    assert "content-length" not in call.headers
    assert [row.status for row in stand.ledger.rows] == ["ok"]


BAD_IDS = ["..", "%2e%2e%2f", "a%2fb", "%00", "a" * 129, "a b", "a?b=1", "a%23", "é", "a;b"]
BAD_IDS += ["..%2f..%2fetc", "..%2fx%252fy"]


@pytest.mark.asyncio
@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/files/{}", {}),
        ("/v1/files/{}/content", {}),
        ("/v1/messages/batches/{}", CLAUDE),
        ("/v1beta/batches/{}", GOOGLE),
    ],
)
async def test_an_id_that_is_none_reaches_no_url(bad: str, path: str, headers: dict[str, str]) -> None:
    stand = stand_with()
    call = AsgiCall(path.format(bad), b"", headers, "GET")
    call.scope["raw_path"] = path.format(bad).encode()
    await call.run(stand.edge)
    reads_as_an_operation = bad == "a%2fb"  # of file `a`; servers hand paths on decoded
    assert call.status == (501 if reads_as_an_operation else 404)
    assert stand.upstream.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\x\\\\y.jsonl", "y.jsonl"),
        ("..", "file"),
        ("", "file"),
        ("a" * 4096, "a" * 128),
    ],
)
async def test_a_files_name_is_a_label(name: str, sent: str) -> None:
    answer = ScriptedResponse(200, JSON, [b'{"id":"file-1","object":"file"}'])
    stand = stand_with(upstream=ScriptedUpstream(answer))
    call = AsgiCall("/v1/files", form(line(), name=name), FORM)
    await call.run(stand.edge)
    if len(name) > 4000:
        assert call.status == 400
        return
    assert call.status == 200, call.body
    (request,) = stand.upstream.requests
    assert f'filename="{sent}"'.encode() in request.body
    assert request.path == "/openai/v1/files"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (line() + b"\n" + line(model="openai/n"), b"Line 2 names a second model"),
        (line(model="nobody/knows"), b"does not exist"),
        (line() + b"\n{", b"Line 2 of the file"),
        (b'{"custom_id":"c","url":"/v1/assistants","body":{"model":"openai/m"}}', b"Line 1: its url"),
        (b'{"custom_id":"c"}', b"Line 1 has no body"),
        (line(previous_response_id="r"), b"Line 1 goes on"),
        (line(agent_id="a"), b"Line 1 names an agent"),
        (line(messages=[{"role": "user", "content": [FILE_PART]}]), b"No file of this id"),
        (line(model="claude/m"), b"No provider that this request may use"),
    ],
)
async def test_no_line_of_a_batch_goes_out_ungoverned(content: bytes, told: bytes) -> None:
    stand = stand_with()
    call = AsgiCall("/v1/files", form(content), FORM)
    await call.run(stand.edge)
    assert 400 <= call.status < 500 or call.status == 501
    assert told in call.body, call.body
    assert stand.upstream.requests == []


@pytest.mark.asyncio
async def test_a_model_that_the_team_may_not_use_is_refused_in_a_batch_too() -> None:
    policy = policy_for("http://127.0.0.1:9")
    policy.teams["demo"] = TeamPolicy(name="demo", models=("fast-chat",))
    stand = Stand(policy, ScriptedUpstream(None))
    call = AsgiCall("/v1/files", form(line(model="openai/o9-pro")), FORM)
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (403, [])
    params = {"model": "claude/m", "max_tokens": 1, "messages": [TEXT]}
    call = AsgiCall(
        "/v1/messages/batches", json.dumps({"requests": [{"custom_id": "c", "params": params}]}).encode(), CLAUDE
    )
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (403, [])


BATCHES: list[tuple[str, dict[str, Any], dict[str, str], bytes]] = [
    ("/v1/batches", {"input_file_id": "unread"}, {}, b"purpose 'batch'"),
    ("/mistral/v1/batch/jobs", {"input_files": ["unread"], "model": "mistral/m"}, {}, b"purpose 'batch'"),
    ("/mistral/v1/batch/jobs", {"input_files": ["read"], "model": "mistral/other"}, {}, b"its files name others"),
    ("/mistral/v1/batch/jobs", {"input_files": ["silent"]}, {}, b"which model"),
    ("/mistral/v1/batch/jobs", {"input_files": ["read"], "agent_id": "a"}, {}, b"agent"),
    ("/mistral/v1/batch/jobs", {"requests": [{"body": {"agent_id": "a"}}], "model": "mistral/m"}, {}, b"agent"),
    (
        "/v1/messages/batches",
        {"requests": [{"params": {"model": "claude/a"}}, {"params": {"model": "claude/b"}}]},
        CLAUDE,
        b"one model",
    ),
    (
        "/v1beta/models/gemini/m:batchGenerateContent",
        {"batch": {"inputConfig": {"requests": {"requests": [{"request": {"model": "models/other"}}]}}}},
        GOOGLE,
        b"one model",
    ),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "body", "headers", "told"), BATCHES)
async def test_no_batch_asks_a_model_unseen(path: str, body: Any, headers: dict[str, str], told: bytes) -> None:
    stand = stand_with()
    for dialect, provider in (("openai_chat", "openai"), ("mistral", "mistral")):
        for object_id, model in (("unread", None), ("silent", ""), ("read", "m")):
            stand.register.objects.append(
                OwnedObject(
                    id=object_id,
                    provider=provider,
                    dialect=dialect,  # type: ignore[arg-type]
                    kind="file",
                    team="demo",
                    created_at=1.0,
                    model=model,
                )
            )
    call = AsgiCall(path, json.dumps(body).encode(), headers)
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (400, []), call.body
    assert told in call.body


@pytest.mark.asyncio
async def test_a_batch_on_a_file_of_gemini_names_what_nobody_holds() -> None:
    stand = stand_with()
    body = {"batch": {"inputConfig": {"fileName": "files/theirs"}}}
    call = AsgiCall("/v1beta/models/gemini/m:batchGenerateContent", json.dumps(body).encode(), GOOGLE)
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (404, [])


@pytest.mark.asyncio
async def test_regions_bind_objects_too() -> None:
    policy = policy_for("http://127.0.0.1:9")
    policy.teams["demo"] = TeamPolicy(name="demo", models=("*",), regions=frozenset({"ch"}))
    stand = Stand(policy, ScriptedUpstream(None))
    held = OwnedObject(
        id="mine", provider="openai", dialect="openai_chat", kind="file", team="demo", created_at=1.0, model="m"
    )
    stand.register.objects.append(held)
    for method, path, body, headers in (
        ("GET", "/v1/files/mine/content", b"", {}),
        ("POST", "/v1/files", form(line()), FORM),
        ("POST", "/v1/files", form(b"x", "user_data"), FORM),
        ("POST", "/v1/batches", b'{"input_file_id":"mine"}', {}),
    ):
        call = AsgiCall(path, body, headers, method)
        await call.run(stand.edge)
        assert call.status == 451, call.body
    listing = AsgiCall("/v1/files", b"", method="GET")
    await listing.run(stand.edge)
    assert json.loads(listing.body)["data"] == []
    assert stand.upstream.requests == []


@pytest.mark.asyncio
async def test_the_choice_of_a_provider_is_told() -> None:
    policy = policy_for("http://127.0.0.1:9")
    policy.providers["second"] = policy.providers["openai"].__class__(
        **{name: getattr(policy.providers["openai"], name) for name in policy.providers["openai"].__struct_fields__}
        | {"name": "second"}
    )
    stand = Stand(policy, ScriptedUpstream(ScriptedResponse(200, JSON, [b'{"id":"file-1"}'])))
    call = AsgiCall("/v1/files", form(b"x", "user_data"), FORM)
    await call.run(stand.edge)
    assert call.status == 400
    assert b"x-gateway-provider: openai, second" in call.body
    call = AsgiCall("/v1/files", form(b"x", "user_data"), {**FORM, "x-gateway-provider": "claude"})
    await call.run(stand.edge)
    assert call.status == 400
    call = AsgiCall("/v1/files", form(b"x", "user_data"), {**FORM, "x-gateway-provider": "second"})
    await call.run(stand.edge)
    assert (call.status, call.headers["x-gateway-provider"]) == (200, "second")
    assert [one.provider for one in stand.register.objects] == ["second"]


@pytest.mark.asyncio
@pytest.mark.parametrize("told", [b"{}", b"[]", b"{", b'{"id":"../x"}', b'{"id":7}', b""])
async def test_an_object_without_an_id_is_nonsense(told: bytes) -> None:
    stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(200, JSON, [told])))
    call = AsgiCall("/v1/files", form(line()), FORM)
    await call.run(stand.edge)
    assert call.status == 502
    assert stand.register.objects == []


@pytest.mark.asyncio
async def test_a_list_is_made_of_ones_own_only() -> None:
    shown = ScriptedResponse(200, JSON, [b'{"id":"mine","object":"file"}'])
    stand = stand_with(("openai_chat", "file", "mine", "openai"), upstream=ScriptedUpstream(shown))
    stand.register.objects.append(
        OwnedObject(id="theirs", provider="openai", dialect="openai_chat", kind="file", team="another", created_at=2.0)
    )
    call = AsgiCall("/v1/files", b"", method="GET")
    await call.run(stand.edge)
    assert [request.path for request in stand.upstream.requests] == ["/openai/v1/files/mine"]
    assert json.loads(call.body) == {
        "object": "list",
        "data": [{"id": "mine", "object": "file"}],
        "has_more": False,
        "first_id": "mine",
        "last_id": "mine",
    }


@pytest.mark.parametrize("form_type", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="])
@pytest.mark.asyncio
async def test_what_is_no_form_is_refused(form_type: str) -> None:
    stand = stand_with()
    call = AsgiCall("/v1/files", b"--b\r\n", {"content-type": form_type})
    await call.run(stand.edge)
    assert call.status == 400
    assert json.loads(call.body)["error"]["code"] == "malformed_body"


@given(st.binary(max_size=60))
def test_a_form_comes_out_as_it_went_in(content: bytes) -> None:
    from gateway.core.multipart import Upload, read_form, write_form

    sent = Upload(fields=(("purpose", "batch"), ("a[b]", "ü")), name="ü.txt", media_type="text/plain", content=content)
    content_type, body = write_form(sent)
    assert read_form(content_type, body) == sent


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_forms(body: bytes) -> None:
    from gateway.core.multipart import read_form
    from gateway.errors import BadRequest

    for given_body in (body, b"--b\r\n" + body, b'--b\r\ncontent-disposition: form-data; name="file"\r\n\r\n' + body):
        try:
            read_form("multipart/form-data; boundary=b", given_body)
        except BadRequest as error:
            assert error.message  # noqa: PT017


SHOWN = [{"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Ho"}]}]


def stored_answer(status: str, **more: Any) -> ScriptedResponse:
    shown = {"id": "resp_1", "object": "response", "status": status, "model": "m", "output": SHOWN, **more}
    if status == "queued":
        shown["output"] = []
    return ScriptedResponse(200, JSON, [json.dumps(shown).encode()])


@pytest.mark.asyncio
async def test_an_answer_in_the_background_is_billed_once_when_it_is_seen_ended() -> None:
    usage = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
    ended = stored_answer("completed", usage=usage)
    upstream = ScriptedUpstream(stored_answer("queued"), stored_answer("queued"), ended, ended)
    stand = stand_with(upstream=upstream)
    asked = {"model": "openai/m", "input": "Hi", "background": True}
    calls = [AsgiCall("/v1/responses", json.dumps(asked).encode())]
    calls += [AsgiCall("/v1/responses/resp_1", b"", method="GET") for _ in range(3)]
    for call in calls:
        await call.run(stand.edge)
        assert call.status == 200, call.body
        stand.book.jobs = {} if any(row.usage.total_tokens for row in stand.ledger.rows) else stand.book.jobs
    assert [row.usage.total_tokens for row in stand.ledger.rows] == [0, 0, 12, 0, 0]
    assert stand.ledger.estimates == [None] * 5
    asked_for, ended_in = stand.ledger.rows[0], stand.ledger.rows[2]
    assert (asked_for.cost, asked_for.unpriced) == (None, False)  # its money is in the row of its job
    assert (ended_in.provider, ended_in.model) == ("openai", "m")
    assert (ended_in.request_id, ended_in.at) == (f"{asked_for.request_id}.job", asked_for.at)


@pytest.mark.asyncio
@pytest.mark.parametrize("leaves", [True, False])
async def test_an_answer_in_the_background_is_billed_in_full_though_its_client_left_the_stream(leaves: bool) -> None:
    """Who heard its id and left could fetch all of it: it goes on where nobody listens."""
    usage = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
    begun = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    told = [
        {"type": "response.created", "response": begun},
        {"type": "response.completed", "response": {**begun, "status": "completed", "usage": usage}},
    ]
    script: list[Any] = [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told]
    if leaves:
        script[1:] = [None]
    stream = ScriptedResponse(200, {"content-type": "text/event-stream"}, script)
    stand = stand_with(upstream=ScriptedUpstream(stream, stored_answer("completed", usage=usage)))
    asked = {"model": "openai/m", "input": "Hi", "background": True, "stream": True}
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    call.leave_at = 2 if leaves else None
    await call.run(stand.edge)
    assert [job.object_id for job in stand.book.jobs.values()] == ["resp_1"]
    own = next(row for row in stand.ledger.rows if not row.request_id.endswith(".job"))
    assert own.status == ("client_closed" if leaves else "ok")
    assert (own.usage.total_tokens, own.cost, own.unpriced, set(stand.ledger.estimates)) == (0, None, False, {None})
    assert len(stand.ledger.rows) == (1 if leaves else 2), "a stream that was heard to its end has told all"
    if leaves:
        await AsgiCall("/v1/responses/resp_1", b"", method="GET").run(stand.edge)
    [ended_in] = [row for row in stand.ledger.rows if row.request_id.endswith(".job")]
    assert (ended_in.request_id, ended_in.usage.total_tokens) == (f"{own.request_id}.job", 12)


async def ask_and_leave(stand: Stand, asked: dict[str, Any]) -> None:
    """A client that is gone once its provider was asked."""
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    asking = asyncio.ensure_future(call.run(stand.edge))
    while not stand.upstream.requests:
        await asyncio.sleep(0)
    call.leave()
    await asking


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_in_the_background_whose_client_left_before_it_had_an_id_is_presumed(stream: bool) -> None:
    """The provider has the request, and makes what it asks for: nobody can ask it what that came to."""
    stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(200, {"content-type": "text/event-stream"}, [None])))
    asked = {"model": "openai/m", "input": "Hi", "background": True, "stream": stream, "max_output_tokens": 500}
    await ask_and_leave(stand, asked)
    assert not stand.book.jobs
    [row] = stand.ledger.rows
    assert (row.status, row.usage.output_tokens, row.usage.estimated) == ("client_closed", 500, True)
    assert row.usage.input_tokens > 0


@pytest.mark.asyncio
@pytest.mark.parametrize("background", [True, False])
async def test_who_leaves_before_anything_was_sent_pays_nothing(background: bool) -> None:
    stand = stand_with(upstream=FullUpstream())
    asked = {"model": "openai/m", "input": "Hi", "background": background, "max_output_tokens": 500}
    await ask_and_leave(stand, asked)
    [row] = stand.ledger.rows
    assert (row.status, row.usage.total_tokens, row.cost, row.chargeable) == ("client_closed", 0, None, False)
    assert not stand.book.jobs


@pytest.mark.asyncio
@pytest.mark.parametrize("is_written", [True, False])
async def test_who_leaves_while_an_answer_in_the_background_is_written_down_is_charged_it_once(
    is_written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database takes its time: what it takes in the end is charged as a job, and else what is presumed."""
    begun = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    created = f"data: {json.dumps({'type': 'response.created', 'response': begun})}\n\n".encode()
    stand = stand_with(
        upstream=ScriptedUpstream(ScriptedResponse(200, {"content-type": "text/event-stream"}, [created, None]))
    )
    opening, moves, write_down = asyncio.Event(), asyncio.Event(), stand.book.open

    async def frozen(job: Job) -> None:
        opening.set()
        await moves.wait()
        if not is_written:
            raise Overloaded("The database is away.")
        await write_down(job)

    monkeypatch.setattr(stand.book, "open", frozen)
    asked = {"model": "openai/m", "input": "Hi", "background": True, "stream": True, "max_output_tokens": 500}
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    asking = asyncio.ensure_future(call.run(stand.edge))
    await opening.wait()
    call.leave()
    await asking
    moves.set()
    await until(lambda: len(stand.book.jobs) + len(stand.ledger.rows) == 2)
    own = stand.ledger.rows[0]
    assert (own.status, own.usage.total_tokens, own.cost) == ("client_closed", 0, None)
    if is_written:
        assert [job.object_id for job in stand.book.jobs.values()] == ["resp_1"]
    else:
        job = stand.ledger.rows[1]
        assert (job.request_id, job.usage.output_tokens) == (f"{own.request_id}.job", 500)


@pytest.mark.asyncio
async def test_no_other_attempt_is_made_for_an_answer_that_goes_on_in_the_background() -> None:
    """The first would be made to its end, and billed, with nobody to hear it or to pay for it."""
    begun = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    created = f"event: response.created\ndata: {json.dumps({'type': 'response.created', 'response': begun})}\n\n"
    stream = ScriptedResponse(
        200, {"content-type": "text/event-stream"}, [created.encode(), UpstreamCut("It broke off.")]
    )
    first, second = (Target(provider=name, model="m") for name in ("openai", "grok"))
    models = (Alias(name="both", targets=(first,), fallbacks=(second,)),)
    stand = Stand(policy_for("http://127.0.0.1:9", models=models), ScriptedUpstream(stream))
    asked = {"model": "both", "input": "Hi", "background": True, "stream": True}
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    await call.run(stand.edge)
    assert (call.status, b'"resp_1"' in call.body, len(stand.upstream.requests)) == (200, True, 1)
    assert [job.object_id for job in stand.book.jobs.values()] == ["resp_1"]
    assert [(row.usage.total_tokens, row.cost) for row in stand.ledger.rows] == [(0, None)]


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["cancelled", "failed", "completed"])
async def test_an_answer_that_tells_no_usage_costs_what_it_read_and_shows(status: str) -> None:
    """It may have been heard, piece by piece, until somebody cancelled it right before its end, or it broke off."""
    search = {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search"}}
    upstream = ScriptedUpstream(stored_answer("queued"), stored_answer(status, output=[search, *SHOWN]))
    stand = stand_with(upstream=upstream)
    asked = {"model": "openai/m", "input": "Hi", "background": True}
    await AsgiCall("/v1/responses", json.dumps(asked).encode()).run(stand.edge)
    [job] = stand.book.jobs.values()
    await stand.ends.look_after(job)
    ended_in = stand.ledger.rows[-1]
    assert (ended_in.request_id, ended_in.usage.estimated) == (job.row_id, True)
    assert ended_in.usage.input_tokens == job.input_tokens > 0
    assert ended_in.usage.output_tokens > 10
    assert ended_in.usage.calls == Calls(web_search=1)
    assert ended_in.cost == Money(ended_in.usage.total_tokens, "USD")


@pytest.mark.asyncio
async def test_an_answer_that_failed_before_a_word_costs_nothing() -> None:
    stand = stand_with(upstream=ScriptedUpstream(stored_answer("queued"), stored_answer("failed", output=[])))
    asked = {"model": "openai/m", "input": "Hi", "background": True}
    await AsgiCall("/v1/responses", json.dumps(asked).encode()).run(stand.edge)
    [job] = stand.book.jobs.values()
    await stand.ends.look_after(job)
    assert (stand.ledger.rows[-1].request_id, stand.ledger.rows[-1].usage.total_tokens) == (job.row_id, 0)


@pytest.mark.asyncio
@pytest.mark.parametrize("background", [False, True])
async def test_an_answer_that_told_its_usage_is_not_billed_again(background: bool) -> None:
    usage = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
    stand = stand_with(upstream=ScriptedUpstream(stored_answer("completed", usage=usage)))
    for call in (
        AsgiCall("/v1/responses", json.dumps({"model": "openai/m", "input": "Hi", "background": background}).encode()),
        AsgiCall("/v1/responses/resp_1", b"", method="GET"),
    ):
        await call.run(stand.edge)
        assert call.status == 200
    assert [row.usage.total_tokens for row in stand.ledger.rows] == [12, 0]


@pytest.mark.asyncio
async def test_what_a_batch_used_is_recorded_for_a_client_that_leaves_too() -> None:
    usage = {"input_tokens": 5, "output_tokens": 7}
    result = {"result": {"type": "succeeded", "message": {"type": "message", "usage": usage}}}
    answer = ScriptedResponse(200, JSON, [json.dumps(result).encode()])
    stand = stand_with(("anthropic", "batch", "mine", "claude"), upstream=ScriptedUpstream(answer))
    call = AsgiCall("/v1/messages/batches/mine/results", b"", CLAUDE, "GET")

    async def gone(_: Any) -> None:
        raise asyncio.CancelledError

    with contextlib.suppress(asyncio.CancelledError):
        await stand.edge(call.scope, call.receive, gone)
    used, asked = stand.ledger.rows
    assert (used.request_id, used.usage.total_tokens, used.cost) == ("claude/mine.job", 12, Money(12, "USD"))
    assert (asked.status, asked.usage.total_tokens, asked.cost) == ("client_closed", 0, Money(0, "USD"))
    again = AsgiCall("/v1/messages/batches/mine/results", b"", CLAUDE, "GET")
    await again.run(stand.edge)
    assert [row.request_id for row in stand.ledger.rows if row.usage.total_tokens] == 2 * ["claude/mine.job"]
