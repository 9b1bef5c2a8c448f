"""Gemini requests, read on the client's side and written on the provider's."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.edits import apply_edits
from gateway.core.messages import (
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
from gateway.dialects.codec import Envelope
from gateway.dialects.gemini import CLIENT, PROVIDER
from gateway.dialects.gemini.schema import json_schema
from gateway.dialects.gemini.signatures import UNVALIDATED, opened, signature_text
from gateway.dialects.state_in_ids import seal
from gateway.errors import BadParameter, BadRequest, DialectCannotCarry

CLAUDE = ProviderState("anthropic", "signature", "sig==")
OWN = ProviderState("gemini", "thoughtSignature", "AB+/")


def read(**tree: Any) -> Conversation:
    tree.setdefault("contents", [{"role": "user", "parts": [{"text": "hi"}]}])
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, "gemini-x", False))


def write(*messages: Message, model: str = "gemini-3-flash", features: tuple[str, ...] = (), **fields: Any) -> Any:
    conversation = Conversation(
        model="m",
        messages=messages or (Message(role="user", parts=(Text(text="hi"),)),),
        features=dict.fromkeys(features, ("x",)),
        **fields,
    )
    return json.loads(PROVIDER.encode_request(conversation, model, strict=False).body)


def parts_of(*parts: Any, role: str = "user") -> list[Any]:
    messages = read(contents=[{"role": role, "parts": list(parts)}]).messages
    return [part for message in messages for part in message.parts]


# --- the envelope


def test_envelope_reads_model_and_stream_from_the_url() -> None:
    tree = {"contents": {"parts": []}, "generation_config": {"max_output_tokens": 7, "candidateCount": 2}}
    assert CLIENT.envelope(tree, "models/google/gemini-x", True) == Envelope(
        model="google/gemini-x", stream=True, include_usage=True, max_output_tokens=7, candidates=2
    )
    assert CLIENT.envelope({"contents": [{}], "model": "models/g"}, None, False).model == "g"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contents": "hi"}, "contents"),
        ({"contents": None}, "contents"),
        ({"contents": []}, "contents"),
        ({"generationConfig": []}, "generationConfig"),
        ({"tools": 5}, "tools"),
        ({"tools": [{"functionDeclarations": [{}] * 4096}]}, "tools"),
        *[
            ({"generationConfig": {name: value}}, f"generationConfig.{name}")
            for name in ("maxOutputTokens", "candidateCount")
            for value in (0, -1, "5", True, 1.5, 2**31)
        ],
        ({"generation_config": {"max_output_tokens": "5"}}, "generationConfig.maxOutputTokens"),
        ({"generationConfig": {"candidateCount": 129}}, "generationConfig.candidateCount"),
        ({"generationConfig": {"logprobs": 21}}, "generationConfig.logprobs"),
        ({"generationConfig": {"stopSequences": ["x"] * 65}}, "generationConfig.stopSequences"),
    ],
)
def test_envelope_names_an_absurd_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadParameter) as caught:
        CLIENT.envelope({"contents": [{}], **change}, "m", False)
    assert caught.value.param == field


@pytest.mark.parametrize("model", ["", "x" * 513, None, 5])
def test_envelope_wants_a_model(model: Any) -> None:
    with pytest.raises(BadParameter) as caught:
        CLIENT.envelope({"contents": [{}]}, model, False)
    assert caught.value.param == "model"


# --- reading


def test_both_spellings_mean_the_same() -> None:
    camel = read(
        systemInstruction={"parts": [{"text": "s"}]},
        contents=[{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "-_8"}}]}],
        generationConfig={"topP": 0.5, "stopSequences": ["a"], "thinkingConfig": {"thinkingBudget": 5}},
        toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    )
    snake = read(
        system_instruction={"parts": {"text": "s"}},
        contents={"parts": [{"inline_data": {"mime_type": "image/png", "data": "+/8="}}]},
        generation_config={"top_p": 0.5, "stop_sequences": ["a"], "thinking_config": {"thinking_budget": 5}},
        tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]}},
    )
    mixed = read(contents=[{"parts": [{"inlineData": {"mime_type": "image/png", "data": "-_8="}}]}])
    assert camel.unclaimed == snake.unclaimed == ()
    fields = set(Conversation.__struct_fields__) - {"features", "messages"}
    assert {name: getattr(camel, name) for name in fields} == {name: getattr(snake, name) for name in fields}
    for conversation in (camel, snake, mixed):
        media = conversation.messages[-1].parts[0]
        assert isinstance(media, Media)
        assert (media.kind, media.media_type, media.data) == ("image", "image/png", "+/8=")
    assert snake.messages[-1].parts[0].at == ("contents", "parts", 0)
    assert snake.features["top_p"] == ("generation_config", "top_p")


def test_a_field_under_both_spellings_is_refused() -> None:
    with pytest.raises(BadParameter):
        read(generationConfig={}, generation_config={})


def test_paths_lead_back_into_the_clients_tree() -> None:
    tree = {
        "system_instruction": {"parts": [{"text": "secret 1"}]},
        "contents": [
            {"parts": [{"text": "secret 2"}]},
            {"role": "model", "parts": [{"function_call": {"name": "f", "args": {}}}]},
            {"parts": [{"function_response": {"name": "f", "response": {"output": "secret 3"}}}]},
        ],
    }
    conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, "m", False))
    for message in conversation.messages:
        for part in message.parts:
            for text in part.parts if isinstance(part, ToolResult) else (part,):
                if isinstance(text, Text):
                    node: Any = tree
                    for step in text.at:
                        node = node[step]
                    assert node == text.text


def test_calls_without_ids_pair_by_name_and_order() -> None:
    conversation = read(
        contents=[
            {"parts": [{"text": "go"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"name": "f", "args": {"n": 1}}},
                    {"functionCall": {"name": "g", "args": {}}},
                    {"functionCall": {"name": "f", "args": {"n": 2}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"name": "f", "response": {"result": "one"}}},
                    {"functionResponse": {"name": "f", "response": {"result": "two"}}},
                    {"functionResponse": {"name": "g", "response": {"a": 1, "b": 2}}},
                    {"text": "and now?"},
                ],
            },
        ]
    )
    assert [message.role for message in conversation.messages] == ["user", "assistant", "tool", "user"]
    calls, results = conversation.messages[1].parts, conversation.messages[2].parts
    ids = [call.id for call in calls if isinstance(call, ToolCall)]
    assert len(set(ids)) == 3
    told = {result.call_id: result.parts[0].text for result in results if isinstance(result, ToolResult)}
    assert told == {ids[0]: "one", ids[2]: "two", ids[1]: '{"a":1,"b":2}'}


def test_given_ids_are_kept_and_a_response_with_an_unknown_id_finds_its_call_by_name() -> None:
    def conversation(call: dict[str, Any], response: dict[str, Any]) -> tuple[str, str]:
        messages = read(
            contents=[
                {"role": "model", "parts": [{"functionCall": {"name": "f", **call}}]},
                {"parts": [{"functionResponse": {"name": "f", "response": {}, **response}}]},
            ]
        ).messages
        called, result = messages[0].parts[0], messages[1].parts[0]
        assert isinstance(called, ToolCall)
        assert isinstance(result, ToolResult)
        return called.id, result.call_id

    assert conversation({"id": "toolu_1"}, {"id": "toolu_1"}) == ("toolu_1", "toolu_1")
    assert conversation({"id": "toolu_1"}, {}) == ("toolu_1", "toolu_1")
    made, answered = conversation({}, {"id": "client-made"})
    assert made == answered


def test_a_response_may_tell_an_error_or_hold_media() -> None:
    (result,) = parts_of(
        {
            "functionResponse": {
                "name": "f",
                "response": {"error": "no such city"},
                "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
            }
        }
    )
    assert isinstance(result, ToolResult)
    assert result.is_error
    assert [type(part) for part in result.parts] == [Text, Media]


def test_neighbouring_model_contents_are_one_answer() -> None:
    conversation = read(
        contents=[
            {"role": "model", "parts": [{"text": "a"}]},
            {"role": "model", "parts": [{"text": "b"}, {"text": ""}]},
        ]
    )
    (message,) = conversation.messages
    assert [part.text for part in message.parts if isinstance(part, Text)] == ["a", "b"]
    assert "assistant_prefill" in conversation.features


def test_own_signatures_become_provider_states_in_the_standard_alphabet() -> None:
    thought, text, call, bare = parts_of(
        {"text": "hm", "thought": True},
        {"text": "so", "thoughtSignature": "AB-_"},
        {"functionCall": {"name": "f"}, "thought_signature": "AB+/"},
        {"thoughtSignature": "AB+/"},
        role="model",
    )
    assert isinstance(thought, Reasoning)
    assert thought.provider_state is None
    assert text.provider_state == call.provider_state == bare.provider_state == OWN
    assert call.arguments == "{}"


def test_unknown_parts_and_googles_own_tools_stay_whole() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "AB+/"}
    (part,) = parts_of(code, role="model")
    assert isinstance(part, Opaque)
    assert part.value == code
    conversation = read(tools=[{"googleSearch": {}}, {"function_declarations": [{"name": "f"}], "codeExecution": {}}])
    assert [tool.name if isinstance(tool, Tool) else tool.type for tool in conversation.tools] == [
        "googleSearch",
        "f",
        "codeExecution",
    ]
    assert conversation.features["server_tool"] == ("tools", 0, "googleSearch")


def test_settings() -> None:
    conversation = read(
        generationConfig={
            "temperature": 0.1,
            "topK": 40.0,
            "seed": 7,
            "candidateCount": 1,
            "responseLogprobs": True,
            "logprobs": 3,
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}},
            "thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": True},
            "speechConfig": {},
            "somethingNew": 1,
        },
        safetySettings=[{"category": "X", "threshold": "Y"}],
        cachedContent="cachedContents/1",
        labels={"a": "b"},
        serviceTier="flex",
        toolConfig={"retrievalConfig": {}},
    )
    assert (conversation.top_k, conversation.seed, conversation.top_logprobs) == (40, 7, 3)
    assert conversation.response_format == ResponseFormat(
        kind="json_schema", schema={"type": "object", "properties": {"a": {"type": ["string", "null"]}}}, strict=True
    )
    assert conversation.reasoning == ReasoningWish(effort="high", show=True)
    assert conversation.unclaimed == (("generationConfig", "somethingNew"), ("toolConfig", "retrievalConfig"))
    assert "candidates" not in conversation.features
    assert {"safety", "cached_content", "metadata", "service_tier", "audio_output"} <= conversation.features.keys()


@pytest.mark.parametrize(
    ("calling", "choice"),
    [
        ({}, ToolChoice(mode="auto")),
        ({"mode": "AUTO"}, ToolChoice(mode="auto")),
        ({"mode": "VALIDATED"}, ToolChoice(mode="auto")),
        ({"mode": "NONE"}, ToolChoice(mode="none")),
        ({"mode": "any"}, ToolChoice(mode="required")),
        ({"mode": 2}, ToolChoice(mode="required")),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, ToolChoice(mode="named", names=("f",))),
    ],
)
def test_tool_choice(calling: dict[str, Any], choice: ToolChoice) -> None:
    assert read(toolConfig={"functionCallingConfig": calling}).tool_choice == choice


def test_validated_calls_may_be_of_the_functions_that_are_allowed() -> None:
    calling = {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}
    tools = [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}, {"googleSearch": {}}]
    asked = read(tools=tools, toolConfig={"functionCallingConfig": calling})
    assert asked.tool_choice == ToolChoice(mode="auto")
    assert [tool.name for tool in asked.tools if isinstance(tool, Tool)] == ["f"]
    assert len(asked.tools) == 2
    assert not asked.unclaimed


def test_schemas_become_json_schema() -> None:
    assert json_schema(
        {
            "type": "OBJECT",
            "property_ordering": ["b", "a"],
            "properties": {
                "a": {"type": "STRING", "format": "enum", "enum": ["x"], "nullable": True},
                "b": {"any_of": [{"type": "INTEGER"}, {"type": "NUMBER"}], "nullable": True},
                "type": {"type": "ARRAY", "items": {"type": "BOOLEAN"}, "minItems": "1", "example": [True]},
            },
        }
    ) == {
        "type": "object",
        "properties": {
            "b": {"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]},
            "a": {"type": ["string", "null"], "enum": ["x", None]},
            "type": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "examples": [[True]]},
        },
    }
    numbered = {"type": 6, "properties": {"a": {"type": 1}, "b": {"type": 5, "items": {"type": 3}}}}
    named = {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}}
    assert json_schema(numbered) == {"type": "object", "properties": named}, "as Google's older SDKs write them"
    plain = {"type": "object", "properties": {"x": {"$ref": "#/$defs/y"}}, "$defs": {"y": {"type": "string"}}}
    assert json_schema(plain) == plain
    assert read(tools=[{"functionDeclarations": [{"name": "f", "parametersJsonSchema": plain}]}]).tools == (
        Tool(name="f", schema=plain, at=("tools", 0, "functionDeclarations", 0)),
    )


@pytest.mark.parametrize(
    "tree",
    [
        {"contents": [{"role": "system", "parts": []}]},
        {"contents": ["hi"]},
        {"contents": [{"parts": "hi"}]},
        {"contents": [{"parts": [{"text": 5}]}]},
        {"contents": [{"parts": [5]}]},
        {"contents": [{"parts": [{"functionCall": {"args": {}}}]}]},
        {"contents": [{"parts": [{"functionCall": {"name": "f", "args": []}}]}]},
        {"contents": [{"parts": [{"inlineData": {}}]}]},
        {"contents": [], "generationConfig": {"temperature": "hot"}},
        {"contents": [], "tools": [{"functionDeclarations": [{}]}]},
        {"contents": [], "toolConfig": {"functionCallingConfig": {"mode": "MAYBE"}}},
    ],
)
def test_wrong_types_are_bad_parameters(tree: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        CLIENT.decode_request(tree, Envelope(model="m"))


words = st.sampled_from(
    [
        "contents",
        "parts",
        "role",
        "model",
        "user",
        "text",
        "thought",
        "thoughtSignature",
        "function_call",
        "name",
        "args",
        "functionResponse",
        "response",
        "inlineData",
        "data",
        "fileData",
        "fileUri",
        "tools",
        "functionDeclarations",
        "parameters",
        "type",
        "OBJECT",
        "nullable",
        "generationConfig",
        "stopSequences",
        "systemInstruction",
        "id",
    ]
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(words, trees))
def test_no_tree_breaks_the_reader(tree: dict[str, Any]) -> None:
    try:
        conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, "m", False))
        PROVIDER.encode_request(conversation, "m", strict=False)
        PROVIDER.retarget(tree, Envelope(model="m"), "n")
    except BadRequest:
        pass


# --- writing


def test_system_texts_join_wherever_they_stood() -> None:
    body = write(
        Message(role="system", parts=(Text(text="one"),)),
        Message(role="developer", parts=(Text(text="two"),)),
        Message(role="user", parts=(Text(text="hi"),)),
        Message(role="system", parts=(Text(text="three"),)),
        Message(role="user", parts=(Text(text="there"),)),
    )
    assert body["systemInstruction"] == {"parts": [{"text": "one"}, {"text": "two"}, {"text": "three"}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "hi"}, {"text": "there"}]}]


def test_system_text_alone_is_what_the_user_asks() -> None:
    body = write(Message(role="system", parts=(Text(text="one"),)), Message(role="system", parts=(Text(text="two"),)))
    assert body["systemInstruction"] == {"parts": [{"text": "one"}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "two"}]}]


def test_a_blank_turn_stands_before_a_call_that_nobody_asked_for() -> None:
    call = ToolCall(id="a", name="f", arguments="{}")
    body = write(Message(role="assistant", parts=(call,)), Message(role="tool", parts=(ToolResult(call_id="a"),)))
    assert body["contents"][0] == {"role": "user", "parts": [{"text": " "}]}
    assert "functionCall" in body["contents"][1]["parts"][0]


def test_an_empty_question_still_makes_a_request() -> None:
    body = write(Message(role="user", parts=(Text(text=""),)))
    assert body["contents"] == [{"role": "user", "parts": [{"text": " "}]}]


def test_an_empty_question_is_no_leave_to_go_on_with_the_models_own_words() -> None:
    turns = [Message(role=role, parts=(Text(text=said),)) for role, said in (("user", "a"), ("assistant", "b"))]
    empty = Message(role="user", parts=(Text(text=""),))
    later = Message(role="system", parts=(Text(text="s"),))
    for more in ((empty,), (empty, empty), (empty, later)):
        assert write(*turns, *more)["contents"][2:] == [{"role": "user", "parts": [{"text": " "}]}]
    assert len(write(*turns)["contents"]) == 2


def test_parallel_results_follow_the_order_of_the_calls() -> None:
    body = write(
        Message(role="user", parts=(Text(text="go"),)),
        Message(
            role="assistant",
            parts=(
                ToolCall(
                    id="call_gemini_R_0", name="f", arguments='{"n": 12345678901234567890123}', provider_state=OWN
                ),
                ToolCall(id="call_gemini_R_1", name="f", arguments=""),
            ),
        ),
        Message(
            role="tool",
            parts=(
                ToolResult(call_id="call_gemini_R_1", parts=(Text(text="second"),)),
                ToolResult(call_id="call_gemini_R_0", parts=(Text(text='{"t": 1.0}'),)),
            ),
        ),
        Message(role="user", parts=(Text(text="?"),)),
    )
    assert body["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "f", "args": {"n": 12345678901234567890123}}, "thoughtSignature": "AB+/"},
                {"functionCall": {"name": "f", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "f", "response": {"t": 1.0}}},
                {"functionResponse": {"name": "f", "response": {"output": "second"}}},
                {"text": "?"},
            ],
        },
    ]


def test_calls_of_other_models_keep_their_ids_and_bear_googles_word() -> None:
    body = write(
        Message(role="user", parts=(Text(text="go"),)),
        Message(
            role="assistant",
            parts=(
                Reasoning(text="hm", provider_state=CLAUDE),
                Refusal(text="no"),
                ToolCall(id="toolu_1", name="f", arguments="[1]", provider_state=CLAUDE),
                ToolCall(id="toolu_2", name="g", arguments="{}"),
            ),
        ),
        Message(role="tool", parts=(ToolResult(call_id="toolu_1", parts=(Text(text="bad"),), is_error=True),)),
    )
    assert body["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "no"},
                {
                    "functionCall": {"name": "f", "args": {"input": "[1]"}, "id": "toolu_1"},
                    "thoughtSignature": UNVALIDATED,
                },
                {"functionCall": {"name": "g", "args": {}, "id": "toolu_2"}},
            ],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "f", "id": "toolu_1", "response": {"error": "bad"}}}],
        },
    ]


def test_media() -> None:
    body = write(
        Message(
            role="user",
            parts=(
                Media(kind="image", media_type="image/png", data="AAAA"),
                Media(kind="image", url="https://example.org/a.webp?x=1"),
                Media(kind="document", text="plain"),
                Media(kind="document", url="https://example.org/x"),
                Media(kind="video", file_id="gs://bucket/film", media_type="video/mp4"),
            ),
        ),
    )
    assert body["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"fileData": {"fileUri": "https://example.org/a.webp?x=1", "mimeType": "image/webp"}},
        {"inlineData": {"mimeType": "text/plain", "data": base64.b64encode(b"plain").decode()}},
        {"fileData": {"fileUri": "https://example.org/x"}},
        {"fileData": {"fileUri": "gs://bucket/film", "mimeType": "video/mp4"}},
    ]


@pytest.mark.parametrize(
    ("feature", "part"),
    [
        ("audio_input", Media(kind="audio", file_id="file-1")),
        ("image_file", Media(kind="image", file_id="file-1")),
        ("opaque_part", Opaque(dialect="anthropic", value={})),
    ],
)
def test_what_only_another_provider_can_read_is_refused(feature: str, part: Any) -> None:
    with pytest.raises(DialectCannotCarry):
        write(Message(role="user", parts=(part,)), features=(feature,))


def test_own_tools_parts_and_files_are_carried_and_foreign_ones_refused() -> None:
    code = {"executableCode": {"code": "1"}}
    body = write(
        Message(role="user", parts=(Media(kind="image", file_id="gs://b/i", media_type="image/png"),)),
        Message(role="assistant", parts=(Opaque(dialect="gemini", value=code),)),
        tools=(ServerTool(dialect="gemini", type="googleSearch", value={}),),
        features=("server_tool", "opaque_part", "image_file"),
    )
    assert body["tools"] == [{"googleSearch": {}}]
    assert body["contents"][1]["parts"] == [code]
    with pytest.raises(DialectCannotCarry):
        write(tools=(ServerTool(dialect="anthropic", type="web_search", value={}),), features=("server_tool",))


@pytest.mark.parametrize(
    ("model", "taken"),
    [("gemini-2.0-flash", True), ("own", True), ("gemini-2.5-pro", False), ("models/gemini-3-pro-preview", False),
     ("gemini-flash-latest", False)],
)  # fmt: skip
def test_penalties_go_to_the_models_that_take_them(model: str, *, taken: bool) -> None:
    asked = {"presence_penalty": 0.1, "frequency_penalty": 0.2}
    conversation = Conversation(
        model="m",
        messages=(Message(role="user", parts=(Text(text="a"),)),),
        features={name: (name,) for name in asked},
        **asked,  # type: ignore[arg-type]
    )
    encoded = PROVIDER.encode_request(conversation, model, False)
    written = json.loads(encoded.body).get("generationConfig", {})
    assert written == ({"presencePenalty": 0.1, "frequencyPenalty": 0.2} if taken else {})
    assert {loss.feature for loss in encoded.losses} == (set() if taken else asked.keys())


def test_settings_on_the_wire() -> None:
    schema = {"type": "object", "additionalProperties": False}
    body = write(
        max_output_tokens=5,
        temperature=0.5,
        top_p=0.5,
        top_k=3,
        stop=("x",),
        seed=1,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        candidates=2,
        logprobs=True,
        top_logprobs=3,
        response_format=ResponseFormat(kind="json_schema", schema=schema, name="n"),
        tools=(Tool(name="f", description="d", schema=schema), Tool(name="g")),
        tool_choice=ToolChoice(mode="named", names=("f", "g")),
        service_tier="default",
    )
    assert body["generationConfig"] == {
        "maxOutputTokens": 5,
        "temperature": 0.5,
        "topP": 0.5,
        "topK": 3,
        "stopSequences": ["x"],
        "seed": 1,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
        "candidateCount": 2,
        "responseLogprobs": True,
        "logprobs": 3,
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }
    assert body["tools"] == [
        {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": schema}, {"name": "g"}]}
    ]
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f", "g"]}}
    assert "toolConfig" not in write(tool_choice=ToolChoice(mode="none"))
    assert body["serviceTier"] == "standard"


@pytest.mark.parametrize(
    ("wish", "model", "config"),
    [
        (ReasoningWish(effort="high"), "gemini-2.5-pro", {"thinkingBudget": 24576}),
        (ReasoningWish(effort="high"), "models/gemini-3-pro", {"thinkingLevel": "HIGH"}),
        (ReasoningWish(effort="max", show=True), "new", {"thinkingLevel": "HIGH", "includeThoughts": True}),
        (ReasoningWish(effort="none"), "gemini-2.5-flash", {"thinkingBudget": 0}),
        (ReasoningWish(enabled=False), "gemini-3-flash", {"thinkingLevel": "MINIMAL"}),
        (ReasoningWish(effort="none"), "gemini-3.1-pro-preview", {"thinkingLevel": "LOW"}),
        (ReasoningWish(effort="none"), "gemini-2.5-pro", {"thinkingBudget": 128}),
        (ReasoningWish(enabled=True, budget_tokens=31999), "gemini-2.5-flash", {"thinkingBudget": 24576}),
        (ReasoningWish(enabled=True, budget_tokens=31999), "gemini-2.5-pro", {"thinkingBudget": 31999}),
        (ReasoningWish(budget_tokens=100), "models/gemini-2.5-flash-lite", {"thinkingBudget": 512}),
        (ReasoningWish(enabled=True, budget_tokens=31999), "gemini-3-flash", {"thinkingBudget": 31999}),
        (ReasoningWish(enabled=True, budget_tokens=2048), "gemini-3-flash", {"thinkingBudget": 2048}),
        (ReasoningWish(enabled=True, budget_tokens=-1), "gemini-2.5-flash", {"thinkingBudget": -1}),
        (ReasoningWish(enabled=True), "gemini-2.5-flash", {"thinkingBudget": -1}),
        (ReasoningWish(), "gemini-2.5-flash", None),
    ],
)
def test_a_wish_to_think(wish: ReasoningWish, model: str, config: Any) -> None:
    assert write(model=model, reasoning=wish).get("generationConfig", {}).get("thinkingConfig") == config


# --- state of other dialects


def test_foreign_state_comes_back_out_of_a_signature() -> None:
    thought = Reasoning(text="hm", provider_state=CLAUDE, id="rs_1")
    text = signature_text(CLAUDE, [thought])
    assert text is not None
    assert base64.b64decode(text, validate=True)
    for shown in (text, text.replace("+", "-").replace("/", "_")):
        signature = opened(shown)
        assert (signature.provider_state, signature.reasoning) == (CLAUDE, (thought,))
    assert opened(text[:-8]).provider_state is None
    assert opened(UNVALIDATED).provider_state is None


@given(st.text(max_size=30))
def test_any_signature_is_readable(text: str) -> None:
    opened(text)
    opened("Z3dzZWFs" + text)


def test_thinking_of_another_provider_returns_whole_with_or_without_its_parts() -> None:
    thought = Reasoning(text="long thought", provider_state=CLAUDE)
    sealed_thought = signature_text(CLAUDE)
    sealed_call = signature_text(None, [thought])
    call = {"functionCall": {"name": "f", "id": "toolu_1", "args": {}}, "thoughtSignature": sealed_call}
    kept = parts_of(
        {"text": "long ", "thought": True},
        {"text": "thought", "thought": True},
        {"text": "", "thought": True, "thoughtSignature": sealed_thought},
        call,
        role="model",
    )
    unsigned = parts_of({"text": "long ", "thought": True}, {"text": "thought", "thought": True}, call, role="model")
    dropped = parts_of(call, role="model")
    for parts in (kept, unsigned, dropped):
        reasoning, called = parts
        assert isinstance(reasoning, Reasoning)
        assert (reasoning.text, reasoning.provider_state) == ("long thought", CLAUDE)
        assert isinstance(called, ToolCall)
        assert (called.id, called.provider_state) == ("toolu_1", None)


def test_thinking_cut_over_several_contents_returns_whole() -> None:
    carried = signature_text(None, [Reasoning(text="long thought", provider_state=CLAUDE)])
    conversation = read(
        contents=[
            {"role": "model", "parts": [{"text": "long ", "thought": True}]},
            {"role": "model", "parts": [{"text": "thought", "thought": True}]},
            {"role": "model", "parts": [{"text": "", "thought": True, "thoughtSignature": signature_text(CLAUDE)}]},
            {"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": carried}]},
        ]
    )
    reasoning, call = conversation.messages[0].parts
    assert isinstance(reasoning, Reasoning)
    assert (reasoning.text, reasoning.provider_state) == ("long thought", CLAUDE)
    assert isinstance(call, ToolCall)


def test_sealed_ids_are_opened_in_calls_and_in_results() -> None:
    thought = Reasoning(text="hm", provider_state=CLAUDE)
    shown = seal("toolu_1", CLAUDE, (thought,))
    conversation = read(
        contents=[
            {"role": "model", "parts": [{"functionCall": {"name": "f", "id": shown}}]},
            {"parts": [{"functionResponse": {"name": "f", "id": shown, "response": {}}}]},
        ]
    )
    reasoning, call = conversation.messages[0].parts
    assert reasoning == thought
    assert isinstance(call, ToolCall)
    assert (call.id, call.provider_state) == ("toolu_1", CLAUDE)
    result = conversation.messages[1].parts[0]
    assert isinstance(result, ToolResult)
    assert result.call_id == "toolu_1"


def test_retarget_takes_foreign_state_out_and_nothing_else() -> None:
    shown = seal("toolu_1", CLAUDE)
    sealed = signature_text(CLAUDE)
    tree = {
        "model": "models/alias",
        "contents": [
            {"parts": [{"text": "hi"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "", "thought": True, "thoughtSignature": sealed},
                    {"function_call": {"name": "f", "id": shown}, "thought_signature": sealed},
                    {"functionCall": {"name": "g", "id": "own"}, "thoughtSignature": "AB+/"},
                ],
            },
            {"parts": [{"functionResponse": {"name": "f", "id": shown, "response": {}}}]},
        ],
    }
    edits = PROVIDER.retarget(tree, Envelope(model="alias"), "gemini-x")
    assert json.loads(apply_edits(msgspec.json.encode(tree), edits)) == {
        "contents": [
            {"parts": [{"text": "hi"}]},
            {
                "role": "model",
                "parts": [
                    {"text": "", "thought": True},
                    {"function_call": {"name": "f", "id": "toolu_1"}, "thought_signature": UNVALIDATED},
                    {"functionCall": {"name": "g", "id": "own"}, "thoughtSignature": "AB+/"},
                ],
            },
            {"parts": [{"functionResponse": {"name": "f", "id": "toolu_1", "response": {}}}]},
        ]
    }
    assert PROVIDER.retarget({"contents": []}, Envelope(model="m"), "x") == ()
