"""Chat completion requests: the envelope, reading, writing, and sending on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.edits import Edit, apply_edits
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
from gateway.dialects.losses import FEATURES
from gateway.dialects.openai_chat import CARRIES, CLIENT, LOCAL_CARRIES, LOCAL_PROVIDER, PROVIDER
from gateway.dialects.state_in_ids import seal
from gateway.errors import BadParameter, BadRequest, DialectCannotCarry

HI = [{"role": "user", "content": "hi"}]


def read(messages: list[Any] | None = None, **more: Any) -> Conversation:
    tree = {"model": "m", "messages": HI if messages is None else messages, **more}
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))


def written(conversation: Conversation, provider: Any = PROVIDER, strict: bool = False) -> dict[str, Any]:
    body = json.loads(provider.encode_request(conversation, "target", strict).body)
    assert body["model"] == "target"
    return body


def user(*parts: Any, **more: Any) -> Conversation:
    return Conversation(model="m", messages=(Message(role="user", parts=parts),), **more)


# --------------------------------------------------------------------------------------------------------- envelope


@pytest.mark.parametrize(
    ("member", "value", "param"),
    [
        ("model", None, "model"),
        ("model", "", "model"),
        ("model", 5, "model"),
        ("model", "m" * 513, "model"),
        ("messages", None, "messages"),
        ("messages", "hi", "messages"),
        ("messages", [], "messages"),
        ("stream", "true", "stream"),
        ("stream", 1, "stream"),
        ("n", 0, "n"),
        ("n", 129, "n"),
        ("n", True, "n"),
        ("n", "5", "n"),
        ("n", 1.5, "n"),
        ("max_tokens", 0, "max_tokens"),
        ("max_tokens", -1, "max_tokens"),
        ("max_tokens", 2**31, "max_tokens"),
        ("max_completion_tokens", "5", "max_completion_tokens"),
        ("top_logprobs", 21, "top_logprobs"),
        ("top_logprobs", -1, "top_logprobs"),
        ("stop", ["x"] * 65, "stop"),
        ("stop", 5, "stop"),
        ("tools", [{}] * 4097, "tools"),
        ("tools", {}, "tools"),
        ("functions", 5, "functions"),
        ("stream_options", [], "stream_options"),
        ("stream_options", {"include_usage": 1}, "stream_options.include_usage"),
    ],
)
def test_absurdities_are_refused_by_name(member: str, value: Any, param: str) -> None:
    with pytest.raises(BadParameter) as caught:
        CLIENT.envelope({"model": "m", "messages": HI, member: value}, None, False)
    assert caught.value.param == param


def test_null_counts_as_absent() -> None:
    names = ("stream", "n", "max_tokens", "max_completion_tokens", "stop", "tools", "stream_options", "top_logprobs")
    envelope = CLIENT.envelope({"model": "m", "messages": HI, **dict.fromkeys(names)}, None, False)
    assert (envelope.stream, envelope.candidates, envelope.max_output_tokens) == (False, 1, None)


def test_the_newer_limit_wins() -> None:
    tree = {"model": "m", "messages": HI, "max_tokens": 5, "max_completion_tokens": 7, "n": 2, "stream": True}
    envelope = CLIENT.envelope({**tree, "stream_options": {"include_usage": True}}, None, False)
    assert (envelope.max_output_tokens, envelope.candidates) == (7, 2)
    assert (envelope.stream, envelope.include_usage) == (True, True)


# ---------------------------------------------------------------------------------------------------------- reading


def test_defaults_that_mean_nothing_are_no_features() -> None:
    conversation = read(
        n=1,
        top_p=1,
        presence_penalty=0,
        frequency_penalty=0.0,
        parallel_tool_calls=True,
        store=False,
        modalities=["text"],
        service_tier="auto",
        logprobs=False,
        metadata={},
        logit_bias={},
        stop=[],
        verbosity="medium",
        stream_options={"include_obfuscation": False},
        response_format={"type": "text"},
        tool_choice="auto",
    )
    assert (conversation.features, conversation.unclaimed) == ({}, ())


def test_what_nobody_knows_is_unclaimed_wherever_it_stands() -> None:
    conversation = read(
        [{"role": "user", "content": [{"type": "text", "text": "a", "mood": "blue"}], "weight": 1}],
        min_p=0.1,
        tools=[{"type": "function", "function": {"name": "f", "extra": 1}}],
        nothing=None,
    )
    assert set(conversation.unclaimed) == {
        ("messages", 0, "content", 0, "mood"),
        ("messages", 0, "weight"),
        ("min_p",),
        ("tools", 0, "function", "extra"),
    }


def test_parts_of_every_kind() -> None:
    conversation = read(
        [
            {"role": "developer", "content": "d"},
            {
                "role": "user",
                "name": "ann",
                "content": [
                    {"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
                    {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "high"}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,-_8="}},
                    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
                    {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
                    {"type": "file", "file": {"file_id": "file-1"}},
                    {"type": "video_url", "video_url": {"url": "https://x/y.mp4"}},
                    {"type": "smell", "smell": "rose"},
                ],
            },
        ]
    )
    at = ("messages", 1, "content")
    assert conversation.messages[0].parts == (Text(text="d", at=("messages", 0, "content")),)
    assert conversation.messages[1].parts == (
        Text(text="t", cache=CacheMark("1h"), at=(*at, 0, "text")),
        Media(kind="image", url="https://x/y.png", detail="high", at=(*at, 1)),
        Media(kind="image", data="+/8=", media_type="image/png", at=(*at, 2)),
        Media(kind="audio", data="AAAA", media_type="audio/mpeg", at=(*at, 3)),
        Media(kind="document", data="AAAA", media_type="application/pdf", name="a.pdf", at=(*at, 4)),
        Media(kind="document", file_id="file-1", at=(*at, 5)),
        Media(kind="video", url="https://x/y.mp4", at=(*at, 6)),
        Opaque(dialect="openai_chat", value={"type": "smell", "smell": "rose"}, at=(*at, 7)),
    )
    assert set(conversation.features) == {
        "system",
        "participant_name",
        "cache_control",
        "image_url",
        "image_detail",
        "image_data",
        "audio_input",
        "document_data",
        "document_file",
        "video_input",
        "opaque_part",
    }
    assert conversation.unclaimed == ()


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_results_that_came_together_are_one_message_named_after_their_calls() -> None:
    conversation = read(
        [
            *HI,
            {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "b"}]},
            {"role": "tool", "tool_call_id": "b", "content": "2"},
            {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "1"}]},
            {"role": "system", "content": "be brief"},
        ]
    )
    results = conversation.messages[2]
    assert results.role == "tool"
    assert [(part.call_id, part.name) for part in results.parts if isinstance(part, ToolResult)] == [
        ("b", "f"),
        ("a", "f"),
    ]
    assert conversation.features["system_mid_conversation"] == ("messages", 4)
    assert "system" not in conversation.features


def test_sealed_ids_are_opened_in_calls_and_results() -> None:
    thought = Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "sig"))
    shown = seal("toolu_1", ProviderState("gemini", "thoughtSignature", "xyz"), (thought,))
    conversation = read(
        [
            *HI,
            {"role": "assistant", "content": "well", "reasoning_content": "hm", "tool_calls": [{**CALL, "id": shown}]},
            {"role": "tool", "tool_call_id": shown, "content": "1"},
        ]
    )
    first, text, call = conversation.messages[1].parts
    assert isinstance(first, Reasoning)
    assert (first.text, first.provider_state) == (thought.text, thought.provider_state)
    assert isinstance(text, Text)
    assert isinstance(call, ToolCall)
    assert (call.id, call.provider_state) == ("toolu_1", ProviderState("gemini", "thoughtSignature", "xyz"))
    result = conversation.messages[2].parts[0]
    assert isinstance(result, ToolResult)
    assert result.call_id == "toolu_1"
    assert "reasoning_replay" in conversation.features


def test_legacy_functions_are_tools_calls_and_results() -> None:
    conversation = read(
        [
            *HI,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "1"},
        ],
        functions=[{"name": "f", "parameters": {"type": "object"}}],
        function_call={"name": "f"},
    )
    call, result = conversation.messages[1].parts[0], conversation.messages[2].parts[0]
    assert isinstance(call, ToolCall)
    assert isinstance(result, ToolResult)
    assert call.id == result.call_id
    assert conversation.tools == (Tool(name="f", schema={"type": "object"}, at=("functions", 0)),)
    assert conversation.tool_choice == ToolChoice(mode="named", names=("f",))


def test_allowed_tools() -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g", "h")]
    allowed = [{"type": "function", "function": {"name": name}} for name in ("f", "h")]
    required = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": allowed}}
    auto = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": allowed}}
    conversation = read(tools=tools, tool_choice=required)
    assert conversation.tool_choice == ToolChoice(mode="named", names=("f", "h"))
    assert "tool_choice_allowed" in conversation.features
    assert written(conversation)["tool_choice"] == required
    conversation = read(tools=tools, tool_choice=auto)
    assert [tool.name for tool in conversation.tools if isinstance(tool, Tool)] == ["f", "h"]
    assert conversation.tool_choice == ToolChoice(mode="auto")


def test_tools_of_other_kinds() -> None:
    conversation = read(
        tools=[
            {"type": "custom", "custom": {"name": "run", "description": "d", "format": {"type": "text"}}},
            {"type": "web_search", "web_search": {}},
        ]
    )
    assert conversation.tools == (
        Tool(name="run", description="d", custom=True, at=("tools", 0)),
        ServerTool(
            dialect="openai_chat", type="web_search", value={"type": "web_search", "web_search": {}}, at=("tools", 1)
        ),
    )
    assert {"custom_tool", "server_tool"} <= set(conversation.features)


def test_wrong_types_are_refused_by_path() -> None:
    for tree, param in (
        ({"temperature": "hot"}, "temperature"),
        ({"seed": 1.5}, "seed"),
        ({"logit_bias": []}, "logit_bias"),
        ({"tools": [5]}, "tools[0]"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
    ):
        with pytest.raises(BadParameter) as caught:
            read(**tree)
        assert caught.value.param == param
    for message, param in (
        (5, "messages[0]"),
        ({"role": "king"}, "messages[0].role"),
        ({"role": "user", "content": 5}, "messages[0].content"),
        ({"role": "user", "content": [5]}, "messages[0].content[0]"),
        ({"role": "user", "content": [{"type": "image_url"}]}, "messages[0].content[0].image_url"),
        ({"role": "assistant", "tool_calls": [{}]}, "messages[0].tool_calls[0]"),
    ):
        with pytest.raises(BadParameter) as caught:
            read([message])
        assert caught.value.param == param


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
PART = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_audio", "file", "refusal", "thinking"])},
    optional={"text": JSON, "image_url": JSON, "input_audio": JSON, "file": JSON, "refusal": JSON, "thinking": JSON},
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"])},
    optional={
        "content": JSON | st.lists(PART, max_size=2),
        "tool_calls": JSON | st.lists(st.fixed_dictionaries({}, optional={"id": JSON, "function": JSON}), max_size=2),
        "tool_call_id": JSON,
        "name": JSON,
        "function_call": JSON,
        "audio": JSON,
        "reasoning_content": JSON,
    },
)


@given(st.lists(MESSAGE | JSON, max_size=3), st.dictionaries(st.sampled_from(sorted(CARRIES)), JSON, max_size=3))
def test_whatever_is_asked_the_worst_is_a_bad_request(messages: list[Any], more: dict[str, Any]) -> None:
    try:
        conversation = read(messages, **more)
        PROVIDER.encode_request(conversation, "m", strict=False)
        LOCAL_PROVIDER.encode_request(conversation, "m", strict=True)
    except BadRequest:
        pass


# ---------------------------------------------------------------------------------------------------------- writing


def test_hosted_and_local_name_the_limit_differently_and_always_ask_for_usage() -> None:
    conversation = user(Text(text="hi"), max_output_tokens=5, stream=True)
    assert written(conversation) == {
        "model": "target",
        "messages": HI,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 5,
    }
    local = written(conversation, LOCAL_PROVIDER)
    assert (local["max_tokens"], "max_completion_tokens" in local) == (5, False)


@pytest.mark.parametrize(
    ("wish", "hosted", "local"),
    [
        (ReasoningWish(effort="xhigh"), {"reasoning_effort": "xhigh"}, {"reasoning_effort": "high"}),
        (ReasoningWish(effort="minimal"), {"reasoning_effort": "minimal"}, {"reasoning_effort": "low"}),
        (
            ReasoningWish(budget_tokens=0),
            {"reasoning_effort": "none"},
            {"chat_template_kwargs": {"enable_thinking": False}},
        ),
        (ReasoningWish(budget_tokens=1024), {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        (ReasoningWish(budget_tokens=8192), {"reasoning_effort": "medium"}, {"reasoning_effort": "medium"}),
        (ReasoningWish(budget_tokens=8193), {"reasoning_effort": "high"}, {"reasoning_effort": "high"}),
        (ReasoningWish(budget_tokens=-1, enabled=True), {}, {}),
        (
            ReasoningWish(enabled=False),
            {"reasoning_effort": "none"},
            {"chat_template_kwargs": {"enable_thinking": False}},
        ),
    ],
)
def test_how_much_to_think(wish: ReasoningWish, hosted: dict[str, Any], local: dict[str, Any]) -> None:
    conversation = user(Text(text="hi"), reasoning=wish, features={"reasoning": ("x",)})
    base = {"model", "messages"}
    assert {name: value for name, value in written(conversation).items() if name not in base} == hosted
    assert {name: v for name, v in written(conversation, LOCAL_PROVIDER).items() if name not in base} == local


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        ({"reasoning_effort": "high"}, ReasoningWish(effort="high")),
        ({"reasoning_effort": "none"}, ReasoningWish(effort="none", enabled=False)),
        ({"reasoning": {"max_tokens": 5, "exclude": True}}, ReasoningWish(budget_tokens=5, show=False)),
        ({"chat_template_kwargs": {"enable_thinking": False}}, ReasoningWish(enabled=False)),
    ],
)
def test_the_wish_to_think_is_read_under_each_of_its_names(asked: dict[str, Any], wish: ReasoningWish) -> None:
    conversation = read(**asked)
    assert conversation.reasoning == wish
    assert "reasoning" in conversation.features
    assert conversation.unclaimed == ()


def test_a_turn_with_tools_and_thinking() -> None:
    thought = Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "sig"))
    call = ToolCall(id="t" * 64, name="f", arguments="")
    result = ToolResult(call_id="t" * 64, parts=(Text(text="1"), Text(text="2")), is_error=True)
    conversation = Conversation(
        model="m",
        messages=(
            Message(role="developer", parts=(Text(text="d"),)),
            Message(role="assistant", parts=(thought, call)),
            Message(role="tool", parts=(result,)),
        ),
        features={"reasoning_replay": ("x",), "tool_result_error": ("y",)},
    )
    encoded = PROVIDER.encode_request(conversation, "m", strict=False)
    assert [loss.feature for loss in encoded.losses] == ["reasoning_replay", "tool_result_error"]
    system, assistant, tool = json.loads(encoded.body)["messages"]
    assert system == {"role": "developer", "content": "d"}
    assert set(assistant) == {"role", "content", "tool_calls"}
    assert assistant["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert assistant["tool_calls"][0]["id"] == tool["tool_call_id"]
    assert len(tool["tool_call_id"]) <= 40
    local = json.loads(LOCAL_PROVIDER.encode_request(conversation, "m", strict=False).body)["messages"]
    assert local[0]["role"] == "system"
    assert local[1]["tool_calls"][0]["id"] == "t" * 64
    assert "reasoning_content" not in local[1]


def test_local_engines_get_unbound_thinking_back() -> None:
    conversation = read([*HI, {"role": "assistant", "content": "a", "reasoning_content": "hm"}, *HI])
    assert written(conversation, LOCAL_PROVIDER)["messages"][1]["reasoning_content"] == "hm"
    assert "reasoning_content" not in written(conversation)["messages"][1]


@pytest.mark.parametrize(
    ("model", "effort", "refused"),
    [
        ("gpt-5", None, True),
        ("gpt-5-mini-2025-08-07", None, True),
        ("openai/o3", None, True),
        ("o4-mini", None, True),
        ("gpt-5.4", "low", True),
        ("gpt-5.4", "none", False),
        ("gpt-5.4-nano", None, False),
        ("gpt-5-chat-latest", None, False),
        ("gpt-4o", None, False),
        ("grok-2", None, False),
    ],
)
def test_a_model_that_thinks_is_told_no_sampling(model: str, effort: str | None, refused: bool) -> None:
    settings: dict[str, Any] = {"temperature": 0.2, "top_p": 0.9, "presence_penalty": 1, "logit_bias": {"1": 1}}
    wish = None if effort is None else ReasoningWish(effort=effort)
    conversation = user(Text(text="a"), reasoning=wish, features={name: (name,) for name in settings}, **settings)
    encoded = PROVIDER.encode_request(conversation, model, strict=False)
    assert settings.keys() & json.loads(encoded.body).keys() == (set() if refused else settings.keys())
    assert {loss.feature for loss in encoded.losses} == (settings.keys() if refused else set())
    assert json.loads(PROVIDER.encode_request(user(temperature=1, top_p=1), model, False).body)["temperature"] == 1


@pytest.mark.parametrize("model", ["grok-4.3", "xai/grok-4-1-fast-non-reasoning", "grok-3-mini", "grok-code-fast-1"])
def test_grok_is_told_no_penalties_not_even_that_there_are_none(model: str) -> None:
    settings: dict[str, Any] = {"temperature": 0.2, "presence_penalty": 1, "frequency_penalty": 0}
    features = {name: (name,) for name, value in settings.items() if value}
    encoded = PROVIDER.encode_request(user(Text(text="a"), features=features, **settings), model, strict=False)
    assert settings.keys() & json.loads(encoded.body).keys() == {"temperature"}
    assert [(loss.feature, loss.action) for loss in encoded.losses] == [("presence_penalty", "dropped")]


def test_of_several_allowed_tools_engines_are_offered_no_others() -> None:
    tools = tuple(Tool(name=name) for name in "abc")
    conversation = user(Text(text="x"), tools=tools, tool_choice=ToolChoice(mode="named", names=("a", "c")))
    local, hosted = written(conversation, LOCAL_PROVIDER), written(conversation)
    assert ([tool["function"]["name"] for tool in local["tools"]], local["tool_choice"]) == (["a", "c"], "required")
    assert (len(hosted["tools"]), hosted["tool_choice"]["type"]) == (3, "allowed_tools")


def test_a_users_name_longer_than_the_api_takes_has_one_stand_in() -> None:
    def told(name: str) -> tuple[str, list[str]]:
        encoded = PROVIDER.encode_request(user(Text(text="hi"), user=name, features={"user": ("x",)}), "m", False)
        return json.loads(encoded.body)["user"], [loss.action for loss in encoded.losses]

    assert told("u" * 64) == ("u" * 64, [])
    stand_in, fate = told("u" * 65)
    assert (len(stand_in) <= 64, fate) == (True, ["approximated"])
    assert told("u" * 65)[0] == stand_in != told("u" * 66)[0]
    assert written(user(Text(text="hi"), user="u" * 65), LOCAL_PROVIDER)["user"] == "u" * 65


def test_sent_on_to_an_engine_developers_are_the_system() -> None:
    messages = [{"role": "developer", "content": "a"}, *HI, {"role": "developer", "content": "b"}]
    tree = {"model": "m", "messages": messages}
    edits = LOCAL_PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "m")
    sent = json.loads(apply_edits(json.dumps(tree).encode(), edits))
    assert [message["role"] for message in sent["messages"]] == ["system", "user", "system"]
    assert PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "m") == ()


@pytest.mark.parametrize("behind", [True, False], ids=["before words", "at the end"])
def test_media_of_a_tools_result_begin_the_users_words_behind_it(behind: bool) -> None:
    picture = Media(kind="image", data="AAAA", media_type="image/png")
    calls = tuple(ToolCall(id=f"c{n}", name="shoot", arguments="{}") for n in range(2))
    results = (
        ToolResult(call_id="c0", name="shoot", parts=(Text(text="done"), picture)),
        ToolResult(call_id="c1", parts=(picture,)),
    )
    messages = [
        Message(role="user", parts=(Text(text="a"),)),
        Message(role="assistant", parts=calls),
        Message(role="tool", parts=results),
    ]
    if behind:
        messages.append(Message(role="user", parts=(Text(text="well?"),)))
    conversation = Conversation(model="m", messages=tuple(messages), features={"tool_result_media": ("x",)})
    encoded = PROVIDER.encode_request(conversation, "m", strict=False)
    sent = json.loads(encoded.body)["messages"][2:]
    assert [loss.action for loss in encoded.losses] == ["approximated"]
    assert sent[:2] == [
        {"role": "tool", "tool_call_id": "c0", "content": "done"},
        {"role": "tool", "tool_call_id": "c1", "content": ""},
    ]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    shown = [
        {"type": "text", "text": "Result of shoot (c0):"}, image, {"type": "text", "text": "Result of c1:"}, image,
    ]  # fmt: skip
    assert sent[2:] == [{"role": "user", "content": [*shown, *([{"type": "text", "text": "well?"}] if behind else [])]}]


def test_strict_refuses_what_would_be_dropped() -> None:
    conversation = user(Text(text="hi"), top_k=5, features={"top_k": ("top_k",)})
    with pytest.raises(DialectCannotCarry) as caught:
        PROVIDER.encode_request(conversation, "m", strict=True)
    assert caught.value.param == "top_k"
    assert "top_k" not in written(conversation)
    assert written(conversation, LOCAL_PROVIDER)["top_k"] == 5


@pytest.mark.parametrize("feature", ["server_tool", "assistant_prefill", "document_url"])
def test_what_changes_the_meaning_is_refused(feature: str) -> None:
    with pytest.raises(DialectCannotCarry):
        PROVIDER.encode_request(user(Text(text="hi"), features={feature: ("x",)}), "m", strict=False)


def test_columns_name_only_features_there_are() -> None:
    assert set(CARRIES) | set(LOCAL_CARRIES) <= set(FEATURES)


TOOL = Tool(name="f", schema={"type": "object"})
USES: dict[str, tuple[Conversation, str]] = {
    "participant_name": (
        Conversation(model="m", messages=(Message(role="user", name="ann", parts=(Text(text="a"),)),)),
        '"name":"ann"',
    ),
    "image_data": (user(Media(kind="image", data="AAAA", media_type="image/gif")), "data:image/gif;base64,AAAA"),
    "image_url": (user(Media(kind="image", url="https://x/y")), "https://x/y"),
    "image_detail": (user(Media(kind="image", url="https://x/y", detail="low")), '"detail":"low"'),
    "audio_input": (user(Media(kind="audio", data="AAAA", media_type="audio/wav")), '"format":"wav"'),
    "video_input": (user(Media(kind="video", url="https://x/y")), "video_url"),
    "document_data": (user(Media(kind="document", data="AAAA")), "data:application/pdf;base64,AAAA"),
    "document_text": (user(Media(kind="document", text="plain")), '"text":"plain"'),
    "max_output_tokens": (user(max_output_tokens=5), "_tokens"),
    "temperature": (user(temperature=0.5), "temperature"),
    "top_p": (user(top_p=0.5), "top_p"),
    "top_k": (user(top_k=5), "top_k"),
    "stop": (user(stop=("x",)), '"stop":["x"]'),
    "seed": (user(seed=5), "seed"),
    "presence_penalty": (user(presence_penalty=1.0), "presence_penalty"),
    "frequency_penalty": (user(frequency_penalty=1.0), "frequency_penalty"),
    "candidates": (user(candidates=2), '"n":2'),
    "logprobs": (user(logprobs=True, top_logprobs=2), "top_logprobs"),
    "logit_bias": (user(logit_bias={"1": 5}), "logit_bias"),
    "json_object": (user(Text(text="in JSON"), response_format=ResponseFormat(kind="json_object")), "json_object"),
    "json_schema": (user(response_format=ResponseFormat(kind="json_schema", schema={"a": 1})), '"schema":{"a":1}'),
    "tools": (user(tools=(TOOL,)), '"parameters":{"type":"object"}'),
    "tool_strict": (user(tools=(Tool(name="f", strict=True),)), '"strict":true'),
    "tool_choice": (user(tools=(TOOL,), tool_choice=ToolChoice(mode="required")), '"tool_choice":"required"'),
    "tool_choice_named": (user(tools=(TOOL,), tool_choice=ToolChoice(mode="named", names=("f",))), '"tool_choice":{'),
    "tool_choice_allowed": (
        user(tools=(TOOL,), tool_choice=ToolChoice(mode="named", names=("f", "g"))),
        '"tool_choice":',
    ),
    "custom_tool": (user(tools=(Tool(name="f", custom=True),)), '"tools":[{'),
    "parallel_tool_calls": (user(tools=(TOOL,), parallel_tool_calls=False), '"parallel_tool_calls":false'),
    "reasoning": (user(reasoning=ReasoningWish(effort="low")), "reasoning_effort"),
    "reasoning_replay": (
        Conversation(model="m", messages=(Message(role="assistant", parts=(Reasoning(text="hm"),)),)),
        "reasoning_content",
    ),
    "refusal_replay": (
        Conversation(model="m", messages=(Message(role="assistant", parts=(Refusal(text="no"),)),)),
        '"refusal":"no"',
    ),
    "user": (user(user="ann"), '"user":"ann"'),
    "service_tier": (user(service_tier="flex"), '"service_tier":"flex"'),
    "verbosity": (user(verbosity="low"), "verbosity"),
    "prompt_cache": (user(prompt_cache_key="k"), "prompt_cache_key"),
}


@pytest.mark.parametrize("provider", [PROVIDER, LOCAL_PROVIDER], ids=["hosted", "local"])
@pytest.mark.parametrize("feature", sorted(USES))
def test_the_wire_holds_what_the_column_says_and_no_more(feature: str, provider: Any) -> None:
    conversation, sign = USES[feature]
    carries = CARRIES if provider is PROVIDER else LOCAL_CARRIES
    marked = Conversation(
        **{
            **{name: getattr(conversation, name) for name in conversation.__struct_fields__},
            "features": {feature: ("x",)},
        }
    )
    try:
        body = provider.encode_request(marked, "m", strict=False).body.decode()
    except DialectCannotCarry:
        assert feature not in carries
        assert FEATURES[feature] == "meaning"
        return
    assert (sign in body) == (feature in carries)


# ------------------------------------------------------------------------------------------------------- sending on


def edits(tree: dict[str, Any], model: str, provider: Any = PROVIDER) -> tuple[Edit, ...]:
    return provider.retarget(tree, CLIENT.envelope(tree, None, False), model)


def test_nothing_changes_where_nothing_must() -> None:
    tree = {"model": "m", "messages": HI, "stream": True, "stream_options": {"include_usage": True}}
    assert edits(tree, "m") == ()


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ("absent", {"include_usage": True}),
        (None, {"include_usage": True}),
        ({}, {"include_usage": True}),
        ({"include_usage": False, "x": 1}, {"include_usage": True, "x": 1}),
    ],
)
def test_usage_is_asked_for_and_other_options_stay(options: Any, sent: Any) -> None:
    tree = {"model": "m", "messages": HI, "stream": True, "stream_options": options}
    if options == "absent":
        del tree["stream_options"]
    body = apply_edits(json.dumps(tree).encode(), edits(tree, "other"))
    assert json.loads(body) == {**tree, "model": "other", "stream_options": sent}


@pytest.mark.parametrize(
    ("given", "provider", "sent"),
    [
        ({"max_tokens": 9}, PROVIDER, {"max_completion_tokens": 9}),
        ({"max_completion_tokens": 9}, LOCAL_PROVIDER, {"max_tokens": 9}),
        ({"max_completion_tokens": None, "max_tokens": 9}, PROVIDER, {"max_completion_tokens": 9}),
        ({"max_tokens": 9, "max_completion_tokens": 8}, PROVIDER, {"max_tokens": 9, "max_completion_tokens": 8}),
        ({"max_tokens": 9}, LOCAL_PROVIDER, {"max_tokens": 9}),
        ({"max_tokens": None}, PROVIDER, {"max_tokens": None}),
    ],
)
def test_a_lone_token_limit_goes_out_by_the_name_that_the_provider_knows(given: Any, provider: Any, sent: Any) -> None:
    tree = {"model": "m", "messages": HI}
    body = apply_edits(json.dumps({**tree, **given}).encode(), edits({**tree, **given}, "m", provider))
    assert json.loads(body) == {**tree, **sent}


def test_sealed_and_long_ids_go_out_as_the_provider_may_see_them() -> None:
    shown = seal("call_1", ProviderState("gemini", "thoughtSignature", "x"))
    tree = {
        "model": "m",
        "messages": [
            {"role": "assistant", "tool_calls": [{**CALL, "id": shown}, {**CALL, "id": "b" * 50}, CALL]},
            {"role": "tool", "tool_call_id": shown, "content": "1"},
            {"role": "tool", "tool_call_id": "b" * 50, "content": "2"},
        ],
    }
    sent = json.loads(apply_edits(json.dumps(tree).encode(), edits(tree, "m")))["messages"]
    ids = [call["id"] for call in sent[0]["tool_calls"]]
    assert ids[0] == sent[1]["tool_call_id"] == "call_1"
    assert ids[1] == sent[2]["tool_call_id"] != "b" * 50
    assert ids[2] == "a"
    assert len(edits(tree, "m", LOCAL_PROVIDER)) == 2
