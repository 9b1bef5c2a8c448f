"""Answers and streams of other dialects, shown as responses; held to the types of the installed OpenAI SDK."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import msgspec
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.events import (
    BlockClosed,
    BlockKind,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    LogprobsReported,
    OpaqueEvent,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import Media, ProviderState, Reasoning, Refusal, Text, ToolCall
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.openai_responses import CLIENT, PROVIDER
from gateway.dialects.sse import SseSplitter
from gateway.errors import GatewayError, NotPermitted, Overloaded, UpstreamCut, UpstreamRefused

REQUEST: dict[str, Any] = {
    "model": "alias",
    "input": "q",
    "instructions": "Be brief.",
    "max_output_tokens": 99,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low"},
    "store": True,
    "temperature": 0,
    "text": {"verbosity": "low"},
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [{"type": "function", "name": "f"}],
    "user": "u",
}
FACTS = AnswerFacts(fallback_id="req_1", now=5, model="asked", request=REQUEST)
USAGE = Usage(input_tokens=9, output_tokens=5, cached_tokens=4, reasoning_tokens=3, service_tier="priority")
FOREIGN = ProviderState("anthropic", "signature", "SIG")
STREAM_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def wire(*events: Event, facts: AnswerFacts = FACTS) -> list[dict[str, Any]]:
    """The trees of the stream's frames, each checked: names, numbers, and the SDK's type."""
    splitter = SseSplitter()
    encoder = CLIENT.stream_encoder(facts)
    frames = splitter.feed(b"".join(encoder.feed([event]) for event in events))
    assert splitter.close() == []
    trees = [json.loads(frame.data) for frame in frames]
    assert [frame.name.decode() for frame in frames] == [tree["type"] for tree in trees]
    assert [tree["sequence_number"] for tree in trees] == list(range(len(trees)))
    for tree in trees:
        STREAM_EVENT.validate_python(tree)
    return trees


def outline(trees: list[dict[str, Any]]) -> list[str]:
    return [tree["type"].removeprefix("response.") for tree in trees]


def shown(answer: Answer, facts: AnswerFacts = FACTS) -> dict[str, Any]:
    body = CLIENT.encode_answer(answer, facts)
    Response.model_validate_json(body)
    tree: dict[str, Any] = json.loads(body)
    return tree


def answer_of(*parts: Any, reason: Any = "stop", **more: Any) -> Answer:
    return Answer(id="msg_1", model="claude", candidates=[Candidate(parts=list(parts), reason=reason)], **more)


START = Started("msg_1", "claude", 3)
HELLO: tuple[Event, ...] = (START, BlockOpened(0, "text"), Delta(0, "Hel"), Delta(0, "lo"), BlockClosed(0))


def test_a_text_as_the_api_streams_it() -> None:
    trees = wire(*HELLO, UsageReported(USAGE), Finished("stop"), Ended())
    assert outline(trees) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert trees[0]["response"]["status"] == "in_progress"
    item = trees[2]["item"]
    assert item == {"id": item["id"], "type": "message", "status": "in_progress", "role": "assistant", "content": []}
    assert item["id"].startswith("msg_")
    assert trees[4] == {
        "type": "response.output_text.delta",
        "item_id": item["id"],
        "output_index": 0,
        "content_index": 0,
        "logprobs": [],
        "sequence_number": 4,
        "delta": "Hel",
    }
    response = trees[-1]["response"]
    assert response["output"] == [trees[-2]["item"]]
    assert response["output"][0]["content"] == [
        {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hello"}
    ]
    assert response["usage"] == {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 14,
    }


def test_a_response_repeats_its_request_and_says_that_nothing_is_stored() -> None:
    tree = shown(answer_of(Text(text="A"), usage=USAGE))
    expected = {
        "id": "resp_msg_1",
        "object": "response",
        "created_at": 5,
        "model": "claude",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": "Be brief.",
        "max_output_tokens": 99,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "previous_response_id": None,
        "reasoning": {"effort": "low", "summary": None},
        "service_tier": "priority",
        "store": False,
        "temperature": 0,
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "tool_choice": {"type": "function", "name": "f"},
        "tools": [{"type": "function", "name": "f", "description": None, "parameters": None, "strict": True}],
        "top_p": 1.0,
        "truncation": "disabled",
        "user": "u",
    }
    assert expected.items() <= tree.items()
    bare = shown(Answer(), AnswerFacts(fallback_id="req_9", now=5, model="asked", request={"tools": None, "text": 5}))
    assert (bare["id"], bare["model"], bare["output"], bare["usage"]) == ("resp_req_9", "asked", [], None)
    assert (bare["tools"], bare["tool_choice"], bare["parallel_tool_calls"]) == ([], "auto", True)


def test_ids_of_the_apis_own_stay() -> None:
    assert shown(Answer(id="resp_abc"))["id"] == "resp_abc"


CALLS: tuple[Event, ...] = (
    START,
    BlockOpened(0, "reasoning"),
    Delta(0, "dee"),
    Delta(0, "p"),
    Signed(0, FOREIGN),
    BlockClosed(0),
    BlockOpened(1, "text"),
    Delta(1, "I look."),
    BlockClosed(1),
    BlockOpened(2, "tool_call", id="c1", name="f"),
    BlockOpened(3, "tool_call", id="c2", name="g"),
    Delta(2, '{"a":'),
    Delta(3, "{}"),
    Delta(2, "1}"),
    BlockClosed(2),
    BlockClosed(3),
    BlockOpened(4, "tool_call", id="c3", name="patch", custom=True),
    Delta(4, "***"),
    BlockClosed(4),
    Finished("tool_use"),
    Ended(),
)


def test_reasoning_and_parallel_calls_are_items_that_may_interleave() -> None:
    trees = wire(*CALLS)
    assert outline(trees)[2:8] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ]
    output = trees[-1]["response"]["output"]
    assert [item["type"] for item in output] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
        "custom_tool_call",
    ]
    assert output[0]["summary"] == [{"type": "summary_text", "text": "deep"}]
    assert [item.get("arguments", item.get("input")) for item in output[2:]] == ['{"a":1}', "{}", "***"]
    by_item = {tree["item_id"]: tree for tree in trees if tree["type"].endswith("arguments.done")}
    assert [by_item[item["id"]]["arguments"] for item in output[2:4]] == ['{"a":1}', "{}"]
    assert outline(trees).count("custom_tool_call_input.done") == 1
    assert {item["status"] for item in output[1:]} == {"completed"}, "Vercel's AI SDK reads no call without it"
    added = {tree["output_index"]: tree["item"] for tree in trees if tree["type"] == "response.output_item.added"}
    for index, item in enumerate(output):
        assert (added[index]["id"], added[index].get("call_id")) == (item["id"], item.get("call_id"))
        assert len(item["id"]) <= 64


def test_the_whole_answer_is_what_the_stream_ends_with() -> None:
    assert shown(msgspec.structs.replace(gather(CALLS)))["output"] == wire(*CALLS)[-1]["response"]["output"]


@pytest.mark.parametrize("echo", ["all", "calls only", "items without ids"])
def test_clients_that_echo_the_output_bring_the_reasoning_back_once(echo: str) -> None:
    output = wire(*CALLS)[-1]["response"]["output"]
    if echo == "calls only":
        output = output[2:]
    elif echo == "items without ids":
        output = [{name: value for name, value in item.items() if name not in {"id", "status"}} for item in output]
    results = [
        {"type": "custom_tool_call_output" if "input" in item else "function_call_output"}
        | {"call_id": item["call_id"], "output": "ok"}
        for item in output
        if "call_id" in item
    ]
    tree = {"model": "m", "input": [*output, *results]}
    conversation = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False))
    said, answered = conversation.messages
    assert [part.provider_state for part in said.parts if isinstance(part, Reasoning)] == [FOREIGN]
    assert isinstance(said.parts[0], Reasoning)
    assert said.parts[0].text == "deep"
    assert [part.id for part in said.parts if isinstance(part, ToolCall)] == ["c1", "c2", "c3"]
    assert [part.call_id for part in answered.parts] == ["c1", "c2", "c3"]  # type: ignore[union-attr]
    assert conversation.unclaimed == ()


def test_a_calls_own_state_travels_in_its_id() -> None:
    own = ProviderState("gemini", "thoughtSignature", "T")
    (item,) = shown(answer_of(ToolCall(id="c", name="f", arguments="", provider_state=own)))["output"]
    assert item["arguments"] == "{}"
    tree = {"model": "m", "input": [item]}
    call = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False)).messages[0].parts[0]
    assert isinstance(call, ToolCall)
    assert (call.id, call.provider_state) == ("c", own)


def test_redacted_thinking_is_an_item_without_words() -> None:
    redacted = ProviderState("anthropic", "redacted_thinking", "R")
    events: list[Event] = [START, BlockOpened(0, "reasoning", provider_state=redacted), BlockClosed(0), Ended()]
    (item,) = wire(*events)[-1]["response"]["output"]
    assert item["summary"] == []
    assert shown(gather(events))["output"] == [item]
    empty: list[Event] = [START, BlockOpened(0, "reasoning"), BlockClosed(0), Ended()]
    assert wire(*empty)[-1]["response"]["output"] == shown(gather(empty))["output"] == []


def test_the_apis_own_reasoning_item_goes_back_as_it_was() -> None:
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA", "status": "completed"}
    provider_state = ProviderState("openai_responses", "reasoning_item", json.dumps(item))
    events: list[Event] = [
        START,
        BlockOpened(0, "reasoning", id="rs_1"),
        Signed(0, provider_state),
        BlockClosed(0),
        Ended(),
    ]
    assert wire(*events)[-1]["response"]["output"] == shown(gather(events))["output"] == [item]


def test_texts_that_follow_one_another_are_parts_of_one_message() -> None:
    events: list[Event] = [
        *HELLO,
        BlockOpened(1, "refusal"),
        Delta(1, "no"),
        BlockClosed(1),
        BlockOpened(2, "opaque", opaque=("anthropic", {"type": "server_tool_use"})),
        BlockClosed(2),
        BlockOpened(3, "text"),
        Delta(3, "B"),
        BlockOpened(4, "tool_call", id="c", name="f"),
        Delta(3, "C"),
        BlockClosed(3),
        BlockClosed(4),
        BlockOpened(5, "text"),
        Delta(5, "D"),
        BlockClosed(5),
        Finished("stop"),
        Ended(),
    ]
    output = wire(*events)[-1]["response"]["output"]
    contents = [[part.get("text", part.get("refusal")) for part in item.get("content", ())] for item in output]
    assert contents == [["Hello", "no", "BC"], [], ["D"]]
    assert shown(gather(events))["output"] == output


def test_empty_blocks_make_no_items() -> None:
    events: list[Event] = [START, BlockOpened(0, "text"), Delta(0, ""), BlockClosed(0), Finished("stop"), Ended()]
    assert outline(wire(*events)) == ["created", "in_progress", "completed"]
    assert shown(gather(events))["output"] == []


def test_citations_that_name_a_page_become_annotations_and_others_do_not() -> None:
    own = {"type": "url_citation", "url": "https://o.org", "title": "O", "start_index": 1, "end_index": 2}
    events: list[Event] = [
        START,
        BlockOpened(0, "text"),
        Cited(0, "anthropic", {"url": "https://e.org", "title": None, "cited_text": "x"}),
        Delta(0, "Hello"),
        Cited(0, "anthropic", {"document_index": 0}),
        Cited(0, "openai_chat", {"type": "url_citation", "url_citation": {**own, "title": "C"}}),
        Cited(0, "openai_chat", {"type": "url_citation", "url_citation": {}}),
        Cited(0, "gemini", {"web": {"uri": "https://g.org", "title": "G"}}),
        Cited(0, "openai_responses", own),
        BlockClosed(0),
        Finished("stop"),
        Ended(),
    ]
    trees = wire(*events)
    annotations = trees[-1]["response"]["output"][0]["content"][0]["annotations"]
    told = [(one["url"], one["title"], one["start_index"], one["end_index"]) for one in annotations]
    assert told == [
        ("https://e.org", "", 0, 5),
        ("https://o.org", "C", 1, 2),
        ("https://g.org", "G", 0, 5),
        ("https://o.org", "O", 1, 2),
    ]
    added = [tree for tree in trees if tree["type"].endswith("annotation.added")]
    assert [tree["annotation"] for tree in added] == annotations
    assert [tree["annotation_index"] for tree in added] == [0, 1, 2, 3]
    assert shown(gather(events))["output"] == trees[-1]["response"]["output"]


def test_log_probabilities_stand_with_their_text() -> None:
    chat = {"token": "H", "logprob": -0.5, "bytes": None, "top_logprobs": [{"token": "h", "logprob": -1.0}]}
    events: list[Event] = [
        START,
        BlockOpened(0, "text"),
        Delta(0, "H"),
        LogprobsReported(0, [chat]),
        BlockClosed(0),
        Finished("stop"),
        Ended(),
    ]
    trees = wire(*events)
    expected = [
        {
            "token": "H",
            "bytes": [],
            "logprob": -0.5,
            "top_logprobs": [{"token": "h", "bytes": [], "logprob": -1.0}],
        }
    ]
    assert trees[-1]["response"]["output"][0]["content"][0]["logprobs"] == expected
    assert shown(gather(events))["output"] == trees[-1]["response"]["output"]


def test_a_picture_is_an_item_that_comes_back_as_a_picture() -> None:
    picture = Media(kind="image", data="AA==", media_type="image/webp")
    events: list[Event] = [START, BlockOpened(0, "media", media=picture), BlockClosed(0), Ended()]
    (item,) = wire(*events)[-1]["response"]["output"]
    assert shown(gather(events))["output"] == [item]
    assert (item["type"], item["result"], item["status"]) == ("image_generation_call", "AA==", "completed")
    tree = {"model": "m", "input": [item]}
    part = CLIENT.decode_request(tree, CLIENT.envelope(tree, None, False)).messages[0].parts[0]
    assert isinstance(part, Media)
    assert (part.data, part.media_type) == ("AA==", "image/webp")
    assert shown(answer_of(Media(kind="audio", data="AA==")))["output"] == []


@pytest.mark.parametrize(
    ("reason", "parts", "status", "details"),
    [
        ("stop", [Text(text="A")], "completed", None),
        ("stop_sequence", [Text(text="A")], "completed", None),
        ("tool_use", [ToolCall(id="c", name="f", arguments="{}")], "completed", None),
        ("length", [Text(text="A")], "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", [], "incomplete", {"reason": "content_filter"}),
        ("refusal", [Text(text="A")], "incomplete", {"reason": "content_filter"}),
        ("refusal", [Refusal(text="no")], "completed", None),
        ("pause", [], "completed", None),
        ("other", [], "completed", None),
        ("error", [Text(text="A")], "failed", None),
    ],
)
def test_every_reason_has_a_status_the_sdk_knows(reason: Any, parts: list[Any], status: str, details: Any) -> None:
    tree = shown(answer_of(*parts, reason=reason))
    assert (tree["status"], tree["incomplete_details"]) == (status, details)
    assert (tree["error"] is not None) is (status == "failed")
    kind: BlockKind = "refusal" if any(isinstance(part, Refusal) for part in parts) else "text"
    block: list[Event] = [BlockOpened(0, kind), Delta(0, "A"), BlockClosed(0)]
    last = wire(START, *block, Finished(reason), Ended())[-1]
    assert last["type"] == f"response.{status}"
    if status == "incomplete" and parts:
        assert tree["output"][-1]["status"] == last["response"]["output"][-1]["status"] == "incomplete"


ERRORS: list[tuple[GatewayError, str]] = [
    (UpstreamCut("cut"), "server_error"),
    (Overloaded("busy"), "server_error"),
    (NotPermitted("no"), "invalid_prompt"),
    (UpstreamRefused("slow", status=429, kind="rate_limit", code="slow_down"), "rate_limit_exceeded"),
    (UpstreamRefused("big", status=400, kind="invalid_request", code="image_too_large"), "image_too_large"),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=[error.code for error, _ in ERRORS])
def test_a_broken_stream_raises_in_the_sdk_and_fails_for_agents(error: GatewayError, code: str) -> None:
    trees = wire(*HELLO[:3], Failed(error), Delta(0, "late"), Ended())
    told, failed = trees[-2:]
    assert (told["type"], told["error"]["message"], told["error"]["code"]) == ("error", error.message, error.code)
    assert (told["message"], told["code"], told["param"]) == (error.message, error.code, None)
    assert failed["type"] == "response.failed"
    assert failed["response"]["id"] == trees[0]["response"]["id"]
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": code, "message": error.message}


def sdk(frames: bytes) -> openai.OpenAI:
    """A client that is answered with these frames."""

    def answered(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=frames)

    http = httpx2.Client(transport=httpx2.MockTransport(answered))
    return openai.OpenAI(api_key="k", base_url="http://gateway/v1", http_client=http, max_retries=0)


@pytest.mark.parametrize("begun", [True, False], ids=["encoded", "alone"])
def test_the_sdks_own_reader_raises_at_the_error(begun: bool) -> None:
    encoder = CLIENT.stream_encoder(FACTS)
    frames = encoder.feed(HELLO) if begun else b""
    error = UpstreamCut("cut")
    frames += encoder.feed([Failed(error)]) if begun else CLIENT.encode_stream_error(error, "req_1")
    with sdk(frames) as client, pytest.raises(openai.APIError, match="cut"):
        list(client.responses.create(model="m", input="q", stream=True))


def test_the_sdks_gathering_reader_finds_every_item_as_it_was_announced() -> None:
    with (
        sdk(CLIENT.stream_encoder(FACTS).feed(CALLS)) as client,
        client.responses.stream(model="m", input="q") as stream,
    ):
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert deltas == ["I look."]
    assert [item.type for item in final.output] == [item["type"] for item in wire(*CALLS)[-1]["response"]["output"]]


def test_the_frames_behind_relayed_ones_are_valid_too() -> None:
    splitter = SseSplitter()
    frames = splitter.feed(CLIENT.encode_stream_error(Overloaded("busy"), "req_1"))
    trees = [json.loads(frame.data) for frame in frames]
    assert [frame.name for frame in frames] == [b"error", b"response.failed"]
    for tree in trees:
        STREAM_EVENT.validate_python(tree)
    assert trees[0]["sequence_number"] < trees[1]["sequence_number"] < 2**31


def test_an_error_before_anything_was_said_still_makes_a_stream() -> None:
    assert outline(wire(Failed(UpstreamCut("cut")))) == ["created", "in_progress", "error", "failed"]


def test_an_error_body_is_openais() -> None:
    body = json.loads(CLIENT.encode_error(NotPermitted("no", param="model"), "req_1"))
    assert body == {"error": {"message": "no", "type": "permission_error", "param": "model", "code": "not_permitted"}}


def test_other_candidates_and_foreign_progress_are_not_shown() -> None:
    trees = wire(
        *HELLO,
        BlockOpened(1, "text", candidate=1),
        Delta(1, "other"),
        BlockClosed(1),
        OpaqueEvent("anthropic", {"type": "x"}),
        LogprobsReported(1, [{"token": "x", "logprob": 0}]),
        Finished("stop"),
        Finished("length", candidate=1),
        Ended(),
    )
    assert trees[-1]["type"] == "response.completed"
    assert [part["text"] for part in trees[-1]["response"]["output"][0]["content"]] == ["Hello"]


def test_a_heartbeat_means_nothing_and_nothing_is_hidden() -> None:
    (event,) = SseSplitter().feed(CLIENT.stream_encoder(FACTS).heartbeat())
    assert event.data == b""
    assert PROVIDER.hides([UsageReported(USAGE)], Envelope(model="m")) is False


BLOCK = st.tuples(
    st.sampled_from(["text", "reasoning", "tool_call", "refusal"]),
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4),
)


@given(st.lists(BLOCK, max_size=6), st.sampled_from(["stop", "length", "content_filter"]), st.booleans())
def test_events_survive_our_encoder_and_our_decoder(blocks: list[tuple[Any, list[str]]], raw: Any, usage: bool) -> None:
    events: list[Event] = [Started("resp_1", "m", 3)]
    for number, (kind, texts) in enumerate(blocks):
        call: Any = {"id": f"call_{number}", "name": "f"} if kind == "tool_call" else {}
        events.append(BlockOpened(number, kind, **call))
        events += [Delta(number, text) for text in texts]
        events.append(BlockClosed(number))
    if usage:
        events.append(UsageReported(Usage(input_tokens=3, output_tokens=2, cached_tokens=1)))
    events += [Finished(raw), Ended()]
    frames = CLIENT.stream_encoder(FACTS).feed(events)
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    again = [event for one in splitter.feed(frames) for event in decoder.feed(one)]
    assert decoder.close() == []
    streamed, first = gather(again), gather(events)
    whole = gather(PROVIDER.decode_answer(CLIENT.encode_answer(first, FACTS)))
    assert plain(streamed) == plain(whole) == plain(first)
    assert streamed.usage == whole.usage == first.usage
    assert (streamed.id, streamed.model, streamed.created) == ("resp_1", "m", 3)


def plain(answer: Answer) -> list[Any]:
    """The parts without the ids and seals that a reasoning item of ours has."""
    return [Reasoning(text=part.text) if isinstance(part, Reasoning) else part for part in answer.candidates[0].parts]
