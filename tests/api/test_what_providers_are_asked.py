"""Requests as agents really send them, to providers that would answer 400 to their letter: what arrives there, and what
the client is told of it.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from tests.support.one_provider import CHAT, MESSAGE, asked, events
from tests.support.running import LoopThread, RunningGateway

PICTURE = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}


def test_claude_code_on_a_model_of_openai(gateway_thread: LoopThread, tmp_path: Path) -> None:
    shot = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "image", "source": PICTURE}]}
    tree = {
        "model": "p/gpt-5-mini",
        "max_tokens": 100,
        "temperature": 0.5,
        "metadata": {"user_id": f"user_{'0' * 64}_account__session_{'0' * 36}"},
        "messages": [
            {"role": "user", "content": "look"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}]},
            {"role": "user", "content": [shot, {"type": "text", "text": "well?"}]},
        ],
    }
    response, sent = gateway_thread.run(asked("openai", CHAT, "/v1/messages", tree, tmp_path))
    assert response.json()["content"][0]["text"] == "ok"
    assert set(response.headers["x-gateway-dropped"].split(", ")) == {
        "temperature",
        "messages[2].content[0].content[0] (approximated)",
        "metadata.user_id (approximated)",
    }
    assert "temperature" not in sent
    assert len(sent["user"]) <= 64
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "tool", "user"]
    assert [part["type"] for part in sent["messages"][3]["content"]] == ["text", "image_url", "text"]


def test_an_agent_of_openai_on_a_new_claude(gateway_thread: LoopThread, tmp_path: Path) -> None:
    broken = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"city": "Be'}}
    tree = {
        "model": "p/claude-sonnet-5",
        "temperature": 0,
        "messages": [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": "\n\n", "tool_calls": [broken]},
            {"role": "tool", "tool_call_id": "c1", "content": "arguments are no JSON"},
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "again"},
        ],
    }
    response, sent = gateway_thread.run(asked("anthropic", MESSAGE, "/v1/chat/completions", tree, tmp_path))
    assert response.json()["choices"][0]["message"]["content"] == "ok"
    assert set(response.headers["x-gateway-dropped"].split(", ")) == {
        "temperature",
        "messages[1].tool_calls[0] (approximated)",
        "messages[3] (approximated)",
    }
    assert (sent["max_tokens"], sent["system"], "temperature" in sent) == (32_000, "Be brief.", False)
    assert sent["messages"][1]["content"] == [
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"input": '{"city": "Be'}}
    ]


def test_penalties_reach_no_model_that_refuses_them(gateway: RunningGateway) -> None:
    """The simulated ones do so in the vendors' words; xAI's also where they are 0."""
    said = {"model": "gemini/gemini-2.5-flash", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {gateway.key}"}
    answer = httpx.post(f"{gateway.url}/v1/chat/completions", json={**said, "presence_penalty": 0.5}, headers=headers)
    assert (answer.status_code, answer.headers["x-gateway-dropped"]) == (200, "presence_penalty"), answer.text
    asked = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "generationConfig": {"presencePenalty": 0, "frequencyPenalty": 0.5},
    }
    url = f"{gateway.url}/v1beta/models/grok/grok-4.3:generateContent"
    answer = httpx.post(url, json=asked, headers={"x-goog-api-key": gateway.key})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-gateway-dropped"] == "generationConfig.frequencyPenalty"


def test_a_call_that_gemini_could_not_write(gateway_thread: LoopThread, tmp_path: Path) -> None:
    answer = {
        "candidates": [{"index": 0, "finishReason": "MALFORMED_FUNCTION_CALL"}],
        "usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 1},
    }
    tree = {"model": "p/gemini-3-pro", "messages": [{"role": "user", "content": "go"}]}
    response, _ = gateway_thread.run(asked("gemini", answer, "/v1/chat/completions", tree, tmp_path))
    assert response.status_code == 502
    assert "MALFORMED_FUNCTION_CALL" in response.json()["error"]["message"]


def test_codexs_freeform_tool_on_a_claude(gateway_thread: LoopThread, tmp_path: Path) -> None:
    block = {"type": "tool_use", "id": "toolu_1", "name": "apply_patch", "input": {}}
    pieces = [{"type": "input_json_delta", "partial_json": text} for text in ('{"input": "*** Beg', 'in\\n+a"}')]
    answer = events(
        {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": piece} for piece in pieces),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {}},
        {"type": "message_stop"},
    )
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"}
    tree = {
        "model": "p/claude-opus-5",
        "stream": True,
        "input": "patch it",
        "tools": [{"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": grammar}],
    }
    response, sent = gateway_thread.run(asked("anthropic", answer, "/v1/responses", tree, tmp_path))
    told = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    for one in told:
        TypeAdapter(ResponseStreamEvent).validate_python(one)
    assert told[-1]["response"]["output"][0]["input"] == "*** Begin\n+a"
    kinds = [one["type"] for one in told if "custom_tool_call_input" in one["type"]]
    assert kinds == ["response.custom_tool_call_input.delta", "response.custom_tool_call_input.done"]
    assert sent["tools"][0]["input_schema"]["required"] == ["input"]
    assert response.headers["x-gateway-dropped"] == "tools[0] (approximated), tools[0].format (approximated)"


def test_what_a_search_of_the_clients_own_found_is_told_to_a_model_of_openai(
    gateway_thread: LoopThread, tmp_path: Path
) -> None:
    found = {
        "type": "search_result",
        "source": "https://e.org/opening",
        "title": "Opening hours",
        "content": [{"type": "text", "text": "From nine."}, {"type": "text", "text": "To five."}],
        "citations": {"enabled": True},
    }
    given = {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "A note."}]}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [found]}
    tree = {
        "model": "p/gpt-5-mini",
        "max_tokens": 100,
        "messages": [
            {"role": "user", "content": [given, {"type": "text", "text": "When?"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}]},
            {"role": "user", "content": [result]},
        ],
    }
    response, sent = gateway_thread.run(asked("openai", CHAT, "/v1/messages", tree, tmp_path))
    assert response.json()["content"][0]["text"] == "ok"
    assert sent["messages"][0]["content"][0] == {"type": "text", "text": "A note."}
    told = sent["messages"][2]
    assert (told["role"], told["tool_call_id"]) == ("tool", "toolu_1")
    assert "Opening hours\nhttps://e.org/opening\n\nFrom nine.\n\nTo five." in json.dumps(told["content"]).replace(
        "\\n", "\n"
    )
    dropped = set(response.headers["x-gateway-dropped"].split(", "))
    assert {"messages[0].content[0] (approximated)", "messages[2].content[0].content[0].citations"} <= dropped
