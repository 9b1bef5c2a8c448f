"""Answers and streams of OpenAI, xAI and imitators, read into events."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import gather
from gateway.core.events import (
    BlockClosed,
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
from gateway.core.messages import Opaque, ProviderState, Reasoning, Text, ToolCall
from gateway.core.usage import Usage
from gateway.dialects.openai_responses import PROVIDER, XAI_PROVIDER
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.errors import UpstreamCut, UpstreamNonsense, UpstreamRefused

RESPONSE = {"id": "resp_1", "object": "response", "created_at": 7, "model": "m", "error": None}
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 14,
}
COUNTED = Usage(
    input_tokens=9,
    output_tokens=5,
    cached_tokens=4,
    cache_write_tokens=2,
    reasoning_tokens=3,
    service_tier="default",
)
LOGPROBS = [{"token": "H", "logprob": -0.1, "top_logprobs": []}]
CITATION = {"type": "url_citation", "url": "https://e.org", "title": "E", "start_index": 0, "end_index": 2}


def response(status: str = "completed", output: Any = (), **more: Any) -> dict[str, Any]:
    return {**RESPONSE, "status": status, "output": list(output), "usage": USAGE, "service_tier": "default", **more}


def event(kind: str, **members: Any) -> bytes:
    return json.dumps({"type": kind, "sequence_number": 0, **members}).encode()


CREATED = event("response.created", response={**RESPONSE, "status": "in_progress", "output": [], "usage": None})
COMPLETED = event("response.completed", response=response())


def added(index: int, **item: Any) -> bytes:
    return event("response.output_item.added", output_index=index, item=item)


def done(index: int, **item: Any) -> bytes:
    return event("response.output_item.done", output_index=index, item=item)


def delta(kind: str, text: str, index: int = 0, **more: Any) -> bytes:
    return event(f"response.{kind}.delta", output_index=index, item_id="x", delta=text, obfuscation="pad", **more)


def said(text: str, index: int = 0, part: int = 0, **more: Any) -> bytes:
    return delta("output_text", text, index, content_index=part, **{"logprobs": [], **more})


def feed(*data: bytes, named: bool = True) -> list[Event]:
    decoder = PROVIDER.stream_decoder()
    events: list[Event] = []
    for one in data:
        name = b""
        if named:
            with contextlib.suppress(ValueError, TypeError, KeyError):
                name = json.loads(one)["type"].encode()
        events += decoder.feed(ServerSentEvent(b"", one, name))
    return [*events, *decoder.close()]


MESSAGE: dict[str, Any] = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "in_progress",
    "content": [],
}


def whole(text: str, **more: Any) -> dict[str, Any]:
    return {**MESSAGE, "content": [{"type": "output_text", "text": text, "annotations": [], **more}]}


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
def test_a_plain_stream_tells_its_events_in_order(named: bool) -> None:
    part = {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}
    place = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
    assert feed(
        CREATED,
        event("response.in_progress", response=RESPONSE),
        added(0, **MESSAGE),
        event("response.content_part.added", **place, part={**part, "text": ""}),
        said("Hel"),
        said(""),
        said("lo"),
        event("response.output_text.done", **place, text="Hello", logprobs=[]),
        event("response.content_part.done", **place, part=part),
        done(0, **whole("Hello")),
        COMPLETED,
        said("late"),
        named=named,
    ) == [
        Started("resp_1", "m", 7),
        BlockOpened(0, "text"),
        Delta(0, "Hel"),
        Delta(0, "lo"),
        BlockClosed(0),
        UsageReported(COUNTED),
        Finished("stop", "completed"),
        Ended(),
    ]


def test_parts_and_items_stay_apart() -> None:
    answer = gather(
        feed(
            CREATED,
            added(0, **MESSAGE),
            said("a"),
            said("b", part=1),
            delta("refusal", "no", content_index=2),
            added(1, **MESSAGE),
            said("c", 1),
            said("a", 0),
            COMPLETED,
        )
    )
    texts = [(type(part).__name__, part.text) for part in answer.candidates[0].parts]  # type: ignore[union-attr]
    assert texts == [("Text", "aa"), ("Text", "b"), ("Refusal", "no"), ("Text", "c")]
    assert answer.candidates[0].reason == "refusal"


UNNUMBERED = (
    event("response.output_item.added", item={"type": "reasoning", "id": "rs_1", "summary": [], "content": []}),
    event("response.reasoning_text.delta", item_id="rs_1", delta="hm"),
    event("response.output_item.added", item={**MESSAGE, "id": "msg_1"}),
    event("response.output_text.delta", item_id="msg_1", delta="Loo"),
    event("response.output_text.delta", item_id="msg_1", delta="king"),
    event("response.output_item.added", item={"type": "function_call", "call_id": "fc_a", "name": "f"}),
    event("response.function_call_arguments.delta", item_id="fc_a", delta='{"a":'),
    event("response.output_item.added", item={"type": "function_call", "call_id": "fc_b", "name": "f"}),
    event("response.function_call_arguments.delta", item_id="fc_b", delta='{"a":2}'),
    event("response.function_call_arguments.delta", item_id="fc_a", delta="1}"),
    event("response.output_item.done", item={"type": "reasoning", "id": "rs_1", "summary": []}),
    event("response.output_text.done", item_id="msg_1", text="Looking"),
    event("response.content_part.done", item_id="msg_1", part={"type": "output_text", "text": "Looking"}),
    event("response.output_item.done", item={**whole("Looking"), "id": "msg_1"}),
    event("response.output_item.done", item={"type": "function_call", "call_id": "fc_a", "arguments": '{"a":1}'}),
    event("response.output_item.done", item={"type": "function_call", "call_id": "fc_b", "arguments": '{"a":2}'}),
)
"""As llama.cpp's server tells an answer: no item has a number, and calls have no id but their `call_id`."""


def numbered_alike(data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "output_index": 0}).encode()


def numbered_where_added(data: bytes) -> bytes:
    tree = json.loads(data)
    if tree["type"] == "response.output_item.added":
        names = [json.loads(one)["item"] for one in UNNUMBERED if b"item.added" in one]
        tree["output_index"] = names.index(tree["item"])
    return json.dumps(tree).encode()


@pytest.mark.parametrize("told", [bytes, numbered_alike, numbered_where_added], ids=lambda one: one.__name__)
def test_items_without_a_number_of_their_own_are_told_apart_by_id(told: Any) -> None:
    answer = gather(feed(CREATED, *map(told, UNNUMBERED), COMPLETED))
    thought, text, *calls = answer.candidates[0].parts
    assert isinstance(thought, Reasoning)
    assert isinstance(text, Text)
    assert (thought.text, text.text) == ("hm", "Looking")
    assert [(call.id, call.arguments) for call in calls if isinstance(call, ToolCall)] == [
        ("fc_a", '{"a":1}'),
        ("fc_b", '{"a":2}'),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_what_only_the_end_tells_is_told_and_nothing_twice(number: int) -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
    text = {**whole("Hello"), "id": "msg_1"}
    output = [text, call] if number == 0 else [text, reasoning(), call]
    end = event("response.completed", response=response(output=output))
    answer = gather(feed(CREATED, added(number, **text), said("Hello", number), done(number, **text), end))
    first, *_, last = answer.candidates[0].parts
    assert first == Text(text="Hello")
    assert isinstance(last, ToolCall)
    assert sum(isinstance(part, Text) for part in answer.candidates[0].parts) == 1
    assert answer.candidates[0].reason == "tool_use"


@pytest.mark.parametrize("names", [("msg_1", "msg_2"), ("msg_1", "msg_1")], ids=["other id", "same id"])
def test_a_text_whose_number_and_id_are_others_at_the_end_is_told_once(names: tuple[str, str]) -> None:
    text = {**whole("Hello"), "id": names[0]}
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}
    end = event("response.completed", response=response(output=[{**text, "id": names[1]}, call, call]))
    answer = gather(feed(CREATED, added(1, **text), said("Hello", 1), done(1, **text), end))
    assert answer.candidates[0].parts[0] == Text(text="Hello")
    assert [type(part) for part in answer.candidates[0].parts] == [Text, ToolCall]


def test_a_part_that_ends_as_another_kind_is_told_once() -> None:
    part = {"type": "output_text_of_tomorrow", "text": "Hello"}
    place = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
    answer = gather(
        feed(
            CREATED,
            added(0, **MESSAGE),
            said("Hello"),
            event("response.content_part.done", **place, part=part),
            done(0, **{**MESSAGE, "content": [part]}),
            COMPLETED,
        )
    )
    assert answer.candidates[0].parts == [Text(text="Hello")]


def reasoning(**more: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], **more}


def summary(*texts: str) -> list[dict[str, str]]:
    return [{"type": "summary_text", "text": text} for text in texts]


def test_reasoning_is_shown_as_paragraphs_and_signed_with_its_item() -> None:
    item = reasoning(summary=summary("One.", "Two."), encrypted_content="gAAA", status="completed")
    assert feed(
        CREATED,
        added(0, **reasoning(encrypted_content="partial")),
        event("response.reasoning_summary_part.added", output_index=0, summary_index=0, part=summary("")[0]),
        delta("reasoning_summary_text", "On", summary_index=0),
        delta("reasoning_summary_text", "e.", summary_index=0),
        event("response.reasoning_summary_text.done", output_index=0, summary_index=0, text="One."),
        delta("reasoning_summary_text", "Two.", summary_index=1),
        done(0, **item),
        added(1, **MESSAGE),
        said("A", 1),
        COMPLETED,
    )[1:7] == [
        BlockOpened(0, "reasoning", id="rs_1"),
        Delta(0, "On"),
        Delta(0, "e."),
        Delta(0, "\n\nTwo."),
        Signed(0, ProviderState("openai_responses", "reasoning_item", json.dumps(item, separators=(",", ":")))),
        BlockClosed(0),
    ]


def test_reasoning_is_the_same_whole_or_in_pieces() -> None:
    item = reasoning(summary=summary("S"), content=[{"type": "reasoning_text", "text": "raw"}])
    streamed = feed(
        CREATED,
        added(0, **reasoning()),
        delta("reasoning_summary_text", "S", summary_index=0),
        delta("reasoning_text", "ra", content_index=0),
        delta("reasoning_text", "w", content_index=0),
        done(0, **item),
        COMPLETED,
    )
    unstreamed = feed(CREATED, done(0, **item), COMPLETED)
    at_once = PROVIDER.decode_answer(json.dumps(response(output=[item])).encode())
    assert gather(streamed) == gather(unstreamed) == gather(at_once)
    part = gather(streamed).candidates[0].parts[0]
    assert isinstance(part, Reasoning)
    assert part.text == "S\n\nraw"


def test_an_id_alone_is_no_state_worth_replaying() -> None:
    (part,) = gather(feed(CREATED, done(0, **reasoning(summary=summary("S"))), COMPLETED)).candidates[0].parts
    assert part == Reasoning(text="S", id="rs_1")


def function(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"c{number}",
        "name": "f",
        "arguments": "",
        **more,
    }


def test_parallel_calls_of_one_function_stay_two_calls() -> None:
    events = feed(
        CREATED,
        added(0, **function(1)),
        added(1, **function(2)),
        delta("function_call_arguments", '{"a":', 0),
        delta("function_call_arguments", '{"b":', 1),
        delta("function_call_arguments", "1}", 0),
        delta("function_call_arguments", "2}", 1),
        event("response.function_call_arguments.done", output_index=0, arguments='{"a":1}'),
        done(0, **function(1, arguments='{"a":1}')),
        done(1, **function(2, arguments='{"b":2}')),
        COMPLETED,
    )
    assert gather(events).candidates[0].parts == [
        ToolCall(id="c1", name="f", arguments='{"a":1}'),
        ToolCall(id="c2", name="f", arguments='{"b":2}'),
    ]
    assert Finished("tool_use", "completed") in events


def test_arguments_told_only_at_the_end_are_not_lost() -> None:
    call = function(arguments='{"a":1}')
    for stream in (
        feed(CREATED, added(0, **function()), done(0, **call), COMPLETED),
        feed(CREATED, done(0, **call), COMPLETED),
        feed(CREATED, event("response.completed", response=response(output=[call]))),
        feed(
            CREATED, added(0, type="function_call"), delta("function_call_arguments", "{"), done(0, **call), COMPLETED
        ),
    ):
        assert gather(stream).candidates[0].parts == [ToolCall(id="c1", name="f", arguments='{"a":1}')]


def test_a_freeform_call() -> None:
    call = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "patch", "input": ""}
    stream = feed(CREATED, added(0, **call), delta("custom_tool_call_input", "*** Begin"), done(0, **call), COMPLETED)
    body = PROVIDER.decode_answer(json.dumps(response(output=[{**call, "input": "*** Begin"}])).encode())
    expected = [ToolCall(id="c", name="patch", arguments="*** Begin", custom=True)]
    assert gather(stream).candidates[0].parts == gather(body).candidates[0].parts == expected


X_SEARCH = {
    "type": "custom_tool_call",
    "id": "ctc_1",
    "call_id": "xs_call_1",
    "name": "x_keyword_search",
    "input": '{"query":"gateways"}',
    "status": "completed",
}


def test_xais_search_is_no_call_for_the_client_to_make() -> None:
    output = [X_SEARCH, whole("Found.")]
    answer = gather(XAI_PROVIDER.decode_answer(json.dumps(response(output=output)).encode()))
    assert [type(part) for part in answer.candidates[0].parts] == [Opaque, Text]
    assert answer.candidates[0].reason == "stop"


def test_xais_search_is_no_call_in_a_stream_either() -> None:
    stream = (
        CREATED,
        added(0, **{**X_SEARCH, "input": "", "status": "in_progress"}),
        delta("custom_tool_call_input", X_SEARCH["input"]),
        done(0, **X_SEARCH),
        added(1, **MESSAGE),
        said("Found.", 1),
        done(1, **whole("Found.")),
        event("response.completed", response=response(output=[X_SEARCH, whole("Found.")])),
    )
    decoder = XAI_PROVIDER.stream_decoder()
    events = [told for data in stream for told in decoder.feed(ServerSentEvent(b"", data, b""))]
    answer = gather(events)
    assert [type(part) for part in answer.candidates[0].parts] == [Opaque, Text]
    assert answer.candidates[0].reason == "stop"
    # What it looks for is told as it came, so that words in it are put back.
    assert [event.value["delta"] for event in events if isinstance(event, OpaqueEvent)] == [X_SEARCH["input"]]


def test_calls_without_an_id_get_distinct_ones_that_stay_the_same() -> None:
    body = json.dumps(response(output=[function(1, call_id=None), function(2, call_id="")])).encode()
    ids = [part.id for part in gather(PROVIDER.decode_answer(body)).candidates[0].parts if isinstance(part, ToolCall)]
    again = [part.id for part in gather(PROVIDER.decode_answer(body)).candidates[0].parts if isinstance(part, ToolCall)]
    assert ids == again
    assert len(set(ids)) == 2


def test_a_namespace_stays_with_its_call_and_a_direct_caller_says_nothing() -> None:
    calls = [function(1, namespace="files", caller={"type": "direct"}), function(2, caller={"type": "direct"})]
    parts = gather(PROVIDER.decode_answer(json.dumps(response(output=calls)).encode())).candidates[0].parts
    assert [part.provider_state for part in parts if isinstance(part, ToolCall)] == [
        ProviderState("openai_responses", "call_members", '{"namespace":"files"}'),
        None,
    ]


def test_citations_come_once_wherever_they_are_told() -> None:
    place = {"output_index": 0, "content_index": 0}
    cited = whole("Hi", annotations=[CITATION, {"type": "file_citation", "file_id": "f"}])
    expected = (("openai_responses", CITATION), ("openai_responses", {"type": "file_citation", "file_id": "f"}))
    streamed = feed(
        CREATED,
        added(0, **MESSAGE),
        said("Hi"),
        event("response.output_text.annotation.added", **place, annotation_index=0, annotation=CITATION),
        event("response.content_part.done", **place, part=cited["content"][0]),
        done(0, **cited),
        COMPLETED,
    )
    body = PROVIDER.decode_answer(json.dumps(response(output=[cited])).encode())
    assert (
        gather(streamed).candidates[0].parts
        == gather(body).candidates[0].parts
        == [Text(text="Hi", citations=expected)]
    )
    assert Cited(0, "openai_responses", CITATION) in streamed


def test_log_probabilities_come_once() -> None:
    done_text = event("response.output_text.done", output_index=0, content_index=0, text="H", logprobs=LOGPROBS)
    by_delta = feed(CREATED, added(0, **MESSAGE), said("H", logprobs=LOGPROBS), done_text, COMPLETED)
    at_end = feed(CREATED, added(0, **MESSAGE), said("H"), done_text, COMPLETED)
    body = PROVIDER.decode_answer(json.dumps(response(output=[whole("H", logprobs=LOGPROBS)])).encode())
    for events in (by_delta, at_end, body):
        assert [one for one in events if isinstance(one, LogprobsReported)] == [LogprobsReported(0, LOGPROBS)]


def test_what_the_provider_ran_itself_is_kept_whole_and_its_progress_told() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
    progress = {"type": "response.web_search_call.searching", "sequence_number": 0, "output_index": 0}
    events = feed(
        CREATED,
        added(0, **{**search, "status": "in_progress"}),
        event("response.web_search_call.searching", output_index=0),
        done(0, **search),
        COMPLETED,
    )
    assert OpaqueEvent("openai_responses", progress) in events
    assert gather(events).candidates[0].parts == [Opaque(dialect="openai_responses", value=search)]


def test_a_part_of_a_new_kind_is_kept() -> None:
    part = {"type": "output_audio", "data": "AA=="}
    body = PROVIDER.decode_answer(json.dumps(response(output=[{**MESSAGE, "content": [part]}])).encode())
    value = {"type": "message", "role": "assistant", "content": [part]}
    assert gather(body).candidates[0].parts == [Opaque(dialect="openai_responses", value=value)]


@pytest.mark.parametrize(
    ("status", "details", "expected"),
    [
        ("completed", None, Finished("stop", "completed")),
        ("incomplete", {"reason": "max_output_tokens"}, Finished("length", "max_output_tokens")),
        ("incomplete", {"reason": "content_filter"}, Finished("content_filter", "content_filter")),
        ("incomplete", {"reason": "steered"}, Finished("length", "steered")),
        ("incomplete", None, Finished("length", "incomplete")),
        ("cancelled", None, Finished("other", "cancelled")),
        ("queued", None, Finished("other", "queued")),
    ],
)
def test_every_way_to_end(status: str, details: Any, expected: Finished) -> None:
    ended = response(status, incomplete_details=details)
    assert expected in PROVIDER.decode_answer(json.dumps(ended).encode())
    name = "response.incomplete" if status == "incomplete" else "response.completed"
    assert feed(CREATED, event(name, response=ended))[-2:] == [expected, Ended()]


def test_a_length_that_cuts_a_call_is_still_the_length() -> None:
    ended = response("incomplete", [function(arguments='{"a')], incomplete_details={"reason": "max_output_tokens"})
    assert gather(PROVIDER.decode_answer(json.dumps(ended).encode())).candidates[0].reason == "length"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ({"code": "server_error", "message": "sorry"}, 502, "api"),
        ({"code": "rate_limit_exceeded", "message": "slow"}, 429, "rate_limit"),
        ({"code": "insufficient_quota", "message": "pay"}, 429, "billing"),
        ({"code": "invalid_prompt", "message": "no"}, 400, "invalid_request"),
        ({"code": "image_too_large", "message": "no"}, 400, "invalid_request"),
        (
            {"type": "invalid_request_error", "code": "context_length_exceeded", "message": "long"},
            400,
            "invalid_request",
        ),
        (None, 502, "api"),
        ("words", 502, "api"),
    ],
    ids=lambda value: str(value.get("code")) if isinstance(value, dict) else None,
)
def test_a_failed_response_fails(error: Any, status: int, kind: str) -> None:
    failed = response("failed", error=error)
    for events in (
        feed(CREATED, event("response.failed", response=failed), COMPLETED),
        PROVIDER.decode_answer(json.dumps(failed).encode()),
    ):
        last = events[-1]
        assert isinstance(last, Failed)
        assert isinstance(last.error, UpstreamRefused)
        assert (last.error.status, last.error.kind) == (status, kind)
        if isinstance(error, dict):
            assert (last.error.code, last.error.message) == (error["code"], error["message"])


@pytest.mark.parametrize(
    "data",
    [
        event("error", code="rate_limit_exceeded", message="slow", param=None),
        event("error", error={"type": "requests", "code": "rate_limit_exceeded", "message": "slow", "param": None}),
        json.dumps({"error": {"code": "rate_limit_exceeded", "message": "slow"}}).encode(),
    ],
    ids=["flat", "nested", "bare"],
)
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_in_the_stream_is_the_end(data: bytes, begun: bool) -> None:
    *_, last = feed(*([CREATED] if begun else []), data, COMPLETED)
    assert isinstance(last, Failed)
    assert isinstance(last.error, UpstreamRefused)
    assert (last.error.status, last.error.code, last.error.message) == (429, "rate_limit_exceeded", "slow")


@pytest.mark.parametrize("sent", [0, 1, 3])
def test_a_stream_without_its_end_is_cut(sent: int) -> None:
    stream = [CREATED, added(0, **MESSAGE), said("Hel"), b"[DONE]"]
    last = feed(*stream[:sent], b"[DONE]")[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, UpstreamCut)


def test_strange_but_meant_streams() -> None:
    keepalive = event("keepalive")
    events = feed(keepalive, b"", event("response.new.thing", x=1), said("Hi"), keepalive, COMPLETED, b"[DONE]")
    assert events[0] == Started()
    assert [one for one in events if isinstance(one, Delta)] == [Delta(0, "Hi")]
    assert OpaqueEvent("openai_responses", {"type": "response.new.thing", "sequence_number": 0, "x": 1}) in events
    assert isinstance(events[-1], Ended)


def test_null_members_everywhere() -> None:
    tree = {**RESPONSE, "id": None, "model": None, "created_at": None, "status": None, "usage": None, "output": None}
    assert PROVIDER.decode_answer(json.dumps(tree).encode()) == [Started(), Finished("stop", "completed"), Ended()]
    item = {**MESSAGE, "id": None, "phase": None, "content": None}
    thought = {"type": "reasoning", "id": None, "summary": None, "content": None, "encrypted_content": None}
    tree = response(output=[item, thought], usage={"input_tokens": None, "output_tokens": None})
    assert gather(PROVIDER.decode_answer(json.dumps(tree).encode())).candidates[0].parts == [Reasoning()]


def test_xai_counts_reasoning_within_its_output_and_others_may_not() -> None:
    usage = {"input_tokens": 10, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 7}}
    for total, expected in ((13, 3), (20, 10)):
        tree = response(usage={**usage, "total_tokens": total})
        counted = gather(PROVIDER.decode_answer(json.dumps(tree).encode())).usage
        assert counted is not None
        assert counted.output_tokens == expected


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff", b'{"output": 5}', b'{"output": [5]}', b'{"id": "resp_1"}', b"[" * 5000],
)
def test_a_body_that_is_no_response_is_nonsense(body: bytes) -> None:
    with pytest.raises(UpstreamNonsense):
        PROVIDER.decode_answer(body)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"5",
        b"\xff\xfe",
        b'{"type": 5}',
        b'{"delta": "x"}',
        b'{"type": "response.created"}',
        b'{"type": "response.output_item.added", "output_index": 0}',
        b'{"type": "response.output_item.done", "item": 5}',
        b'{"type": "response.completed", "response": []}',
        b'{"type": "response.completed", "response": {"output": [5]}}',
        b"[" * 5000,
    ],
)
@pytest.mark.parametrize("name", [b"", b"response.output_text.delta"])
def test_an_event_that_is_none_is_nonsense(data: bytes, name: bytes) -> None:
    decoder = PROVIDER.stream_decoder()
    with pytest.raises(UpstreamNonsense):
        decoder.feed(ServerSentEvent(b"", data, name))


def test_an_error_body_of_any_shape_keeps_its_status() -> None:
    for body in (b"<html>", b"", b"[]", b"null", b'{"error": {"message": ["x"]}}'):
        error = PROVIDER.decode_error(418, {}, body)
        assert (error.status, error.raw) == (418, None)
    flat = json.dumps({"code": "invalid-argument", "error": "Incorrect API key provided: xai-12345."}).encode()
    error = PROVIDER.decode_error(400, {}, flat)
    assert (error.kind, error.raw) == ("authentication", None)
    assert "xai-12345" not in error.message


STREAM = b"".join(
    b"event: " + json.loads(one)["type"].encode() + b"\ndata: " + one + b"\n\n"
    for one in (
        CREATED,
        added(0, **reasoning()),
        delta("reasoning_summary_text", "Höhö", summary_index=0),
        done(0, **reasoning(summary=summary("Höhö"), encrypted_content="gA")),
        added(1, **MESSAGE),
        said("né\U0001f600", 1),
        done(1, **whole("né\U0001f600")),
        added(2, **function()),
        delta("function_call_arguments", '{"a":"ü"}', 2),
        done(2, **function(arguments='{"a":"ü"}')),
        COMPLETED,
    )
)


def decoded(chunks: list[bytes]) -> list[Event]:
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events = [event for chunk in chunks for one in splitter.feed(chunk) for event in decoder.feed(one)]
    events += [event for one in splitter.close() for event in decoder.feed(one)]
    return [*events, *decoder.close()]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_cutting_the_bytes_elsewhere_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[start:end] for start, end in itertools.pairwise(edges)]
    assert decoded(chunks) == decoded([STREAM])


@given(st.binary(max_size=60))
def test_any_bytes_are_nonsense_at_worst(raw: bytes) -> None:
    with contextlib.suppress(UpstreamNonsense):
        PROVIDER.decode_answer(raw)
    with contextlib.suppress(UpstreamNonsense):
        decoded([raw, b"\n\n"])
    assert PROVIDER.decode_error(500, {"retry-after": raw.decode("latin-1")}, raw).status == 500


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
NAMES_TEXT = (
    "type delta item part text content summary response output error code message output_index content_index "
    "annotations logprobs name call_id id status usage phase"
)
NAMES = st.sampled_from(NAMES_TEXT.split())
KINDS_TEXT = (
    "response.created response.output_item.added response.output_item.done response.content_part.done "
    "response.output_text.delta response.output_text.done response.function_call_arguments.delta "
    "response.output_text.annotation.added response.reasoning_text.delta response.completed error message reasoning "
    "function_call custom_tool_call output_text refusal web_search_call"
)
KINDS = st.sampled_from(KINDS_TEXT.split())
TREES = st.recursive(
    LEAVES | KINDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)


@given(st.lists(st.tuples(KINDS, st.dictionaries(NAMES, TREES, max_size=6)), max_size=6))
def test_strange_events_are_nonsense_at_worst(trees: list[tuple[str, dict[str, Any]]]) -> None:
    decoder = PROVIDER.stream_decoder()
    events = decoder.feed(ServerSentEvent(b"", CREATED))
    with contextlib.suppress(UpstreamNonsense):
        for kind, tree in trees:
            events += decoder.feed(ServerSentEvent(b"", json.dumps({**tree, "type": kind}).encode()))
    opened = [one.block for one in events if isinstance(one, BlockOpened)]
    closed = [one.block for one in events if isinstance(one, BlockClosed)]
    assert opened == list(range(len(opened)))
    assert len(closed) == len(set(closed))
    with contextlib.suppress(UpstreamNonsense):
        PROVIDER.decode_answer(json.dumps(dict(trees)).encode())
