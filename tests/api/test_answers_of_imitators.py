"""Answers as servers give them that imitate a dialect, or speak an older form of it: what the client is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.one_provider import CHAT, MESSAGE, asked, events
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
