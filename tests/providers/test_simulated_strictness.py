"""What a provider refuses, its imitation refuses, in the provider's own words and shape."""

from typing import Any

import pytest

from tests.support.simulated import calling

HELLO = [{"role": "user", "content": "Hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
CHAT = {"model": "gpt-4o", "messages": HELLO}
CLAUDE = {"model": "claude-x", "max_tokens": 2000, "messages": HELLO}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
MISTRAL = {"model": "mistral-small", "messages": HELLO}
OPENAI_PATH, MISTRAL_PATH, CLAUDE_PATH = (
    "/openai/v1/chat/completions",
    "/mistral/v1/chat/completions",
    "/anthropic/v1/messages",
)
GEMINI_PATH, RESPONSES_PATH = "/gemini/v1beta/models/gemini-2.5-flash:generateContent", "/openai/v1/responses"


def chat_call(identifier: str) -> dict[str, Any]:
    return {"id": identifier, "type": "function", "function": {"name": "f", "arguments": "{}"}}


def claude_turns(*contents: Any) -> list[dict[str, Any]]:
    roles = ("user", "assistant", "user", "assistant")
    return [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]


USE = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
CLAUDE_TOOLS = [{"name": "f", "input_schema": {"type": "object"}}]
OPEN_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}

REFUSED = {
    "openai unknown field": (OPENAI_PATH, CHAT | {"top_k": 3}, "unknown_parameter"),
    "openai max_tokens of gpt-5": (OPENAI_PATH, CHAT | {"model": "gpt-5", "max_tokens": 9}, "max_completion_tokens"),
    "openai stop of o3": (OPENAI_PATH, CHAT | {"model": "o3-mini", "stop": ["x"]}, "unsupported_parameter"),
    "openai temperature of gpt-5": (OPENAI_PATH, CHAT | {"model": "gpt-5-mini", "temperature": 0}, "unsupported_value"),
    "openai stream_options alone": (OPENAI_PATH, CHAT | {"stream_options": {}}, "stream_options"),
    "openai id of 65": (
        OPENAI_PATH,
        CHAT | {"messages": [*HELLO, {"role": "assistant", "content": None, "tool_calls": [chat_call("c" * 65)]}]},
        "string_above_max_length",
    ),
    "openai call unanswered": (
        OPENAI_PATH,
        CHAT | {"messages": [*HELLO, {"role": "assistant", "content": None, "tool_calls": [chat_call("c1")]}, *HELLO]},
        "No tool message answers",
    ),
    "openai answer without call": (
        OPENAI_PATH,
        CHAT | {"messages": [*HELLO, {"role": "tool", "tool_call_id": "c1", "content": "x"}]},
        "must answer a call",
    ),
    "openai foreign part": (
        OPENAI_PATH,
        CHAT | {"messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]},
        "invalid_value",
    ),
    "openai open strict schema": (
        OPENAI_PATH,
        CHAT
        | {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "x", "strict": True, "schema": OPEN_SCHEMA},
            }
        },
        "additionalProperties",
    ),
    "openai json without the word": (OPENAI_PATH, CHAT | {"response_format": {"type": "json_object"}}, "'json'"),
    "openai choice without tools": (OPENAI_PATH, CHAT | {"tool_choice": "required"}, "tool_choice"),
    "openai choice of no tool": (
        OPENAI_PATH,
        CHAT | {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        "'g'",
    ),
    "openai broken image": (
        OPENAI_PATH,
        CHAT
        | {
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,%%"}}]}
            ]
        },
        "base64",
    ),
    "responses few tokens": (RESPONSES_PATH, {"model": "gpt-5", "input": "x", "max_output_tokens": 15}, "below_min"),
    "responses output without call": (
        RESPONSES_PATH,
        {"model": "gpt-5", "input": [{"type": "function_call_output", "call_id": "c1", "output": "x"}]},
        "No tool call found",
    ),
    "responses call without output": (
        RESPONSES_PATH,
        {"model": "gpt-5", "input": [{"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}]},
        "No tool output found",
    ),
    "responses chat part": (
        RESPONSES_PATH,
        {"model": "gpt-5", "input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        "invalid_value",
    ),
    "anthropic without max_tokens": (CLAUDE_PATH, {"model": "claude-x", "messages": HELLO}, "max_tokens"),
    "anthropic unknown field": (CLAUDE_PATH, CLAUDE | {"n": 2}, "Extra inputs"),
    "anthropic tool role": (CLAUDE_PATH, CLAUDE | {"messages": [*HELLO, {"role": "tool", "content": "x"}]}, "role"),
    "anthropic use unanswered": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns("a", [USE], "b"), "tools": CLAUDE_TOOLS},
        "without `tool_result`",
    ),
    "anthropic use at the end": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns("a", [USE]), "tools": CLAUDE_TOOLS},
        "without `tool_result`",
    ),
    "anthropic result without use": (CLAUDE_PATH, CLAUDE | {"messages": claude_turns([RESULT])}, "unexpected"),
    "anthropic text before result": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns("a", [USE], [{"type": "text", "text": "b"}, RESULT])},
        "must come first",
    ),
    "anthropic foreign id": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns("a", [USE | {"id": "call:1"}], [RESULT | {"tool_use_id": "call:1"}])},
        "should match pattern",
    ),
    "anthropic empty text": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns([{"type": "text", "text": ""}])},
        "non-empty",
    ),
    "anthropic made-up signature": (
        CLAUDE_PATH,
        CLAUDE | {"messages": claude_turns("a", [{"type": "thinking", "thinking": "x", "signature": "c2ln"}], "b")},
        "signature",
    ),
    "anthropic small budget": (
        CLAUDE_PATH,
        CLAUDE | {"thinking": {"type": "enabled", "budget_tokens": 1000}},
        "budget_tokens",
    ),
    "anthropic budget above the limit": (
        CLAUDE_PATH,
        CLAUDE | {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        "must be greater",
    ),
    "anthropic thinks and is forced": (
        CLAUDE_PATH,
        CLAUDE
        | {
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "tools": CLAUDE_TOOLS,
            "tool_choice": {"type": "any"},
        },
        "forces tool use",
    ),
    "anthropic turn without its thinking": (
        CLAUDE_PATH,
        CLAUDE
        | {
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "tools": CLAUDE_TOOLS,
            "messages": claude_turns("a", [USE], [RESULT]),
        },
        "Expected `thinking`",
    ),
    "anthropic five cache marks": (
        CLAUDE_PATH,
        CLAUDE
        | {"messages": claude_turns([{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5)},
        "maximum of 4",
    ),
    "anthropic warm": (CLAUDE_PATH, CLAUDE | {"temperature": 1.5}, "temperature"),
    "gemini unknown config": (
        GEMINI_PATH,
        GEMINI | {"generationConfig": {"maxTokens": 3}},
        'Unknown name \\"maxTokens',
    ),
    "gemini unknown field": (GEMINI_PATH, GEMINI | {"messages": []}, 'Unknown name \\"messages'),
    "gemini unknown schema keyword": (
        GEMINI_PATH,
        GEMINI
        | {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "parameters": {"type": "OBJECT", "$schema": "x", "strict": True}}
                    ]
                }
            ]
        },
        "Unknown name",
    ),
    "gemini role": (GEMINI_PATH, {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "valid role"),
    "gemini call unanswered": (
        GEMINI_PATH,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
                {"role": "user", "parts": [{"text": "y"}]},
            ]
        },
        "number of function response parts",
    ),
    "gemini result that is no object": (
        GEMINI_PATH,
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": "rain"}}]},
            ]
        },
        "Struct",
    ),
    "gemini made-up signature": (
        GEMINI_PATH,
        {"contents": [*GEMINI["contents"], {"role": "model", "parts": [{"text": "x", "thoughtSignature": "c2ln"}]}]},
        "Corrupted",
    ),
    "mistral last is the assistant": (
        MISTRAL_PATH,
        MISTRAL | {"messages": [*HELLO, {"role": "assistant", "content": "x"}]},
        "3230",
    ),
    "mistral id": (
        MISTRAL_PATH,
        MISTRAL
        | {
            "messages": [
                *HELLO,
                {"role": "assistant", "content": "", "tool_calls": [chat_call("call_1")]},
                {"role": "tool", "tool_call_id": "call_1", "content": "x"},
            ]
        },
        "3280",
    ),
    "xai stop of a reasoning model": (
        "/xai/v1/chat/completions",
        CHAT | {"model": "grok-4.3", "stop": ["x"]},
        "does not support parameter stop",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.asyncio
async def test_refuses_with_400(case):
    path, body, words = REFUSED[case]
    async with calling() as caller:
        got = await caller.post(path, body)
    assert got.status == 400, got.text
    assert words in got.text
    assert caller.server.requests[-1].outcome == "refused"
    assert caller.server.requests[-1].bill is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (MISTRAL | {"stream_options": {"include_usage": True}}, ["body", "stream_options"]),
        (MISTRAL | {"seed": 1}, ["body", "seed"]),
        (MISTRAL | {"max_completion_tokens": 1}, ["body", "max_completion_tokens"]),
        (
            MISTRAL | {"messages": [{"role": "user", "content": "x", "name": "n"}]},
            ["body", "messages", 0, "user", "name"],
        ),
        (MISTRAL | {"messages": [{"role": "developer", "content": "x"}]}, ["body", "messages", 0]),
    ],
)
@pytest.mark.asyncio
async def test_mistral_refuses_what_it_does_not_know_with_422(body, where):
    async with calling() as caller:
        got = await caller.post(MISTRAL_PATH, body)
    assert got.status == 422
    assert got.json["detail"][0]["loc"] == where


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"tools": [{"type": "custom", "name": "f"}]}, 422, "unknown variant `custom`"),
        ({"tools": [{"type": "namespace", "name": "n", "tools": []}]}, 422, "unknown variant `namespace`"),
        ({"tools": [{"type": "web_search", "external_web_access": True}]}, 400, "external_web_access"),
        ({"input": [{"type": "custom_tool_call_output", "call_id": "c", "output": "x"}]}, 422, "ModelInput"),
        ({"input": [{"type": "reasoning", "id": "rs", "summary": [], "content": None}, *HELLO]}, 422, "ModelInput"),
    ],
)
@pytest.mark.asyncio
async def test_xai_refuses_what_only_openai_knows(more, status, words):
    async with calling() as caller:
        got = await caller.post("/xai/v1/responses", {"model": "grok-4.3", "input": "Hi", **more})
    assert got.status == status
    assert words in got.text


KEYS = {"authorization": "", "x_api_key": "", "x_goog_api_key": ""}


@pytest.mark.parametrize(
    ("path", "body", "keys", "status", "shape"),
    [
        (OPENAI_PATH, CHAT, KEYS, 401, {"error"}),
        (OPENAI_PATH, CHAT, {"authorization": "Bearer invalid"}, 401, {"error"}),
        (OPENAI_PATH, CHAT, KEYS | {"x_api_key": "sk"}, 401, {"error"}),
        (CLAUDE_PATH, CLAUDE, KEYS, 401, {"type", "error", "request_id"}),
        (CLAUDE_PATH, CLAUDE, {"anthropic_version": ""}, 400, {"type", "error", "request_id"}),
        (CLAUDE_PATH, CLAUDE, KEYS | {"authorization": "Bearer sk"}, 200, None),
        (GEMINI_PATH, GEMINI, KEYS, 403, {"error"}),
        (GEMINI_PATH, GEMINI, {"x_goog_api_key": "invalid"}, 400, {"error"}),
        (GEMINI_PATH + "?key=k", GEMINI, KEYS, 200, None),
        (MISTRAL_PATH, MISTRAL, KEYS, 401, {"detail"}),
        ("/xai/v1/chat/completions", CHAT, KEYS, 400, {"code", "error"}),
        ("/local/v1/chat/completions", CHAT, KEYS, 200, None),
    ],
)
@pytest.mark.asyncio
async def test_credentials(path, body, keys, status, shape):
    async with calling() as caller:
        got = await caller.post(path, body, **keys)
    assert got.status == status, got.text
    assert shape is None or set(got.json) == shape


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (OPENAI_PATH, CHAT | {"model": "does-not-exist"}, 404),
        (RESPONSES_PATH, {"model": "does-not-exist", "input": "x"}, 400),
        (CLAUDE_PATH, CLAUDE | {"model": "does-not-exist"}, 404),
        ("/gemini/v1/models/does-not-exist:generateContent", GEMINI, 404),
        ("/openai/v1/nothing", CHAT, 404),
        ("/gemini/v1/models/m:nothing", GEMINI, 404),
        ("/openai/v1/models", CHAT, 405),
        (OPENAI_PATH, [], 400),
        (OPENAI_PATH, {"model": "m", "messages": [7]}, 400),
        (CLAUDE_PATH, {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": [7]}]}, 400),
        (GEMINI_PATH, {"contents": [7]}, 400),
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_there(path, body, status):
    async with calling() as caller:
        assert (await caller.post(path, body)).status == status


@pytest.mark.parametrize("model", ["gpt-5.1", "gpt-5.4-nano"])
@pytest.mark.asyncio
async def test_newer_models_that_do_not_think_unasked_take_a_temperature(model):
    async with calling() as caller:
        got = await caller.post(RESPONSES_PATH, {"model": model, "input": "x", "temperature": 0})
        assert got.json["usage"]["output_tokens_details"]["reasoning_tokens"] == 0
        assert (await caller.post(OPENAI_PATH, CHAT | {"model": model, "temperature": 0})).status == 200
