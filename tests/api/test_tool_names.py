"""Names of tools that another provider does not take: it gets others, and the client never sees them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.running import RunningGateway

DOTTED = "crm.customers:look-up"
LONG = "mcp__a_server_with_a_long_name__" + "and_a_tool_of_" * 5 + "many_letters"
SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}}
ASK = f"use tool {DOTTED}"
TARGETS = [
    "openai/gpt-5-mini",
    "claude/claude-sonnet-4-5",
    "gemini/gemini-2.5-flash",
    "mistral/mistral-small-latest",
    "sim/m",
]


def of_gemini(name: str) -> dict[str, Any]:
    """Called once before, answered, and to be called again."""
    return {
        "contents": [
            {"role": "user", "parts": [{"text": ASK}]},
            {"role": "model", "parts": [{"functionCall": {"name": name, "args": {"id": "1"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": name, "response": {"output": "no"}}}]},
            {"role": "model", "parts": [{"text": "Again?"}]},
            {"role": "user", "parts": [{"text": ASK}]},
        ],
        "tools": [{"functionDeclarations": [{"name": name, "description": "x", "parameters": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [name]}},
    }


def of_anthropic(name: str) -> dict[str, Any]:
    call = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {"id": "1"}}
    return {
        "max_tokens": 200,
        "messages": [
            {"role": "user", "content": ASK},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "no"}]},
            {"role": "assistant", "content": "Again?"},
            {"role": "user", "content": ASK},
        ],
        "tools": [{"name": name, "description": "x", "input_schema": SCHEMA}],
        "tool_choice": {"type": "tool", "name": name},
    }


def asked(gateway: RunningGateway, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    sent = {"authorization": f"Bearer {gateway.key}", **headers}
    return httpx.post(gateway.url + path, json=body, headers=sent, timeout=30, trust_env=False)


def names_in(answer: httpx.Response) -> set[str]:
    """Of the calls in an answer of Claude's or Gemini's, streamed or whole."""
    trees = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                walk(each)
        elif isinstance(value, dict):
            if value.get("type") == "tool_use":
                found.add(value["name"])
            if "functionCall" in value:
                found.add(value["functionCall"]["name"])
            for each in value.values():
                walk(each)

    walk(trees or answer.json())
    return found


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", TARGETS)
@pytest.mark.parametrize("name", [DOTTED, "plain_name"])
def test_dots_and_colons_of_gemini_reach_everybody(
    gateway: RunningGateway, name: str, model: str, stream: bool
) -> None:
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    answer = asked(gateway, f"/gemini/v1beta/models/{model}:{verb}", of_gemini(name))
    assert answer.status_code == 200, answer.text
    assert names_in(answer) == {name}
    told = "tools[0].functionDeclarations[0] (approximated)" in answer.headers.get("x-gateway-dropped", "")
    assert told == (name == DOTTED and not model.startswith("gemini/"))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", TARGETS)
def test_a_hundred_letters_of_claude_reach_everybody(gateway: RunningGateway, model: str, stream: bool) -> None:
    body = {**of_anthropic(LONG), "model": model, "stream": stream}
    answer = asked(gateway, "/v1/messages", body)
    assert answer.status_code == 200, answer.text
    assert names_in(answer) == {LONG}
    told = "tools[0] (approximated)" in answer.headers.get("x-gateway-dropped", "")
    assert told == (not model.startswith("claude/"))


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_given_again_has_the_clients_names(gateway: RunningGateway, stream: bool) -> None:
    body = {**of_anthropic(LONG), "model": "openai/gpt-5-mini", "stream": stream}
    answers = [asked(gateway, "/v1/messages", body, **{"idempotency-key": f"names-{stream}"}) for _ in range(2)]
    assert answers[0].text == answers[1].text, "it is the first one, and no new one"
    assert [names_in(answer) for answer in answers] == [{LONG}, {LONG}]


@pytest.mark.parametrize(
    ("model", "told"),
    [("openai/gpt-4.1", True), ("openai/gpt-4o-mini", True), ("openai/gpt-5-mini", False), ("openai/o3", False)],
)
def test_a_wish_to_think_is_left_out_where_a_model_takes_none(gateway: RunningGateway, model: str, told: bool) -> None:
    body = {
        "model": model,
        "max_tokens": 4000,
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "messages": [{"role": "user", "content": "Hi"}],
    }
    answer = asked(gateway, "/v1/messages", body)
    assert answer.status_code == 200, answer.text
    dropped = answer.headers.get("x-gateway-dropped", "").split(", ")
    assert ("thinking" in dropped) == told
    none = {**body, "thinking": {"type": "disabled"}}
    assert asked(gateway, "/v1/messages", none, **{"x-gateway-strict": "1"}).status_code == 200, "nothing is lost"
    strict = asked(gateway, "/v1/messages", body, **{"x-gateway-strict": "1"})
    assert strict.status_code == (400 if told else 200)
