"""Requests as agents really send them, to providers that would answer 400 to their letter: what arrives there, and what
the client is told of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from gateway.core.policy import Policy, ProviderKind, ProviderPolicy, TeamPolicy, Timeouts
from tests.support.recorded_provider import Performance, playing
from tests.support.running import LoopThread, serving

CHAT = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
MESSAGE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
PICTURE = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}


async def asked(
    kind: ProviderKind, answer: dict[str, Any], path: str, tree: dict[str, Any], state: Path
) -> tuple[httpx.Response, Any]:
    """(what the client got, the body that the provider got) of `tree`, whose model's provider is called `p`."""
    performance = Performance(200, {}, (json.dumps(answer).encode(),))
    async with playing({"p": performance}) as provider:
        base = f"{provider.url}/p" + ("/v1" if kind == "openai" else "")
        told = ProviderPolicy(name="p", kind=kind, base_url=base, region="us", timeouts=Timeouts(total=30))
        teams = {"demo": TeamPolicy(name="demo", models=("*",))}
        policy = Policy(version="v", providers={"p": told}, models={}, teams=teams)
        async with serving(policy, state) as gateway, httpx.AsyncClient(timeout=30) as client:
            headers = {"authorization": f"Bearer {gateway.key}", "anthropic-version": "2023-06-01"}
            if "messages" not in path:
                del headers["anthropic-version"]
            response = await client.post(gateway.url + path, json=tree, headers=headers)
        return response, provider.received["p"][-1].body


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


def test_a_call_that_gemini_could_not_write(gateway_thread: LoopThread, tmp_path: Path) -> None:
    answer = {
        "candidates": [{"index": 0, "finishReason": "MALFORMED_FUNCTION_CALL"}],
        "usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 1},
    }
    tree = {"model": "p/gemini-3-pro", "messages": [{"role": "user", "content": "go"}]}
    response, _ = gateway_thread.run(asked("gemini", answer, "/v1/chat/completions", tree, tmp_path))
    assert response.status_code == 502
    assert "MALFORMED_FUNCTION_CALL" in response.json()["error"]["message"]
