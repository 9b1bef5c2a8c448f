"""What an answer has, and the client's dialect has no place for, is told as a loss."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.events import BlockOpened, Cited, Delta, OpaqueEvent, Signed
from gateway.core.messages import ProviderState
from gateway.dialects.answer_losses import also_declared, answer_losses
from gateway.dialects.losses import MAX_TOLD_LENGTH, Loss
from gateway.dialects.unwanted_thoughts import UnwantedThoughts
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


def chat_chunks(stream: bool, *choices: Any) -> tuple[dict[str, str], list[bytes]]:
    """Headers and bytes of a chat's answer; each of `choices` is (number, message or delta, more of the choice)."""
    member = "delta" if stream else "message"
    made = [{"index": number, member: said, "finish_reason": None, **more} for number, said, more in choices]
    head = {"id": "c", "model": "m", "created": 1}
    if not stream:
        return JSON, [json.dumps({**head, "choices": [{**one, "finish_reason": "stop"} for one in made]}).encode()]
    ends = [{**one, member: {}, "finish_reason": "stop"} for one in made]
    pieces = [b"data: " + json.dumps({**head, "choices": [one]}).encode() + b"\n\n" for one in [*made, *ends]]
    return {"content-type": "text/event-stream"}, [*pieces, b"data: [DONE]\n\n"]


UNWANTED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "anthropic, nothing said": ("/v1/messages", {}, False),
    "anthropic, notes alone": ("/v1/messages", {"thinking": {"type": "between_tools"}}, False),
    "anthropic, shown": ("/v1/messages", {"thinking": {"type": "adaptive", "display": "summarized"}}, False),
    "anthropic, omitted": ("/v1/messages", {"thinking": {"type": "adaptive", "display": "omitted"}}, True),
    "anthropic, disabled": ("/v1/messages", {"thinking": {"type": "disabled"}}, True),
    "mistral, nothing said": ("/mistral/v1/chat/completions", {}, False),
    "mistral, none": ("/mistral/v1/chat/completions", {"reasoning_effort": "none"}, True),
    "chat, no effort": ("/v1/chat/completions", {"reasoning_effort": "none"}, False),
    "chat, excluded": ("/v1/chat/completions", {"reasoning": {"exclude": True}}, True),
    "gemini": (":", {"generationConfig": {"thinkingConfig": {"includeThoughts": False}}}, True),
    "gemini, in snake case": (":", {"generation_config": {"thinking_config": {"include_thoughts": False}}}, True),
    "gemini, wanted": (":", {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}, False),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", UNWANTED)
async def test_thoughts_are_left_out_where_the_client_wants_none(case: str, stream: bool) -> None:
    path, more, unwanted = UNWANTED[case]
    if path == ":":
        path = f"/v1beta/models/gpu/m:{'streamGenerateContent' if stream else 'generateContent'}"
        body = {"contents": [{"parts": [{"text": "Hi"}]}], **more}
        pieces: list[dict[str, Any]] = [{"reasoning_content": "Thought."}, {"content": "Said."}]
        pieces = pieces if stream else [pieces[0] | pieces[1]]
        headers, script = chat_chunks(stream, *((0, piece, {}) for piece in pieces))
    else:
        body = {"model": "gemini/m", "stream": stream, "messages": [TEXT], "max_tokens": 9, **more}
        chunk = gemini_chunk({"text": "Thought.", "thought": True}, {"text": "Said."}, finishReason="STOP")
        headers = {"content-type": "text/event-stream"} if stream else JSON
        script = [b"data: " + chunk + b"\n\n" if stream else chunk]
    stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(200, headers, script)))
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(stand.edge)
    assert call.status == 200, call.body
    assert b"Said." in call.body
    assert (b"Thought." not in call.body) is unwanted
    assert ("answer.reasoning" in (call.headers.get("x-gateway-dropped") or "")) is unwanted
    if unwanted and case.startswith("anthropic"):
        assert b'"type":"thinking"' not in call.body, "the first block is the answer"


async def test_a_signature_of_claude_s_goes_with_its_text_and_any_other_stays() -> None:
    opened = BlockOpened(0, "reasoning")
    for dialect, stays in (("anthropic", False), ("gemini", True)):
        signed = Signed(0, ProviderState(dialect, "signature", "s"))  # type: ignore[arg-type]
        thoughts = UnwantedThoughts()
        assert thoughts.without([opened, Delta(0, "a"), signed]) == ([opened, signed] if stays else [opened])
        assert UnwantedThoughts().without([opened, signed]) == [opened, signed], "it holds for no text"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        ("anthropic", {"answer.candidates", "answer.logprobs"}),
        ("mistral", set()),
        ("openai_responses", {"answer.candidates"}),
    ],
)
async def test_choices_and_probabilities_are_told_where_they_have_no_place(
    dialect: str, told: set[str], stream: bool
) -> None:
    probable = {"content": [{"token": "One", "logprob": -0.5, "bytes": None, "top_logprobs": []}]}
    first, second = (0, {"content": "One"}, {"logprobs": probable}), (1, {"content": "Two"}, {})
    headers, script = chat_chunks(stream, first, second)
    stand = stand_with(upstream=ScriptedUpstream(ScriptedResponse(200, headers, script)))
    path, body = ASKING[dialect]
    await AsgiCall(path, json.dumps({"model": "gpu/m", "stream": stream, **body}).encode()).run(stand.edge)
    assert set((stand.ledger.rows[0].dropped or "").split(", ")) - {""} == told


async def test_citations_of_a_page_are_told_where_only_addresses_can_be_cited() -> None:
    page = {"type": "page_location", "document_index": 0, "cited_text": "x"}
    web = {"type": "web_search_result_location", "url": "https://example.com", "title": "A"}
    events = [Cited(0, "anthropic", page), Cited(0, "anthropic", web), Cited(0, "anthropic", page)]
    assert [loss.path for loss in answer_losses(events, "openai_chat")] == [("answer", "citations")]
    assert answer_losses(events[1:2], "openai_responses") == []
    assert answer_losses(events, "anthropic") == []
    assert [loss.path for loss in answer_losses(events[1:2], "mistral")] == [("answer", "citations")]


@pytest.mark.parametrize("member", ["stop_details", "container", "context_management"])
async def test_what_claude_tells_beside_its_blocks_is_told_where_it_has_no_place(member: str) -> None:
    told = OpaqueEvent(
        "anthropic", {"message": {"diagnostics": {"a": 1}, member: {"id": "x"}}, "usage": {"speed": "a"}}
    )
    for dialect in ("gemini", "mistral", "openai_chat", "openai_responses"):
        assert [loss.path for loss in answer_losses([told], dialect)] == [("answer", member)]
    assert answer_losses([told], "anthropic") == []
    assert answer_losses([OpaqueEvent("anthropic", {"message": {}, "usage": {"speed": "a"}})], "gemini") == []


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
