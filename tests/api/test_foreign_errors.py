"""What is not an error of the client's dialect does not reach it as one: engines, proxies and imitations behind the
provider's API have forms of their own, which no SDK reads; and a stream that ends within its last event is completed.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors as google_errors

from gateway.dialects.http_refusals import UNTOLD_WORDS
from tests.support.canaries import PROVIDER_KEY
from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving
from tests.support.wire_server import Peer
from tests.support.wire_server import serving as wire_serving

CHAT = {"messages": [{"role": "user", "content": "hi"}]}
ASKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "openai": ("/v1/chat/completions", "openai/m", CHAT),
    "responses": ("/v1/responses", "openai/m", {"input": "hi", "store": False}),
    "local": ("/v1/chat/completions", "sim/m", CHAT),
    "claude": ("/v1/messages", "claude/m", {**CHAT, "max_tokens": 9}),
    "gemini": ("/v1/models/gemini/m:generateContent", "", {"contents": [{"parts": [{"text": "hi"}]}]}),
    "mistral": ("/mistral/v1/chat/completions", "mistral/m", CHAT),
}
OPENAI = {"error": {"message": "words", "type": "server_error", "param": None, "code": "c"}}
CLAUDE = {"type": "error", "error": {"type": "overloaded_error", "message": "words"}}
GOOGLE = {"error": {"code": 503, "message": "words", "status": "UNAVAILABLE"}}
MISTRAL = {"object": "error", "message": "words", "type": "x", "param": None, "code": "1"}
OWN = {
    "openai": OPENAI,
    "responses": OPENAI,
    "local": OPENAI,
    "claude": CLAUDE,
    "gemini": GOOGLE,
    "mistral": MISTRAL,
}
FOREIGN: dict[str, bytes] = {
    "vllm": b'{"object":"error","message":"words","type":"BadRequestError","param":null,"code":422}',
    "llama.cpp": b'{"error":{"code":422,"message":"words","type":"exceed_context_size_error","n_ctx":8}}',
    "xai": b'{"code":"Client specified an invalid argument","error":"words"}',
    "fastapi": b'{"detail":"words"}',
    "text": b'{"error":"words"}',
    "array": b'[{"error":{"code":422,"message":"words","status":"INVALID_ARGUMENT"}}]',
    "page": b"<html>Bad Gateway at proxy-7.intra</html>",
    "null": b"null",
}


class Provider:
    """Answers everything with `body`."""

    status = 200
    kind = "application/json"
    body = b""
    more = ""

    async def script(self, peer: Peer) -> None:
        while True:
            await peer.request()
            head = f"HTTP/1.1 {self.status} X\r\nContent-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n"
            await peer.send(f"{head}{self.more}\r\n".encode() + self.body)

    def says(self, status: int, body: bytes, kind: str = "application/json", more: str = "") -> None:
        self.status, self.body, self.kind, self.more = status, body, kind, more


@dataclass(frozen=True)
class Stage:
    provider: Provider
    gateway: RunningGateway
    thread: LoopThread

    def ask(self, name: str) -> httpx.Response:
        path, model, body = ASKED[name]
        headers = {"authorization": f"Bearer {self.gateway.key}"}
        body = {"model": model, **body} if model else body
        return httpx.post(self.gateway.url + path, json=body, headers=headers, trust_env=False, timeout=20)


@asynccontextmanager
async def scripted(folder: Path) -> AsyncIterator[tuple[Provider, RunningGateway]]:
    provider = Provider()
    async with wire_serving(provider.script) as wire, serving(policy_for(wire.origin), folder) as gateway:
        yield provider, gateway


@pytest.fixture(scope="module")
def stage(gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with in_thread(scripted(tmp_path_factory.mktemp("state")), gateway_thread) as (provider, gateway):
        yield Stage(provider, gateway, gateway_thread)


def words_told(name: str, told: Any) -> str:
    """The message, where the dialect's SDK looks for it; fails for any other form."""
    match name, told:
        case "openai" | "local" | "responses", {"error": {"message": str(words), "type": str(), "code": str() | None}}:
            return words
        case "claude", {"type": "error", "error": {"type": str(), "message": str(words)}}:
            return words
        case "gemini", {"error": {"code": int(), "message": str(words), "status": str()}}:
            return words
        case "mistral", {"object": "error", "message": str(words), "code": str() | int()}:
            return words
    raise AssertionError(f"not an error of this dialect: {told}")


@pytest.mark.parametrize("form", FOREIGN)
@pytest.mark.parametrize("name", ASKED)
def test_a_refusal_in_a_foreign_form_is_written_in_the_clients(stage: Stage, name: str, form: str) -> None:
    body = FOREIGN[form]
    stage.provider.says(422, body, "text/html" if form == "page" else "application/json")
    answer = stage.ask(name)
    assert answer.status_code == 422
    words = words_told(name, answer.json())
    assert words == ("words" if b"words" in body else "The provider answered with status 422.")


@pytest.fixture
def own_stage(gateway_thread: LoopThread, tmp_path: Path) -> Iterator[Stage]:
    """For refusals after which a target, or a credential, is left alone."""
    with in_thread(scripted(tmp_path), gateway_thread) as (provider, gateway):
        yield Stage(provider, gateway, gateway_thread)


@pytest.mark.parametrize("name", [name for name in ASKED if name != "local"])  # which is asked without a credential
def test_nobody_is_told_the_credential_that_a_provider_quotes(own_stage: Stage, name: str) -> None:
    """As proxies, engines and imitations do; the vendors themselves quote a part of it."""
    secret = f"{PROVIDER_KEY}{'openai' if name == 'responses' else name}"
    escaped = f"\\u{ord(secret[0]):04X}{secret[1:]}"  # as some write what stands in keys, too: = as \u003d, / as \/
    quoted = json.dumps(OWN[name]).replace('"words"', f'"Nobody upstream knows {secret}, or {escaped}."')
    body = quoted.replace("null", f'"{secret}"').encode()
    for status in (200, 400, 422, 403, 500, 429, 401):
        own_stage.provider.says(status, body, more=f"X-Request-Id: {secret}\r\nX-Told: {secret}\r\n")
        answer = own_stage.ask(name)
        told = str(answer.json()) + answer.text + str(answer.headers)
        assert secret not in told
        assert status in {401, 403} or "Nobody upstream knows ***, or ***." in told
    rows = own_stage.thread.run(own_stage.gateway.usage_rows())
    assert len(rows) == 7
    assert {row["upstream_request_id"] for row in rows} == {None}
    assert secret not in str(rows)


RESPONSE_TEXT = (
    b'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":'
    b'"response","created_at":1,"model":"m","status":"in_progress","output":[]}}\n\nevent: response.output_text.delta\n'
    b'data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"i","output_index":0,"content_index":0,'
    b'"delta":"so far"}\n\n'
)
RESPONSE_FAILED = {
    "type": "response.failed",
    "sequence_number": 2,
    "response": {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "failed",
        "output": [],
        "error": {"code": "server_error", "message": "words"},
    },
}


def quoting(secret: str, kind: str, tree: dict[str, Any]) -> bytes:
    """An event that tells an error whose words quote `secret`."""
    told = json.dumps(tree).replace('"words"', f'"Nobody upstream knows {secret}."').replace("null", f'"{secret}"')
    return f"event: {kind}\ndata: {told}\n\n".encode() if kind else f"data: {told}\n\n".encode()


@pytest.mark.parametrize("spoken", ["openai", "claude", "gemini", "mistral", "responses"])
def test_nor_in_a_stream_that_has_begun(own_stage: Stage, spoken: str) -> None:
    begun, kind, tree = {
        "openai": (TEXT, "", OPENAI),
        "claude": (CLAUDE_TEXT, "error", CLAUDE),
        "gemini": (GEMINI_TEXT, "", GOOGLE),
        "mistral": (TEXT, "", OPENAI),
        "responses": (RESPONSE_TEXT, "response.failed", RESPONSE_FAILED),
    }[spoken]
    provider = "openai" if spoken == "responses" else spoken
    secret, model = f"{PROVIDER_KEY}{provider}", f"{provider}/m"
    own_stage.provider.says(200, begun + quoting(secret, kind, tree) * 2, "text/event-stream")  # some tell it twice
    headers = {"authorization": f"Bearer {own_stage.gateway.key}"}
    for asked in ("openai", "claude", "gemini", "mistral", "responses"):
        if provider == "openai" and (asked == "responses") != (spoken == "responses"):
            continue  # it is asked in the client's own of its two
        path, _, body = ASKED[asked]
        if asked == "gemini":
            path = f"/v1/models/{model}:streamGenerateContent?alt=sse"
        else:
            body = {**body, "model": model, "stream": True}
        answer = httpx.post(own_stage.gateway.url + path, json=body, headers=headers, trust_env=False, timeout=20)
        assert answer.status_code == 200
        assert "so far" in answer.text
        assert "Nobody upstream knows ***." in answer.text
        assert secret not in answer.text


UNTOLD: dict[str, bytes] = {
    "own words": b'{"error":{"message":"words","type":"server_error"}}',
    "api_error": b'{"type":"error","error":{"type":"api_error","message":"words"}}',
    "no words": b'{"error":{"type":"internal"}}',
}


@pytest.mark.parametrize("form", UNTOLD)
@pytest.mark.parametrize("name", ["openai", "local", "claude", "gemini", "mistral"])
def test_an_error_under_status_200_that_names_no_status_is_the_providers_and_no_defect_of_the_gateway(
    stage: Stage, name: str, form: str
) -> None:
    body = UNTOLD[form]
    stage.provider.says(200, body)
    answer = stage.ask(name)
    assert answer.status_code == 502
    words = words_told(name, answer.json())
    assert words == ("words" if b"words" in body else UNTOLD_WORDS)


@pytest.mark.parametrize("name", ASKED)
def test_one_in_the_clients_own_form_is_relayed_as_it_came(stage: Stage, name: str) -> None:
    body = json.dumps({**OWN[name], "unheard_of": {"kept": True}}, indent=1).encode()
    stage.provider.says(422, body)
    answer = stage.ask(name)
    assert (answer.status_code, answer.content) == (422, body)


def test_what_azures_filter_found_reaches_openais_client(stage: Stage) -> None:
    found = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}}
    error = {"message": "words", "type": None, "param": "prompt", "code": "content_filter", "innererror": found}
    body = json.dumps({"error": error}).encode()
    stage.provider.says(400, body)
    answer = stage.ask("openai")
    assert (answer.status_code, answer.content) == (400, body)


@pytest.mark.parametrize(
    ("status", "word"),
    [(400, "invalid_request_error"), (404, "not_found_error"), (413, "request_too_large"), (429, "rate_limit_error")],
)
def test_claudes_client_reads_of_openais_one_word_what_the_status_says(stage: Stage, status: int, word: str) -> None:
    error = {"message": "words", "type": "invalid_request_error", "param": None, "code": None}
    stage.provider.says(status, json.dumps({"error": error}).encode())
    headers = {"authorization": f"Bearer {stage.gateway.key}", "anthropic-version": "2023-06-01"}
    tree = {**CHAT, "model": "openai/m", "max_tokens": 9}
    answer = httpx.post(f"{stage.gateway.url}/v1/messages", json=tree, headers=headers, trust_env=False, timeout=20)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, word)


@pytest.mark.parametrize("name", ASKED)
def test_an_error_under_status_200_is_a_refusal(stage: Stage, name: str) -> None:
    for body in (OWN[name], *([] if name == "claude" else [{"code": "c", "error": "words"}])):
        stage.provider.says(200, json.dumps(body).encode())
        answer = stage.ask(name)
        assert answer.status_code >= 500
        assert words_told(name, answer.json()) == "words"


def test_a_failed_response_stays_an_answer(stage: Stage) -> None:
    """It is how the Responses API tells it, with what was used."""
    body = b'{"id":"resp_1","object":"response","status":"failed","error":{"code":"server_error","message":"w"},'
    body += b'"output":[],"model":"m","usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}'
    stage.provider.says(200, body)
    answer = stage.ask("responses")
    assert (answer.status_code, answer.content) == (200, body)
    [row] = (
        row
        for row in stage.thread.run(stage.gateway.usage_rows())
        if row["request_id"] == answer.headers["x-gateway-request-id"]
    )
    assert (row["input_tokens"], row["output_tokens"]) == (3, 2)


TEXT = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":'
TEXT += b'{"role":"assistant","content":"so far"},"finish_reason":null}]}\n\n'
CLAUDE_TEXT = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant",'
    b'"model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}'
    b'\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text",'
    b'"text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":'
    b'"text_delta","text":"so far"}}\n\nevent: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
)
CLAUDE_END = (
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},'
    b'"usage":{"output_tokens":2}}\n\nevent: message_stop\ndata: {"type":"message_stop"}'
)
GEMINI_TEXT = b'data: {"candidates":[{"content":{"parts":[{"text":"so far"}],"role":"model"},"index":0}]}\r\n\r\n'


@pytest.mark.parametrize(
    "frame",
    [
        b'data: {"object":"error","message":"words","type":"x","code":500}\n\n',
        b'data: {"error":"words"}\n\ndata: [DONE]\n\n',
        b'data: {"code":"c","error":"words"}\n\n',
        b'event: error\ndata: {"message":"words","type":"x"}\n\n',
        b'data: {"error":{"message":"words","type":"server_error","param":null,"code":null}}\n\n',
    ],
)
@pytest.mark.parametrize("model", ["openai/m", "sim/m"])
def test_openais_sdk_is_told_of_an_error_in_the_stream(stage: Stage, model: str, frame: bytes) -> None:
    stage.provider.says(200, TEXT + frame, "text/event-stream")
    with openai.OpenAI(base_url=f"{stage.gateway.url}/v1", api_key=stage.gateway.key, max_retries=0) as sdk:
        stream = sdk.chat.completions.create(model=model, stream=True, messages=CHAT["messages"])
        with pytest.raises(openai.APIError, match="words"):
            for chunk in stream:
                assert chunk.choices[0].delta.content == "so far"


@pytest.mark.parametrize(
    "frame",
    [
        b'data: [{"error":{"code":503,"message":"words","status":"UNAVAILABLE"}}]\n\n',
        b'data: {"error":{"code":"UNAVAILABLE","message":"words"}}\n\n',
        b'data: {"error":{"code":503,"message":"words","status":"UNAVAILABLE"}}\n\n',
        b'data: {"error":{"code":503,\ndata: "message":"words","status":"UNAVAILABLE"}}\n\n',
    ],
)
def test_googles_sdk_is_told_of_one(stage: Stage, frame: bytes) -> None:
    stage.provider.says(200, GEMINI_TEXT + frame, "text/event-stream")
    with (
        genai.Client(api_key=stage.gateway.key, http_options={"base_url": stage.gateway.url}) as sdk,
        pytest.raises(google_errors.ServerError, match="words"),
    ):
        for chunk in sdk.models.generate_content_stream(model="gemini/m", contents="hi"):
            assert chunk.text == "so far"


def test_googles_older_sdks_are_told_of_one_too(stage: Stage) -> None:
    """They take an event of an error for a piece, and fail on what is no whole event behind it."""
    told = b'{"error": {"code":503, "message":"words","status":"UNAVAILABLE","details":[{"@type":"its","own":1.50}]}}'
    stage.provider.says(200, GEMINI_TEXT + b"data: " + told + b"\n\n", "text/event-stream")
    path = "/v1/models/gemini/m:streamGenerateContent?alt=sse"
    headers = {"authorization": f"Bearer {stage.gateway.key}"}
    answer = httpx.post(stage.gateway.url + path, json=ASKED["gemini"][2], headers=headers, trust_env=False, timeout=20)
    assert answer.content.endswith(b"data: " + told + b"\n\n" + told)


@pytest.mark.parametrize(
    "frame",
    [
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"words"}}\n\n',
        b'data: {"type":"error","error":{"type":"overloaded_error","message":"words"}}\n\n',
        b'event: error\ndata: {"type":"error","error":"words"}\n\n',
    ],
)
def test_anthropics_sdk_is_told_of_one(stage: Stage, frame: bytes) -> None:
    stage.provider.says(200, CLAUDE_TEXT + frame, "text/event-stream")
    with (
        anthropic.Anthropic(base_url=stage.gateway.url, api_key=stage.gateway.key, max_retries=0) as sdk,
        pytest.raises(anthropic.APIStatusError, match="words"),
        sdk.messages.stream(model="claude/m", max_tokens=9, messages=CHAT["messages"]) as stream,
    ):
        stream.get_final_message()


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_the_last_event_is_completed_where_the_stream_ends_within_it(stage: Stage, end: bytes) -> None:
    stage.provider.says(200, CLAUDE_TEXT + CLAUDE_END + end, "text/event-stream")
    with anthropic.Anthropic(base_url=stage.gateway.url, api_key=stage.gateway.key, max_retries=0) as sdk:
        messages = CHAT["messages"]
        seen = list(sdk.messages.create(model="claude/m", max_tokens=9, messages=messages, stream=True))
    assert seen[-1].type == "message_stop"
