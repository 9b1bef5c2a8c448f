"""Freeform tools of a chat client, for servers whose chat knows functions alone: by the SDK, and back.

The simulated xAI refuses them in xAI's own words; llama.cpp is a real one.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.running import RunningGateway
from tests.support.sdk_clients import openai_client

pytestmark = pytest.mark.sdk

GRAMMAR = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "[a-z]+"}}
PATCH = {"type": "custom", "custom": {"name": "apply_patch", "description": "Edits files.", "format": GRAMMAR}}
LOOKUP = {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object", "properties": {}}}}
NAMED: Any = {"type": "custom", "custom": {"name": "apply_patch"}}
ASKED: list[Any] = [{"role": "user", "content": "Patch it"}]
CALLED: list[Any] = [
    *ASKED,
    {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "custom",
                                          "custom": {"name": "apply_patch", "input": "abc"}}]},
    {"role": "tool", "tool_call_id": "call_1", "content": "It is patched"},
]  # fmt: skip


def test_grok_calls_one(gateway: RunningGateway) -> None:
    with openai_client(gateway.url, gateway.key) as client:
        tools: Any = [LOOKUP, PATCH]
        raw = client.chat.completions.with_raw_response.create(
            model="grok/grok-4.3", messages=ASKED, tools=tools, tool_choice=NAMED
        )
        assert "tools[1]" in raw.headers["x-gateway-dropped"]
        [choice] = raw.parse().choices
        [call] = choice.message.tool_calls or []
        assert call.type == "custom"
        assert (call.custom.name, call.custom.input[:1] != "{") == ("apply_patch", True)
        with client.chat.completions.create(
            model="grok/grok-4.3", messages=ASKED, tools=tools, tool_choice=NAMED, stream=True
        ) as stream:
            pieces = [
                piece.model_dump() for chunk in stream for one in chunk.choices for piece in one.delta.tool_calls or ()
            ]
        assert "".join((piece.get("custom") or {}).get("input") or "" for piece in pieces) == call.custom.input


@pytest.mark.parametrize("model", ["grok/grok-4.3", "gpu/tiny"])
def test_its_result_is_told_though_nothing_is_offered_any_more(gateway: RunningGateway, model: str) -> None:
    with openai_client(gateway.url, gateway.key) as client:
        answer = client.chat.completions.create(model=model, messages=CALLED, max_tokens=20)
    assert answer.choices[0].message.content is not None


def test_a_request_without_one_goes_as_it_came(gateway: RunningGateway) -> None:
    tools: Any = [LOOKUP]
    with openai_client(gateway.url, gateway.key) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="grok/grok-4.3", messages=ASKED, tools=tools, extra_body={"search_parameters": {"mode": "off"}}
        )
    assert "x-gateway-dropped" not in raw.headers
    assert raw.parse().choices
