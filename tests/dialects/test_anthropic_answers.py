"""Claude's answers: whole and streamed, read and written."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.answer import Answer, Candidate, gather
from gateway.core.events import (
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Failed,
    Finished,
    OpaqueEvent,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.messages import Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall
from gateway.core.usage import Calls, Usage
from gateway.dialects.anthropic import CLIENT, PROVIDER
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.sse import ServerSentEvent, SseSplitter, frame
from gateway.dialects.state_in_ids import unseal
from gateway.errors import UpstreamCut, UpstreamError, UpstreamNonsense, UpstreamRefused

FACTS = AnswerFacts(fallback_id="msg_fallback", now=0, model="asked")

USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 3,
    "cache_read_input_tokens": 4,
    "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2},
    "output_tokens": 1,
    "service_tier": "standard",
}
START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "usage": USAGE,
    },
}
STOP = {"type": "message_stop"}
SEARCH = {"type": "server_tool_use", "id": "srv", "name": "web_search", "input": {}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srv", "content": [{"type": "web_search_result"}]}
CITATION = {"type": "char_location", "cited_text": "x", "document_index": 0}


def start(index, **block):
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index, **change):
    return {"type": "content_block_delta", "index": index, "delta": change}


def stop(index):
    return {"type": "content_block_stop", "index": index}


def end(reason="end_turn", **usage):
    wire = {"output_tokens": 7} | usage
    return {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": wire}


def wire(*events):
    return b"".join(frame(msgspec.json.encode(event), event["type"].encode()) for event in events)


def read(raw: bytes, size: int | None = None):
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    events = []
    for place in range(0, len(raw), size or len(raw) or 1):
        for event in splitter.feed(raw[place : place + (size or len(raw))]):
            events += decoder.feed(event)
    for event in splitter.close():
        events += decoder.feed(event)
    return events + decoder.close()


def stream(*events):
    return read(wire(*events))


FULL = (
    START,
    {"type": "ping"},
    start(0, type="thinking", thinking="", signature=""),
    delta(0, type="thinking_delta", thinking="h"),
    delta(0, type="thinking_delta", thinking="m"),
    delta(0, type="signature_delta", signature="sig"),
    stop(0),
    start(1, type="redacted_thinking", data="dark"),
    stop(1),
    start(2, **SEARCH),
    delta(2, type="input_json_delta", partial_json=""),
    delta(2, type="input_json_delta", partial_json='{"query":'),
    delta(2, type="input_json_delta", partial_json='"grüezi"}'),
    stop(2),
    start(3, **FOUND),
    stop(3),
    start(4, type="text", text=""),
    delta(4, type="text_delta", text="Grü"),
    delta(4, type="text_delta", text=""),
    delta(4, type="text_delta", text="ezi 🐱"),
    delta(4, type="citations_delta", citation=CITATION),
    stop(4),
    start(5, type="tool_use", id="toolu_1", name="f", input={}),
    delta(5, type="input_json_delta", partial_json='{"a": '),
    delta(5, type="input_json_delta", partial_json="1}"),
    stop(5),
    start(6, type="tool_use", id="toolu_2", name="g", input={}),
    delta(6, type="input_json_delta", partial_json=""),
    stop(6),
    end("tool_use", input_tokens=11, output_tokens_details={"thinking_tokens": 5}, server_tool_use={"requests": 1}),
    STOP,
)


def test_a_stream_with_everything_in_it():
    answer = gather(stream(*FULL))
    assert (answer.id, answer.model) == ("msg_1", "claude")
    assert answer.usage == Usage(
        input_tokens=18, output_tokens=7, cached_tokens=4, cache_write_tokens=3, cache_write_1h_tokens=2,
        reasoning_tokens=5, service_tier="standard", calls=Calls(web_search=1),
    )  # fmt: skip
    (candidate,) = answer.candidates
    assert (candidate.reason, candidate.raw_reason) == ("tool_use", "tool_use")
    assert candidate.parts == [
        Reasoning(text="hm", provider_state=ProviderState("anthropic", "signature", "sig")),
        Reasoning(text="", provider_state=ProviderState("anthropic", "redacted_thinking", "dark")),
        Opaque(dialect="anthropic", value=SEARCH | {"input": {"query": "grüezi"}}),
        Opaque(dialect="anthropic", value=FOUND),
        Text(text="Grüezi 🐱", citations=(("anthropic", CITATION),)),
        ToolCall(id="toolu_1", name="f", arguments='{"a": 1}'),
        ToolCall(id="toolu_2", name="g", arguments="{}"),
    ]
    assert answer.opaque == [OpaqueEvent("anthropic", {"message": {}, "usage": {"server_tool_use": {"requests": 1}}})]


def test_events_are_in_the_order_that_the_vocabulary_promises():
    events = stream(*FULL)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Ended)
    assert sum(isinstance(event, Finished) for event in events) == 1
    finished = next(place for place, event in enumerate(events) if isinstance(event, Finished))
    assert not any(isinstance(event, BlockClosed | BlockOpened) for event in events[finished:])
    assert [event.block for event in events if isinstance(event, BlockOpened)] == list(range(7))
    assert not any(isinstance(event, Delta) and not event.text for event in events)


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=400))
def test_any_rechunking_gives_the_same_events(size):
    raw = wire(*FULL)
    assert read(raw, size) == read(raw)


def test_a_whole_answer_is_the_same_answer():
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "redacted_thinking", "data": "dark"},
            SEARCH | {"input": {"query": "grüezi"}},
            FOUND,
            {"type": "text", "text": "Grüezi 🐱", "citations": [CITATION]},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
            {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "stop_details": None,
        "usage": USAGE
        | {
            "input_tokens": 11,
            "output_tokens": 7,
            "output_tokens_details": {"thinking_tokens": 5},
            "server_tool_use": {"requests": 1},
        },
    }
    streamed = gather(stream(*FULL))
    streamed.candidates[0].parts[5] = ToolCall(id="toolu_1", name="f", arguments='{"a":1}')
    answer = gather(PROVIDER.decode_answer(msgspec.json.encode(body)))
    assert answer == streamed
    written = msgspec.json.decode(CLIENT.encode_answer(answer, FACTS))
    del body["stop_details"]
    assert written == body


@pytest.mark.parametrize(
    ("wire_reason", "reason"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("stop_sequence", "stop_sequence"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
        ("a_new_reason", "other"),
    ],
)
def test_reasons_to_stop(wire_reason, reason):
    answer = gather(stream(START, start(0, type="text", text=""), stop(0), end(wire_reason), STOP))
    assert (answer.candidates[0].reason, answer.candidates[0].raw_reason) == (reason, wire_reason)
    if reason != "other":
        assert msgspec.json.decode(CLIENT.encode_answer(answer, FACTS))["stop_reason"] == wire_reason


def test_tool_use_is_decided_from_content():
    answer = gather(
        stream(START, start(0, type="tool_use", id="t", name="f", input={}), stop(0), end("end_turn"), STOP)
    )
    assert answer.candidates[0].reason == "tool_use"


def test_the_stop_text_is_kept():
    last = end("stop_sequence")
    last["delta"]["stop_sequence"] = "```"
    answer = gather(stream(START, start(0, type="text", text="x"), stop(0), last, STOP))
    assert answer.candidates[0].stop_sequence == "```"


def test_content_told_with_the_opening_is_kept():
    answer = gather(
        stream(
            START,
            start(0, type="text", text="at once", citations=[CITATION]),
            stop(0),
            start(1, type="thinking", thinking="deep", signature="s"),
            stop(1),
            start(2, type="tool_use", id="t", name="f", input={"a": 1}),
            stop(2),
            end(),
            STOP,
        )
    )
    assert answer.candidates[0].parts == [
        Text(text="at once", citations=(("anthropic", CITATION),)),
        Reasoning(text="deep", provider_state=ProviderState("anthropic", "signature", "s")),
        ToolCall(id="t", name="f", arguments='{"a":1}'),
    ]


def test_usage_replaces_number_by_number():
    events = stream(START, end(output_tokens=5, input_tokens=None), end(None, output_tokens=9, input_tokens=20), STOP)
    told = [event.usage for event in events if isinstance(event, UsageReported)]
    assert [(usage.input_tokens, usage.output_tokens) for usage in told] == [(17, 1), (17, 5), (27, 9)]
    assert all(usage.cached_tokens == 4 for usage in told)


def test_the_first_piece_s_count_is_not_the_whole_answer_s():
    # Where nobody tells the end's count, it is to be estimated: `message_start` counted one token.
    uncounted = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}}
    usage = gather(stream(START, start(0, type="text", text=""), delta(0, type="text_delta", text="long"), stop(0),
        uncounted, STOP)).usage  # fmt: skip
    assert (usage.input_tokens, usage.output_tokens) == (17, 0)


def test_what_summarising_the_conversation_used_is_counted_though_the_totals_are_without_it():
    part = {"cache_creation_input_tokens": 30, "cache_creation": {"ephemeral_1h_input_tokens": 30}}
    iterations = [
        {"type": "compaction", "input_tokens": 1000, "output_tokens": 100, "cache_read_input_tokens": 500, **part},
        {"type": "message", "input_tokens": 20, "output_tokens": 9},
        {"type": "unheard_of", "input_tokens": 7, "output_tokens": 7},
        None,
    ]
    told = {"input_tokens": 20, "output_tokens": 9, "cache_read_input_tokens": 4, "iterations": iterations}
    meant = Usage(
        input_tokens=1554,
        output_tokens=109,
        cached_tokens=504,
        cache_write_tokens=30,
        cache_write_1h_tokens=30,
        service_tier="standard",
    )
    events = stream(START, end(**told, cache_creation={}, cache_creation_input_tokens=0, service_tier="standard"), STOP)
    assert gather(events).usage == meant
    # Written anew for a client of this dialect, the totals are as they were: its own sum would count it twice.
    [(_, last)] = [one for one in written(*([event] for event in events)) if one[0] == "message_delta"]
    assert {name: last["usage"][name] for name in told} == told


def test_strange_numbers_are_no_usage():
    answer = gather(stream(START, end(output_tokens="many", input_tokens=-5, cache_read_input_tokens=1.5), STOP))
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.cached_tokens) == (3, 0, 0)


def test_what_unknown_deltas_say_of_an_unknown_block_is_told_with_it():
    """`compaction_delta` does so; told before its block, it would have none to belong to."""
    events = stream(
        START,
        start(0, type="compaction", content=None),
        delta(0, type="compaction_delta", content="What was "),
        delta(0, type="compaction_delta", content="said."),
        stop(0),
        end(),
        {"type": "message_stop"},
    )
    answer = gather(events)
    (part,) = answer.candidates[0].parts
    assert (part.value, answer.opaque) == ({"type": "compaction", "content": "What was said."}, [])


def test_unknown_events_and_deltas_are_kept_opaque():
    news = {"type": "weather", "x": 1}
    change = delta(0, type="wink_delta", wink=1)
    events = stream(START, news, start(0, type="text", text=""), change, stop(0), end(), STOP)
    assert [event for event in events if isinstance(event, OpaqueEvent)] == [
        OpaqueEvent("anthropic", news),
        OpaqueEvent("anthropic", change["delta"], 0),
    ]


def test_an_unknown_delta_is_written_within_its_block():
    """Before the block's first text it would name a block that had not begun, at which Anthropic's SDK raises."""
    change = delta(1, type="wink_delta", wink=1)
    opened = start(0, type="thinking", thinking="", signature=""), start(1, type="text", text="")
    events = stream(START, *opened, change, delta(1, type="text_delta", text="x"), stop(0), stop(1), end(), STOP)
    told = [frame for _, frame in written(events) if frame["type"].startswith("content_block")]
    # The reasoning said nothing, so nothing is told of it, and the text is the first block.
    within = [frame | {"index": 0} for frame in (opened[1], change, delta(1, type="text_delta", text="x"), stop(1))]
    assert told == within


def test_blocks_that_were_never_closed_close_before_the_end():
    events = stream(START, start(0, type="text", text="x"), end(), STOP)
    kinds = [type(event) for event in events]
    assert kinds.index(BlockClosed) < kinds.index(Finished)


@pytest.mark.parametrize("cut", range(1, len(FULL)))
def test_a_stream_without_its_end_has_failed(cut):
    events = stream(*FULL[:cut])
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, UpstreamCut)


def test_an_error_in_the_stream_is_the_last_word():
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}
    events = stream(START, told, start(0, type="text", text="x"), STOP)
    (failed,) = events[2:]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UpstreamRefused)
    assert (failed.error.status, failed.error.kind, failed.error.code) == (529, "overloaded", "overloaded_error")
    assert failed.error.message == "Overloaded"


def test_an_error_under_status_200_has_failed():
    (failed,) = PROVIDER.decode_answer(b'{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}')
    assert isinstance(failed, Failed)
    assert failed.error.status == 429


def test_nothing_follows_the_end():
    decoder = PROVIDER.stream_decoder()
    events = [event for sse in SseSplitter().feed(wire(*FULL)) for event in decoder.feed(sse)]
    assert isinstance(events[-1], Ended)
    assert decoder.feed(ServerSentEvent(b"", msgspec.json.encode(START))) == []
    assert decoder.close() == []


@pytest.mark.parametrize(
    "events",
    [
        [{"no": "type"}],
        [start(0, type="text", text="")],
        [delta(0, type="text_delta", text="x")],
        [START, START],
        [START, delta(0, type="text_delta", text="x")],
        [START, start(0, type="text", text=""), delta(0, type="text_delta", text=5)],
        [START, start(0, type="text", text=""), delta(0)],
        [START, start("0", type="text", text="")],
        [START, start(0, type="tool_use", id="a", name=5)],
        [START, {"type": "content_block_start", "index": 0}],
        [START, {"type": "message_delta", "delta": 5}],
    ],
)
def test_events_of_a_wrong_shape_are_nonsense(events):
    decoder = PROVIDER.stream_decoder()
    with pytest.raises(UpstreamNonsense):
        for event in events:
            decoder.feed(ServerSentEvent(b"", msgspec.json.encode(event), str(event.get("type", "")).encode()))


@settings(deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"content_block_delta", b"message_start", b"error"]))
def test_arbitrary_bytes_in_a_stream_are_at_worst_nonsense(data, name):
    decoder = PROVIDER.stream_decoder()
    for sse in SseSplitter().feed(wire(START, start(0, type="text", text=""))):
        decoder.feed(sse)
    try:
        decoder.feed(ServerSentEvent(b"", data, name))
    except UpstreamNonsense:
        pass
    else:
        decoder.close()


pieces = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(
        ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error",
         "text", "thinking", "tool_use", "text_delta", "input_json_delta", "end_turn"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["type", "index", "delta", "content_block", "message", "usage", "error", "text", "id", "name",
                         "input", "stop_reason", "content", "citations", "partial_json", "input_tokens"]),
        inner, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(pieces, max_size=4))
def test_near_misses_are_at_worst_nonsense(trees):
    decoder = PROVIDER.stream_decoder()
    try:
        for tree in [START, *trees]:
            decoder.feed(ServerSentEvent(b"", msgspec.json.encode(tree)))
        decoder.close()
    except UpstreamNonsense:
        pass


@settings(deadline=None)
@given(pieces | st.fixed_dictionaries({"content": st.lists(pieces, max_size=3), "usage": pieces}))
def test_a_body_of_any_json_is_at_worst_nonsense(tree):
    try:
        events = PROVIDER.decode_answer(msgspec.json.encode(tree))
    except UpstreamNonsense:
        return
    assert isinstance(events[-1], Ended | Failed)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_a_body_of_any_bytes_is_at_worst_nonsense(body):
    with pytest.raises(UpstreamNonsense):
        PROVIDER.decode_answer(b"\xff" + body)


# --- written for clients


def written(*batches, facts=FACTS):
    encoder = CLIENT.stream_encoder(facts)
    raw = b"".join(encoder.feed(batch) for batch in batches)
    return [(sse.name.decode(), msgspec.json.decode(sse.data)) for sse in SseSplitter().feed(raw)]


def test_the_stream_comes_out_as_it_went_in():
    events = stream(*FULL)
    raw = CLIENT.stream_encoder(FACTS).feed(events)
    again = read(raw)
    first, second = gather(events), gather(again)
    assert second == first


def test_event_by_event_gives_the_same_answer():
    encoder = CLIENT.stream_encoder(FACTS)
    events = stream(*FULL)
    raw = b"".join(encoder.feed([event]) for event in events)
    again = gather(read(raw))
    once = gather(events)
    assert (again.candidates, again.opaque) == (once.candidates, once.opaque)
    assert again.usage.total_tokens == once.usage.total_tokens


def test_frames_are_what_the_sdk_needs():
    frames = written(
        [Started("id", None), UsageReported(Usage(input_tokens=9, cached_tokens=4))],
        [BlockOpened(0, "text"), Delta(0, "a")],
        [Delta(0, 'b"\n')],
        [BlockClosed(0), Finished("stop")],
        [UsageReported(Usage(input_tokens=9, cached_tokens=4, output_tokens=2, reasoning_tokens=1)), Ended()],
    )
    assert frames == [
        (
            "message_start",
            {
                "type": "message_start",
                "message": {
                    "id": "id",
                    "type": "message",
                    "role": "assistant",
                    "model": "asked",
                    "content": [],
                    "stop_reason": None,
                    "stop_sequence": None,
                    "usage": {
                        "input_tokens": 5,
                        "cache_creation_input_tokens": 0,
                        "cache_read_input_tokens": 4,
                        "output_tokens": 0,
                        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
                        "service_tier": None,
                    },
                },
            },
        ),
        ("content_block_start", start(0, type="text", text="")),
        ("content_block_delta", delta(0, type="text_delta", text="a")),
        ("content_block_delta", delta(0, type="text_delta", text='b"\n')),
        ("content_block_stop", stop(0)),
        (
            "message_delta",
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {
                    "input_tokens": 5,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 4,
                    "output_tokens": 2,
                    "output_tokens_details": {"thinking_tokens": 1},
                },
            },
        ),
        ("message_stop", STOP),
    ]


def test_the_start_goes_out_at_once():
    assert [name for name, _ in written([Started("id", "m")])] == ["message_start"]
    assert written([Started()])[0][1]["message"]["id"] == "msg_fallback"


def test_interleaved_blocks_go_out_one_after_another():
    frames = written(
        [Started("id", "m")],
        [BlockOpened(0, "tool_call", id="a", name="f"), Delta(0, '{"x"')],
        [BlockOpened(1, "tool_call", id="b", name="f"), Delta(1, '{"y"')],
        [Delta(0, ":1}"), Delta(1, ":2}"), BlockClosed(1), BlockOpened(2, "text"), Delta(2, "z")],
        [BlockClosed(0), BlockClosed(2), Finished("tool_use"), Ended()],
    )
    shape = [(name, told["index"]) if "index" in told else (name,) for name, told in frames[1:-2]]
    assert shape == [
        ("content_block_start", 0), ("content_block_delta", 0), ("content_block_delta", 0), ("content_block_stop", 0),
        ("content_block_start", 1), ("content_block_delta", 1), ("content_block_delta", 1), ("content_block_stop", 1),
        ("content_block_start", 2), ("content_block_delta", 2), ("content_block_stop", 2),
    ]  # fmt: skip


def test_the_first_open_block_flows_and_waiting_ones_flow_once_it_closed():
    encoder = CLIENT.stream_encoder(FACTS)
    encoder.feed([Started("id", "m"), BlockOpened(0, "tool_call", id="a"), BlockOpened(1, "tool_call", id="b")])
    assert b'"{}"' in encoder.feed([Delta(0, "{}")])
    assert encoder.feed([Delta(1, "{")]) == b""
    assert b'"id":"b"' in encoder.feed([BlockClosed(0)])
    assert encoder.feed([Delta(1, "}")]).count(b"event:") == 1


def test_blocks_left_open_are_closed_at_the_end():
    frames = written(
        [Started("i", "m"), BlockOpened(0, "text"), Delta(0, "a"), BlockOpened(1, "text"), Delta(1, "b"), Ended()]
    )
    assert [name for name, _ in frames].count("content_block_stop") == 2
    assert frames[-1][0] == "message_stop"


def test_empty_blocks_and_other_candidates_are_not_shown():
    frames = written(
        [Started("i", "m"), BlockOpened(0, "text"), BlockClosed(0), BlockOpened(1, "text", candidate=1), Delta(1, "b")],
        [BlockClosed(1), Finished("length", candidate=1), Finished("stop"), Ended()],
    )
    assert [name for name, _ in frames] == ["message_start", "message_delta", "message_stop"]
    assert frames[1][1]["delta"]["stop_reason"] == "end_turn"


def test_foreign_provider_states_travel_in_the_first_calls_id():
    frames = written(
        [Started("i", "m"), BlockOpened(0, "reasoning"), Delta(0, "h")],
        [Signed(0, ProviderState("openai_responses", "encrypted_content", "E")), Delta(0, "m"), BlockClosed(0)],
        [
            BlockOpened(
                1, "tool_call", id="a", name="f", provider_state=ProviderState("gemini", "thoughtSignature", "S")
            )
        ],
        [Delta(1, "{}"), BlockClosed(1), BlockOpened(2, "tool_call", id="b", name="f"), BlockClosed(2)],
        [Finished("tool_use"), Ended()],
    )
    starts = [told["content_block"] for name, told in frames if name == "content_block_start"]
    assert starts[0] == {"type": "thinking", "thinking": "", "signature": ""}
    sealed = unseal(starts[1]["id"])
    assert (sealed.id, sealed.provider_state) == ("a", ProviderState("gemini", "thoughtSignature", "S"))
    assert [(part.text, part.provider_state.value) for part in sealed.reasoning] == [("hm", "E")]
    assert starts[2]["id"] == "b"


def test_reasoning_that_only_a_provider_state_holds_is_not_shown():
    foreign = ProviderState("openai_responses", "encrypted_content", "E")
    frames = written([Started("i", "m"), BlockOpened(0, "reasoning", provider_state=foreign), BlockClosed(0), Ended()])
    assert [name for name, _ in frames] == ["message_start", "message_delta", "message_stop"]


def test_whole_answers_seal_too():
    foreign = ProviderState("gemini", "thoughtSignature", "S")
    answer = Answer(
        id="i",
        candidates=[
            Candidate(
                parts=[Reasoning(text="hm", provider_state=foreign), ToolCall(id="a", name="f", arguments='{"x":1}')],
                reason="tool_use",
            )
        ],
    )
    thinking, call = msgspec.json.decode(CLIENT.encode_answer(answer, FACTS))["content"]
    assert thinking == {"type": "thinking", "thinking": "hm", "signature": ""}
    assert unseal(call["id"]).reasoning[0].provider_state == foreign
    assert call["input"] == {"x": 1}


def test_refusals_are_text_and_named():
    frames = written(
        [Started("i", "m"), BlockOpened(0, "refusal"), Delta(0, "no"), BlockClosed(0), Finished("stop"), Ended()]
    )
    assert frames[2][1]["delta"] == {"type": "text_delta", "text": "no"}
    assert frames[-2][1]["delta"]["stop_reason"] == "refusal"
    answer = Answer(candidates=[Candidate(parts=[Refusal(text="no")])])
    body = msgspec.json.decode(CLIENT.encode_answer(answer, FACTS))
    assert (body["content"], body["stop_reason"]) == ([{"type": "text", "text": "no"}], "refusal")


def test_citations_of_others_have_no_form_here():
    frames = written(
        [Started("i", "m"), BlockOpened(0, "text"), Cited(0, "openai_chat", {"x": 1}), Delta(0, "a"), Ended()]
    )
    assert [name for name, _ in frames].count("content_block_delta") == 1


@pytest.mark.parametrize("arguments", ["", "{broken", "[1]", '"x"'])
def test_input_is_an_object_whatever_the_model_wrote(arguments):
    answer = Answer(candidates=[Candidate(parts=[ToolCall(id="a", name="f", arguments=arguments)])])
    (call,) = msgspec.json.decode(CLIENT.encode_answer(answer, FACTS))["content"]
    assert call["input"] == ({"input": arguments} if arguments else {})


def test_a_freeform_calls_text_is_wrapped():
    frames = written(
        [
            Started("i", "m"),
            BlockOpened(0, "tool_call", id="a", name="f", custom=True),
            Delta(0, "ls "),
            Delta(0, "-l"),
        ],
        [BlockClosed(0), Ended()],
    )
    (piece,) = [told["delta"]["partial_json"] for name, told in frames if name == "content_block_delta"]
    assert msgspec.json.decode(piece) == {"input": "ls -l"}


def test_a_failure_is_the_last_frame():
    error = UpstreamCut("The provider broke off.")
    frames = written(
        [Started("i", "m"), BlockOpened(0, "text"), Delta(0, "a"), Failed(error)], [Delta(0, "b"), Ended()]
    )
    assert frames[-1] == (
        "error",
        {
            "type": "error",
            "error": {
                "type": "api_error",
                "message": "The provider broke off. Try again.",
                "details": {"error_code": "upstream_cut"},
            },
        },
    )


def test_an_answer_of_which_the_provider_says_that_it_failed_is_an_error():
    with pytest.raises(UpstreamError, match="MALFORMED_FUNCTION_CALL"):
        CLIENT.encode_answer(
            Answer(candidates=[Candidate(parts=[], reason="error", raw_reason="MALFORMED_FUNCTION_CALL")]), FACTS
        )
    frames = written([Started("i", "m"), Finished("error", "two words")], [Ended()])
    assert [name for name, _ in frames] == ["message_start", "error"]
    assert frames[1][1]["error"]["message"].startswith("The provider says that its model could not complete the answer")


def test_a_failure_before_the_start_is_the_only_frame():
    assert [name for name, _ in written([Failed(UpstreamCut("x"))])] == ["error"]


def test_the_heartbeat_is_a_ping():
    assert read(CLIENT.stream_encoder(FACTS).heartbeat())[:-1] == []
    assert CLIENT.stream_encoder(FACTS).heartbeat().startswith(b"event: ping\n")


names = st.text(min_size=1, max_size=4)
blocks = st.one_of(
    st.builds(lambda words: ("text", words), st.lists(st.text(max_size=5), max_size=4)),
    st.builds(lambda words: ("reasoning", words), st.lists(st.text(max_size=5), max_size=4)),
    st.builds(
        lambda members: ("tool_call", list(msgspec.json.encode(members).decode())),
        st.dictionaries(names, names, max_size=2),
    ),
)


@settings(deadline=None)
@given(st.lists(blocks, max_size=5), st.randoms(use_true_random=False))
def test_any_interleaving_reads_back_as_the_same_answer(contents, random):
    """Blocks open in order and then mix as they like; what the client reads is the answer that was told."""
    events = [Started("i", "m"), *(BlockOpened(n, kind, id=f"t{n}", name="f") for n, (kind, _) in enumerate(contents))]
    rest = {n: [*(Delta(n, word) for word in words), BlockClosed(n)] for n, (_, words) in enumerate(contents)}
    while rest:
        number = random.choice(sorted(rest))
        events.append(rest[number].pop(0))
        if not rest[number]:
            del rest[number]
    events += [Finished("stop"), Ended()]
    encoder = CLIENT.stream_encoder(FACTS)
    back = gather(read(b"".join(encoder.feed([event]) for event in events)))
    told = [
        (kind, "".join(words) or ("{}" if kind == "tool_call" else ""))
        for kind, words in contents
        if kind == "tool_call" or "".join(words)
    ]
    read_back = [
        ("tool_call", part.arguments)
        if isinstance(part, ToolCall)
        else ("text" if isinstance(part, Text) else "reasoning", part.text)
        for candidate in back.candidates
        for part in candidate.parts
    ]
    assert read_back == told


def test_no_frame_is_hidden_from_the_client():
    envelope = CLIENT.envelope({"model": "m", "messages": [{}]}, None, False)
    assert PROVIDER.hides([UsageReported(Usage())], envelope) is False
