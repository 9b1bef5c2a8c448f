"""Answers for OpenAI clients, whole and streamed, and the way back through our own reader."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.answer import Answer, Candidate, gather
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
from gateway.core.messages import Media, ProviderState, Reasoning, Refusal, Text, ToolCall
from gateway.core.usage import Usage
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.openai_chat import CLIENT, PROVIDER
from gateway.dialects.sse import SseSplitter
from gateway.dialects.state_in_ids import unseal
from gateway.errors import GatewayFault, UpstreamCut, UpstreamError, UpstreamNonsense, UpstreamRefused

FACTS = AnswerFacts(fallback_id="req-1", now=99, model="alias", include_usage=True)
SIGNATURE = ProviderState("anthropic", "signature", "sig")
THOUGHT = ProviderState("gemini", "thoughtSignature", "xyz")


def streamed(*events: Event, facts: AnswerFacts = FACTS) -> list[Any]:
    """The frames' JSON; `[DONE]` as that text."""
    raw = CLIENT.stream_encoder(facts).feed(events)
    data = [event.data for event in SseSplitter().feed(raw)]
    return [json.loads(one) if one.startswith(b"{") else one.decode() for one in data]


def deltas(*events: Event) -> list[dict[str, Any]]:
    return [frame["choices"][0]["delta"] for frame in streamed(*events)]


def body(*parts: Any, facts: AnswerFacts = FACTS, reason: Any = "stop", **more: Any) -> dict[str, Any]:
    answer = Answer(candidates=[Candidate(parts=list(parts), reason=reason)], **more)
    return json.loads(CLIENT.encode_answer(answer, facts))


def test_a_stream_as_the_sdk_reads_it() -> None:
    frames = streamed(
        Started("msg_1", "claude", 5),
        BlockOpened(0, "text"),
        Delta(0, "Hel"),
        Delta(0, "lo"),
        BlockClosed(0),
        UsageReported(Usage(input_tokens=1, output_tokens=2)),
        Finished("stop", "end_turn"),
        Ended(),
    )
    head = {"id": "msg_1", "object": "chat.completion.chunk", "created": 5, "model": "claude"}

    def choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}

    assert frames[:3] == [
        {**head, "choices": [choice({"role": "assistant", "content": "Hel"})], "usage": None},
        {**head, "choices": [choice({"content": "lo"})], "usage": None},
        {**head, "choices": [choice({}, "stop")], "usage": None},
    ]
    assert frames[3]["choices"] == []
    assert frames[3]["usage"]["total_tokens"] == 3
    assert frames[4:] == ["[DONE]"]


def test_usage_stays_away_from_those_who_did_not_ask() -> None:
    facts = AnswerFacts(fallback_id="req-1", now=99, model="alias")
    frames = streamed(Started(), Finished("stop"), UsageReported(Usage()), Ended(), facts=facts)
    assert [("usage" in frame) for frame in frames[:-1]] == [False]
    assert frames[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert (frames[0]["id"], frames[0]["created"], frames[0]["model"]) == ("req-1", 99, "alias")


def test_reasoning_that_only_another_can_read_travels_in_the_next_calls_id() -> None:
    said = deltas(
        Started(),
        BlockOpened(0, "reasoning"),
        Delta(0, "hm"),
        Signed(0, SIGNATURE),
        BlockClosed(0),
        BlockOpened(1, "tool_call", id="a", name="f"),
        Delta(1, '{"x":'),
        Delta(1, "1}"),
        BlockOpened(2, "tool_call", id="b", name="f", provider_state=THOUGHT),
        BlockClosed(1),
        BlockClosed(2),
        Finished("tool_use"),
    )
    assert said[0] == {"role": "assistant", "content": None, "reasoning_content": "hm"}
    first = said[1]["tool_calls"][0]
    sealed = unseal(first["id"])
    assert (sealed.id, sealed.provider_state) == ("a", None)
    assert [(part.text, part.provider_state) for part in sealed.reasoning] == [("hm", SIGNATURE)]
    assert (first["index"], first["type"], first["function"]) == (0, "function", {"name": "f", "arguments": ""})
    assert said[2] == {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":'}}]}
    second = said[4]["tool_calls"][0]
    assert (second["index"], unseal(second["id"]).provider_state, unseal(second["id"]).reasoning) == (1, THOUGHT, ())
    assert said[5] == {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]}


def test_the_whole_answer_seals_the_same() -> None:
    message = body(
        Reasoning(text="hm", provider_state=SIGNATURE),
        Text(text="a"),
        ToolCall(id="a", name="f", arguments="", provider_state=THOUGHT),
        ToolCall(id="b", name="f", arguments="{}"),
        reason="tool_use",
    )["choices"][0]
    assert message["finish_reason"] == "tool_calls"
    calls = message["message"]["tool_calls"]
    assert unseal(calls[0]["id"]).provider_state == THOUGHT
    assert unseal(calls[0]["id"]).reasoning[0].provider_state == SIGNATURE
    assert calls[0]["function"]["arguments"] == "{}"
    assert calls[1]["id"] == "b"
    assert message["message"]["reasoning_content"] == "hm"


def test_a_plain_answer_has_all_that_the_sdk_demands() -> None:
    usage = Usage(input_tokens=5, output_tokens=4, cached_tokens=3, reasoning_tokens=2, service_tier="flex")
    told = body(Text(text="a"), Text(text="b"), usage=usage)
    assert told == {
        "id": "req-1",
        "object": "chat.completion",
        "created": 99,
        "model": "alias",
        "service_tier": "flex",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "ab", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 5,
            "completion_tokens": 4,
            "total_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0},
        },
    }


@pytest.mark.parametrize(
    ("parts", "content"),
    [((), ""), ((ToolCall(id="a", name="f", arguments="{}"),), None), ((Refusal(text="no"),), None)],
)
def test_content_is_null_only_where_something_else_was_said(parts: Any, content: str | None) -> None:
    assert body(*parts)["choices"][0]["message"]["content"] == content


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("stop", "stop"),
        ("stop_sequence", "stop"),
        ("length", "length"),
        ("tool_use", "tool_calls"),
        ("content_filter", "content_filter"),
        ("refusal", "content_filter"),
        ("pause", "stop"),
        ("other", "stop"),
    ],
)
def test_every_reason_has_a_word_the_sdk_knows(reason: Any, shown: str) -> None:
    assert body(reason=reason)["choices"][0]["finish_reason"] == shown
    assert streamed(Finished(reason))[0]["choices"][0]["finish_reason"] == shown


def test_an_answer_of_which_the_provider_says_that_it_failed_is_an_error() -> None:
    with pytest.raises(UpstreamError, match="MALFORMED_FUNCTION_CALL"):
        failed = Candidate(parts=[Text(text="a")], reason="error", raw_reason="MALFORMED_FUNCTION_CALL")
        CLIENT.encode_answer(Answer(candidates=[failed]), FACTS)
    frames = streamed(
        BlockOpened(0, "text"), Delta(0, "a"), BlockClosed(0), Finished("error", "MALFORMED_FUNCTION_CALL"), Ended()
    )
    assert (frames[0]["choices"][0]["delta"]["content"], frames[1]["error"]["code"]) == ("a", "upstream_error")
    assert len(frames) == 2


def test_one_of_several_candidates_may_fail() -> None:
    answer = Answer(candidates=[Candidate(parts=[Text(text="a")]), Candidate(parts=[], reason="error")])
    choices = json.loads(CLIENT.encode_answer(answer, FACTS))["choices"]
    assert [choice["finish_reason"] for choice in choices] == ["stop", "content_filter"]
    frames = streamed(Finished("error", candidate=1), Finished("stop"), Ended())
    assert [frame["choices"][0]["finish_reason"] for frame in frames[:-1]] == ["stop", "content_filter"]


def test_a_refusal_with_words_stops_as_openai_says_it() -> None:
    assert body(Refusal(text="no"), reason="refusal")["choices"][0]["finish_reason"] == "stop"
    frames = streamed(BlockOpened(0, "refusal"), Delta(0, "no"), BlockClosed(0), Finished("refusal"))
    assert frames[0]["choices"][0]["delta"]["refusal"] == "no"
    assert frames[1]["choices"][0]["finish_reason"] == "stop"


def test_citations_that_name_a_page_become_annotations_and_others_do_not() -> None:
    web = {"type": "web_search_result_location", "url": "https://x", "title": "X", "cited_text": "b"}
    page = {"type": "page_location", "document_index": 0}
    citations = (("anthropic", web), ("anthropic", page))
    expected = [
        {
            "type": "url_citation",
            "url_citation": {"start_index": 1, "end_index": 2, "title": "X", "url": "https://x"},
        }
    ]
    assert body(Text(text="a"), Text(text="b", citations=citations))["choices"][0]["message"]["annotations"] == expected
    said = deltas(
        BlockOpened(0, "text"),
        Delta(0, "a"),
        BlockClosed(0),
        BlockOpened(1, "text"),
        Delta(1, "b"),
        Cited(1, "anthropic", web),
        Cited(1, "anthropic", page),
    )
    assert said[2:] == [{"annotations": expected}]


def test_a_picture_is_shown() -> None:
    picture = Media(kind="image", media_type="image/png", data="AAAA")
    images = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    assert body(picture)["choices"][0]["message"]["images"] == images
    assert deltas(BlockOpened(0, "media", media=picture))[0]["images"] == images


def test_logprobs_come_along() -> None:
    token = {"token": "a", "logprob": -0.5, "bytes": None, "top_logprobs": []}
    frames = streamed(BlockOpened(0, "text"), Delta(0, "a"), LogprobsReported(0, [token]))
    assert frames[1]["choices"][0]["logprobs"] == {"content": [token], "refusal": None}


def test_what_our_own_reader_kept_is_put_back() -> None:
    audio = {"id": "audio_1", "data": "AAAA", "transcript": "hi", "expires_at": 5}
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "audio": audio}, "finish_reason": "stop"}]}
    answer = gather(PROVIDER.decode_answer(json.dumps(whole).encode()))
    assert json.loads(CLIENT.encode_answer(answer, FACTS))["choices"][0]["message"]["audio"] == audio
    kept = OpaqueEvent("openai_chat", {"candidate": 0, "delta": {"audio": audio}})
    assert deltas(kept)[0]["audio"] == audio
    assert streamed(OpaqueEvent("anthropic", {"candidate": 0, "delta": {"audio": audio}})) == []


def test_clients_that_offered_functions_get_function_calls() -> None:
    facts = AnswerFacts(fallback_id="r", now=1, model="m", request={"functions": [{"name": "f"}]})
    call = ToolCall(id="a", name="f", arguments="{}")
    choice = body(call, facts=facts, reason="tool_use")["choices"][0]
    assert choice["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert choice["finish_reason"] == "function_call"
    frames = streamed(
        BlockOpened(0, "tool_call", id="a", name="f"),
        Delta(0, "{}"),
        BlockClosed(0),
        Finished("tool_use"),
        facts=facts,
    )
    assert [frame["choices"][0]["delta"].get("function_call") for frame in frames] == [
        {"name": "f", "arguments": ""},
        {"arguments": "{}"},
        None,
    ]
    assert frames[2]["choices"][0]["finish_reason"] == "function_call"


def test_after_an_error_frame_nothing_follows() -> None:
    encoder = CLIENT.stream_encoder(FACTS)
    encoder.feed([Started(), BlockOpened(0, "text"), Delta(0, "a")])
    raw = encoder.feed([Failed(UpstreamCut("The answer ended.")), Ended()])
    (event,) = SseSplitter().feed(raw)
    assert json.loads(event.data) == {
        "error": {"message": "The answer ended. Try again.", "type": "api_error", "param": None, "code": "upstream_cut"}
    }
    assert encoder.feed([Ended()]) == b""


def test_errors_whole_and_in_the_stream_are_the_same() -> None:
    error = GatewayFault("broken", param="x")
    assert CLIENT.encode_stream_error(error, "r") == b"data: " + CLIENT.encode_error(error, "r") + b"\n\n"


def test_a_heartbeat_means_nothing() -> None:
    (event,) = SseSplitter().feed(CLIENT.stream_encoder(FACTS).heartbeat())
    assert event.data == b""


# --------------------------------------------------------------------------------------------------- the way back


BLOCK = st.tuples(
    st.sampled_from(["text", "reasoning", "refusal", "tool_call"]),
    st.lists(st.text(min_size=1, max_size=9), min_size=1),
)


@given(st.lists(BLOCK, max_size=6), st.sampled_from(["stop", "length", "content_filter"]), st.booleans())
def test_events_survive_our_encoder_and_our_decoder(blocks: list[tuple[str, list[str]]], raw: str, usage: bool) -> None:
    events: list[Event] = [Started("id-1", "m", 3)]
    before = None
    for number, (kind, texts) in enumerate(blocks):
        if kind == before != "tool_call":
            continue  # neighbours of one kind are one block on this wire
        before = kind
        call = {"id": f"call_{number}", "name": "f"} if kind == "tool_call" else {}
        events.append(BlockOpened(number, kind, **call))  # type: ignore[arg-type]
        events += [Delta(number, text) for text in texts]
        events.append(BlockClosed(number))
    if usage:
        events.append(UsageReported(Usage(input_tokens=3, output_tokens=2, cached_tokens=1)))
    events += [Finished(raw, raw), Ended()]  # type: ignore[arg-type]
    wire = CLIENT.stream_encoder(FACTS).feed(events)
    splitter, decoder = SseSplitter(), PROVIDER.stream_decoder()
    again = [event for one in splitter.feed(wire) for event in decoder.feed(one)]
    assert isinstance(again[-1], Ended)
    assert decoder.close() == []
    first, second = gather(events), gather(again)
    # The wire has no borders between blocks: text on either side of a call, or of other text, may be one block.
    assert second.candidates[0].parts == first.candidates[0].parts
    assert (second.usage, second.id, second.model) == (first.usage, first.id, first.model)


def test_hidden_is_what_only_the_gateway_asked_for() -> None:
    asked, unasked = (Envelope(model="m", stream=True, include_usage=wish) for wish in (True, False))
    usage: list[Event] = [UsageReported(Usage())]
    assert PROVIDER.hides(usage, unasked)
    assert not PROVIDER.hides(usage, asked)
    assert not PROVIDER.hides([], unasked)
    assert not PROVIDER.hides([*usage, Finished("stop")], unasked)


# ---------------------------------------------------------------------------------------------------- whole answers


def decoded(tree: Any) -> Answer:
    return gather(PROVIDER.decode_answer(json.dumps(tree).encode()))


def test_xais_completion_leaves_out_reasoning_and_others_do_not() -> None:
    def output(total: int) -> int:
        usage = {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": total,
            "completion_tokens_details": {"reasoning_tokens": 3},
        }
        told = decoded({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": usage}).usage
        assert told is not None
        return told.output_tokens

    assert (output(18), output(15)) == (8, 5)


def test_a_forced_tool_that_says_stop_is_tool_use() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    candidate = decoded(
        {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "stop"}]}
    ).candidates[0]
    assert (candidate.reason, candidate.raw_reason) == ("tool_use", "stop")


def test_an_error_under_status_200_fails() -> None:
    with pytest.raises(UpstreamRefused) as caught:
        decoded({"error": {"message": "no", "code": 429}})
    assert caught.value.status == 429


@pytest.mark.parametrize("tree", [5, [], {}, {"choices": []}, {"choices": [5]}, {"choices": [{"message": 5}]}])
def test_a_body_without_an_answer_is_nonsense(tree: Any) -> None:
    with pytest.raises(UpstreamNonsense):
        decoded(tree)


@given(st.binary(max_size=60))
def test_any_bytes_are_nonsense_at_worst(raw: bytes) -> None:
    with contextlib.suppress(UpstreamNonsense):
        PROVIDER.decode_answer(raw)
