"""Responses requests, read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gateway.core.edits import apply_edits
from gateway.core.messages import (
    Conversation,
    Grammar,
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
from gateway.dialects import anthropic, gemini, mistral, openai_chat
from gateway.dialects.openai_responses import CLIENT, PROVIDER
from gateway.dialects.state_in_ids import seal
from gateway.errors import BadParameter, DialectCannotCarry


def read(**tree: Any) -> Conversation:
    tree = {"model": "m", "input": "hi", **tree}
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))


def items(*given: Any) -> tuple[Message, ...]:
    return read(input=list(given)).messages


def call(call_id: str = "call_1", name: str = "f", arguments: str = "{}", **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **more}


def result(call_id: str = "call_1", output: Any = "ok") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def parts(message: Message) -> list[tuple[str, Any]]:
    def said(part: Any) -> Any:
        return part.text if isinstance(part, (Text, Refusal, Reasoning)) else getattr(part, "id", None)

    return [(type(part).__name__, said(part)) for part in message.parts]


def test_a_text_is_the_users_message_and_instructions_lead() -> None:
    conversation = read(instructions="Be brief.")
    assert conversation.messages == (
        Message(role="system", parts=(Text(text="Be brief.", at=("instructions",)),), at=("instructions",)),
        Message(role="user", parts=(Text(text="hi", at=("input",)),), at=("input",)),
    )
    assert conversation.features == {"system": ("instructions",)}
    assert conversation.unclaimed == ()


def test_messages_of_every_role_and_shape() -> None:
    conversation = read(
        input=[
            {"role": "system", "content": "S"},
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "D"}]},
            {"role": "user", "content": "U"},
            {
                "type": "message",
                "id": "msg_1",
                "status": "completed",
                "role": "assistant",
                "content": [
                    {"type": "output_text", "text": "A", "annotations": [], "logprobs": []},
                    {"type": "refusal", "refusal": "no"},
                ],
            },
            {"role": "system", "content": "later"},
        ]
    )
    assert [(message.role, parts(message)) for message in conversation.messages] == [
        ("system", [("Text", "S")]),
        ("developer", [("Text", "D")]),
        ("user", [("Text", "U")]),
        ("assistant", [("Text", "A"), ("Refusal", "no")]),
        ("system", [("Text", "later")]),
    ]
    assert conversation.features == {
        "system": ("input", 0),
        "refusal_replay": ("input", 3, "content", 1),
        "system_mid_conversation": ("input", 4),
    }
    assert conversation.unclaimed == ()


def test_what_the_model_said_in_one_go_is_one_message_in_its_order() -> None:
    messages = items(
        {"role": "user", "content": "q"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"role": "assistant", "content": "I look."},
        call("c1"),
        call("c2", "g"),
        result("c1", "one"),
        result("c2", "two"),
        {"role": "assistant", "content": "Done."},
    )
    assert [(message.role, message.at) for message in messages] == [
        ("user", ("input", 0)),
        ("assistant", ("input", 1)),
        ("tool", ("input", 5)),
        ("assistant", ("input", 7)),
    ]
    assert parts(messages[1]) == [("Reasoning", "hm"), ("Text", "I look."), ("ToolCall", "c1"), ("ToolCall", "c2")]
    results = [part for part in messages[2].parts if isinstance(part, ToolResult)]
    assert [(part.call_id, part.name) for part in results] == [("c1", "f"), ("c2", "g")]


def test_the_apis_own_reasoning_item_is_kept_byte_for_byte() -> None:
    item: dict[str, Any] = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "encrypted_content": "gAAA=",
        "status": None,
        "new": 2**70,
    }
    conversation = read(input=[item, {"role": "assistant", "content": "A"}])
    reasoning = conversation.messages[0].parts[0]
    assert isinstance(reasoning, Reasoning)
    assert reasoning.provider_state == ProviderState(
        "openai_responses", "reasoning_item", msgspec.json.encode(item).decode()
    )
    assert "reasoning_replay" in conversation.features
    body = PROVIDER.encode_request(conversation, "m", strict=False).body
    assert msgspec.json.encode(item) in body


FOREIGN = ProviderState("anthropic", "signature", "SIG")


def ours(text: str, provider_state: ProviderState | None = FOREIGN, **more: Any) -> dict[str, Any]:
    sealed = seal("gw", None, (Reasoning(text=text, provider_state=provider_state),)) if provider_state else "gw__gw_"
    return {
        "type": "reasoning",
        "id": "rs_gw_x_0",
        "summary": [{"type": "summary_text", "text": text}],
        "encrypted_content": sealed,
        **more,
    }


@pytest.mark.parametrize(
    "given",
    [
        [ours("deep"), call()],
        [ours("deep", id=None), call()],
        [call(seal("call_1", None, (Reasoning(text="deep", provider_state=FOREIGN),)))],
        [ours("deep"), call(seal("call_1", None, (Reasoning(text="deep", provider_state=FOREIGN),)))],
        [ours("deep", None), call(seal("call_1", None, (Reasoning(text="deep", provider_state=FOREIGN),)))],
        [
            ours("deep", encrypted_content=None),
            call(seal("call_1", None, (Reasoning(text="deep", provider_state=FOREIGN),))),
        ],
    ],
    ids=["item", "item without id", "call", "both", "unsigned copy and call", "stripped item and call"],
)
def test_sealed_reasoning_comes_back_once(given: list[Any]) -> None:
    message = items(*given)[0]
    assert parts(message) == [("Reasoning", "deep"), ("ToolCall", "call_1")]
    reasoning = message.parts[0]
    assert isinstance(reasoning, Reasoning)
    assert reasoning.provider_state == FOREIGN


@pytest.mark.parametrize(
    "item",
    [ours("seen", None), ours("seen", None, id=None), ours("seen", encrypted_content=None)],
    ids=["empty seal", "empty seal without id", "no seal"],
)
def test_shown_reasoning_without_state_has_no_provider_state(item: dict[str, Any]) -> None:
    reasoning = items(item)[0].parts[0]
    assert isinstance(reasoning, Reasoning)
    assert (reasoning.text, reasoning.provider_state) == ("seen", None)


def test_sealed_call_ids_are_opened_in_results_too() -> None:
    own = ProviderState("gemini", "thoughtSignature", "T")
    messages = items(call(seal("call_1", own)), result(seal("call_1", own)))
    assert messages[0].parts[0] == ToolCall(id="call_1", name="f", arguments="{}", provider_state=own, at=("input", 0))
    answered = messages[1].parts[0]
    assert isinstance(answered, ToolResult)
    assert (answered.call_id, answered.name) == ("call_1", "f")


def test_results_may_hold_texts_pictures_and_files() -> None:
    conversation = read(
        input=[
            result(
                output=[
                    {"type": "input_text", "text": "see"},
                    {"type": "input_image", "image_url": "data:image/png;base64,AA-_", "detail": "low"},
                    {"type": "input_file", "file_data": "QUJD", "filename": "a.pdf"},
                ]
            )
        ]
    )
    answered = conversation.messages[0].parts[0]
    assert isinstance(answered, ToolResult)
    text, image, document = answered.parts
    assert isinstance(text, Text)
    assert isinstance(image, Media)
    assert isinstance(document, Media)
    assert (image.data, image.media_type, image.detail) == ("AA+/", "image/png", "low")
    assert (document.data, document.media_type, document.name) == ("QUJD", "application/pdf", "a.pdf")
    assert {"tool_result_media", "image_data", "image_detail", "document_data"} < conversation.features.keys()


@pytest.mark.parametrize(
    ("part", "feature", "member", "value"),
    [
        ({"type": "input_image", "image_url": "https://e.org/a.png"}, "image_url", "url", "https://e.org/a.png"),
        ({"type": "input_image", "file_id": "file-1", "detail": "auto"}, "image_file", "file_id", "file-1"),
        ({"type": "input_file", "file_url": "https://e.org/a.pdf"}, "document_url", "url", "https://e.org/a.pdf"),
        ({"type": "input_file", "file_id": "file-2"}, "document_file", "file_id", "file-2"),
        ({"type": "input_file", "file_data": "data:text/plain;base64,QQ=="}, "document_data", "data", "QQ=="),
        ({"type": "input_audio", "input_audio": {"data": "UQ==", "format": "mp3"}}, "audio_input", "data", "UQ=="),
    ],
)
def test_media_of_every_kind(part: dict[str, Any], feature: str, member: str, value: str) -> None:
    conversation = read(input=[{"role": "user", "content": [part]}])
    assert getattr(conversation.messages[0].parts[0], member) == value
    assert conversation.features == {feature: ("input", 0, "content", 0)}
    assert conversation.unclaimed == ()


def test_of_several_sources_of_a_part_the_first_is_carried_and_the_others_are_told() -> None:
    document = {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "file_url": "https://x.y/z.pdf"}
    image = {"type": "input_image", "image_url": "https://x.y/z.png", "file_id": "file-2"}
    linked = {"type": "input_file", "file_url": "https://x.y/z.pdf", "file_id": "file-3"}
    told = read(input=[{"role": "user", "content": [document, image, linked]}]).unclaimed
    at = ("input", 0, "content")
    assert told == ((*at, 0, "file_url"), (*at, 1, "file_id"), (*at, 2, "file_id"))


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "f"}])
@pytest.mark.parametrize("to", [anthropic, gemini, mistral, openai_chat])
def test_a_tool_that_is_demanded_and_not_offered_is_refused(choice: Any, to: Any) -> None:
    with pytest.raises(DialectCannotCarry, match="the request offers none") as refused:
        to.PROVIDER.encode_request(read(input="Hello", tool_choice=choice), "m", strict=False)
    assert refused.value.param == "tool_choice"


def test_a_freeform_tool_its_call_and_its_result() -> None:
    conversation = read(
        tools=[{"type": "custom", "name": "patch", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}}],
        input=[
            {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "*** Begin"},
            {"type": "custom_tool_call_output", "call_id": "c", "output": "done"},
        ],
    )
    grammar = Grammar("lark", "x")
    assert conversation.tools == (Tool(name="patch", custom=True, grammar=grammar, at=("tools", 0)),)
    assert conversation.features["custom_tool_grammar"] == ("tools", 0, "format")
    called, answered = conversation.messages[0].parts[0], conversation.messages[1].parts[0]
    assert called == ToolCall(id="c", name="patch", arguments="*** Begin", custom=True, at=("input", 0))
    assert isinstance(answered, ToolResult)
    assert (answered.name, answered.custom) == ("patch", True)
    assert not conversation.unclaimed


@pytest.mark.parametrize("strict", [True, False, None])
def test_functions_are_flat(strict: bool | None) -> None:
    schema = {"type": "object", "properties": {}}
    tool = {"type": "function", "name": "f", "description": "d", "parameters": schema, "strict": strict}
    conversation = read(tools=[tool])
    assert conversation.tools == (Tool(name="f", description="d", schema=schema, strict=strict, at=("tools", 0)),)
    assert ("tool_strict" in conversation.features) is (strict is True)


def test_tools_that_the_provider_runs_are_kept_whole() -> None:
    tool = {"type": "web_search", "filters": {"allowed_domains": ["e.org"]}}
    conversation = read(tools=[tool])
    assert conversation.tools == (
        ServerTool(dialect="openai_responses", type="web_search", value=tool, at=("tools", 0)),
    )
    assert conversation.features == {"server_tool": ("tools", 0)}


TOOLS: list[dict[str, Any]] = [{"type": "function", "name": name, "parameters": {}} for name in ("f", "g")]


@pytest.mark.parametrize(
    ("choice", "expected", "feature"),
    [
        ("auto", ToolChoice(mode="auto"), None),
        ("none", ToolChoice(mode="none"), "tool_choice"),
        ("required", ToolChoice(mode="required"), "tool_choice"),
        ({"type": "function", "name": "f"}, ToolChoice(mode="named", names=("f",)), "tool_choice_named"),
        ({"type": "custom", "name": "f"}, ToolChoice(mode="named", names=("f",)), "tool_choice_named"),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice(mode="named", names=("f",)),
            "tool_choice_allowed",
        ),
        ({"type": "web_search_preview"}, ToolChoice(mode="named", names=("web_search_preview",)), "server_tool"),
    ],
    ids=["auto", "none", "required", "function", "custom", "allowed", "hosted"],
)
def test_every_choice_among_tools(choice: Any, expected: ToolChoice, feature: str | None) -> None:
    conversation = read(tools=TOOLS, tool_choice=choice)
    assert conversation.tool_choice == expected
    assert conversation.features.keys() - {"tools"} == ({feature} if feature else set())


def test_tools_allowed_at_will_are_the_only_ones_on_offer() -> None:
    choice = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]}
    conversation = read(tools=TOOLS, tool_choice=choice)
    assert [tool.name for tool in conversation.tools if isinstance(tool, Tool)] == ["g"]
    assert conversation.tool_choice == ToolChoice(mode="auto")


def test_the_answers_format() -> None:
    schema = {"type": "object", "properties": {}}
    form = {"type": "json_schema", "name": "n", "schema": schema, "strict": True, "description": "d"}
    conversation = read(text={"format": form, "verbosity": "low"})
    assert conversation.response_format == ResponseFormat(
        kind="json_schema", schema=schema, name="n", strict=True, description="d"
    )
    assert conversation.verbosity == "low"
    assert conversation.features == {"json_schema": ("text", "format"), "verbosity": ("text", "verbosity")}
    assert read(text={"format": {"type": "json_object"}}).response_format == ResponseFormat(kind="json_object")
    assert read(text={"format": {"type": "text"}, "verbosity": "medium"}).features == {}


def test_how_much_to_think_and_whether_to_show_it() -> None:
    assert read(reasoning={"effort": "low", "summary": None}).reasoning == ReasoningWish(effort="low")
    assert read(reasoning={"effort": "none"}).reasoning == ReasoningWish(effort="none", enabled=False)
    assert read(reasoning={"generate_summary": "auto"}).reasoning == ReasoningWish(show=True)
    assert read(reasoning={"effort": None, "summary": None}).reasoning is None
    assert read(reasoning={}).features == {}


def test_log_probabilities_are_asked_for_by_include() -> None:
    conversation = read(include=["message.output_text.logprobs"], top_logprobs=2)
    assert (conversation.logprobs, conversation.top_logprobs) == (True, 2)
    assert "logprobs" in conversation.features


def test_what_codex_sends_says_nothing_that_others_cannot_take() -> None:
    conversation = read(
        stream=True,
        store=False,
        include=["reasoning.encrypted_content"],
        parallel_tool_calls=True,
        tool_choice="auto",
        tools=[{"type": "function", "name": "shell", "strict": False, "parameters": {"type": "object"}}],
        reasoning={"effort": "medium", "summary": "auto"},
        prompt_cache_key="session",
        text={"verbosity": "medium"},
        truncation="disabled",
        background=False,
        service_tier="auto",
        metadata={},
        top_p=1,
    )
    assert conversation.features.keys() == {"tools", "reasoning", "prompt_cache"}
    assert conversation.unclaimed == ()


@pytest.mark.parametrize(
    ("tree", "feature"),
    [
        ({"previous_response_id": "resp_1"}, "server_state"),
        ({"conversation": "conv_1"}, "server_state"),
        ({"prompt": {"id": "pmpt_1"}}, "server_state"),
        ({"background": True}, "server_state"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "server_state"),
        ({"input": [{"id": "msg_1"}]}, "server_state"),
        ({"input": [{"type": "computer_call_output", "call_id": "c", "output": {}}]}, "opaque_part"),
        ({"tools": [{"type": "web_search"}]}, "server_tool"),
    ],
)
@pytest.mark.parametrize("other", [openai_chat, anthropic, gemini, mistral], ids=lambda codec: codec.__name__[17:])
def test_what_lives_at_the_provider_stays_there(tree: dict[str, Any], feature: str, other: Any) -> None:
    conversation = read(**tree)
    assert feature in conversation.features
    with pytest.raises(DialectCannotCarry) as refused:
        other.PROVIDER.encode_request(conversation, "m", strict=False)
    assert feature in refused.value.message


@pytest.mark.parametrize(
    ("tree", "feature"),
    [
        ({"store": True}, "store"),
        ({"truncation": "auto"}, "truncation"),
        ({"include": ["file_search_call.results"]}, "include"),
        ({"context_management": [{"type": "compaction"}]}, "context_management"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"safety_identifier": "u"}, "user"),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"parallel_tool_calls": False}, "parallel_tool_calls"),
        ({"temperature": 0}, "temperature"),
        ({"max_output_tokens": 20}, "max_output_tokens"),
    ],
)
def test_settings_are_noted(tree: dict[str, Any], feature: str) -> None:
    conversation = read(**tree)
    assert conversation.features.keys() == {feature}
    assert conversation.unclaimed == ()


def test_an_item_without_a_form_keeps_its_place() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
    message = items(search, {"role": "assistant", "content": "A"})[0]
    assert message.parts[0] == Opaque(dialect="openai_responses", value=search, at=("input", 0))
    assert parts(message)[1:] == [("Text", "A")]


def test_what_nobody_knows_is_unclaimed() -> None:
    conversation = read(
        new_field=1,
        input=[
            {"role": "user", "content": "q", "mood": "x"},
            call(extra=1),
            result() | {"caller": {"type": "program"}},
        ],
        tools=[{"type": "function", "name": "f", "defer_loading": True, "async": False}],
        tool_choice={"type": "mcp", "server_label": "s"},
        reasoning={"context": "all_turns"},
    )
    assert set(conversation.unclaimed) == {
        ("new_field",),
        ("input", 0, "mood"),
        ("input", 1, "extra"),
        ("input", 2, "caller"),
        ("tools", 0, "defer_loading"),
        ("tool_choice", "server_label"),
        ("reasoning", "context"),
    }


def test_a_messages_phase_stays_with_it_and_a_call_goes_by_its_joined_name() -> None:
    given = [
        {"role": "assistant", "content": "thinking aloud", "phase": "commentary"},
        {"role": "assistant", "content": "final", "phase": "final_answer"},
        call(namespace="files", caller={"type": "direct"}),
    ]
    conversation = read(input=given)
    written = json.loads(PROVIDER.encode_request(conversation, "m", strict=False).body)["input"]
    assert written == [
        given[0],
        given[1],
        {"type": "function_call", "call_id": "call_1", "name": "files__f", "arguments": "{}"},
    ]


@pytest.mark.parametrize(
    ("tree", "param"),
    [
        ({"model": ""}, "model"),
        ({"model": 5}, "model"),
        ({"model": "m" * 513}, "model"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 5}, "input"),
        ({"stream": "true"}, "stream"),
        ({"background": 1}, "background"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"max_output_tokens": True}, "max_output_tokens"),
        ({"max_output_tokens": "5"}, "max_output_tokens"),
        ({"max_output_tokens": 1.5}, "max_output_tokens"),
        ({"max_output_tokens": 2**31}, "max_output_tokens"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"max_tool_calls": 0}, "max_tool_calls"),
        ({"tools": {}}, "tools"),
        ({"tools": [{}] * 4097}, "tools"),
        ({"tools": [{"type": "namespace", "tools": [{}] * 4096}]}, "tools"),
        ({"tools": [{}] * 97, "input": [{"type": "additional_tools", "tools": [{}] * 4000}]}, "tools"),
        ({"stream_options": []}, "stream_options"),
    ],
)
def test_absurdities_are_refused_by_name_before_the_input_is_read(tree: dict[str, Any], param: str) -> None:
    with pytest.raises(BadParameter) as refused:
        CLIENT.envelope({"model": "m", "input": "hi", **tree}, None, False)
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("tree", "param"),
    [
        ({"temperature": "1"}, "temperature"),
        ({"instructions": ["x"]}, "instructions"),
        ({"input": ["x"]}, "input[0]"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": 5}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input[0].call_id"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0].name"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0].call_id"),
        ({"input": [result(output=[{"type": "refusal", "refusal": "x"}])]}, "input[0].output[0]"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"text": {"format": {"type": "yaml"}}}, "text.format.type"),
        ({"include": "x"}, "include"),
    ],
)
def test_wrong_types_are_refused_by_name(tree: dict[str, Any], param: str) -> None:
    with pytest.raises(BadParameter) as refused:
        read(**tree)
    assert refused.value.param == param


def test_the_envelope_tells_what_the_road_must_know() -> None:
    envelope = CLIENT.envelope({"model": "m", "input": "x", "stream": True, "max_output_tokens": 7}, None, False)
    assert (envelope.model, envelope.stream, envelope.include_usage) == ("m", True, True)
    assert (envelope.max_output_tokens, envelope.candidates) == (7, 1)
    assert CLIENT.envelope({"model": "m", "previous_response_id": "resp_1"}, None, False).stream is False


def edited(**tree: Any) -> tuple[dict[str, Any], int]:
    tree = {"model": "m", **tree}
    edits = PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "m")
    return json.loads(apply_edits(json.dumps(tree).encode(), edits)), len(edits)


def test_traces_of_other_providers_are_taken_out_of_a_request_for_this_one() -> None:
    theirs = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
    written, _ = edited(
        input=[
            {"role": "user", "content": "q"},
            ours("deep"),
            ours("deep", id=None),
            {"type": "message", "id": "msg_gw_x_1", "role": "assistant", "content": []},
            call(seal("call_1", FOREIGN), id="fc_gw_x_2"),
            result(seal("call_1", FOREIGN)),
            theirs,
            call("c" * 70, id="fc_1"),
        ]
    )
    given = written["input"]
    assert given[:4] == [
        {"role": "user", "content": "q"},
        {"type": "message", "role": "assistant", "content": []},
        call(),
        result(),
    ]
    assert given[4] == theirs
    assert given[5]["id"] == "fc_1"
    assert len(given[5]["call_id"]) <= 64


def test_a_request_of_its_own_goes_as_it_came() -> None:
    assert edited(input=[{"role": "user", "content": "q"}, call(id="fc_1"), result(), 5])[1] == 0
    assert edited(input="q")[1] == 0
    tree = {"model": "alias", "input": "q"}
    (edit,) = PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "m")
    assert (edit.at, edit.value) == (("model",), "m")
