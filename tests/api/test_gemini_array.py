"""Gemini's stream without `alt=sse`: one JSON array, valid also where the answer broke."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.support.running import RunningGateway

BODY = {"contents": [{"role": "user", "parts": [{"text": "stream 5 chunks"}]}]}


def stream(gateway: RunningGateway, model: str, query: str = "") -> httpx.Response:
    url = f"{gateway.url}/v1beta/models/{model}:streamGenerateContent{query}"
    return httpx.post(url, json=BODY, headers={"x-goog-api-key": gateway.key})


@pytest.mark.parametrize("model", ["gemini/gemini-2.5-flash", "openai/gpt-5-mini", "claude/claude-sonnet-4-5"])
def test_an_array_of_chunks(gateway: RunningGateway, model: str) -> None:
    response = stream(gateway, model)
    assert response.headers["content-type"].startswith("application/json")
    chunks = response.json()
    text = "".join(part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"].get("parts", ()))
    assert text == "word0 word1 word2 word3 word4"
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["promptTokenCount"] > 0


@pytest.mark.parametrize("model", ["gemini/gemini-2.5-flash+cut-after=2", "openai/gpt-5-mini+cut-after=3"])
def test_a_broken_array_is_valid_and_says_so(gateway: RunningGateway, model: str) -> None:
    chunks = stream(gateway, model).json()
    assert chunks[-1]["error"]["code"] == 502


def test_events_where_they_are_asked_for(gateway: RunningGateway) -> None:
    response = stream(gateway, "gemini/gemini-2.5-flash", "?alt=sse")
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.splitlines() if line]
    assert all(line.startswith("data: ") for line in lines)
    assert json.loads(lines[-1][6:])["candidates"][0]["finishReason"] == "STOP"
