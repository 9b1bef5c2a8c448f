"""What one model refuses and another of the same provider takes, the imitation refuses and takes by their names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.simulated import calling

CHAT_PATH, RESPONSES_PATH = "/openai/v1/chat/completions", "/openai/v1/responses"
CLAUDE_PATH = "/anthropic/v1/messages"
HI = {"role": "user", "content": "hi"}
BEGUN = {"role": "assistant", "content": "Sure:"}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
THINKS = {"type": "enabled", "budget_tokens": 1024}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}

OF_CLAUDE: list[tuple[str, dict[str, Any], str]] = [
    ("claude-opus-4-6", {"messages": [HI, BEGUN]}, "does not support assistant message prefill"),
    ("claude-sonnet-4-5", {"messages": [HI, {**BEGUN, "content": "Sure: "}]}, "cannot end with trailing whitespace"),
    ("claude-sonnet-4-5", {"messages": [HI, BEGUN], "thinking": THINKS}, "must start with a thinking block"),
    ("claude-sonnet-4-5", {"messages": [HI, {"role": "system", "content": "x"}]}, "'system' is not supported"),
    ("claude-opus-5", {"messages": [HI, BEGUN, {"role": "system", "content": "x"}, HI]}, "'system' is not supported"),
    ("claude-opus-5", {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-whitespace"),
    ("claude-opus-5", {"temperature": 0.5}, "deprecated"),
    ("claude-opus-5", {"top_k": 3}, "deprecated"),
    ("claude-sonnet-4-5", {"temperature": 0.5, "top_p": 0.9}, "cannot both"),
    ("claude-sonnet-4-5", {"thinking": THINKS, "top_k": 3}, "top_k"),
    ("claude-sonnet-4-5", {"thinking": THINKS, "top_p": 0.5}, "top_p"),
    ("claude-opus-5", {"thinking": THINKS}, "thinking.type.adaptive"),
    ("claude-sonnet-4-5", {"thinking": {"type": "adaptive"}}, "not supported on this model"),
    ("claude-3-5-haiku-latest", {"thinking": THINKS}, "does not support extended thinking"),
    ("claude-sonnet-4-0", {"output_config": {"effort": "low"}}, "effort"),
    ("claude-sonnet-4-6", {"output_config": {"effort": "xhigh"}}, "xhigh"),
    ("claude-sonnet-4-5", {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "12h"}}]}]}, "'5m' or '1h'"),
]  # fmt: skip

TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("claude-sonnet-4-5", {"messages": [HI, BEGUN]}),
    ("claude-sonnet-4-5", {"messages": [BEGUN, HI]}),
    ("claude-opus-5", {"messages": [HI, {"role": "assistant", "content": [SEARCH]}]}),
    ("claude-opus-5", {"messages": [HI, {"role": "system", "content": "x"}]}),
    ("claude-sonnet-4-5", {"temperature": 0.5}),
    ("claude-3-5-haiku-latest", {"temperature": 0.5, "top_p": 0.9}),
    ("claude-sonnet-4-6", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}),
    ("claude-opus-5", {"output_config": {"effort": "xhigh"}}),
    ("claude-2026", {"messages": [HI, BEGUN], "temperature": 0.5, "top_p": 0.9}),
]


async def asked(path: str, body: dict[str, Any]) -> tuple[int, str]:
    async with calling() as caller:
        got = await caller.post(path, body)
    return got.status, got.text


@pytest.mark.parametrize(("model", "more", "words"), OF_CLAUDE)
@pytest.mark.asyncio
async def test_a_claude_refuses(model: str, more: dict[str, Any], words: str) -> None:
    status, text = await asked(CLAUDE_PATH, {"model": model, "max_tokens": 2000, "messages": [HI], **more})
    assert (status, "invalid_request_error" in text) == (400, True)
    assert words in text


@pytest.mark.parametrize(("model", "more"), TAKEN)
@pytest.mark.asyncio
async def test_another_takes_it(model: str, more: dict[str, Any]) -> None:
    status, text = await asked(CLAUDE_PATH, {"model": model, "max_tokens": 2000, "messages": [HI], **more})
    assert status == 200, text


@pytest.mark.parametrize(
    ("model", "effort", "supported"),
    [
        ("o3", "none", "'low', 'medium', and 'high'"),
        ("gpt-5-mini", "none", "'minimal', 'low', 'medium', and 'high'"),
        ("gpt-5-pro", "low", "'high'."),
        ("gpt-5.1", "minimal", "'none', 'low', 'medium', and 'high'"),
        ("gpt-5.4", "max", "'none', 'low', 'medium', 'high', and 'xhigh'"),
    ],
)
@pytest.mark.asyncio
async def test_a_model_of_openai_names_the_efforts_that_it_takes(model: str, effort: str, supported: str) -> None:
    chat = {"model": model, "messages": [HI], "reasoning_effort": effort}
    whole = {"model": model, "input": "hi", "reasoning": {"effort": effort}}
    for path, body, param in ((CHAT_PATH, chat, "reasoning_effort"), (RESPONSES_PATH, whole, "reasoning.effort")):
        status, text = await asked(path, body)
        assert (status, f'"{param}"' in text, "unsupported_value" in text) == (400, True, True)
        assert supported in text


@pytest.mark.asyncio
async def test_the_o_series_is_not_told_how_to_call() -> None:
    body = {"model": "o4-mini", "messages": [HI], "tools": TOOLS, "parallel_tool_calls": True}
    status, text = await asked(CHAT_PATH, body)
    assert (status, "unsupported_parameter" in text) == (400, True)
    assert (await asked(CHAT_PATH, {**body, "model": "gpt-5-mini"}))[0] == 200
