"""Any history that OpenAI takes, told to every other provider: in the order of turns that its API demands.

The rules are the providers' own: Messages (turns alternate, results first and all at once, no blank text, system text
behind a user alone), generateContent (turns alternate, responses in the order of the calls), Mistral's validator
(mistral-common 1.13), and for chat completions results right behind their calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.codec import ProviderCodec
from gateway.dialects.openai_chat import CLIENT
from gateway.dialects.registry import LOCAL_PROVIDER_CODECS, PROVIDER_CODECS
from tests.support.examples import examples

Tree = dict[str, Any]

TEXTS = st.sampled_from(["hi", "a\n", " ", "\n\n", "", "größer"])
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PARTS = st.lists(TEXTS.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=3)
SAID = TEXTS | PARTS
MIDDLE = st.lists(st.sampled_from([{"role": role, "content": "mid"} for role in ("system", "developer")]), max_size=1)


@st.composite
def exchanges(draw: st.DrawFn, number: int) -> list[Tree]:
    """Calls side by side, and their results in any order."""
    ids = [f"call_{number}_{place}" for place in range(draw(st.integers(1, 3)))]
    arguments = draw(st.sampled_from(['{"a":1}', "", "{}", "{bad"]))
    calls = [{"id": one, "type": "function", "function": {"name": "f", "arguments": arguments}} for one in ids]
    results = [
        {"role": "tool", "tool_call_id": one, "content": draw(st.sampled_from(["ok", "", [PICTURE]]))}
        for one in draw(st.permutations(ids))
    ]
    return [{"role": "assistant", "content": draw(SAID | st.none()), "tool_calls": calls}, *results]


@st.composite
def histories(draw: st.DrawFn) -> list[Tree]:
    messages = draw(st.lists(st.just({"role": "system", "content": "s"}), max_size=2))
    for number in range(draw(st.integers(2, 4))):
        messages += [{"role": "user", "content": draw(SAID)} for _ in range(draw(st.integers(1, 2)))]
        messages += draw(MIDDLE)
        if draw(st.booleans()):
            messages += draw(exchanges(number))
            messages += draw(MIDDLE)
        if draw(st.booleans()):
            messages.append({"role": "assistant", "content": draw(SAID)})
            messages += draw(MIDDLE)
    return [*messages, {"role": "user", "content": "go"}, *draw(MIDDLE)]


def messages_api(body: Tree, system_turns: bool) -> None:
    turns = body["messages"]
    for before, turn, behind in zip(
        [{"role": ""}, *turns], turns, [*turns[1:], {"role": "", "content": []}], strict=False
    ):
        content = turn["content"]
        blocks = [{"type": "text", "text": content}] if type(content) is str else content
        assert turn["role"] != before["role"]
        assert turn["role"] != "system" or (system_turns and before["role"] == "user")
        assert blocks
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        if calls := sorted(block["id"] for block in blocks if block["type"] == "tool_use"):
            results = behind["content"][: len(calls)]
            assert behind["role"] == "user"
            assert sorted(block.get("tool_use_id", "") for block in results) == calls


def generate_content(body: Tree) -> None:
    contents = body["contents"]
    assert all(one["role"] != other["role"] for one, other in pairwise(contents))
    assert all(content["parts"] for content in contents)
    for content, behind in pairwise(contents):
        calls = [part["functionCall"]["id"] for part in content["parts"] if "functionCall" in part]
        results = [part["functionResponse"]["id"] for part in behind["parts"] if "functionResponse" in part]
        assert not calls or results == calls


def chat(body: Tree) -> None:
    waiting: set[str] = set()
    for message in body["messages"]:
        assert (message["role"] == "tool") == bool(waiting)
        waiting -= {message.get("tool_call_id", "")}
        waiting |= {call["id"] for call in message.get("tool_calls") or ()}
    assert not waiting


MISTRALS_NEXT = {
    "system": {"user", "assistant", "system"},
    "user": {"assistant", "system", "user"},
    "assistant": {"assistant", "user", "tool"},
    "tool": {"assistant", "tool", "user"},
}


def mistral(body: Tree) -> None:
    chat(body)
    roles = [message["role"] for message in body["messages"]]
    assert all(behind in MISTRALS_NEXT[role] for role, behind in pairwise(roles))
    assert roles[-1] in {"user", "tool"}
    assert all(
        message["content"] or message.get("tool_calls")
        for message in body["messages"]
        if message["role"] == "assistant"
    )


@pytest.mark.parametrize(
    ("codec", "model", "check"),
    [
        (PROVIDER_CODECS["anthropic"], "claude-opus-5", lambda body: messages_api(body, True)),
        (PROVIDER_CODECS["anthropic"], "claude-sonnet-4-5", lambda body: messages_api(body, False)),
        (PROVIDER_CODECS["gemini"], "gemini-3-pro", generate_content),
        (PROVIDER_CODECS["mistral"], "mistral-large-latest", mistral),
        (PROVIDER_CODECS["openai_chat"], "gpt-5.5", chat),
        (LOCAL_PROVIDER_CODECS["openai_chat"], "qwen3", chat),
    ],
    ids=["new claude", "older claude", "gemini", "mistral", "hosted", "local"],
)
@settings(max_examples=examples(80))
@given(histories())
def test_any_history_goes_in_the_order_that_the_provider_takes(
    codec: ProviderCodec, model: str, check: Callable[[Tree], None], messages: list[Tree]
) -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    tree = {"model": "m", "messages": messages, "tools": tools}
    conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))
    check(json.loads(codec.encode_request(conversation, model, False).body))
