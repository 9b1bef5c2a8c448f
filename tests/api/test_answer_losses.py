"""What an answer has, and the client's dialect has no place for, is told as a loss."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.events import BlockOpened, Cited
from gateway.dialects.answer_losses import also_declared, answer_losses
from gateway.dialects.losses import MAX_TOLD_LENGTH, Loss
from tests.api.test_object_ownership import JSON, TEXT, stand_with
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.asyncio

PNG = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}
WAV = {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}}
ASKING: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("/v1/messages", {"max_tokens": 9, "messages": [TEXT]}),
    "mistral": ("/mistral/v1/chat/completions", {"messages": [TEXT]}),
    "openai_chat": ("/v1/chat/completions", {"messages": [TEXT]}),
    "openai_responses": ("/v1/responses", {"input": "Hi"}),
}


def gemini_chunk(*parts: Any, **candidate: Any) -> bytes:
    content = {"role": "model", "parts": parts}
    return json.dumps({"candidates": [{"content": content, "index": 0, **candidate}], "responseId": "r"}).encode()


async def asked(dialect: str, stream: bool, *chunks: bytes) -> tuple[Stand, AsgiCall]:
    path, body = ASKING[dialect]
    script = [b"data: " + chunk + b"\n\n" for chunk in chunks] if stream else list(chunks)
    answer = ScriptedResponse(200, {"content-type": "text/event-stream"} if stream else JSON, script)
    stand = stand_with(upstream=ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps({"model": "gemini/m", "stream": stream, **body}).encode())
    await call.run(stand.edge)
    assert call.status == 200, call.body
    return stand, call


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        ("anthropic", "answer.image, answer.audio"),
        ("mistral", "answer.audio"),
        ("openai_chat", None),
        ("openai_responses", "answer.audio"),
    ],
)
async def test_what_a_model_drew_or_spoke_unasked_is_told_where_it_has_no_place(
    dialect: str, told: str | None, stream: bool
) -> None:
    chunk = gemini_chunk({"text": "Here."}, PNG, WAV, finishReason="STOP")
    stand, call = await asked(dialect, stream, chunk)
    assert call.headers.get("x-gateway-dropped") == told
    assert stand.ledger.rows[0].dropped == told
    assert (b"iVBORw0KGgo" in call.body) is (dialect != "anthropic")
    assert (b"UklGRg" in call.body) is (dialect == "openai_chat")


@pytest.mark.parametrize("dialect", ["anthropic", "mistral", "openai_responses"])
async def test_what_comes_behind_the_headers_is_told_in_a_comment(dialect: str) -> None:
    chunks = gemini_chunk({"text": "Here."}), gemini_chunk(WAV), gemini_chunk(WAV), gemini_chunk(finishReason="STOP")
    stand, call = await asked(dialect, True, *chunks)
    assert "x-gateway-dropped" not in call.headers
    assert call.body.count(b": x-gateway-dropped: answer.audio\n\n") == 1
    assert stand.ledger.rows[0].dropped == "answer.audio"


@pytest.mark.parametrize("dialect", ["anthropic", "mistral", "openai_responses"])
@pytest.mark.parametrize("stream", [False, True])
async def test_what_a_chat_model_spoke_is_told_where_it_has_no_place(dialect: str, stream: bool) -> None:
    path, body = ASKING[dialect]
    said = {"role": "assistant", "content": None, "audio": {"id": "a", "data": "UklGRg==", "transcript": "Hi"}}
    choice = {"index": 0, "delta" if stream else "message": said, "finish_reason": "stop"}
    chunk = json.dumps({"id": "c", "model": "m", "created": 1, "choices": [choice]}).encode()
    script = [b"data: " + chunk + b"\n\ndata: [DONE]\n\n"] if stream else [chunk]
    answer = ScriptedResponse(200, {"content-type": "text/event-stream"} if stream else JSON, script)
    stand = stand_with(upstream=ScriptedUpstream(answer))
    call = AsgiCall(path, json.dumps({"model": "gpu/m", "stream": stream, **body}).encode())
    await call.run(stand.edge)
    assert call.status == 200, call.body
    assert stand.ledger.rows[0].dropped == "answer.audio"


FOUND: dict[str, Any] = {
    "groundingMetadata": {
        "groundingChunks": [{"web": {"uri": "https://a.ch", "title": "A"}}],
        "webSearchQueries": ["q"],
    },
    "citationMetadata": {"citationSources": [{"uri": "https://a.ch", "startIndex": 0, "endIndex": 4}]},
    "urlContextMetadata": {"urlMetadata": [{"retrievedUrl": "https://a.ch"}]},
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("member", FOUND)
async def test_where_gemini_found_it_is_told_where_that_has_no_place(member: str, stream: bool) -> None:
    for dialect in ASKING:
        chunk = gemini_chunk({"text": "Here."}, finishReason="STOP", **{member: FOUND[member]})
        stand, call = await asked(dialect, stream, chunk)
        assert call.headers.get("x-gateway-dropped") == stand.ledger.rows[0].dropped == "answer.citations", dialect


@pytest.mark.parametrize("dialect", ["anthropic", "mistral"])
@pytest.mark.parametrize("stream", [False, True])
async def test_what_grok_cites_beside_its_answer_is_told_where_it_has_no_place(dialect: str, stream: bool) -> None:
    said = {"index": 0, "delta" if stream else "message": {"role": "assistant", "content": "Here."}}
    told = {"id": "c", "model": "m", "created": 1, "choices": [{**said, "finish_reason": "stop"}]}
    chunk = json.dumps({**told, "citations": ["https://a.ch"]}).encode()
    script = [b"data: " + chunk + b"\n\ndata: [DONE]\n\n"] if stream else [chunk]
    answer = ScriptedResponse(200, {"content-type": "text/event-stream"} if stream else JSON, script)
    stand = stand_with(upstream=ScriptedUpstream(answer))
    path, body = ASKING[dialect]
    await AsgiCall(path, json.dumps({"model": "gpu/m", "stream": stream, **body}).encode()).run(stand.edge)
    assert stand.ledger.rows[0].dropped == "answer.citations"


async def test_citations_of_a_page_are_told_where_only_addresses_can_be_cited() -> None:
    page = {"type": "page_location", "document_index": 0, "cited_text": "x"}
    web = {"type": "web_search_result_location", "url": "https://example.com", "title": "A"}
    events = [Cited(0, "anthropic", page), Cited(0, "anthropic", web), Cited(0, "anthropic", page)]
    assert [loss.path for loss in answer_losses(events, "openai_chat")] == [("answer", "citations")]
    assert answer_losses(events[1:2], "openai_responses") == []
    assert answer_losses(events, "anthropic") == []
    assert [loss.path for loss in answer_losses(events[1:2], "mistral")] == [("answer", "citations")]


async def test_a_block_is_told_by_its_providers_word_if_it_is_one() -> None:
    def told(value: Any) -> list[Any]:
        opened = BlockOpened(0, "opaque", opaque=("anthropic", value))
        return [loss.path[1] for loss in answer_losses([opened], "mistral")]

    assert told({"type": "server_tool_use", "id": "x"}) == ["server_tool_use"]
    assert told({"executableCode": {}}) == ["executableCode"]
    assert told({"type": "a, b"}) == told("text") == told({}) == ["block"]


async def test_the_header_stays_within_its_bounds() -> None:
    losses = [Loss(("answer", "image"), "unknown", "dropped", "")]
    assert also_declared(None, losses) == "answer.image"
    assert also_declared("top_k, answer.image", losses) == "top_k, answer.image"
    long = "x" * (MAX_TOLD_LENGTH - 5)
    assert also_declared(long, losses) == long
