"""What a client of the Messages API may send, as a conversation."""

import copy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.edits import apply_edits
from gateway.core.messages import (
    CacheMark,
    Conversation,
    Media,
    Opaque,
    ProviderState,
    Reasoning,
    ReasoningWish,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.anthropic import CLIENT, PROVIDER
from gateway.dialects.losses import FEATURES
from gateway.dialects.state_in_ids import seal
from gateway.errors import BadParameter, BadRequest

TEXT_BLOCK = {"type": "text", "text": "a"}


def request(**members):
    return {"model": "claude-sonnet-5", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]} | members


def decode(**members) -> Conversation:
    tree = request(**members)
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))


def user(*blocks):
    return decode(messages=[{"role": "user", "content": list(blocks)}])


# --- the envelope


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"model": "m" * 513}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"stream": "true"}, "stream"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": 2**31}, "max_tokens"),
        ({"stop_sequences": ["x"] * 65}, "stop_sequences"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"tools": [{}] * 4097}, "tools"),
        ({"thinking": {"type": "enabled", "budget_tokens": -5}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "enabled", "budget_tokens": "many"}}, "thinking.budget_tokens"),
    ],
)
def test_what_costs_or_endangers_is_refused_by_name(members, param):
    with pytest.raises(BadParameter) as refused:
        CLIENT.envelope(request(**members), None, False)
    assert refused.value.param == param


def test_the_envelope_tells_what_was_asked():
    envelope = CLIENT.envelope(request(stream=True, max_tokens=0), None, False)
    assert (envelope.model, envelope.stream, envelope.max_output_tokens) == ("claude-sonnet-5", True, 0)
    assert CLIENT.envelope(request(max_tokens=None, stream=None), None, False).max_output_tokens is None


# --- messages


def test_a_system_prompt_is_the_first_message_and_keeps_its_cache_mark():
    conversation = decode(
        system=[{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    )
    first = conversation.messages[0]
    assert first.role == "system"
    assert first.parts == (Text(text="be brief", cache=CacheMark("1h"), at=("system", 0)),)
    assert conversation.features["cache_control"] == ("system", 0, "cache_control")
    assert conversation.features["system"] == ("system",)


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_system_prompt_is_none(empty):
    assert [message.role for message in decode(system=empty).messages] == ["user"]


def test_tool_results_become_a_tool_message_before_the_words_of_their_turn():
    conversation = user(
        {"type": "text", "text": "look"},
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": "42", "is_error": True},
    )
    assert [message.role for message in conversation.messages] == ["tool", "user"]
    result = conversation.messages[0].parts[0]
    assert isinstance(result, ToolResult)
    assert (result.call_id, result.is_error) == ("toolu_1", True)
    assert [part.text for part in result.parts] == ["42"]
    assert {"tool_results", "tool_result_error"} <= conversation.features.keys()


def test_a_tool_result_may_hold_an_image():
    source = {"type": "base64", "media_type": "image/png", "data": "iVBOR"}
    conversation = user(
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image", "source": source}]},
    )
    part = conversation.messages[0].parts[0].parts[0]
    assert isinstance(part, Media)
    assert (part.kind, part.data, part.media_type) == ("image", "iVBOR", "image/png")
    assert {"image_data", "tool_result_media"} <= conversation.features.keys()


@pytest.mark.parametrize(
    ("block", "expected", "feature"),
    [
        ({"type": "image", "source": {"type": "url", "url": "https://x"}}, {"url": "https://x"}, "image_url"),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, {"file_id": "f"}, "image_file"),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JV"}},
            {"data": "JV", "media_type": "application/pdf"},
            "document_data",
        ),
        ({"type": "document", "source": {"type": "url", "url": "https://x"}}, {"url": "https://x"}, "document_url"),
        ({"type": "document", "source": {"type": "file", "file_id": "f"}}, {"file_id": "f"}, "document_file"),
        (
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
            {"text": "words"},
            "document_text",
        ),
        ({"type": "document", "source": {"type": "content", "content": "words"}}, {"text": "words"}, "document_text"),
        (
            {"type": "document", "source": {"type": "content", "content": [TEXT_BLOCK, TEXT_BLOCK]}},
            {"text": "a\n\na"},
            "document_text",
        ),
        (
            {"type": "search_result", "source": "https://e.org", "title": "T", "content": [TEXT_BLOCK]},
            {"kind": "document", "text": "T\nhttps://e.org\n\na"},
            "document_text",
        ),
    ],
)
def test_media_of_every_source(block, expected, feature):
    conversation = user(block)
    part = conversation.messages[0].parts[0]
    assert isinstance(part, Media)
    for name, value in expected.items():
        assert getattr(part, name) == value
    assert conversation.features == {"max_output_tokens": ("max_tokens",), feature: ("messages", 0, "content", 0)}


def test_a_document_keeps_title_and_wish_for_citations_and_tells_what_it_cannot_keep():
    conversation = user(
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "x"},
            "title": "T",
            "context": "C",
            "citations": {"enabled": True},
        }
    )
    part = conversation.messages[0].parts[0]
    assert (part.name, part.cite) == ("T", True)
    assert "citations_request" in conversation.features
    assert conversation.unclaimed == (("messages", 0, "content", 0, "context"),)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "image", "source": {}}]},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
        {"type": "container_upload", "file_id": "f"},
        {"type": "block_of_the_year_2030", "x": [1]},
        {"type": "document", "source": {"type": "content", "content": [TEXT_BLOCK, {"type": "image", "source": {}}]}},
        {"type": "document", "source": {"type": "content", "content": [{**TEXT_BLOCK, "cache_control": {}}]}},
        {"type": "image", "source": {"type": "hologram"}},
    ],
)
def test_what_has_no_canonical_form_is_opaque_and_whole(block):
    conversation = user(copy.deepcopy(block))
    assert conversation.messages[0].parts == (
        Opaque(dialect="anthropic", value=block, at=("messages", 0, "content", 0)),
    )
    assert "opaque_part" in conversation.features


def test_who_answered_in_whose_place_is_no_part_of_a_conversation():
    hop = {"type": "fallback", "from": {"model": "claude-fable-5"}, "to": {"model": "claude-opus-4-8"}, "trigger": None}
    said = [TEXT_BLOCK, hop, {"type": "text", "text": "b"}]
    conversation = decode(
        messages=[
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": said},
            {"role": "user", "content": "go on"},
        ]
    )
    assert [part.text for part in conversation.messages[1].parts] == ["a", "b"]
    assert "opaque_part" not in conversation.features, "another vendor's model can go on"
    assert conversation.unclaimed == (("messages", 1, "content", 1),)


def test_thinking_keeps_its_provider_state_and_an_unsigned_copy_has_none():
    conversation = decode(
        messages=[
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "sig"},
                    {"type": "redacted_thinking", "data": "dark"},
                    {"type": "thinking", "thinking": "shown", "signature": ""},
                ],
            }
        ]
    )
    parts = conversation.messages[0].parts
    assert [(part.text, part.provider_state) for part in parts] == [
        ("hm", ProviderState("anthropic", "signature", "sig")),
        ("", ProviderState("anthropic", "redacted_thinking", "dark")),
        ("shown", None),
    ]
    assert {"reasoning_replay", "assistant_prefill"} <= conversation.features.keys()


def test_sealed_ids_open_in_calls_and_results_and_replace_the_unsigned_copy():
    own = ProviderState("gemini", "thoughtSignature", "s1")
    thought = Reasoning(text="hm", provider_state=ProviderState("gemini", "thoughtSignature", "s2"))
    shown_id = seal("call_1", own, (thought,))
    conversation = decode(
        messages=[
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": ""},
                    {"type": "tool_use", "id": shown_id, "name": "f", "input": {"a": 1}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": shown_id, "content": "ok"}]},
        ]
    )
    reasoning, call = conversation.messages[1].parts
    assert isinstance(reasoning, Reasoning)
    assert reasoning.provider_state == thought.provider_state
    assert isinstance(call, ToolCall)
    assert (call.id, call.name, call.arguments, call.provider_state) == ("call_1", "f", '{"a":1}', own)
    assert conversation.messages[2].parts[0].call_id == "call_1"


def test_a_system_message_between_turns_stays_in_its_place():
    conversation = decode(
        messages=[
            {"role": "user", "content": "a"},
            {"role": "system", "content": "now in French"},
            {"role": "assistant", "content": "b"},
            {"role": "user", "content": "c"},
        ]
    )
    assert [message.role for message in conversation.messages] == ["user", "system", "assistant", "user"]
    assert conversation.features["system_mid_conversation"] == ("messages", 1)


def test_the_top_level_cache_mark_stands_for_one_on_the_last_block():
    conversation = decode(cache_control={"type": "ephemeral"})
    assert conversation.messages[-1].parts[-1].cache == CacheMark()
    assert "cache_control" in conversation.features


@pytest.mark.parametrize(
    "messages",
    [
        [5],
        [{"content": "x"}],
        [{"role": "tool", "content": "x"}],
        [{"role": "user"}],
        [{"role": "user", "content": 5}],
        [{"role": "user", "content": [5]}],
        [{"role": "user", "content": [{"text": "x"}]}],
        [{"role": "user", "content": [{"type": "text"}]}],
        [{"role": "user", "content": [{"type": "text", "text": 5}]}],
        [{"role": "user", "content": [{"type": "image"}]}],
        [{"role": "user", "content": [{"type": "tool_result", "content": "x"}]}],
        [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": 5}]}],
        [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "n", "input": "x"}]}],
        [{"role": "assistant", "content": [{"type": "tool_use", "name": "n", "input": {}}]}],
    ],
)
def test_messages_of_a_wrong_shape_are_refused_with_their_path(messages):
    with pytest.raises(BadParameter) as refused:
        decode(messages=messages)
    assert str(refused.value.param).startswith("messages[0]")


# --- settings


def test_settings_reach_the_conversation_and_the_books():
    conversation = decode(
        temperature=0.5,
        top_p=0.9,
        top_k=5,
        stop_sequences=["END"],
        metadata={"user_id": "u"},
        service_tier="standard_only",
        output_config={"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}},
    )
    assert (conversation.temperature, conversation.top_p, conversation.top_k) == (0.5, 0.9, 5)
    assert (conversation.stop, conversation.user, conversation.service_tier) == (("END",), "u", "standard_only")
    assert conversation.reasoning == ReasoningWish(effort="low")
    assert conversation.response_format.schema == {"type": "object"}
    assert conversation.features.keys() == {
        "max_output_tokens", "temperature", "top_p", "top_k", "stop", "user", "service_tier", "reasoning",
        "json_schema",
    }  # fmt: skip
    assert conversation.unclaimed == ()


def test_the_older_output_format_is_understood():
    conversation = decode(output_format={"type": "json_schema", "schema": {"type": "object"}})
    assert conversation.response_format.kind == "json_schema"


@pytest.mark.parametrize(
    ("thinking", "wish"),
    [
        ({"type": "enabled", "budget_tokens": 2000}, ReasoningWish(enabled=True, budget_tokens=2000, show=True)),
        (
            {"type": "enabled", "budget_tokens": 2000, "display": "omitted"},
            ReasoningWish(enabled=True, budget_tokens=2000, show=False),
        ),
        ({"type": "adaptive", "display": "omitted"}, ReasoningWish(enabled=True, budget_tokens=-1, show=False)),
        ({"type": "adaptive", "display": "summarized"}, ReasoningWish(enabled=True, budget_tokens=-1, show=True)),
        ({"type": "disabled"}, ReasoningWish(enabled=False)),
        ({"type": "between_tools"}, ReasoningWish(enabled=False)),
    ],
)
def test_thinking_is_a_wish(thinking, wish):
    assert decode(thinking=thinking).reasoning == wish


def test_thinking_of_an_unknown_type_is_told():
    conversation = decode(thinking={"type": "dreaming"})
    assert conversation.unclaimed == (("thinking", "type"),)


@pytest.mark.parametrize(
    ("choice", "expected", "parallel", "features"),
    [
        ({"type": "auto"}, ToolChoice(mode="auto"), None, set()),
        ({"type": "any"}, ToolChoice(mode="required"), None, {"tool_choice"}),
        ({"type": "none"}, ToolChoice(mode="none"), None, {"tool_choice"}),
        ({"type": "tool", "name": "f"}, ToolChoice(mode="named", names=("f",)), None, {"tool_choice_named"}),
        ({"type": "auto", "disable_parallel_tool_use": True}, ToolChoice(mode="auto"), False, {"parallel_tool_calls"}),
        ({"type": "auto", "disable_parallel_tool_use": False}, ToolChoice(mode="auto"), True, set()),
    ],
)
def test_tool_choices(choice, expected, parallel, features):
    conversation = decode(tool_choice=choice)
    assert (conversation.tool_choice, conversation.parallel_tool_calls) == (expected, parallel)
    assert conversation.features.keys() - {"max_output_tokens"} == features


def test_tools_of_the_client_and_of_the_provider():
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
    conversation = decode(
        tools=[
            {
                "name": "f",
                "description": "d",
                "input_schema": {"type": "object"},
                "strict": True,
                "defer_loading": True,
            },
            search,
        ]
    )
    assert conversation.tools == (
        Tool(name="f", description="d", schema={"type": "object"}, strict=True, at=("tools", 0)),
        ServerTool(dialect="anthropic", type="web_search_20250305", value=search, at=("tools", 1)),
    )
    assert {"tools", "tool_strict", "server_tool"} <= conversation.features.keys()
    assert conversation.unclaimed == (("tools", 0, "defer_loading"),)


@pytest.mark.parametrize(
    ("members", "feature"),
    [
        ({"container": "c"}, "server_state"),
        ({"mcp_servers": [{"url": "x"}]}, "server_tool"),
        ({"context_management": {"edits": []}}, "context_management"),
        ({"inference_geo": "us"}, "data_residency"),
        ({"speed": "fast"}, "service_tier"),
    ],
)
def test_fields_that_only_this_dialect_has_are_noted(members, feature):
    conversation = decode(**members)
    assert feature in conversation.features
    assert conversation.unclaimed == ()


def test_defaults_that_mean_nothing_use_no_feature():
    conversation = decode(service_tier="auto", stream=False, speed="standard", stop_sequences=[], tools=[], system=None)
    assert conversation.features.keys() == {"max_output_tokens"}
    assert conversation.unclaimed == ()


def test_an_unknown_field_is_unclaimed_unless_null():
    assert decode(future={"a": 1}, later=None).unclaimed == (("future",),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
known = st.sampled_from(
    [
        "text", "tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document", "user", "assistant",
        "system", "base64", "url",
    ]
)  # fmt: skip
names = st.sampled_from(
    [
        "type", "text", "content", "id", "tool_use_id", "input", "name", "source", "data", "media_type", "citations",
        "cache_control", "signature", "thinking", "is_error", "role", "system", "tools", "tool_choice", "metadata",
        "output_config", "stop_sequences", "temperature", "format", "schema", "service_tier",
    ]
)  # fmt: skip
near_misses = st.recursive(
    json_values | known,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(names, near_misses, max_size=6), st.lists(near_misses, max_size=3))
def test_whatever_comes_the_worst_is_a_bad_request(members, messages):
    tree = {"model": "m"} | members | {"messages": messages}
    try:
        conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))
    except BadRequest:
        return
    assert conversation.features.keys() <= FEATURES.keys()
    PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "other")


# --- retarget: the same dialect, another model


def retargeted(tree, model="claude-opus-5"):
    edits = PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), model)
    return msgspec.json.decode(apply_edits(msgspec.json.encode(tree), edits))


def test_an_untouched_history_gets_no_edit():
    tree = request(
        messages=[
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "h", "signature": "s"}]},
        ]
    )
    assert PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "claude-sonnet-5") == ()


def test_traces_of_another_provider_are_taken_out():
    shown_id = seal("call_1", ProviderState("gemini", "thoughtSignature", "s"))
    tree = request(
        thinking={"type": "adaptive"},
        messages=[
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "only", "signature": ""}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": ""},
                    {"type": "text", "text": "let me see"},
                    {"type": "tool_use", "id": shown_id, "name": "f", "input": {}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": shown_id, "content": "ok"}]},
        ],
    )
    assert retargeted(tree) == request(
        model="claude-opus-5",
        messages=[
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "let me see"},
                    {"type": "tool_use", "id": "call_1", "name": "f", "input": {}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "ok"}]},
        ],
    )


def test_claudes_own_thinking_stays():
    tree = request(
        thinking={"type": "adaptive"},
        messages=[
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "real"},
                    {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
                ],
            },
        ],
    )
    assert retargeted(tree) == tree | {"model": "claude-opus-5"}
