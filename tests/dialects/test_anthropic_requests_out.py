"""A conversation as a request to Claude: what is written, and what is declared lost."""

import base64

import msgspec
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
from gateway.dialects.anthropic import CARRIES, PROVIDER
from gateway.dialects.anthropic.generations import generation, takes_sampling, takes_system_turns
from gateway.dialects.anthropic.schemas import closed
from gateway.dialects.losses import FEATURES
from gateway.errors import BadParameter, DialectCannotCarry

SAMPLED = "claude-sonnet-4-6"
"""The last of those that take sampling settings."""
HI = Message(role="user", parts=(Text(text="hi"),))
TOOL = Tool(name="f", schema={"type": "object", "properties": {}})


def text(role, words, **members):
    return Message(role=role, parts=(Text(text=words, **members),))


def encode(*messages, model="claude-sonnet-5", strict=False, features=(), **members):
    conversation = Conversation(
        model="asked", messages=messages or (HI,), features={name: (name,) for name in features}, **members
    )
    encoded = PROVIDER.encode_request(conversation, model, strict)
    losses = {loss.feature: loss.action for loss in encoded.losses}
    return msgspec.json.decode(encoded.body), losses


def test_a_plain_request():
    body, losses = encode(max_output_tokens=5, stream=True)
    assert body == {
        "model": "claude-sonnet-5",
        "max_tokens": 5,
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
    }
    assert losses == {}


def test_the_column_names_only_known_features():
    assert CARRIES.keys() <= FEATURES.keys()


def test_max_tokens_has_a_default_that_leaves_room_beside_thinking():
    assert encode()[0]["max_tokens"] == 32_000
    assert encode(model="claude-3-opus-20240229")[0]["max_tokens"] == 4096
    assert encode(model="a-model-of-another-vendor")[0]["max_tokens"] == 4096
    body, _ = encode(model="claude-sonnet-4-5", reasoning=ReasoningWish(enabled=True, budget_tokens=10_000))
    assert (body["max_tokens"], body["thinking"]["budget_tokens"]) == (32_000, 10_000)
    body, _ = encode(model="claude-sonnet-4-5", reasoning=ReasoningWish(enabled=True, budget_tokens=40_000))
    assert (body["max_tokens"], body["thinking"]["budget_tokens"]) == (44_096, 40_000)


# --- messages


def test_system_text_before_the_first_turn_is_the_system_prompt():
    body, _ = encode(text("system", "a"), text("developer", "b", cache=CacheMark("1h")), HI)
    assert body["system"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ]
    assert encode(text("system", "a"), HI)[0]["system"] == "a"


def test_later_system_text_stays_and_stands_behind_the_users_words_of_its_turn():
    body, _ = encode(
        HI, text("assistant", "b"), text("developer", "in French"), text("system", "short"), text("user", "c"),
        text("assistant", "d"), text("user", "e"), model="claude-opus-5",
    )  # fmt: skip
    assert "system" not in body
    assert [turn["role"] for turn in body["messages"]] == [
        "user", "assistant", "user", "system", "assistant", "user",
    ]  # fmt: skip
    assert [block["text"] for block in body["messages"][3]["content"]] == ["in French", "short"]


def test_later_system_text_never_stands_behind_the_assistant():
    body, _ = encode(
        text("user", " "), text("system", "a"), text("assistant", "b"), text("system", "c"), text("assistant", "d"),
        text("user", "e"), model="claude-opus-5",
    )  # fmt: skip
    assert [block["text"] for block in body["system"]] == ["a", "c"]
    assert [turn["role"] for turn in body["messages"]] == ["assistant", "user"]


def test_later_system_text_goes_to_the_beginning_where_the_model_takes_it_nowhere_else():
    body, losses = encode(
        text("system", "a"), HI, text("assistant", "b"), text("developer", "in French"), text("user", "c"),
        model="claude-sonnet-4-6", features=("system", "system_mid_conversation"),
    )  # fmt: skip
    assert [block["text"] for block in body["system"]] == ["a", "in French"]
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert losses == {"system_mid_conversation": "approximated"}


def test_turns_of_one_role_are_one_turn():
    body, _ = encode(HI, text("user", "there"))
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "text", "text": "there"}]}
    ]


def test_tool_results_go_first_in_their_turn():
    body, _ = encode(
        HI,
        Message(
            role="assistant",
            parts=(
                ToolCall(id="a", name="f", arguments='{"x":1}'),
                ToolCall(id="b", name="f", arguments=""),
            ),
        ),
        text("user", "meanwhile"),
        Message(role="tool", parts=(ToolResult(call_id="a", parts=(Text(text="1"),)),)),
        Message(role="tool", parts=(ToolResult(call_id="b", is_error=True),)),
    )
    assert body["messages"][1]["content"] == [
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "f", "input": {}},
    ]
    assert body["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "is_error": True},
        {"type": "text", "text": "meanwhile"},
    ]


@pytest.mark.parametrize("arguments", ["{private", '["private"]', '"private"', "private"])
def test_arguments_that_are_no_object_go_inside_one(arguments):
    call = ToolCall(id="a", name="f", arguments=arguments, at=("messages", 1, "tool_calls", 0))
    body, losses = encode(HI, Message(role="assistant", parts=(call,)), features=("tool_arguments",))
    assert body["messages"][1]["content"][0]["input"] == {"input": arguments}
    assert losses == {"tool_arguments": "approximated"}


def test_arguments_keep_their_digits():
    call = ToolCall(id="a", name="f", arguments='{"x":1.10,"y":1e2}')
    conversation = Conversation(model="asked", messages=(HI, Message(role="assistant", parts=(call,))))
    assert b'{"x":1.10,"y":1e2}' in PROVIDER.encode_request(conversation, "claude-sonnet-5", False).body


def test_an_id_with_letters_the_api_refuses_has_one_stand_in_for_call_and_result():
    strange = "functions.f:0"
    body, _ = encode(
        HI,
        Message(role="assistant", parts=(ToolCall(id=strange, name="f", arguments="{}"),)),
        Message(role="tool", parts=(ToolResult(call_id=strange, parts=(Text(text="1"),)),)),
    )
    (call,), (result,) = body["messages"][1]["content"], body["messages"][2]["content"]
    assert call["id"] == result["tool_use_id"]
    assert call["id"].replace("_", "").isalnum()


def test_nothing_empty_is_sent():
    body, _ = encode(
        text("system", ""),
        HI,
        text("assistant", ""),
        text("assistant", " \n\n"),
        Message(role="assistant", parts=(Refusal(text="\n"),)),
        Message(role="user", parts=(Text(text=""), Text(text="\n"), Text(text="more"))),
    )
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "text", "text": "more"}]}
    ]
    assert "system" not in body


@pytest.mark.parametrize("before", [(), (HI, text("assistant", "b"))])
@pytest.mark.parametrize("said", ["", " \n"])
def test_an_empty_question_that_nothing_asks_in_stead_of_is_refused(before: tuple[Message, ...], said: str):
    empty = Message(role="user", parts=(Text(text=said),), at=("messages", len(before)))
    with pytest.raises(DialectCannotCarry, match=rf"messages\[{len(before)}\] is empty.*Say something"):
        encode(*before, empty)


@pytest.mark.parametrize(
    ("messages", "sent"),
    [
        ((text("system", "s"), text("user", "")), [{"role": "user", "content": "s"}]),
        ((HI, text("user", ""), text("user", "")), [{"role": "user", "content": "hi"}]),
        (
            (HI, text("assistant", "b"), text("user", ""), text("system", "now")),
            [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "now"},
            ],
        ),
    ],
)
def test_behind_an_empty_question_what_was_said_before_asks(
    messages: tuple[Message, ...], sent: list[dict[str, object]]
):
    body, _ = encode(*messages)
    assert body["messages"] == sent


def test_own_thinking_is_replayed_first_and_foreign_thinking_declared():
    own = Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "s"))
    dark = Reasoning(provider_state=ProviderState("anthropic", "redacted_thinking", "d"))
    call = ToolCall(id="a", name="f", arguments="{}")
    body, losses = encode(
        HI,
        text("assistant", "let me see"),
        Message(role="assistant", parts=(own, dark, call)),
        features=("reasoning_replay",),
    )
    assert [block["type"] for block in body["messages"][1]["content"]] == [
        "thinking", "redacted_thinking", "text", "tool_use",
    ]  # fmt: skip
    assert body["messages"][1]["content"][0] == {"type": "thinking", "thinking": "hm", "signature": "s"}
    assert losses == {}

    foreign = Reasoning(text="hm", provider_state=ProviderState("gemini", "thoughtSignature", "s"))
    body, losses = encode(HI, Message(role="assistant", parts=(foreign, call)), features=("reasoning_replay",))
    assert [block["type"] for block in body["messages"][1]["content"]] == ["tool_use"]
    assert losses == {"reasoning_replay": "dropped"}


def test_blocks_of_server_tools_keep_the_order_of_their_turn():
    search = Opaque(dialect="anthropic", value={"type": "server_tool_use", "id": "s", "name": "web_search"})
    own = Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "s"))
    body, losses = encode(HI, Message(role="assistant", parts=(search, own)), features=("opaque_part",))
    assert [block["type"] for block in body["messages"][1]["content"]] == ["server_tool_use", "thinking"]
    assert losses == {}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        (Media(kind="image", data="iVBOR"), {"type": "base64", "media_type": "image/png", "data": "iVBOR"}),
        (
            Media(kind="image", data="/9j/", media_type="image/jpg"),
            {"type": "base64", "media_type": "image/jpeg", "data": "/9j/"},
        ),
        (Media(kind="image", url="https://x"), {"type": "url", "url": "https://x"}),
        (Media(kind="document", url="https://x"), {"type": "url", "url": "https://x"}),
        (
            Media(kind="document", data="JVBE", media_type="application/pdf"),
            {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
        ),
        (Media(kind="document", text="w"), {"type": "text", "media_type": "text/plain", "data": "w"}),
        (
            Media(kind="document", data=base64.b64encode("grüezi".encode()).decode(), media_type="text/markdown"),
            {"type": "text", "media_type": "text/plain", "data": "grüezi"},
        ),
    ],
)
def test_media(part, source):
    body, _ = encode(Message(role="user", parts=(part,)))
    assert body["messages"][0]["content"] == [{"type": part.kind, "source": source}]


def test_a_document_has_its_title_and_citations():
    part = Media(kind="document", text="w", name="T", cite=True, cache=CacheMark())
    body, _ = encode(Message(role="user", parts=(part,)))
    block = body["messages"][0]["content"][0]
    assert (block["title"], block["citations"]) == ("T", {"enabled": True})
    assert block["cache_control"] == {"type": "ephemeral"}


def test_a_document_of_a_kind_that_claude_does_not_read_is_refused():
    part = Media(kind="document", data="UEs", media_type="application/vnd.ms-excel")
    with pytest.raises(DialectCannotCarry):
        encode(Message(role="user", parts=(part,)), features=("document_data",))


def test_text_that_is_not_base64_is_refused_by_path():
    part = Media(kind="document", data="%%", media_type="text/plain", at=("messages", 0))
    with pytest.raises(BadParameter):
        encode(Message(role="user", parts=(part,)))


def test_refusals_go_as_text_and_citations_only_to_their_issuer():
    body, losses = encode(
        HI,
        Message(
            role="assistant",
            parts=(
                Refusal(text="no"),
                Text(text="see", citations=(("anthropic", {"type": "x"}), ("openai_chat", {"type": "y"}))),
            ),
        ),
        features=("refusal_replay", "citations_replay"),
    )
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "no"},
        {"type": "text", "text": "see", "citations": [{"type": "x"}]},
    ]
    assert losses == {"refusal_replay": "approximated"}


# --- tools


def test_tools_of_the_client_and_own_server_tools():
    search = {"type": "web_search_20250305", "name": "web_search"}
    body, _ = encode(
        tools=(
            Tool(name="f", description="d", schema={"properties": {"a": {"type": "string"}}}, cache=CacheMark()),
            Tool(name="g", strict=True, schema={"type": "object", "properties": {}}),
            Tool(name="h"),
            ServerTool(dialect="anthropic", type="web_search_20250305", value=search),
        )
    )
    assert body["tools"] == [
        {
            "name": "f",
            "description": "d",
            "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            "cache_control": {"type": "ephemeral"},
        },
        {
            "name": "g",
            "strict": True,
            "input_schema": {"type": "object", "properties": {}, "additionalProperties": False},
        },
        {"name": "h", "input_schema": {"type": "object", "properties": {}}},
        search,
    ]
    assert "tool_choice" not in body


@pytest.mark.parametrize(
    ("choice", "parallel", "wire"),
    [
        (ToolChoice(mode="auto"), None, {"type": "auto"}),
        (ToolChoice(mode="none"), False, {"type": "none"}),
        (ToolChoice(mode="required"), True, {"type": "any"}),
        (ToolChoice(mode="named", names=("f",)), False,
         {"type": "tool", "name": "f", "disable_parallel_tool_use": True}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
    ],
)  # fmt: skip
def test_tool_choices(choice, parallel, wire):
    assert encode(tools=(TOOL,), tool_choice=choice, parallel_tool_calls=parallel)[0]["tool_choice"] == wire


def test_several_allowed_tools_are_the_only_ones_offered():
    tools = tuple(Tool(name=name) for name in "abc")
    body, losses = encode(
        tools=tools, tool_choice=ToolChoice(mode="named", names=("a", "c")), features=("tool_choice_allowed",)
    )
    assert [tool["name"] for tool in body["tools"]] == ["a", "c"]
    assert body["tool_choice"] == {"type": "any"}
    assert losses == {"tool_choice_allowed": "approximated"}


def test_no_choice_without_tools():
    body, _ = encode(tool_choice=ToolChoice(mode="none"), parallel_tool_calls=False)
    assert "tool_choice" not in body


# --- settings


def test_plain_settings():
    body, losses = encode(
        model=SAMPLED, top_k=3, stop=("a", "b"), user="u", service_tier="default", temperature=0.3,
        features=("top_k", "stop", "user", "service_tier", "temperature"),
    )  # fmt: skip
    assert (body["top_k"], body["stop_sequences"], body["metadata"]) == (3, ["a", "b"], {"user_id": "u"})
    assert (body["service_tier"], body["temperature"]) == ("standard_only", 0.3)
    assert losses == {}


def test_a_service_tier_without_counterpart_is_declared():
    body, losses = encode(service_tier="flex", features=("service_tier",))
    assert "service_tier" not in body
    assert losses == {"service_tier": "dropped"}


def test_temperature_is_clipped_and_declared():
    body, losses = encode(model=SAMPLED, temperature=1.5, features=("temperature",))
    assert body["temperature"] == 1.0
    assert losses == {"temperature": "approximated"}


@pytest.mark.parametrize(
    ("temperature", "top_p", "wire", "lost"),
    [
        (0.5, 0.9, {"temperature": 0.5}, {"top_p": "dropped"}),
        (0.5, 1.0, {"temperature": 0.5}, {}),
        (1.0, 0.9, {"top_p": 0.9}, {}),
        (None, 0.9, {"top_p": 0.9}, {}),
    ],
)
def test_temperature_and_top_p_exclude_each_other(temperature, top_p, wire, lost):
    body, losses = encode(model=SAMPLED, temperature=temperature, top_p=top_p, features=("temperature", "top_p"))
    assert {name: body[name] for name in ("temperature", "top_p") if name in body} == wire
    assert losses == lost


def test_a_schema_is_closed_and_that_is_declared():
    schema = {"type": "object", "properties": {"a": {"type": "object", "properties": {}}, "enum": {"type": "string"}}}
    wanted = ResponseFormat(kind="json_schema", schema=schema, name="n", strict=True)
    body, losses = encode(response_format=wanted, features=("json_schema",))
    sent = body["output_config"]["format"]
    assert sent["type"] == "json_schema"
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["properties"]["a"]["additionalProperties"] is False
    assert losses == {"json_schema": "approximated"}
    assert "additionalProperties" not in schema


def test_a_closed_schema_goes_as_it_is():
    schema = {
        "type": "object",
        "properties": {
            "free": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {}},
            "default": {"type": "string", "default": {"type": "object", "properties": {}}},
        },
        "additionalProperties": False,
        "$defs": {"map": {"type": "object"}},
    }
    same, changed = closed(schema)
    assert same is schema
    assert not changed


def test_bounds_that_the_grammar_cannot_hold_are_told_in_words():
    schema = {
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0, "exclusiveMaximum": 150, "description": "In years."},
            "minimum": {"type": "string", "format": "password", "maxLength": 9, "pattern": "^[a-z]+$"},
            "when": {"type": "string", "format": "date-time"},
            "two": {"type": "array", "items": {"type": "number", "multipleOf": 0.5}, "minItems": 2, "maxItems": 2},
            "some": {"type": "array", "items": {"oneOf": [{"type": "null"}, {"type": "string"}]}, "minItems": 1},
        },
        "additionalProperties": False,
    }
    wanted = ResponseFormat(kind="json_schema", schema=schema)
    body, losses = encode(response_format=wanted, features=("json_schema",))
    assert body["output_config"]["format"]["schema"]["properties"] == {
        "age": {"type": "integer", "description": "In years. (minimum: 0, exclusiveMaximum: 150)"},
        "minimum": {"type": "string", "pattern": "^[a-z]+$", "description": 'format: "password", maxLength: 9'},
        "when": {"type": "string", "format": "date-time"},
        "two": {"type": "array", "items": {"type": "number", "description": "multipleOf: 0.5"},
                "description": "minItems: 2, maxItems: 2"},
        "some": {"type": "array", "items": {"anyOf": [{"type": "null"}, {"type": "string"}]}, "minItems": 1},
    }  # fmt: skip
    assert losses == {"json_schema": "approximated"}


def test_members_named_like_keywords_are_closed_too():
    schema = {"properties": {"default": {"type": "object", "properties": {"x": {}}}}}
    result, changed = closed(schema)
    assert changed
    assert result["properties"]["default"]["additionalProperties"] is False


@pytest.mark.parametrize(
    "feature",
    ["image_file", "candidates", "logprobs", "audio_input", "video_input", "server_state",
     "data_residency", "document_file"],
)  # fmt: skip
def test_what_would_change_the_meaning_is_refused_by_name(feature):
    with pytest.raises(DialectCannotCarry) as refused:
        encode(features=(feature,))
    assert refused.value.param == feature


def test_foreign_server_tools_and_opaque_parts_are_refused():
    with pytest.raises(DialectCannotCarry):
        encode(tools=(ServerTool(dialect="gemini", type="googleSearch", value={}),), features=("server_tool",))
    with pytest.raises(DialectCannotCarry):
        encode(Message(role="user", parts=(Opaque(dialect="gemini", value={}),)), features=("opaque_part",))


@pytest.mark.parametrize("feature", ["seed", "logit_bias", "verbosity", "metadata", "prompt_cache", "store"])
def test_what_tunes_or_costs_is_dropped_and_declared_unless_strict(feature):
    assert encode(features=(feature,))[1] == {feature: "dropped"}
    with pytest.raises(DialectCannotCarry):
        encode(features=(feature,), strict=True)


# --- thinking


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-2.1", "none"),
        ("claude-3-opus-20240229", "none"),
        ("claude-3-5-sonnet-20240620", "none"),
        ("anthropic.claude-3-5-haiku-latest", "none"),
        ("claude-3-7-sonnet-latest", "budget"),
        ("claude-sonnet-4-0", "budget"),
        ("claude-sonnet-4-20250514", "budget"),
        ("claude-4-opus-20250514", "budget"),
        ("claude-opus-4-1@20250805", "budget"),
        ("claude-haiku-4-5-20251001", "budget"),
        ("claude-opus-4-6", "adaptive"),
        ("claude-opus-4-10", "adaptive"),
        ("claude-sonnet-5", "adaptive"),
        ("claude-fable-5-2", "adaptive"),
        ("a-model-of-tomorrow", "adaptive"),
    ],
)
def test_generations(model, expected):
    assert generation(model) == expected


@pytest.mark.parametrize(
    ("model", "sampling", "system_turns"),
    [
        ("claude-3-7-sonnet-latest", True, False),
        ("claude-haiku-4-5-20251001", True, False),
        ("anthropic.claude-sonnet-4-6", True, False),
        ("claude-opus-4-7", False, False),
        ("claude-opus-4-8-20260528", False, True),
        ("claude-sonnet-5", False, False),
        ("claude-sonnet-5-20260630", False, False),
        ("claude-sonnet-5-5", False, True),
        ("claude-sonnet-5.5", False, True),
        ("claude-sonnet-55", False, True),
        ("claude-haiku-5-5", False, True),
        ("claude-of-tomorrow", False, True),
        ("kimi-k3", True, False),
    ],
)
def test_what_a_model_takes(model, sampling, system_turns):
    assert (takes_sampling(model), takes_system_turns(model)) == (sampling, system_turns)


def test_a_model_that_takes_no_sampling_is_told_none():
    body, losses = encode(
        model="claude-opus-5", temperature=0.2, top_p=0.9, top_k=40, features=("temperature", "top_p", "top_k")
    )
    assert not {"temperature", "top_p", "top_k"} & body.keys()
    assert losses == {"temperature": "dropped", "top_p": "dropped", "top_k": "dropped"}
    body, losses = encode(model="claude-opus-5", temperature=1, top_p=1.0, features=("temperature", "top_p"))
    assert not {"temperature", "top_p"} & body.keys()
    assert losses == {}


@pytest.mark.parametrize(
    ("model", "wish", "thinking", "effort", "lost"),
    [
        ("claude-sonnet-5", ReasoningWish(effort="high"), {"type": "adaptive"}, "high", {}),
        ("claude-sonnet-5", ReasoningWish(effort="minimal"), {"type": "adaptive"}, "low",
         {"reasoning": "approximated"}),
        ("claude-sonnet-5", ReasoningWish(effort="none"), {"type": "disabled"}, None, {}),
        ("claude-sonnet-5", ReasoningWish(enabled=False), {"type": "disabled"}, None, {}),
        ("claude-sonnet-5", ReasoningWish(enabled=True, budget_tokens=-1, show=True),
         {"type": "adaptive", "display": "summarized"}, None, {}),
        ("claude-sonnet-5", ReasoningWish(enabled=True, budget_tokens=5000), {"type": "adaptive"}, "medium",
         {"reasoning": "approximated"}),
        ("claude-sonnet-4-5", ReasoningWish(enabled=True, budget_tokens=5000),
         {"type": "enabled", "budget_tokens": 5000}, None, {}),
        ("claude-sonnet-4-5", ReasoningWish(effort="low"), {"type": "enabled", "budget_tokens": 2048}, None,
         {"reasoning": "approximated"}),
        ("claude-sonnet-4-5", ReasoningWish(budget_tokens=512), {"type": "enabled", "budget_tokens": 1024}, None,
         {"reasoning": "approximated"}),
        ("claude-sonnet-4-5", ReasoningWish(budget_tokens=0), {"type": "disabled"}, None, {}),
        ("claude-3-5-sonnet-20240620", ReasoningWish(effort="low"), None, None, {"reasoning": "dropped"}),
    ],
)  # fmt: skip
def test_the_wish_to_think_in_each_generations_shape(model, wish, thinking, effort, lost):
    body, losses = encode(model=model, reasoning=wish, features=("reasoning",))
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    assert losses == lost


def test_a_budget_fits_below_max_tokens_or_goes():
    wish = ReasoningWish(budget_tokens=9000)
    body, _ = encode(model="claude-sonnet-4-5", reasoning=wish, max_output_tokens=2000)
    assert body["thinking"]["budget_tokens"] == 1999
    body, losses = encode(model="claude-sonnet-4-5", reasoning=wish, max_output_tokens=1024, features=("reasoning",))
    assert "thinking" not in body
    assert losses == {"reasoning": "dropped"}


LOOP = (
    HI,
    Message(role="assistant", parts=(ToolCall(id="a", name="f", arguments="{}"),)),
    Message(role="tool", parts=(ToolResult(call_id="a", parts=(Text(text="1"),)),)),
)


def test_no_thinking_on_from_a_tool_use_without_its_thinking():
    body, losses = encode(
        *LOOP, model="claude-sonnet-4-5", reasoning=ReasoningWish(budget_tokens=2000), tools=(TOOL,), temperature=0.2,
        features=("reasoning", "temperature"),
    )  # fmt: skip
    assert "thinking" not in body
    assert body["temperature"] == 0.2
    assert losses == {"reasoning": "dropped"}
    with pytest.raises(DialectCannotCarry):
        encode(*LOOP, model="claude-sonnet-4-5", reasoning=ReasoningWish(effort="low"), features=("reasoning",),
               strict=True)  # fmt: skip


def test_effort_stays_where_thinking_cannot():
    body, losses = encode(*LOOP, reasoning=ReasoningWish(effort="low"), features=("reasoning",))
    assert "thinking" not in body
    assert body["output_config"] == {"effort": "low"}
    assert losses == {"reasoning": "approximated"}


def test_thinking_goes_on_where_the_tool_use_has_its_thinking():
    own = Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "s"))
    call = Message(role="assistant", parts=(own, *LOOP[1].parts))
    body, losses = encode(HI, call, LOOP[2], reasoning=ReasoningWish(effort="low"), features=("reasoning",))
    assert body["thinking"] == {"type": "adaptive"}
    assert losses == {}


def test_no_thinking_before_a_forced_tool():
    body, losses = encode(
        tools=(TOOL,), tool_choice=ToolChoice(mode="required"), reasoning=ReasoningWish(budget_tokens=2000),
        model="claude-sonnet-4-5", features=("reasoning", "tool_choice"),
    )  # fmt: skip
    assert "thinking" not in body
    assert losses == {"reasoning": "dropped"}


def test_sampling_goes_where_claude_thinks():
    body, losses = encode(
        model=SAMPLED, reasoning=ReasoningWish(effort="low"), temperature=0.5, top_p=0.5, top_k=4,
        features=("temperature", "top_p", "top_k", "reasoning"),
    )  # fmt: skip
    assert not {"temperature", "top_p", "top_k"} & body.keys()
    assert losses == {"temperature": "dropped", "top_p": "dropped", "top_k": "dropped"}
    body, losses = encode(
        model=SAMPLED, reasoning=ReasoningWish(effort="low"), top_p=0.97, features=("top_p", "reasoning")
    )
    assert body["top_p"] == 0.97
    assert losses == {}
