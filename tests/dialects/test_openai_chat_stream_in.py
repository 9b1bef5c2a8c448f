"""Chunks of OpenAI, xAI, Azure and local engines, read into events."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import Answer, gather
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
    Started,
    UsageReported,
)
from gateway.core.messages import Reasoning, Refusal, Text, ToolCall
from gateway.core.usage import Usage
from gateway.dialects.openai_chat import PROVIDER
from gateway.dialects.sse import ServerSentEvent, SseSplitter
from gateway.errors import UpstreamCut, UpstreamNonsense, UpstreamRefused

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "m"}
STOP = {"index": 0, "delta": {}, "finish_reason": "stop"}


def chunk(*choices: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({**HEAD, "choices": list(choices), **more}).encode()


def said(index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": None}


def decode(*data: bytes, close: bool = True) -> list[Event]:
    decoder = PROVIDER.stream_decoder()
    events = [event for one in data for event in decoder.feed(ServerSentEvent(b"", one))]
    return [*events, *decoder.close()] if close else events


def answered(*data: bytes) -> Answer:
    return gather(decode(*data))


def call(**members: Any) -> dict[str, Any]:
    return said(tool_calls=[members])


def calls_of(answer: Answer) -> list[tuple[str, str, str]]:
    return [(p.id, p.name, p.arguments) for p in answer.candidates[0].parts if isinstance(p, ToolCall)]


DONE = b"[DONE]"


def test_a_plain_stream_tells_its_events_in_order() -> None:
    assert decode(
        chunk(said(role="assistant", content="", refusal=None)),
        chunk(said(content="Hel")),
        chunk(said(content="lo")),
        chunk(STOP),
        chunk(usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}),
        DONE,
    ) == [
        Started("chatcmpl-1", "m", 7),
        BlockOpened(0, "text"),
        Delta(0, "Hel"),
        Delta(0, "lo"),
        BlockClosed(0),
        Finished("stop", "stop"),
        UsageReported(Usage(input_tokens=3, output_tokens=2)),
        Ended(),
    ]


@pytest.mark.parametrize("beside", ["num_cached_tokens", "prompt_cache_hit_tokens"])
def test_cached_tokens_are_read_where_they_stand_beside_the_details(beside: str) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, beside: 1}
    answer = answered(chunk(said(content="a")), chunk(STOP), chunk(usage=usage), DONE)
    assert answer.usage == Usage(input_tokens=3, output_tokens=2, cached_tokens=1)


def test_reasoning_is_counted_where_sglang_tells_it_and_tgi_s_end_is_an_end() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "reasoning_tokens": 1}
    end = {"index": 0, "delta": {}, "finish_reason": "eos_token"}
    answer = answered(chunk(said(content="a")), chunk(end), chunk(usage=usage), DONE)
    assert answer.usage == Usage(input_tokens=3, output_tokens=2, reasoning_tokens=1)
    assert [candidate.reason for candidate in answer.candidates] == ["stop"]


def test_a_refusal_s_probabilities_are_kept_beside_the_text_s() -> None:
    first, second = ({"token": token, "logprob": -0.5, "bytes": None, "top_logprobs": []} for token in "ab")
    answer = answered(
        chunk({**said(refusal="a"), "logprobs": {"content": None, "refusal": [first]}}),
        chunk({**said(refusal="b"), "logprobs": {"content": [], "refusal": [second]}}),
        chunk(STOP),
        DONE,
    )
    [candidate] = answer.candidates
    assert (candidate.logprobs, candidate.refusal_logprobs) == (None, [first, second])


def test_reasoning_under_either_name_is_a_block_and_the_text_after_it_is_not_lost() -> None:
    for name in ("reasoning", "reasoning_content"):
        answer = answered(
            chunk(said(role="assistant", content=None)),
            chunk(said(**{name: "Let me "})),
            chunk(said(**{name: "think"})),
            chunk(said(content="Yes")),
            chunk(STOP),
            DONE,
        )
        assert answer.candidates[0].parts == [Reasoning(text="Let me think"), Text(text="Yes")]


def test_both_reasoning_names_in_one_chunk_say_it_once() -> None:
    answer = answered(chunk(said(reasoning="a", reasoning_content="a")), chunk(STOP), DONE)
    assert answer.candidates[0].parts == [Reasoning(text="a")]


def test_thinking_between_texts_stays_between_them() -> None:
    answer = answered(chunk(said(content="a")), chunk(said(reasoning="b")), chunk(said(content="c")), chunk(STOP), DONE)
    assert answer.candidates[0].parts == [Text(text="a"), Reasoning(text="b"), Text(text="c")]


def test_two_parallel_calls_of_one_function_stay_two() -> None:
    answer = answered(
        chunk(call(index=0, id="a", type="function", function={"name": "f", "arguments": ""})),
        chunk(call(index=1, id="b", type="function", function={"name": "f", "arguments": '{"x"'})),
        chunk(call(index=0, function={"arguments": "{}"})),
        chunk(call(index=1, function={"arguments": ":1}"})),
        chunk({"index": 0, "delta": {}, "finish_reason": "tool_calls"}),
        DONE,
    )
    assert calls_of(answer) == [("a", "f", "{}"), ("b", "f", '{"x":1}')]
    assert answer.candidates[0].reason == "tool_use"


def test_ids_repeated_in_every_chunk_mean_one_call() -> None:
    answer = answered(
        chunk(call(index=0, id="a", function={"name": "f", "arguments": "{"})),
        chunk(call(index=0, id="a", function={"name": "f", "arguments": "}"})),
        chunk(STOP),
        DONE,
    )
    assert calls_of(answer) == [("a", "f", "{}")]


def test_two_calls_of_one_id_get_two() -> None:
    answer = answered(
        chunk(call(index=0, id="a", function={"name": "f", "arguments": "{"})),
        chunk(call(index=1, id="a", function={"name": "g", "arguments": "{}"})),
        chunk(call(index=0, function={"arguments": "}"})),
        chunk(STOP),
        DONE,
    )
    (first, *told), (second, *other) = calls_of(answer)
    assert (told, other) == (["f", "{}"], ["g", "{}"])
    assert first == "a"
    assert second not in ("", "a")


def test_whole_calls_that_share_one_index_are_told_apart_by_id() -> None:
    answer = answered(
        chunk(call(index=0, id="a", function={"name": "f", "arguments": "{}"})),
        chunk(call(index=0, id="b", function={"name": "f", "arguments": "{}"})),
        chunk(STOP),
        DONE,
    )
    assert calls_of(answer) == [("a", "f", "{}"), ("b", "f", "{}")]


def test_calls_without_index_go_by_id_or_continue_the_last() -> None:
    answer = answered(
        chunk(call(id="a", function={"name": "f", "arguments": "{"})),
        chunk(call(function={"arguments": "}"})),
        chunk(call(id="b", function={"name": "g", "arguments": "{}"})),
        chunk(call(id="a", function={"arguments": " "})),
        chunk(STOP),
        DONE,
    )
    assert calls_of(answer) == [("a", "f", "{} "), ("b", "g", "{}")]


def test_calls_without_ids_get_ids_that_differ_and_do_not_change_from_run_to_run() -> None:
    data = (
        chunk(said(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": "{}"}}])),
        chunk(said(tool_calls=[{"index": 1, "function": {"name": "f", "arguments": "{}"}}])),
        chunk(STOP),
        DONE,
    )
    first, second = (calls_of(answered(*data)) for _ in range(2))
    assert first == second
    assert len({call_id for call_id, _, _ in first}) == 2


def test_a_name_that_comes_after_the_id_still_opens_one_call() -> None:
    answer = answered(
        chunk(call(index=0, id="a", function={"arguments": "{"})),
        chunk(call(index=0, function={"name": "f", "arguments": "}"})),
        chunk(STOP),
        DONE,
    )
    assert calls_of(answer) == [("a", "f", "{}")]


def test_arguments_as_an_object_become_json() -> None:
    answer = answered(chunk(call(index=0, id="a", function={"name": "f", "arguments": {"x": 1}})), chunk(STOP), DONE)
    assert calls_of(answer) == [("a", "f", '{"x":1}')]


def test_a_legacy_function_call_is_a_call() -> None:
    answer = answered(
        chunk(said(function_call={"name": "f", "arguments": "{"})),
        chunk(said(function_call={"arguments": "}"})),
        chunk({"index": 0, "delta": {}, "finish_reason": "function_call"}),
        DONE,
    )
    assert [(name, arguments) for _, name, arguments in calls_of(answer)] == [("f", "{}")]
    assert answer.candidates[0].reason == "tool_use"


def test_a_custom_tools_call_is_marked() -> None:
    answer = answered(
        chunk(call(index=0, id="a", type="custom", custom={"name": "run", "input": "ls"})),
        chunk(call(index=0, custom={"input": " -l"})),
        chunk(STOP),
        DONE,
    )
    assert answer.candidates[0].parts == [ToolCall(id="a", name="run", arguments="ls -l", custom=True)]


def test_interleaved_choices_stay_apart() -> None:
    answer = answered(
        chunk(said(0, content="a")),
        chunk(said(1, content="x")),
        chunk(said(0, content="b"), said(1, content="y")),
        chunk({"index": 1, "delta": {}, "finish_reason": "length"}),
        chunk(STOP),
        DONE,
    )
    assert [candidate.parts for candidate in answer.candidates] == [[Text(text="ab")], [Text(text="xy")]]
    assert [candidate.reason for candidate in answer.candidates] == ["stop", "length"]


def test_a_refusal_survives_and_names_the_reason() -> None:
    answer = answered(chunk(said(refusal="I ")), chunk(said(refusal="can't")), chunk(STOP), DONE)
    assert answer.candidates[0].parts == [Refusal(text="I can't")]
    assert (answer.candidates[0].reason, answer.candidates[0].raw_reason) == ("refusal", "stop")


def test_logprobs_are_reported_beside_the_text() -> None:
    token = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
    events = decode(chunk({**said(content="a"), "logprobs": {"content": [token], "refusal": None}}), close=False)
    assert events[-2:] == [Delta(0, "a"), LogprobsReported(0, [token])]


def test_annotations_are_citations_of_the_text() -> None:
    citation = {
        "type": "url_citation",
        "url_citation": {"url": "https://x", "title": "", "start_index": 0, "end_index": 1},
    }
    events = decode(chunk(said(content="a")), chunk(said(annotations=[citation])), close=False)
    assert events[-1] == Cited(0, "openai_chat", citation)


def test_azures_first_chunk_is_not_the_beginning() -> None:
    filtered = json.dumps({"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": []}).encode()
    assert decode(filtered, chunk(said(content="a")), close=False)[0] == Started("chatcmpl-1", "m", 7)


def test_chunks_without_the_finish_reason_key_are_fine() -> None:
    answer = answered(chunk({"index": 0, "delta": {"content": "a"}}), chunk(STOP), DONE)
    assert answer.candidates[0].parts == [Text(text="a")]


def test_usage_with_the_last_text_and_in_every_chunk_is_told_each_time() -> None:
    counts = [{"prompt_tokens": 1, "completion_tokens": number, "total_tokens": 1 + number} for number in (1, 2)]
    answer = answered(
        chunk(said(content="a"), usage=counts[0]),
        chunk({"index": 0, "delta": {"content": "b"}, "finish_reason": "stop"}, usage=counts[1]),
        DONE,
    )
    assert answer.candidates[0].parts == [Text(text="ab")]
    assert answer.usage == Usage(input_tokens=1, output_tokens=2)


def test_vllms_stop_text_is_told() -> None:
    answer = answered(
        chunk(said(content="a")), chunk({"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": "END"}), DONE
    )
    assert (answer.candidates[0].reason, answer.candidates[0].stop_sequence) == ("stop_sequence", "END")


def test_an_error_as_finish_reason_is_an_error() -> None:
    events = decode(chunk(said(content="a")), chunk({"index": 0, "delta": {}, "finish_reason": "error"}), DONE)
    assert Finished("error", "error") in events


def test_members_never_seen_before_are_kept() -> None:
    events = decode(chunk(said(content="a", hologram={"x": 1})), close=False)
    assert events[-2:] == [
        Delta(0, "a"),
        OpaqueEvent("openai_chat", {"candidate": 0, "delta": {"hologram": {"x": 1}}}),
    ]


def test_an_event_that_is_no_chunk_is_kept() -> None:
    assert decode(b'{"kind":"weather"}', close=False) == [OpaqueEvent("openai_chat", {"kind": "weather"})]


def test_text_after_the_finish_reason_is_a_block_of_its_own_and_what_else_comes_is_kept() -> None:
    late = chunk(said(content="late", tool_calls=[{"index": 0, "id": "c", "function": {"name": "f"}}]))
    events = decode(chunk(said(content="a")), chunk(STOP), late, DONE)
    assert [event.text for event in events if isinstance(event, Delta)] == ["a", "late"]
    assert [event.block for event in events if isinstance(event, (BlockOpened, BlockClosed))] == [0, 0, 1, 1]
    assert [type(event) for event in events].count(Finished) == 1
    [kept] = [event.value for event in events if isinstance(event, OpaqueEvent)]
    assert "tool_calls" in kept["delta"]
    assert "content" not in kept["delta"]


def test_text_in_pieces_after_the_finish_reason_is_the_answers_too() -> None:
    late = chunk(said(content=[{"type": "text", "text": "late"}]))
    assert [event.text for event in decode(chunk(STOP), late, DONE) if isinstance(event, Delta)] == ["late"]


@pytest.mark.parametrize("end", [(DONE,), ()])
def test_text_after_the_finish_reason_is_one_block_over_all_its_chunks(end: tuple[bytes, ...]) -> None:
    late = [chunk(said(content=text)) for text in ("EMAIL", "_k7", "f3q2")]
    events = decode(chunk(said(content="a")), chunk(STOP), *late, *end)
    assert [event.block for event in events if isinstance(event, Delta)] == [0, 1, 1, 1]
    assert [type(event) for event in events[-2:]] == [BlockClosed, Ended]


# ------------------------------------------------------------------------------------------------------------- ends


def test_without_done_a_finish_reason_for_every_choice_is_an_end() -> None:
    assert decode(chunk(said(content="a")), chunk(STOP))[-1] == Ended()


@pytest.mark.parametrize(
    "data",
    [
        [],
        [chunk(said(content="a"))],
        [chunk(said(0, content="a"), said(1, content="b")), chunk(STOP)],
        [DONE],
    ],
    ids=["nothing", "no finish", "one of two finished", "done alone"],
)
def test_anything_less_is_a_cut(data: list[bytes]) -> None:
    last = decode(*data)[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, UpstreamCut)


def test_done_without_a_finish_reason_closes_what_is_open_but_is_no_normal_stop() -> None:
    assert decode(chunk(said(content="a")), DONE)[-3:] == [BlockClosed(0), Finished("other"), Ended()]


@pytest.mark.parametrize(
    ("data", "status", "kind", "code"),
    [
        (b'{"error":{"message":"no","type":"server_error","code":null}}', 502, "api", "upstream_502"),
        (b'{"error":{"message":"no","type":"BadRequestError","code":400}}', 400, "invalid_request", "upstream_400"),
        (b'{"object":"error","message":"no","type":"BadRequestError","code":400}', 400, "invalid_request", None),
        (b'{"code":"rate_limit_exceeded","error":"no"}', 429, "rate_limit", "rate_limit_exceeded"),
        (b'{"error":{"message":"no","type":"insufficient_quota","code":"insufficient_quota"}}', 429, "billing", None),
        (b'{"error":{"message":"no","type":"overloaded_error"},"choices":[]}', 503, "overloaded", None),
        (b'{"detail":"no"}', 502, "api", None),
        (b'{"code":500,"message":"no","type":"server_error"}', 500, "api", None),
    ],
)
def test_an_error_inside_the_stream_ends_it(data: bytes, status: int, kind: str, code: str | None) -> None:
    events = decode(chunk(said(content="a")), data, chunk(said(content="b")), DONE)
    last = events[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, UpstreamRefused)
    assert (last.error.status, last.error.kind, last.error.message) == (status, kind, "no")
    if code is not None:
        assert last.error.code == code
    assert [event for event in events if isinstance(event, Delta)] == [Delta(0, "a")]


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"12",
        b'"text"',
        b"[]",
        b'{"choices":5}',
        b'{"choices":[5]}',
        b'{"choices":[{"delta":5}]}',
        b'{"choices":[{"delta":{"content":5}}]}',
        b'{"choices":[{"delta":{"tool_calls":5}}]}',
        b'{"choices":[{"delta":{"tool_calls":[5]}}]}',
        b'{"choices":[{"finish_reason":5}]}',
        b'{"choices":[{"delta":{"content":"\xff"}}]}',
    ],
)
def test_nonsense_is_called_so(data: bytes) -> None:
    with pytest.raises(UpstreamNonsense):
        decode(data)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_whatever_comes_the_worst_is_nonsense(data: list[bytes]) -> None:
    with contextlib.suppress(UpstreamNonsense):
        decode(*data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
DELTA = st.dictionaries(
    st.sampled_from(["content", "role", "reasoning", "refusal", "tool_calls", "function_call", "annotations", "audio"]),
    JSON
    | st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "index": JSON,
                "id": JSON,
                "type": JSON,
                "function": st.fixed_dictionaries({}, optional={"name": JSON, "arguments": JSON}) | JSON,
                "custom": JSON,
                "text": JSON,
                "thinking": JSON,
            },
        ),
        max_size=3,
    ),
    max_size=4,
)
CHUNK = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "model": JSON,
        "created": JSON,
        "usage": JSON | st.fixed_dictionaries({"prompt_tokens": JSON, "completion_tokens": JSON, "total_tokens": JSON}),
        "service_tier": JSON,
        "error": JSON,
        "choices": st.lists(
            st.fixed_dictionaries(
                {}, optional={"index": JSON, "delta": DELTA | JSON, "finish_reason": JSON, "logprobs": JSON}
            ),
            max_size=3,
        )
        | JSON,
    },
)


@given(st.lists(CHUNK, max_size=4))
def test_chunks_of_wrong_types_are_nonsense_at_worst_and_events_keep_their_order(trees: list[Any]) -> None:
    try:
        events = decode(*(json.dumps(tree).encode() for tree in trees))
    except UpstreamNonsense:
        return
    opened: set[int] = set()
    for event in events:
        if isinstance(event, BlockOpened):
            assert event.block not in opened
            opened.add(event.block)
        elif isinstance(event, BlockClosed):
            opened.remove(event.block)
        elif isinstance(event, (Delta, Cited)):
            assert event.block in opened
    assert isinstance(events[-1], (Ended, Failed))
    assert sum(isinstance(event, (Ended, Failed)) for event in events) == 1
    if isinstance(events[-1], Ended):
        assert not opened
        gather(events)


@given(st.integers(1, 40), st.text(min_size=1, max_size=20))
def test_any_cut_of_the_bytes_gives_the_same_events(size: int, text: str) -> None:
    data = [chunk(said(content=text)), chunk(said(reasoning=text)), chunk(said(content=text)), chunk(STOP), DONE]
    raw = b"".join(b"data: " + one + b"\n\n" for one in data)
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events: list[Event] = []
    for start in range(0, len(raw), size):
        for event in splitter.feed(raw[start : start + size]):
            events += decoder.feed(event)
    assert [*events, *decoder.close()] == decode(*data)
