"""What Mistral does otherwise than OpenAI: strict requests, typed content, whole tool calls, its own errors."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.edits import apply_edits
from gateway.core.events import (
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import (
    Conversation,
    Media,
    Message,
    Opaque,
    ProviderState,
    Reasoning,
    ReasoningWish,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.losses import FEATURES
from gateway.dialects.mistral import CARRIES, CLIENT, PROVIDER
from gateway.dialects.mistral.answer_out import usage_body
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.dialects.state_in_ids import unseal
from gateway.errors import BadRequest, DialectCannotCarry, UpstreamCut, UpstreamNonsense

FACTS = AnswerFacts(fallback_id="req-1", now=99, model="alias")
HI = [{"role": "user", "content": "hi"}]
# Every member of the API's request; it refuses all others.
MEMBERS = frozenset({
    "model", "messages", "stream", "temperature", "top_p", "top_k", "max_tokens", "min_tokens", "stop", "random_seed",
    "metadata", "response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "n", "logprobs",
    "top_logprobs", "prediction", "parallel_tool_calls", "reasoning_effort", "prompt_mode", "guardrails",
    "prompt_cache_key", "service_tier", "safe_prompt", "repetition_penalty",
})  # fmt: skip


def read(messages: list[Any] | None = None, **more: Any) -> Conversation:
    tree = {"model": "m", "messages": HI if messages is None else messages, **more}
    return CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))


def written(conversation: Conversation) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(PROVIDER.encode_request(conversation, "target", strict=False).body)
    assert set(body) <= MEMBERS
    return body


def user(*parts: Any, **more: Any) -> Conversation:
    return Conversation(model="m", messages=(Message(role="user", parts=parts),), **more)


# --------------------------------------------------------------------------------------------------------- requests


def test_everything_at_once_uses_the_apis_own_names() -> None:
    body = written(
        user(
            Text(text="hi"),
            stream=True,
            include_usage=True,
            max_output_tokens=5,
            seed=7,
            user="ann",
            logit_bias={"1": 1},
            verbosity="low",
            stop=("x",),
            candidates=2,
            tools=(Tool(name="f"),),
            tool_choice=ToolChoice(mode="required"),
            parallel_tool_calls=False,
            service_tier="default",
        )
    )
    assert body == {
        "model": "target",
        "messages": HI,
        "stream": True,
        "max_tokens": 5,
        "random_seed": 7,
        "stop": ["x"],
        "n": 2,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}],
        "tool_choice": "any",
        "parallel_tool_calls": False,
        "service_tier": "standard_only",
    }


def test_call_ids_are_nine_letters_and_the_same_in_the_result() -> None:
    conversation = Conversation(
        model="m",
        messages=(
            Message(role="assistant", parts=(ToolCall(id="toolu_01ABC", name="f", arguments=""),)),
            Message(role="tool", parts=(ToolResult(call_id="toolu_01ABC", name="f", parts=(Text(text="1"),)),)),
        ),
    )
    assistant, tool = written(conversation)["messages"]
    call = assistant["tool_calls"][0]
    assert call["id"] == tool["tool_call_id"]
    assert (len(call["id"]), call["id"].isalnum()) == (9, True)
    assert call["function"]["arguments"] == "{}"
    assert tool == {"role": "tool", "tool_call_id": call["id"], "content": "1", "name": "f"}


def said(*roles: str) -> Conversation:
    """Messages whose texts are their numbers."""
    messages = [
        Message(role=role, parts=(Text(text=str(number), at=("messages", number)),), at=("messages", number))  # type: ignore[arg-type]
        for number, role in enumerate(roles)
    ]
    return Conversation(
        model="m", messages=tuple(messages), features={"system_mid_conversation": ("messages", len(roles))}
    )


@pytest.mark.parametrize(
    ("roles", "wire", "fate"),
    [
        (("system", "user", "system", "assistant", "user"), "s0 u1 s2 a3 u4", []),
        (("user", "assistant", "system", "user"), "s2 u0 a1 u3", ["approximated"]),
        (("system", "user", "assistant", "developer", "user", "system", "system"), "s0 s3|5|6 u1 a2 u4",
         ["approximated"]),
        (("system", "user", "system"), "s0 s2 u1", ["approximated"]),
    ],
)  # fmt: skip
def test_system_text_stands_where_the_api_takes_it(roles: tuple[str, ...], wire: str, fate: list[str]) -> None:
    encoded = PROVIDER.encode_request(said(*roles), "m", False)
    messages = json.loads(encoded.body)["messages"]
    texts = [
        one["content"] if type(one["content"]) is str else "|".join(part["text"] for part in one["content"])
        for one in messages
    ]
    assert " ".join(one["role"][0] + text for one, text in zip(messages, texts, strict=True)) == wire
    assert [loss.action for loss in encoded.losses] == fate


@pytest.mark.parametrize(
    ("asked", "wire", "fate"),
    [
        ({"temperature": 2.0}, {"temperature": 1.5}, ["approximated"]),
        ({"temperature": 1.5}, {"temperature": 1.5}, []),
        ({"temperature": 0, "top_p": 0.9}, {"temperature": 0}, []),
        ({"temperature": 0.1, "top_p": 0.9}, {"temperature": 0.1, "top_p": 0.9}, []),
    ],
)
def test_sampling_within_what_the_api_takes(asked: dict[str, Any], wire: dict[str, Any], fate: list[str]) -> None:
    encoded = PROVIDER.encode_request(
        user(Text(text="a"), features={name: (name,) for name in asked}, **asked), "m", False
    )
    body = json.loads(encoded.body)
    assert {name: body[name] for name in ("temperature", "top_p") if name in body} == wire
    assert [loss.action for loss in encoded.losses] == fate


def test_of_several_allowed_tools_no_others_are_offered() -> None:
    tools = tuple(Tool(name=name) for name in "abc")
    sent = written(user(Text(text="x"), tools=tools, tool_choice=ToolChoice(mode="named", names=("a", "c"))))
    assert ([tool["function"]["name"] for tool in sent["tools"]], sent["tool_choice"]) == (["a", "c"], "any")
    sent = written(user(Text(text="x"), tools=tools, tool_choice=ToolChoice(mode="named", names=("b",))))
    assert (len(sent["tools"]), sent["tool_choice"]["function"]["name"]) == (3, "b")


def test_thinking_is_replayed_unless_another_dialect_bound_it() -> None:
    def content(provider_state: ProviderState | None) -> Any:
        parts = (Reasoning(text="hm", provider_state=provider_state), Text(text="a"))
        messages = (Message(role="assistant", parts=parts), Message(role="user", parts=(Text(text="b"),)))
        features = {"reasoning_replay": ("x",)}
        encoded = PROVIDER.encode_request(
            Conversation(model="m", messages=messages, features=features), "m", strict=False
        )
        return json.loads(encoded.body)["messages"][0]["content"], [loss.action for loss in encoded.losses]

    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    text = {"type": "text", "text": "a"}
    assert content(None) == ([thinking, text], ["approximated"])
    assert content(ProviderState("mistral", "signature", "s")) == (
        [{**thinking, "signature": "s"}, text],
        ["approximated"],
    )
    assert content(ProviderState("anthropic", "signature", "s")) == ("a", ["dropped"])


def test_a_beginning_to_be_continued_is_marked() -> None:
    messages = [*HI, {"role": "assistant", "content": "Once", "prefix": True}]
    conversation = read(messages)
    assert conversation.features == {"assistant_prefill": ("messages", 1)}
    assert written(conversation)["messages"] == messages
    assert "prefix" not in written(read([*messages, *HI]))["messages"][1]


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        ({"reasoning_effort": "high"}, ReasoningWish(effort="high")),
        ({"reasoning_effort": "none"}, ReasoningWish(effort="none", enabled=False)),
        ({"prompt_mode": "reasoning"}, ReasoningWish(enabled=True)),
    ],
)
def test_the_wish_to_think_is_read(asked: dict[str, Any], wish: ReasoningWish) -> None:
    assert read(**asked).reasoning == wish


@pytest.mark.parametrize(
    ("wish", "model", "wire", "fate"),
    [
        (ReasoningWish(effort="high"), "mistral-small-latest", {"reasoning_effort": "high"}, []),
        (ReasoningWish(effort="low"), "mistral-small-latest", {"reasoning_effort": "high"}, ["approximated"]),
        (ReasoningWish(effort="minimal"), "mistral-small-latest", {"reasoning_effort": "none"}, ["approximated"]),
        (ReasoningWish(effort="none"), "mistral-small-latest", {"reasoning_effort": "none"}, []),
        (ReasoningWish(budget_tokens=4000), "mistral-small-latest", {"reasoning_effort": "high"}, ["approximated"]),
        (ReasoningWish(enabled=True, budget_tokens=-1), "m", {"reasoning_effort": "high"}, ["approximated"]),
        (ReasoningWish(enabled=False), "m", {"reasoning_effort": "none"}, ["approximated"]),
        (ReasoningWish(show=True), "m", {}, ["approximated"]),
        (ReasoningWish(effort="high"), "magistral-medium-latest", {"prompt_mode": "reasoning"}, []),
        (ReasoningWish(effort="none"), "magistral-medium-latest", {}, []),
    ],
)
def test_the_wish_to_think_is_told(wish: ReasoningWish, model: str, wire: dict[str, str], fate: list[str]) -> None:
    conversation = user(Text(text="a"), reasoning=wish, features={"reasoning": ("r",)})
    encoded = PROVIDER.encode_request(conversation, model, False)
    body = json.loads(encoded.body)
    assert {name: body[name] for name in ("reasoning_effort", "prompt_mode") if name in body} == wire
    assert [loss.action for loss in encoded.losses] == fate


def test_chunks_of_every_kind() -> None:
    conversation = read(
        [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": "https://x/y.png"},
                    {"type": "document_url", "document_url": "https://x/y.pdf", "document_name": "y"},
                    {"type": "document_url", "document_url": "data:application/pdf;base64,AAAA"},
                    {"type": "input_audio", "input_audio": "AAAA"},
                    {"type": "file", "file_id": "f1"},
                    {"type": "thinking", "thinking": [{"type": "tool_reference", "tool": "t", "title": "x"}]},
                    {"type": "reference", "reference_ids": [1]},
                ],
            }
        ]
    )
    at = ("messages", 0, "content")
    image, linked, document, sound, file, thought, reference = conversation.messages[0].parts
    assert image == Media(kind="image", url="https://x/y.png", at=(*at, 0))
    assert linked == Media(kind="document", url="https://x/y.pdf", name="y", at=(*at, 1))
    assert document == Media(kind="document", data="AAAA", media_type="application/pdf", at=(*at, 2))
    assert sound == Media(kind="audio", data="AAAA", at=(*at, 3))
    assert file == Media(kind="document", file_id="f1", at=(*at, 4))
    assert isinstance(thought, Opaque)
    assert isinstance(reference, Opaque)
    assert conversation.unclaimed == ()
    assert {"opaque_part", "document_file"} <= set(conversation.features)


def test_documents_and_pictures_of_a_result_begin_the_users_words_behind_it() -> None:
    result = ToolResult(
        call_id="abcdefghi", name="f", parts=(Text(text="see"), Media(kind="image", data="AAAA")), is_error=True
    )
    other = ToolResult(call_id="abcdefghj", parts=(Media(kind="document", url="https://x"),))
    shown = [
        {"type": "text", "text": "Result of f (abcdefghi):"},
        {"type": "image_url", "image_url": "data:image/png;base64,AAAA"},
        {"type": "text", "text": "Result of abcdefghj:"},
        {"type": "document_url", "document_url": "https://x"},
    ]
    results = Message(role="tool", parts=(result, other))
    words = Message(role="user", parts=(Text(text="well?"),))
    said = Message(role="assistant", parts=(Text(text="Nice."),))
    told = written(Conversation(model="m", messages=(results, words)))["messages"]
    assert [message["role"] for message in told] == ["tool", "tool", "user"]
    assert [message["content"] for message in told] == ["see", "", [*shown, {"type": "text", "text": "well?"}]]
    alone = written(Conversation(model="m", messages=(results, said, words)))["messages"]
    assert [message["role"] for message in alone] == ["tool", "tool", "user", "assistant", "user"]
    assert alone[2]["content"] == shown


def test_an_answer_at_the_end_is_begun_whatever_empty_ones_stand_behind_it() -> None:
    said = Message(role="assistant", parts=(Text(text="Sure"),))
    told = written(Conversation(model="m", messages=(said, Message(role="assistant", parts=()))))["messages"]
    assert told == [{"role": "assistant", "content": "Sure", "prefix": True}]


def test_safety_settings_are_noted_when_they_are_on() -> None:
    assert "safety" in read(safe_prompt=True).features
    assert read(safe_prompt=False, guardrails=[], prompt_mode=None).features == {}


def test_columns_name_only_features_there_are() -> None:
    assert set(CARRIES) <= set(FEATURES)


@pytest.mark.parametrize("feature", ["video_input", "server_tool"])
def test_what_has_no_counterpart_and_changes_the_meaning_is_refused(feature: str) -> None:
    with pytest.raises(DialectCannotCarry):
        PROVIDER.encode_request(user(Text(text="hi"), features={feature: ("x",)}), "m", strict=False)


def test_sending_on_mends_ids_that_others_made_and_nothing_else() -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
    tree = {
        "model": "m",
        "stream": True,
        "messages": [
            {"role": "assistant", "tool_calls": [{**call, "id": "toolu_1"}, {**call, "id": "abcDEF123"}]},
            {"role": "tool", "tool_call_id": "toolu_1", "content": "1"},
        ],
    }
    edits = PROVIDER.retarget(tree, CLIENT.envelope(tree, None, False), "m")
    sent = json.loads(apply_edits(json.dumps(tree).encode(), edits))
    first, second = (one["id"] for one in sent["messages"][0]["tool_calls"])
    assert first == sent["messages"][1]["tool_call_id"]
    assert (len(first), second) == (9, "abcDEF123")
    assert set(sent) == set(tree)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
PART = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "thinking", "document_url", "file", "input_audio", "reference"])},
    optional=dict.fromkeys(("text", "thinking", "signature", "document_url", "file", "file_id", "input_audio"), JSON),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["user", "assistant", "tool"]), "content": st.lists(PART, max_size=3) | JSON},
            optional={"prefix": JSON},
        ),
        max_size=3,
    ),
    st.dictionaries(st.sampled_from(sorted(MEMBERS - {"messages", "model"})), JSON, max_size=3),
)
def test_whatever_is_asked_the_worst_is_a_bad_request(messages: list[Any], more: dict[str, Any]) -> None:
    with contextlib.suppress(BadRequest):
        written(read(messages, **more))


# ------------------------------------------------------------------------------------------------- answers, read


def chunk(content: Any, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return json.dumps({"id": "i", "created": 1, "model": "m", "choices": [choice], **more}).encode()


def decode(*data: bytes) -> list[Event]:
    decoder = PROVIDER.stream_decoder()
    events = [event for one in data for event in decoder.feed(ServerSentEvent(b"", one))]
    return [*events, *decoder.close()]


def test_thinking_chunks_are_reasoning_and_references_are_citations() -> None:
    reference = {"type": "reference", "reference_ids": [1]}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "num_cached_tokens": 1}
    answer = gather(
        decode(
            chunk(""),
            chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "h"}]}]),
            chunk(
                [{"type": "thinking", "thinking": [{"type": "text", "text": "m"}], "closed": True, "signature": "s"}]
            ),
            chunk([{"type": "text", "text": "a"}]),
            chunk("b"),
            chunk([reference]),
            chunk("", "model_length", usage={**usage, "service_tier": "standard"}),
            b"[DONE]",
        )
    )
    assert answer.candidates[0].parts == [
        Reasoning(text="hm", provider_state=ProviderState("mistral", "signature", "s")),
        Text(text="ab", citations=(("mistral", reference),)),
    ]
    assert (answer.candidates[0].reason, answer.candidates[0].raw_reason) == ("length", "model_length")
    assert answer.usage == Usage(input_tokens=1, output_tokens=2, cached_tokens=1, service_tier="standard")


def test_an_unknown_chunk_is_a_block_of_its_own() -> None:
    answer = gather(decode(chunk([{"type": "hologram", "x": 1}]), chunk("", "stop"), b"[DONE]"))
    assert answer.candidates[0].parts == [Opaque(dialect="mistral", value={"type": "hologram", "x": 1})]


def test_a_cut_and_an_error_are_failures() -> None:
    last = decode(chunk("a"))[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, UpstreamCut)
    last = decode(chunk("a"), b'{"object":"error","message":"no","type":"rate_limited","code":"1300"}')[-1]
    assert isinstance(last, Failed)
    assert (last.error.status, last.error.code, last.error.message) == (429, "1300", "no")


@pytest.mark.parametrize("piece", [5, [5], {"type": "text"}])
def test_odd_content_is_kept_or_called_nonsense(piece: Any) -> None:
    try:
        events = decode(chunk([piece] if isinstance(piece, dict) else piece), chunk("", "stop"))
    except UpstreamNonsense:
        assert not isinstance(piece, dict)
    else:
        assert gather(events).candidates[0].parts == [Opaque(dialect="mistral", value=piece)]


# ---------------------------------------------------------------------------------------------- answers, written


def streamed(*events: Event) -> list[Any]:
    raw = CLIENT.stream_encoder(FACTS).feed(events)
    data = [event.data for event in SseSplitter().feed(raw)]
    return [json.loads(one) if one.startswith(b"{") else one.decode() for one in data]


def test_every_chunk_is_complete_and_the_last_has_the_usage() -> None:
    frames = streamed(
        Started("msg_1", None, None),
        BlockOpened(0, "text"),
        Delta(0, "a"),
        Delta(0, "b"),
        BlockClosed(0),
        Finished("stop"),
        UsageReported(Usage(input_tokens=1, output_tokens=2)),
        Ended(),
    )
    assert frames[-1] == "[DONE]"
    for frame in frames[:-1]:
        assert (frame["id"], frame["object"], frame["created"], frame["model"]) == (
            "msg_1",
            "chat.completion.chunk",
            99,
            "alias",
        )
    assert [frame["choices"][0]["finish_reason"] for frame in frames[:-1]] == [None, None, "stop"]
    assert frames[0]["choices"][0]["delta"] == {"role": "assistant", "content": "a"}
    assert frames[-2]["usage"]["total_tokens"] == 3


@pytest.mark.parametrize(("parts", "word"), [((), "error"), ((Refusal(text="no"),), "stop")])
def test_a_refusal_without_words_is_a_filters(parts: tuple[Refusal, ...], word: str) -> None:
    whole = CLIENT.encode_answer(Answer(candidates=[Candidate(parts=list(parts), reason="refusal")]), FACTS)
    assert json.loads(whole)["choices"][0]["finish_reason"] == word
    blocks = [BlockOpened(0, "refusal"), Delta(0, "no"), BlockClosed(0)] if parts else []
    frames = streamed(*blocks, Finished("refusal"), Ended())
    assert frames[-2]["choices"][0]["finish_reason"] == word


def test_a_tool_call_comes_whole_with_what_only_another_can_read() -> None:
    signature = ProviderState("anthropic", "signature", "sig")
    frames = streamed(
        BlockOpened(0, "reasoning"),
        Delta(0, "hm"),
        Signed(0, signature),
        BlockClosed(0),
        BlockOpened(1, "tool_call", id="a", name="f"),
        Delta(1, '{"x":'),
        BlockOpened(2, "tool_call", id="b", name="g"),
        Delta(1, "1}"),
        BlockClosed(1),
        BlockClosed(2),
        Finished("tool_use"),
        Ended(),
    )
    thinking, first, second, end = (frame["choices"][0] for frame in frames[:-1])
    assert thinking["delta"]["content"] == [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]
    (call,) = first["delta"]["tool_calls"]
    assert (call["index"], call["function"]) == (0, {"name": "f", "arguments": '{"x":1}'})
    assert unseal(call["id"]).reasoning[0].provider_state == signature
    assert second["delta"]["tool_calls"] == [
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}, "index": 1}
    ]
    assert end["finish_reason"] == "tool_calls"


def test_a_whole_answer_lacks_nothing() -> None:
    parts: list[Any] = [Reasoning(text="hm"), Text(text="a"), ToolCall(id="a", name="f", arguments="")]
    answer = Answer(candidates=[Candidate(parts=parts, reason="tool_use")])
    told = json.loads(CLIENT.encode_answer(answer, FACTS))
    assert told == {
        "id": "req-1",
        "object": "chat.completion",
        "created": 99,
        "model": "alias",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                        {"type": "text", "text": "a"},
                    ],
                    "tool_calls": [
                        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, "index": 0}
                    ],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "total_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def test_thinking_is_counted_where_openai_counts_it() -> None:
    assert usage_body(Usage(3, 7, reasoning_tokens=4))["completion_tokens_details"] == {"reasoning_tokens": 4}
    assert "completion_tokens_details" not in usage_body(Usage(3, 7))


def test_an_error_is_told_in_mistrals_shape_and_ends_the_stream() -> None:
    error = UpstreamCut("The answer ended early.")
    body = {
        "object": "error",
        "message": "The answer ended early. Try again.",
        "type": "internal_server_error",
        "param": None,
        "code": "upstream_cut",
    }
    assert json.loads(CLIENT.encode_error(error, "r")) == {**body, "request_id": "r"}
    assert streamed(Started(), Failed(error), Ended()) == [body]


BLOCK = st.tuples(
    st.sampled_from(["text", "reasoning", "tool_call"]), st.lists(st.text(min_size=1, max_size=9), min_size=1)
)


@given(st.lists(BLOCK, max_size=6))
def test_events_survive_our_encoder_and_our_decoder(blocks: list[tuple[str, list[str]]]) -> None:
    events: list[Event] = [Started("id-1", "m", 3)]
    before = None
    for number, (kind, texts) in enumerate(blocks):
        if kind == before != "tool_call":
            continue  # neighbours of one kind are one block on this wire
        before = kind
        call = {"id": f"call_{number}", "name": "f"} if kind == "tool_call" else {}
        events.append(BlockOpened(number, kind, **call))  # type: ignore[arg-type]
        events += [Delta(number, text) for text in texts]
        if kind == "text":
            events.append(Cited(number, "mistral", {"type": "reference", "reference_ids": [number]}))
        events.append(BlockClosed(number))
    events += [Finished("length", "length"), UsageReported(Usage(input_tokens=3, output_tokens=2)), Ended()]
    wire = CLIENT.stream_encoder(FACTS).feed(events)
    decoder = PROVIDER.stream_decoder()
    again = [event for one in SseSplitter().feed(wire) for event in decoder.feed(one)]
    first, second = gather(events), gather(again)
    assert second.candidates[0].parts == first.candidates[0].parts
    assert (second.usage, second.id, second.model) == (first.usage, first.id, first.model)
