"""A Responses body at the path of chat completions, as Cursor sends it: run as Responses, answered in chat's shape."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.support.running import LoopThread, RunningGateway
from tests.support.sdk_clients import openai_client

TOOLS = [
    {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {"at": {"type": "string"}}}},
    {"type": "function", "name": "write", "parameters": {"type": "object", "properties": {}}},
]
ASKED: dict[str, Any] = {
    "instructions": "You edit files.",
    "user": "somebody",
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "reasoning": {"effort": "medium", "summary": "auto"},
    "tools": TOOLS,
    "tool_choice": "auto",
}
MODELS = ["fast-chat", "grok/grok-4.3", "claude/claude-sonnet-5", "gemini/gemini-2.5-flash", "sim/local-small"]


@pytest.fixture
def client(gateway: RunningGateway) -> openai.OpenAI:
    return openai_client(gateway.url, gateway.key)


def stream(client: openai.OpenAI, body: dict[str, Any]) -> list[ChatCompletionChunk]:
    kind = openai.Stream[ChatCompletionChunk]
    sent = {**ASKED, **body, "stream": True}
    return list(client.post("/chat/completions", body=sent, cast_to=ChatCompletionChunk, stream=True, stream_cls=kind))


@pytest.mark.parametrize("model", MODELS)
def test_a_tool_is_called_in_chunks_and_its_result_is_read_as_an_item(client, model):
    asked = {"role": "user", "content": [{"type": "input_text", "text": 'use tool look with {"at": "a.py"}'}]}
    chunks = stream(client, {"model": model, "input": [asked]})
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]
    name, identifier = calls[0].function.name, calls[0].id
    arguments = "".join(call.function.arguments or "" for call in calls)
    assert (name, json.loads(arguments)) == ("look", {"at": "a.py"})
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "tool_calls"
    called = {"type": "function_call", "call_id": identifier, "name": name, "arguments": arguments}
    result = {"type": "function_call_output", "call_id": identifier, "output": "an empty file"}
    chunks = stream(client, {"model": model, "input": [asked, called, result]})
    said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert said.startswith("The tools answered look:")
    assert "an empty file" in said


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("options", [{}, {"stream_options": {"include_usage": True}}], ids=["unasked", "asked"])
def test_usage_is_told_in_a_stream_where_it_is_asked_for(client, model, options):
    chunks = stream(client, {"model": model, "input": "say good morning", **options})
    assert "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices) == "good morning"
    assert [bool(chunk.usage) for chunk in chunks if chunk.usage] == ([True] if options else [])


@pytest.mark.parametrize("model", MODELS)
def test_a_whole_answer_is_a_chat_completion(client, model):
    body = {**ASKED, "model": model, "input": "say good morning"}
    done = client.post("/chat/completions", body=body, cast_to=ChatCompletion)
    assert done.object == "chat.completion"
    assert done.choices[0].message.content == "good morning"
    assert done.usage.completion_tokens > 0


def test_a_provider_of_responses_gets_it_as_it_came(client, gateway: RunningGateway, gateway_thread: LoopThread):
    # Chat Completions could not carry the search, nor a model of another provider run it.
    asked = {"input": "say good morning", "tools": [*TOOLS, {"type": "web_search"}], "text": {"verbosity": "low"}}
    before = {row["request_id"] for row in gateway_thread.run(gateway.usage_rows())}
    stream(client, {"model": "fast-chat", **asked})
    (row,) = [row for row in gateway_thread.run(gateway.usage_rows()) if row["request_id"] not in before]
    assert (row["dialect"], row["status"], row["dropped"]) == ("openai_chat", "ok", None)
    with pytest.raises(openai.BadRequestError) as caught:
        stream(client, {"model": "claude/claude-sonnet-5", **asked})
    assert caught.value.param == "tools[2]"


def test_what_is_wrong_in_it_is_said_of_its_own_fields(client):
    with pytest.raises(openai.BadRequestError) as caught:
        stream(client, {"model": "fast-chat", "input": []})
    assert caught.value.param == "input"


def test_a_chat_completion_without_either_is_refused_as_one(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.post("/chat/completions", body={"model": "fast-chat"}, cast_to=ChatCompletion)
    assert caught.value.param == "messages"
