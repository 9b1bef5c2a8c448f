"""Conversations of other dialects, written as Responses requests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.messages import (
    CacheMark,
    Conversation,
    Media,
    Message,
    Opaque,
    ProviderState,
    Reasoning,
    ReasoningWish,
    Refusal,
    ResponseFormat,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.codec import Encoded
from gateway.dialects.losses import FEATURES
from gateway.dialects.openai_chat import CLIENT as CHAT
from gateway.dialects.openai_responses import CARRIES, PROVIDER
from gateway.errors import DialectCannotCarry

USER = Message(role="user", parts=(Text(text="q"),))
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}


def encode(*messages: Message, strict: bool = False, **more: Any) -> Encoded:
    conversation = Conversation(model="alias", messages=messages or (USER,), **more)
    return PROVIDER.encode_request(conversation, "m", strict)


def body(*messages: Message, **more: Any) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(encode(*messages, **more).body)
    return tree


def items(*messages: Message, **more: Any) -> list[Any]:
    written: list[Any] = body(*messages, **more)["input"]
    return written


def assistant(*parts: Any) -> Message:
    return Message(role="assistant", parts=parts)


def test_a_plain_request_stores_nothing_and_brings_reasoning_back() -> None:
    assert body() == {
        "model": "m",
        "input": [{"role": "user", "content": "q"}],
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    assert body(stream=True)["stream"] is True


def test_a_client_that_wants_its_answer_stored_gets_it_stored() -> None:
    tree = body(features={"store": ("store",)})
    assert tree["store"] is True
    assert "include" not in tree


def test_an_agents_history() -> None:
    assert items(
        Message(role="system", parts=(Text(text="S"),)),
        Message(role="developer", parts=(Text(text="D"), Text(text="E"))),
        USER,
        assistant(
            Text(text="I look."),
            ToolCall(id="c1", name="f", arguments='{"a":1}'),
            ToolCall(id="c2", name="g", arguments=""),
            ToolCall(id="c3", name="patch", arguments="", custom=True),
        ),
        Message(
            role="tool",
            parts=(
                ToolResult(call_id="c1", parts=(Text(text="one"),)),
                ToolResult(call_id="c2"),
                ToolResult(call_id="c3", custom=True, parts=(Text(text="ok"),)),
            ),
        ),
        assistant(Text(text="A"), Text(text="B"), Refusal(text="no")),
    ) == [
        {"role": "system", "content": "S"},
        {"role": "developer", "content": [{"type": "input_text", "text": t} for t in "DE"]},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
        {"type": "function_call", "call_id": "c2", "name": "g", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c3", "name": "patch", "input": ""},
        {"type": "function_call_output", "call_id": "c1", "output": "one"},
        {"type": "function_call_output", "call_id": "c2", "output": ""},
        {"type": "custom_tool_call_output", "call_id": "c3", "output": "ok"},
        {
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "A", "annotations": []},
                {"type": "output_text", "text": "B", "annotations": []},
                {"type": "refusal", "refusal": "no"},
            ],
        },
    ]


def test_media() -> None:
    parts = (
        Text(text="see"),
        Media(kind="image", data="AA==", media_type="image/jpeg"),
        Media(kind="image", url="https://e.org/a.png", detail="low"),
        Media(kind="document", data="QUJD", media_type="application/pdf", name="a.pdf"),
        Media(kind="document", url="https://e.org/a.pdf"),
        Media(kind="document", text="plain"),
    )
    expected = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "data:image/jpeg;base64,AA==", "detail": "auto"},
        {"type": "input_image", "image_url": "https://e.org/a.png", "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"},
        {"type": "input_file", "file_url": "https://e.org/a.pdf"},
        {"type": "input_text", "text": "plain"},
    ]
    assert items(Message(role="user", parts=parts)) == [{"role": "user", "content": expected}]
    result = ToolResult(call_id="c", parts=parts)
    assert items(Message(role="tool", parts=(result,)))[0]["output"] == expected


def test_call_ids_that_are_too_long_have_one_stand_in() -> None:
    long = "c" * 65
    call, result = items(
        assistant(ToolCall(id=long, name="f", arguments="{}")),
        Message(role="tool", parts=(ToolResult(call_id=long),)),
    )
    assert call["call_id"] == result["call_id"]
    assert len(call["call_id"]) <= 64


ITEM = '{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}'


def test_only_its_own_reasoning_is_replayed_and_the_rest_declared() -> None:
    own = Reasoning(text="", provider_state=ProviderState("openai_responses", "reasoning_item", ITEM))
    foreign = Reasoning(text="deep", provider_state=ProviderState("anthropic", "signature", "S"))
    at = {"reasoning_replay": ("messages", 0)}
    encoded = encode(assistant(own, Text(text="A")), features=at)
    assert encoded.losses == ()
    assert ITEM.encode() in encoded.body
    encoded = encode(assistant(own, foreign, Text(text="A")), features=at)
    assert [(loss.feature, loss.action) for loss in encoded.losses] == [("reasoning_replay", "dropped")]
    assert [item.get("type") for item in json.loads(encoded.body)["input"]] == ["reasoning", None]


def test_functions_say_whether_they_are_strict() -> None:
    """Left out, the API would close the schema and make every member required."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    tools = (
        Tool(name="f", description="d", schema=schema),
        Tool(name="g", strict=True, schema=schema),
        Tool(name="h"),
        Tool(name="p", custom=True, description="free"),
    )
    assert body(tools=tools)["tools"] == [
        {"type": "function", "name": "f", "description": "d", "parameters": schema, "strict": False},
        {"type": "function", "name": "g", "parameters": schema, "strict": True},
        {"type": "function", "name": "h", "parameters": {"type": "object", "properties": {}}, "strict": False},
        {"type": "custom", "name": "p", "description": "free"},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ToolChoice(mode="auto"), "auto"),
        (ToolChoice(mode="none"), "none"),
        (ToolChoice(mode="required"), "required"),
        (ToolChoice(mode="named", names=("f",)), {"type": "function", "name": "f"}),
        (ToolChoice(mode="named", names=("p",)), {"type": "custom", "name": "p"}),
        (ToolChoice(mode="named", names=("web_search",)), {"type": "web_search"}),
        (
            ToolChoice(mode="named", names=("f", "p")),
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "p"}],
            },
        ),
    ],
    ids=["auto", "none", "required", "function", "custom", "hosted", "allowed"],
)
def test_choices_among_tools(choice: ToolChoice, expected: Any) -> None:
    hosted = ServerTool(dialect="openai_responses", type="web_search", value={"type": "web_search"})
    tools = (Tool(name="f"), Tool(name="p", custom=True), hosted)
    assert body(tools=tools, tool_choice=choice)["tool_choice"] == expected
    if choice.mode in ("auto", "none"):
        assert "tool_choice" not in body(tool_choice=choice)


def test_settings() -> None:
    tree = body(
        max_output_tokens=99,
        temperature=0.5,
        top_p=0.9,
        logprobs=True,
        top_logprobs=3,
        user="u",
        metadata={"a": "b"},
        service_tier="standard_only",
        verbosity="low",
        prompt_cache_key="k",
        parallel_tool_calls=False,
        tools=(Tool(name="f"),),
        response_format=ResponseFormat(kind="json_schema", schema=CLOSED, strict=True),
        features={"metadata": ("metadata",)},
    )
    assert tree["include"] == ["reasoning.encrypted_content", "message.output_text.logprobs"]
    assert tree["text"] == {
        "format": {"type": "json_schema", "name": "response", "schema": CLOSED, "strict": True},
        "verbosity": "low",
    }
    expected = {
        "max_output_tokens": 99,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_logprobs": 3,
        "user": "u",
        "metadata": {"a": "b"},
        "service_tier": "default",
        "prompt_cache_key": "k",
        "parallel_tool_calls": False,
    }
    assert expected.items() <= tree.items()


def test_a_model_that_thinks_is_told_no_sampling() -> None:
    conversation = Conversation(
        model="m", messages=(USER,), temperature=0.2, top_p=0.9, features={"temperature": ("t",), "top_p": ("p",)}
    )
    encoded = PROVIDER.encode_request(conversation, "o3-mini", False)
    assert not {"temperature", "top_p"} & json.loads(encoded.body).keys()
    assert [loss.action for loss in encoded.losses] == ["dropped", "dropped"]
    assert json.loads(PROVIDER.encode_request(conversation, "gpt-5.5", False).body)["temperature"] == 0.2


def test_a_limit_below_what_the_api_takes_is_raised_and_declared() -> None:
    features = {"max_output_tokens": ("max_tokens",)}
    encoded = encode(max_output_tokens=5, features=features)
    assert json.loads(encoded.body)["max_output_tokens"] == 16
    assert [(loss.path, loss.action) for loss in encoded.losses] == [(("max_tokens",), "approximated")]
    assert encode(max_output_tokens=16, features=features).losses == ()


@pytest.mark.parametrize(
    ("wish", "expected", "exact"),
    [
        (ReasoningWish(effort="high"), {"effort": "high"}, True),
        (ReasoningWish(effort="none", enabled=False), {"effort": "none"}, True),
        (ReasoningWish(enabled=False), {"effort": "none"}, False),
        (ReasoningWish(budget_tokens=1024), {"effort": "low"}, False),
        (ReasoningWish(budget_tokens=-1, show=True), {"summary": "auto"}, False),
        (ReasoningWish(effort="low", show=False), {"effort": "low"}, True),
    ],
)
def test_how_much_to_think(wish: ReasoningWish, expected: dict[str, str], exact: bool) -> None:
    encoded = encode(reasoning=wish, features={"reasoning": ("thinking",)})
    assert json.loads(encoded.body)["reasoning"] == expected
    assert (encoded.losses == ()) is exact
    assert "reasoning" not in body(reasoning=ReasoningWish(enabled=True))


@pytest.mark.parametrize(
    "metadata",
    [{"n": 1}, {str(n): "v" for n in range(17)}, {"k" * 65: "v"}, {"k": "v" * 513}],
    ids=["no text", "too many", "long name", "long value"],
)
def test_metadata_that_the_api_would_refuse_is_left_out_and_declared(metadata: dict[str, Any]) -> None:
    encoded = encode(metadata=metadata, features={"metadata": ("metadata",)})
    assert "metadata" not in json.loads(encoded.body)
    assert [loss.action for loss in encoded.losses] == ["dropped"]


@pytest.mark.parametrize("feature", sorted(feature for feature in FEATURES if feature not in CARRIES))
def test_what_the_column_lacks_meets_its_fate(feature: str) -> None:
    """Noted, without the parts that could be replayed: of another dialect's conversation."""
    foreign: dict[str, dict[str, Any]] = {
        "opaque_part": {"messages": (assistant(Opaque(dialect="anthropic", value={})),)},
        "server_tool": {"tools": (ServerTool(dialect="gemini", type="google_search", value={}),)},
        "reasoning_replay": {"messages": (assistant(Reasoning(text="x")),)},
        "citations_replay": {"messages": (assistant(Text(text="x", citations=(("anthropic", {}),))),)},
    }
    settings: dict[str, Any] = {"messages": (USER,), **foreign.get(feature, {})}
    conversation = Conversation(model="m", features={feature: ("there",)}, **settings)
    if FEATURES[feature] == "meaning":
        with pytest.raises(DialectCannotCarry) as refused:
            PROVIDER.encode_request(conversation, "m", strict=False)
        assert refused.value.param == "there"
    else:
        losses = PROVIDER.encode_request(conversation, "m", strict=False).losses
        assert [(loss.feature, loss.action) for loss in losses] == [(feature, "dropped")]
        with pytest.raises(DialectCannotCarry):
            PROVIDER.encode_request(conversation, "m", strict=True)


@pytest.mark.parametrize(
    "part",
    [
        Media(kind="audio", data="AA=="),
        Media(kind="video", url="https://e.org/v.mp4"),
        Media(kind="image", file_id="file-1"),
        Opaque(dialect="gemini", value={}),
    ],
    ids=["audio", "film", "file", "opaque"],
)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_part_without_a_form_is_refused_even_unnoted(part: Any, role: Any) -> None:
    with pytest.raises(DialectCannotCarry):
        encode(Message(role=role, parts=(part,)))


def test_cache_marks_change_nothing_but_the_price() -> None:
    marked = Message(role="user", parts=(Text(text="q", cache=CacheMark()),))
    assert items(marked) == [{"role": "user", "content": "q"}]


def test_a_chat_request_becomes_a_responses_request() -> None:
    tree = {
        "model": "alias",
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "q, in JSON"}],
        "max_completion_tokens": 50,
        "reasoning_effort": "low",
        "response_format": {"type": "json_object"},
        "seed": 3,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    }
    conversation = CHAT.decode_request(tree, CHAT.envelope(tree, None, False))
    encoded = PROVIDER.encode_request(conversation, "m", strict=False)
    assert [loss.feature for loss in encoded.losses] == ["seed"]
    assert json.loads(encoded.body) == {
        "model": "m",
        "input": [{"role": "system", "content": "S"}, {"role": "user", "content": "q, in JSON"}],
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "max_output_tokens": 50,
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "json_object"}},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}],
        "tool_choice": {"type": "function", "name": "f"},
    }
