"""Within one dialect nothing is lost: an unknown member anywhere in a request arrives, a stream comes byte for byte."""

from __future__ import annotations

import asyncio
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.events import Event
from tests.dialects.test_streams_across import answers, cut, told
from tests.support.examples import examples
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

TOOL = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}
IMAGE = "data:image/png;base64,iVBORw0KGgo="
REQUESTS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "openai_chat": (
        "/v1/chat/completions",
        {
            "model": "openai/m",
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": IMAGE}}]},
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "c", "content": "r"},
            ],
            "tools": [{"type": "function", "function": TOOL}],
            "stream_options": {"include_usage": True},
        },
        {},
    ),
    "openai_responses": (
        "/v1/responses",
        {
            "model": "openai/m",
            "store": False,
            "input": [
                {"role": "user", "content": [{"type": "input_image", "image_url": IMAGE}]},
                {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "r"},
            ],
            "tools": [{"type": "function", **TOOL}],
        },
        {},
    ),
    "anthropic": (
        "/v1/messages",
        {
            "model": "claude/m",
            "max_tokens": 9,
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]},
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {"a": {"b": 1}}}],
                },
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "r"}]},
            ],
            "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        },
        {"anthropic-version": "2023-06-01"},
    ),
    "gemini": (
        "/v1beta/models/gemini/m:streamGenerateContent?alt=sse",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}, {"inlineData": {"mimeType": "image/png", "data": "iVBO"}}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": {"b": 1}}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"r": 1}}}]},
            ],
            "tools": [{"functionDeclarations": [TOOL]}],
            "generationConfig": {"temperature": 0.5},
        },
        {"x-goog-api-key": "good"},
    ),
    "mistral": (
        "/mistral/v1/chat/completions",
        {
            "model": "mistral/m",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "abcdefghi", "function": {"name": "f", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "abcdefghi", "name": "f", "content": "r"},
            ],
            "tools": [{"type": "function", "function": TOOL}],
        },
        {},
    ),
}
SSE = {"content-type": "text/event-stream"}
UNKNOWN = "x_unknown"


def objects_in(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for entry in node for found in objects_in(entry)]
    if not isinstance(node, dict):
        return []
    return [node, *(found for value in node.values() for found in objects_in(value))]


def ask(dialect: str, tree: Any, *chunks: bytes) -> tuple[AsgiCall, Stand]:
    path, _, headers = REQUESTS[dialect]
    bare, _, query = path.partition("?")
    answer = ScriptedResponse(200, SSE, list(chunks)) if chunks else ScriptedResponse(418, {}, [b"{}"])
    call = AsgiCall(bare, json.dumps(tree, ensure_ascii=False).encode(), headers)
    call.scope["query_string"] = query.encode()

    async def asked() -> Stand:
        stand = Stand(policy_for("http://127.0.0.1:9"), ScriptedUpstream(answer))
        await call.run(stand.edge)
        return stand

    return call, asyncio.run(asked())


@pytest.mark.parametrize("dialect", REQUESTS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_an_unknown_member_at_any_depth_arrives(dialect: str, data: st.DataObject) -> None:
    tree = copy.deepcopy(REQUESTS[dialect][1])
    places = objects_in(tree)
    value = data.draw(
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda it: st.lists(it, max_size=2))
    )
    data.draw(st.sampled_from(range(len(places))).map(lambda place: places[place])).update({UNKNOWN: value})
    _, stand = ask(dialect, tree)
    (request,) = stand.upstream.requests
    sent = json.loads(request.body)
    if "model" in tree:
        assert sent.pop("model") == "m"
        tree.pop("model")
    assert json.dumps(sent) == json.dumps(tree)  # the order of members, too


def with_unknown(stream: bytes) -> bytes:
    """Every frame with a member that nobody knows, at its top and inside."""
    lines = []
    for line in stream.split(b"\n"):
        if line.startswith(b"data: {"):
            tree = json.loads(line[6:])
            for found in objects_in(tree)[:3]:
                found[UNKNOWN] = {"deep": [1]}
            line = b"data: " + json.dumps(tree).encode()  # noqa: PLW2901
        lines.append(line)
    return b"\n".join(lines)


@pytest.mark.parametrize("dialect", REQUESTS)
@settings(max_examples=examples(20))
@given(events=answers(), cuts=st.lists(st.integers(0, 10**6), max_size=8))
def test_a_stream_comes_byte_for_byte_however_it_is_cut(dialect: Any, events: list[Event], cuts: list[int]) -> None:
    stream = with_unknown(told(dialect, [[event] for event in events]))
    call, stand = ask(
        dialect, {**REQUESTS[dialect][1], **({} if dialect == "gemini" else {"stream": True})}, *cut(stream, cuts)
    )
    assert call.status == 200
    assert call.body == stream
    (row,) = stand.ledger.rows
    assert row.status == "ok"
    assert row.usage.total_tokens > 0


def test_a_body_that_calls_itself_a_stream_is_streamed() -> None:
    message = {"role": "assistant", "content": "whole"}
    body = json.dumps({"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    call, stand = ask("openai_chat", {**REQUESTS["openai_chat"][1], "stream": True}, *cut(body.encode(), [40]))
    assert call.status == 200
    assert b'"content":"whole"' in call.body
    assert call.body.endswith(b"data: [DONE]\n\n")
    assert [row.status for row in stand.ledger.rows] == ["ok"]


WHOLE_AS_DECIMALS: dict[str, dict[str, Any]] = {
    "openai_chat": {"max_tokens": 100.0, "n": 1.0},
    "openai_responses": {"max_output_tokens": 100.0},
    "anthropic": {"max_tokens": 100.0, "top_k": 5.0},
    "gemini": {"generationConfig": {"maxOutputTokens": 100.0, "topK": 5.0, "candidateCount": 1.0}},
    "mistral": {"max_tokens": 100.0, "random_seed": 7.0},
}
"""As clients write numbers whose language has no integers."""


@pytest.mark.parametrize("dialect", WHOLE_AS_DECIMALS)
def test_a_whole_number_may_be_written_with_decimals(dialect: str) -> None:
    tree = {**REQUESTS[dialect][1], **WHOLE_AS_DECIMALS[dialect]}
    _, stand = ask(dialect, tree)
    (request,) = stand.upstream.requests
    assert request.body.count(b"100.0") == 1, "it goes on as it came"


@pytest.mark.asyncio
@pytest.mark.parametrize("dialect", WHOLE_AS_DECIMALS)
async def test_it_reaches_another_dialect_as_a_whole_number(dialect: str) -> None:
    path, tree, headers = REQUESTS[dialect]
    path, _, query = path.partition("?")
    another = "openai/m" if dialect == "anthropic" else "claude/m"
    tree = {**tree, **WHOLE_AS_DECIMALS[dialect], **({} if dialect == "gemini" else {"model": another})}
    call = AsgiCall(path.replace("gemini/m", another), json.dumps(tree).encode(), headers)
    call.scope["query_string"] = query.encode()
    upstream = ScriptedUpstream(ScriptedResponse(418, {}, [b"{}"]))
    await call.run(Stand(policy_for("http://127.0.0.1:9"), upstream).edge)
    (request,) = upstream.requests
    sent = json.loads(request.body)
    assert repr(sent.get("max_tokens", sent.get("max_completion_tokens"))) == "100"
