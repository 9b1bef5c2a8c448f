"""Answers as servers give them that imitate a dialect, or speak an older form of it: what the client is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.core.policy import ProviderKind
from tests.support.one_provider import CHAT, MESSAGE, accounted, asked, events
from tests.support.recorded_provider import Performance
from tests.support.running import LoopThread

GO = [{"role": "user", "content": "go"}]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USE = {"type": "tool_use", "name": "f", "input": {"a": 1}}


def unnamed(*chunks: dict[str, Any]) -> Performance:
    frames = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return Performance(200, {"content-type": "text/event-stream"}, (frames.encode(),))


def chunks_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


@pytest.mark.parametrize("use", [USE, {**USE, "id": None}, {**USE, "id": ""}], ids=["none", "null", "empty"])
def test_calls_of_a_claude_without_ids_get_some(
    gateway_thread: LoopThread, tmp_path: Path, use: dict[str, Any]
) -> None:
    whole = {**MESSAGE, "content": [use, use], "stop_reason": "tool_use"}
    tree = {"model": "p/m", "messages": GO, "tools": TOOLS}
    response, _ = gateway_thread.run(asked("anthropic", whole, "/v1/chat/completions", tree, tmp_path))
    first, second = response.json()["choices"][0]["message"]["tool_calls"]
    assert first["id"]
    assert second["id"] not in ("", first["id"])


def test_a_streamed_call_of_a_claude_without_an_id_gets_one(gateway_thread: LoopThread, tmp_path: Path) -> None:
    stream = events(
        {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {**USE, "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {}},
        {"type": "message_stop"},
    )
    tree = {"model": "p/m", "messages": GO, "tools": TOOLS, "stream": True}
    response, _ = gateway_thread.run(asked("anthropic", stream, "/v1/chat/completions", tree, tmp_path))
    calls = [call for chunk in chunks_of(response.text) for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    assert calls[0]["id"]
    assert "".join(call["function"]["arguments"] for call in calls) == '{"a":1}'


@pytest.mark.parametrize("word", [None, "eos_token"])
def test_calls_wait_for_their_results_whatever_the_server_calls_its_end(
    gateway_thread: LoopThread, tmp_path: Path, word: str | None
) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [CALL]}}
    answer = {**CHAT, "choices": [{**choice, "finish_reason": word}]}
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    tree = {"model": "p/m", "max_tokens": 9, "messages": GO, "tools": tools}
    response, _ = gateway_thread.run(asked("openai", answer, "/v1/messages", tree, tmp_path))
    assert response.json()["stop_reason"] == "tool_use"


def test_a_gemini_that_gives_a_reason_with_every_chunk_ends_once(gateway_thread: LoopThread, tmp_path: Path) -> None:
    def chunk(part: dict[str, Any], word: str) -> dict[str, Any]:
        return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": word}]}

    stream = unnamed(
        chunk({"text": "a"}, "STOP"), chunk({"text": "b"}, "STOP"), chunk({"functionCall": {"name": "f"}}, "STOP")
    )
    tree = {"model": "p/m", "messages": GO, "tools": TOOLS, "stream": True}
    response, _ = gateway_thread.run(asked("gemini", stream, "/v1/chat/completions", tree, tmp_path))
    reasons = [choice["finish_reason"] for chunk in chunks_of(response.text) for choice in chunk["choices"]]
    assert [place for place, reason in enumerate(reasons) if reason is not None] == [len(reasons) - 1]
    assert reasons[-1] == "tool_calls"


def test_a_reason_in_a_chunk_of_its_own_reaches_geminis_client(gateway_thread: LoopThread, tmp_path: Path) -> None:
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    words = {"index": 0, "content": {"role": "model", "parts": [{"text": "a"}]}}
    end = {"index": 0, "content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": "STOP"}
    stream = unnamed(*({"candidates": [one], "usageMetadata": usage} for one in (words, end)))
    tree = {"contents": [{"role": "user", "parts": [{"text": "go"}]}]}
    path = "/v1beta/models/p/m:streamGenerateContent?alt=sse"
    response, _ = gateway_thread.run(asked("gemini", stream, path, tree, tmp_path))
    assert [chunk["candidates"] for chunk in chunks_of(response.text)] == [[words], [end]]


def test_calls_of_one_answer_stay_two_under_the_id_that_says_there_is_none(
    gateway_thread: LoopThread, tmp_path: Path
) -> None:
    calls = [{"id": "null", "function": {"name": "f", "arguments": json.dumps({"n": n})}} for n in (1, 2)]
    choice = {"index": 0, "message": {"role": "assistant", "content": "", "tool_calls": calls}}
    answer = {**CHAT, "choices": [{**choice, "finish_reason": "tool_calls"}]}
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    tree = {"model": "p/m", "max_tokens": 9, "messages": GO, "tools": tools}
    response, _ = gateway_thread.run(asked("mistral", answer, "/v1/messages", tree, tmp_path))
    first, second = response.json()["content"]
    assert (first["input"], second["input"]) == ({"n": 1}, {"n": 2})
    assert "null" not in (first["id"], second["id"])
    assert first["id"] != second["id"]


def test_thoughts_that_refer_to_something_are_shown(gateway_thread: LoopThread, tmp_path: Path) -> None:
    thinking = [
        {"type": "text", "text": "As "},
        {"type": "reference", "reference_ids": [1]},
        {"type": "text", "text": "told"},
    ]
    content = [{"type": "thinking", "thinking": thinking}, {"type": "text", "text": "ok"}]
    answer = {**CHAT, "choices": [{**CHAT["choices"][0], "message": {"role": "assistant", "content": content}}]}
    tree = {"model": "p/m", "max_tokens": 9, "messages": GO}
    response, _ = gateway_thread.run(asked("mistral", answer, "/v1/messages", tree, tmp_path))
    thought, text = response.json()["content"]
    assert (thought["thinking"], text["text"]) == ("As told", "ok")


def test_pieces_of_a_calls_arguments_reach_geminis_client(gateway_thread: LoopThread, tmp_path: Path) -> None:
    def chunk(call: dict[str, Any], **more: str) -> dict[str, Any]:
        return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"functionCall": call}]}, **more}]}

    piece = {"jsonPath": "$.a", "stringValue": "x", "willContinue": True}
    stream = unnamed(
        chunk({"name": "f", "willContinue": True}),
        chunk({"partialArgs": [piece], "willContinue": True}),
        chunk({}, finishReason="STOP"),
    )
    tree = {"contents": [{"role": "user", "parts": [{"text": "go"}]}]}
    path = "/v1beta/models/p/m:streamGenerateContent?alt=sse"
    response, _ = gateway_thread.run(asked("gemini", stream, path, tree, tmp_path))
    assert response.content == stream.pieces[0]


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_mark_of_byte_order_before_an_answer_is_no_part_of_it(
    gateway_thread: LoopThread, tmp_path: Path, kind: str
) -> None:
    body = json.dumps(CHAT if kind == "openai" else MESSAGE).encode()
    marked = Performance(200, {"content-type": "application/json"}, (b"\xef\xbb\xbf" + body,))
    tree = {"model": "p/m", "max_tokens": 9, "messages": GO}
    response, _ = gateway_thread.run(asked(kind, marked, "/v1/chat/completions", tree, tmp_path))  # type: ignore[arg-type]
    assert response.json()["choices"][0]["message"]["content"] == "ok"


def test_a_completion_that_would_be_fetched_later_is_refused(gateway_thread: LoopThread, tmp_path: Path) -> None:
    tree = {"model": "p/m", "messages": GO, "deferred": True}
    response, sent = gateway_thread.run(asked("xai", CHAT, "/v1/chat/completions", tree, tmp_path))
    assert (response.status_code, response.json()["error"]["param"]) == (400, "deferred")
    assert sent is None


UNTOLD: dict[str, tuple[str, dict[str, Any] | Performance]] = {
    "none said": ("openai", {**CHAT, "usage": {"prompt_tokens": 9}}),
    "none for words": ("openai", {**CHAT, "usage": {"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 9}}),
    "no number": ("anthropic", {**MESSAGE, "usage": {"input_tokens": 9, "output_tokens": "7"}}),
    "of the first piece alone": (
        "anthropic",
        events(
            {
                "type": "message_start",
                "message": {**MESSAGE, "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}},
            },
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word " * 50}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}},
            {"type": "message_stop"},
        ),
    ),
}


@pytest.mark.parametrize("case", UNTOLD)
def test_words_whose_tokens_nobody_counted_are_billed_by_our_count(
    gateway_thread: LoopThread, tmp_path: Path, case: str
) -> None:
    kind, answer = UNTOLD[case]
    tree = {"model": "p/m", "max_tokens": 9, "messages": GO, "stream": isinstance(answer, Performance)}
    row = gateway_thread.run(accounted(kind, answer, "/v1/messages", tree, tmp_path))  # type: ignore[arg-type]
    assert (row["status"], row["estimated"], row["input_tokens"]) == ("ok", True, 9)
    assert row["output_tokens"] >= (50 if isinstance(answer, Performance) else 1)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/chat/completions", {"messages": GO}),
        ("/v1/messages", {"messages": GO, "max_tokens": 9}),
        ("/v1/responses", {"input": "go", "store": False}),
        ("/v1/models/p/m:streamGenerateContent?alt=sse", {"contents": [{"parts": [{"text": "go"}]}]}),
    ],
)
def test_text_behind_the_reason_to_end_reaches_every_client(
    gateway_thread: LoopThread, tmp_path: Path, path: str, more: dict[str, Any]
) -> None:
    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    stream = unnamed(
        chunk({"content": "earlier"}), chunk({}, "stop"), chunk({"content": "later"}), chunk({"content": " on"})
    )
    tree = more if "models" in path else {"model": "p/m", "stream": True, **more}
    response, _ = gateway_thread.run(asked("mistral", stream, path, tree, tmp_path))
    assert response.status_code == 200
    assert "earlier" in response.text
    assert "later" in response.text
    if path == "/v1/messages":
        kinds = [chunk["type"] for chunk in chunks_of(response.text)]
        assert kinds[-2:] == ["message_delta", "message_stop"]
        assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2


@pytest.mark.parametrize("status", [201, 203])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_under_any_status_of_success_is_one(
    gateway_thread: LoopThread, tmp_path: Path, status: int, stream: bool
) -> None:
    # A framework's own for POST, and that of a proxy that changes what passes; SDKs take them for 200.
    chunks = [
        {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
    told = unnamed(*chunks) if stream else Performance(200, {}, (json.dumps(CHAT).encode(),))
    answer = replace(told, status=status)
    tree = {"model": "p/m", "messages": GO, "max_tokens": 9, "stream": stream}
    response, _ = gateway_thread.run(asked("openai", answer, "/v1/messages", tree, tmp_path))
    assert response.status_code == 200
    assert '"ok"' in response.text


def test_a_success_without_an_answer_is_none(gateway_thread: LoopThread, tmp_path: Path) -> None:
    tree = {"model": "p/m", "messages": GO}
    answer = Performance(202, {}, (b"{}",))
    response, _ = gateway_thread.run(asked("openai", answer, "/v1/chat/completions", tree, tmp_path))
    assert (response.status_code, response.json()["error"]["code"]) == (502, "upstream_invalid")


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/responses", {"input": "go", "store": False}),
        ("/mistral/v1/chat/completions", {"messages": GO}),
        ("/v1/models/p/m:generateContent", {"contents": [{"parts": [{"text": "go"}]}]}),
        ("/v1/messages", {"messages": GO, "max_tokens": 9}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_pictures_that_routers_put_beside_the_text_are_shown_where_there_is_a_place(
    gateway_thread: LoopThread, tmp_path: Path, path: str, more: dict[str, Any], stream: bool
) -> None:
    image = {"type": "image_url", "index": 0, "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    said = {"role": "assistant", "content": "Here.", "images": [image]}
    chunks = [
        {"choices": [{"index": 0, "delta": said, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
    whole = {**CHAT, "choices": [{"index": 0, "message": said, "finish_reason": "stop"}]}
    tree = more if "models" in path else {"model": "p/m", "stream": stream, **more}
    if stream:
        path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
    kind: ProviderKind = "mistral" if path == "/v1/responses" else "openai"  # OpenAI's own client asks for its own API
    response, _ = gateway_thread.run(asked(kind, unnamed(*chunks) if stream else whole, path, tree, tmp_path))
    assert response.status_code == 200
    assert "Here." in response.text
    has_none = path == "/v1/messages"
    assert ("iVBORw0KGgo=" in response.text) is not has_none
    assert response.headers.get("x-gateway-dropped") == ("answer.image" if has_none else None)


def test_indexes_may_have_a_decimal_point(gateway_thread: LoopThread, tmp_path: Path) -> None:
    stream = events(
        {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0.0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0.0, "delta": {"type": "text_delta", "text": "so "}},
        {"type": "content_block_delta", "index": 0.0, "delta": {"type": "text_delta", "text": "be it"}},
        {"type": "content_block_stop", "index": 0.0},
        {"type": "content_block_start", "index": 1.0, "content_block": {**USE, "id": "t", "input": {}}},
        {"type": "content_block_delta", "index": 1.0, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
        {"type": "content_block_stop", "index": 1.0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {}},
        {"type": "message_stop"},
    )
    tree = {"model": "p/m", "messages": GO, "tools": TOOLS, "stream": True}
    response, _ = gateway_thread.run(asked("anthropic", stream, "/v1/chat/completions", tree, tmp_path))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks_of(response.text)]
    assert "".join(delta.get("content") or "" for delta in deltas) == "so be it"
    assert sum(len(delta.get("tool_calls", ())) > 0 for delta in deltas) > 0


def test_choices_whose_indexes_have_a_decimal_point_stay_apart(gateway_thread: LoopThread, tmp_path: Path) -> None:
    def chunk(index: float, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {"choices": [{"index": index, "delta": delta, "finish_reason": reason}]}

    said = [chunk(index, {"content": word}) for index, word in ((0.0, "first"), (1.0, "second"))]
    stream = unnamed(*said, chunk(0.0, {}, "stop"), chunk(1.0, {}, "stop"))
    tree = {"contents": [{"parts": [{"text": "go"}]}], "generationConfig": {"candidateCount": 2}}
    path = "/v1/models/p/m:streamGenerateContent?alt=sse"
    response, _ = gateway_thread.run(asked("openai", stream, path, tree, tmp_path))
    told = {0: "", 1: ""}
    for one in chunks_of(response.text):
        for candidate in one.get("candidates", ()):
            told[candidate["index"]] += "".join(part["text"] for part in candidate["content"]["parts"])
    assert told == {0: "first", 1: "second"}
