"""What the imitated model says: a function of the request, within the limits that were asked for."""

import json

import pytest

from gateway.providers.simulated import words
from gateway.providers.simulated.schema_sample import sample
from gateway.providers.simulated.signatures import opened, sign, valid
from tests.support.simulated import calling

CHAT_PATH = "/openai/v1/chat/completions"


def asking(text: str, **more: object) -> dict:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


@pytest.mark.parametrize("text", ["", " ", "a", "two words", "  lead and trail \n\n", "ein" * 40, "é 漢字 🙂"])
def test_tokens_are_the_text(text):
    assert "".join(words.split(text)) == text
    assert words.count(text) == len(words.split(text))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "sample"),
        ({"type": "STRING", "minLength": 8}, "samplexx"),
        ({"type": "string", "maxLength": 3}, "sam"),
        ({"type": ["integer", "null"], "minimum": 7}, 7),
        ({"type": "number"}, 1.5),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": {"x": 1}}, {"x": 1}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"type": "array", "minItems": 2, "items": {"type": "integer"}}, [1, 1]),
        ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]}, {"a": 1}),
        (
            {"$ref": "#/$defs/N", "$defs": {"N": {"type": "object", "properties": {"d": {"format": "date"}}}}},
            {"d": "2026-01-02"},
        ),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
    ],
)
def test_samples_satisfy_their_schema(schema, value):
    assert sample(schema) == value


def test_a_schema_without_end_ends():
    assert sample({"$ref": "#"}) is None


def test_signatures_are_bound_to_kind_and_text():
    signature = sign("a", "thought")
    assert opened("a", signature) == "thought"
    assert valid("a", signature, "thought")
    assert not valid("b", signature, "thought")
    assert not valid("a", signature, "thought.")
    for place in range(0, len(signature), 5):
        altered = signature[:place] + ("B" if signature[place] == "A" else "A") + signature[place + 1 :]
        assert opened("a", altered) is None, place


@pytest.mark.asyncio
async def test_equal_requests_get_equal_bodies_and_other_ids():
    async with calling() as caller:
        first, second = [await caller.post(CHAT_PATH, asking("Hello")) for _ in range(2)]
    assert first.text == second.text
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert [exchange.id for exchange in caller.server.requests] == [
        first.headers["x-request-id"],
        second.headers["x-request-id"],
    ]


@pytest.mark.asyncio
async def test_stop_limit_choices_and_logprobs():
    async with calling() as caller:
        stopped = await caller.post(CHAT_PATH, asking("say one two three four", stop=["three"]))
        limited = await caller.post(CHAT_PATH, asking("say one two three four", max_tokens=2, n=3))
        told = await caller.post(CHAT_PATH, asking("say one two", logprobs=True, top_logprobs=2))
    assert stopped.json["choices"][0]["message"]["content"] == "one two "
    assert stopped.json["choices"][0]["finish_reason"] == "stop"
    assert [choice["message"]["content"] for choice in limited.json["choices"]] == ["one two"] * 3
    assert {choice["finish_reason"] for choice in limited.json["choices"]} == {"length"}
    assert limited.json["usage"]["completion_tokens"] == 6
    entries = told.json["choices"][0]["logprobs"]["content"]
    assert [entry["token"] for entry in entries] == ["one", " two"]
    assert all(len(entry["top_logprobs"]) == 2 for entry in entries)


@pytest.mark.asyncio
async def test_reasoning_is_spent_first():
    async with calling() as caller:
        got = await caller.post(CHAT_PATH, asking("Hello", max_completion_tokens=5) | {"model": "gpt-5"})
    choice, usage = got.json["choices"][0], got.json["usage"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "length")
    assert usage["completion_tokens"] == usage["completion_tokens_details"]["reasoning_tokens"] == 5


@pytest.mark.asyncio
async def test_stop_sequence_is_named_by_anthropic():
    async with calling() as caller:
        got = await caller.post(
            "/anthropic/v1/messages",
            asking("say one two three") | {"model": "claude-x", "max_tokens": 99, "stop_sequences": ["two"]},
        )
    assert (got.json["stop_reason"], got.json["stop_sequence"]) == ("stop_sequence", "two")


@pytest.mark.asyncio
async def test_schemas_are_satisfied_everywhere():
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    async with calling() as caller:
        chat = await caller.post(CHAT_PATH, asking("Hello", response_format=form))
        mistral = await caller.post("/mistral/v1/chat/completions", asking("Hello", response_format=form))
        responses = await caller.post(
            "/openai/v1/responses",
            {
                "model": "gpt-4o",
                "input": "Hello",
                "text": {"format": {"type": "json_schema", "schema": schema, "name": "x"}},
            },
        )
        claude = await caller.post(
            "/anthropic/v1/messages",
            asking("Hello") | {"max_tokens": 9, "output_config": {"format": {"type": "json_schema", "schema": schema}}},
        )
        gemini = await caller.post(
            "/gemini/v1beta/models/gemini-2.0-flash:generateContent",
            {
                "contents": {"parts": {"text": "Hello"}},
                "generationConfig": {"response_mime_type": "application/json", "responseSchema": schema},
            },
        )
    texts = [
        chat.json["choices"][0]["message"]["content"],
        mistral.json["choices"][0]["message"]["content"],
        responses.json["output"][0]["content"][0]["text"],
        claude.json["content"][0]["text"],
        gemini.json["candidates"][0]["content"]["parts"][0]["text"],
    ]
    assert [json.loads(text) for text in texts] == [{"n": 1}] * 5


@pytest.mark.asyncio
async def test_forced_tools_and_their_finish():
    tools = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("f", "g")]
    named = {"type": "function", "function": {"name": "g"}}
    async with calling() as caller:
        required = await caller.post(CHAT_PATH, asking("Hello", tools=tools, tool_choice="required"))
        forced = await caller.post(CHAT_PATH, asking("Hello", tools=tools, tool_choice=named))
        none = await caller.post(CHAT_PATH, asking("use tool f", tools=tools, tool_choice="none"))
        single = await caller.post(CHAT_PATH, asking("use tools f and g", tools=tools, parallel_tool_calls=False))
        given = await caller.post(CHAT_PATH, asking('use tool f with {"a": 1}', tools=tools))
    choices = [got.json["choices"][0] for got in (required, forced, none, single, given)]
    names = [[call["function"]["name"] for call in choice["message"].get("tool_calls", ())] for choice in choices]
    assert names == [["f"], ["g"], [], ["f"], ["f"]]
    assert [choice["finish_reason"] for choice in choices] == ["tool_calls", "stop", "stop", "tool_calls", "tool_calls"]
    assert choices[4]["message"]["tool_calls"][0]["function"]["arguments"] == '{"a": 1}'


@pytest.mark.asyncio
async def test_images_are_acknowledged_by_size():
    url = "data:image/png;base64,iVBORw0KGgo="
    async with calling() as caller:
        chat = await caller.post(
            CHAT_PATH, asking([{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": url}}])
        )
        gemini = await caller.post(
            "/gemini/v1/models/gemini-2.0-flash:generateContent",
            {
                "contents": [
                    {"parts": [{"text": "Look"}, {"inlineData": {"mime_type": "image/png", "data": "iVBORw0KGgo"}}]}
                ]
            },
        )
    assert "image of 8 bytes (image/png)" in chat.text
    assert "image of 8 bytes (image/png)" in gemini.text


@pytest.mark.asyncio
async def test_refusals_in_each_dialect():
    async with calling() as caller:
        chat = await caller.post(CHAT_PATH, asking("refuse to answer"))
        streamed = await caller.post(CHAT_PATH, asking("refuse to answer", stream=True))
        claude = await caller.post("/anthropic/v1/messages", asking("refuse to answer") | {"max_tokens": 99})
        gemini = await caller.post(
            "/gemini/v1/models/gemini-2.0-flash:generateContent",
            {"contents": [{"parts": [{"text": "refuse to answer"}]}]},
        )
    message = chat.json["choices"][0]["message"]
    assert message["content"] is None
    said = [event["choices"][0]["delta"].get("refusal") or "" for event in streamed.events]
    assert "".join(said) == message["refusal"]
    assert claude.json["stop_reason"] == "refusal"
    assert gemini.json["candidates"][0] == {"finishReason": "PROHIBITED_CONTENT", "index": 0}


@pytest.mark.asyncio
async def test_long_prompts_count_as_cached():
    long = "word " * 1500
    marked = [{"type": "text", "text": long, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    claude = {"model": "claude-x", "max_tokens": 99, "system": marked, "messages": [{"role": "user", "content": "Hi"}]}
    later = [*claude["messages"], {"role": "assistant", "content": "x"}, {"role": "user", "content": "y"}]
    async with calling() as caller:
        chat = await caller.post(CHAT_PATH, asking(long))
        writes = await caller.post("/anthropic/v1/messages", claude)
        written_bill = caller.server.requests[-1].bill
        reads = await caller.post("/anthropic/v1/messages", claude | {"messages": later})
        read_bill = caller.server.requests[-1].bill
    usage = chat.json["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 1408
    assert usage["prompt_tokens"] >= 1500
    usage = writes.json["usage"]
    assert usage["cache_creation"]["ephemeral_1h_input_tokens"] == usage["cache_creation_input_tokens"] >= 1500
    assert written_bill.cache_write_1h_tokens == written_bill.cache_write_tokens
    assert written_bill.input_tokens == usage["input_tokens"] + usage["cache_creation_input_tokens"]
    usage = reads.json["usage"]
    assert usage["cache_read_input_tokens"] == read_bill.cached_tokens >= 1500
    assert read_bill.input_tokens == usage["input_tokens"] + usage["cache_read_input_tokens"]


@pytest.mark.asyncio
async def test_usage_comes_only_where_it_would():
    async with calling() as caller:
        silent = await caller.post(CHAT_PATH, asking("Hello", stream=True))
        asked = await caller.post(CHAT_PATH, asking("Hello", stream=True, stream_options={"include_usage": True}))
    assert not any("usage" in event for event in silent.events)
    assert [bool(event["usage"]) for event in asked.events] == [False] * (len(asked.events) - 1) + [True]
    assert asked.events[-1]["choices"] == []


@pytest.mark.asyncio
async def test_xai_counts_reasoning_outside_completion():
    async with calling() as caller:
        got = await caller.post("/xai/v1/chat/completions", asking("Hello") | {"model": "grok-4.3"})
    usage = got.json["usage"]
    reasoning = usage["completion_tokens_details"]["reasoning_tokens"]
    assert reasoning > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + reasoning
    assert caller.server.requests[-1].bill.output_tokens == usage["completion_tokens"] + reasoning


@pytest.mark.asyncio
async def test_gemini_streams_an_array_unless_asked_for_events():
    body = {"contents": [{"parts": [{"text": "Hello"}]}]}
    path = "/gemini/v1beta/models/gemini-2.0-flash:streamGenerateContent"
    async with calling() as caller:
        array = await caller.post(path, body)
        events = await caller.post(path + "?alt=sse", body)
    assert array.headers["content-type"].startswith("application/json")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert array.json == events.events
    assert events.text.endswith("\r\n\r\n")
    assert "[DONE]" not in events.text
